"""Lie about what is owed, to customers and to the auditor."""

from dataclasses import replace
from pathlib import Path

from por.commitments import rfc6962
from por.commitments.account_ids import account_id_bytes
from por.commitments.binding import bound_root, tree_context
from por.commitments.hashes import id_digest, leaf_hash, node_hash, record_tag
from por.encoding import inclusion_proof_v1
from por.model import (
    CaseRule,
    InclusionProof,
    LiabilityCommitment,
    PathStep,
    RecordProof,
    TreeProof,
    snapshot_id,
)
from por.simulator.exchange import CUSTOMER, ISSUER, Exchange
from por.simulator.lie import DOCUMENT, Draft, Lie, shown_to_auditor, shown_to_customer

OTHER = "customer-8@example.com"
KEY = bytes(range(32))


def balance_of(exchange: Exchange, account: str, segment: str, symbol: str) -> str:
    """Return what the honest ledger says an account holds, in whole coins."""
    for line in (exchange.directory / "ledger.csv").read_text().splitlines():
        if line.startswith(f"{account},{segment},{symbol},"):
            return line.rpartition(",")[2]
    raise LookupError(account)


def holdings_of(exchange: Exchange, account: str) -> list[str]:
    """Return the customer's own statement of spot holdings, as options of the customer's command."""
    return [f"spot/{symbol}={balance_of(exchange, account, 'spot', symbol)}" for symbol in ("COIN", "USDX")]


def honest_proof(exchange: Exchange, stage: Path, account: str = CUSTOMER) -> InclusionProof:
    """Return a customer's honest proof."""
    return inclusion_proof_v1.read(exchange.proof(account, stage / "honest.json").read_bytes())


def altered(stage: Path, proof: InclusionProof) -> Path:
    """Write a proof to hand out."""
    path = stage / "proof.json"
    path.write_bytes(inclusion_proof_v1.write(proof))
    return path


def with_tree(proof: InclusionProof, position: int, **changes: object) -> InclusionProof:
    """Change one tree of a proof."""
    trees = list(proof.trees)
    trees[position] = replace(trees[position], **changes)  # type: ignore[arg-type]
    return replace(proof, trees=tuple(trees))


def with_record(proof: InclusionProof, position: int, **changes: object) -> InclusionProof:
    """Change the first record of one tree of a proof."""
    records = proof.trees[position].records
    return with_tree(proof, position, records=(replace(records[0], **changes), *records[1:]))  # type: ignore[arg-type]


def spot(proof: InclusionProof) -> int:
    """Find the first spot tree of a proof."""
    return next(i for i, tree in enumerate(proof.trees) if tree.commitment.segment == "spot")


def _one_leaf_for_two(exchange: Exchange, stage: Path) -> list[str]:
    proof = honest_proof(exchange, stage, OTHER)
    return shown_to_customer(exchange, altered(stage, proof), CUSTOMER, *holdings_of(exchange, OTHER))


def _less_than_owed(exchange: Exchange, stage: Path) -> list[str]:
    proof = honest_proof(exchange, stage, OTHER)
    mine = [f"spot/COIN={balance_of(exchange, OTHER, 'spot', 'COIN')}9", holdings_of(exchange, OTHER)[1]]
    return shown_to_customer(exchange, altered(stage, proof), OTHER, *mine)


def _amount_edited_in_proof(exchange: Exchange, stage: Path) -> list[str]:
    proof = honest_proof(exchange, stage)
    position = spot(proof)
    amount = proof.trees[position].records[0].amount + 1
    return _to_customer(exchange, stage, with_record(proof, position, amount=amount))


def _short_path(exchange: Exchange, stage: Path) -> list[str]:
    proof = honest_proof(exchange, stage)
    position = spot(proof)
    return _to_customer(exchange, stage, with_record(proof, position, path=proof.trees[position].records[0].path[1:]))


def _side_chosen(exchange: Exchange, stage: Path) -> list[str]:
    proof = honest_proof(exchange, stage)
    position = spot(proof)
    return _to_customer(exchange, stage, with_record(proof, position, index=proof.trees[position].records[0].index ^ 1))


