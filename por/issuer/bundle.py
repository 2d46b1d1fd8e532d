"""Assemble the bundle: commitments, blocks, proven holdings and control proofs, with every evidence file by digest."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from por.commitments.anchors import totals_of
from por.encoding import bundle_v1, evm_account_proof_v1
from por.encoding.commitments_v1 import Commitments
from por.encoding.digests import digest_of
from por.encoding.evm_account_proof_v1 import AccountProofDocument
from por.encoding.media_types import CONTROL_SIGNATURE, EVM_ACCOUNT_PROOF, EVM_HEADER
from por.errors import EvidenceError, FormatError, IncapableError
from por.issuer.accounts import ListedAccount
from por.issuer.control import file_name
from por.issuer.holdings import prove_holding
from por.issuer.snapshot import Snapshot
from por.model import (
    AccountProof,
    AssetId,
    Bundle,
    ChainAccount,
    ChainId,
    ClaimedHolding,
    Digest,
    EvidenceEntry,
    Header,
    ReserveAccount,
    Source,
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
    """Hold everything a bundle is made from; `headers` and `control` are evidence files by name."""

    commitments: Commitments
    snapshot: Snapshot
    accounts: tuple[ListedAccount, ...]
    headers: Mapping[str, bytes]
    control: Mapping[str, bytes]
    layouts: tuple[TokenLayout, ...]
    previous: tuple[int, Digest] | None
    supersedes: Digest | None
    anchored_by: ChainAccount | None = None


def assemble(
    inputs: Inputs, sources: Mapping[ChainId, Source], progress: Callable[[str], None]
) -> tuple[Bundle, EvidenceFiles]:
    """Prove every holding at its chain's snapshot block, and join all into a bundle with its evidence files.

    Raises: SourceError; FormatError for a chain without a source, a token without a known layout, and what cannot be
    anchored as it is to be.
    """
    snapshot, commitments = inputs.snapshot, inputs.commitments
    if (commitments.issuer, commitments.instant) != (snapshot.issuer, snapshot.instant):
        raise FormatError("commitments.json and snapshot.json are of different snapshots")
    require_sources(inputs, sources)
    files = EvidenceFiles()
    for name, document in inputs.headers.items():
        if name != "snapshot.json":
            files.add(document, EVM_HEADER)
    reserves = []
    for i, listed in enumerate(inputs.accounts, 1):
        progress(f"proving account {i} of {len(inputs.accounts)}")
        reserves.append(_account(listed, inputs, sources, files))
    bundle = Bundle(
        issuer=snapshot.issuer,
        instant=snapshot.instant,
        sequence=1 if inputs.previous is None else inputs.previous[0] + 1,
        previous=None if inputs.previous is None else inputs.previous[1],
        supersedes=inputs.supersedes,
        anchored_by=inputs.anchored_by,
        case_rule=commitments.case_rule,
        expires=snapshot.expires,
        blocks=snapshot.blocks,
        liabilities=commitments.liabilities,
        commitments_root=commitments.commitments_root,
        reserves=tuple(reserves),
        evidence=tuple(files.entries[digest] for digest in sorted(files.entries, key=str)),
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


def require_sources(inputs: Inputs, sources: Mapping[ChainId, Source]) -> None:
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


def _account(
    listed: ListedAccount, inputs: Inputs, sources: Mapping[ChainId, Source], files: EvidenceFiles
) -> ReserveAccount:
    chain = listed.account.chain
    block = next(block.block for block in inputs.snapshot.blocks if block.chain == chain)
    header: Header = sources[chain].header(block.number)
    if header.ref != block:
        raise IncapableError(
            f"block {block.number} of {chain} is no longer the snapshot's; run por issuer challenge anew"
        )
    holdings = []
    for asset in sorted({*listed.assets, own_coin(chain)}, key=str):
        amount, proofs = prove_holding(sources[chain], header, listed.account, asset, inputs.layouts)
        holdings.append(ClaimedHolding(asset, amount, _evidence(chain, header, proofs, files)))
    signature = inputs.control.get(f"{file_name(listed.account)}.json")
    control = None if signature is None else files.add(signature, CONTROL_SIGNATURE)
    return ReserveAccount(listed.account, listed.role, listed.custody, tuple(holdings), control)


def _evidence(
    chain: ChainId, header: Header, proofs: Iterable[AccountProof], files: EvidenceFiles
) -> tuple[Digest, ...]:
    documents = (evm_account_proof_v1.write(AccountProofDocument(chain, header.hash, proof)) for proof in proofs)
    return tuple(files.add(document, EVM_ACCOUNT_PROOF) for document in documents)
