"""Assemble the bundle: commitments, blocks, proven holdings and control proofs, with every evidence file by digest."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from por.chains.bulk import BulkSource
from por.checks.staked import STAKED
from por.commitments.anchors import totals_of
from por.encoding import bundle_v1, control_signature_v1
from por.encoding.commitments_v1 import Commitments
from por.encoding.digests import digest_of
from por.encoding.media_types import CONTROL_OPENING, CONTROL_SIGNATURE, EVM_HEADER, VALIDATORS
from por.errors import EvidenceError, FormatError, IncapableError
from por.issuer.accounts import ListedAccount
from por.issuer.control import file_name
from por.issuer.control_set import control_openings
from por.issuer.control_state import control_state
from por.issuer.holdings import Known, Shown, prove_holdings
from por.issuer.snapshot import Snapshot
from por.issuer.validators import Stake
from por.issuer.witnesses import Document
from por.model import (
    AssetId,
    Bundle,
    ChainAccount,
    ChainId,
    ClaimedHolding,
    ControlSet,
    Digest,
    EvidenceEntry,
    Header,
    ReserveAccount,
    SnapshotBlock,
    Source,
    TokenCall,
    TokenLayout,
)
from por.model.identifiers import EVM_COIN


@dataclass
class EvidenceFiles:
    """Collect evidence files by digest; one file may serve several holdings."""

    entries: dict[Digest, EvidenceEntry] = field(default_factory=dict)
    data: dict[Digest, bytes] = field(default_factory=dict)

    def add(self, document: bytes, media_type: str) -> Digest:
        """Add a document and return its digest."""
        digest = digest_of(document)
        self.entries[digest] = EvidenceEntry(digest, media_type, len(document))
        self.data[digest] = document
        return digest


@dataclass(frozen=True, slots=True)
class Inputs:
    """Hold everything a bundle is made from; `headers`, `control` and `salts` are files by name.

    With `salts` the control proofs are committed to as a set, and those in `withheld` are not published. Stakes and
    light-client evidence are by chain, stakes then by address.
    """

    commitments: Commitments
    snapshot: Snapshot
    accounts: tuple[ListedAccount, ...]
    headers: Mapping[str, bytes]
    control: Mapping[str, bytes]
    layouts: tuple[TokenLayout, ...]
    previous: tuple[int, Digest] | None
    supersedes: Digest | None
    anchored_by: ChainAccount | None = None
    calls: tuple[TokenCall, ...] = ()
    salts: Mapping[str, bytes] = field(default_factory=dict)
    withheld: frozenset[str] = frozenset()
    stakes: Mapping[ChainId, Mapping[str, Stake]] = field(default_factory=dict)
    light_client: Mapping[ChainId, tuple[Document, ...]] = field(default_factory=dict)


def assemble(
    inputs: Inputs, sources: Mapping[ChainId, BulkSource], progress: Callable[[str], None]
) -> tuple[Bundle, EvidenceFiles]:
    """Prove every holding at its chain's snapshot block, and join all into a bundle with its evidence files.

    Raises: SourceError; FormatError for a chain without a source, a token of which nothing is known, and what cannot be
    anchored as it is to be; EvidenceError for a contract that does not approve its control proof.
    """
    snapshot, commitments = inputs.snapshot, inputs.commitments
    if (commitments.issuer, commitments.instant) != (snapshot.issuer, snapshot.instant):
        raise FormatError("commitments.json and snapshot.json are of different snapshots")
    require_sources(inputs, sources)
    files = EvidenceFiles()
    for name, document in inputs.headers.items():
        if name != "snapshot.json":
            files.add(document, EVM_HEADER)
    control_set, control = _control_files(inputs)
    reserves: list[ReserveAccount] = []
    for chain in sorted({listed.account.chain for listed in inputs.accounts}):
        reserves += _reserves(inputs, sources[chain], control, files, progress)
    bundle = Bundle(
        issuer=snapshot.issuer,
        instant=snapshot.instant,
        sequence=1 if inputs.previous is None else inputs.previous[0] + 1,
        previous=None if inputs.previous is None else inputs.previous[1],
        supersedes=inputs.supersedes,
        anchored_by=inputs.anchored_by,
        case_rule=commitments.case_rule,
        expires=snapshot.expires,
        blocks=tuple(_with_light_client(block, inputs, files) for block in snapshot.blocks),
        liabilities=commitments.liabilities,
        commitments_root=commitments.commitments_root,
        reserves=tuple(sorted(reserves, key=lambda row: str(row.account))),
        evidence=tuple(files.entries[digest] for digest in sorted(files.entries, key=str)),
        control_set=control_set,
    )
    bundle_v1.read(bundle_v1.write(bundle))
    require_anchorable(bundle)
    return bundle, files


def require_anchorable(bundle: Bundle) -> None:
    """Raise: FormatError for a bundle that names who anchors it, and whose sums no registry's entry takes."""
    if bundle.anchored_by is None:
        return
    try:
        totals = totals_of(bundle)
    except EvidenceError as error:
        raise FormatError(f"no registry takes this bundle: {error}; leave it out", "--anchored-by") from error
    if not totals:
        raise FormatError("a registry takes no bundle that owes nothing and claims nothing", "--anchored-by")


