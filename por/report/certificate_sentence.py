"""Say in one sentence what a certificate of attesters is worth to its reader."""

from por.model import Outcome, Verdict


def certificate_sentence(verdict: Verdict) -> str:
    """Write the sentence that stands first in every rendering of a certificate's verdict."""
    what = _what(verdict)
    found = [finding for finding in verdict.of("attestation.outcome") if finding.outcome is Outcome.FAIL]
    failed = _names(verdict, Outcome.FAIL)
    if verdict.outcome is Outcome.PASS:
        return f"{_signed(verdict)} found PASS for {what}, {_when(verdict)}; they looked, this command did not."
    if found and failed == "attestation.outcome":
        return f"{_signed(verdict)} found FAIL for {what}, {_when(verdict)}."
    if verdict.outcome is Outcome.FAIL:
        return f"what attesters signed about {what} does not hold for you: {failed} failed."
    undecided = _names(verdict, Outcome.INCONCLUSIVE)
    return f"what attesters signed about {what} decides nothing for you: {undecided} undecided."


def _what(verdict: Verdict) -> str:
    issuer, at, instant = verdict.snapshot.partition("@")
    return f"what {issuer} anchored for {instant}" if at else f"the anchored entry {verdict.snapshot}"


def _signed(verdict: Verdict) -> str:
    facts = next((finding.facts for finding in verdict.of("attestation.signed") if "signed" in finding.facts), {})
    if not facts:
        return "attesters whose signatures are not all checked"
    return f"{facts['signed']} of {facts['members']} attesters"


def _when(verdict: Verdict) -> str:
    facts = next((finding.facts for finding in verdict.of("attestation.current")), {})
    return f"observed at {facts.get('observed', 'an unknown time')}"


def _names(verdict: Verdict, outcome: Outcome) -> str:
    rows = [finding.check for finding in verdict.findings if finding.required and finding.outcome is outcome]
    return ", ".join(dict.fromkeys(rows)) or "nothing was required"
