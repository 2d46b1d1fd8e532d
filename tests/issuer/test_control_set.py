"""The issuer's control set: every opening leads to its root, in the order of accounts, whatever order came in."""

from __future__ import annotations

import random
from hashlib import sha256

import pytest
from blockcerts_merkletools import MerkleTools
from hypothesis import given
from hypothesis import strategies as st

from por.commitments.control_set import implied_root, leaf_data
from por.encoding import control_opening_v1, control_signature_v1
from por.errors import FormatError
from por.issuer.control import file_name, new_salts
from por.issuer.control_set import ControlSetTree, control_openings
from por.model import ChainAccount, ControlSignature


def files(count: int) -> dict[str, bytes]:
    accounts = [
        ChainAccount.parse(f"eip155:{1 + 9 * (i % 2)}:0x{sha256(b'%d' % i).hexdigest()[:40]}") for i in range(count)
    ]
    return {
        f"{file_name(account)}.json": control_signature_v1.write(ControlSignature(account, "eip191", bytes(65)))
        for account in accounts
    }


def salts(names: dict[str, bytes]) -> dict[str, bytes]:
    return {name: sha256(name.encode()).digest() for name in names}


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 21])
def test_every_opening_leads_to_the_root(count: int) -> None:
    made = files(count)
    committed, openings = control_openings(made, salts(made))
    assert committed.count == count
    assert set(openings) == set(made)
    for name, document in openings.items():
        opening = control_opening_v1.read(document)
        assert opening.record == made[name]
        assert implied_root(opening, count) == committed.root


def test_the_order_is_that_of_accounts_and_not_of_files() -> None:
    made = files(12)
    shuffled = random.Random(1).sample(sorted(made), 12)
    again = {name: made[name] for name in shuffled}
    assert control_openings(made, salts(made)) == control_openings(again, salts(again))
    _, openings = control_openings(made, salts(made))
    records = sorted(map(control_opening_v1.read, openings.values()), key=lambda opening: opening.index)
    accounts = [str(control_signature_v1.read(opening.record).account) for opening in records]
    assert accounts == sorted(accounts)


@given(st.lists(st.binary(min_size=1, max_size=80), min_size=1, max_size=70))
def test_the_tree_is_that_of_the_library(leaves: list[bytes]) -> None:
    tools = MerkleTools()
    tools.add_leaf([sha256(leaf).hexdigest() for leaf in leaves])
    tools.make_tree()
    tree = ControlSetTree(leaves)
    assert tree.commitment.root.hex() == tools.get_merkle_root()
    for index in range(len(leaves)):
        wanted = [bytes.fromhex(text) for step in tools.get_proof(index) for text in step.values()]
        assert list(tree.path(index)) == wanted


def test_t80_without_the_salt_nobody_can_try_what_a_leaf_says() -> None:
    """Two sets of the same proofs have nothing in common."""
    made = files(4)
    first, second = (control_openings(made, new_salts(made)) for _ in range(2))
    assert first[0].root != second[0].root
    siblings = [set(control_opening_v1.read(item).path) for _, found in (first, second) for item in found.values()]
    assert len(set().union(*siblings[:4]) & set().union(*siblings[4:])) == 0
    bare = {sha256(leaf_data(bytes(32), record)).digest() for record in made.values()}
    assert not bare & set().union(*siblings)


def test_t80_salts_are_drawn_one_by_one() -> None:
    drawn = new_salts(str(number) for number in range(200))
    assert {len(salt) for salt in drawn.values()} == {32}
    assert len(set(drawn.values())) == 200


def test_nothing_is_no_set() -> None:
    with pytest.raises(FormatError, match="no control proof to commit to"):
        control_openings({}, {})


def test_a_proof_without_its_salt_is_named() -> None:
    made = files(3)
    some = salts(made)
    name = sorted(some)[1]
    del some[name]
    with pytest.raises(FormatError, match="has no salt") as caught:
        control_openings(made, some)
    assert caught.value.place == name


@pytest.mark.parametrize("document", [b"", b"{}", b"nonsense"])
def test_what_is_no_control_proof_is_refused(document: bytes) -> None:
    made = {**files(2), "x.json": document}
    with pytest.raises(FormatError):
        control_openings(made, salts(made))
