"""Names of commands, their help, and what no option may hold."""

from __future__ import annotations

import argparse
import re
import shlex
import subprocess
import sys
from importlib import import_module

import pytest

from por.cli.dispatch import shown
from por.cli.main import COMMANDS, main
from por.errors import FormatError
from por.publish.signers import open_signer
from tests.cli.desk import Desk, por

NAMES = list(COMMANDS)


def ended(*arguments: str) -> int:
    """Run a command in this process; argparse ends by SystemExit."""
    try:
        return main(list(arguments))
    except SystemExit as end:
        return int(str(end.code))


def parser_of(name: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=name)
    import_module(COMMANDS[name][0]).add(parser)
    return parser


@pytest.mark.parametrize("name", NAMES)
def test_the_help_of_every_command_shows_an_example(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    for option in ("-h", "--help"):
        assert ended(*name.split(), option) == 0
        out, err = capsys.readouterr()
        assert err == ""
        assert out.startswith(f"usage: por {name}")
        assert COMMANDS[name][1] in out
        assert f"example:\n  por {name}" in out


@pytest.mark.parametrize("name", NAMES)
def test_the_example_is_one_that_the_command_takes(name: str) -> None:
    example = shlex.split(import_module(COMMANDS[name][0]).EXAMPLE)
    assert example[: 1 + len(name.split())] == ["por", *name.split()]
    parser_of(name).parse_args(example[1 + len(name.split()) :])


@pytest.mark.parametrize("name", NAMES)
def test_every_option_says_what_it_is(name: str) -> None:
    for action in parser_of(name)._actions:
        if action.option_strings:
            assert action.help or action.choices, action.option_strings


def test_the_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended("--help") == 0
    out = capsys.readouterr().out
    for name, (_, summary) in COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(summary)}$", out, re.MULTILINE)
    for status in ("0 verified", "1 refuted", "2 could not start", "3 inconclusive", "70 internal", "130 interrupted"):
        assert status in out


