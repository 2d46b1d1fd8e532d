"""The whole verdict: what it rests on, that nothing is silent, and that it depends on its arguments alone."""

from __future__ import annotations

import os
import subprocess
import sys
import tracemalloc
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from functools import partial
from pathlib import Path

import pytest

from por.checks.catalogue import CATALOGUE
from por.checks.chain_view import Sources
from por.checks.evidence import OpenBundle, open_bundle
from por.checks.requirements import NEVER_WAIVED, PROFILES
from por.checks.rules.table import RULE_CHECKS
from por.checks.verify import RUN, verify
from por.encoding import records_v1, verdict_v1
from por.encoding.records_v1 import COLUMNS, record_line
from por.errors import FormatError, PolicyError, UnavailableError
from por.model import (
    AssetClass,
    Bundle,
    ChainAccount,
    ChainId,
    ChainRule,
    ClaimedHolding,
    Custody,
    Denomination,
    Finding,
    Grade,
    Instant,
    LiabilityCommitment,
    Outcome,
    Policy,
    ReserveAccount,
    Role,
    Source,
    Verdict,
    Waiver,
)
from por.report.text import message
from tests.checks import scenery
from tests.checks.scenery import (
    AN_HOUR_LATER,
    CHAIN,
    ETH,
    NOON,
    SNAPSHOT,
    USDC,
    FakeSource,
    Files,
    bundle,
    calls,
    examined,
    files,
    headers,
    ledger_records,
    listed,
    policy,
    quiet,
    recomputed,
    signature,
    sources,
    trees,
    with_account,
    with_claim,
    with_trees,
    write_bundle,
    write_records,
)

ROOT = Path(__file__).resolve().parents[2]
WAIVED = tuple(Waiver(f"publication.{name}", "no registry is in use") for name in ("anchored", "unequivocal"))
RULES = policy(waivers=WAIVED)


def verified(
    tmp_path: Path,
    made: Bundle | None = None,
    have: Files | None = None,
    *,
    note: str | None = None,
    rules: Policy = RULES,
    source: Source | None = None,
    records: Path | str | None = "honest",
    now: Instant = AN_HOUR_LATER,
) -> Verdict:
    folder = write_bundle(tmp_path / "bundle", made, have, note)
    given = write_records(tmp_path / "records.csv") if isinstance(records, str) else records
    return verify(folder, rules, sources(source), now=now, records=given)


def open_checks(verdict: Verdict) -> set[tuple[str, str]]:
    return {(f.check, str(f.outcome)) for f in verdict.findings if f.required and f.outcome is not Outcome.PASS}


# --- the honest issuer


def test_the_honest_issuer_passes(tmp_path: Path) -> None:
    verdict = verified(tmp_path)
    assert (verdict.outcome, verdict.exit_code, bool(verdict)) == ("PASS", 0, True)
    assert (verdict.profile, verdict.snapshot, verdict.as_of, verdict.checked_at) == (
        "auditor",
        SNAPSHOT,
        NOON,
        AN_HOUR_LATER,
    )
    assert verdict.policy == RULES.digest
    assert verdict.bundle == open_bundle(tmp_path / "bundle").digest
    assert {f.check for f in verdict.findings} == {*PROFILES["auditor"], "publication.bound"}
    assert {f.grade for f in verdict.of("solvency.coverage")} == {Grade.STATE_PROOF}


def test_an_open_bundle_or_its_path_give_one_verdict(tmp_path: Path) -> None:
    first = verified(tmp_path)
    again = verify(
        open_bundle(tmp_path / "bundle"), RULES, sources(), now=AN_HOUR_LATER, records=tmp_path / "records.csv"
    )
    assert verdict_v1.write(first) == verdict_v1.write(again)


def test_t35_without_registry_the_honest_issuer_is_undecided_unless_that_is_waived(tmp_path: Path) -> None:
    verdict = verified(tmp_path, rules=policy())
    assert verdict.exit_code == 3
    assert open_checks(verdict) == {
        ("publication.anchored", "INCONCLUSIVE"),
        ("publication.unequivocal", "INCONCLUSIVE"),
    }
    waived = [f for f in verified(tmp_path).findings if f.waived]
    assert {(f.check, f.outcome, f.waived) for f in waived} == {
        (w.check, Outcome.INCONCLUSIVE, w.reason) for w in WAIVED
    }


