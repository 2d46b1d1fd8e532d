"""Every vector of scripts/vectors_registry.py, run against the code under test."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest

from por.commitments.anchors import anchor_id, reserve_set_root
from por.errors import EvidenceError
from por.model import AssetId, BlockRef, ChainAccount, ClaimedHolding, Custody, Log, ReserveAccount, Role
from por.proofs.state.registry import entry_of
from scripts.vectors_registry import cases

Json = dict[str, Any]

CASES = dict(cases())
REGISTRY = "0x" + "77" * 20


def event(given: Json) -> Json:
    topics = tuple(bytes.fromhex(topic[2:]) for topic in given["topics"])
    log = Log(REGISTRY, topics, bytes.fromhex(given["data"][2:]), BlockRef(1, bytes(32)), 0)
    entry = entry_of(log)
    identifier = "0x" + anchor_id(entry).hex()
    return {"id": identifier, "issuer": entry.issuer, "sequence": str(entry.sequence), "totals": len(entry.totals)}


def reserve_set(given: Json) -> Json:
    rows: dict[str, list[ClaimedHolding]] = defaultdict(list)
    for claim in given["claims"]:
        rows[claim["account"]].append(ClaimedHolding(AssetId.parse(claim["asset"]), int(claim["amount"]), ()))
    accounts = [
        ReserveAccount(ChainAccount.parse(account), Role.CUSTOMER, Custody.COLD, tuple(holdings), None)
        for account, holdings in rows.items()
    ]
    return {"root": reserve_set_root(accounts).hex()}


RUN = {"registry-event": event, "reserve-set": reserve_set}


@pytest.mark.parametrize("path", CASES)
def test_vector(path: str) -> None:
    given, expect = CASES[path]["input"], CASES[path]["expect"]
    run = RUN[path.partition("/")[0]]
    if "error" not in expect:
        assert run(given) == expect
        return
    assert expect == {"error": "EvidenceError"}
    with pytest.raises(EvidenceError):
        run(given)
