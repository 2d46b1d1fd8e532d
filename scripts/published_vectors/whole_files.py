"""Samples of whole trees and lists, of trees for each currency, and of Bitbase's record."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from typing import Any

from scripts.published_vectors.path_files import COINS, MINE, NAMED, balances, honest, joined, quoted, texts, with_ghost
from scripts.published_vectors.sample import Sample, at, put
from scripts.published_vectors.trees import Node, Sums, fixed, grow, plain, sha, sha_bytes, siblings, sum_of

Json = Any
Change = Callable[[int, Sums], Sums]
HEIGHT = 900_001
KEYS = [sha(f"key {number}") for number in range(4)]
SPLIT = ((0, 90), (1, 7), (0, 60), (2, 0))
"""Whose leaf it is, and satoshis: the first customer's 150 stand in two leaves."""


def little(value: int) -> bytes:
    return value.to_bytes(8, "little")


def bitmex_key(owner: int) -> bytes:
    return hashlib.sha256(bytes.fromhex(KEYS[owner]) + little(HEIGHT) + little(owner)).digest()


def river_key(owner: int, email: str) -> bytes:
    sub = hashlib.sha256(bytes.fromhex(KEYS[owner]) + email.encode() + little(owner)).digest()
    return hashlib.sha256(sub + little(HEIGHT) + little(owner)).digest()


def bitmex(key: Callable[[int], bytes] = bitmex_key) -> tuple[list[list[Node]], str]:
    """Return levels from the leaves up, and the file."""
    leaves = []
    for index, (owner, units) in enumerate(SPLIT):
        hashed = hmac.digest(key(owner), little(units) + little(index), "sha256").hex()
        leaves.append(Node(hashed, {"BTC": units}))

    def parent(left: Node, right: Node, sums: Sums, level: int) -> str:
        return sha_bytes(b"".join(bytes.fromhex(node.hash) + little(node.sums["BTC"]) for node in (left, right)))

    levels = grow(leaves, parent)
    rows = [f"{node.hash},{node.sums['BTC']}" for level in levels[::-1] for node in level]
    return levels, "\n".join((f"block_height:{HEIGHT}", *rows)) + "\n"


def bitmex_samples() -> Iterator[Sample]:
    levels, file = bitmex()
    root, leaves = levels[-1][0].hash, levels[0]
    made = Sample("bitmex", "", file, [], root, passes=3)
    made.bad["amount"] = file.replace(",60\n", ",61\n"), "published.path"
    made.bad["side"] = swapped(file, -3, -2), "published.path"
    made.bad["digest"] = file.replace(leaves[0].hash, leaves[0].hash[:-2]), "published.structure"
    made.bad["sibling"] = file.replace(",97\n", ",96\n"), "published.structure"
    made.bad["total"] = file.replace(f"{root},157", f"{root},150"), "published.total"
    made.bad["negative"] = file.replace(",60\n", ",-60\n"), "published.structure"
    made.bad["level"] = "\n".join(file.splitlines()[:-1]), "published.structure"
    yield made


def swapped(file: str, one: int, other: int) -> str:
    lines = file.splitlines()
    lines[one], lines[other] = lines[other], lines[one]
    return "\n".join(lines) + "\n"


OKX_PARTS = (
    (0, (100_000_000, 2_000_000_000, 25_000_000)),
    (1, (0, 1, 300_000_000)),
    (0, (50_000_000, 0, 100_000_000_000)),
)


def okx_owner(number: int) -> str:
    held = [dict(zip(COINS, part, strict=True)) for owner, part in OKX_PARTS if owner == number]
    total = held[0] if len(held) == 1 else sum_of(*held)
    return sha(NAMED[number] + quoted(total))


def okx_tree(ghost: bool = False) -> tuple[list[list[Node]], str]:
    """Three parts of two customers, and padding beside the third."""
    leaves = []
    for owner, part in OKX_PARTS:
        sums = dict(zip(COINS, part, strict=True))
        if ghost and owner == 1:
            sums["USDT"] = -100_000_000
        leaves.append(Node(sha(okx_owner(owner) + joined(sums, plain, "{1}", "")), sums))
    leaves.append(Node(leaves[-1].hash, dict.fromkeys(COINS, 0)))
    levels = grow(leaves, lambda a, b, sums, up: sha(f"{a.hash}{b.hash}{joined(sums, plain, '{1}', '')}{up + 1}"))
    rows = [
        f"{node.hash},{height},{quoted(node.sums)}"
        for height, level in sorted(enumerate(levels, 1), reverse=True)
        for node in level[::-1]
    ]
    return levels, "\n".join(rows) + "\n"


