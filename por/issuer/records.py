"""Turn a ledger row into records: derive the keys that hide it, and the tag that places it in its tree.

An account key serves one snapshot and stays with the issuer; two snapshots share no field of a leaf (T78).
"""

import hmac
from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256
from itertools import pairwise
from struct import Struct
from typing import NamedTuple

from por.commitments.hashes import context, id_digest
from por.commitments.schemes import POR_SUM
from por.errors import FormatError
from por.model import Denomination

MAX_SPLIT = 64

_PACKED = Struct(">32s16s32s32sI")


class Record(NamedTuple):
    """Hold one record of a tree; `amount` is 16 bytes, `account` the normalised id in UTF-8."""

    tag: bytes
    amount: bytes
    key: bytes
    id_digest: bytes
    part: int
    account: bytes


def unpack(packed: bytes) -> Record:
    """Read what `RecordMaker.records` made."""
    tag, amount, key, digest, part = _PACKED.unpack_from(packed)
    return Record(tag, amount, key, digest, part, packed[_PACKED.size :])


def record_tag(key: bytes, tree: bytes, digest: bytes) -> bytes:
    """Return the tag of the record that `key` opens, for the account with this id digest."""
    return sha256(b"\x03" + key + tree + digest).digest()


class RecordMaker:
    """Make the records of one snapshot."""

    def __init__(self, issuer: str, snapshot: str, master_key: bytes, split: int = 1) -> None:
        """Take the 32-byte master key, and over how many records at most to spread an amount (T76)."""
        if len(master_key) != 32:
            raise FormatError("a master key has 32 bytes")
        if not 1 <= split <= MAX_SPLIT:
            raise FormatError(f"an amount is split over 1 to {MAX_SPLIT} parts")
        names = b"".join(len(name).to_bytes(2, "big") + name for name in (issuer.encode(), snapshot.encode()))
        self._prefix = b"por/v1/account" + sha256(names).digest()
        self._issuer, self._snapshot = issuer, snapshot
        self._master_key = master_key
        self._split = split
        # Ledgers are mostly sorted by account: one derivation serves all rows of a customer.
        self._account = lru_cache(maxsize=4096)(self._derive)

    def context(self, segment: str, denomination: Denomination) -> bytes:
        """Return the context of one tree of this snapshot."""
        asset, decimals = str(denomination.asset), denomination.decimals
        return context(POR_SUM.name, self._issuer, self._snapshot, segment, asset, decimals)

    def records(self, tree: bytes, account: bytes, amount: int) -> Iterator[bytes]:
        """Yield the records of one row in the tree with context `tree`.

        They are packed so that they sort by tag and begin with tag ‖ amount u128.
        """
        digest, account_key = self._account(account)
        for part, units in enumerate(self._parts(account_key, tree, amount)):
            number = part.to_bytes(4, "big")
            key = sha256(b"\x06" + account_key + tree[:16] + number).digest()
            tag = record_tag(key, tree, digest)
            yield tag + units.to_bytes(16, "big") + key + digest + number + account

    def _derive(self, account: bytes) -> tuple[bytes, bytes]:
        digest = id_digest(account)
        return digest, hmac.digest(self._master_key, self._prefix + digest, "sha256")

    def _parts(self, account_key: bytes, tree: bytes, amount: int) -> list[int]:
        """Cut at places that only the account key tells: the same again for the same snapshot."""
        if self._split == 1 or amount == 0:
            return [amount] * (amount > 0)
        cuts = {self._cut(account_key, tree, number) % amount for number in range(1, self._split)}
        return [right - left for left, right in pairwise(sorted({0, amount, *cuts}))]

    def _cut(self, account_key: bytes, tree: bytes, number: int) -> int:
        message = b"por/v1/split" + tree + number.to_bytes(4, "big")
        return int.from_bytes(hmac.digest(account_key, message, "sha256"), "big")
