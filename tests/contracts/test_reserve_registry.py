"""What issuers anchored: appended in order, chained, never rewritten, the same for all readers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from tests.contracts.anchors import TOKEN, TOTAL, Anchored, Entry, Total, digest, put
from tests.contracts.chain import Chain, artifact, assert_reverts, events

ZERO = bytes(32)
BOTH: Sequence[Total] = sorted([TOTAL, (TOKEN, 2**128 - 1, 0)])


@pytest.fixture(scope="module")
def _registry(shared_chain: Chain) -> Any:
    return shared_chain.deploy("ReserveRegistry")


@pytest.fixture
def registry(_registry: Any, chain: Chain) -> Any:
    return _registry


@pytest.fixture
def entry(chain: Chain) -> Entry:
    return Entry(chain.now - 1000)


def head(chain: Chain, registry: Any, issuer: int = 0) -> list[Any]:
    return list(chain.ask(registry.functions.head(chain.accounts[issuer])))


def refusal(registry: Any, entry: Entry, expected: str, totals: Sequence[Total] = (TOTAL,)) -> None:
    assert_reverts(registry.functions.anchor(entry.values, list(totals)), expected)


# what is anchored


def test_an_address_that_never_anchored_has_no_head(chain: Chain, registry: Any) -> None:
    assert head(chain, registry) == [ZERO, 0, 0, 0]
    assert chain.ask(registry.functions.idAt(chain.accounts[0], 0)) == ZERO
    assert chain.ask(registry.functions.idAt(chain.accounts[0], 1)) == ZERO


def test_the_first_entry_is_sequence_1_after_nothing(chain: Chain, registry: Any, entry: Entry) -> None:
    anchored = put(chain, registry, entry)
    assert (anchored.sequence, anchored.previous) == (1, ZERO)
    assert head(chain, registry) == [anchored.id, 1, entry.instant, chain.now]
    assert chain.ask(registry.functions.idAt(anchored.issuer, 1)) == anchored.id


def test_the_event_holds_all_that_the_id_binds(chain: Chain, registry: Any, entry: Entry) -> None:
    receipt = chain.send(registry.functions.anchor(entry.values, list(BOTH)))
    (told,) = events(registry.events.Anchored(), receipt)
    assert tuple(told["entry"].values()) == entry.values
    totals = [tuple(each.values()) for each in told["totals"]]
    assert totals == list(BOTH)
    assert told["issuer"] == chain.accounts[0]
    assert told["id"] == Anchored(told["issuer"], told["sequence"], told["previousId"], entry, totals).id


def test_the_call_returns_the_id(chain: Chain, registry: Any, entry: Entry) -> None:
    told = chain.ask(registry.functions.anchor(entry.values, [TOTAL]))
    assert told == put(chain, registry, entry).id


def test_each_entry_binds_the_one_before_it(chain: Chain, registry: Any, entry: Entry) -> None:
    first = put(chain, registry, entry)
    second = put(chain, registry, entry.but(instant=entry.instant + 1))
    third = put(chain, registry, entry.but(instant=entry.instant + 2))
    assert (second.previous, third.previous) == (first.id, second.id)
    assert [each.sequence for each in (first, second, third)] == [1, 2, 3]


def test_issuers_have_lists_of_their_own(chain: Chain, registry: Any, entry: Entry) -> None:
    first, other = put(chain, registry, entry), put(chain, registry, entry, sender=1)
    assert (first.sequence, other.sequence) == (1, 1)
    assert first.id != other.id
    assert head(chain, registry, 0)[0] == first.id
    assert head(chain, registry, 1)[0] == other.id


def test_an_entry_may_name_no_block_and_owe_nothing(chain: Chain, registry: Any, entry: Entry) -> None:
    bare = entry.but(snapshot_chain=0, snapshot_block=0, snapshot_hash=ZERO)
    assert put(chain, registry, bare, [(ZERO, 0, 0)]).sequence == 1


def test_the_newest_second_may_be_anchored(chain: Chain, registry: Any, entry: Entry) -> None:
    assert put(chain, registry, entry.but(instant=chain.now)).sequence == 1


@pytest.mark.parametrize("member", ["snapshot_block", "commitments_root", "bundle_digest", "reserve_set_root"])
def test_t38_one_id_binds_both_sides_and_the_block(chain: Chain, registry: Any, entry: Entry, member: str) -> None:
    changed = 7 if member == "snapshot_block" else digest("another")
    mine = Anchored(chain.accounts[0], 1, ZERO, entry, [TOTAL])
    assert put(chain, registry, entry.but(**{member: changed})).id != mine.id


# what is never changed


def test_t36_what_was_anchored_stays(chain: Chain, registry: Any, entry: Entry) -> None:
    ids = [put(chain, registry, entry.but(instant=entry.instant + step)).id for step in range(4)]
    put(chain, registry, entry.but(instant=entry.instant + 3, supersedes=4))
    put(chain, registry, entry, sender=1)
    kept = [chain.ask(registry.functions.idAt(chain.accounts[0], sequence)) for sequence in range(1, 5)]
    assert kept == ids


def test_t36_a_history_with_another_entry_has_another_head(chain: Chain, registry: Any, entry: Entry) -> None:
    put(chain, registry, entry)
    second = put(chain, registry, entry.but(instant=entry.instant + 1))
    rewritten = Anchored(second.issuer, 1, ZERO, entry.but(bundle_digest=digest("nicer")), [TOTAL])
    assert second.but(previous=rewritten.id).id != head(chain, registry)[0]


def test_nobody_has_a_way_to_rewrite_stop_or_pay(chain: Chain) -> None:
    functions = [each for each in artifact("ReserveRegistry")["abi"] if each["type"] != "event"]
    writers = [each["name"] for each in functions if each.get("stateMutability") not in {None, "view", "pure"}]
    assert writers == ["anchor"]
    assert {"fallback", "receive"}.isdisjoint(each["type"] for each in functions)


# what is refused


@pytest.mark.parametrize("member", ["commitments_root", "bundle_digest", "reserve_set_root"])
def test_a_missing_digest_is_refused(registry: Any, entry: Entry, member: str) -> None:
    refusal(registry, entry.but(**{member: ZERO}), "ZeroDigest()")


def test_t35_an_instant_is_anchored_once(chain: Chain, registry: Any, entry: Entry) -> None:
    put(chain, registry, entry)
    again = entry.but(commitments_root=digest("for others"))
    refusal(registry, again, f"InstantNotLater({entry.instant},{entry.instant})")


def test_t36_no_entry_goes_before_the_newest(chain: Chain, registry: Any, entry: Entry) -> None:
    put(chain, registry, entry)
    earlier = entry.but(instant=entry.instant - 1)
    refusal(registry, earlier, f"InstantNotLater({earlier.instant},{entry.instant})")


def test_an_entry_without_instant_is_refused(registry: Any, entry: Entry) -> None:
    refusal(registry, entry.but(instant=0), "InstantNotLater(0,0)")


def test_t37_an_instant_in_the_future_is_refused(chain: Chain, registry: Any, entry: Entry) -> None:
    late = entry.but(instant=chain.now + 100_000)
    refusal(registry, late, "InstantInFuture")


def test_an_entry_without_totals_is_refused(registry: Any, entry: Entry) -> None:
    refusal(registry, entry, "TotalCount(0)", [])


def test_an_entry_that_readers_would_choke_on_is_refused(registry: Any, entry: Entry) -> None:
    many: list[Total] = [(number.to_bytes(32), 1, 1) for number in range(1, 4098)]
    assert_reverts(registry.functions.anchor(entry.values, many), "TotalCount(4097)", gas=14_000_000)


@pytest.mark.parametrize(
    ("totals", "position"),
    [
        ([TOTAL, TOTAL], 1),
        (list(reversed(BOTH)), 1),
        ([*BOTH, BOTH[0]], 2),
        ([(ZERO, 1, 1), (ZERO, 2, 2), *BOTH], 1),
    ],
)
def test_totals_ascend_strictly(registry: Any, entry: Entry, totals: list[Total], position: int) -> None:
    refusal(registry, entry, f"AssetsNotAscending({position})", totals)


# corrections


def test_a_correction_is_an_entry_of_its_own_that_names_what_it_corrects(
    chain: Chain, registry: Any, entry: Entry
) -> None:
    wrong = put(chain, registry, entry)
    right = put(chain, registry, entry.but(bundle_digest=digest("mended"), supersedes=1))
    assert (right.sequence, right.previous, right.entry.supersedes) == (2, wrong.id, 1)
    assert head(chain, registry)[:3] == [right.id, 2, entry.instant]
    assert chain.ask(registry.functions.idAt(wrong.issuer, 1)) == wrong.id


def test_an_entry_knows_what_corrects_it(chain: Chain, registry: Any, entry: Entry) -> None:
    put(chain, registry, entry)
    put(chain, registry, entry.but(supersedes=1))
    put(chain, registry, entry.but(supersedes=2))
    put(chain, registry, entry.but(instant=entry.instant + 1))
    told = [chain.ask(registry.functions.supersededBy(chain.accounts[0], sequence)) for sequence in range(6)]
    assert told == [0, 2, 3, 0, 0, 0]
    assert chain.ask(registry.functions.supersededBy(chain.accounts[1], 1)) == 0


def test_a_correction_can_be_corrected(chain: Chain, registry: Any, entry: Entry) -> None:
    put(chain, registry, entry)
    put(chain, registry, entry.but(supersedes=1))
    assert put(chain, registry, entry.but(supersedes=2)).sequence == 3
    assert put(chain, registry, entry.but(instant=entry.instant + 1)).sequence == 4


@pytest.mark.parametrize(("anchored", "named"), [(0, 1), (0, 2**64 - 1), (1, 2), (2, 1), (2, 3)])
def test_only_the_newest_entry_can_be_corrected(
    chain: Chain, registry: Any, entry: Entry, anchored: int, named: int
) -> None:
    for step in range(anchored):
        put(chain, registry, entry.but(instant=entry.instant + step))
    newest = entry.but(instant=entry.instant + max(anchored - 1, 0), supersedes=named)
    refusal(registry, newest, f"NotNewest({named},{anchored})")


def test_what_was_corrected_cannot_be_corrected_again(chain: Chain, registry: Any, entry: Entry) -> None:
    put(chain, registry, entry)
    put(chain, registry, entry.but(supersedes=1))
    refusal(registry, entry.but(supersedes=1), "NotNewest(1,2)")


def test_t40_of_two_corrections_that_race_one_is_refused(chain: Chain, registry: Any, entry: Entry) -> None:
    put(chain, registry, entry)
    call = registry.functions.anchor(entry.but(supersedes=1).values, [TOTAL])
    chain.send(call)
    assert_reverts(call, "NotNewest(1,2)")


@pytest.mark.parametrize("step", [-1, 1])
def test_a_correction_keeps_the_instant(chain: Chain, registry: Any, entry: Entry, step: int) -> None:
    put(chain, registry, entry)
    moved = entry.but(instant=entry.instant + step, supersedes=1)
    refusal(registry, moved, f"InstantNotSame({moved.instant},{entry.instant})")


def test_nobody_corrects_for_another(chain: Chain, registry: Any, entry: Entry) -> None:
    put(chain, registry, entry)
    call = registry.functions.anchor(entry.but(supersedes=1).values, [TOTAL])
    assert_reverts(call, "NotNewest(1,0)", sender=chain.accounts[1])