def _twice_the_same_record(exchange: Exchange, stage: Path) -> list[str]:
    proof = honest_proof(exchange, stage)
    position = spot(proof)
    return _to_customer(exchange, stage, with_tree(proof, position, records=proof.trees[position].records * 2))


def _negative_amount(exchange: Exchange, stage: Path) -> list[str]:
    amount = honest_proof(exchange, stage).trees[0].records[0].amount
    document = (stage / "honest.json").read_text()
    lie = stage / "proof.json"
    lie.write_text(document.replace(f'"amount":"{amount}"', f'"amount":"-{amount}"', 1))
    return shown_to_customer(exchange, lie, CUSTOMER, *holdings_of(exchange, CUSTOMER))


def _to_customer(exchange: Exchange, stage: Path, proof: InclusionProof) -> list[str]:
    return shown_to_customer(exchange, altered(stage, proof), CUSTOMER, *holdings_of(exchange, CUSTOMER))


def _two_leaf_tree(exchange: Exchange, stage: Path, sibling: int, total: int) -> InclusionProof:
    """Commit to the customer and one sibling, with a total of the cheat's choosing, under the cheat's own root."""
    honest = honest_proof(exchange, stage)
    tree = honest.trees[spot(honest)]
    old, snapshot = tree.records[0], snapshot_id(ISSUER, honest.instant)
    place = tree_context(tree.commitment, ISSUER, snapshot)
    tag = record_tag(old.key, place, id_digest(account_id_bytes(CUSTOMER, CaseRule.LOWER)))
    leaf, ghost = leaf_hash(tag, old.amount), leaf_hash(b"\xff" * 32, sibling)
    top = node_hash(leaf, old.amount, ghost, sibling)
    commitment = rebound(replace(tree.commitment, depth=1, total=total, top=top), snapshot)
    record = RecordProof(old.key, old.part, old.amount, 0, (PathStep(ghost, sibling),))
    forged = TreeProof(commitment, 0, (), (record,))
    return replace(honest, count=1, trees=(forged,), note=signed_note(exchange, stage, (commitment,)))


def rebound(commitment: LiabilityCommitment, snapshot: str) -> LiabilityCommitment:
    """Give a commitment the root that binds what it states."""
    return replace(commitment, root=bound_root(commitment, ISSUER, snapshot))


def signed_note(exchange: Exchange, stage: Path, liabilities: tuple[LiabilityCommitment, ...]) -> str:
    """Publish a bundle with other liabilities, signed by the exchange itself, and return its note."""
    draft = Draft.of(exchange)
    root = rfc6962.root([item.root for item in liabilities])
    draft.bundle = replace(draft.bundle, liabilities=liabilities, commitments_root=root)
    return (draft.publish(stage / "bundle", exchange.signing_key) / "bundle.note").read_text()


def _first_holding(exchange: Exchange, stage: Path, sibling: int, total: int) -> list[str]:
    proof = _two_leaf_tree(exchange, stage, sibling, total)
    tree = proof.trees[0]
    symbol = "COIN" if tree.commitment.asset == exchange.coin else "USDX"
    holding = f"spot/{symbol}={balance_of(exchange, CUSTOMER, 'spot', symbol)}"
    return shown_to_customer(exchange, altered(stage, proof), CUSTOMER, holding)


def _overflowing_sum(exchange: Exchange, stage: Path) -> list[str]:
    return _first_holding(exchange, stage, 2**128 - 5, 5)


def _total_below_the_sum(exchange: Exchange, stage: Path) -> list[str]:
    return _first_holding(exchange, stage, 10**18, 10**18)


