"""Who else lists an account of this bundle as its own? Nobody, or the account does not pass (T45)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.checks.evidence import OpenBundle
from por.checks.examination import Beside, Examination
from por.checks.unshared import unshared
from por.checks.verify import verify
from por.model import ChainAccount, ChainId, Custody, Digest, Finding, Instant, ReserveAccount, Role
from tests.checks import scenery as s
from tests.checks.scenery import NOON

COLD, HOT = s.account("cold"), s.account("hot")
OTHER = "other.example"
STRANGERS = tuple(ChainAccount(s.CHAIN, f"0x{digit * 40}") for digit in "123")


def row(account: ChainAccount, role: Role = Role.CUSTOMER) -> ReserveAccount:
    return ReserveAccount(account, role, Custody.COLD, (), None)


def other(*rows: ReserveAccount, digest: bytes = b"\x09" * 32, **changes: Any) -> OpenBundle:
    """Make another issuer's bundle of these accounts."""
    made = s.bundle(**{"issuer": OTHER, "reserves": rows, "evidence": (), **changes})
    return OpenBundle(made, Digest(digest), None, Path())


def asked(tmp_path: Path, *others: OpenBundle, **changes: Any) -> Examination:
    return replace(s.examined(tmp_path, **changes), others=others)


def judged(tmp_path: Path, *others: OpenBundle, **changes: Any) -> list[Finding]:
    return list(unshared(asked(tmp_path, *others, **changes)))


def test_bundles_that_share_nothing_pass_and_are_counted(tmp_path: Path) -> None:
    finding = s.one(judged(tmp_path, other(row(STRANGERS[0])), other(row(STRANGERS[1]), issuer="third.example")))
    assert (finding.outcome, finding.message, finding.subject) == ("PASS", "reserves.unshared.apart", s.SNAPSHOT)
    assert finding.facts == {
        "bundles": "2",
        "issuers": "other.example, third.example",
        "accounts": "4",
        "left_out": "0",
    }


@pytest.mark.parametrize("role", list(Role))
def test_t45_one_account_of_two_issuers_fails_in_any_role_and_names_both_rows(tmp_path: Path, role: Role) -> None:
    theirs = other(row(STRANGERS[0]), row(HOT, role), instant=Instant(NOON.seconds - 60))
    finding = s.one(judged(tmp_path, theirs))
    assert (finding.outcome, finding.message, finding.subject) == ("FAIL", "reserves.unshared.shared", str(HOT))
    assert (finding.facts["row"], finding.facts["role"]) == ("/reserves/1", "customer")
    assert finding.facts["others"].startswith(f"other.example at 2026-11-01T11:59:00Z (/reserves/1, {role}, bundle ")


def test_t45_every_shared_account_has_one_finding_whoever_else_lists_it(tmp_path: Path) -> None:
    first, second = other(row(COLD), row(HOT)), other(row(HOT), issuer="third.example", digest=b"\x08" * 32)
    findings = judged(tmp_path, first, second, other(row(STRANGERS[2])))
    assert [f.subject for f in findings] == sorted([str(COLD), str(HOT)])
    shared = {f.subject: f.facts["issuers"] for f in findings}
    assert shared == {str(COLD): "other.example", str(HOT): "other.example, third.example"}
    assert len({f.ref for f in findings}) == 2


def test_t45_t52_the_house_accounts_of_this_bundle_are_compared_too(tmp_path: Path) -> None:
    finding = s.one(judged(tmp_path, other(row(s.account("house")))))
    assert (finding.outcome, finding.facts["role"]) == ("FAIL", "house")


def test_t46_an_account_listed_twice_here_is_named_by_its_first_row(tmp_path: Path) -> None:
    made = s.bundle()
    twice = replace(made, reserves=(*made.reserves, made.reserves[0]))
    assert s.one(judged(tmp_path, other(row(COLD)), made=twice)).facts["row"] == "/reserves/0"


def test_one_address_on_another_chain_is_another_account(tmp_path: Path) -> None:
    elsewhere = ChainAccount(ChainId("eip155", "10"), COLD.address)
    assert s.told(judged(tmp_path, other(row(elsewhere)))) == [("PASS", "reserves.unshared.apart")]


