"""Tell what sources failed to answer from what evidence does not show."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from por.chains.bulk import BulkSource, Progress, ProofRequest
from por.errors import SourceError
from por.model import AccountProof, BlockRef, ChainId, Header, Log, Outcome, Verdict, printable

_COMPARED = 300


class WatchedSource:
    """Be a `BulkSource` that passes questions on, and tells `failed` of those that were not answered."""

    def __init__(self, inner: BulkSource, failed: Callable[[str], object]) -> None:
        """Pass questions to `inner`."""
        self._inner = inner
        self._failed = failed

    @property
    def chain(self) -> ChainId:
        """Name the chain."""
        return self._inner.chain

    @property
    def names(self) -> tuple[str, ...]:
        """Name the endpoints."""
        return self._inner.names

    def finalized(self) -> BlockRef:
        """Name the last finalized block. Raises: SourceError."""
        with self._told():
            return self._inner.finalized()

    def header(self, number: int) -> Header:
        """Return the header at `number`. Raises: SourceError."""
        with self._told():
            return self._inner.header(number)

    def account_proof(self, block: BlockRef, address: str, keys: Sequence[bytes]) -> AccountProof:
        """Return the proof of one account. Raises: SourceError."""
        with self._told():
            return self._inner.account_proof(block, address, keys)

    def account_proofs(
        self, block: BlockRef, requests: Sequence[ProofRequest], progress: Progress | None = None
    ) -> tuple[AccountProof, ...]:
        """Return the proofs of many accounts. Raises: SourceError."""
        with self._told():
            return self._inner.account_proofs(block, requests, progress)

    def logs(self, address: str, topics: tuple[bytes, ...], first: int, last: int) -> tuple[Log, ...]:
        """Return the logs of a contract. Raises: SourceError."""
        with self._told():
            return self._inner.logs(address, topics, first, last)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except SourceError as error:
            self._failed(str(error))
            raise


def unanswered(verdict: Verdict, failures: Sequence[str]) -> tuple[str, ...]:
    """Return what required findings stay undecided for, where that is the sources' failure."""
    if verdict.outcome is not Outcome.INCONCLUSIVE:
        return ()
    told = {printable(failure)[:_COMPARED] for failure in failures}
    reasons = (
        finding.facts.get("reason", "")
        for finding in verdict.findings
        if finding.required and finding.outcome is Outcome.INCONCLUSIVE and finding.message == "evidence.missing"
    )
    return tuple(dict.fromkeys(reason for reason in reasons if any(failure in reason for failure in told)))
