"""Ask whether what is owed follows from what was owed before and what moved since (`por/spec/roll-forward.md`)."""

from collections.abc import Iterator

from por.checks.code_change import other_bundle
from por.checks.examination import Examination
from por.checks.observation import Missing, unseen
from por.model import Finding, Grade, LiabilityCommitment, Outcome
from por.model.movements import Flow, Movements

CHECK = "liabilities.rolled"


def rolled(examination: Examination) -> Iterator[Finding]:
    """Ask: is opening + deposits - withdrawals + trades - fees = closing, for each segment and asset, exactly?

    The movements are the issuer's own word about itself, so that nothing here is better than self-declared.
    """
    movements, before = examination.movements, examination.previous
    if movements is None:
        return
    if before is None:
        yield unseen(CHECK, examination.bundle.snapshot, Missing("no bundle before was given; give --previous BUNDLE"))
        return
    wrong = other_bundle(examination, before)
    if wrong is not None:
        yield unseen(CHECK, examination.bundle.snapshot, wrong)
        return
    yield from _rolled(before.bundle.liabilities, examination.bundle.liabilities, movements, before.bundle.snapshot)


def _rolled(
    then: tuple[LiabilityCommitment, ...], now: tuple[LiabilityCommitment, ...], movements: Movements, before: str
) -> Iterator[Finding]:
    opening = {item.ref: item for item in then}
    closing = {item.ref: item for item in now}
    for ref in sorted(opening.keys() | closing.keys() | movements.flows.keys()):
        flow = movements.flows.get(ref)
        first, last = opening.get(ref), closing.get(ref)
        if first is not None and last is not None and first.decimals != last.decimals:
            yield unseen(CHECK, ref, Missing(f"{first.decimals} decimals before and {last.decimals} now"))
        elif flow is None:
            yield unseen(CHECK, ref, Missing("the movements have no row for it; one of zeros says that nothing moved"))
        else:
            # What is nowhere committed to is nothing: a total of zero has no commitment.
            yield _compared(ref, first.total if first else 0, flow, last.total if last else 0, before)


def _compared(ref: str, opening: int, flow: Flow, closing: int, before: str) -> Finding:
    expected = opening + flow.net
    same = expected == closing
    return Finding(
        CHECK,
        ref,
        Outcome.PASS if same else Outcome.FAIL,
        f"{CHECK}.{'follows' if same else 'differs'}",
        grade=Grade.SELF_DECLARED,
        expected=str(expected),
        actual=str(closing),
        facts={
            "before": before,
            "opening": str(opening),
            "deposits": str(flow.deposits),
            "withdrawals": str(flow.withdrawals),
            "trades": str(flow.trades),
            "fees": str(flow.fees),
            "difference": str(closing - expected),
        },
    )
