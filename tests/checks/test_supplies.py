"""The supply of a stablecoin as the verifier's own sources tell it: on every chain, or missing and never zero."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from por.chains.embedded import EmbeddedChain
from por.chains.embedded.token import TOKEN_CREATION_CODE, mint_data
from por.chains.evm import EvmSource
from por.chains.quorum import QuorumSource
from por.chains.recording import RecordingSource, ReplaySource
from por.checks.observation import Broken, Missing, Observation, Seen
from por.checks.rulebooks import load_rulebook
from por.checks.sources import Sources
from por.checks.supplies import TokenSupply, read_supplies
from por.checks.verify import verify
from por.encoding import declarations_v1, media_types
from por.errors import DisagreementError, UnavailableError
from por.model import (
    AssetClass,
    AssetId,
    Call,
    ChainId,
    ChainRule,
    Denomination,
    Digest,
    Finding,
    Grade,
    Header,
    Instant,
    Policy,
)
from por.model.declarations import Declarations
from por.proofs.state.token_call import decimals_call, supply_call
from tests.checks import scenery as s
from tests.checks.rules.coins import ELSEWHERE, HERE, ONE_COIN, THERE, WRAPPED, coin, row

TOKEN = HERE.reference
NUMBER = (1234 * 10**6).to_bytes(32, "big")
SIX = (6).to_bytes(32, "big")


def telling(units: bytes | None = NUMBER, decimals: bytes | None = SIX, **options: Any) -> s.FakeSource:
    source = s.FakeSource(**options)
    source.returns = {supply_call(TOKEN): units, decimals_call(TOKEN): decimals}
    return source


def header(chain: ChainId) -> Observation[Header]:
    return Seen(s.headers()[0]) if chain == s.CHAIN else Missing(f"the bundle names no snapshot block of {chain}")


def read(
    source: s.FakeSource | None, *assets: AssetId, rules: Policy | None = None, **options: Any
) -> dict[AssetId, Observation[TokenSupply]]:
    declared = Declarations(stablecoins=(coin(supply=tuple(row(asset) for asset in assets or (HERE,))),))
    sources = Sources({}) if source is None else s.sources(source, options.get("recording"))
    chosen = s.policy(classes=()) if rules is None else rules
    return read_supplies(Seen(declared), chosen, sources, options.get("headers", header), s.quiet)


def why(found: Observation[TokenSupply]) -> str:
    assert isinstance(found, Missing)
    return found.reason


def test_selectors_are_those_of_the_standard() -> None:
    assert (supply_call(TOKEN), decimals_call(TOKEN)) == (
        Call(TOKEN, bytes.fromhex("18160ddd")),
        Call(TOKEN, bytes.fromhex("313ce567")),
    )


def test_what_the_sources_agree_on_is_a_quorums_value_at_the_snapshot_block() -> None:
    source = telling()
    assert read(source) == {HERE: Seen(TokenSupply(1234 * 10**6, 6, Grade.QUORUM_VALUE))}
    assert source.call_questions == [(s.headers()[0].ref, supply_call(TOKEN), decimals_call(TOKEN))]
    assert TokenSupply(1, 6, Grade.QUORUM_VALUE).whole == Fraction(1, 10**6)


def test_one_source_is_one_source() -> None:
    rules = s.policy(classes=(), chains={s.CHAIN: ChainRule(s.CHAIN, 1, None)})
    found = read(telling(names=("https://node-a.example:443",)), rules=rules)
    assert found == {HERE: Seen(TokenSupply(1234 * 10**6, 6, Grade.SINGLE_SOURCE))}


def test_t55_too_few_sources_are_none() -> None:
    assert "2" in why(read(telling(names=("https://node-a.example:443",)))[HERE])


@pytest.mark.parametrize(
    ("units", "decimals", "said"),
    [
        (None, SIX, "reverts when it is asked for its supply"),
        (b"", SIX, "answers with 0 bytes when it is asked for its supply"),
        (NUMBER[1:], SIX, "31 bytes"),
        (NUMBER + b"\0", SIX, "33 bytes"),
        (NUMBER, None, "reverts when it is asked for its decimals"),
        (NUMBER, b"\6", "1 bytes"),
        (NUMBER, (78).to_bytes(32, "big"), "78 decimals"),
        (NUMBER, b"\xff" * 32, "decimals"),
    ],
)
def test_t64_an_answer_of_no_form_is_missing_and_not_zero(
    units: bytes | None, decimals: bytes | None, said: str
) -> None:
    assert said in why(read(telling(units, decimals))[HERE])


@pytest.mark.parametrize("error", [UnavailableError("node-a: gone"), DisagreementError("node-a says 1; node-b says 2")])
def test_t55_a_source_that_fails_or_disagrees_decides_nothing(error: Exception) -> None:
    assert why(read(telling(fails=error))[HERE]) == str(error)


def test_a_chain_without_a_source_and_another_kind_of_chain_are_named() -> None:
    found = read(telling(), HERE, THERE, ELSEWHERE)
    assert isinstance(found[HERE], Seen)
    assert why(found[THERE]) == "no source was asked about eip155:10; give --source eip155:10=URL or --replay FILE"
    assert ELSEWHERE.chain.namespace in why(found[ELSEWHERE])


def test_without_any_source_nothing_is_read() -> None:
    assert "no source was asked" in why(read(None)[HERE])


def test_t53_without_a_block_of_the_snapshot_nothing_is_read() -> None:
    source = telling()
    found = read(source, headers=lambda chain: Missing(f"the bundle names no snapshot block of {chain}"))
    assert why(found[HERE]) == "the bundle names no snapshot block of eip155:1"
    assert source.call_questions == []


def test_t42_a_header_that_is_another_one_stays_broken() -> None:
    found = read(telling(), headers=lambda chain: Broken("the header evidence is not of the block the bundle names"))
    assert isinstance(found[HERE], Broken)


@pytest.mark.parametrize(("decimals", "seen"), [(6, True), (18, False), (0, False)])
def test_t59_other_decimals_than_the_policy_knows_are_not_believed(decimals: int, seen: bool) -> None:
    rules = s.policy(classes=(AssetClass((Denomination(HERE, decimals),)),))
    found = read(telling(), rules=rules)[HERE]
    assert isinstance(found, Seen) == seen
    assert seen or f"your policy says {decimals}" in why(found)


def test_t61_tokens_that_the_policy_knows_as_the_coin_are_asked_for_too() -> None:
    found = read(telling(), rules=s.policy(classes=(ONE_COIN,)))
    assert list(found) == [HERE, THERE]
    assert WRAPPED not in found


@pytest.mark.parametrize("declared", [None, Missing("not there"), Broken("no form")])
def test_without_declarations_nobody_is_asked(declared: Any) -> None:
    source = telling()
    assert read_supplies(declared, s.policy(), s.sources(source), header, s.quiet) == {}
    assert read_supplies(Seen(Declarations()), s.policy(), s.sources(source), header, s.quiet) == {}
    assert source.call_questions == []


# --- through a whole verification, live and replayed


def issued(folder: Path, **changes: Any) -> Any:
    """Let the honest bundle declare a coin."""
    have = s.files()
    said = Declarations(stablecoins=(coin(supply=(row(HERE, **{"minted": 1234, **changes}),)),))
    digest = have.add(declarations_v1.write(said), media_types.DECLARATIONS)
    rows = tuple(have.entries[name] for name in sorted({*s.used(s.bundle()), digest}))
    return s.open_in(folder, s.bundle(declarations=digest, evidence=rows), have)


def supplied(opened: Any, sources: Sources, rules: Policy | None = None) -> Finding:
    book = load_rulebook("jp-stablecoin")
    only = replace(book, rules=tuple(each for each in book.rules if each.id == "SC-00"))
    chosen = s.policy() if rules is None else rules
    (finding,) = verify(opened, chosen, sources, now=s.AN_HOUR_LATER, rulebooks=[only]).of("stablecoin.supply")
    return finding


@pytest.mark.parametrize(("minted", "outcome"), [(1234, "PASS"), (1233, "FAIL"), (Fraction(1234000001, 10**6), "FAIL")])
def test_a_verification_compares_what_is_declared_with_the_chain(tmp_path: Path, minted: Any, outcome: str) -> None:
    finding = supplied(issued(tmp_path, minted=minted), s.sources(telling()))
    assert (str(finding.outcome), finding.required, finding.actual) == (outcome, True, "1234")
    assert finding.subject == "jp-stablecoin/SC-00/JPYX"


def test_a_verification_without_sources_names_the_token(tmp_path: Path) -> None:
    finding = supplied(issued(tmp_path), Sources({}))
    assert (str(finding.outcome), finding.facts["unread"]) == ("INCONCLUSIVE", str(HERE))


def test_a_recorded_run_is_repeated_without_the_node(tmp_path: Path) -> None:
    opened = issued(tmp_path)
    recorder = RecordingSource(telling())  # type: ignore[arg-type]
    live = supplied(opened, s.sources(recorder))
    replayed = ReplaySource(recorder.recording())
    trusted = s.policy(recordings=(Digest(b"\x0e" * 32),))
    again = supplied(opened, s.sources(replayed, Digest(b"\x0e" * 32)), trusted)
    assert again == live
    unnamed = supplied(opened, s.sources(ReplaySource(recorder.recording()), Digest(b"\x0f" * 32)), trusted)
    assert (str(unnamed.outcome), "does not name the recording" in unnamed.facts["reason"]) == ("INCONCLUSIVE", True)


def test_t64_a_recording_without_the_question_decides_nothing(tmp_path: Path) -> None:
    opened = issued(tmp_path)
    recorder = RecordingSource(telling())  # type: ignore[arg-type]
    supplied(opened, s.sources(recorder))
    bare = replace(recorder.recording(), calls=())
    trusted = s.policy(recordings=(Digest(b"\x0e" * 32),))
    finding = supplied(opened, s.sources(ReplaySource(bare), Digest(b"\x0e" * 32)), trusted)
    assert (str(finding.outcome), "does not hold" in finding.facts["reason"]) == ("INCONCLUSIVE", True)


# --- on a chain


@pytest.fixture
def minted() -> Iterator[tuple[str, AssetId, Header]]:
    chain = EmbeddedChain(Instant.parse("2026-11-01T00:00:00Z"))
    token = chain.deploy(TOKEN_CREATION_CODE)
    for holder, units in (("0x" + "a1" * 20, 700 * 10**6), ("0x" + "a2" * 20, 300 * 10**6)):
        chain.send(token, mint_data(holder, units))
    block = chain.mine()
    chain.send(token, mint_data("0x" + "a3" * 20, 5))
    for _ in range(3):
        chain.mine()
    with chain.serve() as url:
        with_header = EvmSource(chain.chain, url)
        yield url, AssetId(chain.chain, "erc20", token), with_header.header(block.number)
        with_header.close()


def test_the_supply_at_the_snapshot_block_is_read_from_a_chain(minted: tuple[str, AssetId, Header]) -> None:
    """What was minted after the block does not count."""
    url, asset, block = minted
    declared = Seen(Declarations(stablecoins=(coin(supply=(row(asset),)),)))
    rules = s.policy(classes=(), chains={asset.chain: ChainRule(asset.chain, 1, None)})
    source = EvmSource(asset.chain, url)
    found = read_supplies(
        declared, rules, Sources({asset.chain: QuorumSource([source])}), lambda _: Seen(block), s.quiet
    )
    source.close()
    assert found == {asset: Seen(TokenSupply(1000 * 10**6, 6, Grade.SINGLE_SOURCE))}


def test_t61_an_account_without_code_has_no_supply(minted: tuple[str, AssetId, Header]) -> None:
    url, asset, block = minted
    nobody = replace(asset, reference="0x" + "a1" * 20)
    declared = Seen(Declarations(stablecoins=(coin(supply=(row(nobody),)),)))
    rules = s.policy(classes=(), chains={asset.chain: ChainRule(asset.chain, 1, None)})
    source = EvmSource(asset.chain, url)
    found = read_supplies(declared, rules, Sources({asset.chain: source}), lambda _: Seen(block), s.quiet)
    source.close()
    assert "answers with 0 bytes" in why(found[nobody])
