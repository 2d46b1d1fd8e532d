"""`por issuer bundle`: what it publishes and what it keeps back, and how it goes on after it was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from por.chains.embedded.token import TOKEN_CODE_HASH
from por.encoding import control_opening_v1, control_signature_v1
from por.encoding.media_types import CONTROL_OPENING, CONTROL_SIGNATURE, EVM_CODE, EVM_WITNESS
from por.model import Bundle, Encumbrance, EncumbranceKind
from por.simulator.exchange import WALLET
from tests.cli import desk as processes
from tests.cli.issuer_desk import NAMES, WHOLE, Desk, laid, refused
from tests.simulator import Exchange, open_exchange, por

CROWD = [f"0x{number:040x}" for number in range(0xC000, 0xC000 + 90)]
BATCH = 20


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    with open_exchange(tmp_path_factory.mktemp("exchange"), customers=6) as opened:
        yield opened


@pytest.fixture
def desk(exchange: Exchange, tmp_path: Path) -> Iterator[Desk]:
    yield laid(exchange, tmp_path)
    exchange.distortion = None


@pytest.fixture
def signed(desk: Desk) -> Desk:
    """Every account is challenged and has signed."""
    for step in (desk.challenge(WHOLE), desk.collect(WHOLE)):
        assert step.status == 0, step.talk
    return desk


def kinds(bundle: Bundle) -> set[str]:
    return {entry.media_type for entry in bundle.evidence}


# --- control proofs as a set


def test_control_proofs_are_committed_to_and_opened(signed: Desk) -> None:
    run = signed.bundle(signed.listed(WHOLE))
    assert run.status == 0, run.talk
    made = signed.made()
    assert made.control_set is not None
    assert made.control_set.count == len(WHOLE)
    assert CONTROL_OPENING in kinds(made)
    assert CONTROL_SIGNATURE not in kinds(made)
    assert "no control proof" not in run.talk
    for row in made.reserves:
        assert row.control is not None
        opening = control_opening_v1.read((signed.out / "bundle/evidence" / row.control.value.hex()).read_bytes())
        assert control_signature_v1.read(opening.record).account == row.account


def test_withheld_proofs_are_committed_to_and_not_published(signed: Desk) -> None:
    run = signed.bundle(signed.listed(WHOLE), "--withhold-control", "all")
    assert run.status == 0, run.talk
    made = signed.made()
    assert made.control_set is not None
    assert made.control_set.count == len(WHOLE)
    assert {row.control for row in made.reserves} == {None}
    assert not kinds(made) & {CONTROL_OPENING, CONTROL_SIGNATURE}
    assert f"{len(WHOLE)} control proofs are committed to and not published" in run.out
    published = b"".join(path.read_bytes() for path in (signed.out / "bundle").rglob("*") if path.is_file())
    for file in (signed.out / "control").iterdir():
        assert control_signature_v1.read(file.read_bytes()).signature.hex().encode() not in published


def test_a_file_names_what_is_withheld(signed: Desk) -> None:
    names = signed.folder / "withheld.txt"
    names.write_text(f"{signed.exchange.account('hot')}\n{signed.exchange.account(WALLET)}\n")
    run = signed.bundle(signed.listed(WHOLE), "--withhold-control", names)
    assert run.status == 0, run.talk
    withheld = {row.account for row in signed.made().reserves if row.control is None}
    assert withheld == {signed.exchange.account("hot"), signed.exchange.account(WALLET)}
    opened = por("issuer", "open", signed.out, signed.exchange.account("hot"), "--out", signed.folder / "for-auditor")
    assert opened.status == 0, opened.talk


@pytest.mark.parametrize("line", ["", "everybody", "eip155:1:0x12", "{stranger}"])
def test_t68_what_is_withheld_is_named_exactly(signed: Desk, line: str) -> None:
    stranger = f"{signed.exchange.chain.chain}:{signed.exchange.keys['stranger'].address}"
    names = signed.folder / "withheld.txt"
    names.write_text(f"{signed.exchange.account('hot')}\n{line.format(stranger=stranger)}\n")
    refused(signed.bundle(signed.listed(WHOLE), "--withhold-control", names), "withheld.txt:2")
    assert not (signed.out / "bundle").exists()


def test_nothing_is_withheld_without_a_set(signed: Desk) -> None:
    """Published plainly, they would not be withheld."""
    for file in (signed.out / "salts").iterdir():
        file.unlink()
    refused(signed.bundle(signed.listed(WHOLE), "--withhold-control", "all"), "por issuer collect anew")
    assert not (signed.out / "bundle").exists()


# --- contracts


def test_t47_a_contract_that_does_not_approve_stops_it_before_anything_is_written(desk: Desk) -> None:
    assert desk.challenge(WHOLE).status == 0
    file = desk.signatures(WHOLE)
    wallet = str(desk.exchange.account(WALLET))
    lines = file.read_text().splitlines()
    other = lines[1].rpartition(",")[2]
    file.write_text("\n".join(f"{wallet},eip1271-eip191,{other}" if wallet in line else line for line in lines) + "\n")
    assert por("issuer", "collect", desk.out, file).status == 0
    run = desk.bundle(desk.listed(WHOLE))
    assert (run.status, run.out) == (1, "")
    assert wallet in run.talk
    assert "does not approve" in run.talk
    assert not (desk.out / "bundle").exists()


def test_t47_a_wallets_state_is_in_the_bundle(signed: Desk) -> None:
    run = signed.bundle(signed.listed(WHOLE))
    assert run.status == 0, run.talk
    made = signed.made()
    states = {row.account: row.control_state for row in made.reserves}
    assert states.pop(signed.exchange.account(WALLET))
    assert set(states.values()) == {()}
    assert {EVM_WITNESS, EVM_CODE} <= kinds(made)


# --- tokens


def test_a_tokens_own_code_may_tell(signed: Desk) -> None:
    asset = signed.exchange.dollar
    (signed.folder / "layouts.toml").write_text(f'[[call]]\nasset = "{asset}"\ncodes = ["0x{TOKEN_CODE_HASH.hex()}"]\n')
    assert signed.bundle(signed.listed(WHOLE)).status == 0
    told = {claim.amount for row in signed.made().reserves for claim in row.holdings if claim.asset == asset}
    by_call = signed.made()
    (signed.folder / "layouts.toml").unlink()
    (signed.out / "bundle").rename(signed.folder / "called")
    assert signed.bundle(signed.listed(WHOLE)).status == 0
    assert told == {claim.amount for row in signed.made().reserves for claim in row.holdings if claim.asset == asset}
    assert {EVM_WITNESS, EVM_CODE} <= kinds(by_call)


def test_t65_a_token_of_which_nothing_is_known_names_an_account(signed: Desk) -> None:
    (signed.folder / "layouts.toml").write_text("")
    run = signed.bundle(signed.listed(WHOLE))
    refused(run, str(signed.exchange.dollar), TOKEN_CODE_HASH.hex(), "[[call]]")
    assert any(signed.exchange.account(name).address in run.talk for name in WHOLE)
    assert not (signed.out / "bundle").exists()


def test_what_stands_on_a_holding_is_said_in_the_bundle(signed: Desk) -> None:
    path = signed.folder / "encumbered.csv"
    rows = [signed.row(name) + (",pledged,5" if name == "hot" else ",,") for name in WHOLE]
    path.write_text("\n".join(["account,role,custody,asset,encumbrance,encumbered", *rows]) + "\n")
    assert signed.bundle(path).status == 0
    found = {
        (row.account, claim.asset): claim.encumbrance
        for row in signed.made().reserves
        for claim in row.holdings
        if claim.encumbrance is not None
    }
    hot = (signed.exchange.account("hot"), signed.exchange.dollar)
    assert found == {hot: Encumbrance(EncumbranceKind.PLEDGED, 5)}


def test_stake_without_its_evidence_is_refused(desk: Desk) -> None:
    chain = desk.exchange.chain.chain
    listed = desk.accounts(desk.row("cold"), f"{desk.exchange.account('cold')},customer,cold,{chain}/staked:60")
    assert desk.step("challenge", "--accounts", listed).status == 0
    refused(desk.bundle(listed), str(desk.exchange.account("cold")), "--beacon-state")
    assert not (desk.out / "bundle").exists()


# --- killed, and begun again


class Asked:
    """Writes down what proofs a node is asked for; kills a process when it asks for one more than `end`."""

    def __init__(self, end: int = sys.maxsize) -> None:
        self.proofs: list[tuple[str, tuple[str, ...]]] = []
        self.end = end
        self.victim: int | None = None

    def __call__(self, method: str, said: Any) -> object:
        if method == "eth_getProof":
            keys = tuple(item["key"] for item in said["storageProof"])
            self.proofs.append((said["address"].lower(), keys))
            if len(self.proofs) > self.end and self.victim is not None:
                os.kill(self.victim, signal.SIGKILL)
        return said


def crowded(desk: Desk) -> Path:
    """List many accounts, none of which signs."""
    rows = [f"{desk.exchange.chain.chain}:{address},customer,cold,USDX" for address in CROWD]
    listed = desk.accounts(*(desk.row(name) for name in NAMES), *rows)
    assert desk.step("challenge", "--accounts", listed).status == 0
    (desk.folder / "layouts.toml").write_text(desk.exchange.tables())
    return listed


def killed(desk: Desk, listed: Path, asked: Asked) -> int:
    desk.exchange.distortion = asked
    tables = ["--assets", desk.exchange.directory / "assets.toml", "--layouts", desk.folder / "layouts.toml"]
    words = ["issuer", "bundle", desk.out, "--accounts", listed, *tables, "--source", desk.exchange.source]
    with subprocess.Popen(
        [sys.executable, "-c", processes.PROGRAM, *map(str, words)],
        env=processes.environment(),
        cwd=processes.ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        asked.victim = process.pid
        return process.wait(60)


@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of a POSIX system")
@pytest.mark.parametrize("end", [0, 1, 30, 75, 94])
def test_a_killed_run_begun_again_does_not_ask_for_what_it_has(desk: Desk, end: int) -> None:
    listed = crowded(desk)
    whole = Asked()
    desk.exchange.distortion = whole
    assert desk.bundle(listed).status == 0
    honest = (desk.out / "bundle" / "bundle.json").read_bytes()
    (desk.out / "bundle").rename(desk.folder / "honest")

    first = Asked(end)
    assert killed(desk, listed, first) == -signal.SIGKILL
    assert not (desk.out / "bundle").exists()
    second = Asked()
    desk.exchange.distortion = second
    run = desk.bundle(listed)
    assert run.status == 0, run.talk
    # Only the batch that was never answered is asked for a second time.
    assert len(set(first.proofs) & set(second.proofs)) <= BATCH
    assert len(second.proofs) <= len(whole.proofs) - len(first.proofs) + BATCH
    assert set(first.proofs) | set(second.proofs) == set(whole.proofs)
    assert (desk.out / "bundle" / "bundle.json").read_bytes() == honest


def test_what_was_proven_so_far_is_kept_after_an_error_and_gone_after_success(desk: Desk) -> None:
    listed = crowded(desk)
    layouts = (desk.folder / "layouts.toml").read_text()
    (desk.folder / "layouts.toml").write_text("")
    refused(desk.bundle(listed), "[[layout]]")
    assert (desk.out / "proofs.sqlite").exists()
    (desk.folder / "layouts.toml").write_text(layouts)
    asked = Asked()
    desk.exchange.distortion = asked
    assert desk.bundle(listed).status == 0
    assert (desk.exchange.token, ()) not in asked.proofs
    assert not (desk.out / "proofs.sqlite").exists()
    assert not list(desk.out.glob("proofs.sqlite*"))


@pytest.mark.parametrize("content", [b"no database", b"SQLite format 3\0" + bytes(84)])
def test_t95_a_file_of_proofs_that_is_none_is_refused_with_the_cure(desk: Desk, content: bytes) -> None:
    listed = crowded(desk)
    (desk.out / "proofs.sqlite").write_bytes(content)
    refused(desk.bundle(listed), "proofs.sqlite", "delete it")
    assert not (desk.out / "bundle").exists()
    (desk.out / "proofs.sqlite").unlink()
    assert desk.bundle(listed).status == 0


def test_t56_proofs_kept_of_another_block_do_not_serve(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The same list, challenged at another block: nothing of the old state is in the new bundle."""
    listed = crowded(desk)
    (desk.folder / "layouts.toml").write_text("")
    refused(desk.bundle(listed), "[[layout]]")
    with open_exchange(tmp_path_factory.mktemp("other"), customers=9) as other:
        elsewhere = laid(other, tmp_path_factory.mktemp("elsewhere"))
        again = crowded(elsewhere)
        (desk.out / "proofs.sqlite").rename(elsewhere.out / "proofs.sqlite")
        run = elsewhere.bundle(again)
        assert run.status == 0, run.talk
        coins = {row.account: row.holdings for row in elsewhere.made().reserves}
        held = {claim.asset: claim.amount for claim in coins[other.account("cold")]}
        assert held[other.coin] == other.chain.account(other.account("cold").address).balance
