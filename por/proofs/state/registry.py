"""Compute where a ReserveRegistry keeps an issuer's newest entry, and what its events say (`por/spec/registry.md`).

The steps there are slot 1 to slot 3 and event 1 to event 4. Sources: Solidity, layout of state variables in storage;
Solidity ABI, events.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from eth_utils.crypto import keccak

from por.commitments.anchors import anchor_id
from por.commitments.words import address_word, bytes_word, uint_word
from por.errors import EvidenceError
from por.model import Anchor, AnchoredEntry, AssetTotal, Digest, Instant, Log
from por.proofs.state.header import MAX_TIMESTAMP

HEADS_SLOT = 0
IDS_SLOT = 1

_ANCHOR_TYPE = "(uint64,uint64,uint64,bytes32,bytes32,bytes32,bytes32,uint64)"
ANCHORED: bytes = keccak(text=f"Anchored(address,uint64,bytes32,bytes32,{_ANCHOR_TYPE},(bytes32,uint128,uint128)[])")

_WORD = 32
_FIXED_WORDS = 10


@dataclass(frozen=True, slots=True)
class RegistryHead:
    """Hold an issuer's newest sequence, its instant, and the timestamp of the block it was anchored in.

    All are zero for an issuer that never anchored.
    """

    sequence: int
    instant: Instant
    anchored_at: Instant


def head_key(issuer: str) -> bytes:
    """Return the storage key of an issuer's newest entry (slot 1). Raises: EvidenceError."""
    hashed: bytes = keccak(address_word(issuer) + uint_word(HEADS_SLOT))
    return hashed


def id_key(issuer: str, sequence: int) -> bytes:
    """Return the storage key of the id of an issuer's entry (slot 2). Raises: EvidenceError."""
    hashed: bytes = keccak(uint_word(sequence, 64) + keccak(address_word(issuer) + uint_word(IDS_SLOT)))
    return hashed


def head_of(word: int) -> RegistryHead:
    """Return what the word of an issuer's newest entry says (slot 3). Raises: EvidenceError."""
    sequence, instant, anchored_at = (word >> shift & 2**64 - 1 for shift in (0, 64, 128))
    if not 0 <= word < 2**192 or (word and not sequence):
        raise EvidenceError("registry: the word of the newest entry is not one that a registry writes")
    return RegistryHead(sequence, _instant(instant), _instant(anchored_at))


def entry_of(log: Log) -> AnchoredEntry:
    """Return the entry that a log of the event `Anchored` tells, whose id is the one in the log (event 1 to event 4).

    That the log is on a chain, and when, is not established. Raises: EvidenceError, also for spare bits and bytes.
    """
    if len(log.topics) != 4 or log.topics[0] != ANCHORED:
        raise EvidenceError("registry: a log that is not of the event Anchored")
    words = _words(log.data)
    if len(words) <= _FIXED_WORDS:
        raise EvidenceError("registry: the event's data is too short")
    entry = AnchoredEntry(
        issuer="0x" + log.topics[1][12:].hex(),
        sequence=_number(log.topics[2], 64),
        previous=words[0],
        anchor=_anchor(words[1:9]),
        totals=_totals(words[_FIXED_WORDS + 1 :]),
    )
    if _topics(entry) != log.topics[:3] or _data(entry) != log.data:
        raise EvidenceError("registry: the event is not encoded as its contract encodes it")
    if anchor_id(entry) != log.topics[3]:
        raise EvidenceError("registry: the event's id is not the one that its entry has")
    return entry


def _words(data: bytes) -> list[bytes]:
    if len(data) % _WORD:
        raise EvidenceError("registry: the event's data is not made of whole words")
    return [data[start : start + _WORD] for start in range(0, len(data), _WORD)]


def _anchor(words: Sequence[bytes]) -> Anchor:
    return Anchor(
        instant=_instant(_number(words[0], 64)),
        snapshot_chain=_number(words[1], 64),
        snapshot_block=_number(words[2], 64),
        snapshot_hash=words[3],
        commitments_root=words[4],
        bundle=Digest(words[5]),
        reserve_set_root=words[6],
        supersedes=_number(words[7], 64),
    )


def _totals(words: Sequence[bytes]) -> tuple[AssetTotal, ...]:
    if len(words) % 3:
        raise EvidenceError("registry: the event's totals are not whole")
    rows = (words[start : start + 3] for start in range(0, len(words), 3))
    return tuple(AssetTotal(asset, _number(owed, 128), _number(claimed, 128)) for asset, owed, claimed in rows)


def _topics(entry: AnchoredEntry) -> tuple[bytes, ...]:
    return ANCHORED, address_word(entry.issuer), uint_word(entry.sequence, 64)


def _data(entry: AnchoredEntry) -> bytes:
    anchor = entry.anchor
    numbers = (anchor.instant.seconds, anchor.snapshot_chain, anchor.snapshot_block)
    hashes = (anchor.snapshot_hash, anchor.commitments_root, anchor.bundle.value, anchor.reserve_set_root)
    words = [bytes_word(entry.previous), *(uint_word(number, 64) for number in numbers), *map(bytes_word, hashes)]
    words += [uint_word(anchor.supersedes, 64), uint_word(_FIXED_WORDS * _WORD), uint_word(len(entry.totals))]
    for total in entry.totals:
        words += [bytes_word(total.asset), uint_word(total.liabilities, 128), uint_word(total.reserves, 128)]
    return b"".join(words)


def _number(word: bytes, bits: int) -> int:
    number = int.from_bytes(word)
    if len(word) != _WORD or number >= 1 << bits:
        raise EvidenceError(f"registry: a word that holds no unsigned integer of {bits} bits")
    return number


def _instant(seconds: int) -> Instant:
    if seconds > MAX_TIMESTAMP:
        raise EvidenceError("registry: an instant beyond the year 9999")
    return Instant(seconds)
