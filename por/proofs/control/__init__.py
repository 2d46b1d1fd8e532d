"""Compute who signed the challenge of a reserve account (`por/spec/control-proof.md`)."""
