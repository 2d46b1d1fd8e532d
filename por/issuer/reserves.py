"""Make the reserve accounts of one chain: holdings with what proves them, control proofs with what judges them."""

from collections.abc import Callable, Mapping

from por.chains.bulk import BulkSource
from por.encoding import control_signature_v1
from por.encoding.media_types import VALIDATORS
from por.errors import FormatError, IncapableError
from por.issuer.accounts import ListedAccount
from por.issuer.control import file_name
from por.issuer.control_state import control_state
from por.issuer.holdings import Known, Shown, prove_holdings
from por.issuer.inputs import EvidenceFiles, Inputs
from por.issuer.snapshot import Snapshot
from por.issuer.witnesses import Document
from por.model import AssetId, ClaimedHolding, Header, ReserveAccount, Source
from por.model.identifiers import own_coin


def snapshot_header(snapshot: Snapshot, source: Source) -> Header:
    """Ask a source for its chain's snapshot block. Raises: SourceError, also where that block is another now."""
    block = next(block.block for block in snapshot.blocks if block.chain == source.chain)
    header = source.header(block.number)
    if header.ref != block:
        raise IncapableError(
            f"block {block.number} of {source.chain} is no longer the snapshot's; run por issuer challenge anew"
        )
    return header


def reserve_accounts(
    inputs: Inputs,
    source: BulkSource,
    control: Mapping[str, Document],
    files: EvidenceFiles,
    progress: Callable[[str], None],
) -> list[ReserveAccount]:
    """Prove every listed holding on the source's chain, its own coin in any case, which shows whether there is code.

    `control` is what is published of each control proof, by file name. Raises: as `assemble`.
    """
    listed = [row for row in inputs.accounts if row.account.chain == source.chain]
    header = snapshot_header(inputs.snapshot, source)
    wanted: dict[AssetId, list[str]] = {}
    for row in listed:
        for asset in {*row.assets, own_coin(source.chain)}:
            wanted.setdefault(asset, []).append(row.account.address)
    asked = {asset: holders for asset, holders in sorted(wanted.items()) if not asset.staked}
    total = sum(len(holders) for holders in asked.values())
    shown = prove_holdings(
        source,
        header,
        asked,
        Known(inputs.layouts, inputs.calls),
        lambda done: progress(f"proving on {source.chain}: holding {done} of {total}"),
    )
    rows = []
    for i, row in enumerate(listed, 1):
        progress(f"control proofs on {source.chain}: account {i} of {len(listed)}")
        name = f"{file_name(row.account)}.json"
        holdings = [_holding(inputs, row, asset, shown, files) for asset in _assets(row)]
        code_hash = shown[row.account.address, own_coin(source.chain)].code_hash or b""
        state = _control_state(inputs, source, header, name, code_hash)
        rows.append(
            ReserveAccount(
                row.account,
                row.role,
                row.custody,
                tuple(holdings),
                files.add(*control[name]) if name in control else None,
                tuple(files.add(*document) for document in state),
            )
        )
    return rows


def _assets(row: ListedAccount) -> list[AssetId]:
    return sorted({*row.assets, own_coin(row.account.chain)}, key=str)


def _holding(
    inputs: Inputs,
    row: ListedAccount,
    asset: AssetId,
    shown: Mapping[tuple[str, AssetId], Shown],
    files: EvidenceFiles,
) -> ClaimedHolding:
    if asset.staked:
        stake = inputs.stakes.get(asset.chain, {}).get(row.account.address)
        if stake is None:
            raise FormatError(f"no validator withdraws to {row.account}; give --beacon-state, or leave the row out")
        proven = Shown(stake.units, tuple((document, VALIDATORS) for document in stake.documents))
    else:
        proven = shown[row.account.address, asset]
    encumbrance = dict(row.encumbrances).get(asset)
    if encumbrance is not None and encumbrance.amount > proven.amount:
        raise FormatError(
            f"{row.account} holds {proven.amount} base units of {asset}, and the list says that {encumbrance.amount} "
            "of them are encumbered: is the amount written in base units?",
            "--accounts",
        )
    return ClaimedHolding(asset, proven.amount, tuple(files.add(*item) for item in proven.evidence), encumbrance)


def _control_state(
    inputs: Inputs, source: BulkSource, header: Header, name: str, code_hash: bytes
) -> tuple[Document, ...]:
    document = inputs.control.get(name)
    if document is None:
        return ()
    signature = control_signature_v1.read(document)
    challenge = inputs.snapshot.challenge(signature.account)
    return control_state(source, header, challenge, signature, code_hash)
