"""Single accounts opened out of a set that a bundle commits to: what was committed to, or a refusal."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from por.checks.control import control
from por.checks.evidence import open_bundle
from por.checks.examination import Beside, examine
from por.checks.observation import Missing
from por.encoding import bundle_v1, control_opening_v1, control_signature_v1
from por.errors import FormatError
from por.issuer.control import file_name, new_salts
from por.issuer.control_set import control_openings
from por.issuer.openings import open_accounts
from por.issuer.workspace import Workspace
from por.model import ChainAccount, ControlSet
from tests.checks import scenery
from tests.checks.scenery import account, address, with_account

SIGNED = ("cold", "hot", "house")


def name_of(name: str) -> str:
    return f"{file_name(account(name))}.json"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Collect three of four accounts' proofs, and withhold them all from the bundle."""
    made = Workspace(tmp_path)
    files = {name_of(name): control_signature_v1.write(scenery.signature(name)) for name in SIGNED}
    salts = new_salts(files)
    made.put("salts", salts)
    made.put("control", files)
    put_bundle(made, control_openings(files, salts)[0])
    return made


def put_bundle(workspace: Workspace, committed: ControlSet | None) -> None:
    made = scenery.bundle(control_set=committed)
    for name in scenery.ACCOUNTS:
        made = with_account(name, made, control=None)
    have = scenery.files()
    shutil.rmtree(workspace.directory / "bundle", ignore_errors=True)
    scenery.write_bundle(workspace.directory / "bundle", scenery.listed(made, have), have)


def test_an_opened_account_is_verified_and_no_other(workspace: Workspace) -> None:
    openings = open_accounts(workspace, [account("cold")])
    assert list(openings) == [name_of("cold")]
    seen = examine(
        open_bundle(workspace.directory / "bundle"),
        scenery.policy(),
        scenery.sources(),
        Missing("no record list"),
        scenery.AN_HOUR_LATER,
        scenery.quiet,
        beside=Beside(openings=tuple(openings.values())),
    )
    assert {f.subject: str(f.outcome) for f in control(seen)} == {
        str(account(name)): "PASS" if name == "cold" else "INCONCLUSIVE" for name in scenery.ACCOUNTS
    }


def test_t80_an_opening_shows_nothing_of_the_others(workspace: Workspace) -> None:
    (document,) = open_accounts(workspace, [account("cold")]).values()
    for name in ("hot", "house"):
        assert address(name).encode() not in document
        assert scenery.signature(name).signature.hex().encode() not in document
        salt = workspace.files("salts")[name_of(name)]
        assert salt.hex().encode() not in document
    assert workspace.files("salts")[name_of("cold")] == control_opening_v1.read(document).salt


def test_several_are_opened_at_once_and_one_named_twice_once(workspace: Workspace) -> None:
    found = open_accounts(workspace, [account("hot"), account("cold"), account("hot")])
    assert set(found) == {name_of("hot"), name_of("cold")}


@pytest.mark.parametrize("who", [account("guarantee"), ChainAccount.parse("eip155:10:" + address("cold"))])
def test_an_account_without_a_proof_is_named(workspace: Workspace, who: ChainAccount) -> None:
    with pytest.raises(FormatError, match="no control proof was collected") as caught:
        open_accounts(workspace, [account("cold"), who])
    assert caught.value.place == str(who)


@pytest.mark.parametrize("folder", ["control", "salts", "bundle"])
def test_nothing_is_opened_without_all_of_it(workspace: Workspace, folder: str) -> None:
    shutil.rmtree(workspace.directory / folder)
    with pytest.raises(FormatError):
        open_accounts(workspace, [account("cold")])


def test_t43_other_proofs_than_the_published_ones_are_not_opened(workspace: Workspace) -> None:
    for folder in ("salts", "control"):
        file = workspace.directory / folder / name_of("hot")
        before = file.read_bytes()
        file.write_bytes(
            bytes(32) if folder == "salts" else control_signature_v1.write(scenery.signature("hot", "stranger"))
        )
        with pytest.raises(FormatError, match="commits to other control proofs"):
            open_accounts(workspace, [account("cold")])
        file.write_bytes(before)
    assert open_accounts(workspace, [account("cold")])


def test_a_bundle_without_a_set_opens_nothing(workspace: Workspace) -> None:
    put_bundle(workspace, None)
    with pytest.raises(FormatError, match="nothing to open"):
        open_accounts(workspace, [account("cold")])


@pytest.mark.parametrize("text", [b"", b"{}", b"\xff"])
def test_a_bundle_that_cannot_be_read_is_an_error(workspace: Workspace, text: bytes) -> None:
    (workspace.directory / "bundle" / "bundle.json").write_bytes(text)
    with pytest.raises(FormatError):
        open_accounts(workspace, [account("cold")])


def test_the_bundle_that_is_opened_is_the_one_published(workspace: Workspace) -> None:
    assert bundle_v1.read(workspace.bundle()).control_set is not None