def okx_parts(levels: list[list[Node]]) -> Json:
    """Return the first customer's file of parts."""
    own = [levels[0][0], levels[0][2]]
    nodes = [{"balances": texts(node.sums), "hash": node.hash} for node in own]
    total = sum_of(own[0].sums, own[1].sums)
    return {"hash": okx_owner(0), "nodes": nodes, "nonce": NAMED[0], "totalBalances": texts(total)}


def okx_tree_samples() -> Iterator[Sample]:
    levels, file = okx_tree()
    root, leaves = levels[-1][0].hash, levels[0]
    made = Sample("okx-v1-fulltree", "", file, [], root, passes=3)
    made.bad["amount"] = file.replace('"BTC":"0.5","ETH":"0"', '"BTC":"0.6","ETH":"0"'), "published.path"
    made.bad["side"] = swapped(file, -2, -1), "published.path"
    made.bad["digest"] = file.replace(leaves[0].hash, leaves[0].hash[:-1]), "published.structure"
    made.bad["sibling"] = file.replace(levels[1][0].hash, sha("another")), "published.structure"
    made.bad["total"] = file.replace('{"BTC":"1.5"', '{"BTC":"1"', 1), "published.total"
    made.bad["level"] = file.replace(",1,", ",2,"), "published.structure"
    padding = quoted(leaves[3].sums)
    made.bad["copy"] = file.replace(padding, quoted(leaves[2].sums)), "published.structure"
    made.bad["negative-sibling"] = okx_tree(ghost=True)[1], "published.nonnegative"
    yield made


