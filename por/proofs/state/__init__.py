"""Compute, from headers and trie nodes, what an EVM chain's state held (`por/spec/state-proof.md`)."""
