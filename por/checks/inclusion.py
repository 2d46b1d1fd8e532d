"""Answer the customer: is what I say is mine in the total they committed to? (`por/spec/inclusion-proof.md`)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from por.checks.equivocation import Published, unequivocal
from por.checks.freshness import freshness
from por.checks.identity import CHECK as BOUND
from por.checks.identity import Standing, bound
from por.checks.note import read_signatures, signing_keys
from por.checks.observation import Missing, Observation, Seen, observe, then, unseen
from por.checks.pins import Pins, commitments_root, identified
from por.checks.policy import require_usable, shipped_tables
from por.checks.registry_view import recent
from por.checks.requirements import answered, with_waivers
from por.checks.scheme import scheme_finding
from por.commitments.account_ids import account_id_bytes
from por.errors import EvidenceError, FormatError
from por.model import (
    AssetClass,
    ChainAccount,
    Denomination,
    Expectation,
    Finding,
    InclusionProof,
    Instant,
    LiabilityCommitment,
    Outcome,
    TreeProof,
    Verdict,
    format_coins,
    parse_coins,
    snapshot_id,
)
from por.model.liability import DEBT_PREFIX
from por.proofs.inclusion import ImpliedCommitment, implied_commitment

CHECK = "liabilities.inclusion"


@dataclass(frozen=True, slots=True)
class Customer:
    """Hold what only the customer can say: the account id, or None, and the amounts expected."""

    account: str | None
    expected: tuple[Expectation, ...]


@dataclass(frozen=True, slots=True)
class OpenedTree:
    """Hold one tree of the proofs, what its paths imply for the customer's account, and what the records sum to.

    `units` are base units; they are seen only where every path implies the commitment itself.
    """

    commitment: LiabilityCommitment
    folded: Observation[tuple[ImpliedCommitment, ...]]
    units: Observation[int]


def verify_inclusion(proofs: Sequence[InclusionProof], customer: Customer, pins: Pins, *, now: Instant) -> Verdict:
    """Verify the proofs of one customer in one snapshot.

    Raises: FormatError when the proofs are of different snapshots, or the account id or an amount cannot be read;
    PolicyError for a policy that cannot be used.
    """
    if pins.policy is not None:
        require_usable(pins.policy)
    _require_apart(customer.expected)
    issuer, instant = _one_snapshot(proofs)
    subject, pins = snapshot_id(issuer, instant), replace(pins, view=recent(pins.view, now))
    trees = [_open(proofs, tree, customer) for tree in _merged(proofs)]
    findings = [
        *answered("liabilities.scheme", subject, _schemes(proofs[0], trees, customer, pins)),
        *answered(CHECK, subject, _inclusion(trees, customer)),
        *answered("liabilities.nonnegative", subject, map(_nonnegative, trees)),
        *answered("publication.identified", subject, identified(subject, proofs, pins)),
        *_published(subject, proofs, pins),
    ]
    if pins.policy is not None:
        findings.append(freshness(subject, instant, now, pins.policy.max_age))
        for check in sorted(set(pins.policy.require) - {finding.check for finding in findings}):
            findings += answered(check, subject, ())
    return Verdict(
        profile="customer",
        snapshot=subject,
        bundle=pins.bundle.digest if pins.bundle else None,
        policy=pins.policy.digest if pins.policy else None,
        as_of=instant,
        checked_at=now,
        findings=with_waivers(findings, pins.policy),
    )


def _published(subject: str, proofs: Sequence[InclusionProof], pins: Pins) -> Iterator[Finding]:
    """Tell what a registry and an identity document add; it decides only where the policy or the customer asks."""
    asked = pins.policy.require if pins.policy else ()
    root = observe(lambda: commitments_root(proofs))
    if pins.pinned_registry is not None and isinstance(root, Seen):
        for finding in unequivocal(Published(subject, root.value), pins.view):
            yield finding if finding.check in asked and finding.required else replace(finding, required=False)
    if pins.policy is None or pins.identity is not None or BOUND in asked:
        yield bound(subject, _standing(proofs, pins), pins.identity, required=BOUND in asked)


def _standing(proofs: Sequence[InclusionProof], pins: Pins) -> Standing:
    keys, pin = pins.policy.keys if pins.policy else (), pins.pinned_registry
    signed = {key for proof in proofs if proof.note for key in signing_keys(read_signatures(proof.note, keys), keys)}
    return Standing(
        issuer=proofs[0].issuer,
        keys=tuple(key for key in keys if key in signed),
        account=None if pin is None else ChainAccount(pin.contract.chain, pin.issuer),
        registry=None if pin is None else pin.contract,
    )


def _require_apart(expected: Sequence[Expectation]) -> None:
    """Refuse two rows about the same coins: one balance would be told twice. The sum over all is without debts."""
    for row in expected:
        same = [other.segment for other in expected if other.asset == row.asset and _is_debt(other) is _is_debt(row)]
        if len(same) > 1 and (row.segment is None or same.count(row.segment) > 1):
            raise FormatError(f"{row.name} is named twice; name each segment once, or the sum over all once")


def _is_debt(row: Expectation) -> bool:
    return row.segment is not None and row.segment.startswith(DEBT_PREFIX)


def _one_snapshot(proofs: Sequence[InclusionProof]) -> tuple[str, Instant]:
    named = {(proof.issuer, proof.instant, proof.case_rule) for proof in proofs}
    if len(named) != 1:
        raise FormatError("the proofs are of different snapshots; verify each snapshot by itself")
    return proofs[0].issuer, proofs[0].instant


def _merged(proofs: Sequence[InclusionProof]) -> list[TreeProof]:
    merged: dict[str, TreeProof] = {}
    for tree in (tree for proof in proofs for tree in proof.trees):
        ref = tree.commitment.ref
        if ref not in merged:
            merged[ref] = tree
        elif merged[ref].commitment == tree.commitment:
            merged[ref] = replace(merged[ref], records=merged[ref].records + tree.records)
        else:
            raise FormatError(f"the proofs hold two different commitments for {ref}", "/trees")
    return [merged[ref] for ref in sorted(merged)]


def _open(proofs: Sequence[InclusionProof], tree: TreeProof, customer: Customer) -> OpenedTree:
    if customer.account is None:
        nobody = Missing("you gave no account id; give --account")
        return OpenedTree(tree.commitment, nobody, nobody)
    account = account_id_bytes(customer.account, proofs[0].case_rule)
    folded = observe(lambda: _folded(proofs[0], tree, account))
    return OpenedTree(tree.commitment, folded, then(folded, lambda implied: observe(lambda: _sum(tree, implied))))


def _folded(proof: InclusionProof, tree: TreeProof, account: bytes) -> tuple[ImpliedCommitment, ...]:
    snapshot = snapshot_id(proof.issuer, proof.instant)
    return tuple(implied_commitment(tree, record, proof.issuer, snapshot, account) for record in tree.records)


def _sum(tree: TreeProof, folded: Sequence[ImpliedCommitment]) -> int:
    if not tree.records:
        raise EvidenceError("the proof opens no record here")
    for what, named in (("index", [r.index for r in tree.records]), ("part", [r.part for r in tree.records])):
        if len(set(named)) != len(named):
            raise EvidenceError(f"one {what} is opened twice")
    wanted = ImpliedCommitment(tree.commitment.root, tree.commitment.total, tree.commitment.depth)
    if set(folded) != {wanted}:
        raise EvidenceError(
            "the path leads to another root: the record is not of the account id you gave, or was altered; "
            "check the spelling of the id first"
        )
    return sum(record.amount for record in tree.records)


def _schemes(proof: InclusionProof, trees: Sequence[OpenedTree], customer: Customer, pins: Pins) -> Iterator[Finding]:
    own = (Denomination(row.asset, row.decimals) for row in customer.expected if row.decimals is not None)
    shared = pins.policy.classes if pins.policy else shipped_tables().classes
    classes = (*shared, *(AssetClass((row,)) for row in own))
    for commitment in (tree.commitment for tree in trees):
        finding = scheme_finding(commitment, classes, proof.issuer, snapshot_id(proof.issuer, proof.instant))
        stated = not customer.expected or any(_matches(row, commitment) for row in customer.expected)
        yield finding if stated or finding.outcome is Outcome.FAIL else replace(finding, required=False)


def _nonnegative(tree: OpenedTree) -> Finding:
    ref = tree.commitment.ref
    if not isinstance(tree.folded, Seen):
        return unseen("liabilities.nonnegative", ref, tree.folded)
    if not isinstance(tree.units, Seen):
        why = Missing("the records opened are not shown to be this account's; see liabilities.inclusion")
        return unseen("liabilities.nonnegative", ref, why)
    return Finding("liabilities.nonnegative", ref, Outcome.PASS, "liabilities.nonnegative.along_path")


def _inclusion(trees: Sequence[OpenedTree], customer: Customer) -> Iterator[Finding]:
    stated: set[str] = set()
    for expectation in customer.expected:
        matching = [tree for tree in trees if _matches(expectation, tree.commitment)]
        stated.update(tree.commitment.ref for tree in matching)
        yield _expected(expectation, matching)
    for tree in trees:
        if tree.commitment.ref not in stated:
            yield _unstated(tree, bool(customer.expected))


def _matches(expectation: Expectation, commitment: LiabilityCommitment) -> bool:
    if commitment.asset != expectation.asset:
        return False
    return commitment.segment == expectation.segment or (expectation.segment is None and not commitment.is_debt)


def _expected(expectation: Expectation, trees: Sequence[OpenedTree]) -> Finding:
    subject = f"{expectation.segment}/{expectation.asset}" if expectation.segment else str(expectation.asset)
    if not trees:
        return Finding(CHECK, subject, Outcome.INCONCLUSIVE, f"{CHECK}.no_proof", expected=expectation.coins)
    decimals = trees[0].commitment.decimals
    units = 0
    for tree in trees:
        if not isinstance(tree.units, Seen):
            return unseen(CHECK, subject, tree.units)
        units += tree.units.value
    good = parse_coins(expectation.coins, decimals) == units
    return Finding(
        CHECK,
        subject,
        Outcome.PASS if good else Outcome.FAIL,
        f"{CHECK}.included" if good else f"{CHECK}.other_amount",
        expected=format_coins(parse_coins(expectation.coins, decimals), decimals),
        actual=format_coins(units, decimals),
        facts={
            "asset": str(expectation.asset),
            "name": expectation.name,
            "segments": ", ".join(tree.commitment.segment for tree in trees),
            "totals": ", ".join(format_coins(tree.commitment.total, decimals) for tree in trees),
        },
    )


def _unstated(tree: OpenedTree, others_stated: bool) -> Finding:
    commitment = tree.commitment
    if not isinstance(tree.units, Seen):
        return unseen(CHECK, commitment.ref, tree.units)
    coins = format_coins(tree.units.value, commitment.decimals)
    facts = {"asset": str(commitment.asset), "name": str(commitment.asset), "segments": commitment.segment}
    return Finding(
        CHECK,
        commitment.ref,
        Outcome.INCONCLUSIVE,
        f"{CHECK}.not_stated",
        actual=coins,
        facts=facts,
        required=not others_stated,
    )
