"""A registry's answer, pasted: what Python proves from state and events, the page follows from the newest id."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from por.checks.observation import Observation
from por.checks.pins import Pins
from por.checks.registry_reading import read_registry
from por.checks.registry_view import COMMITTED_ADDRESS, RegistryView
from por.checks.sources import Sources
from por.encoding import inclusion_proof_v1
from por.model import ChainRule, Instant, RegistryPin
from por.publish.contracts import artifact
from por.web.registry_answer import questions
from tests.checks import scenery
from tests.checks.registry_scenery import (
    CODE,
    FINAL,
    ISSUERS,
    NAMES,
    PIN,
    REGISTRY,
    Registry,
    anchored,
    bundle,
    id_of,
    log_of,
    time_of,
)
from tests.checks.scenery import CHAIN, ETH, NOON, NUMBER, USDC, mine, policy, proof_of
from tests.checks.test_anchoring import CORRECTION
from tests.checks.test_equivocation import OTHER_LIST
from tests.web.browser import Page
from tests.web.engines import Engine
from tests.web.scenes import Scene, outcome_in_page, outcome_in_python, scene
from tests.web.test_page import check, fill, give, put

Json = dict[str, Any]

RIGHT = mine(("spot", ETH, "10"), ("spot", USDC, "300"))
PLACE = {"registry": str(REGISTRY), "issuer": ISSUERS, "fromBlock": NUMBER}


def deployed() -> bytes:
    code = artifact("ReserveRegistry").runtime
    assert keccak(code) == CODE
    return code


def head_of(registry: Registry) -> str:
    own = [(entry, block) for entry, block in registry.rows if entry.issuer == ISSUERS]
    if not own:
        return "0x" + bytes(128).hex()
    entry, block = own[-1]
    words = (id_of(entry), entry.sequence, entry.anchor.instant.seconds, time_of(block))
    return "0x" + encode(["bytes32", "uint64", "uint64", "uint64"], words).hex()


def answers(registry: Registry, code: bytes | None = None, **changes: Any) -> list[Json]:
    """Answer the page's questions as a node does."""
    known = {block: scenery.headers()[0].ref for _, block in registry.rows}
    logs = []
    for entry, block in registry.rows:
        if entry.issuer == ISSUERS:
            log = log_of(entry, replace(known[block], number=block))
            topics = ["0x" + topic.hex() for topic in log.topics]
            logs.append(
                {"address": log.address, "topics": topics, "data": "0x" + log.data.hex(), "blockNumber": hex(block)}
            )
    results: Json = {
        "chain": "0x1",
        "block": {"number": hex(FINAL), "timestamp": hex(time_of(FINAL))},
        "code": "0x" + (deployed() if code is None else code).hex(),
        "head": head_of(registry),
        "logs": logs,
        **changes,
    }
    return [{"jsonrpc": "2.0", "id": i, "result": result} for i, result in enumerate(results.values(), 1)]


def lines(registry: Registry) -> str:
    data = [log_of(entry, scenery.headers()[0].ref).data.hex() for entry, _ in registry.rows if entry.issuer == ISSUERS]
    return "\n".join([head_of(registry), *(f"0x{each}" for each in reversed(data))])


def view_of(registry: Registry) -> Observation[RegistryView]:
    source = registry.source(names=NAMES[:1])
    return read_registry(PIN, Sources({CHAIN: source}), {CHAIN: ChainRule(CHAIN, 1, None)}, (), (CODE,), NOON)


def pinned(registry: Registry, **more: Any) -> Scene:
    pins = Pins(registry=PIN, view=view_of(registry), **more)
    place = {**PLACE, "answer": json.dumps(answers(registry))}
    note = None if "policy" in more else ""
    return scene(proof_of("carol", note=note), account="carol", expected=RIGHT, pins=pins, registry=place)


