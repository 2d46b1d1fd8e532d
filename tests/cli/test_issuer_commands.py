"""The issuer's commands without a chain: commit and prove; and what the later ones refuse before they ask a node."""

from __future__ import annotations

from pathlib import Path

import pytest

from por.cli.main import main
from por.encoding import commitments_v1
from tests.cli.desk import Run, por

LEDGER = "account_id,segment,asset,amount\nalice@example.com,spot,ETH,1.5\nbob@example.com,spot,ETH,2\n"
INSTANT = ("--instant", "2026-11-01T00:00:00Z")


@pytest.fixture
def committed(tmp_path: Path) -> tuple[Path, Run]:
    (tmp_path / "ledger.csv").write_text(LEDGER)
    options = ("--output", str(tmp_path / "out"), "--issuer", "exchange.example", *INSTANT)
    return tmp_path, por("issuer", "commit", str(tmp_path / "ledger.csv"), *options)


def test_from_a_ledger_to_a_customer_who_verifies(committed: tuple[Path, Run]) -> None:
    folder, run = committed
    assert run.status == 0, run.err
    assert "3.5  eip155:1/slip44:60" in run.out
    proof = folder / "alice.json"
    assert (
        por("issuer", "prove", str(folder / "out"), "-", "--output", str(proof), stdin="alice@example.com\n").status
        == 0
    )
    root = commitments_v1.read((folder / "out" / "commitments.json").read_bytes()).commitments_root.hex()
    mine = ("--account", "alice@example.com", "--holding", "ETH=1.5")
    assert por("verify-inclusion", str(proof), *mine, "--root", root).status == 0
    assert (
        por(
            "verify-inclusion", str(proof), "--account", "bob@example.com", "--holding", "ETH=1.5", "--root", root
        ).status
        == 1
    )


def test_a_proof_goes_to_stdout_alone(committed: tuple[Path, Run]) -> None:
    folder, _ = committed
    run = por("issuer", "prove", str(folder / "out"), "ALICE@example.com")
    assert run.status == 0
    assert run.out.startswith("{")
    assert "no bundle is signed yet" in run.err


def test_t80_t83_no_secret_is_said(committed: tuple[Path, Run]) -> None:
    folder, run = committed
    key = (folder / "por-master.key").read_bytes()
    assert (folder / "por-master.key").stat().st_mode & 0o077 == 0
    for text in (run.out, run.err):
        assert "alice" not in text
        assert key.hex() not in text
        assert key.decode(errors="replace").strip() not in text


def test_what_was_taken_for_granted_is_said(tmp_path: Path) -> None:
    (tmp_path / "ledger.csv").write_text(LEDGER)
    run = por("issuer", "commit", str(tmp_path / "ledger.csv"), "--output", str(tmp_path / "out"))
    assert run.status == 0
    for said in ("no --issuer given", "no --instant given", "made a new master key"):
        assert said in run.err
        assert said not in run.out


@pytest.mark.parametrize(
    ("ledger", "place"),
    [
        ("", "ledger.csv"),
        (LEDGER.replace("1.5", "-1.5"), "ledger.csv:2"),
        (LEDGER.replace("1.5", "1,5"), "ledger.csv:2"),
        (LEDGER.replace(",ETH,2", ",XYZ,2"), "ledger.csv:3"),
        (LEDGER.replace("spot,ETH,2", "SPOT,ETH,2"), "ledger.csv:3"),
        (LEDGER.replace("amount\n", "balance\n"), "ledger.csv:1"),
    ],
)
def test_a_bad_row_is_named_and_nothing_is_written(
    tmp_path: Path, ledger: str, place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "ledger.csv").write_text(ledger)
    output = ("--output", str(tmp_path / "out"), "--issuer", "exchange.example", *INSTANT)
    assert main(["issuer", "commit", str(tmp_path / "ledger.csv"), *output]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert place in err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--issuer", "Exchange"), "--issuer"),
        (("--instant", "yesterday"), "--instant"),
        (("--instant", "2026-02-30T00:00:00Z"), "--instant"),
        (("--depth", "41"), "depth"),
        (("--split", "0"), "split"),
    ],
)
def test_t92_options_of_another_form_are_2(
    tmp_path: Path, options: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "ledger.csv").write_text(LEDGER)
    output = ("--output", str(tmp_path / "out"))
    assert main(["issuer", "commit", str(tmp_path / "ledger.csv"), *output, *options]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_an_account_without_record_is_2(committed: tuple[Path, Run]) -> None:
    folder, _ = committed
    for account in ("mallory@example.com", "", " alice@example.com"):
        run = por("issuer", "prove", str(folder / "out"), "-", stdin=f"{account}\n")
        assert (run.status, run.out) == (2, "")


def test_a_store_that_is_not_there_is_2(tmp_path: Path) -> None:
    assert por("issuer", "prove", str(tmp_path), "alice").status == 2


@pytest.mark.parametrize(
    "command",
    [
        ("challenge", "{out}", "--accounts", "{gone}", "--source", "eip155:1=http://127.0.0.1:9/"),
        ("challenge", "{gone}", "--accounts", "{accounts}", "--source", "eip155:1=http://127.0.0.1:9/"),
        ("challenge", "{out}", "--accounts", "{accounts}"),
        ("challenge", "{out}", "--accounts", "{accounts}", "--days", "0", "--source", "eip155:1=http://127.0.0.1:9/"),
        ("collect", "{out}", "{gone}"),
        ("bundle", "{out}", "--accounts", "{accounts}", "--source", "eip155:1=http://127.0.0.1:9/"),
    ],
)
def test_a_step_too_early_is_2_and_says_so(committed: tuple[Path, Run], command: tuple[str, ...]) -> None:
    folder, _ = committed
    accounts = folder / "accounts.csv"
    accounts.write_text(f"account,role,custody,asset\neip155:1:0x{'ab' * 20},customer,cold,ETH\n")
    names = {"out": folder / "out", "gone": folder / "gone", "accounts": accounts}
    run = por("issuer", *(part.format(**names) for part in command))
    assert (run.status, run.out) == (2, "")
    assert run.err
    assert "Traceback" not in run.err


def test_t69_a_node_that_does_not_answer_is_3_and_nothing_is_written(committed: tuple[Path, Run]) -> None:
    folder, _ = committed
    accounts = folder / "accounts.csv"
    accounts.write_text(f"account,role,custody,asset\neip155:1:0x{'ab' * 20},customer,cold,ETH\n")
    source = ("--source", "eip155:1=http://127.0.0.1:9/SECRETKEY")
    run = por("issuer", "challenge", str(folder / "out"), "--accounts", str(accounts), *source)
    assert (run.status, run.out) == (3, "")
    assert "SECRETKEY" not in run.err
    assert not (folder / "out" / "challenges").exists()
