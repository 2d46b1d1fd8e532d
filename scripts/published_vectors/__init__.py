"""Make published proofs of invented customers in other exchanges' formats, without the code under test."""
