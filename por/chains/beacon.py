"""Ask a beacon node what light clients need, and what a block withdrew.

Answers come as JSON, or serialized where a node sends that; both are read strictly. Source: the beacon API, v1.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

import rlp

from por.chains.transport import DEFAULT_LIMITS, Limits, Transport, below, origin
from por.encoding import strict_json
from por.encoding.light_client_v1 import Bootstrap, CommitteeUpdate, SignedBlock
from por.encoding.reader import Reader
from por.errors import EvidenceError, FormatError, IncapableError
from por.model import BeaconChain
from por.model.amounts import parse_units
from por.proofs.beacon.light_client_records import (
    BOOTSTRAPS,
    FINALITIES,
    UPDATES,
    any_of,
    read_bootstrap,
    read_finality,
    read_update,
)
from por.proofs.beacon.ssz import Bits, ByteList, Container, Kind, Plain, Vector, fixed_size

MAX_BYTES = 16 * 2**20
# The beacon API gives no more at once.
MAX_UPDATES = 128

Answer = TypeVar("Answer")


class BeaconSource:
    """Answer light-client questions about one beacon chain by one node; what it says proves nothing by itself."""

    def __init__(self, beacon: BeaconChain, url: str, limits: Limits = DEFAULT_LIMITS) -> None:
        """Keep the URL; nothing is sent yet. Raises: FormatError."""
        self.beacon = beacon
        self.name = origin(url)
        self._url = url
        self._limits = limits

    def bootstrap(self, root: bytes) -> Bootstrap:
        """Return the bootstrap of a checkpoint, by its 32-byte root. Raises: SourceError."""
        data = self._ask(f"/eth/v1/beacon/light_client/bootstrap/0x{root.hex()}")
        return self._read(lambda: read_bootstrap(self.beacon, serialized(BOOTSTRAPS, data)))

    def updates(self, period: int, count: int) -> tuple[CommitteeUpdate, ...]:
        """Return the updates of periods, from `period` on. Raises: SourceError, also when there are fewer."""
        found: list[CommitteeUpdate] = []
        while len(found) < count:
            first, wanted = period + len(found), min(count - len(found), MAX_UPDATES)
            found += self._updates(first, wanted)
        return tuple(found)

    def finality(self) -> SignedBlock:
        """Return the block that is final by now. Raises: SourceError."""
        data = self._ask("/eth/v1/beacon/light_client/finality_update")
        return self._read(lambda: finality_of(self.beacon, data))

    def withdrawals(self, slot: int) -> tuple[bytes, ...]:
        """Return the withdrawals of the block at a slot, each in its consensus encoding. Raises: SourceError."""
        data = self._ask(f"/eth/v2/beacon/blocks/{slot}")
        return self._read(lambda: _withdrawals(data))

    def _updates(self, first: int, count: int) -> list[CommitteeUpdate]:
        data = self._ask("/eth/v1/beacon/light_client/updates", f"start_period={first}&count={count}")
        pieces = self._read(lambda: _pieces(data, count))
        if len(pieces) != count:
            raise IncapableError(f"{self.name}: {len(pieces)} updates from period {first} on; {count} are needed")
        return self._read(lambda: [read_update(self.beacon, piece) for piece in pieces])

    def _ask(self, path: str, query: str = "") -> bytes:
        url = below(self._url, path)
        if query:
            url += ("&" if "?" in url else "?") + query
        transport = Transport(url, self._limits)
        try:
            return transport.get()
        finally:
            transport.close()

    def _read(self, read: Callable[[], Answer]) -> Answer:
        try:
            return read()
        except (EvidenceError, FormatError) as error:
            raise IncapableError(f"{self.name}: its answer cannot be read: {error}") from error


def finality_of(beacon: BeaconChain, data: bytes) -> SignedBlock:
    """Read a node's answer about what is final, also one that was saved. Raises: EvidenceError, FormatError."""
    return read_finality(beacon, serialized(FINALITIES, data))


