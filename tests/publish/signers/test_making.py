"""New key files: whole, private, opened again by their password, and never over a file."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from eth_account import Account as EthAccount

from por.encoding import eip2335_v1
from por.errors import FormatError
from por.publish.signers import making, open_signer
from por.publish.signers.account import Account
from por.publish.signers.bls_key import BlsKey

PASSWORD = "correct horse"
Make = Callable[..., Account | BlsKey]
BOTH: list[Make] = [making.new_account_key, making.new_bls_key]


@pytest.fixture(autouse=True)
def given_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POR_PASSWORD", PASSWORD)


@pytest.mark.parametrize("make", BOTH)
def test_a_new_key_opens_again_and_is_its_owners_alone(tmp_path: Path, make: Make) -> None:
    path = tmp_path / "key.json"
    made = make(path, PASSWORD, cost=4)
    assert open_signer(f"file:{path}").member == made.member
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["key.json"]


@pytest.mark.parametrize("make", BOTH)
def test_t80_a_generous_umask_does_not_open_the_file(tmp_path: Path, make: Make) -> None:
    before = os.umask(0)
    try:
        make(tmp_path / "key.json", PASSWORD, cost=4)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "key.json").stat().st_mode) == 0o600


@pytest.mark.parametrize("make", BOTH)
def test_two_keys_differ_and_so_do_salts(tmp_path: Path, make: Make) -> None:
    first, second = (make(tmp_path / name, PASSWORD, cost=4) for name in ("a", "b"))
    assert first.member != second.member
    texts = [(tmp_path / name).read_text() for name in ("a", "b")]
    salts = {text.partition('"salt":"')[2][:64] for text in texts}
    ivs = {text.partition('"iv":"')[2][:32] for text in texts}
    assert len(salts) == len(ivs) == 2


@pytest.mark.parametrize("make", BOTH)
def test_no_file_is_written_over(tmp_path: Path, make: Make) -> None:
    path = tmp_path / "key.json"
    path.write_text("precious")
    with pytest.raises(FormatError, match="exists already and is not replaced"):
        make(path, PASSWORD, cost=4)
    assert path.read_text() == "precious"
    assert [each.name for each in tmp_path.iterdir()] == ["key.json"]


@pytest.mark.parametrize("make", BOTH)
def test_a_link_is_not_followed(tmp_path: Path, make: Make) -> None:
    path = tmp_path / "key.json"
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FormatError, match="exists already"):
        make(path, PASSWORD, cost=4)
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("make", BOTH)
def test_a_folder_that_is_not_there_is_named(tmp_path: Path, make: Make) -> None:
    path = tmp_path / "nowhere" / "key.json"
    with pytest.raises(FormatError, match="no key file can be made here: No such file") as caught:
        make(path, PASSWORD, cost=4)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("make", BOTH)
@pytest.mark.parametrize("password", ["", "\n", "\x00\x7f"])
def test_a_password_of_nothing_is_refused(tmp_path: Path, make: Make, password: str) -> None:
    with pytest.raises(FormatError, match="an empty password protects nothing"):
        make(tmp_path / "key.json", password, cost=4)
    assert list(tmp_path.iterdir()) == []


def test_t39_a_bls_file_says_what_it_is_and_has_no_path_of_a_validator(tmp_path: Path) -> None:
    made = making.new_bls_key(tmp_path / "key.json", PASSWORD, cost=4)
    keystore = eip2335_v1.read((tmp_path / "key.json").read_bytes())
    assert (keystore.path, keystore.description, keystore.pubkey) == ("", "por attester key", made.key)
    assert keystore.uuid.version == 4


def test_other_programs_open_an_accounts_file(tmp_path: Path) -> None:
    made = making.new_account_key(tmp_path / "key.json", PASSWORD, cost=4)
    document = json.loads((tmp_path / "key.json").read_text())
    assert EthAccount.from_key(EthAccount.decrypt(document, PASSWORD)).address.lower() == made.address
    assert document["address"] == made.address[2:]


@pytest.mark.parametrize("make", BOTH)
def test_by_default_guessing_costs_a_quarter_gib_each(tmp_path: Path, make: Make) -> None:
    make(tmp_path / "key.json", PASSWORD)
    assert '"n":262144,"p":1,"r":8' in (tmp_path / "key.json").read_text()
