"""Read and write the bundle (`por/spec/bundle.md`, reading steps 1 to 7)."""

from collections.abc import Iterator

from por.encoding import canonical, declarations_v1
from por.encoding.liability_v1 import Json, commitment_value, read_commitment
from por.encoding.media_types import BUNDLE, DECLARATIONS, DOCUMENT, EVIDENCE
from por.encoding.reader import Reader
from por.model import (
    AssetId,
    BlockRef,
    Bundle,
    CaseRule,
    ChainAccount,
    ChainId,
    ClaimedHolding,
    ControlSet,
    Custody,
    Digest,
    Encumbrance,
    EncumbranceKind,
    EvidenceEntry,
    ReserveAccount,
    Role,
    SnapshotBlock,
    issuer_id,
)

MAX_BYTES = 64 * 2**20
MAX_ITEMS = 4_000_000
MAX_EVIDENCE_BYTES = 256 * 2**10
MAX_DOCUMENT_BYTES = 16 * 2**20
MAX_LIABILITIES = 65_536
MAX_ACCOUNTS = 200_000
MAX_HOLDINGS = 4096
MAX_EVIDENCE = 1_000_000
MAX_PROOFS = 1024
MAX_LIGHT_CLIENT = 1024
# Claims share files, such as the code of a token: on the average each may be read so often, and some in any case.
MAX_READINGS = 64
FREE_READING = 64 * 2**20

_DECLARED = {DECLARATIONS: declarations_v1.MAX_BYTES, DOCUMENT: MAX_DOCUMENT_BYTES}


def read(data: bytes) -> Bundle:
    """Read the canonical document.

    Raises: FormatError, also for lists that are unsorted or name one thing twice where the layout forbids it.
    """
    top = Reader(canonical.load(data, max_bytes=MAX_BYTES, max_items=MAX_ITEMS))
    issuer, instant, sequence, previous, supersedes, anchored_by, case_rule, expires, *lists = top.document(
        BUNDLE,
        "issuer",
        "instant",
        "sequence",
        "previous",
        "supersedes",
        "anchoredBy",
        "caseRule",
        "expires",
        "blocks",
        "liabilities",
        "commitmentsRoot",
        "reserves",
        "controlSet",
        "declarations",
        "evidence",
    )
    blocks, liabilities, commitments_root, reserves, control_set, declarations, evidence = lists
    bundle = Bundle(
        issuer=issuer.parse(issuer_id),
        instant=instant.instant(),
        sequence=sequence.integer(1, 2**32 - 1),
        previous=previous.optional(Reader.digest),
        supersedes=supersedes.optional(Reader.digest),
        anchored_by=anchored_by.optional(_read_anchoring_account),
        case_rule=case_rule.choice(CaseRule),
        expires=expires.instant(),
        blocks=tuple(read_block(item) for item in blocks.items(1024)),
        liabilities=tuple(read_commitment(item) for item in liabilities.items(MAX_LIABILITIES)),
        commitments_root=commitments_root.hex(32),
        reserves=tuple(_read_account(item) for item in reserves.items(MAX_ACCOUNTS)),
        evidence=tuple(_read_evidence(item) for item in evidence.items(MAX_EVIDENCE)),
        control_set=control_set.optional(_read_control_set),
        declarations=declarations.optional(Reader.digest),
    )
    blocks.require_ascending([str(block.chain) for block in bundle.blocks])
    liabilities.require_ascending([(item.segment, str(item.asset)) for item in bundle.liabilities])
    evidence.require_ascending([str(entry.digest) for entry in bundle.evidence])
    _require_bounded(bundle, evidence)
    if (bundle.sequence == 1) != (bundle.previous is None):
        raise previous.fail("previous is null for sequence 1, and a digest for every other")
    if bundle.expires <= bundle.instant:
        raise expires.fail("control proofs expire after the snapshot's instant")
    return bundle


def write(bundle: Bundle) -> bytes:
    """Write the canonical document."""
    return canonical.dumps(
        {
            "mediaType": BUNDLE,
            "issuer": bundle.issuer,
            "instant": str(bundle.instant),
            "sequence": bundle.sequence,
            "previous": _optional_text(bundle.previous),
            "supersedes": _optional_text(bundle.supersedes),
            "anchoredBy": None if bundle.anchored_by is None else str(bundle.anchored_by),
            "caseRule": str(bundle.case_rule),
            "expires": str(bundle.expires),
            "blocks": [block_value(block) for block in bundle.blocks],
            "liabilities": [commitment_value(item) for item in bundle.liabilities],
            "commitmentsRoot": bundle.commitments_root.hex(),
            "reserves": [_account_value(account) for account in bundle.reserves],
            "controlSet": None
            if bundle.control_set is None
            else {"root": bundle.control_set.root.hex(), "count": bundle.control_set.count},
            "declarations": _optional_text(bundle.declarations),
            "evidence": [
                {"digest": str(entry.digest), "mediaType": entry.media_type, "size": entry.size}
                for entry in bundle.evidence
            ],
        }
    )


