"""Say whose fault it is, in one short tree of exceptions.

PorError
├── FormatError              a document or argument cannot be read (exit 2)
│   └── UnsupportedVersionError
├── PolicyError              the verifier's own policy is unusable (exit 2)
├── EvidenceError            evidence breaks its own rules (FAIL of the check that needed it)
│   └── UnsupportedEvidenceError  neither this release nor this policy can judge it (INCONCLUSIVE, T49)
├── SourceError              a chain source did not give an answer to build on (INCONCLUSIVE)
│   ├── UnavailableError     it cannot be reached, or answers with an error
│   ├── IncapableError       it answers, but does not serve this question
│   └── DisagreementError    sources, or one source at two times, contradict each other
├── PublishError             something could not be published; trying again is safe (exit 3)
└── NotProvenError           raised by `Verdict.require_pass` alone
"""


class PorError(Exception):
    """Stand above every error that `por` raises on purpose."""


class FormatError(PorError):
    """Report a document or argument that cannot be read, with the place in it.

    `place` is a path such as `bundle.json:/liabilities/0/total`, or empty where no place is known.
    """

    def __init__(self, reason: str, place: str = "") -> None:
        """Keep the reason and the place apart, so that callers can render both."""
        super().__init__(f"{place}: {reason}" if place else reason)
        self.reason = reason
        self.place = place

    def within(self, outer: str) -> "FormatError":
        """Return the same error with its place put inside `outer`, such as `bundle.json:`."""
        return type(self)(self.reason, f"{outer}{self.place}" if self.place else outer.rstrip(":"))


class UnsupportedVersionError(FormatError):
    """Report a document of a known family whose version this release does not read."""


class PolicyError(PorError):
    """Report a policy that cannot be used, naming the entry and the mend."""


class EvidenceError(PorError):
    """Report evidence that is malformed, mis-digested or breaks its own rules."""


class UnsupportedEvidenceError(EvidenceError):
    """Report evidence that neither this release nor the policy has rules to judge by; it is never success (T49)."""


class SourceError(PorError):
    """Report that a chain source gave no answer to build on."""


class UnavailableError(SourceError):
    """Report a source that cannot be reached or answers with an error."""


class IncapableError(SourceError):
    """Report a source that answers, but does not serve this question."""


class DisagreementError(SourceError):
    """Report sources, or one source at two times, that contradict each other."""


class PublishError(PorError):
    """Report that a document could not be published."""


class NotProvenError(PorError):
    """Report a verdict other than PASS to a caller who asked for PASS."""
