"""Is the snapshot whole, on the chain, of one instant, and recent enough?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from por.checks import snapshot
from por.checks.chain_view import ChainView
from por.checks.observation import Broken, Missing, Observation, Seen
from por.encoding import media_types
from por.model import (
    BlockRef,
    Bundle,
    ChainAccount,
    ChainId,
    Grade,
    Header,
    Instant,
    Outcome,
    SnapshotBlock,
)
from por.proofs.state.header import header_from_rlp
from tests.checks import scenery
from tests.checks.scenery import (
    CHAIN,
    NOON,
    NUMBER,
    SNAPSHOT,
    FakeSource,
    bundle,
    examined,
    files,
    header_bytes,
    headers,
    listed,
    one,
    policy,
    told,
    with_account,
)

BLOCK, CHILD = headers()


# --- snapshot.complete


def test_t68_everything_there_and_unaltered_passes(tmp_path: Path) -> None:
    finding = one(snapshot.complete(examined(tmp_path)))
    assert (finding.outcome, finding.message, finding.subject) == ("PASS", "snapshot.complete.whole", SNAPSHOT)
    assert finding.facts["files"] == str(len(bundle().evidence))
    assert finding.facts["bytes"] == str(sum(entry.size for entry in bundle().evidence))


def test_t68_an_absent_file_is_undecided_and_named(tmp_path: Path) -> None:
    have = files()
    gone = bundle().evidence[3].digest
    del have.data[gone]
    finding = one(snapshot.complete(examined(tmp_path, bundle(), have)))
    assert (finding.outcome, finding.message, finding.subject) == ("INCONCLUSIVE", "evidence.missing", str(gone))


def test_t42_every_altered_file_fails_and_is_named(tmp_path: Path) -> None:
    for number, entry in enumerate(bundle().evidence):
        have = files()
        have.data[entry.digest] = have.data[entry.digest][:-1] + b"]"
        finding = one(snapshot.complete(examined(tmp_path / str(number), bundle(), have)))
        assert (finding.outcome, finding.message, finding.subject) == ("FAIL", "evidence.broken", str(entry.digest))


def test_t42_a_reference_that_is_not_listed_fails(tmp_path: Path) -> None:
    made = bundle(evidence=bundle().evidence[1:])
    finding = one(snapshot.complete(examined(tmp_path, made)))
    assert (finding.outcome, finding.message) == ("FAIL", "snapshot.complete.unlisted")
    assert finding.subject == str(bundle().evidence[0].digest)


def test_t42_a_listed_file_that_is_not_used_fails(tmp_path: Path) -> None:
    have = files()
    spare = have.add(b"{}", media_types.EVM_HEADER)
    rows = tuple(have.entries[digest] for digest in sorted({*scenery.used(bundle()), spare}))
    finding = one(snapshot.complete(examined(tmp_path, bundle(evidence=rows), have)))
    assert (finding.outcome, finding.message, finding.subject) == ("FAIL", "snapshot.complete.unused", str(spare))


def test_t57_an_account_on_a_chain_without_block_is_inconclusive(tmp_path: Path) -> None:
    elsewhere = ChainAccount(ChainId("eip155", "10"), scenery.address("hot"))
    made = listed(with_account("hot", account=elsewhere, holdings=()), files())
    assert told(snapshot.complete(examined(tmp_path, made))) == [("INCONCLUSIVE", "snapshot.complete.no_block")]


def test_all_problems_are_found_at_once(tmp_path: Path) -> None:
    have = files()
    have.data[bundle().evidence[1].digest] = b"altered"
    del have.data[bundle().evidence[2].digest]
    made = bundle(evidence=bundle().evidence[1:])
    outcomes = sorted(told(snapshot.complete(examined(tmp_path, made, have))))
    assert outcomes == [
        ("FAIL", "evidence.broken"),
        ("FAIL", "snapshot.complete.unlisted"),
        ("INCONCLUSIVE", "evidence.missing"),
    ]


def test_t68_a_bundle_without_any_evidence_gives_no_pass(tmp_path: Path) -> None:
    made = bundle(blocks=(), reserves=(), evidence=())
    assert list(snapshot.complete(examined(tmp_path, made))) == []


# --- snapshot.canonical


def test_t56_a_final_block_with_the_named_hash_passes(tmp_path: Path) -> None:
    finding = one(snapshot.canonical(examined(tmp_path)))
    assert (finding.outcome, finding.message, finding.subject) == ("PASS", "snapshot.canonical.final", "eip155:1")
    assert finding.grade is Grade.STATE_PROOF
    assert finding.facts["finalized"] == str(NUMBER + 20)
    assert "node-a.example" in finding.facts["sources"]
    assert "node-b.example" in finding.facts["sources"]


def test_a_block_that_is_the_last_final_one_passes(tmp_path: Path) -> None:
    finding = one(snapshot.canonical(examined(tmp_path, source=FakeSource(final=NUMBER))))
    assert finding.outcome is Outcome.PASS


def test_t56_a_block_that_is_not_final_is_undecided(tmp_path: Path) -> None:
    known = (*headers(), replace(BLOCK, number=NUMBER - 1))
    finding = one(snapshot.canonical(examined(tmp_path, source=FakeSource(known, final=NUMBER - 1))))
    assert (finding.outcome, finding.message) == ("INCONCLUSIVE", "snapshot.canonical.not_final")


def test_t55_t56_another_block_at_that_height_fails(tmp_path: Path) -> None:
    finding = one(snapshot.canonical(examined(tmp_path, source=FakeSource(headers(salt=b"other")))))
    assert (finding.outcome, finding.message) == ("FAIL", "snapshot.canonical.other_hash")
    assert finding.expected == "0x" + headers(salt=b"other")[0].hash.hex()
    assert finding.actual == "0x" + BLOCK.hash.hex()


def test_another_hash_fails_also_where_it_is_not_final(tmp_path: Path) -> None:
    known = (*headers(salt=b"other"), replace(BLOCK, number=NUMBER - 1))
    finding = one(snapshot.canonical(examined(tmp_path, source=FakeSource(known, final=NUMBER - 1))))
    assert finding.message == "snapshot.canonical.other_hash"


def test_one_source_is_graded_as_one(tmp_path: Path) -> None:
    rules = policy(chains={CHAIN: replace(policy().chains[CHAIN], sources=1)})
    source = FakeSource(names=("https://node-a.example:443",))
    finding = one(snapshot.canonical(examined(tmp_path, rules=rules, source=source)))
    assert (finding.outcome, finding.grade) == (Outcome.PASS, Grade.SINGLE_SOURCE)


@pytest.mark.parametrize("wrong", ["hash", "number", "child"])
def test_t38_t55_header_evidence_of_another_block_fails_whatever_the_sources_say(tmp_path: Path, wrong: str) -> None:
    named = bundle().blocks[0]
    changed = {
        "hash": replace(named, block=BlockRef(NUMBER, b"\x99" * 32)),
        "number": replace(named, block=BlockRef(NUMBER - 1, BLOCK.hash)),
        "child": replace(named, header=named.child or named.header),
    }[wrong]
    made = bundle(blocks=(changed,))
    finding = one(snapshot.canonical(examined(tmp_path, made)))
    assert (finding.outcome, finding.message) == ("FAIL", "evidence.broken")


def spoiled(tmp_path: Path, header: Observation[Header], view: Observation[ChainView]) -> list[tuple[str, str]]:
    examination = replace(examined(tmp_path), headers={CHAIN: header}, views={CHAIN: view})
    return told(snapshot.canonical(examination))


def test_canonical_passes_on_what_was_not_seen(tmp_path: Path) -> None:
    view = Seen(ChainView(BLOCK, CHILD, BlockRef(NUMBER, BLOCK.hash), ("a",)))
    assert spoiled(tmp_path, Missing("m"), view) == [("INCONCLUSIVE", "evidence.missing")]
    assert spoiled(tmp_path, Broken("b"), view) == [("FAIL", "evidence.broken")]
    assert spoiled(tmp_path, Seen(BLOCK), Missing("m")) == [("INCONCLUSIVE", "evidence.missing")]
    assert spoiled(tmp_path, Seen(BLOCK), Broken("b")) == [("FAIL", "evidence.broken")]


def test_t68_a_bundle_without_blocks_gives_no_finding_to_pass(tmp_path: Path) -> None:
    examination = examined(tmp_path, listed(bundle(blocks=()), files()))
    assert list(snapshot.canonical(examination)) == []
    assert list(snapshot.simultaneous(examination)) == []


# --- snapshot.simultaneous


def test_t57_the_last_block_before_the_instant_passes(tmp_path: Path) -> None:
    finding = one(snapshot.simultaneous(examined(tmp_path)))
    assert (finding.outcome, finding.message) == ("PASS", "snapshot.simultaneous.last_before")
    assert (finding.actual, finding.expected) == ("5 s", "at most 600 s")
    assert finding.facts == {
        "block": "2026-11-01T11:59:55Z",
        "next": "2026-11-01T12:00:07Z",
        "instant": str(NOON),
    }


def at(before: int, after: int, parent: bytes | None = None, number: int = NUMBER + 1) -> tuple[Header, Header]:
    """Make a block and its child at seconds from the instant."""
    block = header_from_rlp(header_bytes(NUMBER, NOON.seconds + before, b"\x11" * 32, bytes(32)))
    child = header_bytes(number, NOON.seconds + after, block.hash if parent is None else parent, bytes(32))
    return block, header_from_rlp(child)


def judged(
    tmp_path: Path, pair: tuple[Header, Header], *, skew: int = 600, shown: Header | None = None
) -> tuple[str, str]:
    """Judge a block and its child, both of which the sources have, or another child."""
    block, child = pair
    have = files()
    named = SnapshotBlock(CHAIN, block.ref, have.header(block), have.header(child))
    made: Bundle = listed(bundle(blocks=(named,)), have)
    seen = replace(child, number=NUMBER + 1) if shown is None else shown
    source = FakeSource((block, seen))
    (found,) = told(snapshot.simultaneous(examined(tmp_path, made, have, source=source, rules=policy(max_skew=skew))))
    return found


@pytest.mark.parametrize(
    ("before", "after", "skew", "expected"),
    [
        (0, 1, 0, ("PASS", "snapshot.simultaneous.last_before")),
        (-600, 1, 600, ("PASS", "snapshot.simultaneous.last_before")),
        (-601, 1, 600, ("FAIL", "snapshot.simultaneous.skew")),
        (-1, 1, 0, ("FAIL", "snapshot.simultaneous.skew")),
        (1, 12, 600, ("FAIL", "snapshot.simultaneous.not_last")),
        (-5, 0, 600, ("FAIL", "snapshot.simultaneous.not_last")),
        (-50, -38, 600, ("FAIL", "snapshot.simultaneous.not_last")),
        (3600, 3612, 600, ("FAIL", "snapshot.simultaneous.not_last")),
    ],
)
def test_t57_the_block_is_the_last_one_and_near(
    tmp_path: Path, before: int, after: int, skew: int, expected: tuple[str, str]
) -> None:
    assert judged(tmp_path, at(before, after), skew=skew) == expected


def test_t57_a_second_header_that_is_not_the_next_fails(tmp_path: Path) -> None:
    expected = ("FAIL", "snapshot.simultaneous.not_next")
    assert judged(tmp_path / "a", at(-5, 7, parent=b"\x01" * 32)) == expected
    assert judged(tmp_path / "b", at(-5, 7, number=NUMBER + 2)) == expected


def test_t57_a_next_block_that_the_sources_do_not_have_fails(tmp_path: Path) -> None:
    pair = at(-5, 7)
    assert judged(tmp_path, pair, shown=at(-5, 9)[1]) == ("FAIL", "evidence.broken")


def test_t56_t57_a_next_block_that_is_not_final_decides_nothing(tmp_path: Path) -> None:
    """The block itself is final; the one after it may still be replaced by one with another time."""
    source = FakeSource(final=NUMBER)
    finding = one(snapshot.simultaneous(examined(tmp_path / "a", source=source)))
    assert (finding.outcome, finding.message) == ("INCONCLUSIVE", "evidence.missing")
    assert "not final yet" in finding.facts["reason"]
    assert one(snapshot.canonical(examined(tmp_path / "b", source=source))).outcome is Outcome.PASS
    last = FakeSource(final=NUMBER + 1)
    assert one(snapshot.simultaneous(examined(tmp_path / "c", source=last))).outcome is Outcome.PASS


def test_t56_t64_another_next_block_refutes_nothing_while_it_is_not_final(tmp_path: Path) -> None:
    """An honest snapshot, taken before its child was final, must not be called a lie for it."""
    other = header_from_rlp(header_bytes(NUMBER + 1, NOON.seconds + 9, BLOCK.hash, bytes(32)))
    for final, outcome in ((NUMBER, "INCONCLUSIVE"), (NUMBER + 1, "FAIL")):
        source = FakeSource((BLOCK, other), final=final)
        finding = one(snapshot.simultaneous(examined(tmp_path / str(final), source=source)))
        assert (str(finding.outcome), finding.message) == (
            outcome,
            "evidence.broken" if outcome == "FAIL" else "evidence.missing",
        )


def test_t57_without_child_evidence_nothing_is_decided(tmp_path: Path) -> None:
    have = files()
    named = replace(bundle().blocks[0], child=None)
    finding = one(snapshot.simultaneous(examined(tmp_path, listed(bundle(blocks=(named,)), have), have)))
    assert (finding.outcome, finding.message) == ("INCONCLUSIVE", "evidence.missing")


def test_t57_sources_without_next_block_decide_nothing(tmp_path: Path) -> None:
    finding = one(snapshot.simultaneous(examined(tmp_path, source=FakeSource((BLOCK,)))))
    assert (finding.outcome, finding.message) == ("INCONCLUSIVE", "evidence.missing")
    assert "no next block" in finding.facts["reason"]


def test_t55_without_sources_the_headers_alone_decide_nothing(tmp_path: Path) -> None:
    examination = replace(examined(tmp_path), views={CHAIN: Missing("nobody was asked")})
    assert told(snapshot.simultaneous(examination)) == [("INCONCLUSIVE", "evidence.missing")]


@pytest.mark.parametrize(
    ("observation", "expected"),
    [
        (Broken("b"), ("FAIL", "evidence.broken")),
        (Missing("m"), ("INCONCLUSIVE", "evidence.missing")),
        (Seen(CHILD), ("FAIL", "evidence.broken")),
    ],
)
def test_simultaneous_passes_on_a_header_that_was_not_seen(
    tmp_path: Path, observation: Observation[Header], expected: tuple[str, str]
) -> None:
    examination = replace(examined(tmp_path), headers={CHAIN: observation})
    assert told(snapshot.simultaneous(examination)) == [expected]


def test_each_chain_has_a_finding_of_its_own(tmp_path: Path) -> None:
    ten = ChainId("eip155", "10")
    have = files()
    second = SnapshotBlock(ten, BLOCK.ref, have.header(BLOCK, ten), have.header(CHILD, ten))
    made = listed(bundle(blocks=(bundle().blocks[0], second)), have)
    examination = examined(tmp_path, made, have)
    assert [(f.subject, str(f.outcome)) for f in snapshot.canonical(examination)] == [
        ("eip155:1", "PASS"),
        ("eip155:10", "INCONCLUSIVE"),
    ]
    assert [f.subject for f in snapshot.simultaneous(examination)] == ["eip155:1", "eip155:10"]


# --- snapshot.fresh


@pytest.mark.parametrize(
    ("age", "outcome"), [(0, "PASS"), (86_400, "PASS"), (86_401, "FAIL"), (-1, "FAIL"), (10**9, "FAIL")]
)
def test_t37_t74_age_is_judged_at_the_clock_given(tmp_path: Path, age: int, outcome: str) -> None:
    finding = one(snapshot.fresh(examined(tmp_path, now=Instant(NOON.seconds + age))))
    assert (finding.check, finding.subject, finding.outcome) == ("snapshot.fresh", SNAPSHOT, outcome)
