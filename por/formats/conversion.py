"""Turn a published wallet list into a bundle and its evidence files; converting is not verifying.

`por/spec/published-lists.md`, conversion steps. The bundle owes nothing, names the blocks that it is given, if any, and
is not signed.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from por.commitments import rfc6962
from por.encoding import bundle_v1, published_signature_v1
from por.encoding.digests import digest_of
from por.encoding.media_types import EVM_HEADER, PUBLISHED_SIGNATURE
from por.encoding.published_signature_v1 import PublishedSignature
from por.errors import EvidenceError, UnsupportedEvidenceError
from por.formats.coins import Coins
from por.formats.holdings import PlacedWallet, place_wallets
from por.formats.wallet_list import StatedSum, WalletList
from por.model import (
    AssetId,
    Bundle,
    CaseRule,
    ChainAccount,
    ClaimedHolding,
    Custody,
    Digest,
    Encumbrance,
    EncumbranceKind,
    EvidenceEntry,
    Instant,
    ReserveAccount,
    Role,
    SnapshotBlock,
)
from por.proofs.control.published import published_signers

_NOT_STAKED = "non staking"


class Standing(StrEnum):
    """Say what a row's published signature shows."""

    VALID = "valid"
    INVALID = "invalid"
    UNSUPPORTED = "unsupported"
    UNSIGNED = "unsigned"


@dataclass(frozen=True, slots=True)
class ConvertedWallet:
    """Hold a row with what its signature shows: the digest's variant, or the reason. `again` marks a repeated row."""

    placed: PlacedWallet
    document: PublishedSignature | None
    standing: Standing
    reason: str
    again: bool


@dataclass(frozen=True, slots=True)
class Conversion:
    """Hold a list as converted: every row, the bundle, its evidence files by digest, and the list's own summary."""

    layout: str
    wallets: tuple[ConvertedWallet, ...]
    bundle: Bundle
    files: dict[Digest, bytes]
    summary: tuple[StatedSum, ...] = ()


def convert(
    wallets: WalletList,
    coins: Coins,
    issuer: str,
    instant: Instant,
    progress: Callable[[str], None],
    blocks: tuple[SnapshotBlock, ...] = (),
    headers: Iterable[bytes] = (),
) -> Conversion:
    """Convert a list; `headers` are the evidence files of `blocks`, at which a verifier can read what is claimed.

    Raises: FormatError naming the line.
    """
    converted = _judged(place_wallets(wallets, coins), progress)
    entries: dict[Digest, EvidenceEntry] = {}
    files: dict[Digest, bytes] = {}

    def add(data: bytes, media_type: str) -> Digest:
        digest = digest_of(data)
        entries[digest], files[digest] = EvidenceEntry(digest, media_type, len(data)), data
        return digest

    for header in headers:
        add(header, EVM_HEADER)
    reserves = []
    for rows in _accounts(converted):
        document = _control(rows)
        control = None if document is None else add(published_signature_v1.write(document), PUBLISHED_SIGNATURE)
        reserves.append(_account(rows, control))
    evidence = tuple(entries[digest] for digest in sorted(entries, key=str))
    bundle = _bundle(issuer, instant, blocks, tuple(reserves), evidence)
    bundle_v1.read(bundle_v1.write(bundle))
    return Conversion(wallets.layout, converted, bundle, files, wallets.summary)


def _judged(placed: Sequence[PlacedWallet], progress: Callable[[str], None]) -> tuple[ConvertedWallet, ...]:
    seen: set[tuple[ChainAccount, AssetId]] = set()
    known: dict[tuple[object, ...], tuple[Standing, str]] = {}
    found = []
    for number, item in enumerate(placed, 1):
        progress(f"reading signature {number} of {len(placed)}")
        document = _document(item)
        same = (item.account, item.scheme, item.row.message, item.row.signatures, item.row.key, item.row.owners)
        if same not in known:
            known[same] = standing(document)
        found.append(ConvertedWallet(item, document, *known[same], (item.account, item.asset) in seen))
        seen.add((item.account, item.asset))
    return tuple(found)


def standing(document: PublishedSignature | None) -> tuple[Standing, str]:
    """Say what a published signature shows, with the variant of its digest, or the reason."""
    if document is None:
        return Standing.UNSIGNED, "no signature is published"
    try:
        return Standing.VALID, published_signers(document).variant
    except UnsupportedEvidenceError as error:
        return Standing.UNSUPPORTED, str(error)
    except EvidenceError as error:
        return Standing.INVALID, str(error)


def _document(item: PlacedWallet) -> PublishedSignature | None:
    row = item.row
    if not row.signatures:
        return None
    return PublishedSignature(
        item.account, row.coin, item.scheme, row.message or "", row.signatures, row.key, row.owners
    )


def _accounts(wallets: Iterable[ConvertedWallet]) -> list[list[ConvertedWallet]]:
    """Put the assets of an account together; what the list has twice stays there twice (T46)."""
    accounts: dict[tuple[ChainAccount, Custody], list[list[ConvertedWallet]]] = {}
    found: list[list[ConvertedWallet]] = []
    for wallet in wallets:
        rows = accounts.setdefault((wallet.placed.account, _custody(wallet)), [])
        free = [row for row in rows if all(other.placed.asset != wallet.placed.asset for other in row)]
        if free:
            free[0].append(wallet)
        else:
            rows.append([wallet])
            found.append(rows[-1])
    return found


def _control(rows: Iterable[ConvertedWallet]) -> PublishedSignature | None:
    """Choose the signature to judge the account by: a bad one is never left out for a good one."""
    order = (Standing.INVALID, Standing.VALID, Standing.UNSUPPORTED)
    signed = sorted((row for row in rows if row.document), key=lambda row: order.index(row.standing))
    return signed[0].document if signed else None


def _account(rows: Sequence[ConvertedWallet], control: Digest | None) -> ReserveAccount:
    holdings = [_holding(row, row.placed.units) for row in rows if row.placed.units is not None]
    return ReserveAccount(
        rows[0].placed.account,
        Role.CUSTOMER,
        _custody(rows[0]),
        tuple(sorted(holdings, key=lambda holding: str(holding.asset))),
        control,
    )


def _holding(wallet: ConvertedWallet, units: int) -> ClaimedHolding:
    staked = Encumbrance(EncumbranceKind.STAKED, units) if "staking" in _kind(wallet) else None
    return ClaimedHolding(wallet.placed.asset, units, (), staked)


def _custody(wallet: ConvertedWallet) -> Custody:
    """Take what the list itself sets apart for held by others, and all else for hot: the least that can be claimed."""
    return Custody.THIRD_PARTY if _kind(wallet) else Custody.HOT


def _kind(wallet: ConvertedWallet) -> str:
    kind = (wallet.placed.row.kind or "").lower()
    return "" if kind == _NOT_STAKED else kind


def _bundle(
    issuer: str,
    instant: Instant,
    blocks: tuple[SnapshotBlock, ...],
    reserves: tuple[ReserveAccount, ...],
    evidence: tuple[EvidenceEntry, ...],
) -> Bundle:
    return Bundle(
        issuer=issuer,
        instant=instant,
        sequence=1,
        previous=None,
        supersedes=None,
        anchored_by=None,
        case_rule=CaseRule.EXACT,
        expires=Instant(instant.seconds + 1),
        blocks=blocks,
        liabilities=(),
        commitments_root=rfc6962.root(()),
        reserves=reserves,
        evidence=evidence,
    )
