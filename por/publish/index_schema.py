"""Keep a registry's history in an SQLite file (`por/spec/registry-index.md`): its tables, and how it is opened."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from por.errors import FormatError
from por.model import BlockRef, ChainAccount, ChainId

APPLICATION = 0x706F7231  # "por1"
VERSION = 1
WAIT_SECONDS = 60

TABLES = {
    "contracts": "role TEXT NOT NULL, address TEXT NOT NULL, PRIMARY KEY (role, address)",
    "scope": "chain TEXT NOT NULL, first_block INTEGER NOT NULL",
    "spans": "last_block INTEGER PRIMARY KEY, hash TEXT NOT NULL",
    "entries": (
        "id TEXT PRIMARY KEY, issuer TEXT NOT NULL, sequence INTEGER NOT NULL, previous TEXT NOT NULL, "
        "instant INTEGER NOT NULL, snapshot_chain TEXT NOT NULL, snapshot_block TEXT NOT NULL, "
        "snapshot_hash TEXT NOT NULL, commitments_root TEXT NOT NULL, bundle TEXT NOT NULL, "
        "reserve_set_root TEXT NOT NULL, supersedes INTEGER NOT NULL, anchored_at INTEGER NOT NULL, "
        "block INTEGER NOT NULL, log INTEGER NOT NULL, UNIQUE (issuer, sequence)"
    ),
    "totals": (
        "entry TEXT NOT NULL, asset TEXT NOT NULL, liabilities TEXT NOT NULL, reserves TEXT NOT NULL, "
        "block INTEGER NOT NULL, PRIMARY KEY (entry, asset)"
    ),
    "committees": (
        "id TEXT PRIMARY KEY, scheme INTEGER NOT NULL, threshold INTEGER NOT NULL, members TEXT NOT NULL, "
        "block INTEGER NOT NULL"
    ),
    "keys": "member TEXT PRIMARY KEY, key TEXT NOT NULL, block INTEGER NOT NULL",
    "attestations": (
        "committee TEXT NOT NULL, digest TEXT NOT NULL, entry TEXT NOT NULL, policy TEXT NOT NULL, "
        "rulebooks TEXT NOT NULL, outcome TEXT NOT NULL, figures TEXT NOT NULL, observed_at INTEGER NOT NULL, "
        "expires_at TEXT NOT NULL, signers TEXT NOT NULL, reports TEXT NOT NULL, attested_at INTEGER NOT NULL, "
        "block INTEGER NOT NULL, log INTEGER NOT NULL, PRIMARY KEY (committee, digest)"
    ),
    "revocations": (
        "committee TEXT NOT NULL, digest TEXT NOT NULL, reason TEXT NOT NULL, signers TEXT NOT NULL, "
        "revoked_at INTEGER NOT NULL, block INTEGER NOT NULL, PRIMARY KEY (committee, digest)"
    ),
    "refutations": (
        "contract TEXT NOT NULL, entry TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL, "
        "claimed TEXT NOT NULL, found TEXT NOT NULL, block INTEGER NOT NULL, PRIMARY KEY (contract, entry)"
    ),
    "disputes": (
        "contract TEXT NOT NULL, account TEXT NOT NULL, first_entry TEXT NOT NULL, second_entry TEXT NOT NULL, "
        "first_issuer TEXT NOT NULL, second_issuer TEXT NOT NULL, block INTEGER NOT NULL, log INTEGER NOT NULL, "
        "PRIMARY KEY (block, log)"
    ),
    "feeds": (
        "feed TEXT PRIMARY KEY, issuer TEXT NOT NULL, committee TEXT NOT NULL, policy TEXT NOT NULL, "
        "asset TEXT NOT NULL, decimals INTEGER NOT NULL, kind TEXT NOT NULL, block INTEGER NOT NULL"
    ),
    "rounds": (
        "feed TEXT NOT NULL, round INTEGER NOT NULL, sequence INTEGER NOT NULL, attestation TEXT NOT NULL, "
        "outcome TEXT NOT NULL, answer TEXT NOT NULL, updated_at INTEGER NOT NULL, block INTEGER NOT NULL, "
        "PRIMARY KEY (feed, round)"
    ),
}
OF_BLOCKS = tuple(name for name, columns in TABLES.items() if " block INTEGER" in columns)


@dataclass(frozen=True, slots=True)
class Watched:
    """Name the contracts of one chain whose logs an index holds.

    They are read from `first_block` on; None stands for what an index already has, and for 0 in a new one.
    """

    registry: ChainAccount
    attestations: ChainAccount | None = None
    challenges: tuple[ChainAccount, ...] = ()
    factory: ChainAccount | None = None
    first_block: int | None = None

    @property
    def chain(self) -> ChainId:
        """Name the chain."""
        return self.registry.chain

    @property
    def roles(self) -> tuple[tuple[str, str], ...]:
        """Return what each contract is watched as, and its address; ascending."""
        others = (("attestations", self.attestations), ("factory", self.factory))
        named = [("registry", self.registry), *((role, one) for role, one in others if one is not None)]
        named += [("challenges", one) for one in self.challenges]
        return tuple(sorted({(role, account.address) for role, account in named}))

    def require_one_chain(self) -> None:
        """Raise: FormatError when a contract is on another chain than the registry."""
        for account in (self.attestations, self.factory, *self.challenges):
            if account is not None and account.chain != self.chain:
                raise FormatError(f"{account} is not on {self.chain}, where the registry is; an index is of one chain")


class Index:
    """Hold an open database; rows change in transactions alone, so that a killed run loses nothing."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Keep the connection."""
        self.rows = connection

    @property
    def chain(self) -> ChainId:
        """Name the chain that the rows are of."""
        return ChainId.parse(self.rows.execute("SELECT chain FROM scope").fetchone()[0])

    def first_block(self) -> int:
        """Return the first block that was or will be read."""
        return int(self.rows.execute("SELECT first_block FROM scope").fetchone()[0])

    def spans(self) -> Iterator[BlockRef]:
        """Yield the last block of every span that was read, the newest first."""
        for number, text in self.rows.execute("SELECT last_block, hash FROM spans ORDER BY last_block DESC"):
            yield BlockRef(number, bytes.fromhex(text[2:]))

    def read_up_to(self) -> BlockRef | None:
        """Name the last block that was read; None for none."""
        return next(self.spans(), None)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Change rows, all or none; a second process waits."""
        with self.rows:
            self.rows.execute("BEGIN IMMEDIATE")
            yield self.rows

    def forget_after(self, block: int) -> None:
        """Delete all that stands in later blocks than `block`; call it in a transaction."""
        for table in OF_BLOCKS:
            delete = f"DELETE FROM {table} WHERE block > ?"  # noqa: S608 - a table of the list above
            self.rows.execute(delete, (block,))
        self.rows.execute("DELETE FROM spans WHERE last_block > ?", (block,))


@contextmanager
def opened(path: Path, watched: Watched) -> Iterator[Index]:
    """Open a database to go on with, or make a new one. Raises: FormatError when it is of other contracts."""
    watched.require_one_chain()
    with _connected(f"{path.absolute().as_uri()}?mode=rwc", path) as connection:
        index = Index(connection)
        with index.transaction() as rows:
            if _mark(rows) == (0, 0) and not rows.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                _make(rows, watched)
        _require_ours(connection, path)
        _require_same(index, watched, path)
        yield index


@contextmanager
def opened_to_read(path: Path) -> Iterator[Index]:
    """Open a database that is there, and change nothing. Raises: FormatError."""
    if not path.is_file():
        raise FormatError("there is no such file; por registry index makes it", str(path))
    with _connected(f"{path.absolute().as_uri()}?mode=ro", path) as connection:
        _require_ours(connection, path)
        yield Index(connection)


@contextmanager
def _connected(uri: str, path: Path) -> Iterator[sqlite3.Connection]:
    try:
        connection = sqlite3.connect(uri, uri=True, timeout=WAIT_SECONDS, isolation_level=None)
    except sqlite3.Error as error:
        raise FormatError(f"cannot be opened: {error}", str(path)) from error
    try:
        yield connection
    except sqlite3.DatabaseError as error:
        raise FormatError(f"cannot be used as an index: {error}", str(path)) from error
    finally:
        connection.close()


def _mark(rows: sqlite3.Connection) -> tuple[int, int]:
    application = rows.execute("PRAGMA application_id").fetchone()[0]
    return int(application), int(rows.execute("PRAGMA user_version").fetchone()[0])


def _make(rows: sqlite3.Connection, watched: Watched) -> None:
    for name, columns in TABLES.items():
        rows.execute(f"CREATE TABLE {name} ({columns})")
    rows.execute("CREATE INDEX attestations_of_entries ON attestations (entry)")
    rows.execute("CREATE INDEX refutations_of_entries ON refutations (entry)")
    rows.execute("INSERT INTO scope VALUES (?, ?)", (str(watched.chain), watched.first_block or 0))
    rows.executemany("INSERT INTO contracts VALUES (?, ?)", watched.roles)
    rows.execute(f"PRAGMA application_id = {APPLICATION}")
    rows.execute(f"PRAGMA user_version = {VERSION}")


def _require_ours(rows: sqlite3.Connection, path: Path) -> None:
    application, version = _mark(rows)
    if application != APPLICATION:
        raise FormatError("an SQLite file of another program", str(path))
    if version != VERSION:
        raise FormatError(f"an index of version {version}; this release reads {VERSION}: make a new one", str(path))


def _require_same(index: Index, watched: Watched, path: Path) -> None:
    held = tuple(sorted(index.rows.execute("SELECT role, address FROM contracts")))
    first = index.first_block()
    if (index.chain, held, first) != (
        watched.chain,
        watched.roles,
        first if watched.first_block is None else watched.first_block,
    ):
        told = ", ".join(f"{role} {address}" for role, address in held)
        raise FormatError(
            f"it holds {told} on {index.chain} from block {first}; name the same contracts and block, or another file",
            str(path),
        )