def test_t68_without_records_the_auditors_verdict_is_undecided_and_the_jobs_is_not(tmp_path: Path) -> None:
    auditor = verified(tmp_path / "a", records=None)
    assert open_checks(auditor) == {
        ("liabilities.nonnegative", "INCONCLUSIVE"),
        ("liabilities.recomputed", "INCONCLUSIVE"),
    }
    job = verified(tmp_path / "j", rules=replace(RULES, profile="job"), records=None)
    assert (job.exit_code, job.of("liabilities.recomputed")) == (0, ())
    assert {f.grade for f in job.of("solvency.coverage")} == {Grade.SELF_DECLARED}


def test_t16_t19_records_that_were_given_are_never_ignored(tmp_path: Path) -> None:
    """Also under a profile that does not ask for them: what contradicts the bundle must be said."""
    rows = [replace(row, amount=row.amount + 1) for row in ledger_records()]
    path = write_records(tmp_path / "records.csv")
    head = path.read_text().splitlines()[0]
    path.write_text(head + "\n" + "".join(map(record_line, rows)))
    verdict = verified(tmp_path, rules=replace(RULES, profile="job"), records=path)
    assert (verdict.exit_code, {o for c, o in open_checks(verdict) if c == "liabilities.recomputed"}) == (1, {"FAIL"})
    assert {f.grade for f in verdict.of("solvency.coverage")} == {Grade.SELF_DECLARED}


# --- one lie at a time


def unsigned() -> tuple[Bundle, Files]:
    have = files()
    return listed(with_account("cold", control=None), have), have


def stolen() -> tuple[Bundle, Files]:
    have = files()
    return listed(with_account("cold", control=have.control(signature("cold", "stranger"))), have), have


def inflated() -> tuple[Bundle, Files]:
    return with_claim("cold", ETH, amount=10**30), files()


def listed_twice() -> tuple[Bundle, Files]:
    return bundle(reserves=(*bundle().reserves, bundle().reserves[0])), files()


def poor() -> tuple[Bundle, Files]:
    have = files()
    return listed(bundle(reserves=bundle().reserves[1:]), have), have


def dropped() -> tuple[Bundle, Files]:
    return with_trees([tree for tree in trees() if tree.commitment.segment != "margin"]), files()


