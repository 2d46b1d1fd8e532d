"""Paths to fold, honest and not, and the liability tree's steps as contracts take them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from random import Random
from typing import Any

from eth_abi.abi import decode, encode
from eth_utils.abi import function_signature_to_4byte_selector

from por.commitments.sum_tree import fold
from por.errors import EvidenceError
from por.model import PathStep
from tests.commitments import reference
from tests.commitments.reference import sha, u128
from tests.contracts.chain import Chain

MOST = 2**128 - 1
CASES = "(bytes32,uint128,uint256,(bytes32,uint128)[])[]"
RESULTS = "(bool,bytes32,uint128)[]"

Step = tuple[bytes, int]
Case = tuple[bytes, int, int, list[Step]]
Result = tuple[bytes, int]


def slow_fold(case: Case) -> Result | None:
    """Fold as the table says, with nothing of `por`; None where it is refused."""
    node, total, index, path = case
    if len(path) > 40 or index >= 2 ** len(path) or total > MOST:
        return None
    for level, (sibling, added) in enumerate(path):
        if total + added > MOST:
            return None
        mine, other = node + u128(total), sibling + u128(added)
        node = sha(b"\x01", *((other, mine) if index >> level & 1 else (mine, other)))
        total += added
    return node, total


def verifiers_fold(case: Case) -> Result | None:
    """Fold as the verifier does."""
    leaf, amount, index, path = case
    try:
        told = fold(leaf, amount, index, [PathStep(*step) for step in path])
    except EvidenceError:
        return None
    return told.top, told.total


def random_case(seed: int) -> Case:
    """Make a path of 0 to 41 levels; about one in three is to be refused."""
    dice = Random(seed)
    depth = dice.choice([0, 1, 2, 39, 40, 41]) if dice.random() < 0.2 else dice.randrange(41)
    bits = dice.choice([0, 1, 64, 96, 120, 123, 127, 128])
    path = [(dice.randbytes(32), dice.getrandbits(bits)) for _ in range(depth)]
    beyond = dice.random() < 0.1
    index = dice.getrandbits(256) if beyond else dice.randrange(2**depth)
    return dice.randbytes(32), dice.getrandbits(bits), index, path


def random_tree(seed: int) -> tuple[Case, Result]:
    """Make a leaf's path in a whole tree of up to forty levels, and that tree's top."""
    dice = Random(seed)
    count = dice.randrange(1, 20)
    depth = dice.randrange((count - 1).bit_length(), 41)
    bits = dice.choice([1, 64, 96, 123])
    leaves = sorted((dice.randbytes(32), dice.getrandbits(bits)) for _ in range(count))
    index = dice.randrange(count)
    tag, amount = leaves[index]
    leaf = sha(b"\x00", tag, u128(amount))
    return (leaf, amount, index, reference.path(leaves, depth, index)), reference.top(leaves, depth)


def adversarial_cases() -> Sequence[Case]:
    """Make the cases that a careless fold gets wrong."""
    leaf, sibling = (hashlib.sha256(word).digest() for word in (b"leaf", b"sibling"))
    zeros: list[Step] = [(bytes(32), 0)] * 40
    return [
        (leaf, 0, 0, []),
        (leaf, MOST, 0, []),
        (leaf, 1, 1, []),
        (leaf, 1, 2**256 - 1, []),
        (leaf, MOST, 0, [(sibling, 0)]),
        (leaf, MOST, 0, [(sibling, 1)]),
        (leaf, 0, 1, [(sibling, MOST)]),
        (leaf, MOST, 1, [(sibling, MOST)]),
        (leaf, 1, 2, [(sibling, 1)]),
        (leaf, 1, 2**128, [(sibling, 1)]),
        (leaf, 1, 2**40 - 1, zeros),
        (leaf, 1, 2**40, zeros),
        (leaf, 1, 0, [*zeros, (sibling, 0)]),
        (leaf, 1, 0, [*zeros[:39], (sibling, MOST - 1)]),
        (leaf, 1, 0, [*zeros[:39], (sibling, MOST)]),
        (bytes(32), 0, 2**40 - 1, zeros),
        (b"\xff" * 32, 1, 5, [(b"\xff" * 32, 2**k) for k in range(3)]),
    ]


def folded_on(chain: Chain, address: str, cases: Sequence[Case]) -> tuple[list[Result | None], list[Result | None]]:
    """Fold with PlainMerkleSum, plainly and tuned, all in one call; None where it is refused."""
    question = function_signature_to_4byte_selector(f"foldAll({CASES})") + encode([CASES], [list(cases)])
    asked: Any = {"to": address, "data": "0x" + question.hex(), "gas": 100_000_000}
    plain, tuned = decode([RESULTS, RESULTS], chain.w3.eth.call(asked))
    return [told(each) for each in plain], [told(each) for each in tuned]


def told(answer: tuple[bool, bytes, int]) -> Result | None:
    accepted, top, total = answer
    return (top, total) if accepted else None
