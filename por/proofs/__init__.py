"""Compute what evidence implies (a root, a signer, a balance), or raise EvidenceError; never compare."""
