"""Options that name beacon nodes, checkpoints and states, and what is collected by them."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import pytest

from por.cli import beacon as commands
from por.cli.beacon import add_beacon_options, collect_light_client, collect_stakes
from por.errors import FormatError
from por.model import BeaconChain, ChainId
from tests.chains import beacon_server
from tests.chains.beacon_server import BeaconServer
from tests.checks.scenery import CHAIN, FakeSource, headers
from tests.issuer.test_light_client import BEACON, CHECKPOINT, FIRST, NEXT, final
from tests.proofs.beacon import states, worlds

BLOCK, _ = headers()
MINE = b"\x11" * 20
ADDRESS = "0x" + MINE.hex()


@pytest.fixture(autouse=True)
def facts(monkeypatch: pytest.MonkeyPatch) -> None:
    def of(chain: ChainId) -> BeaconChain:
        return replace(BEACON, chain=chain)

    monkeypatch.setattr(commands, "_beacon", of)


def parsed(*options: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_beacon_options(parser)
    return parser.parse_args(options)


def test_without_options_nothing_is_collected() -> None:
    assert collect_light_client(parsed(), FakeSource(), BLOCK) == ()
    assert collect_stakes(parsed(), BLOCK, CHAIN, [ADDRESS]) == {}


def test_a_node_and_a_checkpoint_give_light_client_evidence(tmp_path: Path) -> None:
    with BeaconServer(beacon_server.bootstrap(FIRST), {1: beacon_server.update(NEXT)}, final()) as node:
        options = [f"--beacon={CHAIN}={node.origin}", f"--checkpoint={CHAIN}=0x{CHECKPOINT.hex()}"]
        assert len(collect_light_client(parsed(*options), FakeSource(), BLOCK)) == 4
        saved = tmp_path / "finality.ssz"
        saved.write_bytes(final(BLOCK))
        options.append(f"--finality={CHAIN}={saved}")
        assert len(collect_light_client(parsed(*options), FakeSource(), BLOCK)) == 3


def test_a_state_and_a_node_give_stakes(tmp_path: Path) -> None:
    state = states.state(512 * 32 + 7, [worlds.record(MINE)], [32 * 10**9])
    path = tmp_path / "state.ssz"
    path.write_bytes(state.encode_bytes())
    timestamp = BEACON.genesis_time + 12 * (512 * 32 + 8)
    header = worlds.execution_header(1000, (), worlds.root(states.header_of(state)), timestamp)
    with BeaconServer(b"", {}, b"", withdrawals=[]) as node:
        args = parsed(f"--beacon={CHAIN}={node.origin}", f"--beacon-state={CHAIN}={path}")
        stakes = collect_stakes(args, header, CHAIN, [ADDRESS])
        assert stakes[ADDRESS].units == 32 * 10**18
        assert node.asked == [f"/eth/v2/beacon/blocks/{512 * 32 + 8}"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ([f"--checkpoint={CHAIN}=0x{'11' * 32}"], "name a beacon node"),
        ([f"--checkpoint={CHAIN}=0x11", f"--beacon={CHAIN}=http://127.0.0.1:9"], "--checkpoint"),
        ([f"--checkpoint={CHAIN}"], "not CHAIN=VALUE"),
        (["--checkpoint=mainnet=0x11"], "CAIP-2"),
        ([f"--checkpoint={CHAIN}=0x{'11' * 32}"] * 2, "once for each chain"),
    ],
)
def test_options_of_another_form_are_refused(options: list[str], words: str) -> None:
    with pytest.raises(FormatError, match=words):
        collect_light_client(parsed(*options), FakeSource(), BLOCK)


def test_t96_a_beacon_nodes_key_is_not_shown() -> None:
    args = parsed(f"--checkpoint={CHAIN}=0x{'11' * 32}", f"--beacon={CHAIN}=s3cret", f"--beacon={CHAIN}=s3cret")
    with pytest.raises(FormatError) as caught:
        collect_light_client(args, FakeSource(), BLOCK)
    assert "s3cret" not in str(caught.value)


def test_a_chain_without_known_facts_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    args = parsed(f"--checkpoint=eip155:9=0x{'11' * 32}", "--beacon=eip155:9=http://127.0.0.1:9")
    with pytest.raises(FormatError, match="not in the shipped table"):
        collect_light_client(args, FakeSource(chain=ChainId("eip155", "9")), BLOCK)
