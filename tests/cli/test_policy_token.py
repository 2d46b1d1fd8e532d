"""`por policy token`: what it prints goes into a policy by hand, and then reads the very balance."""

from __future__ import annotations

import argparse
import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from por.chains.embedded import EmbeddedChain
from por.chains.embedded.token import TOKEN_BASE_SLOT, TOKEN_CODE_HASH, TOKEN_CREATION_CODE, mint_data
from por.chains.token_search import search_token
from por.cli import policy_token
from por.cli.main import main
from por.cli.output import Progress
from por.encoding import tables_v1
from por.errors import FormatError, SourceError
from por.model import CallMethod, Instant
from tests.contracts.chain import artifact

HOLDER = "0x" + "a1" * 20
UNITS = 700_000_001


@dataclass(frozen=True)
class Scene:
    """A node with a plain token and a rebasing one."""

    url: str
    chain: str
    plain: str
    rebasing: str

    def run(self, *more: str, token: str = "", holder: str = HOLDER) -> int:
        parser = argparse.ArgumentParser(exit_on_error=False)
        policy_token.add(parser)
        asset = f"{self.chain}/erc20:{token or self.plain}"
        options = ["--holder", holder, "--source", f"{self.chain}={self.url}", *more]
        return policy_token.run(parser.parse_args([asset, *options]))


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    chain = EmbeddedChain(Instant.parse("2026-11-01T00:00:00Z"))
    plain = chain.deploy(TOKEN_CREATION_CODE)
    rebasing = chain.deploy(bytes.fromhex(artifact("RebasingToken")["bytecode"][2:]))
    chain.mine()
    chain.send(plain, mint_data(HOLDER, UNITS))
    chain.send(rebasing, bytes.fromhex("40c10f19") + bytes(12) + bytes.fromhex(HOLDER[2:]) + UNITS.to_bytes(32, "big"))
    for _ in range(4):
        chain.mine()
    with chain.serve() as url:
        yield Scene(url, str(chain.chain), plain, rebasing)


def test_the_command_is_there(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    words = [f"{scene.chain}/erc20:{scene.plain}", "--holder", HOLDER, "--source", f"{scene.chain}={scene.url}"]
    assert main(["policy", "token", *words]) == 0
    assert "[[layout]]" in capsys.readouterr().out
    assert main(["policy", "token", *words[:-1], f"{scene.chain}=http://127.0.0.1:9"]) == 3
    assert capsys.readouterr().out == ""


def test_what_is_printed_is_a_row_of_a_policy(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    assert scene.run() == 0
    out = capsys.readouterr().out
    (row,) = tables_v1.read_tables(out.encode()).layouts
    assert (str(row.asset), row.code_hash) == (f"{scene.chain}/erc20:{scene.plain}", TOKEN_CODE_HASH)
    assert (row.base_slot, row.mask, row.implementation) == (TOKEN_BASE_SLOT, 2**256 - 1, None)
    assert f"{HOLDER} holds" in out
    assert "the code was not read" in out


def test_where_no_word_is_the_balance_a_call_is_printed(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    assert scene.run(token=scene.rebasing) == 0
    out = capsys.readouterr().out
    tables = tables_v1.read_tables(out.encode())
    assert tables.layouts == ()
    (row,) = tables.calls
    assert (row.method, row.underlying, len(row.codes)) == (CallMethod.BALANCE_OF, None, 1)
    assert "all of which you would have to read" in out


def test_t93_what_is_remarked_is_a_comment_whatever_it_holds(
    scene: Scene, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A node's words could else begin a row."""

    def hostile(*arguments: Any) -> Any:
        real = search_token(*arguments)
        object.__setattr__(real, "remarks", ('ok\n[[layout]]\nasset = "x"\r\x1b[2J',))
        return real

    monkeypatch.setattr("por.cli.policy_token.search_token", hostile)
    assert scene.run(token=scene.rebasing) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert tables_v1.read_tables(out.encode()).layouts == ()


def test_json_says_the_same(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    assert scene.run("--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert said["layout"]["codeHash"] == TOKEN_CODE_HASH.hex()
    assert (said["holder"], said["balance"], said["calls"]) == (HOLDER, str(UNITS), [])
    assert scene.run("--json", token=scene.rebasing) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["layout"] is None
    assert len(said["calls"]) == 1


def test_an_older_block_and_another_slot_can_be_named(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    assert scene.run("--block", "2", "--slot", "0x100", "--slot", "7") == 0
    out = capsys.readouterr().out
    assert "at block 2 0x" in out
    assert tomllib.loads(out)["layout"][0]["base_slot"] == f"0x{TOKEN_BASE_SLOT:02x}"


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ({"holder": "exchange.example"}, "--holder"),
        ({"holder": "0x" + "AA" * 20}, "--holder"),
        ({"token": "0x12"}, "ASSET"),
        ({"token": "0x" + "ee" * 20}, "no contract stands there"),
    ],
)
def test_t68_what_cannot_be_asked_is_refused(scene: Scene, more: dict[str, str], place: str) -> None:
    with pytest.raises(FormatError, match=place):
        scene.run(**more)


@pytest.mark.parametrize("slot", ["-1", str(2**256)])
def test_t68_a_slot_is_a_number_of_256_bits(scene: Scene, slot: str) -> None:
    with pytest.raises(FormatError, match="--slot"):
        scene.run(f"--slot={slot}")


def test_t68_a_source_of_the_tokens_chain_is_needed(scene: Scene) -> None:
    other = Scene(scene.url, "eip155:77777", scene.plain, scene.rebasing)
    parser = argparse.ArgumentParser()
    policy_token.add(parser)
    with pytest.raises(FormatError, match="give --source"):
        policy_token.run(parser.parse_args([f"{scene.chain}/erc20:{scene.plain}", "--holder", HOLDER]))
    with pytest.raises(SourceError):
        other.run()


def test_t64_a_block_that_is_not_there_is_an_error(scene: Scene) -> None:
    with pytest.raises(SourceError):
        scene.run("--block", "99999")


def test_progress_is_for_a_person(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []

    class Loud(Progress):
        def __call__(self, message: str) -> None:
            said.append(message)

    monkeypatch.setattr("por.cli.policy_token.Progress", Loud)
    scene.run()
    assert any("trying slot" in message for message in said)
    assert any("trying bits" in message for message in said)
