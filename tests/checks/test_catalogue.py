"""The catalogue, the functions that run, the profiles and the messages name the same checks."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import por.checks
from por.checks.catalogue import CATALOGUE, check
from por.checks.inclusion import CHECK as INCLUSION
from por.checks.requirements import CERTIFICATE, PROFILES, PUBLISHED
from por.checks.rules.catalogue import RULE_CATALOGUE
from por.checks.rules.table import RULE_CHECKS
from por.checks.verify import RUN
from por.errors import FormatError
from por.report.messages import ENGLISH

IDS = [entry.id for entry in CATALOGUE]
SOURCE = Path(por.checks.__file__).parent
NEEDS_CHAIN = {
    "snapshot.canonical",
    "snapshot.simultaneous",
    "reserves.balance",
    "reserves.totals",
    "reserves.movement",
    "solvency.coverage",
    "publication.anchored",
    "publication.unequivocal",
    "stablecoin.supply",
}


# These run when the policy or the verifier brings what they look at.
ASKED_FOR = {"liabilities.rolled", "reserves.movement", "reserves.code", "reserves.unshared"}
# A certificate is judged by its own checks, and by the age of what it is about.
# Rules name these.
RULES = {entry.id for entry in RULE_CATALOGUE}
ATTESTATION = {name for name in CERTIFICATE if name != "snapshot.fresh"}


def test_t70_every_check_has_one_row_and_one_id_for_ever() -> None:
    assert len(set(IDS)) == len(IDS)
    assert {name for name in IDS if name.startswith("attestation.")} == ATTESTATION
    assert set(IDS) == {
        "snapshot.complete",
        "snapshot.canonical",
        "snapshot.simultaneous",
        "snapshot.fresh",
        "liabilities.scheme",
        "liabilities.inclusion",
        "liabilities.nonnegative",
        "liabilities.recomputed",
        "reserves.control",
        "reserves.balance",
        "reserves.eligible",
        "reserves.distinct",
        "reserves.totals",
        *ASKED_FOR,
        "solvency.coverage",
        "publication.identified",
        "publication.anchored",
        "publication.unequivocal",
        "publication.bound",
        *ATTESTATION,
        *PUBLISHED,
        *RULES,
    }


def test_t68_every_check_of_the_catalogue_runs_in_its_order() -> None:
    """What customers ask, certificates, published proofs and rules have commands of their own."""
    apart = {INCLUSION, *ATTESTATION, *PUBLISHED, *RULES}
    assert [name for name, _ in RUN] == [name for name in IDS if name not in apart]
    assert set(RULE_CHECKS) == RULES


def test_t68_every_check_of_a_profile_is_one_that_runs() -> None:
    runs = {name for name, _ in RUN}
    for profile, checks in PROFILES.items():
        assert set(checks) <= set(IDS)
        if profile not in {"customer", "certificate", "published"}:
            assert set(checks) <= runs
    assert set().union(*PROFILES.values()) == set(IDS) - {"publication.bound"} - ASKED_FOR - RULES


@pytest.mark.parametrize("name", IDS)
def test_a_check_is_found_by_its_id_and_says_all_there_is_to_say(name: str) -> None:
    entry = check(name)
    assert entry.question.endswith("?")
    for text in (entry.evidence, entry.passes, entry.fails, entry.inconclusive, entry.limits):
        assert text
    assert entry.needs_chain == (name in NEEDS_CHAIN)


@pytest.mark.parametrize("name", ["", "reserves", "reserves.Balance", "reserves.balance ", "solvency.net"])
def test_another_id_is_refused_with_a_hint(name: str) -> None:
    with pytest.raises(FormatError, match="por explain"):
        check(name)


def literals() -> set[str]:
    """Collect every message key that the checks write out, f-strings of CHECK included."""
    found: set[str] = set()
    for path in SOURCE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= set(re.findall(r"^[a-z]+\.[a-z]+(?:\.[a-z_]+)?$", node.value))
    return found


def test_every_message_of_a_check_has_its_words() -> None:
    keys = {key for key in literals() if key.count(".") == 2 or key.startswith("evidence.")}
    assert keys
    assert keys <= set(ENGLISH)


def test_every_check_has_a_message_for_each_way_out() -> None:
    for name in IDS:
        assert any(key.startswith(f"{name}.") for key in ENGLISH), name


def test_t73_no_check_claims_to_be_an_audit() -> None:
    for entry in CATALOGUE:
        text = f"{entry}".lower()
        assert not re.search(r"\baudit\b|\bsolvent\b|\bcompliant\b|\bguaranteed\b", text), entry.id
