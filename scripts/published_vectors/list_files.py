"""Samples of lists whose every row is public: krakendb, BlocPal, Silver Sixpence, WEEX."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from scripts.published_vectors.path_files import MINE, balances
from scripts.published_vectors.sample import Sample
from scripts.published_vectors.trees import Node, Sums, fixed, grow, plain, sha, sha_bytes

Json = Any
KEY = "verifier key"
OWED = (150, 20, 3, 7)
SENTENCE = (
    "The client identified as [a***e@example.com] and code [AB12] was included in the [1 November 2026] proof "
    "and had balances of [1.50000000 BTC:20.00000000 ETH] on deposit at the time."
)


def promoted(leaves: Sequence[str], join: Callable[[str, str], str]) -> list[list[str]]:
    """Return all levels of a tree in which a node without sibling moves up."""
    levels = [list(leaves)]
    while len(row := levels[-1]) > 1:
        pairs = [join(row[at], row[at + 1]) for at in range(0, len(row) - 1, 2)]
        levels.append(pairs + row[len(row) - len(row) % 2 :])
    return levels


def raw(left: str, right: str) -> str:
    return sha_bytes(bytes.fromhex(left + right))


def kraken(owed: Sequence[int] = OWED) -> Json:
    def code(place: int) -> str:
        digest = hmac.digest(KEY.encode(), place.to_bytes(4, "little"), "sha256")
        return f"{int.from_bytes(digest[8:16], 'little'):016x}"

    codes = [code(place) for place in range(len(owed))]
    leaves = [
        hashlib.sha256(hashlib.sha256(f"{salt}:{units}".encode()).digest()).hexdigest()
        for salt, units in zip(codes, owed, strict=True)
    ]
    levels = promoted(leaves, raw)
    nodes = [node for level in levels for node in level]
    named = {"verifierKey": KEY, "values": list(owed), "codes": codes, "leaves": leaves}
    return {**named, "allNodesDumpOrder": nodes, "root": nodes[-1], "rootTotal": sum(owed)}


def kraken_samples() -> Iterator[Sample]:
    file = kraken()
    mine = ["--account", file["codes"][0], "--holding", "value=150"]
    made = Sample("krakendb", "", file, mine, file["root"])
    made.change("amount", "/values/0", 151, "published.structure")
    made.change("amount-of-other", "/values/1", 21, "published.root")
    made.change("side", "/codes", [file["codes"][at] for at in (1, 0, 2, 3)], "published.structure")
    made.change("digest", "/leaves/1", file["leaves"][1][:-2], "published.structure")
    made.change("sibling", "/allNodesDumpOrder/5", sha("another"), "published.structure")
    made.change("total", "/rootTotal", 170, "published.total")
    made.change("level", "/allNodesDumpOrder/5", None, "published.structure")
    made.change("level-short", "/values", [*OWED[:3]], "published.structure")
    made.change("id", "/codes/0", "00" * 8, "published.structure")
    made.change("inner-as-leaf", "/leaves/0", file["allNodesDumpOrder"][4], "published.structure")
    made.bad["negative-sibling"] = kraken((150, -20, 3, 7)), "published.nonnegative"
    yield made


def blocpal(change: Callable[[int, Sums], Sums] = lambda number, sums: sums) -> tuple[str, str, list[str]]:
    """Return the file, its root and the rows; the third customer has nothing, and the fourth no sibling above."""
    rows, owed = [], dict[str, int]()
    for number in range(5):
        held = {coin: units for coin, units in change(number, balances(number % 4)).items() if coin != "USDT"}
        held = {} if number == 2 else {coin: units for coin, units in held.items() if units}
        written = ":".join(f"{fixed(units)} {coin}" for coin, units in held.items()) or "none"
        user = sha(SENTENCE if number == 0 else f"sentence {number}")
        rows.append(f"{user},{written}")
        owed = {coin: owed.get(coin, 0) + held.get(coin, 0) for coin in {**owed, **held}}
    root = promoted([sha(row) for row in rows], raw)[-1][0]
    head = [
        "BlocPalX proof of reserves merkle tree file",
        "Proof id: 1 November 2026",
        f"Root hash: {root}",
        "Balance totals: " + ",".join(f"{fixed(units)} {coin}" for coin, units in owed.items()),
        "proofSentenceHash,proofBalanceString,proofRewardCode",
    ]
    return "\r\n".join((*head, *(f"{row},R{at}" for at, row in enumerate(rows)))) + "\r\n", root, rows


def blocpal_samples() -> Iterator[Sample]:
    file, root, rows = blocpal()
    made = Sample("blocpal", "", file, [], root, passes=3)
    made.bad["amount"] = file.replace("1.50000000 BTC", "1.60000000 BTC"), "published.path"
    made.bad["side"] = file.replace(rows[0], "x").replace(rows[1], rows[0]).replace("x", rows[1]), "published.path"
    made.bad["digest"] = file.replace(rows[1][:64], rows[1][:62]), "published.structure"
    made.bad["digest-of-root"] = file.replace(root, root[:-1]), "published.structure"
    made.bad["id"] = file.replace(rows[1][:64], sha("another")), "published.path"
    made.bad["copy"] = file.replace(rows[3][:64], rows[1][:64]), "published.structure"
    made.bad["total"] = file.replace("Balance totals: ", "Balance totals: 1"), "published.total"
    made.bad["level"] = file.replace(f"{rows[4]},R4\r\n", ""), "published.path"
    made.bad["inner-as-leaf"] = file.replace(rows[0][:64], raw(sha(rows[0]), sha(rows[1]))), "published.path"

    def ghost(number: int, sums: Sums) -> Sums:
        return {**sums, "ETH": -100_000_000} if number == 1 else sums

    made.bad["negative-sibling"] = blocpal(ghost)[0], "published.nonnegative"
    yield made


def silver() -> tuple[list[list[str]], list[str]]:
    """Return the levels, and the rows: of five leaves the last has no row until it meets the others at the top."""
    leaves = [
        sha(f"id {number}A1NOV26" + "|".join(f"{coin}={plain(units)}" for coin, units in balances(number % 4).items()))
        for number in range(5)
    ]
    levels = promoted(leaves, raw)
    rows = [
        f"{raw(row[at], row[at + 1])},{level},{row[at]},{row[at + 1]}"
        for level, row in enumerate(levels[:-1], 1)
        for at in range(0, len(row) - 1, 2)
    ]
    return levels, rows


def silver_samples() -> Iterator[Sample]:
    levels, rows = silver()
    file, root, leaves = "\n".join(rows) + "\n", levels[-1][0], levels[0]
    mine = ["--account", "id 0", "--snapshot", "A1NOV26", *MINE]
    made = Sample("silversixpence", "", file, mine, root)
    made.bad["amount"] = file.replace(leaves[0], sha("another amount")), "published.structure"
    made.bad["side"] = file.replace(f"{leaves[0]},{leaves[1]}", f"{leaves[1]},{leaves[0]}"), "published.structure"
    made.bad["side-of-root"] = (
        file.replace(f"{levels[2][0]},{leaves[4]}", f"{leaves[4]},{levels[2][0]}"),
        "published.path",
    )
    made.bad["sibling"] = file.replace(leaves[1], sha("another")), "published.structure"
    made.bad["level"] = file.replace(",2,", ",1,"), "published.structure"
    made.bad["level-twice"] = file + rows[0] + "\n", "published.structure"
    made.bad["copy"] = file.replace(leaves[3], leaves[2]), "published.structure"
    made.bad["inner-node-as-leaf"] = file.replace(leaves[1], levels[1][1]), "published.structure"
    yield made


def weex(amounts: Sequence[str] = ("1.5", "0", "0.1")) -> tuple[str, str, list[str]]:
    """Return one part of the users' list, its root and the lines; the last of three stands twice in the tree."""
    lines = [f"{sha(f'user {number}')},{text}" for number, text in enumerate(amounts)]
    leaves = [Node(sha(line), {}) for line in (*lines, lines[-1])]
    levels = grow(leaves, lambda a, b, sums, up: sha(a.hash + b.hash))
    return "POR[user]\n" + "\n".join(lines) + "\n", levels[-1][0].hash, lines


