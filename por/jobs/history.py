"""Keep what the job did in SQLite: runs, their steps, verdicts, bundles seen, and every call of the command.

One run at a time writes (`lock.py`); each step is one transaction, so a killed run has it whole or not at all.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from por.encoding import canonical
from por.encoding.digests import digest_of
from por.errors import FormatError
from por.model import Bundle, Digest, Instant, Outcome

# Each text brings the schema to its own number, from 1; none is ever changed.
MIGRATIONS = (
    """
    CREATE TABLE bundles (
      digest TEXT PRIMARY KEY, issuer TEXT NOT NULL, instant INTEGER NOT NULL, sequence INTEGER NOT NULL);
    CREATE TABLE runs (
      id TEXT PRIMARY KEY, bundle TEXT NOT NULL, policy TEXT NOT NULL, attest TEXT NOT NULL,
      number INTEGER NOT NULL CHECK (number > 0), begun INTEGER NOT NULL, finished INTEGER,
      UNIQUE (bundle, policy, attest, number));
    CREATE TABLE steps (
      run TEXT NOT NULL REFERENCES runs (id), name TEXT NOT NULL, milliseconds INTEGER NOT NULL, made TEXT NOT NULL,
      PRIMARY KEY (run, name));
    CREATE TABLE verdicts (
      run TEXT PRIMARY KEY REFERENCES runs (id),
      outcome TEXT NOT NULL CHECK (outcome IN ('PASS', 'FAIL', 'INCONCLUSIVE')),
      status INTEGER NOT NULL CHECK (status IN (0, 1, 3)), checked INTEGER NOT NULL,
      verdict TEXT NOT NULL, recording TEXT NOT NULL);
    CREATE TABLE calls (
      id INTEGER PRIMARY KEY, at INTEGER NOT NULL, status INTEGER NOT NULL, run TEXT REFERENCES runs (id));
    """,
    """
    ALTER TABLE bundles ADD COLUMN supersedes TEXT;
    """,
)


@dataclass(frozen=True, slots=True)
class RunKey:
    """Tell runs apart: by the bundle, the policy and the settings of attesting."""

    bundle: Digest
    policy: Digest
    attest: str


@dataclass(frozen=True, slots=True)
class Run:
    """Name one run; a bundle that is examined again is so under the next `number`."""

    id: str
    key: RunKey
    number: int
    finished: bool


@dataclass(frozen=True, slots=True)
class StepRow:
    """Say how long a step took, and what it made."""

    milliseconds: int
    made: str


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """Hold a verdict's outcome, exit status and clock, and the digests of the documents."""

    outcome: Outcome
    status: int
    checked_at: Instant
    verdict: Digest
    recording: Digest


