"""Gather what a sample is drawn from: customers of a record list that is the bundle's, or its reserve accounts."""

from collections.abc import Iterable, Iterator

from por.checks.examination import Progress
from por.checks.observation import Seen
from por.checks.recomputation import rebuild
from por.commitments.account_ids import account_id_bytes
from por.errors import EvidenceError, FormatError
from por.model import AssetId, Bundle
from por.model.liability import DEBT_PREFIX
from por.model.record import LedgerRecord
from por.model.sample import Population


def customers(bundle: Bundle, records: Iterable[LedgerRecord], asset: AssetId | None, progress: Progress) -> Population:
    """Return every customer of the list, or with `asset` those who are owed of it, by what all segments owe them.

    Raises: EvidenceError unless the list implies every commitment of the bundle: a sample of another list says nothing
    about it. FormatError as the records' reader, or where nobody is owed of the asset.
    """
    owed: dict[str, int] = {}
    rebuilt = rebuild(bundle, _noted(bundle, records, asset, owed), progress)
    for commitment in bundle.liabilities:
        tree = rebuilt.trees[commitment.ref]
        implied = isinstance(tree, Seen) and (tree.value.root, tree.value.total) == (commitment.root, commitment.total)
        if not implied:
            raise EvidenceError(f"the record list does not imply the commitment {commitment.ref}; see por verify")
    if rebuilt.strangers:
        raise EvidenceError(f"the record list holds {rebuilt.strangers[0]}, which the bundle does not commit to")
    return _population("customers", asset, owed)


def _noted(
    bundle: Bundle, records: Iterable[LedgerRecord], asset: AssetId | None, owed: dict[str, int]
) -> Iterator[LedgerRecord]:
    for row in records:
        name = account_id_bytes(row.account_id, bundle.case_rule).decode()
        if asset is None:
            owed[name] = 1
        elif row.asset == asset and not row.segment.startswith(DEBT_PREFIX):
            owed[name] = owed.get(name, 0) + row.amount
        yield row


def accounts(bundle: Bundle, asset: AssetId | None) -> Population:
    """Return every reserve account, or with `asset` those that are said to hold of it, by how much.

    Raises: FormatError where none is.
    """
    held: dict[str, int] = {}
    for row in bundle.reserves:
        amounts = [1] if asset is None else [claim.amount for claim in row.holdings if claim.asset == asset]
        if amounts:
            held[str(row.account)] = sum(amounts)
    return _population("accounts", asset, held)


def _population(of: str, asset: AssetId | None, amounts: dict[str, int]) -> Population:
    items = sorted(((name, amount) for name, amount in amounts.items() if amount), key=lambda item: item[0].encode())
    if not items:
        raise FormatError(f"none of the {of} has anything of it", "--by-amount" if asset else of)
    return Population(of, None if asset is None else str(asset), tuple(items))
