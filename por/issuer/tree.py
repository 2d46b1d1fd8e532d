"""Build Merkle-sum trees level by level, in files of fixed rows (`por/spec/liability-tree.md`).

The prover's own code: it shares the specification and the vectors with the verifier, and no line (T97).
A row is 48 bytes, hash ‖ sum u128. A level file holds real rows only; the empty right side is implied.
Two neighbours are 96 bytes and, after a tag byte, exactly what their parent hashes.
"""

from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path
from struct import iter_unpack

from por.encoding.private_files import new_file
from por.errors import FormatError
from por.model import MAX_DEPTH

ROW = 48
PAIR = 2 * ROW

_CHUNK = PAIR * 32_768
_int = int.from_bytes


def parent_row(pair: bytes) -> bytes:
    """Return the row above two neighbours. Raises: OverflowError at 2^128 (T06)."""
    total = _int(pair[32:48], "big") + _int(pair[80:96], "big")
    return sha256(b"\x01" + pair).digest() + total.to_bytes(16, "big")


def leaf_row(tagged: bytes) -> bytes:
    """Return the row of a leaf from tag ‖ amount u128."""
    return sha256(b"\x00" + tagged).digest() + tagged[32:48]


def _empty_rows() -> tuple[bytes, ...]:
    rows = [sha256(b"\x02").digest() + bytes(16)]
    for _ in range(MAX_DEPTH):
        rows.append(parent_row(rows[-1] * 2))
    return tuple(rows)


EMPTY_ROWS = _empty_rows()


def depth_for(count: int, at_least: int = 0) -> int:
    """Return the depth of a tree for `count` leaves: as small as they allow, or deeper when asked for.

    Raises: FormatError beyond 40.
    """
    depth = max((count - 1).bit_length() if count else 0, at_least)
    if depth > MAX_DEPTH:
        raise FormatError(f"a tree of depth {depth}; at most {MAX_DEPTH} is allowed")
    return depth


def rows_at(count: int, level: int) -> int:
    """Return the number of real rows on a level above `count` leaves."""
    return -(-count >> level)


def level_path(directory: Path, level: int) -> Path:
    """Name the file of one level."""
    return directory / f"level-{level:02}.bin"


def build(directory: Path, tagged: Iterable[bytes], depth: int, progress: Callable[[str], None]) -> bytes:
    """Write all levels of one tree from its leaves, each tag ‖ amount u128, and return the top row.

    Raises: FormatError for leaves that are too many or do not ascend by tag; OverflowError at 2^128.
    """
    count = _write_leaves(level_path(directory, 0), tagged)
    if count > 1 << depth:
        raise FormatError(f"{count} leaves do not fit a tree of depth {depth}")
    for level in range(depth):
        _write_parents(level_path(directory, level), level_path(directory, level + 1), level)
        if rows_at(count, level) > _CHUNK // PAIR:
            progress(f"level {level + 1} of {depth}")
    return level_path(directory, depth).read_bytes() or EMPTY_ROWS[depth]


def committed_root(context: bytes, depth: int, top: bytes) -> bytes:
    """Return the root that binds a top row to its tree's context and depth."""
    return sha256(b"\x07" + context + bytes([depth]) + top[32:] + top[:32]).digest()


def _write_leaves(path: Path, tagged: Iterable[bytes]) -> int:
    count, previous = 0, b""
    with new_file(path) as file:
        for leaf in tagged:
            if leaf[:32] <= previous:
                raise FormatError("two leaves with one tag, or leaves out of order")
            previous = leaf[:32]
            file.write(leaf_row(leaf))
            count += 1
    return count


def _write_parents(below: Path, above: Path, level: int) -> None:
    with below.open("rb") as source, new_file(above) as target:
        while chunk := source.read(_CHUNK):
            target.write(_parents(chunk if len(chunk) % PAIR == 0 else chunk + EMPTY_ROWS[level]))


def _parents(rows: bytes) -> bytes:
    return b"".join([parent_row(pair) for (pair,) in iter_unpack(f"{PAIR}s", rows)])


def path_rows(read_row: Callable[[int, int], bytes], count: int, depth: int, index: int) -> list[bytes]:
    """Return the siblings of leaf `index` on the way up; `read_row` takes a level and a row number."""
    rows: list[bytes] = []
    for level in range(depth):
        sibling = (index >> level) ^ 1
        rows.append(read_row(level, sibling) if sibling < rows_at(count, level) else EMPTY_ROWS[level])
    return rows


def top_over(row: bytes, index: int, path: Iterable[bytes]) -> bytes:
    """Return the top row that a leaf's row and its siblings imply. Raises: OverflowError."""
    for sibling in path:
        row = parent_row(sibling + row if index & 1 else row + sibling)
        index >>= 1
    return row
