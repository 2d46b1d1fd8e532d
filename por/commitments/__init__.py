"""Compute hashes, folds and roots over bytes; a closed table of schemes."""
