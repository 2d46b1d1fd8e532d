"""Assemble the bundle: commitments, blocks, proven holdings and control proofs, with every evidence file by digest."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from por.chains.bulk import BulkSource
from por.commitments.anchors import totals_of
from por.encoding import bundle_v1
from por.encoding.media_types import CONTROL_OPENING, CONTROL_SIGNATURE, DECLARATIONS, DOCUMENT, EVM_HEADER
from por.errors import EvidenceError, FormatError
from por.issuer.control import file_name
from por.issuer.control_set import control_openings
from por.issuer.inputs import EvidenceFiles, Inputs
from por.issuer.reserves import reserve_accounts
from por.issuer.witnesses import Document
from por.model import Bundle, ChainId, ControlSet, Digest, ReserveAccount, SnapshotBlock


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
    declarations = _declared_files(inputs, files)
    control_set, control = _control_files(inputs)
    reserves: list[ReserveAccount] = []
    for chain in sorted({listed.account.chain for listed in inputs.accounts}):
        reserves += reserve_accounts(inputs, sources[chain], control, files, progress)
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
        declarations=declarations,
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


def _declared_files(inputs: Inputs, files: EvidenceFiles) -> Digest | None:
    if inputs.declared is None:
        return None
    for document in inputs.declared.published:
        files.add(document, DOCUMENT)
    return files.add(inputs.declared.document, DECLARATIONS)


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