@pytest.mark.parametrize(("group", "size"), [("issuer", 7), ("policy", 4)])
def test_a_group_lists_its_commands(group: str, size: int, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, status in (((group, "--help"), 0), ((group,), 2)):
        assert ended(*arguments) == status
        out = capsys.readouterr().out
        listed = [line for line in out.splitlines() if line.startswith("  ") and line.split()[0] == group]
        assert len(listed) == size
        assert "verify-inclusion " not in out.partition("example:")[0]


def test_t69_no_command_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended() == 2
    assert "commands:" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ("audit",),
        ("Verify",),
        ("verify_inclusion",),
        ("issuer", "burn"),
        ("issuer", "commitments"),
        ("policy", "delete", "x"),
        ("--quiet",),
        ("-x",),
        ("",),
        ("verify",),
        ("verify", "bundle"),
        ("verify", "bundle", "--policy"),
        ("verify", "bundle", "--pol", "p.toml"),
        ("verify", "a", "b", "--policy", "p.toml"),
        ("verify-inclusion",),
        ("verify-inclusion", "p.json", "--hold", "ETH=1"),
        ("issuer", "commit"),
        ("issuer", "commit", "l.csv"),
        ("issuer", "commit", "l.csv", "--output", "x", "--depth", "deep"),
        ("issuer", "commit", "l.csv", "--output", "x", "--case", "upper"),
        ("policy", "init"),
        ("policy", "init", "--issuer", "x.example", "--profile", "customer"),
        ("explain", "a", "b"),
        ("inspect",),
        ("demo", "--customers", "many"),
    ],
)
def test_t69_t70_a_usage_error_is_2_and_says_so_on_stderr(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """Also an abbreviated option: what it stands for could change with the next release."""
    assert ended(*arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err


@pytest.mark.parametrize("issuer", ["", "Exchange.example", "exchange example", "x" * 64, "-a", "a@b"])
def test_t93_an_issuer_of_no_form_is_refused(issuer: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert ended("policy", "init", f"--issuer={issuer}") == 2
    assert "not an issuer id" in capsys.readouterr().err


def test_the_version_is_the_distributions(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("por.cli.dispatch.metadata.version", lambda name: f"9.9 of {name}")
    for arguments in (("--version",), ("issuer", "--version")):
        assert ended(*arguments) == 0
        assert capsys.readouterr().out == "por 9.9 of por-verifier\n"


# --- secrets


SECRET = re.compile(r"secret|passw|private|seed|mnemonic|token|nonce|api|auth|sign", re.IGNORECASE)
PUBLIC_KEYS = {("policy init", "--key"), ("issuer identity", "--key")}
# The seed of a sample is for everybody to draw again by.
NOT_SECRET = {("--signer", "SPEC"), ("--signature", "FILE"), ("--seed", "TEXT")}
FILES_OF_KEYS = {("issuer commit", "--master-key"), ("issuer bundle", "--key")}


@pytest.mark.parametrize("name", NAMES)
def test_t80_no_command_takes_a_secret_on_its_command_line(name: str) -> None:
    for action in parser_of(name)._actions:
        for option in action.option_strings:
            # A spec says where a key is; `por.publish.signers` refuses one that is a key.
            assert not SECRET.search(option) or (option, action.metavar) in NOT_SECRET, option
            if "key" in option:
                public = (name, option) in PUBLIC_KEYS and action.metavar == "VKEY"
                a_file = (name, option) in FILES_OF_KEYS and action.metavar == "FILE"
                assert public or a_file, option


@pytest.mark.parametrize("spec", ["ab" * 32, "0x" + "ab" * 32, "env:" + "ab" * 32, "file:0x" + "ab" * 32])
def test_t80_a_key_in_place_of_a_spec_is_refused_and_not_repeated(spec: str) -> None:
    with pytest.raises(FormatError) as refused:
        open_signer(spec)
    assert "abab" not in str(refused.value)


def test_t80_id_and_balances_need_not_be_on_the_command_line(desk: Desk) -> None:
    mine = "alice\nspot/ETH=50\nmargin/ETH=15\nspot/USDC=700\n"
    assert por(*desk.customer(mine=("--mine", "-")), stdin=mine).status == 0


URLS = (
    "https://user:PASSWORD@node.example/",
    "https://node.example/v2/SECRETKEY",
    "https://node.example/?apikey=SECRETKEY",
    "http://127.0.0.1:8545/SECRETKEY#x",
    "wss://node.example/SECRETKEY",
    "HTTPS://NODE.EXAMPLE/SECRETKEY",
    "https://SECRETKEY.node.example@127.0.0.1/SECRETKEY",
    "https://[::1]:8545/SECRETKEY",
    "https://node.example:SECRETKEY/",
)
MISTAKES = (
    ("verify", "bundle", "--policy", "p.toml", "--sauce", "eip155:1={url}"),
    ("verify", "bundle", "--policy", "p.toml", "eip155:1={url}"),
    ("verify", "bundle", "--policy", "p.toml", "{url}"),
    ("verify-inclusion", "p.json", "--source", "eip155:1={url}"),
    ("eip155:1={url}",),
    ("policy", "init", "--issuer", "x.example", "--chain", "eip155:1={url}"),
    ("policy", "init", "--issuer", "{url}"),
    ("policy", "check", "{url}"),
    ("inspect", "{url}"),
    ("explain", "{url}"),
    ("verify-inclusion", "{url}"),
    ("verify", "{url}", "--policy", "{url}"),
    ("demo", "--customers", "{url}"),
    ("issuer", "prove", "{url}", "alice"),
)


@pytest.mark.parametrize("mistake", MISTAKES, ids=" ".join)
@pytest.mark.parametrize("url", URLS)
def test_t96_a_url_in_the_wrong_place_is_not_repeated(
    mistake: tuple[str, ...], url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended(*(part.format(url=url) for part in mistake)) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "SECRETKEY" not in err
    assert "PASSWORD" not in err


@pytest.mark.parametrize("url", URLS)
def test_t96_what_is_shown_holds_no_url(url: str) -> None:
    for text in (url, f"at {url} it ended", f"'{url}'", f"eip155:1={url}", f"{url}: no answer"):
        assert "SECRETKEY" not in shown(text)
        assert "PASSWORD" not in shown(text)


@pytest.mark.parametrize(
    "text",
    [
        "https://node.example:443: no answer in time (4 attempts)",
        "http://127.0.0.1:8545, https://node-b.example:443: they differ",
        "http://[::1]:8545: connection refused",
        "proof.json:/trees/0: not a list",
        "--source number 1: not CHAIN=URL, such as eip155:1=https://node.example",
        "file.csv:3 column amount: -1",
    ],
)
def test_t96_an_origin_alone_is_still_shown(text: str) -> None:
    assert shown(text) == text


def test_t93_what_is_shown_cannot_steer_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown("a\x1b[2Jb\u202ec\r\n") == "a\\u001b[2Jb\\u202ec\\u000d\\u000a"
    assert ended("inspect", "no\x1b[31msuch\nfile") == 2
    err = capsys.readouterr().err
    assert "\x1b" not in err
    assert all(line.startswith("por: ") for line in err.splitlines())


def test_t93_a_nodes_words_in_an_error_cannot_steer_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def raising(*_: object) -> int:
        raise FormatError("said \x1b]0;VERIFIED\x07")

    monkeypatch.setattr("por.cli.main.dispatch", raising)
    assert main([]) == 2
    assert "\x1b" not in capsys.readouterr().err


@pytest.mark.parametrize("forgotten", [("--account",), ("--holding",), ("--now",), ("--root",), ("--output",)])
def test_t69_an_option_without_its_value_is_a_usage_error(
    desk: Desk, forgotten: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended(*desk.customer(), *forgotten) == 2
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("module", ["por", "por.cli.main"])
def test_t69_a_module_run_by_name_is_the_command_and_never_a_silent_success(module: str) -> None:
    """A module that only defined its functions would exit 0, which means verified."""
    command = [sys.executable, "-m", module, "verify-inclusion", "not-there.json", "--account", "a"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert ran.returncode == 2
    assert "not-there.json" in ran.stderr
