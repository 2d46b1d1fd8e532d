"""Read what exchanges publish in forms of their own; nothing here judges it."""
