"""The committed artifacts: what a chain has is what they say, and nothing in them can be owned, stopped or paid."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from tests.contracts.chain import ARTIFACTS, Chain, artifact

CONTRACTS = Path(__file__).resolve().parents[2] / "contracts"
NAMES = sorted(path.stem for path in ARTIFACTS[0].glob("*.json"))
BOUND_TO_A_REGISTRY = ["LiabilityProofs", "EvmReserveProof"]


def functions(name: str) -> list[dict[str, Any]]:
    return [each for each in artifact(name)["abi"] if each["type"] == "function"]


def test_a_registry_is_deployed_as_committed(chain: Chain) -> None:
    registry = chain.deploy("ReserveRegistry")
    assert chain.w3.eth.get_code(registry.address).hex() == artifact("ReserveRegistry")["deployedBytecode"][2:]


@pytest.mark.parametrize("name", BOUND_TO_A_REGISTRY)
def test_a_contract_bound_to_a_registry_is_deployed_as_committed_but_for_its_address(chain: Chain, name: str) -> None:
    registry = chain.accounts[9]
    code = bytearray(chain.w3.eth.get_code(chain.deploy(name, registry).address))
    (places,) = artifact(name)["immutableReferences"].values()
    assert places
    for place in places:
        found = slice(place["start"], place["start"] + place["length"])
        assert code[found] == bytes.fromhex(registry[2:]).rjust(32, b"\0")
        code[found] = bytes(32)
    assert code.hex() == artifact(name)["deployedBytecode"][2:]


@pytest.mark.parametrize("name", NAMES)
def test_code_fits_the_limit_and_names_its_compiler_and_input(name: str) -> None:
    compiled = artifact(name)
    assert 0 < len(compiled["deployedBytecode"]) // 2 - 1 <= 24_576
    assert compiled["compiler"].startswith("0.8.37+commit.")
    assert len(compiled["inputSha256"]) == 64


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_payable_and_nothing_catches_what_it_does_not_know(name: str) -> None:
    assert {"fallback", "receive"}.isdisjoint(each["type"] for each in artifact(name)["abi"])
    assert not any(each.get("stateMutability") == "payable" for each in artifact(name)["abi"])


@pytest.mark.parametrize("name", NAMES)
def test_nobody_owns_stops_or_upgrades(name: str) -> None:
    words = ("owner", "admin", "pause", "upgrade", "initialize", "withdraw", "govern", "role")
    assert not [each["name"] for each in functions(name) if each["name"].lower().startswith(words)]


@pytest.mark.parametrize("name", NAMES)
def test_events_have_at_most_three_indexed_members(name: str) -> None:
    for event in (each for each in artifact(name)["abi"] if each["type"] == "event"):
        assert sum(member["indexed"] for member in event["inputs"]) <= 3


def test_the_committed_input_holds_the_committed_sources() -> None:
    sources = json.loads((CONTRACTS / "standard-input.json").read_text("utf-8"))["sources"]
    own = {path.relative_to(CONTRACTS.parent).as_posix(): path.read_text("utf-8") for path in CONTRACTS.rglob("*.sol")}
    assert {name: each["content"] for name, each in sources.items() if name.startswith("contracts/")} == own


def test_the_artifacts_name_the_committed_input() -> None:
    """Whether they are what it compiles to, `scripts/build_contracts --check` tells, which is a gate of its own."""
    digest = hashlib.sha256((CONTRACTS / "standard-input.json").read_bytes()).hexdigest()
    assert {artifact(name)["inputSha256"] for name in NAMES} == {digest}


def test_no_source_lends_itself_or_asks_who_began_the_transaction() -> None:
    for path in CONTRACTS.rglob("*.sol"):
        code = path.read_text("utf-8")
        assert not any(word in code for word in ("delegatecall", "selfdestruct", "tx.origin")), path.name