NOT_COMPARED: dict[str, dict[str, Any]] = {
    "the same issuer's": {"issuer": s.ISSUER},
    "older than your policy allows": {"instant": Instant(NOON.seconds - 86_400)},
    "in the future": {"instant": Instant(NOON.seconds + 7200)},
}


@pytest.mark.parametrize("why", NOT_COMPARED)
def test_t68_t74_what_cannot_be_compared_shows_nothing(tmp_path: Path, why: str) -> None:
    finding = s.one(judged(tmp_path, other(row(COLD), **NOT_COMPARED[why])))
    assert (finding.outcome, finding.message) == ("INCONCLUSIVE", "reserves.unshared.not_compared")
    assert why in finding.facts["reason"]


def test_a_bundle_that_cannot_be_compared_takes_nothing_from_one_that_can(tmp_path: Path) -> None:
    stale = other(row(COLD), instant=Instant(NOON.seconds - 86_400))
    finding = s.one(judged(tmp_path, stale, other(row(STRANGERS[0]), issuer="third.example")))
    assert (finding.outcome, finding.facts["bundles"], finding.facts["left_out"]) == ("PASS", "1", "1")
    assert s.told(judged(tmp_path / "b", stale, other(row(COLD)))) == [("FAIL", "reserves.unshared.shared")]


@pytest.mark.parametrize(("age", "compared"), [(0, True), (86_399, True), (86_400, True), (86_401, False)])
def test_t44_the_age_is_the_policys_at_the_clock_given(tmp_path: Path, age: int, compared: bool) -> None:
    theirs = other(row(COLD), instant=Instant(s.AN_HOUR_LATER.seconds - age))
    outcome = s.one(judged(tmp_path, theirs)).outcome
    assert outcome == ("FAIL" if compared else "INCONCLUSIVE")


def test_nothing_brought_finds_nothing(tmp_path: Path) -> None:
    assert judged(tmp_path) == []


def test_an_empty_list_of_another_issuer_is_apart(tmp_path: Path) -> None:
    assert s.told(judged(tmp_path, other())) == [("PASS", "reserves.unshared.apart")]


def test_t45_a_verdict_asks_for_it_when_other_bundles_are_brought(tmp_path: Path) -> None:
    folder = s.write_bundle(tmp_path)
    for others, expected in (((), set()), ((other(row(COLD)),), {"FAIL"}), ((other(row(STRANGERS[0])),), {"PASS"})):
        beside = Beside(others=others)
        verdict = verify(folder, s.policy(), s.sources(), now=s.AN_HOUR_LATER, beside=beside)
        assert {str(f.outcome) for f in verdict.of("reserves.unshared")} == expected
        assert all(f.required for f in verdict.of("reserves.unshared"))


def test_t46_t84_many_accounts_and_bundles_are_compared_in_linear_work(tmp_path: Path) -> None:
    def work(number: int) -> int:
        rows = tuple(row(ChainAccount(s.CHAIN, f"0x{i:040x}")) for i in range(number))
        base = asked(tmp_path / str(number), *[other(*rows)] * 3)
        made = replace(base.bundle, reserves=rows)
        examination = replace(base, opened=replace(base.opened, bundle=made))
        return s.calls(lambda: list(unshared(examination)))

    assert work(2000) < 5 * work(500)


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Examination:
    return s.examined(tmp_path_factory.mktemp("honest"))


@given(st.lists(st.sampled_from([COLD, HOT, *STRANGERS]), max_size=8))
def test_t45_just_the_accounts_in_both_lists_are_found(honest: Examination, theirs: list[ChainAccount]) -> None:
    findings = list(unshared(replace(honest, others=(other(*map(row, theirs)),))))
    both = sorted({str(account) for account in theirs} & {str(COLD), str(HOT)})
    assert [f.subject for f in findings if f.outcome == "FAIL"] == both
    assert bool(both) != any(f.outcome == "PASS" for f in findings)