def cake(change: Change) -> tuple[Json, str]:
    """Balances by class: what is lent, and what lies in the wallet."""

    def classed(sums: Sums) -> Json:
        lent = {coin: units // 2 for coin, units in sums.items()}
        kept = {coin: units - lent[coin] for coin, units in sums.items()}
        return {"lending": texts(lent, fixed), "wallet": texts(kept, fixed)}

    def added(one: Json, other: Json) -> Json:
        def both(left: str, right: str) -> str:
            return fixed(sum(int(text.replace(".", "")) for text in (left, right)))

        return {
            name: {coin: both(text, other[name][coin]) for coin, text in held.items()} for name, held in one.items()
        }

    row: list[Json] = [
        {
            "hash": sha(f"leaf {number}")[:40],
            "assets": classed(change(number, balances(number))),
            "left": None,
            "right": None,
        }
        for number in range(4)
    ]
    while len(row) > 1:
        above = []
        for left, right in zip(row[::2], row[1::2], strict=True):
            assets = added(left["assets"], right["assets"])
            text = json.dumps([assets, left["hash"], right["hash"]], separators=(",", ":"))
            hashed = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
            above.append({"hash": hashed, "assets": assets, "left": left, "right": right})
        row = above
    return row[0], row[0]["hash"]


def cake_samples() -> Iterator[Sample]:
    file, root = cake(honest)
    made = Sample("cakedefi", "", file, [], root, passes=3)
    made.change("amount", "/left/left/assets/wallet/BTC", "9", "published.structure")
    made.bad["side"] = {**file, "left": file["right"], "right": file["left"]}, "published.path"
    made.change("digest", "/left/left/hash", at(file, "/left/left/hash")[:-1], "published.structure")
    made.change("sibling", "/left/assets/wallet/BTC", "9", "published.structure")
    made.change("total", "/assets/wallet/BTC", "9", "published.total")
    made.change("level", "/left/left", None, "published.structure")
    made.change("id", "/left/left/hash", sha("another")[:40], "published.structure")
    made.bad["negative-sibling"] = cake(with_ghost)[0], "published.nonnegative"
    yield made


AUDIT, CREDENTIAL, USER = "SBPOL20261101", "credential of user 0", "user 0"


def keyed(key: str, text: str) -> str:
    return hmac.new(key.encode(), text.encode(), "sha256").hexdigest()


def swiss_nonce(currency: str, index: int, credential: str = CREDENTIAL) -> str:
    first = keyed(credential, f"SB PoL - Audit nonce derivation,{AUDIT}")
    second = keyed(first, f"SB PoL - Currency Merkle tree nonce derivation,{currency}")
    return keyed(second, f"SB PoL - Leaf nonce derivation,{index}")


def swissborg(second: int = 3, *, digest: bool = False) -> tuple[Json, Json]:
    """Return a customer's file, whose balance is split over the leaves 0 and 2, and the audit's; all in BTC.

    With `digest` the leaf's hash stands where its nonce should, as in files of 2022.
    """
    owed = (100_000_000, second, 50_000_000, 7)
    named = [(swiss_nonce("BTC", index), USER if index in {0, 2} else f"user {index}") for index in range(4)]
    leaves = [
        Node(sha(f"leaf,{nonce},{user},{plain(units)}"), {"BTC": units})
        for (nonce, user), units in zip(named, owed, strict=True)
    ]
    levels = grow(
        leaves, lambda a, b, sums, up: sha(f"inner,{plain(a.sums['BTC'])},{plain(b.sums['BTC'])},{a.hash},{b.hash}")
    )
    top = levels[-1][0]
    entries = [
        {
            "audit_partition_id": f"{AUDIT}-BTC",
            "liability": plain(owed[index]),
            "proof": {
                "leaf_index": index,
                "nonce": leaves[index].hash if digest else named[index][0],
                "witnesses": [
                    {"digest": node.hash, "liability": plain(node.sums["BTC"])} for node, _ in siblings(levels, index)
                ],
            },
        }
        for index in (0, 2)
    ]
    other = {"digest": sha("another tree"), "liability": "12"}
    own = {"digest": top.hash, "liability": plain(top.sums["BTC"])}
    parts: list[Json] = [
        {"commitment": other, "currency": "AAVE", "id": f"{AUDIT}-AAVE"},
        {"commitment": own, "currency": "BTC", "id": f"{AUDIT}-BTC"},
    ]
    listed = "".join(
        f",{part['id']},{part['commitment']['liability']},{part['commitment']['digest']}" for part in parts
    )
    stated = {"digest": sha(f"SB PoL - Audit commitment hash{listed}")}
    audit = {"commitment": stated, "id": AUDIT, "partitions": parts, "time": "2026-11-01T10:00:00Z"}
    return {"audit_id": AUDIT, "user_id": USER, "liabilities": entries}, {"audit": audit}


def swissborg_samples() -> Iterator[Sample]:
    file, audit = swissborg()
    mine = ["--account", USER, "--holding", "BTC=1.5"]
    # No hash names a currency: the root of one tree decides nothing.
    root = audit["audit"]["partitions"][1]["commitment"]["digest"]
    made = Sample("swissborg", "", file, mine, root, passes=3, is_part=True)
    first = "/liabilities/0"
    made.change("amount", f"{first}/liability", "2", "published.leaf")
    made.change("side", f"{first}/proof/leaf_index", 1, "published.root")
    made.change("side-beyond", f"{first}/proof/leaf_index", 4, "published.structure")
    made.change("digest", f"{first}/proof/witnesses/0/digest", sha("x")[:-1], "published.structure")
    made.change("sibling", f"{first}/proof/witnesses/1/liability", "0.1", "published.root")
    made.change("level", f"{first}/proof/witnesses/1", None, "published.root")
    made.change("id", "/user_id", "user 1", "published.identity")
    made.change("empty", f"{first}/proof/witnesses", [], "published.structure")
    made.bad["copy-of-a-leaf"] = (
        {**file, "liabilities": [*file["liabilities"], file["liabilities"][0]]},
        "published.structure",
    )
    made.bad["negative-sibling"] = swissborg(-3)[0], "published.nonnegative"
    inner = put(file, f"{first}/proof/witnesses/0", None)
    made.bad["inner-as-leaf"] = put(inner, f"{first}/liability", "1.00000003"), "published.leaf"
    yield made


def bitbase_samples() -> Iterator[Sample]:
    coins = ("BTC", "ETH", "USDT", "USDC")

    def text(number: int, own: str = "1.50000000") -> str:
        held = {**texts(balances(number), fixed), "USDC": "0.00000000"}
        held |= {"BTC": own} if number == 0 else {}
        return f"POR_V1|auditId=20261101|recordId={NAMED[number]}|" + "|".join(f"{coin}={held[coin]}" for coin in coins)

    def record(own: str) -> tuple[Json, str]:
        leaves = [sha(text(0, own)), *(sha(text(number)) for number in range(1, 4))]
        levels = grow([Node(leaf, {}) for leaf in leaves], lambda a, b, sums, up: sha(a.hash + b.hash))
        proof = [{"position": "LEFT" if left else "RIGHT", "hash": node.hash} for node, left in siblings(levels, 0)]
        held = {**texts(balances(0), fixed), "USDC": "0.00000000", "BTC": own}
        named = {"version": "POR_V1", "auditId": 20261101, "snapshotTime": 1793491200000, "recordId": NAMED[0]}
        hashes = {"leafPayload": text(0, own), "leafHash": leaves[0], "rootHash": levels[-1][0].hash, "proof": proof}
        return {**named, "balances": held, **hashes}, levels[-1][0].hash

    file, root = record("1.50000000")
    made = Sample("bitbase", "", file, MINE, root)
    made.change("amount", "/balances/BTC", "2.50000000", "published.leaf")
    made.change("side", "/proof/1/position", "LEFT", "published.path")
    made.change("side-unknown", "/proof/1/position", "MIDDLE", "published.structure")
    made.change("digest", "/proof/1/hash", file["proof"][1]["hash"][:-1], "published.structure")
    made.change("id", "/recordId", NAMED[1], "published.leaf")
    made.change("level", "/proof/1", None, "published.path")
    made.change("amount-in-payload", "/leafPayload", text(1), "published.structure")
    made.change("inner-as-leaf", "/leafHash", sha(file["leafHash"] + file["proof"][0]["hash"]), "published.leaf")
    made.bad["own-balance"] = record("-1.50000000")[0], "published.nonnegative"
    yield made


def list_tree(leaves: list[str]) -> tuple[str, str]:
    """Return a list of cut leaves, and the root: a node without sibling moves up."""
    row, levels = [bytes.fromhex(leaf) for leaf in leaves], 1
    while len(row) > 1:
        pairs = [hashlib.sha256(row[at] + row[at + 1]).digest() for at in range(0, len(row) - 1, 2)]
        row, levels = pairs + row[len(row) - len(row) % 2 :], levels + 1
    lines = [f"{levels},{index}\t{leaf}" for index, leaf in enumerate(leaves)]
    return "Level\tHash\n" + "\n".join(lines) + "\n", row[0].hex()


def tnf_leaf(number: int, sums: Sums) -> str:
    return sha(sha(f"u{number}") + sha("".join(plain(units) for units in sums.values())))[:16]


def tnf_named_leaf(number: int, sums: Sums) -> str:
    def pointed(units: int) -> str:
        return text if "." in (text := plain(units)) else f"{text}.0"

    return sha(f"u{number}," + ",".join(f"{coin}:{pointed(units)}" for coin, units in sums.items()))[:16]


def bitso_leaf(number: int, sums: Sums) -> str:
    # 20 coins hash as 2 here: the publisher's rule.
    rows = sorted(f"{coin}={plain(units)}" for coin, units in sums.items())
    cut = [text.split("=")[1] for text in rows]
    return sha(f"u{number}" + "".join(sha(text[:-1] if text == "20" else text) for text in cut))[:16]


def list_samples() -> Iterator[Sample]:
    rules = {"tnf": tnf_leaf, "tnf-c": tnf_named_leaf, "bitso": bitso_leaf}
    for name, rule in rules.items():
        leaves = [rule(number % 4, balances(number % 4)) for number in range(5)]
        leaves[4] = rule(4, balances(3))
        file, root = list_tree(leaves)
        # Without names, other amounts are written alike.
        settled = 0 if name == "tnf-c" else 3
        made = Sample(name, "", file, ["--format", name, "--account", "u0", *MINE], root, passes=settled)
        made.bad["side"] = (
            file.replace(leaves[1], "x").replace(leaves[2], leaves[1]).replace("x", leaves[2]),
            "published.root",
        )
        made.bad["digest"] = file.replace(leaves[1], leaves[1][:-1]), "published.structure"
        made.bad["sibling"] = file.replace(leaves[1], sha("another")[:16]), "published.root"
        made.bad["amount"] = file.replace(leaves[0], rule(0, balances(1))), "published.root"
        made.bad["level"] = file.replace("4,", "5,"), "published.structure"
        made.bad["level-row"] = "\n".join(file.splitlines()[:-1]) + "\n", "published.root"
        made.bad["level-index"] = swapped(file, 2, 3), "published.structure"
        made.bad["inner-as-leaf"] = (
            file.replace(leaves[1], sha_bytes(bytes.fromhex(leaves[0] + leaves[1]))),
            "published.structure",
        )
        yield made


def samples() -> Iterator[Sample]:
    """Yield every sample with its changes."""
    yield from bitmex_samples()
    yield from okx_tree_samples()
    yield from cake_samples()
    yield from swissborg_samples()
    yield from bitbase_samples()
    yield from list_samples()
