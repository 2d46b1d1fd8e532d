"""Save what sources answer, and answer out of what was saved."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from por.chains.bulk import BulkSource, Progress, ProofRequest
from por.errors import DisagreementError, EvidenceError, FormatError, SourceError, UnavailableError
from por.model import AccountProof, BlockRef, ChainId, Header, Log
from por.model.recording import ChainRecording, RecordedHeader, RecordedLogs, RecordedProof, Recording
from por.proofs.state.header import header_from_rlp

_Question = tuple[bytes, str, tuple[bytes, ...]]
_LogQuestion = tuple[str, tuple[bytes, ...], int, int]


class RecordingSource:
    """Be a `Source` that passes questions on and keeps the answers.

    Errors are not recorded, only listed in `failures`. A block or logs that could not be read again are not in the
    recording at all: replaying it is no better than the run was (T56).
    """

    def __init__(self, inner: BulkSource) -> None:
        """Pass questions to `inner`."""
        self._inner = inner
        self._final: BlockRef | None = None
        self._headers: list[RecordedHeader] = []
        self._proofs: dict[_Question, RecordedProof] = {}
        self._logs: dict[_LogQuestion, RecordedLogs] = {}
        self.failures: list[str] = []

    @property
    def chain(self) -> ChainId:
        """Name the chain."""
        return self._inner.chain

    @property
    def names(self) -> tuple[str, ...]:
        """Name the endpoints that are recorded."""
        return self._inner.names

    def finalized(self) -> BlockRef:
        """Name the last finalized block, and keep it. Raises: SourceError."""
        with self._listed():
            self._final = self._inner.finalized()
        return self._final

    def header(self, number: int) -> Header:
        """Return the header at `number`, and keep this reading beside earlier ones. Raises: SourceError."""
        try:
            with self._listed():
                header = self._inner.header(number)
        except SourceError:
            self._headers = [reading for reading in self._headers if reading.number != number]
            raise
        self._headers.append(RecordedHeader(number, header.rlp))
        return header

    def account_proof(self, block: BlockRef, address: str, keys: Sequence[bytes]) -> AccountProof:
        """Return the proof of one account, and keep it. Raises: SourceError."""
        return self.account_proofs(block, [(address, keys)])[0]

    def account_proofs(
        self, block: BlockRef, requests: Sequence[ProofRequest], progress: Progress | None = None
    ) -> tuple[AccountProof, ...]:
        """Return the proofs of many accounts, and keep them. Raises: SourceError."""
        with self._listed():
            proofs = self._inner.account_proofs(block, requests, progress)
        for (address, keys), proof in zip(requests, proofs, strict=True):
            self._proofs[block.hash, address, tuple(keys)] = RecordedProof(block.hash, tuple(keys), proof)
        return proofs

    def logs(self, address: str, topics: tuple[bytes, ...], first: int, last: int) -> tuple[Log, ...]:
        """Return the logs of a contract, and keep them.

        Raises: SourceError; DisagreementError for another answer than the one before to the same question.
        """
        question = (address, topics, first, last)
        before = self._logs.pop(question, None)
        with self._listed():
            logs = self._inner.logs(address, topics, first, last)
            if before is not None and before.logs != logs:
                raise DisagreementError(
                    f"{', '.join(self.names)}: the logs of {address} in blocks {first} to {last} of {self.chain} were "
                    f"{len(before.logs)} others before ({len(logs)} now): the chain was reorganised while it was read"
                )
        self._logs[question] = RecordedLogs(*question, logs)
        return logs

    def recording(self) -> ChainRecording:
        """Return all that was kept so far."""
        return ChainRecording(
            self.chain,
            self.names,
            self._final,
            tuple(self._headers),
            tuple(self._proofs.values()),
            tuple(self._logs[question] for question in sorted(self._logs)),
        )

    @contextmanager
    def _listed(self) -> Iterator[None]:
        try:
            yield
        except SourceError as error:
            self.failures.append(str(error))
            raise

    @staticmethod
    def joined(recorders: "Iterable[RecordingSource]") -> Recording:
        """Return all that several sources kept, in the order of their chains."""
        parts = [recorder.recording() for recorder in recorders]
        return Recording(tuple(sorted(parts, key=lambda part: str(part.chain))))


class ReplaySource:
    """Be a `Source` that answers what a recording holds and nothing else, under the names of its endpoints.

    A block that was read several times is answered in the order of the readings, the last from then on.
    """

    def __init__(self, recording: ChainRecording) -> None:
        """Hash all recorded headers. Raises: FormatError when one is no header of the number it stands at."""
        self._recording = recording
        self._readings: dict[int, list[Header]] = {}
        for position, recorded in enumerate(recording.headers):
            header = _header(recorded, f"/headers/{position}")
            self._readings.setdefault(recorded.number, []).append(header)
        self._proofs = {(item.block, item.proof.address, item.keys): item.proof for item in recording.proofs}
        self._logs = {item.question: item.logs for item in recording.logs}

    @property
    def chain(self) -> ChainId:
        """Name the chain."""
        return self._recording.chain

    @property
    def names(self) -> tuple[str, ...]:
        """Name the endpoints that were recorded."""
        return self._recording.sources

    def finalized(self) -> BlockRef:
        """Name the recorded last finalized block. Raises: UnavailableError."""
        if self._recording.finalized is None:
            raise self._unrecorded("the last finalized block")
        return self._recording.finalized

    def header(self, number: int) -> Header:
        """Return the next recorded reading of the header at `number`. Raises: UnavailableError."""
        readings = self._readings.get(number)
        if not readings:
            raise self._unrecorded(f"block {number}")
        return readings.pop(0) if len(readings) > 1 else readings[0]

    def account_proof(self, block: BlockRef, address: str, keys: Sequence[bytes]) -> AccountProof:
        """Return the recorded proof of exactly this account and these keys. Raises: UnavailableError."""
        proof = self._proofs.get((block.hash, address, tuple(keys)))
        if proof is None:
            raise self._unrecorded(f"{address} with these storage keys at block {block.number}")
        return proof

    def account_proofs(
        self, block: BlockRef, requests: Sequence[ProofRequest], progress: Progress | None = None
    ) -> tuple[AccountProof, ...]:
        """Return the recorded proofs of many accounts. Raises: UnavailableError."""
        return tuple(self._counted(block, requests, progress))

    def logs(self, address: str, topics: tuple[bytes, ...], first: int, last: int) -> tuple[Log, ...]:
        """Return the recorded logs of exactly this question. Raises: UnavailableError."""
        logs = self._logs.get((address, topics, first, last))
        if logs is None:
            raise self._unrecorded(f"the logs of {address} with these topics in blocks {first} to {last}")
        return logs

    def _counted(
        self, block: BlockRef, requests: Sequence[ProofRequest], progress: Progress | None
    ) -> Iterator[AccountProof]:
        for done, (address, keys) in enumerate(requests, start=1):
            yield self.account_proof(block, address, keys)
            if progress is not None:
                progress(done, len(requests))

    def _unrecorded(self, what: str) -> UnavailableError:
        return UnavailableError(f"the recording of {self.chain} does not hold {what}; ask a source, and record again")


def _header(recorded: RecordedHeader, place: str) -> Header:
    try:
        header = header_from_rlp(recorded.rlp)
    except (EvidenceError, FormatError) as error:
        raise FormatError(str(error), f"{place}/rlp") from error
    if header.number != recorded.number:
        raise FormatError(f"the header of block {header.number} stands for block {recorded.number}", place)
    return header
