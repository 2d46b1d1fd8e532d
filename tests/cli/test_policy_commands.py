"""`por policy init`, `check` and `show`."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from por.checks.policy import load_policy
from por.cli.main import main
from por.encoding import canonical
from por.encoding.digests import digest_of
from tests.checks.scenery import ISSUER, KEY
from tests.cli.desk import Desk, por

INIT = ("policy", "init", "--issuer", ISSUER)


def test_init_writes_a_policy_that_can_be_used(tmp_path: Path) -> None:
    target = tmp_path / "policy.toml"
    run = por(*INIT, "--key", KEY, "--chain", "eip155:1=2", "--output", str(target))
    assert (run.status, run.out) == (0, "")
    assert "por policy check" in run.err
    rules = load_policy(target)
    assert (rules.issuer, rules.keys, rules.profile, rules.waivers) == (ISSUER, (KEY,), "auditor", ())
    assert por("policy", "check", str(target)).status == 0


def test_init_without_output_writes_to_stdout() -> None:
    run = por(*INIT, "--profile", "job")
    assert (run.status, run.err) == (0, "")
    start = tomllib.loads(run.out)
    assert (start["profile"], start["issuer"]["keys"]) == ("job", [])


@pytest.mark.parametrize(
    "options",
    [
        ("--key", "nonsense"),
        ("--key", 'x"]\n[[waive]]'),
        ("--key", "PRIVATE+KEY+exchange.example+00000000+AAAA"),
        ("--chain", "eip155:1"),
        ("--chain", "eip155:1=0"),
        ("--chain", "mainnet=1"),
        ("--profile", "customer"),
        ("--registry", "eip155:1:0x" + "77" * 20),
        ("--registry-issuer", "0x" + "88" * 20),
        ("--from-block", "7"),
        ("--registry", "0x" + "77" * 20, "--registry-issuer", "0x" + "88" * 20),
        ("--registry", "eip155:1:0x" + "AA" * 20, "--registry-issuer", "0x" + "88" * 20),
        ("--registry", "eip155:1:0x" + "77" * 20, "--registry-issuer", "exchange.example"),
        ("--registry", "eip155:1:0x" + "77" * 20, "--registry-issuer", "0x" + "88" * 20, "--from-block", "-1"),
        ("--registry", "eip155:1:0x" + "77" * 20, "--registry-issuer", "0x" + "88" * 20, "--from-block", "07"),
    ],
)
def test_init_refuses_what_no_policy_can_hold(options: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    try:
        status = main([*INIT, *options])
    except SystemExit as end:
        status = int(str(end.code))
    out, err = capsys.readouterr()
    assert (status, out) == (2, "")
    assert err


def test_init_takes_a_registry(tmp_path: Path) -> None:
    target = tmp_path / "policy.toml"
    pin = ("--registry", "eip155:1:0x" + "77" * 20, "--registry-issuer", "0x" + "88" * 20, "--from-block", "23600000")
    assert main([*INIT, "--chain", "eip155:1=2", *pin, "--output", str(target)]) == 0
    found = load_policy(target).registry
    assert found is not None
    assert (str(found.contract), found.issuer, found.from_block) == (pin[1], pin[3], 23_600_000)
    run = por("policy", "check", str(target))
    assert (run.status, len(run.out.splitlines())) == (0, 1)


def test_init_does_not_write_where_it_cannot(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*INIT, "--output", str(tmp_path / "gone" / "policy.toml")]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_check_says_what_stays_open(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "p.toml").write_text(por(*INIT).out)
    assert main(["policy", "check", str(tmp_path / "p.toml")]) == 0
    first, *points = capsys.readouterr().out.splitlines()
    assert first == f"usable: {load_policy(tmp_path / 'p.toml').digest}"
    text = "\n".join(points)
    for open_point in ("publication.identified", "[[chain]]", "publication.anchored", "publication.unequivocal"):
        assert open_point in text


def test_check_of_the_desks_policy_leaves_nothing_open(desk: Desk) -> None:
    run = por("policy", "check", desk.policy_toml)
    assert run.status == 0
    assert len(run.out.splitlines()) == 1


@pytest.mark.parametrize("command", ["check", "show"])
@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda text: text + "[[waive]]\ncheck = 'reserves.control'\nreason = 'r'\n", "cannot be waived"),
        (lambda text: text + "[[waive]]\ncheck = 'reserves.contro'\nreason = 'r'\n", "no check"),
        (lambda text: text.replace(KEY, KEY[:-3]), "issuer.keys"),
        (lambda text: text.replace("version = 1", "version = 2"), "/version"),
        (lambda text: text + "[extra]\n", "extra"),
        (lambda _: "", "version"),
        (lambda _: "= 1", "not TOML"),
        (lambda text: text + text, "not TOML"),
    ],
)
def test_t68_t70_a_policy_that_cannot_be_used_is_2(
    desk: Desk, tmp_path: Path, command: str, spoil: object, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(spoil(Path(desk.policy_toml).read_text()))  # type: ignore[operator]
    assert main(["policy", command, str(path)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err


def test_show_explains_and_the_json_is_what_the_digest_covers(desk: Desk) -> None:
    rules = load_policy(Path(desk.policy_toml))
    words = por("policy", "show", desk.policy_toml)
    assert (words.status, words.err) == (0, "")
    for text in (str(rules.digest), KEY, "publication.anchored", "no registry is in use", "solvency.coverage"):
        assert text in words.out
    document = por("policy", "show", desk.policy_toml, "--json").out
    assert digest_of(document.encode()) == rules.digest
    assert canonical.dumps(json.loads(document)) == document.encode()


def test_the_policys_digest_is_in_the_verdict(desk: Desk) -> None:
    digest = str(load_policy(Path(desk.policy_toml)).digest)
    for command in (desk.customer("--json"), desk.auditor("--json")):
        assert json.loads(por(*command).out)["policy"] == digest


def test_a_waiver_stands_on_the_first_screen(desk: Desk) -> None:
    screen = por(*desk.auditor()).out.splitlines()[:25]
    assert any("no registry is in use" in line for line in screen)
