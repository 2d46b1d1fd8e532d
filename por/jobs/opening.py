"""Open a job's attester, which needs the libraries of signing only where the job attests."""

from collections.abc import Callable

from por.jobs.attesting import Attester
from por.jobs.configuration import Job
from por.model import Instant


def open_attester(job: Job, now: Instant) -> Attester | None:
    """Return the attester of a job that attests; nothing is signed. Raises: FormatError, PublishError."""
    settings = job.settings.attest
    if settings is None:
        return None
    from por.jobs.committee_member import CommitteeMember  # noqa: PLC0415

    return CommitteeMember(job, settings, now)


def attester_opener(job: Job) -> Callable[[], str] | None:
    """Return what opens the signers of a job that attests, and names them; nothing is signed."""
    settings = job.settings.attest
    if settings is None:
        return None

    def opened() -> str:
        from por.jobs.committee_member import CommitteeMember  # noqa: PLC0415

        member = CommitteeMember(job, settings, Instant(0))
        named, wallet = member.signer.name, member.wallet
        return named if wallet is None else f"{named}; {wallet.address} pays"

    return opened
