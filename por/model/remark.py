"""Hold what an auditor writes down beside findings; none of it changes an outcome."""

from dataclasses import dataclass
from enum import StrEnum

from por.model.digest import Digest
from por.model.instant import Instant


class RemarkStatus(StrEnum):
    """Say where an exception stands for the auditor."""

    OPEN = "open"
    EXPLAINED = "explained"
    ACCEPTED = "accepted"
    CLOSED = "closed"


class Observer(StrEnum):
    """Say who asked the sources whose answers a recording holds."""

    AUDITOR = "auditor"
    ISSUER = "issuer"
    THIRD_PARTY = "third-party"


@dataclass(frozen=True, slots=True)
class Remark:
    """Hold one remark on the finding of a ref; `response` is what the issuer said to it, empty for nothing."""

    ref: str
    text: str
    by: str
    at: Instant
    status: RemarkStatus
    response: str = ""


@dataclass(frozen=True, slots=True)
class RecordingOrigin:
    """Say who made a recording and for whom; a recording that an issuer hands over is never the auditor's own look."""

    digest: Digest
    observer: Observer
    made_by: str


@dataclass(frozen=True, slots=True)
class Engagement:
    """Name who asked for the procedures, who carried them out, for whom, and by which standard; empty: not stated."""

    engaging_party: str = ""
    practitioner: str = ""
    intended_users: str = ""
    standard: str = ""
    independence: str = ""


@dataclass(frozen=True, slots=True)
class Register:
    """Hold an exceptions register: the engagement, where recordings are from, and the remarks in their order."""

    engagement: Engagement = Engagement()
    recordings: tuple[RecordingOrigin, ...] = ()
    remarks: tuple[Remark, ...] = ()

    def origin(self, digest: Digest) -> RecordingOrigin | None:
        """Return what the register says of a recording."""
        return next((row for row in self.recordings if row.digest == digest), None)
