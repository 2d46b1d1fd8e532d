"""`por diff` and `por verify --movements`: from one snapshot to the next."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from por.cli.main import main
from por.encoding import bundle_v1, verdict_v1
from por.encoding.digests import digest_of
from por.model import Instant, Role
from tests.checks import scenery as s
from tests.checks.scenery import NOON
from tests.cli.desk import Desk, por

HEAD = "segment,asset,deposits,withdrawals,trades,fees\n"


def test_the_same_twice_differs_in_nothing(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", desk.bundle, desk.bundle]) == 0
    assert capsys.readouterr().out == "Nothing differs.\n"
    assert main(["diff", desk.bundle, desk.bundle + "/bundle.json", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_two_bundles(desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    s.write_bundle(tmp_path, s.with_account("cold", role=Role.HOUSE))
    assert main(["diff", desk.bundle, str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert f"  ~ {s.account('cold')}: house, cold, was customer, cold\n" in out
    assert out.startswith("1 differences; nothing in either was verified.\n")
    assert main(["diff", desk.bundle, str(tmp_path), "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["what"], row["kind"], row["before"], row["after"]) == (
        "account",
        "changed",
        "customer, cold",
        "house, cold",
    )


def test_two_verdicts(desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    main(list(desk.auditor("--output", str(old))))
    main([*desk.auditor("--output", str(new)), "--now", "2026-12-24T00:00:00Z"])
    capsys.readouterr()
    assert verdict_v1.read(new.read_bytes()).exit_code == 1
    assert main(["diff", str(old), str(new)]) == 0
    out = capsys.readouterr().out
    line = next(line for line in out.splitlines() if f"snapshot.fresh@{s.SNAPSHOT}" in line)
    assert line.startswith(f"  ~ snapshot.fresh@{s.SNAPSHOT}: FAIL")
    assert "was PASS" in line


def test_a_bundle_and_a_verdict_are_not_compared(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    verdict = tmp_path / "verdict.json"
    main(list(desk.auditor("--output", str(verdict))))
    assert main(["diff", desk.bundle, str(verdict)]) == 2
    assert "two of one kind" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"mediaType":"application/vnd.por.policy.v1+json"}', "no json"])
def test_t86_what_is_neither_is_refused(desk: Desk, tmp_path: Path, text: str) -> None:
    path = tmp_path / "strange.json"
    path.write_text(text)
    run = por("diff", desk.bundle, str(path))
    assert (run.status, run.out) == (2, "")
    assert "strange.json" in run.err


def test_t93_what_would_steer_a_terminal_does_not(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "bundle.json"
    path.write_bytes(bundle_v1.write(s.bundle()).replace(b"exchange.example", b"exchange\\u202eexample"))
    run = por("diff", desk.bundle, str(path))
    assert run.status == 2
    assert "\u202e" not in run.out + run.err


# --- the roll-forward


@pytest.fixture(scope="module")
def months(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Lay two bundles of one issuer, the second of which follows the first, and owes the same."""
    folder = tmp_path_factory.mktemp("months")
    old = s.bundle(instant=Instant(NOON.seconds - 86_400))
    s.write_bundle(folder / "old", old)
    new = s.bundle(sequence=2, previous=digest_of(bundle_v1.write(old)))
    s.write_bundle(folder / "new", new)
    return folder


def rolled(desk: Desk, months: Path, tmp_path: Path, table: str) -> tuple[int, dict[str, str]]:
    (tmp_path / "movements.csv").write_text(table)
    target = tmp_path / "verdict.json"
    command = list(desk.auditor("--previous", str(months / "old"), "--movements", str(tmp_path / "movements.csv")))
    command[1] = str(months / "new")
    status = main([*command, "--output", str(target)])
    if not target.exists():
        return status, {}
    return status, {f.subject: str(f.outcome) for f in verdict_v1.read(target.read_bytes()).of("liabilities.rolled")}


def table(spot: str = "0,0,0,0") -> str:
    rows = (f"{item.segment},{item.asset}," for item in s.bundle().liabilities)
    return HEAD + "".join(f"{row}{spot if row.startswith('spot') else '0,0,0,0'}\n" for row in rows)


def test_movements_that_fit(desk: Desk, months: Path, tmp_path: Path) -> None:
    found = rolled(desk, months, tmp_path, table("5,3,-1,1"))[1]
    assert set(found.values()) == {"PASS"}
    assert set(found) == {item.ref for item in s.bundle().liabilities}


def test_t26_movements_that_do_not_fit_refute(desk: Desk, months: Path, tmp_path: Path) -> None:
    status, found = rolled(desk, months, tmp_path, table("5,3,-1,0"))
    assert status == 1
    assert {ref for ref, outcome in found.items() if outcome == "FAIL"} == {ref for ref in found if "spot/" in ref}


def test_movements_of_another_form_are_refused(
    desk: Desk, months: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rolled(desk, months, tmp_path, table("5.0,3,-1,0")) == (2, {})
    assert "movements.csv:4 column deposits" in capsys.readouterr().err


def test_movements_without_the_bundle_before_decide_nothing(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "movements.csv").write_text(table())
    target = tmp_path / "verdict.json"
    main([*desk.auditor("--movements", str(tmp_path / "movements.csv"), "--output", str(target))])
    (found,) = verdict_v1.read(target.read_bytes()).of("liabilities.rolled")
    assert str(found.outcome) == "INCONCLUSIVE"