def halved() -> tuple[Bundle, Files]:
    rows = bundle().liabilities
    return bundle(liabilities=(*rows[:-1], replace(rows[-1], total=rows[-1].total // 2))), files()


def altered() -> tuple[Bundle, Files]:
    have = files()
    digest = bundle().blocks[0].header
    have.data[digest] = have.data[digest][:-2] + b'"}'[::-1]
    return bundle(), have


LIES = {
    unsigned: ("reserves.control", "INCONCLUSIVE", 3),
    stolen: ("reserves.control", "FAIL", 1),
    inflated: ("reserves.balance", "FAIL", 1),
    listed_twice: ("reserves.distinct", "FAIL", 1),
    poor: ("solvency.coverage", "FAIL", 1),
    dropped: ("liabilities.recomputed", "FAIL", 1),
    halved: ("liabilities.recomputed", "FAIL", 1),
    altered: ("snapshot.complete", "FAIL", 1),
}


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.__name__)
def test_t16_t24_t25_t42_t46_t49_t55_each_lie_has_its_finding(tmp_path: Path, lie: object) -> None:
    check, outcome, code = LIES[lie]  # type: ignore[index]
    verdict = verified(tmp_path, *lie())  # type: ignore[operator]
    assert (check, outcome) in open_checks(verdict)
    assert verdict.exit_code == code
    assert not verdict


@pytest.mark.parametrize(
    ("options", "check", "outcome"),
    [
        ({"rules": replace(RULES, keys=())}, "publication.identified", "INCONCLUSIVE"),
        ({"rules": replace(RULES, issuer="other.example")}, "publication.identified", "FAIL"),
        ({"now": Instant(NOON.seconds + 10**6)}, "snapshot.fresh", "FAIL"),
        ({"now": Instant(NOON.seconds - 1)}, "snapshot.fresh", "FAIL"),
        ({"rules": replace(RULES, max_skew=1)}, "snapshot.simultaneous", "FAIL"),
        ({"rules": replace(RULES, ratio=Fraction(101, 100))}, "solvency.coverage", "FAIL"),
        ({"rules": replace(RULES, own_assets=frozenset({USDC}))}, "reserves.eligible", "FAIL"),
        ({"rules": replace(RULES, layouts=())}, "reserves.balance", "INCONCLUSIVE"),
        ({"rules": replace(RULES, classes=())}, "liabilities.scheme", "INCONCLUSIVE"),
        ({"rules": replace(RULES, chains={})}, "snapshot.canonical", "INCONCLUSIVE"),
        ({"rules": replace(RULES, chains={CHAIN: ChainRule(CHAIN, 3, None)})}, "reserves.balance", "INCONCLUSIVE"),
        ({"source": FakeSource(fails=UnavailableError("down"))}, "snapshot.canonical", "INCONCLUSIVE"),
        ({"source": FakeSource(headers(salt=b"fork"))}, "snapshot.canonical", "FAIL"),
        ({"source": FakeSource(then=headers(salt=b"fork"))}, "snapshot.canonical", "INCONCLUSIVE"),
        ({"source": FakeSource((headers()[0],))}, "snapshot.simultaneous", "INCONCLUSIVE"),
        ({"rules": replace(RULES, require=("liabilities.inclusion",))}, "liabilities.inclusion", "INCONCLUSIVE"),
    ],
)
def test_t34_t37_t38_t55_t56_t57_t63_t64_what_the_verifier_lacks_or_demands(
    tmp_path: Path, options: dict[str, object], check: str, outcome: str
) -> None:
    verdict = verified(tmp_path, **options)  # type: ignore[arg-type]
    assert (check, outcome) in open_checks(verdict)
    assert verdict.exit_code == (1 if "FAIL" in {o for _, o in open_checks(verdict)} else 3)


def test_t64_an_outage_alone_is_never_a_refutation(tmp_path: Path) -> None:
    for number, source in enumerate((FakeSource(fails=UnavailableError("down")), FakeSource(()), None)):
        given = sources(source) if source else Sources({})
        folder = write_bundle(tmp_path / str(number))
        verdict = verify(folder, RULES, given, now=AN_HOUR_LATER, records=write_records(tmp_path / "r.csv"))
        assert {o for _, o in open_checks(verdict)} == {"INCONCLUSIVE"}


def test_no_source_is_the_same_as_none(tmp_path: Path) -> None:
    folder = write_bundle(tmp_path)
    assert verify(folder, RULES, now=AN_HOUR_LATER) == verify(folder, RULES, Sources({}), now=AN_HOUR_LATER)


# --- silence is impossible


def test_t68_an_empty_bundle_passes_nothing_but_its_age_and_its_signature(tmp_path: Path) -> None:
    made = with_trees([], blocks=(), reserves=(), evidence=())
    verdict = verified(tmp_path, made, records=None)
    assert verdict.exit_code == 3
    passed = {f.check for f in verdict.findings if f.outcome is Outcome.PASS}
    assert passed == {"snapshot.fresh", "publication.identified"}
    silent = [f for f in verdict.findings if f.message == "evidence.nothing"]
    assert {f.subject for f in silent} == {SNAPSHOT}


def test_t68_owing_nothing_is_no_solvency(tmp_path: Path) -> None:
    made = with_trees([scenery.grow("spot", ETH, [])])
    verdict = verified(tmp_path, made, rules=replace(RULES, profile="job"), records=None)
    assert open_checks(verdict) == {("solvency.coverage", "INCONCLUSIVE")}


@pytest.mark.parametrize("profile", ["auditor", "job"])
def test_t68_every_required_check_has_a_finding_whatever_the_bundle(tmp_path: Path, profile: str) -> None:
    rules = replace(RULES, profile=profile, require=("liabilities.inclusion",))
    for number, made in enumerate((bundle(), with_trees([], blocks=(), reserves=(), evidence=()))):
        verdict = verified(tmp_path / str(number), made, rules=rules, records=None)
        asked = {*PROFILES[profile], "liabilities.inclusion", "publication.bound"}
        assert {f.check for f in verdict.findings} == asked


ASKED_FOR = ("liabilities.rolled", "reserves.movement", "reserves.code", "reserves.unshared")


@pytest.mark.parametrize(("name", "run"), [row for row in RUN if row[0] not in ASKED_FOR])
def test_t68_a_check_alone_answers_or_is_answered_for(tmp_path: Path, name: str, run: object) -> None:
    """Whatever it finds, it finds under its own name; and each subject has one finding, or one for each problem."""
    for number, made in enumerate((bundle(), listed_twice()[0], dropped()[0])):
        findings: list[Finding] = list(run(examined(tmp_path / str(number), made, recomputation=recomputed(made))))  # type: ignore[operator]
        assert findings
        assert {f.check for f in findings} == {name}
        assert all(f.required == (name != "publication.bound") and f.waived is None for f in findings)
        if number == 0:
            assert max(Counter(f.ref for f in findings).values()) == 1


@pytest.mark.parametrize("name", ASKED_FOR)
def test_t68_what_nobody_asked_for_says_nothing_unless_the_policy_requires_it(tmp_path: Path, name: str) -> None:
    assert verified(tmp_path / "a").of(name) == ()
    required = verified(tmp_path / "b", rules=policy(require=(name,)))
    assert [(f.message, f.required) for f in required.of(name)] == [("evidence.nothing", True)]


def test_every_finding_can_be_said(tmp_path: Path) -> None:
    told = 0
    for number, lie in enumerate(LIES):
        for finding in verified(tmp_path / str(number), *lie()).findings:
            assert message(finding)
            told += 1
    assert told > 100


# --- what cannot be used


@pytest.mark.parametrize("check", NEVER_WAIVED)
def test_t68_a_policy_that_waives_the_question_is_refused(tmp_path: Path, check: str) -> None:
    with pytest.raises(PolicyError, match=check):
        verified(tmp_path, rules=policy(waivers=(Waiver(check, "we trust them"),)))


@pytest.mark.parametrize("check", sorted({name for name, _ in RUN} - set(NEVER_WAIVED) - set(ASKED_FOR)))
def test_one_waiver_takes_out_one_check(tmp_path: Path, check: str) -> None:
    others = tuple(waiver for waiver in WAIVED if waiver.check != check)
    verdict = verified(tmp_path, rules=policy(waivers=(*others, Waiver(check, "r"))))
    assert {f.check for f in verdict.findings if f.waived} == {check, *(w.check for w in others)}
    assert {f.check for f in verdict.findings if not f.required} - {check} == {
        *(w.check for w in others if w.check != check),
        *({"publication.bound"} - {check}),
    }


def test_t63_t52_a_waived_check_still_keeps_coins_out_of_the_sum(tmp_path: Path) -> None:
    """Waiving `reserves.distinct` forgives the double listing; it does not count the coins."""
    rules = policy(waivers=(*WAIVED, Waiver("reserves.distinct", "r")))
    verdict = verified(tmp_path, *listed_twice(), rules=rules)
    assert ("solvency.coverage", "FAIL") in open_checks(verdict)


@pytest.mark.parametrize(
    ("options", "check"),
    [
        ({"now": Instant(NOON.seconds + 10**6)}, "snapshot.fresh"),
        ({"source": FakeSource(headers(salt=b"fork"))}, "snapshot.canonical"),
    ],
)
@pytest.mark.parametrize("profile", ["auditor", "job"])
def test_t37_t56_t69_no_waiver_turns_a_refutation_into_a_zero(
    tmp_path: Path, options: dict[str, object], check: str, profile: str
) -> None:
    waivers = tuple(Waiver(row.id, "careless") for row in CATALOGUE if row.id not in {*NEVER_WAIVED, *RULE_CHECKS})
    verdict = verified(tmp_path, rules=policy(waivers=waivers, profile=profile), **options)  # type: ignore[arg-type]
    assert (check, "FAIL") in open_checks(verdict)
    assert verdict.exit_code == 1
    assert not any(f.waived for f in verdict.findings if f.outcome is Outcome.FAIL)


def test_t46_t84_a_bundle_of_thousands_of_rows_is_judged_in_linear_work(tmp_path: Path) -> None:
    """Without any evidence, which is what a bundle made to keep a verifier busy would bring."""

    def of(number: int) -> OpenBundle:
        accounts = [ChainAccount(CHAIN, f"0x{i:040x}") for i in range(number)]
        claims = (ClaimedHolding(ETH, 1, ()),)
        rows = tuple(ReserveAccount(row, Role.CUSTOMER, Custody.COLD, claims, None) for row in accounts)
        some = bundle().liabilities[0]
        owed = tuple(replace(some, asset=replace(USDC, reference=row.address), segment="spot") for row in accounts)
        made = bundle(liabilities=owed, reserves=(*rows, *rows), evidence=())
        return replace(open_bundle(write_bundle(tmp_path / str(number))), bundle=made)

    few, lots = of(750), of(3000)
    work = [calls(partial(verify, opened, RULES, sources(), now=AN_HOUR_LATER)) for opened in (few, lots)]
    assert work[1] < 5 * work[0]


def classes(*members: tuple[object, int]) -> tuple[AssetClass, ...]:
    return (AssetClass(tuple(Denomination(asset, places) for asset, places in members)),)  # type: ignore[arg-type]


def test_t09_two_commitments_for_one_class_in_one_segment_are_refused(tmp_path: Path) -> None:
    rows: tuple[LiabilityCommitment, ...] = bundle().liabilities
    assert [row.segment for row in rows] == ["debt:margin", "margin", "spot", "spot"]
    rules = replace(RULES, classes=classes((ETH, 18), (USDC, 6)))
    with pytest.raises(FormatError, match="one asset class in one segment"):
        verified(tmp_path, rules=rules)


@pytest.mark.parametrize("content", ["", "nonsense\n", "account_id,segment,asset,amount,part,record_key\n", "\udcff"])
def test_t19_t68_records_of_no_form_are_refused_by_name(tmp_path: Path, content: str) -> None:
    path = tmp_path / "records.csv"
    path.write_text(content, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(FormatError, match=r"records\.csv"):
        verified(tmp_path, records=path)


HEADER = ",".join(COLUMNS) + "\n"


@pytest.mark.parametrize(
    ("before", "line"), [("", 1), (HEADER, 2), ("records", 3)], ids=["first", "second", "after records"]
)
def test_t84_a_line_without_end_in_the_record_list_is_read_no_further_than_its_cap(
    tmp_path: Path, before: str, line: int
) -> None:
    path = tmp_path / "records.csv"
    good = "".join(write_records(path).read_text().splitlines(keepends=True)[:2]) if before == "records" else before
    path.write_text(good + "x" * (32 * 2**20) + "\n")
    made = open_bundle(write_bundle(tmp_path / "bundle"))
    tracemalloc.start()
    try:
        with pytest.raises(FormatError) as caught:
            verify(made, RULES, sources(), now=AN_HOUR_LATER, records=path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert caught.value.place == f"{path}:{line}"
    assert line == 1 or "more than 4096 characters" in caught.value.reason
    assert peak < 4 * 2**20


def test_t84_the_cap_of_a_line_is_the_record_lists_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_records(tmp_path / "records.csv")
    longest = max(map(len, path.read_text().splitlines(keepends=True)))
    monkeypatch.setattr(records_v1, "MAX_LINE", longest)
    assert verified(tmp_path, records=path).exit_code == 0
    monkeypatch.setattr(records_v1, "MAX_LINE", longest - 1)
    with pytest.raises(FormatError, match=f"more than {longest - 1} characters"):
        verified(tmp_path, records=path)


def test_what_is_wrong_with_the_record_list_is_said_with_its_path(tmp_path: Path) -> None:
    path = tmp_path / "a folder" / "issuers.csv"
    for content in (b"", b"nonsense\n", HEADER.encode(), HEADER.encode() + b"one,two\n", b"\xff\xfe", b"\x00" * 9000):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        with pytest.raises(FormatError) as caught:
            verified(tmp_path, records=path)
        assert caught.value.place.startswith(str(path))
    with pytest.raises(FormatError) as caught:
        verified(tmp_path, records=path.parent)
    assert caught.value.place == str(path.parent)


def test_records_that_are_not_there_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"gone\.csv"):
        verified(tmp_path, records=tmp_path / "gone.csv")


def test_t19_a_bad_line_of_the_records_is_refused_with_its_place(tmp_path: Path) -> None:
    path = write_records(tmp_path / "records.csv")
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([*lines[:3], lines[3].replace(",0,", ",-1,"), *lines[4:]]))
    with pytest.raises(FormatError, match=r":4 column part"):
        verified(tmp_path, records=path)


def test_a_bundle_of_no_form_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bundle.json").write_text("{}")
    with pytest.raises(FormatError, match=r"bundle\.json"):
        verify(tmp_path, RULES, now=AN_HOUR_LATER)


# --- the same arguments, the same bytes


def test_the_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    made = {verdict_v1.write(verified(tmp_path / str(n), *poor())) for n in range(3)}
    assert len(made) == 1


def test_the_bytes_read_back_to_the_same_verdict(tmp_path: Path) -> None:
    for number, lie in enumerate(LIES):
        verdict = verified(tmp_path / str(number), *lie())
        assert verdict_v1.read(verdict_v1.write(verdict)) == verdict


def reversed_(mapping: Mapping[object, object]) -> dict[object, object]:
    return dict(reversed(list(mapping.items())))


@pytest.mark.parametrize(("name", "run"), RUN)
def test_no_finding_depends_on_the_order_of_a_mapping(tmp_path: Path, name: str, run: object) -> None:
    examination = examined(tmp_path, recomputation=recomputed())
    turned = replace(
        examination,
        signers=reversed_(examination.signers),  # type: ignore[arg-type]
        holdings=reversed_(examination.holdings),  # type: ignore[arg-type]
        policy=replace(examination.policy, chains=reversed_(examination.policy.chains)),  # type: ignore[arg-type]
    )
    assert list(run(examination)) == list(run(turned)), name  # type: ignore[operator]


def test_the_order_of_sources_and_classes_changes_nothing(tmp_path: Path) -> None:
    from_a = verified(tmp_path / "a")
    other = FakeSource(chain=ChainId("eip155", "10"))
    folder = write_bundle(tmp_path / "b")
    for by_chain in ({CHAIN: FakeSource(), other.chain: other}, {other.chain: other, CHAIN: FakeSource()}):
        rules = replace(RULES, classes=RULES.classes[::-1])
        verdict = verify(folder, rules, Sources(by_chain), now=AN_HOUR_LATER, records=tmp_path / "a" / "records.csv")
        assert verdict_v1.write(verdict) == verdict_v1.write(from_a)


PROGRAM = """
import hashlib, sys
from pathlib import Path
from por.encoding import verdict_v1
from tests.checks.test_verify import LIES, verified
for number, lie in enumerate(LIES):
    verdict = verified(Path(sys.argv[1]) / str(number), *lie())
    print(verdict.exit_code, hashlib.sha256(verdict_v1.write(verdict)).hexdigest())
"""


def test_t71_neither_the_hash_seed_nor_python_o_changes_a_byte(tmp_path: Path) -> None:
    said = set()
    for number, (flags, seed) in enumerate((((), "0"), (("-O",), "1"))):
        folder = tmp_path / str(number)
        folder.mkdir()
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            [sys.executable, *flags, "-c", PROGRAM, str(folder)],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        said.add(done.stdout)
    assert len(said) == 1
    assert [line.split()[0] for line in said.pop().splitlines()] == [str(code) for _, _, code in LIES.values()]


def test_progress_is_told_and_changes_nothing(tmp_path: Path) -> None:
    lines: list[str] = []
    folder, records = write_bundle(tmp_path / "b"), write_records(tmp_path / "r.csv")
    loud = verify(folder, RULES, sources(), now=AN_HOUR_LATER, records=records, progress=lines.append)
    still = verify(folder, RULES, sources(), now=AN_HOUR_LATER, records=records, progress=quiet)
    assert loud == still
    assert any(line.startswith("rebuilding") for line in lines)
    assert any(line.startswith("examining account") for line in lines)