def histories() -> dict[str, Registry]:
    made: dict[str, Registry] = {"nothing": Registry(), "anchored": anchored()}
    other = Registry()
    other.put(bundle(commitments_root=bytes(31) + b"\x07"))
    made["another root"] = other
    twice = anchored(OTHER_LIST)
    twice.correct(CORRECTION)
    made["a correction"] = twice
    superseded = anchored()
    superseded.correct(bundle(commitments_root=bytes(31) + b"\x07"))
    made["superseded"] = superseded
    later = anchored()
    later.put(bundle(instant=Instant(NOON.seconds + 30), commitments_root=bytes(31) + b"\x08"), block=NUMBER + 12)
    made["a later list"] = later
    elsewhere = Registry()
    elsewhere.put(bundle(instant=Instant(NOON.seconds - 3600)))
    made["another instant"] = elsewhere
    both = Registry()
    both.put(bundle(instant=Instant(NOON.seconds - 3600)))
    both.put(bundle(commitments_root=bytes(31) + b"\x09"), block=NUMBER + 3)
    made["another instant, and another root"] = both
    return made


HISTORIES = histories()


@pytest.mark.parametrize("name", HISTORIES)
@pytest.mark.parametrize("key", [False, True], ids=["registry alone", "with a key"])
def test_t34_t35_the_page_finds_what_python_finds(name: str, key: bool, engine: Engine) -> None:
    one = pinned(HISTORIES[name], **({"policy": policy()} if key else {}))
    (answer,) = engine([one.job()])
    told, wanted = outcome_in_page(answer), outcome_in_python(one)
    for outcome in (told, wanted):
        keep = [i for i, row in enumerate(outcome["findings"]) if row["subject"] != str(REGISTRY)]
        for row in outcome["findings"]:
            row["facts"].pop("anchored_at", None)
        outcome["findings"] = [outcome["findings"][i] for i in keep]
        for language in ("en", "ja"):
            outcome[language]["messages"] = [outcome[language]["messages"][i] for i in keep]
    assert told == wanted


def judged(engine: Engine, registry: Registry, text: str, pin: Json | None = None) -> Json:
    """Return what the page finds of identity, or its refusal."""
    one = replace(pinned(registry), registry={**(pin or PLACE), "answer": text})
    (answer,) = engine([one.job()])
    if "error" in answer:
        return answer
    found: Json = next(row for row in answer["ok"]["findings"] if row["check"] == "publication.identified")
    return found


def test_the_questions_are_those_that_the_server_asks(engine: Engine) -> None:
    pin = {"registry": str(REGISTRY), "issuer": ISSUERS, "fromBlock": NUMBER}
    (answer,) = engine([{"run": "questions", "pin": pin}])
    assert answer["ok"]["questions"] == questions(RegistryPin(REGISTRY, ISSUERS, NUMBER, 0))


@pytest.mark.parametrize("name", ["anchored", "a correction", "a later list"])
def test_lines_do_at_the_address_whose_code_is_known(name: str, engine: Engine) -> None:
    at = {**PLACE, "registry": f"{CHAIN}:{COMMITTED_ADDRESS}"}
    wanted = judged(engine, HISTORIES[name], json.dumps(answers(HISTORIES[name])))
    found = judged(engine, HISTORIES[name], lines(HISTORIES[name]), at)
    assert (found["outcome"], found["message"]) == (wanted["outcome"], wanted["message"])
    assert judged(engine, HISTORIES[name], lines(HISTORIES[name]))["outcome"] == "INCONCLUSIVE"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"chain": "0xa"}, "it is of chain eip155:10"),
        ({"code": b"\x60\x00"}, "not shown to be a registry"),
        ({"code": b""}, "not shown to be a registry"),
        ({"head": "0x" + bytes(96).hex()}, "3 words"),
        ({"head": "0x" + "ff" * 128}, "64 bits"),
        ({"head": "0x" + bytes(64).hex() + "00" * 31 + "07" + "00" * 32}, "without a sequence"),
        ({"logs": []}, "entry 1 is not among those given"),
        ({"block": {"number": "0x1", "timestamp": "0x1"}}, "what was anchored since does not show"),
    ],
)
def test_t36_t37_t60_an_answer_that_breaks_its_rules_decides_nothing(changes: Json, words: str, engine: Engine) -> None:
    found = judged(engine, anchored(), json.dumps(answers(anchored(), **changes)))
    assert found["outcome"] == "INCONCLUSIVE"
    assert words in found["facts"]["reason"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0x",
        "0X12",
        "yes",
        "{}",
        "[]",
        "[1]",
        '[{"id":1,"result":"0x1"}]',
        "0x0g",
        "0x123",
        '{"id":1,"id":1}',
        "0x12 12",
    ],
)
def test_t86_an_answer_of_no_form_is_refused(text: str, engine: Engine) -> None:
    found = judged(engine, anchored(), text)
    assert found.get("error") == "FormatError" or found["outcome"] == "INCONCLUSIVE"


