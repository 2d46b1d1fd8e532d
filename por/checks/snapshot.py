"""Ask whether the snapshot is whole, on the chain, of one instant, and recent enough."""

from collections.abc import Iterator
from functools import partial

from por.checks.chain_view import ChainView
from por.checks.examination import Examination
from por.checks.freshness import freshness
from por.checks.light_client import LightChain, final
from por.checks.observation import Broken, Missing, Observation, Seen, judge, then, unseen
from por.encoding import media_types
from por.model import (
    BlockRef,
    Bundle,
    ChainId,
    Digest,
    Finding,
    Grade,
    Header,
    Instant,
    Outcome,
    SnapshotBlock,
    printable,
)

_DECLARED = frozenset({media_types.DECLARATIONS})
_DOCUMENT = frozenset({media_types.DOCUMENT})
_HEADER = frozenset({media_types.EVM_HEADER})
_LIGHT_CLIENT = frozenset({media_types.LIGHT_CLIENT, media_types.EVM_HEADER})
_CONTROL = frozenset({media_types.CONTROL_OPENING, media_types.CONTROL_SIGNATURE, media_types.PUBLISHED_SIGNATURE})
_CONTROL_STATE = frozenset({media_types.EVM_WITNESS, media_types.EVM_CODE})
_HOLDING = frozenset(
    {media_types.EVM_ACCOUNT_PROOF, media_types.EVM_WITNESS, media_types.EVM_CODE, media_types.VALIDATORS}
)


def complete(examination: Examination) -> Iterator[Finding]:
    """Ask: is every evidence file that the bundle names there, unaltered, and named only if it is used?"""
    bundle = examination.bundle
    problems = [*_evidence_problems(examination), *_chains_without_block(examination)]
    yield from problems
    if not problems and bundle.evidence:
        facts = {
            "files": str(len(bundle.evidence)),
            "bytes": str(sum(entry.size for entry in bundle.evidence)),
        }
        yield Finding("snapshot.complete", bundle.snapshot, Outcome.PASS, "snapshot.complete.whole", facts=facts)


def _evidence_problems(examination: Examination) -> Iterator[Finding]:
    used = _used_evidence(examination)
    listed = {entry.digest for entry in examination.bundle.evidence}
    documents = {digest for digest, _ in _documents(examination)}
    for digest in sorted(used - listed):
        yield Finding("snapshot.complete", str(digest), Outcome.FAIL, "snapshot.complete.unlisted")
    for digest in sorted(listed - used - documents):
        yield Finding("snapshot.complete", str(digest), Outcome.FAIL, "snapshot.complete.unused")
    yield from _misplaced(examination)
    for entry in examination.bundle.evidence:
        seen = examination.opened.found(entry)
        if not isinstance(seen, Seen):
            yield unseen("snapshot.complete", str(entry.digest), seen)
        elif entry.media_type == media_types.DECLARATIONS and entry.digest == examination.bundle.declarations:
            yield from _ill_formed(examination, entry.digest)


def _ill_formed(examination: Examination, digest: Digest) -> Iterator[Finding]:
    """Refuse declarations that break their form here: no other check reads them where no rulebook is asked for."""
    if isinstance(examination.declared, Broken):
        yield unseen("snapshot.complete", str(digest), examination.declared)


def _used_evidence(examination: Examination) -> set[Digest]:
    return {digest for digest, _ in _references(examination.bundle)}


def _references(bundle: Bundle) -> Iterator[tuple[Digest, frozenset[str]]]:
    """Iterate over every evidence file that the bundle refers to, with the media types that serve there."""
    for block in bundle.blocks:
        yield block.header, _HEADER
        if block.child is not None:
            yield block.child, _HEADER
        yield from ((digest, _LIGHT_CLIENT) for digest in block.light_client)
    for account in bundle.reserves:
        if account.control is not None:
            yield account.control, _CONTROL
        yield from ((digest, _CONTROL_STATE) for digest in account.control_state)
        yield from ((digest, _HOLDING) for claim in account.holdings for digest in claim.evidence)
    if bundle.declarations is not None:
        yield bundle.declarations, _DECLARED


