"""Whole records: what each implies, beside the commitment it is said to lie under."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from scripts.liability_vectors.case import EVIDENCE, TOO_MUCH, Case, Json, case, flipped, seed, steps
from tests.commitments import reference

SCHEME, ISSUER, SNAPSHOT = "por-sum-sha256-v1", "exchange.example", "exchange.example@2026-11-01T00:00:00Z"
ETHER = "eip155:1/slip44:60"
DEPTH = 3
# Alice's amount is in two parts; dave's record of nothing only hides how many customers there are.
LEDGER = (
    ("alice@example.com", 0, 15 * 10**17),
    ("bob@example.com", 0, 25 * 10**16),
    ("carol@example.com", 0, 2 * 10**18),
    ("alice@example.com", 1, 10**17),
    ("dave@example.com", 0, 0),
)


class Tree:
    """A small honest tree with everything that its issuer knows."""

    def __init__(self) -> None:
        self.context = reference.context(SCHEME, ISSUER, SNAPSHOT, "spot", ETHER, 18)
        rows = sorted((*self._record(*row), row) for row in LEDGER)
        self.leaves = [(tag, amount) for tag, _, (_, _, amount) in rows]
        self.keys = [key for _, key, _ in rows]
        self.rows = [row for _, _, row in rows]
        self.top, self.total = reference.top(self.leaves, DEPTH)
        self.root = reference.committed_root(self.context, DEPTH, self.total, self.top)

    def _record(self, account: str, part: int, _amount: int) -> tuple[bytes, bytes]:
        digest = reference.id_digest(account.encode())
        secret = reference.account_key(seed("master key"), ISSUER, SNAPSHOT, digest)
        key = reference.record_key(secret, self.context, part)
        return reference.record_tag(key, self.context, digest), key

    def index(self, account: str, part: int = 0) -> int:
        return next(i for i, row in enumerate(self.rows) if row[:2] == (account, part))

    def proof(self, account: str, part: int = 0) -> Json:
        index = self.index(account, part)
        record = {
            "key": self.keys[index].hex(),
            "part": part,
            "amount": str(self.leaves[index][1]),
            "index": index,
            "path": steps(reference.path(self.leaves, DEPTH, index)),
        }
        return {
            "operation": "record",
            "issuer": ISSUER,
            "snapshot": SNAPSHOT,
            "account": account.encode().hex(),
            "commitment": self.commitment(),
            "record": record,
        }

    def commitment(self) -> Json:
        return {
            "scheme": SCHEME,
            "segment": "spot",
            "asset": ETHER,
            "decimals": 18,
            "depth": DEPTH,
            "total": str(self.total),
            "root": self.root.hex(),
            "top": self.top.hex(),
        }


def implied(given: Json) -> Json:
    """Compute, from the table and nothing else, what a record implies."""
    made, record = given["commitment"], given["record"]
    names = (made["scheme"], given["issuer"], given["snapshot"], made["segment"], made["asset"])
    tree = reference.context(*names, made["decimals"])
    digest = reference.id_digest(bytes.fromhex(given["account"]))
    tag = reference.record_tag(bytes.fromhex(record["key"]), tree, digest)
    total = int(record["amount"])
    top = reference.sha(b"\x00", tag, reference.u128(total))
    for level, step in enumerate(record["path"]):
        pair = [(top, total), (bytes.fromhex(step["hash"]), int(step["sum"]))]
        if record["index"] >> level & 1:
            pair.reverse()
        (left, left_sum), (right, right_sum) = pair
        top = reference.sha(b"\x01", left, reference.u128(left_sum), right, reference.u128(right_sum))
        total = left_sum + right_sum
    depth = len(record["path"])
    root = reference.committed_root(tree, depth, total, top)
    same = (root.hex(), str(total), depth) == (made["root"], made["total"], made["depth"])
    return {"root": root.hex(), "total": str(total), "depth": depth, "isCommitment": same}


def record_cases() -> Iterator[Case]:
    tree = Tree()
    for name, account, part, threat in (
        ("first_part", "alice@example.com", 0, "T76"),
        ("second_part", "alice@example.com", 1, "T76"),
        ("bob", "bob@example.com", 0, "T14"),
        ("carol", "carol@example.com", 0, "T13"),
        ("nothing", "dave@example.com", 0, "T77"),
    ):
        given = tree.proof(account, part)
        yield case(name, f"a record of {account}, part {part}", threat, given, implied(given))
    good = tree.proof("alice@example.com", 1)
    yield from other_roots(tree, good)
    yield from broken(good)


def changed(good: Json, *place: str | int, to: Any) -> Json:
    """Copy a proof and change the member at `place`."""
    made = copy.deepcopy(good)
    at: Any = made
    for name in place[:-1]:
        at = at[name]
    at[place[-1]] = to
    return made


def other_roots(tree: Tree, good: Json) -> Iterator[Case]:
    record = good["record"]
    lies: list[tuple[str, str, str, Json]] = [
        ("other_account", "T14", "another customer's id", changed(good, "account", to=b"bob@example.com".hex())),
        ("capital", "T14", "the id written otherwise", changed(good, "account", to=b"Alice@example.com".hex())),
        ("other_issuer", "T34", "another issuer", changed(good, "issuer", to="other.example")),
        ("other_snapshot", "T78", "another snapshot", changed(good, "snapshot", to=f"{ISSUER}@2026-12-01T00:00:00Z")),
        ("other_segment", "T25", "another segment", changed(good, "commitment", "segment", to="margin")),
        ("other_asset", "T59", "another asset", changed(good, "commitment", "asset", to="eip155:10/slip44:60")),
        ("other_decimals", "T59", "other decimals", changed(good, "commitment", "decimals", to=8)),
        ("other_scheme", "T70", "another scheme's name", changed(good, "commitment", "scheme", to="por-sum-sha256-v2")),
        (
            "other_key",
            "T14",
            "another record's key",
            changed(good, "record", "key", to=tree.keys[tree.index("bob@example.com")].hex()),
        ),
        ("more", "T16", "one base unit more", changed(good, "record", "amount", to=str(int(record["amount"]) + 1))),
        ("less", "T16", "one base unit less", changed(good, "record", "amount", to=str(int(record["amount"]) - 1))),
        ("total_edited", "T16", "the commitment states a lower total", changed(good, "commitment", "total", to="1")),
        ("depth_edited", "T13", "the commitment states another depth", changed(good, "commitment", "depth", to=4)),
        (
            "root_edited",
            "T42",
            "the commitment states another root",
            changed(good, "commitment", "root", to=seed("x").hex()),
        ),
        (
            "longer",
            "T13",
            "an empty level on top",
            changed(good, "record", "path", to=[*record["path"], empty_step(3)]),
        ),
        ("node_as_leaf", "T09", "a node's two hashes as tag and key", node_as_leaf(tree, good)),
    ]
    for level, step in enumerate(record["path"]):
        turned = changed(good, "record", "index", to=record["index"] ^ 1 << level)
        lies.append((f"side_{level}", "T17", "a side chosen by the file", turned))
        bad = flipped(bytes.fromhex(step["hash"]), 31).hex()
        lies.append(
            (f"sibling_{level}", "T18", "a sibling changed", changed(good, "record", "path", level, "hash", to=bad))
        )
        emptied = changed(good, "record", "path", level, to=empty_step(level))
        lies.append((f"empty_{level}", "T20", "an empty node for a level that is missing", emptied))
        added = changed(good, "record", "path", level, "sum", to=str(int(step["sum"]) + 1))
        lies.append((f"sum_{level}", "T01", "a sibling's sum changed", added))
    lies.append(("sum_moved", "T01", "one unit moved between siblings: the same total", moved(good)))
    for name, threat, why, given in lies:
        yield case(f"{name}_fail", why, threat, given, implied(given))


def empty_step(depth: int) -> Json:
    node, total = reference.top([], depth)
    return {"hash": node.hex(), "sum": str(total)}


def moved(good: Json) -> Json:
    """Keep every total and move one unit from one sibling to another."""
    sums = [int(step["sum"]) for step in good["record"]["path"]]
    giver = sums.index(max(sums))
    taker = (giver + 1) % len(sums)
    made = changed(good, "record", "path", giver, "sum", to=str(sums[giver] - 1))
    return changed(made, "record", "path", taker, "sum", to=str(sums[taker] + 1))


def node_as_leaf(tree: Tree, good: Json) -> Json:
    """Present the node above the record as a record of both amounts, one level shorter."""
    record = good["record"]
    both = str(int(record["amount"]) + int(record["path"][0]["sum"]))
    below = tree.leaves[record["index"] & ~1 : (record["index"] | 1) + 1]
    node = {"key": reference.top(below[:1], 0)[0].hex(), "amount": both, "index": record["index"] >> 1}
    return changed(good, "record", to={**record, **node, "path": record["path"][1:]})


def broken(good: Json) -> Iterator[Case]:
    record = good["record"]
    short = {**record, "path": record["path"][:-1], "index": 7}
    over = changed(good, "record", "path", 2, "sum", to=str(TOO_MUCH - 1))
    for name, threat, why, given in (
        (
            "level_missing",
            "T20",
            "the top level left out, and an index that needs it",
            changed(good, "record", to=short),
        ),
        ("index_outside", "T13", "an index beyond the tree", changed(good, "record", "index", to=8)),
        ("overflow", "T06", "a ghost that wraps the sum", over),
        ("negative_amount", "T03", "a negative amount", changed(good, "record", "amount", to="-1")),
        ("negative_sibling", "T03", "a negative sibling", changed(good, "record", "path", 0, "sum", to="-1")),
        ("short_key", "T10", "a key of 16 bytes", changed(good, "record", "key", to=record["key"][:32])),
        ("short_sibling", "T10", "a sibling of 8 bytes", changed(good, "record", "path", 1, "hash", to="00" * 8)),
    ):
        yield case(f"{name}_fail", why, threat, given, EVIDENCE)