class History:
    """Read and write the database of one job."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Take a connection whose schema is this release's."""
        self._db = connection

    def newest(self, key: RunKey) -> Run | None:
        """Return the run of a key with the highest number, if there is one."""
        row = self._db.execute(
            "SELECT id, number, finished FROM runs WHERE bundle = ? AND policy = ? AND attest = ? ORDER BY number DESC",
            (str(key.bundle), str(key.policy), key.attest),
        ).fetchone()
        return None if row is None else Run(row[0], key, row[1], row[2] is not None)

    def begin(self, key: RunKey, number: int, now: Instant) -> Run:
        """Write down a new run."""
        name = canonical.dumps([str(key.bundle), str(key.policy), key.attest, number])
        run = Run(digest_of(name).value.hex()[:32], key, number, finished=False)
        row = (run.id, str(key.bundle), str(key.policy), key.attest, number, now.seconds)
        self._db.execute("INSERT INTO runs (id, bundle, policy, attest, number, begun) VALUES (?, ?, ?, ?, ?, ?)", row)
        return run

    def finish(self, run: Run, now: Instant) -> None:
        """Write down that a run has nothing left to do."""
        self._db.execute("UPDATE runs SET finished = ? WHERE id = ?", (now.seconds, run.id))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write all that the block writes, or nothing."""
        self._db.execute("BEGIN IMMEDIATE")
        with self._db:
            yield

    def put_step(self, run: Run, name: str, row: StepRow) -> None:
        """Write down that a step is done."""
        self._db.execute("INSERT INTO steps VALUES (?, ?, ?, ?)", (run.id, name, row.milliseconds, row.made))

    def forget_step(self, run: Run, name: str) -> None:
        """Let a step be taken again."""
        self._db.execute("DELETE FROM steps WHERE run = ? AND name = ?", (run.id, name))

    def steps(self, run: Run) -> dict[str, StepRow]:
        """Return the steps that are done, by name."""
        rows = self._db.execute("SELECT name, milliseconds, made FROM steps WHERE run = ? ORDER BY rowid", (run.id,))
        return {name: StepRow(milliseconds, made) for name, milliseconds, made in rows}

    def put_bundle(self, digest: Digest, bundle: Bundle) -> None:
        """Write down a bundle that was fetched."""
        supersedes = None if bundle.supersedes is None else str(bundle.supersedes)
        row = (str(digest), bundle.issuer, bundle.instant.seconds, bundle.sequence, supersedes)
        self._db.execute(
            "INSERT INTO bundles (digest, issuer, instant, sequence, supersedes) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (digest) DO UPDATE SET supersedes = excluded.supersedes",
            row,
        )

    def instant_of(self, digest: Digest) -> Instant | None:
        """Return the instant of a bundle that was fetched."""
        row = self._db.execute("SELECT instant FROM bundles WHERE digest = ?", (str(digest),)).fetchone()
        return None if row is None else Instant(row[0])

    def rivals(self, digest: Digest) -> tuple[Digest, ...]:
        """Return the verified bundles of the same issuer that are newer than this one, or another of its sequence.

        Those that this one corrects are none.
        """
        rows = self._db.execute(
            "SELECT DISTINCT other.digest FROM bundles AS this JOIN bundles AS other ON other.issuer = this.issuer "
            "AND other.digest <> this.digest AND other.sequence >= this.sequence "
            "JOIN runs ON runs.bundle = other.digest JOIN verdicts ON verdicts.run = runs.id "
            "WHERE this.digest = ? AND verdicts.outcome = 'PASS' ORDER BY other.digest",
            (str(digest),),
        )
        corrected = self.corrected(digest)
        return tuple(found for found in (Digest.parse(row[0]) for row in rows) if found not in corrected)

    def corrected(self, digest: Digest) -> tuple[Digest, ...]:
        """Return the verified bundles that this one supersedes, also by way of others; none of them is newer."""
        rows = self._db.execute(
            "WITH RECURSIVE old (digest) AS (SELECT supersedes FROM bundles WHERE digest = :this "
            "UNION SELECT bundles.supersedes FROM bundles JOIN old ON bundles.digest = old.digest) "
            "SELECT DISTINCT other.digest FROM old JOIN bundles AS other ON other.digest = old.digest "
            "JOIN bundles AS this ON this.digest = :this AND this.issuer = other.issuer "
            "AND this.sequence >= other.sequence AND this.digest <> other.digest "
            "JOIN runs ON runs.bundle = other.digest JOIN verdicts ON verdicts.run = runs.id "
            "WHERE verdicts.outcome = 'PASS' ORDER BY other.digest",
            {"this": str(digest)},
        )
        return tuple(Digest.parse(row[0]) for row in rows)

    def put_verdict(self, run: Run, row: VerdictRow) -> None:
        """Write down what a run found."""
        values = (run.id, str(row.outcome), row.status, row.checked_at.seconds, str(row.verdict), str(row.recording))
        self._db.execute("INSERT INTO verdicts VALUES (?, ?, ?, ?, ?, ?)", values)

    def verdict(self, run: Run) -> VerdictRow | None:
        """Return what a run found, if it came so far."""
        row = self._db.execute(
            "SELECT outcome, status, checked, verdict, recording FROM verdicts WHERE run = ?", (run.id,)
        ).fetchone()
        if row is None:
            return None
        return VerdictRow(Outcome(row[0]), row[1], Instant(row[2]), Digest.parse(row[3]), Digest.parse(row[4]))

    def undecided(self, key: RunKey) -> int:
        """Count the newest runs of a key, one after the other, that were left undecided."""
        rows = self._db.execute(
            "SELECT outcome FROM verdicts JOIN runs ON run = id WHERE bundle = ? AND policy = ? AND attest = ? "
            "ORDER BY number DESC",
            (str(key.bundle), str(key.policy), key.attest),
        )
        return sum(1 for _ in takewhile(lambda row: row[0] == Outcome.INCONCLUSIVE, rows))

    def put_call(self, now: Instant, status: int, run: Run | None) -> None:
        """Write down that the command was called, and how it ended."""
        row = (now.seconds, status, None if run is None else run.id)
        self._db.execute("INSERT INTO calls (at, status, run) VALUES (?, ?, ?)", row)

    def last_success(self) -> Instant | None:
        """Return when a call last ended with status 0."""
        row = self._db.execute("SELECT max(at) FROM calls WHERE status = 0").fetchone()
        return None if row[0] is None else Instant(row[0])

    def last_run(self) -> Run | None:
        """Return the run with the newest verdict."""
        row = self._db.execute(
            "SELECT id, bundle, policy, attest, number, finished FROM runs JOIN verdicts ON run = id "
            "ORDER BY checked DESC, number DESC, id DESC"
        ).fetchone()
        if row is None:
            return None
        key = RunKey(Digest.parse(row[1]), Digest.parse(row[2]), row[3])
        return Run(row[0], key, row[4], row[5] is not None)


@contextmanager
def open_history(path: Path) -> Iterator[History]:
    """Open the database, which is made or brought up to this release's schema; used under the lock alone.

    Raises: FormatError for a file that is no such database, cannot be written, or is of a newer release.
    """
    try:
        connection = sqlite3.connect(path, isolation_level=None)
        path.chmod(0o600)
    except (sqlite3.Error, OSError) as error:
        raise FormatError(f"cannot be opened: {error}", str(path)) from error
    try:
        _prepare(connection, path)
        yield History(connection)
    except sqlite3.Error as error:
        raise FormatError(f"not a usable database: {error}", str(path)) from error
    finally:
        connection.close()


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(MIGRATIONS):
        newest = len(MIGRATIONS)
        raise FormatError(f"written by a newer release: version {version}, this one knows {newest}", str(path))
    for number in range(version, len(MIGRATIONS)):
        connection.executescript(f"BEGIN IMMEDIATE;{MIGRATIONS[number]}PRAGMA user_version = {number + 1};COMMIT;")