def _documents(examination: Examination) -> Iterator[tuple[Digest, frozenset[str]]]:
    """Iterate over the documents that the declarations name; a bundle may hold them, and need not.

    Where the declarations cannot be read, nobody knows what they name: every listed document may be one of them.
    """
    declared = examination.declared
    if isinstance(declared, Seen):
        yield from ((row.digest, _DOCUMENT) for row in declared.value.documents)
    elif declared is not None:
        rows = (entry for entry in examination.bundle.evidence if entry.media_type in _DOCUMENT)
        yield from ((entry.digest, _DOCUMENT) for entry in rows)


def _misplaced(examination: Examination) -> Iterator[Finding]:
    listed = {entry.digest: entry.media_type for entry in examination.bundle.evidence}
    wrong = {
        digest: (kind, served)
        for digest, served in (*_references(examination.bundle), *_documents(examination))
        if (kind := listed.get(digest)) is not None and kind not in served
    }
    for digest, (kind, served) in sorted(wrong.items()):
        yield Finding(
            "snapshot.complete",
            str(digest),
            Outcome.FAIL,
            "snapshot.complete.misplaced",
            expected=", ".join(sorted(served)),
            actual=kind,
        )


def _chains_without_block(examination: Examination) -> Iterator[Finding]:
    named = {block.chain for block in examination.bundle.blocks}
    for chain in sorted({account.account.chain for account in examination.bundle.reserves} - named):
        yield Finding("snapshot.complete", str(chain), Outcome.INCONCLUSIVE, "snapshot.complete.no_block")


def canonical(examination: Examination) -> Iterator[Finding]:
    """Ask: is each snapshot block final on its chain, as the sources that the policy asks for see it?"""
    for block in examination.bundle.blocks:
        header, view = _of_block(examination.headers[block.chain], block.block), examination.views[block.chain]
        light = light_of(examination, block.chain)
        if not isinstance(header, Seen):
            yield unseen("snapshot.canonical", str(block.chain), header)
        elif isinstance(light, Broken):
            yield unseen("snapshot.canonical", str(block.chain), light)
        elif isinstance(light, Seen) and (light.value.view.finalized or not isinstance(view, Seen)):
            yield _lit(block, light.value, view)
        else:
            yield judge("snapshot.canonical", str(block.chain), view, partial(_canonical, block))


def light_of(examination: Examination, chain: ChainId) -> Observation[LightChain]:
    """Return what light-client evidence shows of a chain's snapshot block."""
    return examination.light.get(chain, Missing("no light-client evidence was looked at"))


def _lit(block: SnapshotBlock, light: LightChain, view: Observation[ChainView]) -> Finding:
    outcome, message = Outcome.PASS, "snapshot.canonical.light_client"
    if isinstance(view, Seen) and view.value.header.hash != block.block.hash:
        outcome, message = Outcome.FAIL, "snapshot.canonical.sources_differ"
    elif not light.view.finalized:
        outcome, message = Outcome.INCONCLUSIVE, "snapshot.canonical.signed_only"
    return Finding(
        "snapshot.canonical",
        str(block.chain),
        outcome,
        message,
        grade=Grade.LIGHT_CLIENT if light.view.finalized else Grade.SELF_DECLARED,
        expected="0x" + (view.value.header.hash if isinstance(view, Seen) else block.block.hash).hex(),
        actual="0x" + block.block.hash.hex(),
        facts={
            "number": str(block.block.number),
            "slot": str(light.view.slot),
            "participation": str(light.view.participation),
            "sources": ", ".join(view.value.names) if isinstance(view, Seen) else "none",
            "reason": "" if isinstance(view, Seen) else printable(view.reason)[:1000],
        },
    )


def _of_block(header: Observation[Header], block: BlockRef) -> Observation[Header]:
    if isinstance(header, Seen) and header.value.ref != block:
        return Broken("the header evidence is not of the block the bundle names")
    return header


