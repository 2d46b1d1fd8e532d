"""What goes to stdout, to stderr and into files."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from por.cli.main import main
from por.cli.output import Progress, write_file
from por.encoding import canonical, verdict_v1
from por.errors import FormatError
from tests.cli.desk import Desk, environment, por

COMMANDS = ("customer", "auditor")


def command(desk: Desk, who: str, *more: str) -> tuple[str, ...]:
    return desk.customer(*more) if who == "customer" else desk.auditor(*more)


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


# --- JSON


@pytest.mark.parametrize("who", COMMANDS)
def test_json_is_canonical_and_nothing_else_is_on_stdout(desk: Desk, who: str) -> None:
    run = por(*command(desk, who, "--json"))
    assert (run.status, run.err) == (0, "")
    document = run.out.encode()
    assert canonical.dumps(json.loads(document)) == document
    assert verdict_v1.write(verdict_v1.read(document)) == document
    assert verdict_v1.read(document).exit_code == 0


@pytest.mark.parametrize("who", COMMANDS)
def test_the_same_arguments_give_the_same_bytes(desk: Desk, who: str) -> None:
    assert por(*command(desk, who, "--json")).out == por(*command(desk, who, "--json", "--all")).out


@pytest.mark.parametrize("who", COMMANDS)
def test_json_and_output_hold_one_document(desk: Desk, who: str, tmp_path: Path) -> None:
    target = tmp_path / "verdict.json"
    run = por(*command(desk, who, "--json", "--output", str(target)))
    assert target.read_bytes() == run.out.encode()


@pytest.mark.parametrize("who", COMMANDS)
def test_a_refuted_verdict_is_json_too(desk: Desk, who: str) -> None:
    run = por(*command(desk, who, "--json", "--now", "2030-01-01T00:00:00Z"))
    assert (run.status, json.loads(run.out)["outcome"], json.loads(run.out)["exit"]) == (1, "FAIL", 1)


def test_without_json_people_read_a_sentence_first(desk: Desk) -> None:
    for who in COMMANDS:
        first, blank, *_ = por(*command(desk, who)).out.splitlines()
        assert first.startswith("VERIFIED: ")
        assert blank == ""


def test_all_lists_every_finding(desk: Desk) -> None:
    short, long = (por(*desk.auditor(*more)).out for more in ((), ("--all",)))
    findings = json.loads(por(*desk.auditor("--json")).out)["findings"]
    assert len(short) < len(long)
    assert sum(line.startswith(("  PASS", "  FAIL", "  INCONCLUSIVE")) for line in long.splitlines()) == len(findings)


def test_t72_t73_every_verdict_says_what_it_does_not_show(desk: Desk) -> None:
    for who in COMMANDS:
        for more in ((), ("--now", "2030-01-01T00:00:00Z")):
            text = por(*command(desk, who, *more)).out
            assert "does not show" in text
            assert "solvent" not in text
            assert "compliant" not in text


# --- files


@pytest.mark.parametrize("who", COMMANDS)
def test_the_file_is_written_whole_and_alone(desk: Desk, who: str, tmp_path: Path) -> None:
    target = tmp_path / "verdict.json"
    assert main(list(command(desk, who, "--output", str(target)))) == 0
    assert verdict_v1.read(target.read_bytes()).exit_code == 0
    assert names(tmp_path) == ["verdict.json"]


@pytest.mark.parametrize("place", ["gone/verdict.json", "file/verdict.json", ".", "folder", "file"])
def test_a_file_that_cannot_be_written_is_2_and_named(
    desk: Desk, place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also one that is there already: nothing is written over."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("kept")
    try:
        status = main(list(desk.customer("--output", str(tmp_path / place))))
    except SystemExit as end:
        status = int(str(end.code))
    out, err = capsys.readouterr()
    assert (status, out) == (2, "")
    assert "cannot be written" in err or "is there already" in err
    assert names(tmp_path) == ["file", "folder"]
    assert (tmp_path / "file").read_text() == "kept"


@pytest.mark.parametrize(
    "arguments",
    [
        ("verify", "bundle", "--policy", "p.toml", "--output", "{there}"),
        ("verify", "bundle", "--policy", "p.toml", "--source", "eip155:1=http://127.0.0.1:9/", "--record", "{there}"),
        ("verify-inclusion", "p.json", "--output", "{there}"),
        ("policy", "init", "--issuer", "exchange.example", "--output", "{there}"),
        ("issuer", "prove", "store", "alice", "--output", "{there}"),
    ],
    ids=lambda arguments: " ".join(arguments[:2]) + " " + arguments[-2],
)
@pytest.mark.parametrize("kind", ["file", "folder", "empty file"])
def test_no_command_writes_over_what_is_there_and_says_so_before_its_work(
    arguments: tuple[str, ...], kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there = tmp_path / "there"
    if kind == "folder":
        there.mkdir()
    else:
        there.write_text("kept" if kind == "file" else "")
    before = there.stat()
    with pytest.raises(SystemExit) as end:
        main([part.format(there=there) for part in arguments])
    out, err = capsys.readouterr()
    assert (end.value.code, out) == (2, "")
    assert f"argument {arguments[-2]}: {there} is there already; choose another name, or remove it first" in err
    assert (there.stat().st_ino, there.stat().st_size) == (before.st_ino, before.st_size)
    assert names(tmp_path) == ["there"]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt(), MemoryError()])
def test_a_write_that_breaks_off_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    def broken(_: int) -> None:
        raise error

    monkeypatch.setattr("por.cli.output.os.fsync", broken)
    with pytest.raises((FormatError, KeyboardInterrupt, MemoryError)):
        write_file(tmp_path / "verdict.json", b"new" * 1000)
    assert names(tmp_path) == []


def test_a_written_file_can_be_read_by_others_or_not(tmp_path: Path) -> None:
    write_file(tmp_path / "f", b"data")
    assert (tmp_path / "f").stat().st_mode & 0o777 == 0o644
    write_file(tmp_path / "g", b"more", mode=0o600)
    assert (tmp_path / "g").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "g").read_bytes() == b"more"


@pytest.mark.parametrize("there", ["file", "link", "dangling link", "folder"])
def test_what_comes_to_stand_there_meanwhile_is_kept(tmp_path: Path, there: str) -> None:
    target, elsewhere = tmp_path / "verdict.json", tmp_path / "elsewhere"
    if there == "file":
        target.write_text("kept")
    elif there == "folder":
        target.mkdir()
    else:
        target.symlink_to(elsewhere)
    if there == "link":
        elsewhere.write_text("kept")
    before = names(tmp_path)
    with pytest.raises(FormatError, match="cannot be written"):
        write_file(target, b"new")
    assert names(tmp_path) == before
    assert not target.is_file() or target.read_text() == "kept"


# --- progress


class Talk:
    """Stand in for stderr."""

    def __init__(self, terminal: bool) -> None:
        self.terminal = terminal
        self.text = ""

    def isatty(self) -> bool:
        return self.terminal

    def write(self, text: str) -> None:
        self.text += text

    def flush(self) -> None:
        pass


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    seconds = [1000.0]
    monkeypatch.setattr("por.cli.output.time.monotonic_ns", lambda: int(seconds[0] * 10**9))
    return seconds


@pytest.mark.parametrize(("terminal", "least"), [(True, 0.1), (False, 10)])
def test_progress_is_rare_and_on_stderr(
    monkeypatch: pytest.MonkeyPatch, clock: list[float], terminal: bool, least: float
) -> None:
    talk = Talk(terminal)
    monkeypatch.setattr(sys, "stderr", talk)
    progress = Progress()
    progress("too soon")
    assert talk.text == ""
    clock[0] += 1.01
    progress("first")
    progress("at once again")
    assert talk.text.count("first") == 1
    assert "again" not in talk.text
    clock[0] += least * 1.01
    progress("second")
    assert "second" in talk.text
    before = talk.text
    progress.done()
    assert (talk.text == before) == (not terminal)


def test_short_work_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    talk = Talk(terminal=True)
    monkeypatch.setattr(sys, "stderr", talk)
    progress = Progress()
    progress("a")
    progress.done()
    assert talk.text == ""


def test_counted_work_gets_a_bar_and_the_time_that_is_left(monkeypatch: pytest.MonkeyPatch, clock: list[float]) -> None:
    talk = Talk(terminal=True)
    monkeypatch.setattr(sys, "stderr", talk)
    progress = Progress()
    for done in range(1, 51):
        progress(f"account {done} of 200")
        clock[0] += 1
    assert talk.text.endswith("[#####...............] account 50 of 200, 2:30 left")
    progress("tree 1 of 2: level 3 of 4")
    assert talk.text.endswith("[##########..........] tree 1 of 2: level 3 of 4")


# --- locales


ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


@pytest.mark.thorough
@pytest.mark.parametrize("who", COMMANDS)
def test_t92_json_is_the_same_bytes_under_any_locale(desk: Desk, who: str) -> None:
    plain = por(*command(desk, who, "--json"))
    for locale in (ASCII, {"LC_ALL": "C.UTF-8"}, {**ASCII, "PYTHONIOENCODING": "latin-1"}):
        assert por(*command(desk, who, "--json"), env=locale) == plain


@pytest.mark.thorough
@pytest.mark.parametrize(
    "arguments", [("--help",), ("explain",), ("explain", "solvency.coverage"), ("verify", "--help"), ("issuer",)]
)
def test_t92_help_is_the_same_under_any_locale(arguments: tuple[str, ...]) -> None:
    assert por(*arguments, env=ASCII) == por(*arguments)


@pytest.mark.thorough
def test_t92_text_is_the_same_under_any_locale(desk: Desk) -> None:
    assert por(*desk.auditor("--all"), env=ASCII) == por(*desk.auditor("--all"))


def test_t92_an_id_beyond_ascii_is_read_from_stdin_under_any_locale(desk: Desk) -> None:
    for locale in (ASCII, {}):
        run = por(*desk.customer("--json", mine=("--mine", "-")), stdin="älice@例え.jp\nspot/ETH=50\n", env=locale)
        assert run.status == 1, run.err
        assert "not of the account id you gave" in run.out or "not this account's" in run.out


def test_t93_an_error_names_a_file_beyond_ascii(tmp_path: Path) -> None:
    run = por("inspect", str(tmp_path / "例え\u202e.json"), env=ASCII)
    assert run.status == 2
    assert "\u202e" not in run.err


def test_the_environment_of_these_tests_names_no_locale() -> None:
    assert not [name for name in environment() if name.startswith(("LC_", "LANG"))]
