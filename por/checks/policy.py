"""Load a policy and join the tables shipped with `por`."""

from functools import cache
from importlib import resources
from pathlib import Path

from por.checks.catalogue import CATALOGUE
from por.checks.evidence import load_document
from por.checks.requirements import NEVER_WAIVED
from por.checks.rules.catalogue import RULE_CATALOGUE
from por.encoding import policy_v1, tables_v1, toml
from por.encoding.tables_v1 import Tables
from por.errors import EvidenceError, FormatError, PolicyError
from por.model import Policy
from por.proofs.signed_note import VerifierKey


@cache
def shipped_tables() -> Tables:
    """Read the asset classes and token layouts shipped with `por`."""
    return tables_v1.read_tables(resources.files("por.checks").joinpath("tables.toml").read_bytes())


def load_policy(path: Path) -> Policy:
    """Read a policy file and make sure that it can be used.

    Raises: FormatError for the file's form, PolicyError for what it asks.
    """
    policy = load_document(path, toml.MAX_BYTES, lambda data: policy_v1.read(data, shipped_tables()))
    require_usable(policy)
    return policy


def require_usable(policy: Policy) -> None:
    """Raise: PolicyError when the policy names an unknown check, waives what must stand, or has a bad key."""
    known = {check.id for check in CATALOGUE}
    of_rules = {check.id for check in RULE_CATALOGUE}
    for name in policy.require:
        if name in of_rules:
            raise PolicyError(f"the policy requires {name}, which is judged as a rulebook has it: name one under law")
    for name in (*policy.require, *(waiver.check for waiver in policy.waivers)):
        if name not in known and "/" not in name:
            raise PolicyError(f"the policy names {name}, which is no check; por explain lists them all")
    for waiver in policy.waivers:
        if waiver.check in of_rules:
            raise PolicyError(f"{waiver.check} is the check of many rules; waive one of them, such as BOOK/RULE")
        if waiver.check in NEVER_WAIVED:
            raise PolicyError(f"{waiver.check} cannot be waived under the profile {policy.profile}")
    for key in policy.keys:
        try:
            VerifierKey.parse(key)
        except (FormatError, EvidenceError) as error:
            raise PolicyError(f"issuer.keys: {error}") from error
