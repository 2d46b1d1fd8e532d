"""Say in one sentence what a certificate of attesters is worth to its reader."""

from por.model import Outcome, Verdict
from por.report.language import IN_ENGLISH, Translator
from por.report.names import failed, undecided
from por.report.templates import PHRASES, SENTENCES


def certificate_sentence(verdict: Verdict, say: Translator) -> str:
    """Write the sentence that stands first in every rendering of a certificate's verdict."""
    key = f"sentence.certificate.{_kind(verdict)}"
    places = {
        "what": _what(verdict, say),
        "attesters": _attesters(verdict, say),
        "when": _when(verdict, say),
        "checks": failed(verdict, say),
        "undecided": undecided(verdict, say),
    }
    return say.pgettext(key, SENTENCES[key]).format_map(places)


def _kind(verdict: Verdict) -> str:
    found = any(finding.outcome is Outcome.FAIL for finding in verdict.of("attestation.outcome"))
    if verdict.outcome is Outcome.PASS:
        return "passed"
    if found and failed(verdict, IN_ENGLISH) == "attestation.outcome":
        return "found_fail"
    return "failed" if verdict.outcome is Outcome.FAIL else "open"


def _what(verdict: Verdict, say: Translator) -> str:
    issuer, at, instant = verdict.snapshot.partition("@")
    if at:
        return _phrase("anchored_snapshot", say).format(issuer=issuer, instant=instant)
    return _phrase("anchored_entry", say).format(entry=verdict.snapshot)


def _attesters(verdict: Verdict, say: Translator) -> str:
    facts = next((finding.facts for finding in verdict.of("attestation.signed") if "signed" in finding.facts), {})
    if not facts:
        return _phrase("attesters_unchecked", say)
    return _phrase("attesters", say).format(signed=facts["signed"], members=facts["members"])


def _when(verdict: Verdict, say: Translator) -> str:
    facts = next((finding.facts for finding in verdict.of("attestation.current")), {})
    if "observed" not in facts:
        return _phrase("observed_unknown", say)
    return _phrase("observed", say).format(observed=facts["observed"])


def _phrase(name: str, say: Translator) -> str:
    return say.pgettext(f"phrase.{name}", PHRASES[f"phrase.{name}"])
