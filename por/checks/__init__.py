"""Judge: compare what evidence implies with what the bundle claims and the policy requires, and say so in findings.

Start at `por.checks.verify.verify`, `por.checks.inclusion.verify_inclusion` and `por.checks.policy.load_policy`;
`por.checks.catalogue.CATALOGUE` lists every check. Nothing is re-exported here, so that a customer's command does not
load the libraries of an auditor's.
"""
