"""`por issuer open`: a folder of openings for an auditor, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from eth_utils.address import to_checksum_address

from por.cli.main import COMMANDS
from por.encoding import control_opening_v1, control_signature_v1
from por.issuer.workspace import Workspace
from tests.checks.scenery import account
from tests.cli.desk import por
from tests.issuer.test_openings import name_of, workspace

__all__ = ["workspace"]


def test_the_command_is_there() -> None:
    assert COMMANDS["issuer open"][0] == "por.cli.issuer_open"


def test_openings_are_written_for_the_accounts_named(workspace: Workspace, tmp_path: Path) -> None:
    out = tmp_path / "for-auditor"
    run = por("issuer", "open", str(workspace.directory), str(account("cold")), str(account("hot")), "--out", str(out))
    assert (run.status, run.out) == (0, ""), run.err
    assert "2 openings" in run.err
    assert sorted(file.name for file in out.iterdir()) == sorted([name_of("cold"), name_of("hot")])
    opening = control_opening_v1.read((out / name_of("cold")).read_bytes())
    assert control_signature_v1.read(opening.record).account == account("cold")


def test_t46_an_address_may_have_its_checksum_and_not_another(workspace: Workspace, tmp_path: Path) -> None:
    cold = account("cold")
    checked = f"{cold.chain}:{to_checksum_address(cold.address)}"
    assert por("issuer", "open", str(workspace.directory), checked, "--out", str(tmp_path / "one")).status == 0
    letter = next(i for i in range(len(checked) - 1, 0, -1) if checked[i].isalpha())
    other = checked[:letter] + checked[letter].swapcase() + checked[letter + 1 :]
    run = por("issuer", "open", str(workspace.directory), other, "--out", str(tmp_path / "two"))
    assert (run.status, "checksum" in run.err) == (2, True)


def test_t80_nobody_else_may_read_the_folder(workspace: Workspace, tmp_path: Path) -> None:
    out = tmp_path / "for-auditor"
    por("issuer", "open", str(workspace.directory), str(account("cold")), "--out", str(out))
    assert out.stat().st_mode & 0o077 == 0
    assert (workspace.directory / "salts").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("accounts", "said"),
    [
        (["0x" + "11" * 20], "ACCOUNT number 1"),
        ([str(account("cold")), "nobody"], "ACCOUNT number 2"),
        ([str(account("cold")).upper()], "ACCOUNT number 1"),
        ([str(account("guarantee"))], "no control proof was collected"),
    ],
)
def test_t46_an_account_that_is_none_is_named_and_nothing_is_written(
    workspace: Workspace, tmp_path: Path, accounts: list[str], said: str
) -> None:
    out = tmp_path / "for-auditor"
    run = por("issuer", "open", str(workspace.directory), *accounts, "--out", str(out))
    assert (run.status, run.out) == (2, "")
    assert said in run.err
    assert not out.exists()


def test_a_folder_that_is_there_is_left_alone(workspace: Workspace, tmp_path: Path) -> None:
    out = tmp_path / "for-auditor"
    out.mkdir()
    run = por("issuer", "open", str(workspace.directory), str(account("cold")), "--out", str(out))
    assert run.status == 2
    assert list(out.iterdir()) == []
    nowhere = por("issuer", "open", str(workspace.directory), str(account("cold")), "--out", str(tmp_path / "a" / "b"))
    assert nowhere.status == 2
    assert "make it first" in nowhere.err


def test_a_step_too_early_is_2(tmp_path: Path) -> None:
    run = por("issuer", "open", str(tmp_path), str(account("cold")), "--out", str(tmp_path / "out"))
    assert (run.status, run.out) == (2, "")
    assert "por issuer bundle" in run.err
