"""Commit, prove, show control and publish: the issuer's side, which shares no tree code with the verifier's."""
