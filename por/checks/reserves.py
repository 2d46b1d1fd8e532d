"""Ask what each reserve account held, and whether it may count."""

from collections.abc import Iterator, Sequence
from functools import partial

from por.checks.chain_view import ChainView
from por.checks.examination import Examination
from por.checks.holdings import ProvenHolding
from por.checks.light_client import LightChain, final
from por.checks.observation import Observation, Seen, judge
from por.checks.snapshot import header_grade, light_of
from por.checks.worth import LookThrough, Worth, issuers_own
from por.model import (
    AssetId,
    AssetKind,
    ChainAccount,
    ClaimedHolding,
    Encumbrance,
    Finding,
    Grade,
    Outcome,
    Policy,
    ReserveAccount,
    SnapshotBlock,
    format_coins,
    printable,
)


def holding_subject(account: ChainAccount, claim: ClaimedHolding) -> str:
    """Address one claimed holding in findings."""
    return f"{account}/{claim.asset.namespace}:{claim.asset.reference}"


def balance(examination: Examination) -> Iterator[Finding]:
    """Ask: is each claimed holding exactly what the chain's state had at the snapshot block?"""
    for i, account, claim in examination.claims():
        subject = holding_subject(account.account, claim)
        held = examination.holdings[i, claim.asset]
        yield judge("reserves.balance", subject, held, partial(_balance, examination, account, claim))


def _balance(examination: Examination, account: ReserveAccount, claim: ClaimedHolding, held: ProvenHolding) -> Finding:
    block = next(block for block in examination.bundle.blocks if block.chain == account.account.chain)
    view = examination.views[block.chain]
    outcome, message, grade = _standing(block, view, light_of(examination, block.chain))
    if held.grade is not None:
        grade = min(grade, held.grade)
        message = "reserves.balance.told" if outcome is Outcome.PASS else message
    if held.units != claim.amount:
        outcome = Outcome.FAIL
        message = "reserves.balance.differs" if held.grade is None else "reserves.balance.told_other"
    facts = {
        "block": str(block.block.number),
        "hash": "0x" + block.block.hash.hex(),
        "asset": str(claim.asset),
        "held": _coins(examination.policy, claim.asset, held.units),
        "claimed": _coins(examination.policy, claim.asset, claim.amount),
    }
    if not isinstance(view, Seen):
        facts["reason"] = printable(view.reason)[:1000]
    return Finding(
        "reserves.balance",
        holding_subject(account.account, claim),
        outcome,
        message,
        grade=grade,
        expected=str(claim.amount),
        actual=str(held.units),
        facts=facts,
    )


def _coins(policy: Policy, asset: AssetId, units: int) -> str:
    members = (member for group in policy.classes for member in group.members)
    decimals = next((member.decimals for member in members if member.asset == asset), None)
    return f"{units} base units" if decimals is None else format_coins(units, decimals)


def _standing(
    block: SnapshotBlock, view: Observation[ChainView], light: Observation[LightChain]
) -> tuple[Outcome, str, Grade]:
    agreed = not isinstance(view, Seen) or view.value.header.hash == block.block.hash
    if final(light) is not None and agreed:
        return Outcome.PASS, "reserves.balance.proven", Grade.LIGHT_CLIENT
    if not isinstance(view, Seen):
        return Outcome.INCONCLUSIVE, "reserves.balance.unconfirmed", Grade.SELF_DECLARED
    grade = header_grade(view.value)
    if view.value.header.hash != block.block.hash:
        return Outcome.FAIL, "reserves.balance.off_chain", grade
    if view.value.finalized.number < block.block.number:
        return Outcome.INCONCLUSIVE, "reserves.balance.not_final", grade
    return Outcome.PASS, "reserves.balance.proven", grade


def eligible(examination: Examination) -> Iterator[Finding]:
    """Ask: does anything stand against counting a claimed holding?

    What the policy does not count is shown, and counts nothing: to list it is no fault (`por/spec/verdict.md`).
    """
    own, escrows = issuers_own(examination.policy), _escrows(examination.policy)
    look = LookThrough(examination)
    for i, account, claim in examination.claims():
        held = examination.holdings[i, claim.asset]
        worth = look.worth(account, claim, held)
        assets = (claim.asset, *look.behind(claim.asset))
        minted = next((escrows[account.account, each] for each in assets if (account.account, each) in escrows), None)
        if claim.asset in own:
            yield _eligible(account, claim, Outcome.FAIL, "own_asset")
        elif minted is not None:
            yield _eligible(account, claim, Outcome.FAIL, "escrow", minted=str(minted))
        elif isinstance(held, Seen) and held.value.flags:
            yield _eligible(account, claim, Outcome.FAIL, "flagged", flags=hex(held.value.flags))
        else:
            stands = look.encumbrances(account.account, claim)
            yield _unless_encumbered(examination.policy, account, claim, worth, stands)


def _escrows(policy: Policy) -> dict[tuple[ChainAccount, AssetId], AssetId]:
    return {(bridge.escrow, bridge.asset): bridge.minted for bridge in policy.bridges}


def _unless_encumbered(
    policy: Policy, account: ReserveAccount, claim: ClaimedHolding, worth: Worth, stands: Sequence[Encumbrance]
) -> Finding:
    amount = sum(row.amount for row in stands)
    facts = {"role": str(account.role), "asset": str(claim.asset), "kind": str(worth.kind)}
    if stands:
        facts["encumbered"] = _coins(policy, claim.asset, amount)
        facts["encumbrance"] = ", ".join(sorted({str(row.kind) for row in stands}))
    if amount > claim.amount:
        facts["claimed"] = _coins(policy, claim.asset, claim.amount)
        return _eligible(account, claim, Outcome.FAIL, "over_encumbered", **facts)
    if not worth.counts:
        return _eligible(account, claim, Outcome.PASS, "not_counted", **facts)
    if worth.kind is AssetKind.VAULT and worth.coins is None:
        return _eligible(account, claim, Outcome.INCONCLUSIVE, "no_rate", **facts)
    return _eligible(account, claim, Outcome.PASS, "encumbered" if stands else "may_count", **facts)


def _eligible(account: ReserveAccount, claim: ClaimedHolding, outcome: Outcome, message: str, **facts: str) -> Finding:
    subject = holding_subject(account.account, claim)
    return Finding("reserves.eligible", subject, outcome, f"reserves.eligible.{message}", facts=facts)


def distinct(examination: Examination) -> Iterator[Finding]:
    """Ask: is every account listed once, in one role?"""
    listed: dict[ChainAccount, list[ReserveAccount]] = {}
    for _, row in examination.accounts():
        listed.setdefault(row.account, []).append(row)
    for account, rows in sorted(listed.items()):
        roles = sorted({str(row.role) for row in rows})
        outcome, message = Outcome.FAIL, "again"
        if len(rows) == 1:
            outcome, message, roles = Outcome.PASS, "once", []
        elif len(roles) == 1 and sum(bool(row.holdings) for row in rows) <= 1:
            outcome, message = Outcome.INCONCLUSIVE, "again_empty"
        facts = {"times": str(len(rows)), "roles": ", ".join(roles)}
        yield Finding("reserves.distinct", str(account), outcome, f"reserves.distinct.{message}", facts=facts)
