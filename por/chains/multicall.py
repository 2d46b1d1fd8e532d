"""Pack many calls into one of Multicall3's `aggregate3`, and unpack what it gives.

Source: mds1/multicall, `aggregate3((address,bool,bytes)[]) returns ((bool,bytes)[])`; the contract ABI of Solidity.
"""

from collections.abc import Sequence

from por.encoding.reader import Reader
from por.errors import FormatError
from por.model import Call

MULTICALL3 = "0xca11bde05977b3631167028862be2a173976ca11"
# What stands there on Ethereum and most of its kin; another code at this address is not called.
MULTICALL3_CODES = frozenset({bytes.fromhex("d5c15df687b16f2ff992fc8d767b4216323184a2bbc6ee2f9c398c318e770891")})
MAX_ANSWER = 16 * 2**20

_AGGREGATE3 = bytes.fromhex("82ad56cb")


def pack(calls: Sequence[Call]) -> bytes:
    """Return the call data of `aggregate3` of calls, each of which may fail by itself."""
    heads, tails, place = [], [], 32 * len(calls)
    for call in calls:
        tail = _word(int(call.to, 16)) + _word(1) + _word(96) + _word(len(call.data)) + _padded(call.data)
        heads.append(_word(place))
        tails.append(tail)
        place += len(tail)
    return _AGGREGATE3 + _word(32) + _word(len(calls)) + b"".join((*heads, *tails))


def unpack(answer: object, count: int) -> tuple[bytes | None, ...]:
    """Return what each of `count` calls gave, None for one that failed, from the answer to `aggregate3`.

    The answer must be laid out as the contract does it, without a gap or a byte left. Raises: FormatError.
    """
    data = Reader(answer).data(0, MAX_ANSWER)
    results = tuple(_result(data, 64, index) for index in range(_count(data, count)))
    if data != _laid_out(results):
        raise FormatError("not what aggregate3 answers")
    return tuple(returned if success else None for success, returned in results)


def _count(data: bytes, wanted: int) -> int:
    count = int.from_bytes(data[32:64], "big")
    if len(data) < 64 or count != wanted:
        raise FormatError(f"{count} results of {wanted} calls")
    return count


def _result(data: bytes, start: int, index: int) -> tuple[bool, bytes]:
    place = start + _number(data, start + 32 * index)
    size = _number(data, place + 64)
    return _number(data, place) == 1, data[place + 96 : place + 96 + size]


def _number(data: bytes, place: int) -> int:
    word = data[place : place + 32]
    number = int.from_bytes(word, "big")
    if len(word) != 32 or number > len(data):
        raise FormatError("not what aggregate3 answers: it ends early")
    return number


def _laid_out(results: Sequence[tuple[bool, bytes]]) -> bytes:
    heads, tails, place = [], [], 32 * len(results)
    for success, returned in results:
        tail = _word(int(success)) + _word(64) + _word(len(returned)) + _padded(returned)
        heads.append(_word(place))
        tails.append(tail)
        place += len(tail)
    return b"".join((_word(32), _word(len(results)), *heads, *tails))


def _word(number: int) -> bytes:
    return number.to_bytes(32, "big")


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 32)
