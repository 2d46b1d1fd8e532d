"""`--lang`: what people read is in the language they chose, and nothing else changes."""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

import pytest

from por.checks.catalogue import CATALOGUE
from por.cli import main as cli
from por.cli.main import main
from por.encoding import certificate_v1, verdict_v1
from por.report.limits import LIMITS
from tests import attesting as a
from tests.cli.attest_desk import ROWS, AttestDesk
from tests.cli.desk import Desk, por
from tests.report.translations import FORBIDDEN, JAPANESE

Captured = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk.laid(tmp_path_factory.mktemp("desk"))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    desk = AttestDesk.laid(tmp_path_factory.mktemp("attest"))
    desk.file("certificate.json").write_bytes(certificate_v1.write(a.certificate()))
    return desk.check()


def told(command: list[str], capsys: Captured) -> tuple[int, str]:
    """Run a command in this process; return its status and stdout."""
    status = main(command)
    return status, capsys.readouterr().out


def commands(desk: Desk, certificate: list[str]) -> dict[str, list[str]]:
    return {
        "verify": list(desk.auditor("--all")),
        "verify-inclusion": list(desk.customer()),
        "attest check": certificate,
    }


@pytest.mark.parametrize("name", ["verify", "verify-inclusion", "attest check"])
def test_a_verdict_is_said_in_japanese_with_the_same_outcome(
    name: str, desk: Desk, certificate: list[str], capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "COMMANDS", {**cli.COMMANDS, **ROWS})
    command = commands(desk, certificate)[name]
    status, english = told(command, capsys)
    same, japanese = told([*command, "--lang", "ja"], capsys)
    assert same == status
    assert len(english.splitlines()) == len(japanese.splitlines())
    assert re.match("検証済み：|反証：|判定不能：", japanese)
    assert "この判定は、次のことを示すものではありません：" in japanese
    assert not any(limit in japanese for limit in LIMITS)
    assert FORBIDDEN.search(japanese) is None
    assert told([*command, "--lang", "en"], capsys) == (status, english)
    assert not re.search(JAPANESE, english)


@pytest.mark.parametrize("name", ["verify", "verify-inclusion", "attest check"])
def test_the_json_never_changes_with_the_language(
    name: str,
    desk: Desk,
    certificate: list[str],
    capsys: Captured,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cli, "COMMANDS", {**cli.COMMANDS, **ROWS})
    command = commands(desk, certificate)[name]
    _, plain = told([*command, "--json"], capsys)
    _, chosen = told([*command, "--json", "--lang", "ja", "--output", str(tmp_path / "verdict.json")], capsys)
    assert chosen == plain
    assert (tmp_path / "verdict.json").read_bytes() == plain.strip().encode()
    assert verdict_v1.write(verdict_v1.read(plain.strip().encode())) == plain.strip().encode()


def test_a_customer_reads_one_sentence_first(desk: Desk, capsys: Captured) -> None:
    status, out = told([*desk.customer(), "--lang", "ja"], capsys)
    assert status == 0
    assert out.startswith(
        "検証済み：お客様の 50 ETH（spot）、15 ETH（margin）、700 USDC は、exchange.example が "
        "2026-11-01T12:00:00Z 時点について署名したリストに含まれています（検証ポリシーにある鍵 "
    )


def test_a_wrong_amount_is_refuted_in_japanese(desk: Desk, capsys: Captured) -> None:
    mine = ("--account", "alice", "--holding", "spot/ETH=51")
    status, out = told([*desk.customer(mine=mine), "--lang", "ja"], capsys)
    assert status == 1
    assert out.startswith("反証：この証明は、ご提示の内容と exchange.example の ")
    assert "不合格       liabilities.inclusion" in out


def test_an_undecided_question_is_undecided_in_japanese(desk: Desk, capsys: Captured) -> None:
    status, out = told(["verify-inclusion", desk.alice_json, "--lang", "ja"], capsys)
    assert status == 3
    assert out.startswith("判定不能：")


@pytest.mark.parametrize("variable", ["LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE"])
def test_the_environment_chooses_no_language(variable: str, desk: Desk) -> None:
    plain = por(*desk.customer())
    chosen = por(*desk.customer(), env={variable: "ja_JP.UTF-8"})
    assert (chosen.status, chosen.out) == (plain.status, plain.out)
    assert plain.out.startswith("VERIFIED: ")


def test_japanese_is_written_as_utf8_whatever_the_locale(desk: Desk) -> None:
    run = por(*desk.customer("--lang", "ja"), env={"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"})
    assert run.status == 0
    assert run.out.startswith("検証済み：")
    assert "\\u" not in run.out


@pytest.mark.parametrize("name", ["", "JA", "jp", "ja_JP", "fr", "\x1b[2J", "日本語", "../ja"])
@pytest.mark.parametrize("command", ["explain", "verify-inclusion"])
def test_an_unknown_language_is_2_and_the_known_ones_are_named(
    command: str, name: str, desk: Desk, capsys: Captured
) -> None:
    whole = ["explain"] if command == "explain" else list(desk.customer())
    with pytest.raises(SystemExit) as ended:
        main([*whole, "--lang", name])
    said = capsys.readouterr()
    assert (ended.value.code, said.out) == (2, "")
    assert "there are en, ja" in said.err
    assert "\x1b" not in said.err


def test_a_prompt_asks_in_japanese(desk: Desk, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Terminal("alice\nspot/ETH=50\n\n"))
    assert main([*desk.customer("--lang", "ja", mine=())]) == 0
    asked = capsys.readouterr().err
    assert asked.startswith("発行者におけるお客様のアカウント ID：")
    assert asked.count("お客様の残高") == 2


# por explain


def test_the_list_of_checks_is_in_japanese(capsys: Captured) -> None:
    status, out = told(["explain", "--lang", "ja"], capsys)
    assert status == 0
    rows = [line.split(maxsplit=1) for line in out.splitlines()]
    assert [name for name, _ in rows] == [entry.id for entry in CATALOGUE]
    assert all(re.search(JAPANESE, question) for _, question in rows)


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.id)
def test_each_check_is_explained_in_japanese(entry: object, capsys: Captured) -> None:
    _, english = told(["explain", entry.id], capsys)  # type: ignore[attr-defined]
    status, out = told(["explain", entry.id, "--lang", "ja"], capsys)  # type: ignore[attr-defined]
    assert status == 0
    lines = out.splitlines()
    assert lines[0] == entry.id  # type: ignore[attr-defined]
    assert len(lines) == len(english.splitlines())
    assert all(re.search(JAPANESE, line) for line in [lines[1], *lines[3:]])
    assert [line.split()[0] for line in lines[4:7]] == ["合格（PASS）", "不合格（FAIL）", "判定不能（INCONCLUSIVE）"]
    (chain,) = [line for line in lines if line.startswith("チェーンの要否")]
    assert ("--replay" in chain) == entry.needs_chain  # type: ignore[attr-defined]


def test_japanese_costs_the_customer_little_and_english_nothing(desk: Desk) -> None:
    listed = "print([name for name in sys.modules if name == 'babel'], file=sys.stderr)"
    program = (
        f"import atexit, sys\natexit.register(lambda: {listed})\nfrom por.cli.main import main\nsys.exit(main())\n"
    )
    assert por(*desk.customer(), program=program).err.endswith("[]\n")
    assert por(*desk.customer("--lang", "ja"), program=program).err.endswith("['babel']\n")
