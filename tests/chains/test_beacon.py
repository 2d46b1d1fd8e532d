"""A beacon node is asked, and believed nothing: what it answers is read strictly."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from por.chains.beacon import MAX_UPDATES, BeaconSource
from por.errors import FormatError, IncapableError, SourceError, UnavailableError
from por.proofs.beacon.light_client_records import FINALITIES
from tests.chains import beacon_server
from tests.chains.beacon_server import BeaconServer
from tests.chains.lying_server import QUICK
from tests.proofs.beacon import worlds
from tests.proofs.beacon.worlds import BEACON, bootstrap, update, withdrawal

START, HANDOVER, LAST = 8192 + 320, 8192 + 4096, 2 * 8192 + 640
FIRST, NEXT, BLOCK = bootstrap(START), update(HANDOVER), worlds.block(LAST)
ROOT = worlds.root(FIRST.header)
WITHDRAWALS = [{"index": "9", "validator_index": "3", "address": "0x" + "11" * 20, "amount": "123"}]


@pytest.fixture(params=[False, True], ids=["json", "serialized"])
def node(request: pytest.FixtureRequest) -> Iterator[BeaconServer]:
    made = BeaconServer(
        beacon_server.bootstrap(FIRST),
        {1: beacon_server.update(NEXT)},
        beacon_server.finality(BLOCK),
        serialized=request.param,
        withdrawals=WITHDRAWALS,
    )
    with made:
        yield made


def source(node: BeaconServer, key: str = "") -> BeaconSource:
    return BeaconSource(BEACON, node.origin + key, QUICK)


def test_answers_become_the_documents_they_were_made_from(node: BeaconServer) -> None:
    asked = source(node)
    assert asked.bootstrap(ROOT) == FIRST
    assert asked.updates(1, 1) == (NEXT,)
    assert asked.finality() == BLOCK
    assert asked.withdrawals(7) == (withdrawal(9, 3, b"\x11" * 20, 123),)
    assert node.asked == [
        f"/eth/v1/beacon/light_client/bootstrap/0x{ROOT.hex()}",
        "/eth/v1/beacon/light_client/updates?start_period=1&count=1",
        "/eth/v1/beacon/light_client/finality_update",
        "/eth/v2/beacon/blocks/7",
    ]


def test_branches_padded_by_later_nodes_are_cut(node: BeaconServer) -> None:
    node.first, node.updates = beacon_server.bootstrap(FIRST, 1), {1: beacon_server.update(NEXT, 1)}
    assert source(node).bootstrap(ROOT) == FIRST
    assert source(node).updates(1, 1) == (NEXT,)


def test_what_is_no_padding_is_refused(node: BeaconServer) -> None:
    longer = beacon_server.bootstrap(FIRST, 1)
    node.first = longer.replace(bytes(32) + FIRST.branch[0], bytes(31) + b"\x01" + FIRST.branch[0])
    with pytest.raises(IncapableError, match="a branch of 6 nodes"):
        source(node).bootstrap(ROOT)


def test_many_updates_are_asked_in_turns(node: BeaconServer) -> None:
    node.updates = {period: beacon_server.update(NEXT) for period in range(MAX_UPDATES + 2)}
    patient = replace(QUICK, max_bytes=16 * 2**20, total_ms=30_000, read_ms=20_000)
    found = BeaconSource(BEACON, node.origin, patient).updates(0, MAX_UPDATES + 2)
    assert len(found) == MAX_UPDATES + 2
    assert [text.rpartition("?")[2] for text in node.asked] == [
        "start_period=0&count=128",
        "start_period=128&count=2",
    ]


def test_updates_that_are_not_there_are_missed(node: BeaconServer) -> None:
    with pytest.raises(IncapableError, match="0 updates from period 5 on; 1 are needed"):
        source(node).updates(5, 1)


def test_t96_a_key_in_the_url_goes_along_and_is_not_shown(node: BeaconServer) -> None:
    asked = source(node, "/s3cret-path?key=s3cret-query")
    asked.updates(1, 1)
    assert node.asked == ["/s3cret-path/eth/v1/beacon/light_client/updates?key=s3cret-query&start_period=1&count=1"]
    node.status = 403
    with pytest.raises(UnavailableError) as caught:
        asked.finality()
    assert "s3cret" not in str(caught.value) + asked.name


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b'{"data":null}',
        b'{"data":{}}',
        b'{"data":[]}',
        b'{"data":{"header":{}}}',
        b"<html>",
        b"\x00" * 300,
        b'{"data":{"data":1},"data":2}',
        b"{" * 100,
    ],
)
def test_t67_answers_that_say_nothing_are_refused(node: BeaconServer, body: bytes) -> None:
    node.body = body
    asked = source(node)
    for ask in (
        lambda: asked.bootstrap(ROOT),
        lambda: asked.updates(1, 1),
        asked.finality,
        lambda: asked.withdrawals(7),
    ):
        with pytest.raises(SourceError):
            ask()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("signature_slot", "-1"),
        ("signature_slot", 7),
        ("signature_slot", "18446744073709551616"),
        ("signature_slot", None),
        ("finality_branch", []),
        ("finality_branch", ["0x" + "00" * 31] * 6),
        ("finality_branch", ["00" * 32] * 6),
        ("sync_aggregate", {"sync_committee_bits": "0x00", "sync_committee_signature": "0x" + "00" * 96}),
        ("attested_header", {}),
        ("more", "0x00"),
    ],
)
def test_t67_a_spoiled_member_is_refused(name: str, value: object) -> None:
    whole = beacon_server.answer(FINALITIES, beacon_server.finality(BLOCK))
    whole["data"][name] = value
    with BeaconServer(b"", {}, b"") as node:
        node.body = json.dumps(whole).encode()
        with pytest.raises(IncapableError, match="its answer cannot be read"):
            source(node).finality()


@pytest.mark.parametrize("cut", [1, 100, 20_000])
def test_t67_updates_that_break_off_are_refused(cut: int) -> None:
    with BeaconServer(b"", {1: beacon_server.update(NEXT)}, b"", serialized=True) as node:
        node.body = node.tell("/updates?start_period=1&count=1")[:-cut]
        with pytest.raises(IncapableError):
            source(node).updates(1, 1)


@pytest.mark.parametrize(
    "rows", [None, {}, [{}], [{**WITHDRAWALS[0], "amount": 1}], [{**WITHDRAWALS[0], "more": "1"}], WITHDRAWALS * 17]
)
def test_t67_withdrawals_of_another_form_are_refused(rows: object) -> None:
    with BeaconServer(b"", {}, b"", withdrawals=rows) as node, pytest.raises(IncapableError):
        source(node).withdrawals(7)


def test_a_url_of_another_kind_is_refused() -> None:
    with pytest.raises(FormatError):
        BeaconSource(BEACON, "ftp://node.example")