def weex_metadata(files: int = 1, count: int = 1) -> Json:
    _, root, lines = weex()
    head = lines[0].partition(",")[0]
    platform = sha("BTC,address,1.6")
    own = {"userHeadHash": head, "userId": "7", "n": count}
    return {
        "userMerkleRoot": root,
        "userFileCount": files,
        "platformMerkleRoot": platform,
        "platformFileCount": 1,
        **own,
    }


def weex_samples() -> Iterator[Sample]:
    file, root, lines = weex()
    made = Sample("weex", "", file, [], root, passes=3)
    made.bad["amount"] = file.replace(",1.5", ",2.5"), "published.root"
    made.bad["side"] = file.replace("\n".join(lines[:2]), "\n".join(lines[1::-1])), "published.root"
    made.bad["sibling"] = file.replace(",0\n", ",5\n"), "published.root"
    made.bad["digest"] = file.replace(lines[1][:64], lines[1][:62]), "published.root"
    made.bad["level"] = file.replace(lines[2] + "\n", ""), "published.root"
    made.bad["id"] = file.replace(lines[0][:64], sha("another")), "published.root"
    made.bad["inner-node-as-leaf"] = file.replace(lines[0][:64], sha(sha(lines[0]) + sha(lines[1]))), "published.root"
    made.bad["negative-sibling"] = weex(("1.5", "-1", "0.1"))[0], "published.nonnegative"
    yield made


def samples() -> Iterator[Sample]:
    """Yield every sample with its changes."""
    yield from kraken_samples()
    yield from blocpal_samples()
    yield from silver_samples()
    yield from weex_samples()
