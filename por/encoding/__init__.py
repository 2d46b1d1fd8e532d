"""Read bytes from outside strictly, and write each document in its one canonical form."""