def serialized(kinds: Sequence[Container], data: bytes) -> bytes:
    """Return a node's answer serialized, from JSON where it is that. Raises: EvidenceError, FormatError."""
    if data[:1] not in {b"{", b"["}:
        return data
    answer = _data_of(Reader(strict_json.load(data, max_bytes=MAX_BYTES)))
    return any_of(kinds, lambda kind: _encoded(kind, answer))


def _pieces(data: bytes, count: int) -> list[bytes]:
    if data[:1] == b"[":
        rows = Reader(strict_json.load(data, max_bytes=MAX_BYTES)).items(count)
        return [_update(_data_of(row)) for row in rows]
    pieces: list[bytes] = []
    while data:
        # A length of 8 bytes, which counts the 4 bytes of the fork's digest after it.
        end = 8 + int.from_bytes(data[:8], "little")
        if not 12 <= end <= len(data) or len(pieces) == count:
            raise EvidenceError("updates that do not follow one another to the end")
        pieces.append(data[12:end])
        data = data[end:]
    return pieces


def _update(row: Reader) -> bytes:
    return any_of(UPDATES, lambda kind: _encoded(kind, row))


def _data_of(reader: Reader) -> Reader:
    if not isinstance(reader.value, dict) or "data" not in reader.value:
        raise reader.fail("an answer of the beacon API has a member 'data'")
    return Reader(reader.value["data"], f"{reader.place}/data")


def _encoded(kind: Kind, reader: Reader) -> bytes:
    """Serialize a value of the beacon API: numbers are decimal text, bytes and bits are 0x and hexadecimal."""
    if isinstance(kind, Container):
        return _record(kind, reader)
    if isinstance(kind, Vector):
        rows = list(reader.items(kind.count))
        if len(rows) != kind.count:
            raise EvidenceError(f"{reader.place}: {len(rows)} items; {kind.count} are needed")
        return b"".join(_encoded(kind.item, row) for row in rows)
    if isinstance(kind, ByteList):
        return reader.data(0, kind.limit)
    if isinstance(kind, Plain) and (kind.size == 8 or reader.place.endswith("/base_fee_per_gas")):
        number = reader.parse(parse_units)
        if number >> (8 * kind.size):
            raise reader.fail(f"a number of more than {kind.size} bytes")
        return number.to_bytes(kind.size, "little")
    if isinstance(kind, Plain | Bits):
        size = fixed_size(kind) or 0
        return reader.data(size, size)
    raise reader.fail("not read from JSON")


def _record(kind: Container, reader: Reader) -> bytes:
    names = [name for name, _ in kind.fields]
    pieces = [_encoded(field, row) for (_, field), row in zip(kind.fields, reader.members(*names), strict=True)]
    sizes = [fixed_size(field) for _, field in kind.fields]
    at = sum(4 if size is None else size for size in sizes)
    head, tail = [], []
    for size, piece in zip(sizes, pieces, strict=True):
        if size is None:
            head.append(at.to_bytes(4, "little"))
            tail.append(piece)
            at += len(piece)
        else:
            head.append(piece)
    return b"".join([*head, *tail])


def _withdrawals(data: bytes) -> tuple[bytes, ...]:
    reader = _data_of(Reader(strict_json.load(data, max_bytes=MAX_BYTES)))
    for name in ("message", "body", "execution_payload", "withdrawals"):
        if not isinstance(reader.value, dict) or name not in reader.value:
            raise reader.fail(f"member {name!r} is missing")
        reader = Reader(reader.value[name], f"{reader.place}/{name}")
    rows = []
    for item in reader.items(16):
        index, validator, address, amount = item.members("index", "validator_index", "address", "amount")
        fields = [index.units(), validator.units(), address.data(20, 20), amount.units()]
        rows.append(rlp.encode(fields))
    return tuple(rows)
