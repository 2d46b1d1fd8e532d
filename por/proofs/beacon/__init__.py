"""Follow a beacon chain's signatures to its execution blocks, and read validators out of its state."""
