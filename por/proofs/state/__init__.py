"""Compute blocks, accounts and token balances from consensus encodings and state proofs (`por/spec/state-proof.md`)."""
