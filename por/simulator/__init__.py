"""Play an exchange, honest or not: what the demonstration shows and the tests put in front of the verifier."""
