"""Ask whether another issuer lists an account of this bundle as its own (T45)."""

from collections.abc import Iterator, Sequence

from por.checks.evidence import OpenBundle
from por.checks.examination import Examination
from por.model import ChainAccount, Finding, Instant, Outcome, ReserveAccount

CHECK = "reserves.unshared"


def unshared(examination: Examination) -> Iterator[Finding]:
    """Ask: is no account of this bundle in another issuer's bundle, in whatever role?

    Only bundles within the policy's max_age at the clock given are compared; what an older one lists may have changed
    hands. Nothing here shows that a bundle brought along is the other issuer's: only its own word does.
    """
    if not examination.others:
        return
    compared = [other for other in examination.others if not _why_not(examination, other)]
    mine = {row.account: (i, row) for i, row in reversed(list(examination.accounts()))}
    shared = list(_shared(mine, compared))
    if not compared:
        reasons = sorted({_why_not(examination, other) for other in examination.others})
        facts = {"reason": "; ".join(reasons)}
        yield Finding(CHECK, examination.bundle.snapshot, Outcome.INCONCLUSIVE, f"{CHECK}.not_compared", facts=facts)
    elif not shared:
        yield _apart(examination, compared)
    yield from shared


def _why_not(examination: Examination, other: OpenBundle) -> str:
    """Say why a bundle is not compared; empty where it is."""
    bundle = other.bundle
    if bundle.issuer == examination.bundle.issuer:
        return f"{bundle.snapshot} is the same issuer's"
    return _why_stale(bundle.snapshot, bundle.instant, examination.now, examination.policy.max_age)


def _why_stale(snapshot: str, instant: Instant, now: Instant, max_age: int) -> str:
    if instant > now:
        return f"{snapshot} is in the future"
    return f"{snapshot} is older than your policy allows" if now.seconds - instant.seconds > max_age else ""


def _shared(mine: dict[ChainAccount, tuple[int, ReserveAccount]], others: Sequence[OpenBundle]) -> Iterator[Finding]:
    theirs: dict[ChainAccount, list[tuple[OpenBundle, int, ReserveAccount]]] = {}
    for other in others:
        for position, row in enumerate(other.bundle.reserves):
            if row.account in mine:
                theirs.setdefault(row.account, []).append((other, position, row))
    for account, rows in sorted(theirs.items()):
        place, own = mine[account]
        facts = {
            "row": f"/reserves/{place}",
            "role": str(own.role),
            "others": "; ".join(_line(*row) for row in rows),
            "issuers": ", ".join(sorted({other.bundle.issuer for other, _, _ in rows})),
        }
        yield Finding(CHECK, str(account), Outcome.FAIL, f"{CHECK}.shared", facts=facts)


def _line(other: OpenBundle, position: int, row: ReserveAccount) -> str:
    return f"{other.bundle.issuer} at {other.bundle.instant} (/reserves/{position}, {row.role}, bundle {other.digest})"


def _apart(examination: Examination, compared: Sequence[OpenBundle]) -> Finding:
    facts = {
        "bundles": str(len(compared)),
        "issuers": ", ".join(sorted({other.bundle.issuer for other in compared})),
        "accounts": str(len(examination.bundle.reserves)),
        "left_out": str(len(examination.others) - len(compared)),
    }
    return Finding(CHECK, examination.bundle.snapshot, Outcome.PASS, f"{CHECK}.apart", facts=facts)
