"""Lies beyond the catalogue: in how assets are counted, in policies that waive much, and in every byte of a bundle."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from por.commitments import rfc6962
from por.commitments.hashes import committed_root, context
from por.commitments.sum_tree import recompute
from por.encoding import inclusion_proof_v1
from por.encoding.commitments_v1 import Commitments
from por.encoding.digests import digest_of
from por.issuer.assets import AssetTable
from por.issuer.commit import commit
from por.issuer.prove import prove
from por.issuer.store import ProofStore
from por.model import CaseRule, LiabilityCommitment
from por.simulator.lies_liabilities import signed_note
from tests.simulator import (
    CAUGHT_BY,
    CUSTOMER,
    LIES,
    Draft,
    Exchange,
    Lie,
    Run,
    holdings_of,
    ids,
    must_be_caught,
    por,
    shown_to_auditor,
    shown_to_customer,
)

pytestmark = pytest.mark.thorough

WITH_A_VERDICT = [lie for lie in LIES if not (CAUGHT_BY[lie.name] or ("", ""))[1].startswith("exit")]
TO_CUSTOMERS = {
    "one leaf for two customers",
    "less than owed",
    "amount edited in the proof",
    "short path",
    "side chosen by the file",
    "one record twice",
    "overflowing sum",
    "total below the sum",
    "two bundles for one instant",
    "a root of its own",
    "unsigned proof",
    "a list corrected since",
    "a root not anchored",
}
# These victims have no policy.
UNDER_A_POLICY = [lie for lie in WITH_A_VERDICT if lie.name not in {"a list corrected since", "a root not anchored"}]
TO_AUDITORS = [lie for lie in WITH_A_VERDICT if lie.name not in TO_CUSTOMERS]
NEVER_WAIVED = {
    "liabilities.inclusion",
    "liabilities.scheme",
    "reserves.control",
    "reserves.balance",
    "solvency.coverage",
    "publication.identified",
}
WAIVABLE = (
    "snapshot.complete",
    "snapshot.canonical",
    "snapshot.simultaneous",
    "snapshot.fresh",
    "liabilities.nonnegative",
    "liabilities.recomputed",
    "reserves.eligible",
    "reserves.distinct",
)


def option(command: list[str], name: str, value: object) -> list[str]:
    """Give an option another value."""
    at = command.index(name)
    return [*command[: at + 1], str(value), *command[at + 2 :]]


def without(command: list[str], name: str) -> list[str]:
    at = command.index(name)
    return [*command[:at], *command[at + 2 :]]


def in_policy(command: list[str], stage: Path, change: Callable[[str], str]) -> list[str]:
    """Let the victim use a changed policy."""
    text = Path(command[command.index("--policy") + 1]).read_text()
    policy = stage / "changed-policy.toml"
    policy.write_text(change(text))
    return option(command, "--policy", policy)


@pytest.mark.parametrize("lie", TO_AUDITORS, ids=ids(TO_AUDITORS))
def test_a_job_without_a_ledger_misses_what_only_a_ledger_shows(lie: Lie, exchange: Exchange, stage: Path) -> None:
    """Only totals that no record backs pass, and their coverage is graded self-declared."""
    with exchange.aside():
        command = lie.tell(exchange, stage)
        assert command[0] == "verify"
        as_job = in_policy(command, stage, lambda text: text.replace('profile = "auditor"', 'profile = "job"'))
        run = por(*without(as_job, "--ledger"))
    row = CAUGHT_BY[lie.name]
    assert row is not None
    if row[0] != "liabilities.recomputed":
        must_be_caught(run, *row)
        return
    assert run.verdict is not None
    assert run.status == 0
    grades = {finding.grade.text for finding in run.verdict.of("solvency.coverage") if finding.grade}
    assert grades == {"self-declared"}


@pytest.mark.parametrize("lie", UNDER_A_POLICY, ids=ids(UNDER_A_POLICY))
def test_no_waiver_hides_a_lie_that_is_refuted_or_about_what_cannot_be_waived(
    lie: Lie, exchange: Exchange, stage: Path
) -> None:
    rows = "".join(f'\n[[waive]]\ncheck = "{check}"\nreason = "careless"\n' for check in WAIVABLE)
    row = CAUGHT_BY[lie.name]
    assert row is not None
    with exchange.aside():
        run = por(*in_policy(lie.tell(exchange, stage), stage, lambda text: text + rows))
    assert run.verdict is not None, run.talk
    if row[0] in NEVER_WAIVED or row[1] == "FAIL":
        must_be_caught(run, *row)
    if row[0] == "snapshot.canonical":
        assert run.status in {1, 3}, "a balance is no better than the block it is proven at"
    assert row[1] in {finding.outcome for finding in run.verdict.of(row[0])}, "waived is not forgotten"
    waived = [finding for finding in run.verdict.findings if finding.waived]
    assert all(finding.outcome != "FAIL" for finding in waived)
    assert ("careless" in run.out) == any(finding.waived == "careless" for finding in waived)


@pytest.mark.parametrize("check", sorted(NEVER_WAIVED))
def test_what_must_not_be_waived_cannot_be(check: str, exchange: Exchange, stage: Path) -> None:
    waive = f'\n[[waive]]\ncheck = "{check}"\nreason = "careless"\n'
    run = por(*in_policy(shown_to_auditor(exchange, exchange.bundle), stage, lambda text: text + waive))
    assert (run.status, run.verdict) == (2, None)
    assert check in run.talk


def without_classes(text: str) -> str:
    start, end = text.index("[[class]]"), text.index("[[layout]]")
    return text[:start] + text[end:]


def recommitted(exchange: Exchange, stage: Path, decimals: int) -> tuple[Commitments, Path]:
    """Commit to the honest ledger's token with other decimals, and sign it; return that and a customer's proof."""
    assets = stage / "assets.toml"
    assets.write_text(
        f'[[asset]]\nsymbol = "USDX"\nid = "{exchange.dollar}"\ndecimals = {decimals}\n\n'
        f'[[asset]]\nsymbol = "COIN"\nid = "{exchange.coin}"\ndecimals = 18\n'
    )
    made = commit(
        exchange.directory / "ledger.csv",
        stage / "cheat",
        issuer="exchange.example",
        instant=exchange.workspace.commitments().instant,
        case_rule=CaseRule.LOWER,
        master_key=bytes(32),
        assets=AssetTable.load(assets),
        progress=lambda _: None,
    )
    note = signed_note(exchange, stage, made.commitments.liabilities)
    proof = stage / "proof.json"
    with ProofStore.open(stage / "cheat" / "store") as store:
        proof.write_bytes(inclusion_proof_v1.write(prove(store, CUSTOMER, note)))
    return made.commitments, proof


@pytest.mark.parametrize("decimals", [2, 24])
@pytest.mark.parametrize("known", [True, False], ids=["in-the-policy", "in-no-policy"])
def test_t59_other_decimals_pass_with_no_customer(decimals: int, known: bool, exchange: Exchange, stage: Path) -> None:
    _, proof = recommitted(exchange, stage, decimals)
    command = shown_to_customer(exchange, proof, CUSTOMER, *holdings_of(exchange, CUSTOMER))
    run = por(*command if known else in_policy(command, stage, without_classes))
    must_be_caught(run, "liabilities.scheme", "FAIL")


@pytest.mark.parametrize("decimals", [2, 24])
def test_t59_other_decimals_pass_with_no_auditor(decimals: int, exchange: Exchange, stage: Path) -> None:
    """With two decimals in place of six, a ten-thousandth of the coins would seem to be enough."""
    recommitted(exchange, stage, decimals)
    command = option(shown_to_auditor(exchange, stage / "bundle"), "--ledger", stage / "cheat" / "records.csv")
    must_be_caught(por(*command), "liabilities.scheme", "FAIL")
    run = por(*in_policy(command, stage, without_classes))
    must_be_caught(run, "liabilities.scheme", "INCONCLUSIVE")


def test_t59_the_same_coins_with_the_decimals_known_pass(exchange: Exchange, stage: Path) -> None:
    _, proof = recommitted(exchange, stage, 6)
    command = shown_to_customer(exchange, proof, CUSTOMER, *holdings_of(exchange, CUSTOMER))
    assert por(*command).status == 0


def published(exchange: Exchange, stage: Path, draft: Draft) -> list[str]:
    return shown_to_auditor(exchange, draft.publish(stage / "bundle", exchange.signing_key))


def emptied(exchange: Exchange, draft: Draft) -> tuple[LiabilityCommitment, ...]:
    """Commit to owing nothing of anything, in trees that hold no record."""
    rows = []
    for item in draft.bundle.liabilities:
        tree = context(
            item.scheme, draft.bundle.issuer, draft.bundle.snapshot, item.segment, str(item.asset), item.decimals
        )
        fold = recompute(iter(()), item.depth)
        root = committed_root(tree, fold.depth, fold.total, fold.top)
        rows.append(replace(item, total=0, root=root, top=fold.top))
    return tuple(rows)


NOTHING: dict[str, Callable[[Exchange, Draft], tuple[LiabilityCommitment, ...]]] = {
    "t68-no-commitment": lambda exchange, draft: (),
    "t68-nothing-owed": emptied,
    "t72-debts-alone": lambda exchange, draft: tuple(item for item in draft.bundle.liabilities if item.is_debt),
}


@pytest.mark.parametrize("profile", ["auditor", "job"])
@pytest.mark.parametrize("name", NOTHING)
def test_owing_nothing_is_not_solvency(name: str, profile: str, exchange: Exchange, stage: Path) -> None:
    draft = Draft.of(exchange)
    rows = NOTHING[name](exchange, draft)
    root = rfc6962.root([item.root for item in rows]) if rows else bytes(32)
    draft.bundle = replace(draft.bundle, liabilities=rows, commitments_root=root)
    command = without(published(exchange, stage, draft), "--ledger")
    run = por(*in_policy(command, stage, lambda text: text.replace('"auditor"', f'"{profile}"')))
    assert run.outcomes("solvency.coverage") == {"INCONCLUSIVE"}, run.out
    assert run.status == 3


@pytest.mark.parametrize("what", ["reserves", "blocks", "evidence"])
def test_t68_a_bundle_without_a_part_is_not_verified(what: str, exchange: Exchange, stage: Path) -> None:
    draft = Draft.of(exchange)
    bundle = draft.publish(stage / "bundle", exchange.signing_key)
    if what == "evidence":
        shutil.rmtree(bundle / "evidence")
    else:
        empty = replace(draft.bundle, reserves=()) if what == "reserves" else replace(draft.bundle, blocks=())
        draft.bundle = empty
        draft.publish(bundle, exchange.signing_key)
    run = por(*shown_to_auditor(exchange, bundle))
    assert run.status in {1, 3}, run.out


def test_t25_a_deposit_booked_as_a_debt_does_not_count_as_the_customers(exchange: Exchange, stage: Path) -> None:
    """The debt is 25 USDX, and the customer expects as much to be owed to them."""
    indebted = "customer-6@example.com"
    proof = exchange.proof(indebted, stage / "proof.json")
    value = inclusion_proof_v1.read(proof.read_bytes())
    debts = tuple(tree for tree in value.trees if tree.commitment.is_debt)
    assert debts
    proof.write_bytes(inclusion_proof_v1.write(replace(value, trees=debts)))
    run = por(*shown_to_customer(exchange, proof, indebted, "USDX=25"))
    assert run.status == 3, run.out
    assert run.outcomes("liabilities.inclusion") == {"INCONCLUSIVE"}
    assert por(*shown_to_customer(exchange, proof, indebted, "debt:margin/USDX=25")).status == 0


@pytest.mark.parametrize("pin", ["key", "key-and-root", "key-and-digest"])
def test_t35_a_second_bundle_over_the_same_trees_is_told_from_the_first(
    pin: str, exchange: Exchange, stage: Path
) -> None:
    """Customers get a proof under one bundle, and are shown another one, with other accounts, signed as well."""
    draft = Draft.of(exchange)
    draft.bundle = replace(draft.bundle, reserves=draft.bundle.reserves[:1])
    second = draft.publish(stage / "second", exchange.signing_key)
    proof = exchange.proof(CUSTOMER, stage / "proof.json")
    command = shown_to_customer(exchange, proof, CUSTOMER, *holdings_of(exchange, CUSTOMER))
    assert por(*command, "--bundle", exchange.bundle).status == 0
    if pin == "key-and-root":
        command += ["--root", exchange.workspace.commitments().commitments_root.hex()]
    if pin == "key-and-digest":
        digest = digest_of((second / "bundle.json").read_bytes())
        entry = f'[issuer]\nbundles = ["{digest}"]\n'
        command = in_policy(command, stage, lambda text: text.replace("[issuer]\n", entry))
    run = por(*command, "--bundle", second)
    must_be_caught(run, "publication.identified", "FAIL")
    assert "two bundles for one instant" in run.out


def test_t39_t42_a_digest_in_the_policy_does_not_excuse_a_bad_signature(exchange: Exchange, stage: Path) -> None:
    bundle = Draft.of(exchange).publish(stage / "bundle", exchange.signing_key)
    digest = digest_of((bundle / "bundle.json").read_bytes())
    entry = f'[issuer]\nbundles = ["{digest}"]\n'
    command = in_policy(shown_to_auditor(exchange, bundle), stage, lambda text: text.replace("[issuer]\n", entry))
    assert por(*command).status == 0
    note = bundle / "bundle.note"
    note.write_text(note.read_text().replace("\nlower\n", "\nexact\n"))
    must_be_caught(por(*command), "publication.identified", "FAIL")


def spread(size: int, wanted: int) -> list[int]:
    return sorted({size * i // wanted for i in range(wanted)} | {size - 1})


def run_with(exchange: Exchange, bundle: Path, stage: Path) -> Run:
    as_job = in_policy(
        shown_to_auditor(exchange, bundle), stage, lambda text: text.replace('profile = "auditor"', 'profile = "job"')
    )
    return por(*without(as_job, "--ledger"))


def test_t42_no_flipped_bit_of_a_bundle_that_passes_is_let_pass(exchange: Exchange, stage: Path) -> None:
    """Of a document: exit 2, or FAIL; of evidence: the bundle is not complete any more; of the note: not identified."""
    bundle = Draft.of(exchange).publish(stage / "bundle", exchange.signing_key)
    assert run_with(exchange, bundle, stage).status == 0
    for path in sorted(path for path in bundle.rglob("*") if path.is_file()):
        data = path.read_bytes()
        for position in spread(len(data), 120 if path.name == "bundle.json" else 6):
            path.write_bytes(data[:position] + bytes([data[position] ^ (1 << position % 8)]) + data[position + 1 :])
            run = run_with(exchange, bundle, stage)
            where = f"{path.name} at {position}"
            if path.name == "bundle.note":
                assert run.status in {1, 2, 3}, where
                assert "PASS" not in run.outcomes("publication.identified"), where
            elif path.name == "bundle.json":
                assert run.status in {1, 2}, where
                assert run.status == 1 or "bundle.json" in run.talk, where
            else:
                assert run.status == 1, where
                assert run.outcomes("snapshot.complete") == {"FAIL"}, where
        path.write_bytes(data)
    assert run_with(exchange, bundle, stage).status == 0


def bound(records: bytes) -> list[list[str]]:
    """Return what the trees bind: under the case rule two ids are one, and a part number is a label."""
    rows = [line.split(",") for line in records.decode().lower().splitlines()]
    return [row[:4] + row[5:] for row in rows]


@pytest.mark.parametrize("name", ["policy.toml", "records.csv"])
def test_t84_no_flipped_bit_of_the_victims_other_files_crashes(name: str, exchange: Exchange, stage: Path) -> None:
    """A policy or a ledger is the verifier's own: changed, it may still pass, but never end in an internal error."""
    command = shown_to_auditor(exchange, exchange.bundle)
    at = "--policy" if name == "policy.toml" else "--ledger"
    data = Path(command[command.index(at) + 1]).read_bytes()
    changed = stage / name
    for position in spread(len(data), 120):
        changed.write_bytes(data[:position] + bytes([data[position] ^ (1 << position % 8)]) + data[position + 1 :])
        run = por(*option(command, at, changed))
        assert run.status in {0, 1, 2, 3}, position
        if name == "records.csv" and run.status not in {1, 2}:
            assert bound(changed.read_bytes()) == bound(data), position
