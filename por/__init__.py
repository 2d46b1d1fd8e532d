"""Verify, with evidence, that a custodian holds what it owes, asset by asset.

>>> from por.checks import load_policy, verify
>>> verdict = verify(bundle_directory, load_policy(policy_path))
>>> verdict.require_pass()

`bool(verdict)` is true for PASS alone. The names promised to callers are those listed in `por.checks.__all__`,
`por.issuer.__all__`, `por.report.__all__` and `por.model.__all__`; everything else may change.
"""
