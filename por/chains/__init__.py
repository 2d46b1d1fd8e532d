"""Ask chains."""
