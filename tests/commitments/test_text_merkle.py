"""The engine of published trees: templates, paths, missing siblings, and what it refuses."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.commitments import text_merkle as t
from por.commitments.amount_text import concatenated, fixed, json_texts, named_by_comma, plain
from por.errors import EvidenceError
from por.model.figures import Figure, read_figure
from por.model.published import Node

NAMED = t.Writing(plain, named_by_comma)
RULE = t.TreeRule("{id},{amounts}", "{left},{right},{sums},{level}", NAMED, NAMED, digits=32)
RAW = t.TreeRule(None, "{left}{right}", raw=True)
HASHES = st.text(alphabet="0123456789abcdef", min_size=64, max_size=64)


def amounts(**coins: str) -> dict[str, Figure]:
    return {name: read_figure(text) for name, text in coins.items()}


def sha(text: str | bytes) -> str:
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()


def test_a_leaf_and_a_node_are_hashed_as_their_templates_say() -> None:
    leaf = t.leaf_hash(RULE, {"id": "me"}, amounts(BTC="1.50"))
    assert leaf == sha("me,BTC:1.5")[:32]
    above = t.parent(RULE, Node(leaf, amounts(BTC="1.50")), t.Step(Node("ab", amounts(BTC="2")), True, {"level": "7"}))
    assert above.hash == sha(f"ab,{leaf},BTC:3.5,7")[:32]
    assert above.sums is not None
    assert above.sums["BTC"].plain == "3.5"


def test_t17_the_other_side_is_another_root() -> None:
    node, sibling = Node("aa" * 32, None), Node("bb" * 32, None)
    left, right = (t.parent(RAW, node, t.Step(sibling, side)).hash for side in (True, False))
    assert left == sha(bytes.fromhex("bb" * 32 + "aa" * 32))
    assert right == sha(bytes.fromhex("aa" * 32 + "bb" * 32))
    assert left != right


@pytest.mark.parametrize(
    ("odd", "text"),
    [(t.Odd.COPY, "aa,aa,BTC:1,1"), (t.Odd.EMPTY, "aa,,BTC:1,1")],
)
def test_t12_a_missing_sibling_is_what_the_rule_says(odd: t.Odd, text: str) -> None:
    above = t.parent(RULE, Node("aa", amounts(BTC="1")), t.Step(odd, labels={"level": "1"}))
    assert above.hash == sha(text)[:32]
    assert t.parent(RULE, above, t.Step(t.Odd.PROMOTE)) is above


def test_coins_are_filled_in_only_beside_a_sibling() -> None:
    rule = t.TreeRule(None, "{left}{right}{sums}", sums=t.Writing(plain, named_by_comma, sort=True), fill=("X",))
    alone = t.parent(rule, Node("a", amounts(B="1")), t.Step(t.Odd.EMPTY))
    beside = t.parent(rule, Node("a", amounts(B="1")), t.Step(Node("b", amounts(A="2"))))
    assert alone.hash == sha("aB:1")
    assert beside.hash == sha("abA:2,B:1,X:0")


@pytest.mark.parametrize("text", ["zz", "a", "ab cd", "0x12", "é"])
def test_t86_bytes_of_what_is_no_hash_are_refused(text: str) -> None:
    with pytest.raises(EvidenceError):
        t.parent(RAW, Node(text, None), t.Step(Node("00", None)))


def test_t84_a_path_beyond_128_levels_is_refused_at_once() -> None:
    step = t.Step(Node("00" * 32, None))
    assert len(t.climb(RAW, Node("00" * 32, None), [step] * 128)) == 128
    with pytest.raises(EvidenceError, match="at most 128"):
        t.climb(RAW, Node("00" * 32, None), [step] * 129)


@pytest.mark.parametrize("values", [{}, {"name": "x"}, {"ID": "x"}])
def test_t15_a_value_that_the_hash_covers_must_be_there(values: dict[str, str]) -> None:
    with pytest.raises(EvidenceError, match="is not there"):
        t.leaf_hash(RULE, values, amounts(BTC="1"))
    with pytest.raises(EvidenceError, match="no rule"):
        t.leaf_hash(RAW, {"id": "x"}, amounts(BTC="1"))


def test_amounts_stand_in_the_order_that_the_rule_has() -> None:
    given = amounts(USDT="3", XRP="4", BTC="1")
    assert t.Writing(plain, named_by_comma, order=("BTC", "ETH", "USDT")).text(given) == "BTC:1,USDT:3,XRP:4"
    assert t.Writing(plain, named_by_comma, sort=True).text(given) == "BTC:1,USDT:3,XRP:4"
    assert t.Writing(plain, named_by_comma).text(given) == "USDT:3,XRP:4,BTC:1"
    assert t.Writing(plain, named_by_comma, drop_zero=True).text(amounts(A="0.0", B="1")) == "B:1"


@given(st.lists(st.tuples(HASHES, st.booleans()), max_size=12), HASHES)
def test_a_path_is_folded_as_by_hand(path: list[tuple[str, bool]], leaf: str) -> None:
    nodes = t.climb(RAW, Node(leaf, None), [t.Step(Node(sibling, None), left) for sibling, left in path])
    node = leaf
    for number, (sibling, left) in enumerate(path):
        node = sha(bytes.fromhex(sibling + node if left else node + sibling))
        assert nodes[number].hash == node


@given(st.text(max_size=30), st.text(max_size=30))
def test_text_in_a_template_is_utf8_and_braces_in_values_are_text(one: str, other: str) -> None:
    made = t.preimage("{a}|{b}", {"a": one, "b": other})
    assert made == f"{one}|{other}".encode("utf-8", "surrogatepass")


def test_t08_a_rule_without_separators_gives_one_hash_for_two_records() -> None:
    run = t.Writing(fixed(2), concatenated)
    rule = t.TreeRule("{id}{amounts}", "{left}{right}", run)
    assert t.leaf_hash(rule, {"id": "u1"}, amounts(A="2.00")) == t.leaf_hash(rule, {"id": "u"}, amounts(A="12.00"))
    apart = t.TreeRule("{id}{amounts}", "{left}{right}", t.Writing(fixed(2), json_texts))
    assert t.leaf_hash(apart, {"id": "u1"}, amounts(A="2")) != t.leaf_hash(apart, {"id": "u"}, amounts(A="12"))


def test_the_hash_function_and_its_length_are_the_rules() -> None:
    rule = t.TreeRule("{id}", "{left}{right}", digest=t.Digest.SHA1, digits=40)
    assert t.leaf_hash(rule, {"id": "x"}, {}) == hashlib.sha1(b"x", usedforsecurity=False).hexdigest()
    assert t.sha256_text("x") == sha("x")
