"""Ask who controls each reserve account (`por/spec/control-proof.md`)."""

from collections.abc import Container, Iterator, Mapping, Sequence
from functools import partial

from por.checks.control_evidence import Approved, ControlEvidence, Published, Signed, Unasked
from por.checks.control_reasons import Misuse
from por.checks.examination import Examination
from por.checks.freshness import span
from por.checks.observation import Missing, Seen, judge
from por.model import Bundle, Custody, Finding, Grade, Outcome, Policy, ReserveAccount, printable
from por.proofs.control.challenge import MAX_PERIOD
from por.proofs.state.account import EMPTY_CODE_HASH

CHECK = "reserves.control"


def control(examination: Examination) -> Iterator[Finding]:
    """Ask: did each account's key sign the challenge of this snapshot, or its contract approve such a signature?

    A key's signature shows no control of an account with code of its own at the snapshot block (T47): what that lets
    others do, the signature does not show. That it has none is seen where a holding of the chain's own coin, be it
    zero, is proven.
    """
    for i, account in examination.accounts():
        seen = examination.signers[i]
        code = _code_hash(examination, i, account)
        unsigned = account.control is None and examination.bundle.control_set is None
        if isinstance(seen, Missing) and unsigned and code not in {None, EMPTY_CODE_HASH}:
            yield _found(account, Outcome.INCONCLUSIVE, "code", facts={"code_hash": _hex(code)})
        else:
            decide = partial(_judged, examination.bundle, examination.policy, account, code)
            yield judge(CHECK, str(account.account), seen, decide)


def _code_hash(examination: Examination, position: int, account: ReserveAccount) -> bytes | None:
    seen = (examination.holdings[position, claim.asset] for claim in account.holdings)
    states = (held.value.state for held in seen if isinstance(held, Seen))
    return next((state.code_hash for state in states if state is not None), None)


def _judged(
    bundle: Bundle, policy: Policy, account: ReserveAccount, code: bytes | None, evidence: ControlEvidence
) -> Finding:
    facts = {"custody": str(account.custody)}
    if bundle.control_set is not None and evidence.leaf is not None:
        index, root = evidence.leaf
        facts["leaf"] = f"{index + 1} of {bundle.control_set.count}"
        if root != bundle.control_set.root:
            return _found(account, Outcome.FAIL, "other_set", bundle.control_set.root.hex(), root.hex(), facts)
    if isinstance(evidence.said, Published):
        return _of_text(account, evidence.said, facts)
    facts["scheme"] = evidence.said.scheme
    period = bundle.expires.seconds - bundle.instant.seconds
    if period > MAX_PERIOD:
        return _found(account, Outcome.FAIL, "unbounded", span(MAX_PERIOD), span(period), facts)
    if isinstance(evidence.said, Unasked):
        return _found(
            account, Outcome.INCONCLUSIVE, "other_code", facts={**facts, "codes": _codes(evidence.said.codes)}
        )
    if isinstance(evidence.said, Approved):
        return _of_contract(account, evidence.said, policy.wallets, facts)
    return _of_key(account, code, evidence.said, dict(evidence.delegates), facts)


def _of_key(
    account: ReserveAccount, code: bytes | None, said: Signed, delegates: dict[bytes, str], facts: dict[str, str]
) -> Finding:
    found = partial(_found, account, expected=account.account.address, actual=said.signer)
    if said.signer != account.account.address:
        return _of_other(account, said.misuse, said.signer, facts)
    if code is None:
        return found(Outcome.INCONCLUSIVE, "code_unseen", facts=facts)
    if code == EMPTY_CODE_HASH:
        return found(Outcome.PASS, "signed", facts=facts)
    if code in delegates:
        return found(Outcome.PASS, "delegated", facts={**facts, "delegate": delegates[code]})
    return found(Outcome.INCONCLUSIVE, "code", facts={**facts, "code_hash": _hex(code)})


def _of_other(account: ReserveAccount, misuse: Misuse | None, signer: str | None, facts: dict[str, str]) -> Finding:
    message = "other_signer" if misuse is None else str(misuse.use)
    return _found(account, Outcome.FAIL, message, account.account.address, signer, {**facts, **_instead(misuse)})


def _of_contract(account: ReserveAccount, said: Approved, believed: Container[bytes], facts: dict[str, str]) -> Finding:
    """Judge an approval by all code that had a part in it: code that anybody may write approves what it likes (T47)."""
    approval = said.approval
    found = partial(_found, account, expected=account.account.address, actual=approval.account)
    unknown = [row for row in approval.codes if row[1] not in believed]
    if unknown or not approval.codes:
        return found(Outcome.INCONCLUSIVE, "other_code", facts={**facts, "codes": _codes(unknown)})
    message = "approved" if approval.deployed else "approved_undeployed"
    return found(Outcome.PASS, message, facts={**facts, "codes": _codes(approval.codes)})


def _codes(rows: Sequence[tuple[str, bytes]]) -> str:
    return ", ".join(f"{address} ({_hex(code)})" for address, code in rows) or "none"


def _of_text(account: ReserveAccount, said: Published, facts: dict[str, str]) -> Finding:
    facts = {**facts, "scheme": "published", "text": printable(said.text)[:1000]}
    signers = ", ".join(said.signers) or None
    if said.misuse is not None or account.account.address not in said.signers:
        return _of_other(account, said.misuse, signers, facts)
    return _found(account, Outcome.INCONCLUSIVE, "published", account.account.address, signers, facts)


def _instead(misuse: Misuse | None) -> dict[str, str]:
    if misuse is None:
        return {}
    return {
        "for_issuer": misuse.issuer,
        "for_snapshot": misuse.snapshot,
        "for_chain": str(misuse.chain),
        "for_scheme": misuse.scheme,
        "for_expires": misuse.expires,
    }


def _found(
    account: ReserveAccount,
    outcome: Outcome,
    message: str,
    expected: str | None = None,
    actual: str | None = None,
    facts: Mapping[str, str] | None = None,
) -> Finding:
    third_party = account.custody is Custody.THIRD_PARTY
    return Finding(
        CHECK,
        str(account.account),
        outcome,
        f"{CHECK}.{message}",
        grade=Grade.THIRD_PARTY_DOCUMENT if third_party else None,
        expected=expected,
        actual=actual,
        facts=dict(facts or {}),
    )


def _hex(data: bytes | None) -> str:
    return "0x" + (data or b"").hex()
