"""Compute what an issuer anchors, and the id of an entry (`por/spec/registry.md`)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256

from eth_utils.crypto import keccak

from por.commitments import rfc6962
from por.commitments.words import address_word, array_of, bytes_word, uint_word
from por.encoding.entry_v1 import MAX_TOTALS
from por.errors import EvidenceError
from por.model import (
    UINT128_MAX,
    Anchor,
    AnchoredEntry,
    AssetId,
    AssetTotal,
    BlockRef,
    Bundle,
    ChainId,
    Digest,
    ReserveAccount,
    Role,
)

_NO_BLOCK = BlockRef(0, bytes(32))


def asset_key(asset: AssetId) -> bytes:
    """Name an asset as contracts do: keccak256 of its CAIP-19 text."""
    return keccak(text=str(asset))


def claim_hash(account: str, asset: str, amount: int) -> bytes:
    """Hash one claimed holding, account and asset in CAIP-10 and CAIP-19 text, amount in base units (set 1).

    Raises: EvidenceError for an amount that has more than 128 bits.
    """
    if not 0 <= amount <= UINT128_MAX:
        raise EvidenceError(f"{account} claims an amount beyond 128 bits")
    return sha256(b"\x08" + _lp(account) + _lp(asset) + amount.to_bytes(16)).digest()


def reserve_claims(reserves: Iterable[ReserveAccount]) -> tuple[bytes, ...]:
    """Hash all claimed holdings, ascending by account and asset (set 2). Raises: EvidenceError."""
    rows = sorted((str(row.account), str(claim.asset), claim.amount) for row in reserves for claim in row.holdings)
    return tuple(claim_hash(account, asset, amount) for account, asset, amount in rows)


def reserve_set_root(reserves: Iterable[ReserveAccount]) -> bytes:
    """Compute the RFC 6962 root over all claimed holdings (set 3). Raises: EvidenceError."""
    return rfc6962.root(reserve_claims(reserves))


def asset_sums(bundle: Bundle) -> Iterator[tuple[AssetId, int, int]]:
    """Sum up, asset by asset in base units, what a bundle owes, debts apart, and claims on customer accounts."""
    owed: dict[AssetId, int] = defaultdict(int)
    claimed: dict[AssetId, int] = defaultdict(int)
    for item in bundle.liabilities:
        owed[item.asset] += 0 if item.is_debt else item.total
    for row in bundle.reserves:
        for claim in row.holdings:
            claimed[claim.asset] += claim.amount if row.role is Role.CUSTOMER else 0
    for asset in sorted({*owed, *claimed}):
        yield asset, owed[asset], claimed[asset]


def totals_of(bundle: Bundle) -> tuple[AssetTotal, ...]:
    """Compute the totals that an issuer anchors, ascending by asset key (anchor 2).

    Raises: EvidenceError for a sum beyond 128 bits, and for more assets than an entry takes.
    """
    totals = []
    for asset, owed, claimed in asset_sums(bundle):
        if max(owed, claimed) > UINT128_MAX:
            raise EvidenceError(f"the sum over {asset} has more than 128 bits")
        totals.append(AssetTotal(asset_key(asset), owed, claimed))
    if len(totals) > MAX_TOTALS:
        raise EvidenceError(f"{len(totals)} assets; an entry takes at most {MAX_TOTALS}")
    return tuple(sorted(totals, key=lambda total: total.asset))


def anchor_of(bundle: Bundle, digest: Digest, chain: ChainId, supersedes: int) -> Anchor:
    """Compute what a bundle is anchored as on an EVM chain (anchor 1).

    The snapshot block named is that of the registry's own chain, which contracts there can look up. Raises:
    EvidenceError.
    """
    block = next((row.block for row in bundle.blocks if row.chain == chain), None)
    named = block or _NO_BLOCK
    return Anchor(
        instant=bundle.instant,
        snapshot_chain=0 if block is None else int(chain.reference),
        snapshot_block=named.number,
        snapshot_hash=named.hash,
        commitments_root=bundle.commitments_root,
        bundle=digest,
        reserve_set_root=reserve_set_root(bundle.reserves),
        supersedes=supersedes,
    )


def totals_digest(totals: Sequence[AssetTotal]) -> bytes:
    """Compute keccak256(abi.encode(totals)) (id 1). Raises: EvidenceError."""
    return keccak(array_of([(total.asset, total.liabilities, total.reserves) for total in totals]))


def anchor_id(entry: AnchoredEntry) -> bytes:
    """Compute an entry's id, which chains it to the one before (id 2). Raises: EvidenceError."""
    anchor = entry.anchor
    return keccak(
        address_word(entry.issuer)
        + uint_word(entry.sequence, 64)
        + bytes_word(entry.previous)
        + uint_word(anchor.instant.seconds, 64)
        + uint_word(anchor.snapshot_chain, 64)
        + uint_word(anchor.snapshot_block, 64)
        + bytes_word(anchor.snapshot_hash)
        + bytes_word(anchor.commitments_root)
        + bytes_word(anchor.bundle.value)
        + bytes_word(anchor.reserve_set_root)
        + uint_word(anchor.supersedes, 64)
        + bytes_word(totals_digest(entry.totals))
    )


def _lp(text: str) -> bytes:
    data = text.encode()
    return len(data).to_bytes(2) + data
