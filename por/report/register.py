"""Join an auditor's remarks to findings by ref, from one snapshot to the next."""

import re
from collections.abc import Mapping

from por.model import Verdict
from por.model.remark import Register, Remark

_SNAPSHOT = re.compile(r"(?P<issuer>[^@]+)@[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", re.ASCII)


def by_ref(register: Register, verdict: Verdict) -> Mapping[str, tuple[Remark, ...]]:
    """Return the remarks on each finding of a verdict, in the register's order.

    A finding about the snapshot as a whole has the remarks on the same finding about the issuer's other snapshots.
    """
    remarks: dict[str, list[Remark]] = {}
    for remark in register.remarks:
        remarks.setdefault(carried_ref(remark.ref), []).append(remark)
    refs = {finding.ref for finding in verdict.findings}
    return {ref: tuple(remarks[carried_ref(ref)]) for ref in sorted(refs) if carried_ref(ref) in remarks}


def closed(register: Register, verdict: Verdict) -> tuple[Remark, ...]:
    """Return the remarks on findings that are no longer there."""
    there = {carried_ref(finding.ref) for finding in verdict.findings}
    return tuple(remark for remark in register.remarks if carried_ref(remark.ref) not in there)


def carried_ref(ref: str) -> str:
    """Return a ref without the instant of the snapshot that it is about; any other ref is as it is."""
    check, _, subject = ref.partition("@")
    found = _SNAPSHOT.fullmatch(subject)
    return f"{check}@{found['issuer']}@" if found else ref