def test_t35_an_entry_changed_anywhere_is_another_one(engine: Engine) -> None:
    """Every word of an entry is bound by the id in the call's answer."""
    honest = answers(anchored())
    data = honest[4]["result"][0]["data"]
    jobs = []
    for position in range(2, len(data), 13):
        changed = data[:position] + ("0" if data[position] != "0" else "1") + data[position + 1 :]
        spoiled = json.loads(json.dumps(honest))
        spoiled[4]["result"][0]["data"] = changed
        jobs.append(replace(pinned(anchored()), registry={**PLACE, "answer": json.dumps(spoiled)}).job())
    for answer in engine(jobs):
        (found,) = [row for row in answer["ok"]["findings"] if row["check"] == "publication.identified"]
        assert found["outcome"] == "INCONCLUSIVE"
    assert len(jobs) > 50


@settings(max_examples=15)
@given(texts=st.lists(st.binary(max_size=500), min_size=1, max_size=10))
def test_keccak_is_keccak(texts: list[bytes], node_engine: Engine) -> None:
    found = node_engine([{"run": "keccak", "bytes": text.hex()} for text in texts])
    assert [answer["ok"]["hash"] for answer in found] == [keccak(text).hex() for text in texts]


@pytest.mark.parametrize("size", [0, 1, 135, 136, 137, 271, 272, 273, 10_000])
def test_keccak_at_the_edges_of_its_blocks(size: int, engine: Engine) -> None:
    text = bytes(i % 251 for i in range(size))
    (answer,) = engine([{"run": "keccak", "bytes": text.hex()}])
    assert answer["ok"]["hash"] == keccak(text).hex()


def test_the_page_shows_the_call_and_takes_the_answer(page: Page, tmp_path: Any) -> None:
    give(page, put(tmp_path, "proof.json", inclusion_proof_v1.write(proof_of("carol", note=""))))
    fill(page, ("10", "300"), "carol", keys="", registry=str(REGISTRY), registry_issuer=ISSUERS)
    assert page.text("#call-to") == REGISTRY.address
    assert page.text("#call-data") == "0x" + (keccak(text="head(address)")[:4] + bytes(12)).hex() + ISSUERS[2:]
    assert json.loads(page.run("document.querySelector('#batch').value")) == questions(
        RegistryPin(REGISTRY, ISSUERS, 0, 0)
    )
    assert check(page) == "INCONCLUSIVE"
    assert "the registry was not asked; paste the answer" in page.text("#verdict")
    now = page.run("Math.floor(Date.now() / 1000)")
    block = {"number": hex(FINAL), "timestamp": hex(now)}
    page.type("#answer", json.dumps(answers(anchored(), block=block)))
    assert check(page) == "PASS"
    assert "pinned by what the address" in page.text(".verdict")
    assert "is unverified" in page.text(".verdict")
    assert "Whoever gave you this answer is believed" in page.text("#chain")
