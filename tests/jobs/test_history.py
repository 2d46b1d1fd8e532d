"""The history keeps what was committed, and nothing half done."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from por.encoding import bundle_v1
from por.errors import FormatError
from por.jobs import history as module
from por.jobs.history import MIGRATIONS, History, Run, RunKey, StepRow, VerdictRow, open_history
from por.model import Bundle, Digest, Instant, Outcome
from tests.checks import scenery

NOW = Instant(1_800_000_000)
KEY = RunKey(Digest(b"b" * 32), Digest(b"p" * 32), "none")


def digest(letter: bytes) -> Digest:
    return Digest(letter * 32)


def found(outcome: Outcome, at: int = 0) -> VerdictRow:
    status = {Outcome.PASS: 0, Outcome.FAIL: 1, Outcome.INCONCLUSIVE: 3}[outcome]
    return VerdictRow(outcome, status, Instant(NOW.seconds + at), digest(b"v"), digest(b"r"))


def seen(history: History, letter: bytes, bundle: Bundle, outcome: Outcome) -> Digest:
    history.put_bundle(digest(letter), bundle)
    run = history.begin(RunKey(digest(letter), KEY.policy, "none"), 1, NOW)
    history.put_verdict(run, found(outcome))
    return digest(letter)


def broken_off(history: History, run: Run, error: type[BaseException]) -> None:
    """Write a step, and end the transaction by an error."""
    with history.transaction():
        history.put_step(run, "fetch", StepRow(1, ""))
        raise error


def test_what_is_written_is_there_when_it_is_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    with open_history(path) as history:
        run = history.begin(KEY, 1, NOW)
        with history.transaction():
            history.put_step(run, "fetch", StepRow(12, "sha256:…"))
            history.put_verdict(run, found(Outcome.PASS))
        history.finish(run, NOW)
        history.put_call(NOW, 0, run)
    with open_history(path) as history:
        again = history.newest(KEY)
        assert again == Run(run.id, KEY, 1, finished=True)
        assert history.steps(again) == {"fetch": StepRow(12, "sha256:…")}
        assert history.verdict(again) == found(Outcome.PASS)
        assert history.last_success() == NOW
        assert history.last_run() == again


def test_an_empty_history_says_so(tmp_path: Path) -> None:
    with open_history(tmp_path / "h") as history:
        assert (history.newest(KEY), history.last_run(), history.last_success()) == (None, None, None)
        assert history.instant_of(KEY.bundle) is None
        assert history.rivals(KEY.bundle) == ()


def test_a_transaction_that_ends_in_an_error_wrote_nothing(tmp_path: Path) -> None:
    with open_history(tmp_path / "h") as history:
        run = history.begin(KEY, 1, NOW)
        for error in (RuntimeError, KeyboardInterrupt):
            with pytest.raises(error):
                broken_off(history, run, error)
        assert history.steps(run) == {}
        with history.transaction():
            history.put_step(run, "fetch", StepRow(1, ""))
        assert list(history.steps(run)) == ["fetch"]


@pytest.mark.parametrize(
    "other",
    [
        RunKey(digest(b"x"), KEY.policy, "none"),
        RunKey(KEY.bundle, digest(b"x"), "none"),
        RunKey(KEY.bundle, KEY.policy, "sha256:x"),
    ],
)
def test_another_bundle_policy_or_way_to_attest_is_another_run(tmp_path: Path, other: RunKey) -> None:
    with open_history(tmp_path / "h") as history:
        first = history.begin(KEY, 1, NOW)
        assert history.newest(other) is None
        assert history.begin(other, 1, NOW).id != first.id


def test_the_highest_number_counts_and_a_run_has_the_same_name_everywhere(tmp_path: Path) -> None:
    names = []
    for place in ("a", "b"):
        with open_history(tmp_path / place) as history:
            names.append([history.begin(KEY, number, NOW).id for number in (1, 2, 10)])
            newest = history.newest(KEY)
            assert newest is not None
            assert newest.number == 10
    assert names[0] == names[1]
    assert len(set(names[0])) == 3


def test_one_run_is_written_once_and_a_step_belongs_to_a_run(tmp_path: Path) -> None:
    gone = Run("gone", KEY, 1, finished=False)

    def twice(history: History) -> None:
        run = history.begin(KEY, 7, NOW)
        history.put_step(run, "fetch", StepRow(1, ""))
        history.put_step(run, "fetch", StepRow(1, ""))

    wrongs: list[Callable[[History], object]] = [
        lambda history: [history.begin(KEY, 1, NOW) for _ in range(2)],
        lambda history: history.put_step(gone, "fetch", StepRow(1, "")),
        lambda history: history.put_verdict(gone, found(Outcome.PASS)),
        lambda history: history.put_call(NOW, 0, gone),
        twice,
    ]
    for number, wrong in enumerate(wrongs):
        with pytest.raises(FormatError), open_history(tmp_path / str(number)) as history:
            wrong(history)


def test_success_is_status_0_alone(tmp_path: Path) -> None:
    with open_history(tmp_path / "h") as history:
        for at, status in ((1, 3), (2, 0), (3, 1), (4, 3)):
            history.put_call(Instant(at), status, None)
        assert history.last_success() == Instant(2)


def test_t34_a_verified_bundle_that_is_newer_or_of_the_same_sequence_is_a_rival(tmp_path: Path) -> None:
    first = scenery.bundle()
    second = scenery.bundle(sequence=2, previous=digest(b"1"))
    with open_history(tmp_path / "h") as history:
        one = seen(history, b"1", first, Outcome.PASS)
        two = seen(history, b"2", second, Outcome.PASS)
        assert history.rivals(two) == ()
        assert history.rivals(one) == (two,)
        other = seen(history, b"3", second, Outcome.FAIL)
        assert history.rivals(other) == (two,)
        assert history.rivals(two) == ()


def test_t34_a_bundle_that_supersedes_another_corrects_it_also_by_way_of_a_third(tmp_path: Path) -> None:
    with open_history(tmp_path / "h") as history:
        one = seen(history, b"1", scenery.bundle(), Outcome.PASS)
        two = seen(history, b"2", scenery.bundle(supersedes=one), Outcome.FAIL)
        three = seen(history, b"3", scenery.bundle(supersedes=two), Outcome.PASS)
        assert (history.rivals(three), history.corrected(three)) == ((), (one,))
        assert (history.rivals(two), history.corrected(two)) == ((three,), (one,))
        assert (history.rivals(one), history.corrected(one)) == ((three,), ())


def test_t34_no_bundle_corrects_a_newer_one_or_another_issuers_or_itself_in_a_circle(tmp_path: Path) -> None:
    with open_history(tmp_path / "h") as history:
        newer = seen(history, b"1", scenery.bundle(sequence=2, previous=digest(b"0")), Outcome.PASS)
        older = seen(history, b"2", scenery.bundle(supersedes=newer), Outcome.PASS)
        assert (history.rivals(older), history.corrected(older)) == ((newer,), ())
        other = seen(history, b"3", scenery.bundle(issuer="other.example"), Outcome.PASS)
        mine = seen(history, b"4", scenery.bundle(supersedes=other), Outcome.PASS)
        assert other not in history.corrected(mine)
        ring = seen(history, b"5", scenery.bundle(supersedes=digest(b"6")), Outcome.PASS)
        back = seen(history, b"6", scenery.bundle(supersedes=ring), Outcome.PASS)
        assert back in history.corrected(ring)
        assert ring not in history.corrected(ring)


def test_runs_left_undecided_are_counted_from_the_newest(tmp_path: Path) -> None:
    counts = []
    outcomes = [Outcome.INCONCLUSIVE, Outcome.PASS, Outcome.INCONCLUSIVE, Outcome.INCONCLUSIVE]
    with open_history(tmp_path / "h") as history:
        assert history.undecided(KEY) == 0
        for number, outcome in enumerate(outcomes, 1):
            history.put_verdict(history.begin(KEY, number, NOW), found(outcome))
            counts.append(history.undecided(KEY))
    assert counts == [1, 0, 1, 2]


def test_a_step_that_is_forgotten_is_taken_again(tmp_path: Path) -> None:
    with open_history(tmp_path / "h") as history:
        run = history.begin(KEY, 1, NOW)
        for name in ("sign", "certify"):
            history.put_step(run, name, StepRow(1, ""))
        history.forget_step(run, "certify")
        assert list(history.steps(run)) == ["sign"]


@pytest.mark.parametrize("outcome", [Outcome.FAIL, Outcome.INCONCLUSIVE])
def test_a_bundle_that_did_not_pass_makes_no_honest_one_look_old(tmp_path: Path, outcome: Outcome) -> None:
    with open_history(tmp_path / "h") as history:
        one = seen(history, b"1", scenery.bundle(), Outcome.PASS)
        seen(history, b"2", scenery.bundle(sequence=2**32 - 1, previous=digest(b"1")), outcome)
        assert history.rivals(one) == ()


def test_another_issuers_bundle_is_no_rival(tmp_path: Path) -> None:
    with open_history(tmp_path / "h") as history:
        one = seen(history, b"1", scenery.bundle(), Outcome.PASS)
        seen(history, b"2", scenery.bundle(issuer="other.example", sequence=2, previous=digest(b"1")), Outcome.PASS)
        assert history.rivals(one) == ()
        assert history.instant_of(one) == scenery.bundle().instant
        assert bundle_v1.write(scenery.bundle())


def test_a_database_of_a_newer_release_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "h"
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    connection.close()
    with pytest.raises(FormatError, match="newer release"), open_history(path):
        pass
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    connection.close()


@pytest.mark.parametrize("data", [b"not a database, but long enough to look like one" * 40, b"SQLite format 3\0" * 64])
def test_what_is_no_database_is_refused_and_left_alone(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "h"
    path.write_bytes(data)
    with pytest.raises(FormatError, match="not a usable database"), open_history(path):
        pass
    assert path.read_bytes() == data


def test_a_database_in_no_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="cannot be opened"), open_history(tmp_path / "gone" / "h"):
        pass


def test_an_old_database_is_brought_up_and_keeps_its_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "h"
    with open_history(path) as history:
        run = history.begin(KEY, 1, NOW)
    later = (*MIGRATIONS, "ALTER TABLE runs ADD COLUMN note TEXT;")
    monkeypatch.setattr(module, "MIGRATIONS", later)
    with open_history(path) as history:
        assert history.newest(KEY) == run
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA user_version").fetchone() == (len(later),)
    connection.close()


def test_a_migration_that_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "h"
    with open_history(path):
        pass
    monkeypatch.setattr(module, "MIGRATIONS", (*MIGRATIONS, "CREATE TABLE more (x); CREATE TABLE runs (x);"))
    with pytest.raises(FormatError), open_history(path):
        pass
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
    assert connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'more'").fetchone() == (0,)
    connection.close()


def test_the_database_is_its_owners_and_is_written_ahead(tmp_path: Path) -> None:
    path = tmp_path / "h"
    with open_history(path) as history:
        assert history._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert history._db.execute("PRAGMA foreign_keys").fetchone() == (1,)
        assert history._db.execute("PRAGMA synchronous").fetchone() == (2,)
    assert path.stat().st_mode & 0o077 == 0
