"""Compute which account signed a snapshot's challenge (`por/spec/control-proof.md`)."""
