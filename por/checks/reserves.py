"""Ask who controls each reserve account, what it held, and whether it may count."""

from collections.abc import Iterator
from functools import partial

from por.checks.chain_view import ChainView
from por.checks.examination import Examination
from por.checks.holdings import ProvenHolding
from por.checks.observation import Observation, Seen, judge
from por.checks.snapshot import header_grade
from por.model import (
    AssetId,
    ChainAccount,
    ClaimedHolding,
    Custody,
    Finding,
    Grade,
    Outcome,
    Policy,
    ReserveAccount,
    Role,
    SnapshotBlock,
    format_coins,
    printable,
)
from por.proofs.state.account import EMPTY_CODE_HASH


def control(examination: Examination) -> Iterator[Finding]:
    """Ask: did each account's key sign the challenge of this snapshot, as the verifier rebuilds it?

    An account with code at the snapshot block is inconclusive: what its code lets others do, no key's signature shows
    (T47). That it has none is seen where a holding of the chain's own coin, be it zero, is proven.
    """
    for i, account in examination.accounts():
        finding = judge("reserves.control", str(account.account), examination.signers[i], partial(_control, account))
        code = _code_hash(examination, i, account)
        if code not in {None, EMPTY_CODE_HASH} and finding.outcome is not Outcome.FAIL:
            yield _of_code(account, code or b"")
        elif code is None and finding.outcome is Outcome.PASS:
            yield Finding("reserves.control", finding.subject, Outcome.INCONCLUSIVE, "reserves.control.code_unseen")
        else:
            yield finding


def _code_hash(examination: Examination, position: int, account: ReserveAccount) -> bytes | None:
    seen = (examination.holdings[position, claim.asset] for claim in account.holdings)
    states = (held.value.state for held in seen if isinstance(held, Seen))
    return next((state.code_hash for state in states if state is not None), None)


def _of_code(account: ReserveAccount, code_hash: bytes) -> Finding:
    facts = {"code_hash": "0x" + code_hash.hex()}
    subject, message = str(account.account), "reserves.control.code"
    return Finding("reserves.control", subject, Outcome.INCONCLUSIVE, message, facts=facts)


def _control(account: ReserveAccount, signer: str) -> Finding:
    proven = signer == account.account.address
    third_party = account.custody is Custody.THIRD_PARTY
    return Finding(
        "reserves.control",
        str(account.account),
        Outcome.PASS if proven else Outcome.FAIL,
        "reserves.control.signed" if proven else "reserves.control.other_signer",
        grade=Grade.THIRD_PARTY_DOCUMENT if third_party else None,
        expected=account.account.address,
        actual=signer,
        facts={"custody": str(account.custody)},
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
    outcome, message, grade = _standing(block, view)
    if held.units != claim.amount:
        outcome, message = Outcome.FAIL, "reserves.balance.differs"
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


def _standing(block: SnapshotBlock, view: Observation[ChainView]) -> tuple[Outcome, str, Grade]:
    if not isinstance(view, Seen):
        return Outcome.INCONCLUSIVE, "reserves.balance.unconfirmed", Grade.SELF_DECLARED
    grade = header_grade(view.value)
    if view.value.header.hash != block.block.hash:
        return Outcome.FAIL, "reserves.balance.off_chain", grade
    if view.value.finalized.number < block.block.number:
        return Outcome.INCONCLUSIVE, "reserves.balance.not_final", grade
    return Outcome.PASS, "reserves.balance.proven", grade


def _own_assets(policy: Policy) -> set[AssetId]:
    """Return the issuer's own assets, with everything that is one asset with them on another chain (T63)."""
    same = ({member.asset for member in group.members} for group in policy.classes)
    return set(policy.own_assets).union(*(assets for assets in same if assets & policy.own_assets))


def eligible(examination: Examination) -> Iterator[Finding]:
    """Ask: may each claimed holding count at all: not the issuer's own asset, not blocked by its token?"""
    own = _own_assets(examination.policy)
    for i, account, claim in examination.claims():
        held = examination.holdings[i, claim.asset]
        subject = holding_subject(account.account, claim)
        if claim.asset in own:
            yield Finding("reserves.eligible", subject, Outcome.FAIL, "reserves.eligible.own_asset")
        elif isinstance(held, Seen) and held.value.flags:
            facts = {"flags": hex(held.value.flags)}
            yield Finding("reserves.eligible", subject, Outcome.FAIL, "reserves.eligible.flagged", facts=facts)
        else:
            facts = {"role": str(account.role), "asset": str(claim.asset)}
            yield Finding("reserves.eligible", subject, Outcome.PASS, "reserves.eligible.may_count", facts=facts)


def distinct(examination: Examination) -> Iterator[Finding]:
    """Ask: is every account listed once, in one role?"""
    listed: dict[ChainAccount, list[Role]] = {}
    for _, row in examination.accounts():
        listed.setdefault(row.account, []).append(row.role)
    for account, roles in sorted(listed.items()):
        once = len(roles) == 1
        outcome, message = (Outcome.PASS, "once") if once else (Outcome.FAIL, "again")
        facts = {"times": str(len(roles)), "roles": "" if once else ", ".join(sorted(set(roles)))}
        yield Finding("reserves.distinct", str(account), outcome, f"reserves.distinct.{message}", facts=facts)
