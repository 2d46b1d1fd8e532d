"""A light client's evidence beside, instead of and against the sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from por.checks import reserves, snapshot
from por.checks.chain_view import Sources
from por.checks.examination import Examination, examine
from por.checks.light_client import MAX_ANCESTORS, final, light_chain
from por.checks.observation import Broken, Missing, Seen
from por.checks.policy import shipped_tables
from por.encoding import light_client_v1, media_types
from por.encoding.light_client_v1 import LightClientDocument
from por.model import Bundle, ChainRule, Digest, Fork, Grade, Header, Policy, SnapshotBlock
from por.proofs.beacon.payload import execution_block
from por.proofs.state.header import header_from_rlp
from tests.checks import scenery
from tests.checks.scenery import AN_HOUR_LATER, CHAIN, NOON, NUMBER, FakeSource, Files, bundle, files, headers, told
from tests.proofs.beacon import mainnet_beacon as mainnet
from tests.proofs.beacon import worlds

BLOCK, CHILD = headers()
START = 8192 + 320
SLOT = START + 9
BEACON = replace(worlds.BEACON, genesis_time=BLOCK.timestamp - 12 * SLOT)
FIRST = worlds.bootstrap(START)
CHECKPOINT = worlds.root(FIRST.header)


def proven(header: Header = BLOCK, *, optimistic: bool = False) -> light_client_v1.SignedBlock:
    slot = SLOT + (header.timestamp - BLOCK.timestamp) // 12
    return worlds.block(slot, header.number, header.hash, timestamp=header.timestamp, optimistic=optimistic)


def rules(checkpoint: bytes | None = CHECKPOINT, **changes: object) -> Policy:
    usual = {"chains": {CHAIN: ChainRule(CHAIN, 2, None, checkpoint)}, "beacons": {CHAIN: BEACON}}
    return scenery.policy(**{**usual, **changes})


def lit(documents: Sequence[LightClientDocument], below: Sequence[Header] = ()) -> tuple[Bundle, Files]:
    """Give the honest bundle light-client evidence."""
    have = files()
    digests = [have.add(light_client_v1.write(document), media_types.LIGHT_CLIENT) for document in documents]
    digests += [have.header(header) for header in below]
    made = bundle(blocks=(replace(bundle().blocks[0], light_client=tuple(digests)),))
    used = scenery.used(made) | set(digests)
    return replace(made, evidence=tuple(have.entries[digest] for digest in sorted(used))), have


def examined(
    directory: Path, made: tuple[Bundle, Files], source: FakeSource | None = None, policy: Policy | None = None
) -> Examination:
    """Examine with two sources, or with nobody to ask."""
    return examine(
        scenery.open_in(directory, *made),
        rules() if policy is None else policy,
        Sources({}) if source is None else scenery.sources(source),
        Missing("no record list was given"),
        AN_HOUR_LATER,
        scenery.quiet,
    )


def canonical(examination: Examination) -> tuple[str, str, Grade | None]:
    finding = scenery.one(snapshot.canonical(examination))
    return str(finding.outcome), finding.message, finding.grade


def test_a_final_block_needs_no_source(tmp_path: Path) -> None:
    seen = examined(tmp_path, lit([FIRST, proven()]))
    assert canonical(seen) == ("PASS", "snapshot.canonical.light_client", Grade.LIGHT_CLIENT)
    assert told(snapshot.complete(seen)) == [("PASS", "snapshot.complete.whole")]
    balances = list(reserves.balance(seen))
    assert {(str(f.outcome), f.message, f.grade) for f in balances} == {
        ("PASS", "reserves.balance.proven", Grade.LIGHT_CLIENT)
    }


def test_sources_that_agree_leave_the_better_grade(tmp_path: Path) -> None:
    seen = examined(tmp_path, lit([FIRST, proven()]), FakeSource(final=NUMBER - 1, known=(*headers(), prior())))
    assert canonical(seen) == ("PASS", "snapshot.canonical.light_client", Grade.LIGHT_CLIENT)
    assert {f.grade for f in reserves.balance(seen)} == {Grade.LIGHT_CLIENT}


def prior() -> Header:
    return replace(BLOCK, number=NUMBER - 1)


def test_t55_sources_that_disagree_with_the_light_client_fail(tmp_path: Path) -> None:
    seen = examined(tmp_path, lit([FIRST, proven()]), FakeSource(headers(salt=b"other")))
    assert canonical(seen)[:2] == ("FAIL", "snapshot.canonical.sources_differ")
    assert told(reserves.balance(seen))[0] == ("FAIL", "reserves.balance.off_chain")


def test_t56_a_head_that_is_only_signed_is_undecided_without_sources(tmp_path: Path) -> None:
    made = lit([FIRST, proven(optimistic=True)])
    seen = examined(tmp_path / "alone", made)
    assert canonical(seen)[:2] == ("INCONCLUSIVE", "snapshot.canonical.signed_only")
    assert told(reserves.balance(seen))[0] == ("INCONCLUSIVE", "reserves.balance.unconfirmed")
    both = examined(tmp_path / "both", made, FakeSource())
    assert canonical(both) == ("PASS", "snapshot.canonical.final", Grade.STATE_PROOF)
    assert told(snapshot.simultaneous(both)) == [("PASS", "snapshot.simultaneous.last_before")]


def test_an_ancestor_is_reached_by_parent_hashes_and_shows_the_next_block(tmp_path: Path) -> None:
    seen = examined(tmp_path, lit([FIRST, proven(CHILD)], [CHILD]))
    assert canonical(seen) == ("PASS", "snapshot.canonical.light_client", Grade.LIGHT_CLIENT)
    assert told(snapshot.simultaneous(seen)) == [("PASS", "snapshot.simultaneous.last_before")]


def test_without_a_descendant_the_next_block_is_not_shown(tmp_path: Path) -> None:
    seen = examined(tmp_path, lit([FIRST, proven()]))
    assert told(snapshot.simultaneous(seen)) == [("INCONCLUSIVE", "evidence.missing")]


def test_t56_another_next_block_than_the_proven_one_fails(tmp_path: Path) -> None:
    other = header_from_rlp(scenery.header_bytes(NUMBER + 1, NOON.seconds + 7, BLOCK.hash, bytes(32), b"other"))
    made = lit([FIRST, proven(other)], [other])
    assert told(snapshot.simultaneous(examined(tmp_path / "1", made))) == [("FAIL", "evidence.broken")]
    again = examined(tmp_path / "2", lit([FIRST, proven(CHILD)], [CHILD]), FakeSource((BLOCK, other)))
    assert told(snapshot.simultaneous(again)) == [("FAIL", "evidence.broken")]


def elsewhere(number: int = NUMBER, parent: bytes = b"\x11" * 32) -> Header:
    return header_from_rlp(scenery.header_bytes(number, BLOCK.timestamp, parent, bytes(32), b"elsewhere"))


@pytest.mark.parametrize(
    ("documents", "below"),
    [
        ([FIRST, proven(elsewhere())], []),
        ([FIRST, proven(CHILD)], []),
        ([FIRST, proven()], [BLOCK]),
        ([FIRST, proven(CHILD)], [BLOCK]),
        ([FIRST, proven(CHILD)], [CHILD, BLOCK]),
        ([FIRST, proven(elsewhere(NUMBER + 7, BLOCK.hash))], [elsewhere(NUMBER + 7, BLOCK.hash)]),
        ([FIRST], []),
        ([proven()], []),
        ([], [CHILD]),
        ([FIRST, proven(), FIRST], []),
    ],
)
def test_t55_evidence_that_leads_elsewhere_fails(
    documents: list[LightClientDocument], below: list[Header], tmp_path: Path
) -> None:
    made = lit(documents, below)
    for name, source in (("alone", None), ("both", FakeSource())):
        seen = examined(tmp_path / name, made, source)
        assert canonical(seen)[:2] == ("FAIL", "evidence.broken")
    assert final(seen.light[CHAIN]) is None


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        (rules(None), "names no checkpoint"),
        (rules(chains={}), "names no checkpoint"),
        (rules(beacons={}), "neither the policy nor"),
        (rules(beacons={CHAIN: replace(BEACON, forks=BEACON.forks[:4])}), "does not read"),
        (rules(beacons={CHAIN: replace(BEACON, forks=(*BEACON.forks[:5], *[Fork(0, b"\0\0\0\7")] * 3))}), "not read"),
    ],
)
def test_evidence_that_the_policy_cannot_judge_is_undecided(policy: Policy, words: str, tmp_path: Path) -> None:
    made, have = lit([FIRST, proven()])
    seen = light_chain(scenery.open_in(tmp_path, made, have), made.blocks[0], policy)
    assert isinstance(seen, Missing)
    assert words in seen.reason


def test_t55_the_checkpoint_comes_from_the_policy_alone(tmp_path: Path) -> None:
    seen = examined(tmp_path, lit([FIRST, proven()]), policy=rules(b"\x01" * 32))
    assert canonical(seen)[:2] == ("FAIL", "evidence.broken")


def test_a_block_without_such_evidence_is_the_sources_affair(tmp_path: Path) -> None:
    seen = examined(tmp_path, (bundle(), files()), FakeSource())
    assert isinstance(seen.light[CHAIN], Missing)
    assert canonical(seen) == ("PASS", "snapshot.canonical.final", Grade.STATE_PROOF)


def test_t84_more_headers_than_a_step_has_are_refused(tmp_path: Path) -> None:
    made, have = lit([FIRST, proven()], [CHILD])
    many = (*made.blocks[0].light_client[:2], *[made.blocks[0].light_client[2]] * (MAX_ANCESTORS + 1))
    block: SnapshotBlock = replace(made.blocks[0], light_client=many)
    seen = light_chain(scenery.open_in(tmp_path, made, have), block, rules())
    assert isinstance(seen, Broken)
    assert "at most" in seen.reason


def test_a_file_that_is_absent_or_of_another_kind(tmp_path: Path) -> None:
    made, have = lit([FIRST, proven()])
    opened = scenery.open_in(tmp_path, made, have)
    control = made.reserves[0].control
    assert control is not None
    broken = light_chain(opened, replace(made.blocks[0], light_client=(control,)), rules())
    unlisted = light_chain(opened, replace(made.blocks[0], light_client=(Digest(bytes(32)),)), rules())
    assert isinstance(broken, Broken)
    assert isinstance(unlisted, Broken)
    (opened.directory / "evidence" / made.blocks[0].light_client[0].value.hex()).unlink()
    assert isinstance(light_chain(opened, made.blocks[0], rules()), Missing)


def test_t42_a_file_that_serves_another_purpose_is_misplaced(tmp_path: Path) -> None:
    made, have = lit([FIRST, proven()])
    light = made.blocks[0].light_client[0]
    spoiled = scenery.with_account("hot", made, control_state=(light,))
    assert told(snapshot.complete(examined(tmp_path, (spoiled, have)))) == [("FAIL", "snapshot.complete.misplaced")]


def test_control_states_count_as_used(tmp_path: Path) -> None:
    made, have = lit([FIRST, proven()])
    code = have.add(b"{}", media_types.EVM_CODE)
    spoiled = scenery.with_account("hot", made, control_state=(code,))
    used = {entry.digest for entry in made.evidence} | {code}
    listed = replace(spoiled, evidence=tuple(have.entries[digest] for digest in sorted(used)))
    assert told(snapshot.complete(examined(tmp_path, (listed, have)))) == [("PASS", "snapshot.complete.whole")]


def test_what_is_seen_holds_the_way_down(tmp_path: Path) -> None:
    made, have = lit([FIRST, proven(CHILD)], [CHILD])
    seen = light_chain(scenery.open_in(tmp_path, made, have), made.blocks[0], rules())
    assert isinstance(seen, Seen)
    assert (seen.value.child, seen.value.view.block) == (CHILD, CHILD.ref)
    assert final(seen) is seen.value


# --- mainnet


@pytest.fixture(scope="module")
def real(vectors: Path) -> tuple[Header, list[LightClientDocument]]:
    header = execution_block(mainnet.data(vectors, "beacon_block_11650252.ssz"))
    return header, [mainnet.bootstrap(vectors), mainnet.update(vectors), mainnet.head_block(vectors)]


def mainnet_bundle(header: Header, documents: Sequence[LightClientDocument]) -> tuple[Bundle, Files]:
    have = files()
    digests = tuple(have.add(light_client_v1.write(document), media_types.LIGHT_CLIENT) for document in documents)
    block = SnapshotBlock(CHAIN, header.ref, have.header(header), None, digests)
    used = sorted({block.header, *digests})
    return bundle(blocks=(block,), reserves=(), evidence=tuple(have.entries[digest] for digest in used)), have


def mainnet_policy(checkpoint: bytes = mainnet.CHECKPOINT) -> Policy:
    return rules(checkpoint, beacons={row.chain: row for row in shipped_tables().beacons})


def test_t56_mainnets_block_is_signed_and_needs_a_source_to_be_final(
    real: tuple[Header, list[LightClientDocument]], tmp_path: Path
) -> None:
    made = mainnet_bundle(*real)
    alone = examined(tmp_path / "alone", made, policy=mainnet_policy())
    assert canonical(alone)[:2] == ("INCONCLUSIVE", "snapshot.canonical.signed_only")
    source = FakeSource((real[0], replace(real[0], number=real[0].number + 64)), final=real[0].number + 64)
    both = examined(tmp_path / "both", made, source, mainnet_policy())
    assert canonical(both) == ("PASS", "snapshot.canonical.final", Grade.STATE_PROOF)


def test_t55_mainnets_evidence_from_another_checkpoint_or_without_its_update_fails(
    real: tuple[Header, list[LightClientDocument]], tmp_path: Path
) -> None:
    header, documents = real
    for number, (given, policy) in enumerate(
        ((documents, mainnet_policy(bytes(32))), (documents[::2], mainnet_policy()), (documents[:2], mainnet_policy()))
    ):
        seen = examined(tmp_path / str(number), mainnet_bundle(header, given), policy=policy)
        assert canonical(seen)[:2] == ("FAIL", "evidence.broken")
