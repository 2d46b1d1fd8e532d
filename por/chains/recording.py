"""Save what sources answer, and answer out of what was saved."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from por.chains.bulk import AccessList, BulkSource, Progress, ProofRequest
from por.errors import DisagreementError, EvidenceError, FormatError, IncapableError, SourceError, UnavailableError
from por.model import AccountProof, BlockRef, Call, ChainId, Header, Log
from por.model.recording import ChainRecording, RecordedCall, RecordedHeader, RecordedLogs, RecordedProof, Recording
from por.proofs.state.header import header_from_rlp

_Question = tuple[bytes, str, tuple[bytes, ...]]
_LogQuestion = tuple[str, tuple[bytes, ...], int, int]
_CallQuestion = tuple[bytes, str, bytes]


class RecordingSource:
    """Be a `Source` that passes questions on and keeps the answers.

    Errors are not recorded, only listed in `failures`. A block, logs or calls that could not be read again are not in
    the recording at all: replaying it is no better than the run was (T56). `access`, `codes` and `trial`, on which no
    finding rests, are passed on and not recorded.
    """

    def __init__(self, inner: BulkSource) -> None:
        """Pass questions to `inner`."""
        self._inner = inner
        self._final: BlockRef | None = None
        self._headers: list[RecordedHeader] = []
        self._proofs: dict[_Question, RecordedProof] = {}
        self._logs: dict[_LogQuestion, RecordedLogs] = {}
        self._calls: dict[_CallQuestion, RecordedCall] = {}
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

    def calls(self, block: BlockRef, calls: Sequence[Call]) -> tuple[bytes | None, ...]:
        """Return what each call gives, and keep it.

        Raises: SourceError; DisagreementError for another answer than the one before to the same question.
        """
        questions = [(block.hash, call.to, call.data) for call in calls]
        before = {question: self._calls.pop(question, None) for question in questions}
        with self._listed():
            answers = self._inner.calls(block, calls)
            made = [RecordedCall(*question, answer) for question, answer in zip(questions, answers, strict=True)]
            other = next((new for new in made if before[new.question] not in {None, new}), None)
            if other is not None:
                raise DisagreementError(
                    f"{', '.join(self.names)}: a call of {other.to} at block {block.number} of {self.chain} "
                    "gave something else before: the source contradicts itself"
                )
        self._calls.update({new.question: new for new in made})
        return answers

    def access(self, block: BlockRef, call: Call) -> AccessList:
        """Return what a call reads; it is not kept. Raises: SourceError."""
        with self._listed():
            return self._inner.access(block, call)

    def codes(self, block: BlockRef, addresses: Sequence[str]) -> tuple[bytes, ...]:
        """Return the codes at addresses; they are not kept. Raises: SourceError."""
        with self._listed():
            return self._inner.codes(block, addresses)

    def trial(self, block: BlockRef, call: Call, overrides: Mapping[str, Mapping[bytes, bytes]]) -> bytes | None:
        """Return what a call would give; it is not kept. Raises: SourceError."""
        with self._listed():
            return self._inner.trial(block, call, overrides)

    def recording(self) -> ChainRecording:
        """Return all that was kept so far."""
        return ChainRecording(
            self.chain,
            self.names,
            self._final,
            tuple(self._headers),
            tuple(self._proofs.values()),
            tuple(self._logs[question] for question in sorted(self._logs)),
            tuple(self._calls[question] for question in sorted(self._calls)),
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
        self._calls = {item.question: item.answer for item in recording.calls}

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

    def calls(self, block: BlockRef, calls: Sequence[Call]) -> tuple[bytes | None, ...]:
        """Return the recorded answer of exactly each call. Raises: UnavailableError."""
        for call in calls:
            if (block.hash, call.to, call.data) not in self._calls:
                raise self._unrecorded(f"this call of {call.to} at block {block.number}")
        return tuple(self._calls[block.hash, call.to, call.data] for call in calls)

    def access(self, block: BlockRef, call: Call) -> AccessList:
        """Refuse: recordings hold what findings rest on. Raises: IncapableError."""
        raise self._unheld(f"what a call of {call.to} reads at block {block.number}")

    def codes(self, block: BlockRef, addresses: Sequence[str]) -> tuple[bytes, ...]:
        """Refuse: recordings hold what findings rest on. Raises: IncapableError."""
        raise self._unheld(f"the codes of {len(addresses)} accounts at block {block.number}")

    def trial(self, block: BlockRef, call: Call, overrides: Mapping[str, Mapping[bytes, bytes]]) -> bytes | None:
        """Refuse: recordings hold what findings rest on. Raises: IncapableError."""
        changed = f"if {len(overrides)} accounts were other ones at block {block.number}"
        raise self._unheld(f"what a call of {call.to} would give {changed}")

    def _counted(
        self, block: BlockRef, requests: Sequence[ProofRequest], progress: Progress | None
    ) -> Iterator[AccountProof]:
        for done, (address, keys) in enumerate(requests, start=1):
            yield self.account_proof(block, address, keys)
            if progress is not None:
                progress(done, len(requests))

    def _unheld(self, what: str) -> IncapableError:
        return IncapableError(f"a recording, such as that of {self.chain}, never holds {what}; ask a node")

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