def _total_edited(exchange: Exchange, stage: Path) -> list[str]:
    draft = Draft.of(exchange)
    rows = draft.bundle.liabilities
    draft.bundle = replace(draft.bundle, liabilities=(replace(rows[0], total=rows[0].total // 2), *rows[1:]))
    return shown_to_auditor(exchange, draft.publish(stage / "bundle", exchange.signing_key))


def _segment_dropped(exchange: Exchange, stage: Path) -> list[str]:
    draft = Draft.of(exchange)
    kept = tuple(item for item in draft.bundle.liabilities if item.segment != "margin")
    signed_note(exchange, stage, kept)
    return shown_to_auditor(exchange, stage / "bundle")


def _root_of_all_edited(exchange: Exchange, stage: Path) -> list[str]:
    draft = Draft.of(exchange)
    draft.bundle = replace(draft.bundle, commitments_root=bytes(32))
    return shown_to_auditor(exchange, draft.publish(stage / "bundle", exchange.signing_key))


def _wrong_decimals(exchange: Exchange, stage: Path) -> list[str]:
    honest = Draft.of(exchange).bundle
    rows = tuple(
        rebound(replace(item, decimals=18), honest.snapshot) if item.asset == exchange.dollar else item
        for item in honest.liabilities
    )
    signed_note(exchange, stage, rows)
    return shown_to_auditor(exchange, stage / "bundle")


def _called_debt(exchange: Exchange, stage: Path) -> list[str]:
    rows = [
        replace(item, segment="debt:spot") if (item.segment, item.asset) == ("spot", exchange.coin) else item
        for item in Draft.of(exchange).bundle.liabilities
    ]
    signed_note(exchange, stage, tuple(sorted(rows, key=lambda item: (item.segment, str(item.asset)))))
    return shown_to_auditor(exchange, stage / "bundle")


def _unknown_scheme(exchange: Exchange, stage: Path) -> list[str]:
    draft = Draft.of(exchange)
    rows = draft.bundle.liabilities
    draft.bundle = replace(draft.bundle, liabilities=(replace(rows[0], scheme="por-sum-md5-v0"), *rows[1:]))
    return shown_to_auditor(exchange, draft.publish(stage / "bundle", exchange.signing_key))


INCLUSION = "liabilities.inclusion"

LIES = (
    Lie(
        "one leaf for two customers",
        ("T14",),
        "gives one customer another's record",
        INCLUSION,
        _one_leaf_for_two,
    ),
    Lie("less than owed", ("T15", "T16"), "commits to less than the customer has", INCLUSION, _less_than_owed),
    Lie(
        "amount edited in the proof",
        ("T16",),
        "shows one amount and hashes another",
        INCLUSION,
        _amount_edited_in_proof,
    ),
    Lie("short path", ("T13", "T20"), "leaves a level out of the path", INCLUSION, _short_path),
    Lie(
        "side chosen by the file",
        ("T17",),
        "moves the record to its sibling's place",
        INCLUSION,
        _side_chosen,
    ),
    Lie(
        "one record twice",
        ("T14",),
        "opens one record twice to fill up a balance",
        INCLUSION,
        _twice_the_same_record,
    ),
    Lie("negative amount", ("T03",), "writes an amount with a minus sign", DOCUMENT, _negative_amount),
    Lie(
        "overflowing sum",
        ("T03", "T06"),
        "adds a ghost of 2^128 - 5, so that the sum wraps round to little",
        "liabilities.nonnegative",
        _overflowing_sum,
    ),
    Lie(
        "total below the sum",
        ("T01",),
        "states a total below the sum of the leaves",
        INCLUSION,
        _total_below_the_sum,
    ),
    Lie(
        "total edited",
        ("T16",),
        "halves a total in the signed bundle",
        "liabilities.scheme",
        _total_edited,
    ),
    Lie(
        "liability called debt",
        ("T25",),
        "lists what it owes as what customers owe, under the same root",
        "liabilities.scheme",
        _called_debt,
    ),
    Lie(
        "segment dropped",
        ("T25", "T27"),
        "leaves the margin segment out",
        "liabilities.recomputed",
        _segment_dropped,
    ),
    Lie(
        "root of all edited",
        ("T42",),
        "states another commitments root",
        "liabilities.scheme",
        _root_of_all_edited,
    ),
    Lie(
        "wrong decimals",
        ("T59",),
        "counts a token of 6 decimals with 18",
        "liabilities.scheme",
        _wrong_decimals,
    ),
    Lie(
        "unknown scheme",
        ("T11", "T70"),
        "commits by a weak scheme of its own",
        "liabilities.scheme",
        _unknown_scheme,
        "INCONCLUSIVE",
    ),
)
