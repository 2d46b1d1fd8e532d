"""Keep proofs and codes in an SQLite file, batch by batch: what was committed once stays, whatever ends the process."""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import rlp
from rlp.exceptions import DecodingError

from por.errors import FormatError
from por.model import AccountProof

APPLICATION = int.from_bytes(b"porP", "big")
VERSION = 1
WAIT_SECONDS = 60

_TABLES = (
    """CREATE TABLE proofs (
        chain TEXT, block BLOB, address TEXT, keys BLOB, code_hash BLOB, nodes BLOB, digest BLOB,
        PRIMARY KEY (chain, block, address, keys)
    ) WITHOUT ROWID""",
    "CREATE TABLE codes (code_hash BLOB PRIMARY KEY, code BLOB) WITHOUT ROWID",
    f"PRAGMA application_id = {APPLICATION}",
    f"PRAGMA user_version = {VERSION}",
)
_PROOFS = "SELECT keys, code_hash, nodes, digest FROM proofs WHERE chain = ? AND block = ? AND address = ?"
_CURE = "delete it, or name another file: what it held is asked for again"

_SQLITE = b"SQLite format 3\x00"

ProofRow = tuple[AccountProof, Sequence[bytes], bytes]


class KeptRows:
    """Hold the open file; two processes may use one at the same time."""

    def __init__(self, path: Path) -> None:
        """Open the file, or make it.

        Raises: FormatError for one that cannot be opened, is damaged, of another program or of another version.
        """
        self._path = path
        _require_sqlite(path)
        with self._usable():
            self._rows = sqlite3.connect(path, timeout=WAIT_SECONDS, isolation_level=None)
        with self._closed_on_error(), self._usable():
            self._rows.execute("PRAGMA synchronous = FULL")
            with self._transaction():
                if not self._rows.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                    for statement in _TABLES:
                        self._rows.execute(statement)
            self._require_ours()

    def proof(self, chain: str, block: bytes, address: str, keys: Sequence[bytes]) -> AccountProof | None:
        """Return the kept proof of an account and storage keys at the block with this hash. Raises: FormatError."""
        row = self._whole(f"{_PROOFS} AND keys = ?", chain, block, address, b"".join(keys))
        return None if row is None else self._decoded(address, row[2], len(keys))

    def code_hash(self, chain: str, block: bytes, address: str) -> bytes | None:
        """Return the code hash of an account at the block with this hash where a proof is kept. Raises: FormatError."""
        row = self._whole(f"{_PROOFS} LIMIT 1", chain, block, address)
        return None if row is None else row[1]

    def code(self, code_hash: bytes) -> bytes | None:
        """Return the code that is kept under a hash. Raises: FormatError."""
        with self._usable():
            row = self._rows.execute("SELECT code FROM codes WHERE code_hash = ?", (code_hash,)).fetchone()
        return None if row is None else bytes(row[0])

    def keep_proofs(self, chain: str, block: bytes, rows: Iterable[ProofRow]) -> None:
        """Keep proofs with the code hashes they prove, all or none. Raises: FormatError."""
        made = []
        for proof, keys, code_hash in rows:
            nodes = rlp.encode([list(proof.account_nodes), [list(each) for each in proof.storage_nodes]])
            joined = b"".join(keys)
            digest = _digest(chain, block, proof.address, joined, code_hash, nodes)
            made.append((chain, block, proof.address, joined, code_hash, nodes, digest))
        with self._usable(), self._transaction():
            self._rows.executemany("INSERT OR REPLACE INTO proofs VALUES (?, ?, ?, ?, ?, ?, ?)", made)

    def keep_codes(self, codes: Iterable[tuple[bytes, bytes]]) -> None:
        """Keep codes under their hashes, all or none. Raises: FormatError."""
        with self._usable(), self._transaction():
            self._rows.executemany("INSERT OR REPLACE INTO codes VALUES (?, ?)", codes)

    def close(self) -> None:
        """Close the file."""
        self._rows.close()

    def damaged(self) -> FormatError:
        """Make, without raising, the error for a file whose rows are not what was written."""
        return FormatError(f"this file of kept proofs is damaged; {_CURE}", str(self._path))

    def _whole(
        self, query: str, chain: str, block: bytes, address: str, *more: bytes
    ) -> tuple[bytes, bytes, bytes] | None:
        with self._usable():
            row = self._rows.execute(query, (chain, block, address, *more)).fetchone()
        if row is None:
            return None
        if not all(isinstance(column, bytes) for column in row):
            raise self.damaged()
        keys, code_hash, nodes, digest = row
        if digest != _digest(chain, block, address, keys, code_hash, nodes):
            raise self.damaged()
        return keys, code_hash, nodes

    def _decoded(self, address: str, nodes: bytes, keys: int) -> AccountProof:
        try:
            account, storage = rlp.decode(nodes)
            if not isinstance(storage, list):
                raise self.damaged()
        except (DecodingError, ValueError) as error:
            raise self.damaged() from error
        if len(storage) != keys or not all(map(_is_nodes, (account, *storage))):
            raise self.damaged()
        return AccountProof(address, tuple(account), tuple(tuple(each) for each in storage))

    def _require_ours(self) -> None:
        (application,) = self._rows.execute("PRAGMA application_id").fetchone()
        (version,) = self._rows.execute("PRAGMA user_version").fetchone()
        if application != APPLICATION:
            raise FormatError("a file of another program; name another one to keep proofs in", str(self._path))
        if version != VERSION:
            raise FormatError(
                f"kept proofs of version {version}, this release knows {VERSION}; {_CURE}", str(self._path)
            )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._rows:
            self._rows.execute("BEGIN IMMEDIATE")
            yield

    @contextmanager
    def _usable(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            raise FormatError(
                f"cannot be used to keep proofs in: {error}; see to it, or name another file", str(self._path)
            ) from error
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            raise self.damaged() from error

    @contextmanager
    def _closed_on_error(self) -> Iterator[None]:
        try:
            yield
        except FormatError:
            self._rows.close()
            raise


def _digest(chain: str, block: bytes, address: str, *columns: bytes) -> bytes:
    return hashlib.sha256(rlp.encode([chain.encode(), block, address.encode(), *columns])).digest()


def _is_nodes(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(node, bytes) for node in value)


def _require_sqlite(path: Path) -> None:
    """Raise: FormatError for a file that is somebody's, and never held proofs; nobody is told to delete it."""
    try:
        with path.open("rb") as file:
            head = file.read(len(_SQLITE))
    except OSError:
        return  # not there yet, or the library says what is wrong with it
    if head and not _SQLITE.startswith(head):
        raise FormatError("is no file of kept proofs; name another one, which need not be there yet", str(path))
