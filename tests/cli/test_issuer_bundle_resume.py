"""`por issuer bundle` cut short, by a kill or by its node, and begun again: it does not ask for what it has."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from por.chains.embedded.server import RefusedQuestionError
from tests.cli import desk as processes
from tests.cli.issuer_desk import NAMES, WHOLE, Desk, laid, refused
from tests.simulator import Exchange, open_exchange

pytestmark = pytest.mark.thorough

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


class Asked:
    """Writes down what proofs and codes a node is asked for, and answers `fault` beyond `end` of them."""

    def __init__(self, end: int = sys.maxsize, fault: Callable[[], object] = lambda: None) -> None:
        self.proofs: list[tuple[str, tuple[str, ...]]] = []
        self.codes = 0
        self.end, self.fault = end, fault

    def __call__(self, method: str, said: Any) -> object:
        if method == "eth_getProof":
            keys = tuple(item["key"] for item in said["storageProof"])
            self.proofs.append((said["address"].lower(), keys))
        elif method == "eth_getCode":
            self.codes += 1
        else:
            return said
        return self.fault() if len(self.proofs) + self.codes > self.end else said


def crowded(desk: Desk) -> Path:
    """List many accounts, none of which signs."""
    rows = [f"{desk.exchange.chain.chain}:{address},customer,cold,USDX" for address in CROWD]
    listed = desk.accounts(*(desk.row(name) for name in NAMES), *rows)
    assert desk.step("challenge", "--accounts", listed).status == 0
    (desk.folder / "layouts.toml").write_text(desk.exchange.tables())
    return listed


def killed(desk: Desk, listed: Path, asked: Asked) -> int:
    """Run the command in a process of its own that does not live to see the answer beyond the end."""
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
        asked.fault = lambda: os.kill(process.pid, signal.SIGKILL)
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


@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of a POSIX system")
@pytest.mark.parametrize("left", [1, 2])
def test_t47_a_run_killed_over_a_wallets_state_asks_for_the_rest_of_it(desk: Desk, left: int) -> None:
    """A wallet's code and the word that names its owner are asked for last."""
    for step in (desk.challenge(WHOLE), desk.collect(WHOLE)):
        assert step.status == 0, step.talk
    listed = desk.listed(WHOLE)
    (desk.folder / "layouts.toml").write_text(desk.exchange.tables())
    whole = Asked()
    desk.exchange.distortion = whole
    assert desk.bundle(listed).status == 0
    assert whole.codes == 1
    (desk.out / "bundle").rename(desk.folder / "honest")

    assert killed(desk, listed, Asked(len(whole.proofs) + whole.codes - left)) == -signal.SIGKILL
    assert not (desk.out / "bundle").exists()
    second = Asked()
    desk.exchange.distortion = second
    assert desk.bundle(listed).status == 0
    assert (second.proofs, second.codes) == (whole.proofs[-1:], left - 1)
    written = (desk.out / "bundle" / "bundle.json").read_bytes()
    assert written == (desk.folder / "honest" / "bundle.json").read_bytes()


def refuse() -> object:
    raise RefusedQuestionError(-32000, "header not found")


@pytest.mark.parametrize(
    "fault", [refuse, dict, list, lambda: None, lambda: 0, lambda: "0x", lambda: "0x0", lambda: "0x" + "00" * 32]
)
def test_t64_a_node_that_fails_in_mid_run_proves_no_zero_and_is_gone_on_with(
    desk: Desk, fault: Callable[[], object]
) -> None:
    listed = crowded(desk)
    first = Asked(50, fault)
    desk.exchange.distortion = first
    run = desk.bundle(listed)
    assert (run.status, run.out) == (3, ""), run.talk
    assert "eip155" in run.talk
    assert "Traceback" not in run.talk
    assert not (desk.out / "bundle").exists()
    second = Asked()
    desk.exchange.distortion = second
    assert desk.bundle(listed).status == 0
    assert len(set(first.proofs[:50]) & set(second.proofs)) < BATCH
    (row,) = (row for row in desk.made().reserves if row.account == desk.exchange.account("cold"))
    assert all(claim.amount for claim in row.holdings)


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
    refused(desk.bundle(listed), "proofs.sqlite", "name another")
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
