"""The customer's command: what is theirs comes from them, by option, file, stdin or prompt."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.cli.main import main
from por.cli.verify_inclusion import _expectation
from por.encoding import inclusion_proof_v1, verdict_v1
from por.errors import FormatError
from por.issuer.assets import AssetTable
from por.model import AssetId
from tests.checks import scenery
from tests.checks.scenery import ETH, USDC, proof_of, trees
from tests.cli.desk import MINE, PROGRAM, ROOT, WHO, Desk, environment, por

LINES = "alice\nspot/ETH=50\nmargin/ETH=15\nspot/USDC=700\n"
TABLE = AssetTable.load()


def said(desk: Desk, tmp_path: Path, *options: str, mine: Sequence[str] = (*WHO, *MINE)) -> tuple[int, dict[str, str]]:
    """Run the command in this process; return its status and the outcome of each inclusion finding."""
    target = tmp_path / "verdict.json"
    target.unlink(missing_ok=True)
    status = main(list(desk.customer(*options, "--output", str(target), mine=mine)))
    if not target.exists():
        return status, {}
    findings = verdict_v1.read(target.read_bytes()).of("liabilities.inclusion")
    return status, {f.subject: f.message.rpartition(".")[2] for f in findings}


# --- what SEGMENT/ASSET=AMOUNT means


@pytest.mark.parametrize(
    ("text", "segment", "asset", "coins"),
    [
        ("ETH=1.5", None, ETH, "1.5"),
        ("spot/ETH=1", "spot", ETH, "1"),
        ("via:broker-7/ETH=1", "via:broker-7", ETH, "1"),
        ("debt:margin/USDC=25", "debt:margin", USDC, "25"),
        (f"{ETH}=1", None, ETH, "1"),
        (f"spot/{ETH}=1", "spot", ETH, "1"),
        (f"debt:margin/{USDC}=0.000001", "debt:margin", USDC, "0.000001"),
        (f"via:broker-7/{USDC}=1", "via:broker-7", USDC, "1"),
        (f"{USDC}=1", None, USDC, "1"),
        (
            "bip122:000000000019d6689c085ae165831e93/slip44:0=0.5",
            None,
            AssetId.parse("bip122:000000000019d6689c085ae165831e93/slip44:0"),
            "0.5",
        ),
    ],
)
def test_a_holding_names_segment_asset_and_amount(text: str, segment: str | None, asset: AssetId, coins: str) -> None:
    found = _expectation(text, TABLE)
    assert (found.segment, found.asset, found.coins) == (segment, asset, coins)
    assert found.decimals == TABLE.resolve(str(asset)).decimals


@pytest.mark.parametrize(
    "text",
    [
        *("", "=", "ETH", "ETH=", "=1", "ETH=1=2", "ETH =1", "ETH= 1", "ETH=-1", "ETH=+1", "ETH=1e3", "ETH=1,5"),
        *("ETH=.5", "ETH=1.", "ETH=01", "ETH=1_0", "ETH=٣", "ETH=１", "ETH=0x1", "ETH=NaN", "ETH=1." + "0" * 19),
        *("USDC=0.0000001", "ETH=" + "9" * 40, "eth=1", "XYZ=1", "/ETH=1", "Spot/ETH=1", "spot//ETH=1"),
        *("spot/margin/ETH=1", "spot/=1", "eip155:1/slip44:61=1", "eip155:1=1", "spot/eip155:1=1", "a/b/c/d=1"),
        *("spot/ETH/=1", "debt:/ETH=1", ":/ETH=1"),
    ],
)
def test_t22_t61_t86_a_holding_of_another_form_is_refused_and_named(text: str) -> None:
    with pytest.raises(FormatError) as caught:
        _expectation(text, TABLE)
    assert str(caught.value).startswith(f"--holding {text}: ")


@given(st.text(alphabet="spotETHUSDC:/=.0123456789 debt", max_size=30))
def test_t86_any_text_is_a_holding_or_refused(text: str) -> None:
    with contextlib.suppress(FormatError):
        found = _expectation(text, TABLE)
        assert found.asset in {row.asset for row in TABLE.names.values()}
        assert text.endswith(f"={found.coins}")


@pytest.mark.parametrize(
    ("mine", "status"),
    [
        (("--holding", f"spot/{ETH}=50"), 0),
        (("--holding", f"{ETH}=65", "--holding", f"{USDC}=700"), 0),
        (("--holding", f"{ETH}=50"), 1),
        (("--holding", "ETH=65", "--holding", "spot/ETH=50"), 2),
    ],
)
def test_segments_are_compared_apart_or_together(
    desk: Desk, tmp_path: Path, mine: tuple[str, ...], status: int
) -> None:
    assert said(desk, tmp_path, mine=(*WHO, *mine))[0] == status


def test_one_asset_named_twice_is_refused(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    for second in ("spot/ETH=50", "spot/ETH=0", f"spot/{ETH}=50", "ETH=65", f"{ETH}=65"):
        assert main(list(desk.customer("--holding", second))) == 2
        assert "named twice" in capsys.readouterr().err


def test_a_debt_is_named_by_its_segment_and_symbol(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "bob.json"
    path.write_bytes(inclusion_proof_v1.write(proof_of("bob")))
    mine = ("--account", "bob", "--holding", "ETH=25", "--holding", "debt:margin/USDC=250")
    command = [str(path) if part == desk.alice_json else part for part in desk.customer(mine=mine)]
    assert main(command) == 0


def test_t59_the_decimals_of_a_file_of_ones_own_are_not_the_proofs(desk: Desk, tmp_path: Path) -> None:
    unknown = AssetId.parse("eip155:137/erc20:0x" + "ab" * 20)
    tree = scenery.grow("spot", unknown, [("alice", 1000), ("bob", 1)], decimals=0)
    path, assets = tmp_path / "p.json", tmp_path / "assets.toml"
    path.write_bytes(inclusion_proof_v1.write(proof_of("alice", [tree], note="")))
    for decimals, status in ((18, 1), (0, 0)):
        assets.write_text(f'[[asset]]\nsymbol = "TOKEN"\nid = "{unknown}"\ndecimals = {decimals}\n')
        command = ["verify-inclusion", str(path), *WHO, "--holding", "TOKEN=1000", "--assets", str(assets)]
        assert main([*command, "--root", scenery.root_of([tree]).hex()]) == status


# --- a file or stdin


@pytest.mark.parametrize(
    "text",
    [LINES, LINES.rstrip("\n"), "\n\n" + LINES + "\n\n", LINES.replace("\n", "\r\n"), LINES.replace("\n", "\n  \n")],
)
def test_mine_is_read_from_a_file(desk: Desk, tmp_path: Path, text: str) -> None:
    path = tmp_path / "mine.txt"
    path.write_bytes(text.encode())
    assert said(desk, tmp_path, mine=("--mine", str(path)))[0] == 0


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (LINES, 0),
        ("ALICE\n" + LINES.partition("\n")[2], 0),
        ("alice\n", 3),
        (LINES + "earn/ETH=1\n", 3),
        (LINES.replace("50", "51"), 1),
        (LINES.replace("alice", "bob"), 1),
        ("", 2),
        ("\n \n", 2),
        ("alice\nspot/ETH\n", 2),
        (" alice\nspot/ETH=50\n", 2),
        ("alice\nspot/ETH=50\nspot/ETH=50\n", 2),
        ("alice\n" + "x" * 1_000_000, 2),
    ],
)
def test_t80_mine_is_read_from_stdin(desk: Desk, text: str, status: int) -> None:
    run = por(*desk.customer(mine=("--mine", "-")), stdin=text)
    assert run.status == status, run.err
    assert "Traceback" not in run.err


@pytest.mark.parametrize("data", [b"\xff\xfe\n", b"al\xe9ce\nspot/ETH=50\n", b"alice\nspot/ETH=5\xff0\n"])
def test_stdin_that_is_not_utf8_is_refused(desk: Desk, data: bytes) -> None:
    run = por(*desk.customer(mine=("--mine", "-")), stdin=data)
    assert (run.status, run.out) == (2, "")
    assert "Traceback" not in run.err


@pytest.mark.parametrize("what", ["missing", "folder", "not utf-8", "large"])
def test_a_file_that_cannot_be_read_is_named(
    desk: Desk, tmp_path: Path, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mine.txt"
    if what == "folder":
        path.mkdir()
    elif what == "not utf-8":
        path.write_bytes(b"alice\xff\n")
    elif what == "large":
        path.write_text("alice\n" * 200_000)
    assert said(desk, tmp_path, mine=("--mine", str(path)))[0] == 2
    assert "mine.txt" in capsys.readouterr().err


@pytest.mark.parametrize("more", [WHO, MINE, (*WHO, *MINE)])
def test_t68_mine_and_options_are_not_mixed(
    desk: Desk, tmp_path: Path, more: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """One of the two would be dropped without a word."""
    path = tmp_path / "mine.txt"
    path.write_text(LINES)
    assert said(desk, tmp_path, mine=("--mine", str(path), *more))[0] == 2
    assert "leave out --account and --holding" in capsys.readouterr().err


def test_without_terminal_nobody_is_asked(desk: Desk) -> None:
    run = por(*desk.customer(mine=()), stdin="alice\nETH=65\n\n")
    assert run.status == 3
    assert "Your account id" not in run.err
    assert "--account" in run.out


# --- a prompt


# The terminal becomes the one that Ctrl-C is pressed on.
AT_A_TERMINAL = "import os, fcntl, termios\nos.setsid()\nfcntl.ioctl(0, termios.TIOCSCTTY, 0)\n" + PROGRAM


def typed(command: Sequence[str], *answers: str) -> tuple[int, str, str]:
    """Run a command on a terminal, type an answer to each question, and return status, stdout and stderr."""
    ours, theirs = pty.openpty()
    asked = ""
    with subprocess.Popen(
        [sys.executable, "-c", AT_A_TERMINAL, *command],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
        cwd=ROOT,
    ) as process:
        os.close(theirs)
        assert process.stderr is not None
        assert process.stdout is not None
        try:
            for number, answer in enumerate(answers, 1):
                until = time.monotonic() + 30
                while asked.count(": ") < number and time.monotonic() < until:
                    if not select.select([process.stderr], [], [], 1)[0]:
                        continue
                    chunk = os.read(process.stderr.fileno(), 4096)
                    asked += chunk.decode()
                    if not chunk:
                        break
                assert asked.count(": ") >= number, "it does not ask before it waits"
                with contextlib.suppress(OSError):
                    os.write(ours, answer.encode())
            out, err = process.communicate(timeout=30)
            return process.returncode, out.decode(), asked + err.decode()
        finally:
            process.kill()
            os.close(ours)


def test_t80_on_a_terminal_id_and_holdings_are_asked_for(desk: Desk) -> None:
    command = desk.customer("--json", mine=())
    status, out, err = typed(command, "alice\n", "spot/ETH=50\n", "margin/ETH=15\n", "spot/USDC=700\n", "\n")
    assert status == 0, err
    assert json.loads(out)["outcome"] == "PASS"
    assert err.startswith("Your account id with the issuer: ")
    assert err.count("What is yours, as ASSET=AMOUNT") == 4


def test_holdings_given_by_option_are_kept_and_added_to(desk: Desk) -> None:
    command = desk.customer("--json", mine=MINE[:2])
    status, out, err = typed(command, "alice\n", "margin/ETH=15\n", "spot/USDC=701\n", "\n")
    assert status == 1, err
    assert len([f for f in json.loads(out)["findings"] if f["check"] == "liabilities.inclusion"]) == 3


def test_an_answer_of_another_form_is_refused(desk: Desk) -> None:
    status, out, err = typed(desk.customer(mine=()), "alice\n", "fifty\n", "\n")
    assert (status, out) == (2, "")
    assert "--holding fifty" in err


def test_the_end_of_the_terminals_input_gives_no_verdict_of_0(desk: Desk) -> None:
    status, out, _ = typed(desk.customer(mine=()), "alice\n", "\x04")
    assert status == 3
    assert out.startswith("INCONCLUSIVE")
    status, out, _ = typed(desk.customer(mine=()), "\x04")
    assert (status, out) == (2, "")


def test_ctrl_c_at_a_prompt_exits_130(desk: Desk) -> None:
    status, out, err = typed(desk.customer(mine=()), "\x03")
    assert (status, out) == (130, "")
    assert "Traceback" not in err


# --- pins and documents


def test_a_bundle_beside_the_proof_is_compared(desk: Desk, tmp_path: Path) -> None:
    assert said(desk, tmp_path, "--bundle", desk.bundle)[0] == 0
    rows = scenery.bundle().liabilities
    edited = scenery.bundle(liabilities=(*rows[:-1], replace(rows[-1], total=1)))
    scenery.write_bundle(tmp_path / "edited", edited)
    assert said(desk, tmp_path, "--bundle", str(tmp_path / "edited"))[0] == 1


@pytest.mark.parametrize("root", ["", "00", "0x", "00" * 31, "00" * 33, "GG" * 32, "AA" * 32, " " + "00" * 32])
def test_t86_a_root_of_another_form_is_refused(desk: Desk, root: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(list(desk.customer("--root", root))) == 2
    assert "--root" in capsys.readouterr().err


def test_roots_given_by_hand(desk: Desk, tmp_path: Path) -> None:
    right, wrong = scenery.root_of(trees()).hex(), "11" * 32
    assert said(desk, tmp_path, "--root", right)[0] == 0
    assert said(desk, tmp_path, "--root", wrong)[0] == 1
    assert said(desk, tmp_path, "--root", wrong, "--root", right)[0] == 0


def test_a_root_is_taken_with_or_without_0x(desk: Desk, tmp_path: Path) -> None:
    right, wrong = scenery.root_of(trees()).hex(), "11" * 32
    assert said(desk, tmp_path, "--root", f"0x{right}")[0] == 0
    assert said(desk, tmp_path, "--root", f"0x{wrong}")[0] == 1
    assert said(desk, tmp_path, "--root", f"0X{right}")[0] == 2
    assert said(desk, tmp_path, "--root", f"0x0x{right}")[0] == 2


def test_t35_a_second_bundle_beside_the_proof_is_refuted(desk: Desk, tmp_path: Path) -> None:
    scenery.write_bundle(tmp_path / "second", scenery.bundle(reserves=()))
    assert said(desk, tmp_path, "--bundle", str(tmp_path / "second"))[0] == 1
    assert said(desk, tmp_path, "--bundle", str(tmp_path / "second"), "--root", scenery.root_of(trees()).hex())[0] == 1


def test_several_proof_files_are_joined(desk: Desk, tmp_path: Path) -> None:
    proof, paths = proof_of("alice"), []
    for number, tree in enumerate(proof.trees):
        path = tmp_path / f"{number}.json"
        path.write_bytes(inclusion_proof_v1.write(replace(proof, trees=(tree,))))
        paths.append(str(path))
    command = desk.customer()
    assert main([command[0], *paths, *command[2:]]) == 0
    assert main([command[0], *paths[:2], *command[2:]]) == 3
    assert main([command[0], *paths, paths[0], *command[2:]]) == 1


DOCUMENTS = {
    "empty": b"",
    "not JSON": b"proof",
    "another kind": b'{"mediaType":"application/vnd.por.bundle.v1+json"}',
    "another version": b'{"mediaType":"application/vnd.por.inclusion-proof.v2+json"}',
    "a list": b"[]",
    "spare bytes": None,
}


@pytest.mark.parametrize("what", DOCUMENTS)
def test_t70_t86_a_document_of_another_form_is_refused_with_its_name(
    desk: Desk, tmp_path: Path, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "strange.json"
    path.write_bytes(DOCUMENTS[what] or Path(desk.alice_json).read_bytes() + b"\n")
    command = [str(path) if part == desk.alice_json else part for part in desk.customer()]
    assert main(command) == 2
    assert "strange.json" in capsys.readouterr().err


# --- what is shown


def test_t34_t72_the_first_sentence_says_what_and_by_which_pin_and_what_not(desk: Desk) -> None:
    first = por(*desk.customer()).out.splitlines()[0]
    assert first.startswith("VERIFIED: your 50 spot/ETH" if "50 spot/ETH" in first else "VERIFIED: your 50 ETH")
    assert "signed for 2026-11-01T12:00:00Z" in first
    assert "pinned by the key exchange.example+" in first
    assert "this does not show that the list is whole" in first


def test_t83_what_is_the_customers_is_on_stdout_alone(desk: Desk) -> None:
    run = por(*desk.customer())
    assert run.err == ""
    assert "alice" not in run.out


def test_t83_neither_id_nor_amount_is_in_an_error(desk: Desk) -> None:
    run = por(*desk.customer(mine=("--mine", "-")), stdin="alice@example.com\nspot/ETH=12.345\nspot/ETH=12.345\n")
    assert run.status == 2
    assert "alice@example.com" not in run.err
