"""Evidence of validators out of a downloaded beacon state: what remerkleable made, we read and prove."""

from __future__ import annotations

from typing import Any

import pytest

from por.encoding import validators_v1
from por.errors import FormatError
from por.issuer.validators import prove_stakes
from por.model import Header
from por.proofs.beacon.state import balance_branches, read_state, validator_branches
from por.proofs.beacon.validators import proven_validators, stake
from tests.proofs.beacon import states
from tests.proofs.beacon.worlds import BEACON, execution_header, record, root, withdrawal

MINE, OTHER = b"\x11" * 20, b"\x22" * 20
ADDRESSES = tuple("0x" + who.hex() for who in (MINE, OTHER))
SLOT = 512 * 32 + 7
RECORDS = [
    record(MINE, number=0),
    record(OTHER, 2, number=1),
    record(MINE, 0, number=2),
    record(MINE, slashed=True, number=3),
    record(b"\x33" * 20, number=4),
    record(MINE, 2, number=5),
]
BALANCES = [32 * 10**9 + number for number in range(6)]
WITHDRAWALS = (withdrawal(1, 5, MINE, 5), withdrawal(2, 4, OTHER, 9))


@pytest.fixture(scope="module", params=[False, True], ids=["electra", "fulu"])
def made(request: pytest.FixtureRequest) -> Any:
    return states.state(SLOT, RECORDS, BALANCES, fulu=request.param)


def block_on(made: Any) -> Header:
    return execution_header(1000, WITHDRAWALS, root(states.header_of(made)))


def test_the_roots_are_the_libraries(made: Any) -> None:
    state = read_state(made.encode_bytes())
    assert state.root == bytes(made.hash_tree_root())
    assert state.header == states.header_of(made)
    assert state.count == len(RECORDS)


def test_branches_are_the_libraries(made: Any) -> None:
    state = read_state(made.encode_bytes())
    backing = made.get_backing()
    for index, branch in validator_branches(state, [0, 5]).items():
        assert branch == proof(backing, (75 * 2 << 40) + index)
    for index, branch in balance_branches(state, [0, 5]).items():
        assert branch == proof(backing, (76 * 2 << 38) + index // 4)


def proof(backing: Any, place: int) -> tuple[bytes, ...]:
    found = []
    while place > 1:
        found.append(bytes(backing.getter(place ^ 1).merkle_root()))
        place //= 2
    return tuple(found)


def test_each_account_gets_its_own_stake_and_it_verifies(made: Any) -> None:
    header = block_on(made)
    stakes = prove_stakes(made.encode_bytes(), BEACON, header, WITHDRAWALS, ADDRESSES)
    units = {address: found.units for address, found in stakes.items()}
    assert units == {ADDRESSES[0]: (BALANCES[0] + BALANCES[5] - 5) * 10**9, ADDRESSES[1]: BALANCES[1] * 10**9}
    for address, found in stakes.items():
        documents = [validators_v1.read(text) for text in found.documents]
        assert stake(proven_validators(BEACON, header, documents), address) == found.units


def test_an_account_without_validators_has_no_stake(made: Any) -> None:
    assert prove_stakes(made.encode_bytes(), BEACON, block_on(made), WITHDRAWALS, ["0x" + "99" * 20]) == {}


def test_many_validators_fill_several_files_within_their_limit() -> None:
    count = validators_v1.MAX_VALIDATORS + 3
    state = states.state(SLOT, [record(MINE, number=i) for i in range(count)], [10**9] * count)
    found = prove_stakes(state.encode_bytes(), BEACON, block_on(state), WITHDRAWALS, ADDRESSES)[ADDRESSES[0]]
    assert found.units == (count * 10**9 - 5 - 9) * 10**9
    assert [len(validators_v1.read(text).validators) for text in found.documents] == [validators_v1.MAX_VALIDATORS, 3]
    assert max(map(len, found.documents)) < validators_v1.MAX_BYTES


def test_a_state_moved_on_without_a_block_is_refused() -> None:
    moved = states.state(SLOT, RECORDS, BALANCES, moved_on=2)
    with pytest.raises(FormatError, match="slot without a block"):
        prove_stakes(moved.encode_bytes(), BEACON, block_on(moved), WITHDRAWALS, ADDRESSES)


def test_another_state_or_other_withdrawals_are_refused(made: Any) -> None:
    header = block_on(made)
    other = states.state(SLOT, RECORDS, [1] * 6)
    with pytest.raises(FormatError, match="is not the one below block 1000; download that of the beacon block 0x"):
        prove_stakes(other.encode_bytes(), BEACON, header, WITHDRAWALS, ADDRESSES)
    with pytest.raises(FormatError, match="not exactly those"):
        prove_stakes(made.encode_bytes(), BEACON, header, WITHDRAWALS[:1], ADDRESSES)


def test_what_is_no_state_is_refused(made: Any) -> None:
    data = made.encode_bytes()
    for spoiled in (b"", b"{}", data[:-1], data + b"\x00", data[:1000], bytes(len(data)), data[200:]):
        with pytest.raises(FormatError):
            prove_stakes(spoiled, BEACON, block_on(made), WITHDRAWALS, ADDRESSES)


def test_validators_and_balances_are_equally_many() -> None:
    state = states.state(SLOT, RECORDS, BALANCES)
    state.balances.append(1)
    with pytest.raises(FormatError, match="equally many"):
        prove_stakes(state.encode_bytes(), BEACON, block_on(state), WITHDRAWALS, ADDRESSES)