def _canonical(block: SnapshotBlock, view: ChainView) -> Finding:
    outcome, message = Outcome.PASS, "snapshot.canonical.final"
    if view.header.hash != block.block.hash:
        outcome, message = Outcome.FAIL, "snapshot.canonical.other_hash"
    elif view.finalized.number < block.block.number:
        outcome, message = Outcome.INCONCLUSIVE, "snapshot.canonical.not_final"
    return Finding(
        "snapshot.canonical",
        str(block.chain),
        outcome,
        message,
        grade=header_grade(view),
        expected="0x" + view.header.hash.hex(),
        actual="0x" + block.block.hash.hex(),
        facts={
            "number": str(block.block.number),
            "finalized": str(view.finalized.number),
            "sources": ", ".join(view.names),
        },
    )


def header_grade(view: ChainView) -> Grade:
    """Grade what is proven against a header: it is agreed when two or more independent sources gave it."""
    return Grade.STATE_PROOF if len(view.names) > 1 else Grade.SINGLE_SOURCE


def simultaneous(examination: Examination) -> Iterator[Finding]:
    """Ask: is each snapshot block the last one of its chain at the instant, and near enough to it?"""
    for block in examination.bundle.blocks:
        pair = _with_child(examination, block)
        yield judge("snapshot.simultaneous", str(block.chain), pair, partial(_simultaneous, examination, block))


def _with_child(examination: Examination, block: SnapshotBlock) -> Observation[tuple[Header, Header]]:
    """Pair the block's header with the next one, which sources or a light client show: a header is easily made up."""

    def agreed(header: Header, child: Header, view: ChainView) -> Observation[tuple[Header, Header]]:
        if view.child is None:
            return Missing("the sources have no next block to compare the evidence with")
        if view.finalized.number < view.child.number:
            return Missing("the next block is not final yet, and may still become another one; try again later")
        if child.hash != view.child.hash:
            return Broken("the next block in the evidence is not the one the sources have")
        return Seen((header, child))

    header, child = _of_block(examination.headers[block.chain], block.block), examination.children[block.chain]
    view, lit = examination.views[block.chain], final(light_of(examination, block.chain))

    def paired(first: Header, second: Header) -> Observation[tuple[Header, Header]]:
        if lit is None or lit.child is None:
            return then(view, partial(agreed, first, second))
        if second.hash != lit.child.hash:
            return Broken("the next block in the evidence is not the one that the light client leads through")
        if isinstance(view, Seen) and view.value.child is not None and view.value.child.hash != second.hash:
            return Broken("the next block in the evidence is not the one the sources have")
        return Seen((first, second))

    return then(header, lambda first: then(child, lambda second: paired(first, second)))


def _simultaneous(examination: Examination, named: SnapshotBlock, pair: tuple[Header, Header]) -> Finding:
    block, child = pair
    instant, max_skew = examination.bundle.instant, examination.policy.max_skew
    skew = instant.seconds - block.timestamp
    outcome, message = Outcome.PASS, "snapshot.simultaneous.last_before"
    if child.parent_hash != block.hash or child.number != block.number + 1:
        outcome, message = Outcome.FAIL, "snapshot.simultaneous.not_next"
    elif not block.timestamp <= instant.seconds < child.timestamp:
        outcome, message = Outcome.FAIL, "snapshot.simultaneous.not_last"
    elif skew > max_skew:
        outcome, message = Outcome.FAIL, "snapshot.simultaneous.skew"
    return Finding(
        "snapshot.simultaneous",
        str(named.chain),
        outcome,
        message,
        expected=f"at most {max_skew} s",
        actual=f"{skew} s",
        facts={"block": _moment(block), "next": _moment(child), "instant": str(instant)},
    )


def _moment(header: Header) -> str:
    return str(Instant(header.timestamp))


def fresh(examination: Examination) -> Iterator[Finding]:
    """Ask: is the snapshot in the past, and not older than the policy allows, at the clock given?"""
    yield freshness(
        examination.bundle.snapshot, examination.bundle.instant, examination.now, examination.policy.max_age
    )
