"""Compare a bundle with what the policy's address anchored for its instant (`por/spec/registry.md`, anchor 1 and 2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from por.checks.evidence import OpenBundle
from por.checks.freshness import span
from por.checks.observation import Missing, Observation, Seen, judge, observe, unseen
from por.checks.registry_view import Anchoring, RegistryView, judge_view
from por.commitments.anchors import anchor_of, totals_digest, totals_of
from por.model import Anchor, AssetTotal, Bundle, ChainAccount, Finding, Instant, Outcome, RegistryPin

CHECK = "publication.anchored"
IDENTIFIED = "publication.identified"

Fields = dict[str, str]


@dataclass(frozen=True, slots=True)
class _Compared:
    """Hold an entry and, by field, what it says and what the bundle says where they differ."""

    found: Anchoring
    actual: Fields
    expected: Fields


def anchored(opened: OpenBundle, pin: RegistryPin, view: Observation[RegistryView], now: Instant) -> Finding:
    """Ask: did the policy's address anchor exactly this bundle, in time, and does the bundle name it back?"""
    bundle, account = opened.bundle, ChainAccount(pin.contract.chain, pin.issuer)
    found = _entry_for(opened, view.value) if isinstance(view, Seen) and not view.value.gap else None
    if bundle.anchored_by != account:
        return Finding(
            CHECK,
            bundle.snapshot,
            Outcome.FAIL,
            f"{CHECK}.not_bound",
            expected=str(account),
            actual=str(bundle.anchored_by or "no account"),
            facts=view.value.facts(found) if found is not None and isinstance(view, Seen) else {},
        )
    return judge_view(CHECK, bundle.snapshot, view, partial(_anchored, opened, found, now))


def identified(opened: OpenBundle, pin: RegistryPin, view: Observation[RegistryView]) -> Finding:
    """Ask: did the policy's address anchor this bundle's digest, and does the bundle name that address back?"""
    account = ChainAccount(pin.contract.chain, pin.issuer)
    if opened.bundle.anchored_by != account:
        message, actual = f"{IDENTIFIED}.not_bound", str(opened.bundle.anchored_by or "no account")
        return _identified(opened, Outcome.FAIL, message, expected=str(account), actual=actual)
    return judge_view(IDENTIFIED, opened.bundle.snapshot, view, partial(_by_entry, opened))


def _by_entry(opened: OpenBundle, view: RegistryView) -> Finding:
    found = _entry_for(opened, view)
    if found is None:
        why = f"{view.account} has anchored nothing for this instant, as far as {view.final_at}"
        return unseen(IDENTIFIED, opened.bundle.snapshot, Missing(why))
    facts = {**view.facts(found), "pin": f"{view.account} in {view.pin.contract}"}
    if found.entry.anchor.bundle == opened.digest:
        return _identified(opened, Outcome.PASS, f"{IDENTIFIED}.anchored", facts=facts)
    expected, actual = str(opened.digest), str(found.entry.anchor.bundle)
    message = f"{IDENTIFIED}.other_anchored"
    return _identified(opened, Outcome.FAIL, message, expected=expected, actual=actual, facts=facts)


def _identified(
    opened: OpenBundle,
    outcome: Outcome,
    message: str,
    *,
    expected: str | None = None,
    actual: str | None = None,
    facts: Mapping[str, str] | None = None,
) -> Finding:
    return Finding(
        IDENTIFIED,
        opened.bundle.snapshot,
        outcome,
        message,
        expected=expected,
        actual=actual,
        facts=facts or {},
    )


def _entry_for(opened: OpenBundle, view: RegistryView) -> Anchoring | None:
    """Return the newest entry of this bundle, else the newest for its instant.

    An entry of the bundle that this one supersedes is neither: its correction is not anchored yet.
    """
    own = [found for found in view.entries if found.entry.anchor.bundle == opened.digest]
    newest = view.newest
    if own or newest is None:
        return own[-1] if own else None
    return None if newest.entry.anchor.bundle == opened.bundle.supersedes else newest


def _anchored(opened: OpenBundle, found: Anchoring | None, now: Instant, view: RegistryView) -> Finding:
    if found is None:
        return _absent(opened.bundle, now, view)
    compared = observe(lambda: _compared(opened, found, view))
    return judge(CHECK, opened.bundle.snapshot, compared, partial(_judged, opened.bundle, view))


def _absent(bundle: Bundle, now: Instant, view: RegistryView) -> Finding:
    """Refute nothing that a later block may still show: the sources must have looked beyond the deadline."""
    over = min(now, view.final_at).seconds > bundle.instant.seconds + view.pin.max_delay
    return Finding(
        CHECK,
        bundle.snapshot,
        Outcome.FAIL if over else Outcome.INCONCLUSIVE,
        f"{CHECK}.not_in_time" if over else f"{CHECK}.not_yet",
        facts={
            "account": str(view.account),
            "registry": str(view.pin.contract),
            "final_at": str(view.final_at),
            "limit": span(view.pin.max_delay),
        },
    )


def _judged(bundle: Bundle, view: RegistryView, compared: _Compared) -> Finding:
    found = compared.found
    delay = found.anchored_at.seconds - bundle.instant.seconds
    outcome, message = Outcome.FAIL, f"{CHECK}.differs"
    if not compared.actual:
        outcome, message = Outcome.PASS, f"{CHECK}.in_time"
        if delay > view.pin.max_delay:
            outcome, message = Outcome.FAIL, f"{CHECK}.late"
        elif found.anchored_at > bundle.expires:
            outcome, message = Outcome.FAIL, f"{CHECK}.expired"
    return Finding(
        CHECK,
        bundle.snapshot,
        outcome,
        message,
        grade=view.grade(found),
        expected=_written(compared.expected),
        actual=_written(compared.actual),
        facts={
            **view.facts(found),
            "delay": span(delay),
            "limit": span(view.pin.max_delay),
            "expires": str(bundle.expires),
        },
    )


def _compared(opened: OpenBundle, found: Anchoring, view: RegistryView) -> _Compared:
    bundle, said = opened.bundle, found.entry
    wanted = anchor_of(bundle, opened.digest, view.pin.contract.chain, said.anchor.supersedes)
    actual = _fields(said.anchor, said.totals) | {"correction of": _corrected(view, found)}
    expected = _fields(wanted, totals_of(bundle)) | {"correction of": str(bundle.supersedes or "no bundle")}
    differing = [name for name in actual if actual[name] != expected[name]]
    return _Compared(found, {name: actual[name] for name in differing}, {name: expected[name] for name in differing})


def _corrected(view: RegistryView, found: Anchoring) -> str:
    """Name the bundle that an entry corrects; entries of one bundle in a row are looked through."""
    earlier: Anchoring | None = found
    while earlier is not None and earlier.entry.anchor.bundle == found.entry.anchor.bundle:
        earlier = view.corrected_by(earlier)
    return "no bundle" if earlier is None else str(earlier.entry.anchor.bundle)


def _fields(anchor: Anchor, totals: tuple[AssetTotal, ...]) -> Fields:
    return {
        "instant": str(anchor.instant),
        "snapshot block": f"{anchor.snapshot_block} of chain {anchor.snapshot_chain} 0x{anchor.snapshot_hash.hex()}",
        "commitments root": anchor.commitments_root.hex(),
        "bundle digest": str(anchor.bundle),
        "reserve-set root": anchor.reserve_set_root.hex(),
        "totals": f"0x{totals_digest(totals).hex()}",
    }


def _written(fields: Fields) -> str | None:
    return "; ".join(f"{name} {value}" for name, value in fields.items()) or None
