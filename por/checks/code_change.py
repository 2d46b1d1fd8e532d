"""Ask whether tokens and accounts still run the code of the snapshot before (T60)."""

from collections.abc import Iterator

from por.checks.code_view import Codes, Subject, own_address, proven_codes
from por.checks.evidence import OpenBundle
from por.checks.examination import Examination
from por.checks.observation import Broken, Missing, unseen
from por.model import ChainAccount, ChainId, Finding, Grade, Outcome, Policy
from por.proofs.state.account import EMPTY_CODE_HASH

CHECK = "reserves.code"


def code(examination: Examination) -> Iterator[Finding]:
    """Ask: does everything whose code both bundles prove run the code that it ran then?

    The bundle before is taken at its word about its blocks, so that nothing here is better than self-declared.
    """
    before = examination.previous
    if before is None:
        return
    wrong = other_bundle(examination, before)
    if wrong is not None:
        yield unseen(CHECK, examination.bundle.snapshot, wrong)
        return
    then, now = proven_codes(before), proven_codes(examination.opened)
    pinned = _pinned(examination.policy)
    for subject in sorted(then.keys() & now.keys(), key=str):
        yield from _compared(subject, then[subject], now[subject], pinned, before.bundle.snapshot)


def other_bundle(examination: Examination, before: OpenBundle) -> Broken | Missing | None:
    """Say why a bundle is not the one before; another one in its very place contradicts the issuer."""
    bundle = examination.bundle
    if before.digest == bundle.previous:
        return None
    named = f"this bundle names {bundle.previous or 'no bundle'} as the one before it, and {before.digest} was given"
    in_place = before.bundle.issuer == bundle.issuer and before.bundle.sequence + 1 == bundle.sequence
    return Broken(named) if in_place else Missing(named)


def _pinned(policy: Policy) -> set[tuple[ChainId, bytes]]:
    """Collect the codes that the verifier knows on each chain."""
    known = {(layout.asset.chain, layout.code_hash) for layout in policy.layouts}
    behind = ((layout.asset.chain, layout.implementation) for layout in policy.layouts)
    known |= {(chain, pin.code_hash) for chain, pin in behind if pin is not None}
    known |= {(chain, code_hash) for chain in policy.chains for code_hash in policy.wallets}
    return known | {(call.asset.chain, code_hash) for call in policy.calls for code_hash in call.codes}


def _pair(subject: Subject, then: Codes, now: Codes) -> tuple[set[bytes], set[bytes]]:
    """Return what is compared: all codes of a token; of an account also what judged its control proof, if both show it.

    Sets, for a proxy may move to another address with the same code.
    """
    own = own_address(subject)
    old, new = set(then.values()), set(now.values())
    if isinstance(subject, ChainAccount) and (then.keys() == {own} or now.keys() == {own}):
        return {then[own]} if own in then else set(), {now[own]} if own in now else set()
    return old, new


def _compared(
    subject: Subject, then: Codes, now: Codes, pinned: set[tuple[ChainId, bytes]], before: str
) -> Iterator[Finding]:
    old, new = _pair(subject, then, now)
    if not old or not new:
        return
    fresh, own = new - old, own_address(subject)
    if own in then and own in now and then[own] != now[own]:
        # Whatever else ran that code before, or was only shown beside it, this account did not.
        fresh = {*fresh, now[own]}
    outcome, message = Outcome.PASS, "same"
    if fresh and all((subject.chain, code_hash) in pinned for code_hash in fresh):
        message = "known"
    elif fresh:
        outcome, message = Outcome.INCONCLUSIVE, _change(then.get(own), now.get(own))
    yield Finding(
        CHECK,
        str(subject),
        outcome,
        f"{CHECK}.{message}",
        grade=Grade.SELF_DECLARED,
        expected=_hashes(old),
        actual=_hashes(new),
        facts={"before": before},
    )


def _change(then: bytes | None, now: bytes | None) -> str:
    if then == EMPTY_CODE_HASH != now:
        return "got"
    return "lost" if now == EMPTY_CODE_HASH != then else "changed"


def _hashes(codes: set[bytes]) -> str:
    return ", ".join(sorted("no code" if code == EMPTY_CODE_HASH else "0x" + code.hex() for code in codes))
