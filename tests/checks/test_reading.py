"""What the bundle gives no evidence for is asked of the verifier's own sources, and no answer is never zero."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from por.chains.rpc_errors import ParametersRefusedError
from por.checks import reading
from por.checks.holdings import ProvenHolding
from por.checks.observation import Missing, Observation, Seen
from por.checks.reading import read_holdings
from por.errors import DisagreementError, UnavailableError
from por.model import AccountProof, AssetId, Call, CallMethod, Grade, Header, Policy, TokenCall
from por.proofs.state.token_call import balance_call
from tests.checks import scenery as s

NAMES = tuple(s.ACCOUNTS)
HOLDERS = tuple(s.address(name) for name in NAMES)


def proves(address: str, keys: Sequence[bytes]) -> AccountProof:
    return s.state().of_account(address, list(keys))


def source(proof: Callable[[str, Sequence[bytes]], AccountProof] | None = proves) -> s.FakeSource:
    made = s.FakeSource()
    made.proves = proof
    return made


def header() -> Header:
    return s.headers()[0]


def read(
    asked: s.FakeSource, asset: AssetId, holders: Sequence[str] = HOLDERS, policy: Policy | None = None
) -> list[Observation[ProvenHolding]]:
    held = read_holdings(asked, header(), {asset: holders}, policy or s.policy(), lambda message: None)
    return [held[holder, asset] for holder in holders]


def units(found: Sequence[Observation[ProvenHolding]]) -> list[int | str]:
    return [item.value.units if isinstance(item, Seen) else type(item).__name__ for item in found]


def test_coins_are_proven() -> None:
    found = read(source(), s.ETH)
    assert units(found) == [s.COINS[name] for name in NAMES]
    assert all(isinstance(item, Seen) and item.value.state is not None and item.value.grade is None for item in found)


def test_tokens_of_many_holders_are_proven_by_one_request() -> None:
    asked = source()
    found = read(asked, s.USDC)
    assert units(found) == [s.DOLLARS[name] for name in NAMES]
    whole = [keys for address, keys in asked.proof_questions if address == s.USDC.reference and len(keys) >= len(NAMES)]
    assert len(whole) == 1
    assert len(asked.proof_questions) <= 4


@pytest.mark.parametrize("at_once", [1, 2, 3])
def test_holders_are_asked_about_in_chunks(monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    monkeypatch.setattr(reading, "HOLDERS", at_once)
    assert units(read(source(), s.USDC)) == [s.DOLLARS[name] for name in NAMES]


def test_progress_counts_holdings() -> None:
    said: list[str] = []
    read_holdings(source(), header(), {s.ETH: HOLDERS, s.USDC: HOLDERS}, s.policy(), said.append)
    assert said[-1] == f"asking {s.CHAIN}: holding {2 * len(HOLDERS)} of {2 * len(HOLDERS)}"


def test_t64_no_answer_is_not_zero() -> None:
    for asset in (s.ETH, s.USDC):
        assert units(read(source(None), asset)) == ["Missing"] * len(NAMES)


def test_t55_a_proof_of_another_state_refutes_the_source_alone() -> None:
    def other(address: str, keys: Sequence[bytes]) -> AccountProof:
        proof = proves(address, keys)
        return replace(proof, account_nodes=(proof.account_nodes[0][:-1] + b"\x00", *proof.account_nodes[1:]))

    for asset in (s.ETH, s.USDC):
        found = read(source(other), asset)
        assert units(found) == ["Missing"] * len(NAMES)
        assert all(isinstance(item, Missing) and "node-a.example" in item.reason for item in found)


def test_t55_one_bad_storage_proof_takes_no_other_holding_with_it() -> None:
    def spoiled(address: str, keys: Sequence[bytes]) -> AccountProof:
        proof = proves(address, keys)
        if len(keys) < len(NAMES):
            return proof
        first = tuple(node[:-1] + b"\x00" for node in proof.storage_nodes[0])
        return replace(proof, storage_nodes=(first, *proof.storage_nodes[1:]))

    assert units(read(source(spoiled), s.USDC)) == ["Missing", *(s.DOLLARS[name] for name in NAMES[1:])]


def test_t60_a_token_without_a_layout_is_missing() -> None:
    found = read(source(), s.USDC, policy=s.policy(layouts=()))
    assert all(isinstance(item, Missing) and "por policy token" in item.reason for item in found)


def test_t60_a_layout_for_other_code_is_not_used() -> None:
    rules = s.policy()
    (layout,) = (row for row in rules.layouts if row.asset == s.USDC)
    found = read(source(), s.USDC, policy=replace(rules, layouts=(replace(layout, code_hash=bytes(32)),)))
    assert units(found) == ["Missing"] * len(NAMES)


def test_assets_of_other_kinds_are_missing() -> None:
    staked = AssetId(s.CHAIN, "staked", "60")
    assert units(read(source(), staked)) == ["Missing"] * len(NAMES)


# --- the sources' word


def told(*answers: bytes | None, names: tuple[str, ...] = ("https://a:443", "https://b:443")) -> s.FakeSource:
    asked = s.FakeSource(names=names)
    asked.returns = dict(zip((balance_call(s.USDC.reference, holder) for holder in HOLDERS), answers, strict=False))
    return asked


def word(value: int) -> bytes:
    return value.to_bytes(32, "big")


QUORUM = s.policy(quorum_tokens=frozenset({s.USDC}))


@pytest.mark.parametrize(
    ("names", "grade"),
    [(("https://a:443", "https://b:443"), Grade.QUORUM_VALUE), (("https://a:443",), Grade.SINGLE_SOURCE)],
)
def test_the_sources_word_is_graded_by_how_many_gave_it(names: tuple[str, ...], grade: Grade) -> None:
    found = read(told(word(0), word(7), names=names), s.USDC, HOLDERS[:2], QUORUM)
    assert units(found) == [0, 7]
    assert all(isinstance(item, Seen) and item.value.grade is grade for item in found)


@pytest.mark.parametrize("answer", [None, b"", b"\x01", word(5)[1:], word(5) + b"\x00", b"\x00" * 64])
def test_t64_a_call_that_gives_no_word_is_not_zero(answer: bytes | None) -> None:
    assert units(read(told(answer, word(7)), s.USDC, HOLDERS[:2], QUORUM)) == ["Missing", 7]


@pytest.mark.parametrize("error", [UnavailableError("down"), DisagreementError("a says 1; b says 2")])
def test_t55_sources_that_fail_or_differ_show_nothing(error: Exception) -> None:
    asked = s.FakeSource(fails=error)
    assert units(read(asked, s.USDC, policy=QUORUM)) == ["Missing"] * len(NAMES)


def test_t60_a_token_that_the_policy_does_not_name_is_not_called() -> None:
    asked = source(None)
    asked.returns = {Call("", b""): b""}
    assert units(read(asked, s.USDC)) == ["Missing"] * len(NAMES)
    assert not asked.call_questions


@pytest.mark.parametrize("most", [1, 2, 3])
def test_a_node_that_takes_few_keys_at_once_is_asked_for_fewer(most: int) -> None:
    def few(address: str, keys: Sequence[bytes]) -> AccountProof:
        if len(keys) > most:
            raise ParametersRefusedError("node-a: too many keys")
        return proves(address, keys)

    assert units(read(source(few), s.USDC)) == [s.DOLLARS[name] for name in NAMES]


def test_t64_a_node_that_takes_no_keys_shows_nothing() -> None:
    def none(address: str, keys: Sequence[bytes]) -> AccountProof:
        if keys:
            raise ParametersRefusedError("node-a: no keys")
        return proves(address, keys)

    assert units(read(source(none), s.USDC)) == ["Missing"] * len(NAMES)


def test_t60_a_token_that_tells_by_its_own_code_is_not_taken_for_one_without_a_layout() -> None:
    row = TokenCall(s.USDC, (bytes(32),), CallMethod.BALANCE_OF, None)
    found = read(source(), s.USDC, policy=s.policy(layouts=(), calls=(row,)))
    assert all(isinstance(item, Missing) and "its own code ([[call]])" in item.reason for item in found)