def require_sources(inputs: Inputs, sources: Mapping[ChainId, BulkSource]) -> None:
    """Raise: FormatError, before any work, for an account that lacks a snapshot block, a source or its row."""
    blocks = {block.chain for block in inputs.snapshot.blocks}
    for chain in sorted({listed.account.chain for listed in inputs.accounts}):
        if chain not in blocks:
            raise FormatError(f"the snapshot has no block of {chain}; run por issuer challenge anew with this list")
        if chain not in sources:
            raise FormatError(f"accounts are on {chain}; give --source {chain}=URL")
    stray = sorted(set(inputs.control) - {f"{file_name(listed.account)}.json" for listed in inputs.accounts})
    if stray:
        raise FormatError(
            "a control proof was collected for an account that the list does not have", f"control/{stray[0]}"
        )


def own_coin(chain: ChainId) -> AssetId:
    """Name an EVM chain's own coin: every account proves its holding, which shows whether it has code too."""
    return AssetId(chain, "slip44", EVM_COIN)


def snapshot_header(snapshot: Snapshot, source: Source) -> Header:
    """Ask a source for its chain's snapshot block. Raises: SourceError, also where that block is another now."""
    block = next(block.block for block in snapshot.blocks if block.chain == source.chain)
    header = source.header(block.number)
    if header.ref != block:
        raise IncapableError(
            f"block {block.number} of {source.chain} is no longer the snapshot's; run por issuer challenge anew"
        )
    return header


def _control_files(inputs: Inputs) -> tuple[ControlSet | None, dict[str, Document]]:
    """Return the set, and what is published of each control proof by file name."""
    if inputs.withheld and not inputs.salts:
        raise FormatError("holds nothing to commit with; remove control/ and run por issuer collect anew", "salts")
    if not inputs.salts or not inputs.control:
        return None, {name: (document, CONTROL_SIGNATURE) for name, document in inputs.control.items()}
    control_set, openings = control_openings(inputs.control, inputs.salts)
    return control_set, {
        name: (opening, CONTROL_OPENING) for name, opening in openings.items() if name not in inputs.withheld
    }


def _with_light_client(block: SnapshotBlock, inputs: Inputs, files: EvidenceFiles) -> SnapshotBlock:
    documents = inputs.light_client.get(block.chain, ())
    return replace(block, light_client=tuple(files.add(*document) for document in documents))


def _reserves(
    inputs: Inputs,
    source: BulkSource,
    control: Mapping[str, Document],
    files: EvidenceFiles,
    progress: Callable[[str], None],
) -> list[ReserveAccount]:
    listed = [row for row in inputs.accounts if row.account.chain == source.chain]
    header = snapshot_header(inputs.snapshot, source)
    wanted: dict[AssetId, list[str]] = {}
    for row in listed:
        for asset in {*row.assets, own_coin(source.chain)}:
            wanted.setdefault(asset, []).append(row.account.address)
    asked = {asset: holders for asset, holders in sorted(wanted.items()) if asset.namespace != STAKED}
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
    if asset.namespace == STAKED:
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