def read_block(reader: Reader) -> SnapshotBlock:
    """Read a snapshot block. Raises: FormatError."""
    chain, number, block_hash, header, child, light_client = reader.members(
        "chain", "number", "hash", "header", "child", "lightClient"
    )
    return SnapshotBlock(
        chain=chain.parse(ChainId.parse),
        block=BlockRef(number.integer(0, 2**53 - 1), block_hash.data(32, 32)),
        header=header.digest(),
        child=child.optional(Reader.digest),
        light_client=_digests(light_client, MAX_LIGHT_CLIENT),
    )


def block_value(block: SnapshotBlock) -> Json:
    """Write a snapshot block as a JSON value."""
    return {
        "chain": str(block.chain),
        "number": block.block.number,
        "hash": "0x" + block.block.hash.hex(),
        "header": str(block.header),
        "child": _optional_text(block.child),
        "lightClient": [str(digest) for digest in block.light_client],
    }


def _read_anchoring_account(reader: Reader) -> ChainAccount:
    account = reader.parse(ChainAccount.parse)
    if account.chain.namespace != "eip155":
        raise reader.fail("bundles are anchored by accounts of EVM chains")
    return account


def _read_account(reader: Reader) -> ReserveAccount:
    account, role, custody, holdings, control, state = reader.members(
        "account", "role", "custody", "holdings", "control", "controlState"
    )
    parsed = ReserveAccount(
        account=account.parse(ChainAccount.parse),
        role=role.choice(Role),
        custody=custody.choice(Custody),
        holdings=tuple(_read_holding(item) for item in holdings.items(MAX_HOLDINGS)),
        control=control.optional(Reader.digest),
        control_state=_digests(state, MAX_PROOFS),
    )
    holdings.require_ascending([str(holding.asset) for holding in parsed.holdings])
    for item, holding in zip(holdings.items(MAX_HOLDINGS), parsed.holdings, strict=True):
        if holding.asset.chain != parsed.account.chain:
            raise item.fail("the asset is on another chain than its account")
    return parsed


def _account_value(account: ReserveAccount) -> Json:
    return {
        "account": str(account.account),
        "role": str(account.role),
        "custody": str(account.custody),
        "holdings": [
            {
                "asset": str(holding.asset),
                "amount": str(holding.amount),
                "evidence": [str(digest) for digest in holding.evidence],
                "encumbrance": None
                if holding.encumbrance is None
                else {"kind": str(holding.encumbrance.kind), "amount": str(holding.encumbrance.amount)},
            }
            for holding in account.holdings
        ],
        "control": _optional_text(account.control),
        "controlState": [str(digest) for digest in account.control_state],
    }


def _read_holding(reader: Reader) -> ClaimedHolding:
    asset, amount, evidence, encumbrance = reader.members("asset", "amount", "evidence", "encumbrance")
    return ClaimedHolding(
        asset=asset.parse(AssetId.parse),
        amount=amount.units(),
        evidence=_digests(evidence, MAX_PROOFS),
        encumbrance=encumbrance.optional(_read_encumbrance),
    )


def _read_encumbrance(reader: Reader) -> Encumbrance:
    kind, amount = reader.members("kind", "amount")
    return Encumbrance(kind.choice(EncumbranceKind), amount.units())


def _read_control_set(reader: Reader) -> ControlSet:
    root, count = reader.members("root", "count")
    return ControlSet(root.hex(32), count.integer(1, MAX_ACCOUNTS))


def _digests(reader: Reader, limit: int) -> tuple[Digest, ...]:
    return tuple(item.digest() for item in reader.items(limit))


def _require_bounded(bundle: Bundle, evidence: Reader) -> None:
    """Refuse a small bundle that makes its verifier read one big file over and over (T84)."""
    sizes = {entry.digest: entry.size for entry in bundle.evidence}
    named = (digest for row in bundle.reserves for digests in _references(row) for digest in digests)
    reading = sum(sizes.get(digest, 0) for digest in named)
    listed = sum(entry.size for entry in bundle.evidence if entry.media_type not in _DECLARED)
    if reading > FREE_READING + MAX_READINGS * listed:
        raise evidence.fail(f"claims refer to files of {reading} bytes in all, far more than are listed")


def _references(row: ReserveAccount) -> Iterator[tuple[Digest, ...]]:
    yield row.control_state
    yield from (claim.evidence for claim in row.holdings)


def _read_evidence(reader: Reader) -> EvidenceEntry:
    digest, media_type, size = reader.members("digest", "mediaType", "size")
    kind = media_type.text(128)
    if kind not in EVIDENCE:
        raise media_type.fail(f"evidence of type {kind} is not read by this release")
    return EvidenceEntry(digest.digest(), kind, size.integer(1, max_evidence_bytes(kind)))


def max_evidence_bytes(media_type: str) -> int:
    """Return how large an evidence file of a type may be."""
    return _DECLARED.get(media_type, MAX_EVIDENCE_BYTES)


def _optional_text(digest: Digest | None) -> str | None:
    return None if digest is None else str(digest)
