"""`por issuer collect` without a chain: signatures of keys are checked, those for contracts kept and named."""

from __future__ import annotations

from pathlib import Path

import pytest

from por.encoding import control_signature_v1
from por.issuer.accounts import ListedAccount
from por.issuer.control import challenge_files, file_name
from por.issuer.snapshot import Snapshot, write_snapshot
from por.issuer.workspace import Workspace
from por.model import ControlSignature
from tests.checks import scenery
from tests.checks.scenery import account
from tests.cli.desk import Run, por

SNAPSHOT = Snapshot(scenery.ISSUER, scenery.NOON, scenery.EXPIRES, scenery.bundle().blocks)
ROWS = [ListedAccount(account(name), *rest, ()) for name, rest in scenery.ACCOUNTS.items()]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = Workspace(tmp_path / "out")
    made.directory.mkdir()
    made.put("snapshot", {"snapshot.json": write_snapshot(SNAPSHOT)})
    made.put("challenges", challenge_files(SNAPSHOT, ROWS))
    return made


def collect(workspace: Workspace, *signatures: ControlSignature, options: tuple[str, ...] = ()) -> Run:
    path = workspace.directory.parent / "signatures.csv"
    lines = [f"{item.account},{item.scheme},0x{item.signature.hex()}" for item in signatures]
    path.write_text("\n".join(["account,scheme,signature", *lines]) + "\n")
    return por("issuer", "collect", str(workspace.directory), str(path), *options)


def safe(name: str = "cold") -> ControlSignature:
    return ControlSignature(account(name), "eip1271-eip191", b"two owners' words")


def test_what_holds_is_kept_with_a_salt_each(workspace: Workspace) -> None:
    run = collect(workspace, *(scenery.signature(name) for name in scenery.ACCOUNTS))
    assert (run.status, run.out) == (0, ""), run.err
    assert "control proofs that hold: 4 of 4" in run.err
    control, salts = workspace.files("control"), workspace.files("salts")
    assert set(control) == set(salts) == {f"{file_name(account(name))}.json" for name in scenery.ACCOUNTS}
    assert len({*salts.values()}) == 4
    assert {len(salt) for salt in salts.values()} == {32}


def test_t80_salts_are_said_nowhere(workspace: Workspace) -> None:
    run = collect(workspace, scenery.signature("cold"))
    for salt in workspace.files("salts").values():
        assert salt.hex() not in run.out + run.err
    assert (workspace.directory / "salts").stat().st_mode & 0o077 == 0


def test_t49_what_was_not_checked_is_kept_and_said(workspace: Workspace) -> None:
    run = collect(workspace, safe(), scenery.signature("hot"))
    assert run.status == 0, run.err
    assert "control proofs that hold: 1 of 4" in run.err
    assert "kept without being checked: 1 signatures for contracts" in run.err
    assert str(account("cold")) in run.err
    kept = workspace.files("control")[f"{file_name(account('cold'))}.json"]
    assert control_signature_v1.read(kept) == safe()


def test_t69_a_node_that_does_not_answer_is_3_and_nothing_is_kept(workspace: Workspace) -> None:
    run = collect(workspace, safe(), options=("--source", "eip155:1=http://127.0.0.1:9/SECRETKEY"))
    assert (run.status, run.out) == (3, "")
    assert "SECRETKEY" not in run.err
    assert not (workspace.directory / "control").exists()
    assert not (workspace.directory / "salts").exists()


@pytest.mark.parametrize("there", ["control", "salts", "bundle"])
def test_what_is_there_is_not_written_over(workspace: Workspace, there: str) -> None:
    """Other salts would open another set than the published one."""
    workspace.put(there, {"x": b"before"})
    run = collect(workspace, scenery.signature("cold"))
    assert (run.status, run.out) == (2, "")
    assert str(workspace.directory / there) in run.err
    assert workspace.files(there) == {"x": b"before"}


@pytest.mark.parametrize(
    "lie",
    [
        scenery.signature("cold", "stranger"),
        scenery.signature("cold", block_number=1),
        scenery.signature("cold", expires="2027-01-01T00:00:00Z"),
        ControlSignature(account("cold"), "eip712", scenery.signature("cold").signature),
        ControlSignature(account("cold"), "eip191", b"\x00"),
    ],
)
def test_t43_t48_a_signature_that_does_not_hold_is_1_and_nothing_is_kept(
    workspace: Workspace, lie: ControlSignature
) -> None:
    run = collect(workspace, scenery.signature("hot"), lie)
    assert (run.status, run.out) == (1, "")
    assert "signatures.csv:3" in run.err
    assert not (workspace.directory / "control").exists()


def test_t49_a_scheme_that_nobody_knows_is_2(workspace: Workspace) -> None:
    run = collect(workspace, ControlSignature(account("cold"), "bip322", b"\x00"))
    assert run.status == 2
    assert "eip6492-eip712" in run.err


@pytest.mark.parametrize("days", ["-1", "0", "91", "3650"])
def test_t44_a_challenge_lasts_at_most_ninety_days(tmp_path: Path, days: str) -> None:
    source = ("--source", "eip155:1=http://127.0.0.1:9/")
    run = por("issuer", "challenge", str(tmp_path), "--accounts", "accounts.csv", "--days", days, *source)
    assert (run.status, run.out) == (2, "")
    assert "between 1 and 90 days" in run.err
