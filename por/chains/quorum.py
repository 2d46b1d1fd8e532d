"""Ask several sources and take only what all of them say."""

from collections.abc import Callable, Mapping, Sequence
from itertools import zip_longest
from typing import TypeVar

from por.chains.bulk import AccessList, BulkSource, Progress, ProofRequest
from por.errors import DisagreementError, FormatError, IncapableError, SourceError, UnavailableError
from por.model import AccountProof, BlockRef, Call, ChainId, Header, Log

Answer = TypeVar("Answer")

MAX_LAG = 3600  # seconds


class QuorumSource:
    """Be a `Source` made of sources about one chain, by unanimity (T55).

    One that is silent makes the answer unavailable; it is never outvoted. Sources of one origin are one, and
    refused; whether two origins belong to one operator cannot be seen from here.
    """

    def __init__(self, sources: Sequence[BulkSource]) -> None:
        """Take the sources. Raises: FormatError for none, for two chains, or for one origin twice."""
        names = [name for source in sources for name in source.names]
        twice = sorted({name for name in names if names.count(name) > 1})
        if not sources:
            raise FormatError("a quorum of no sources")
        if twice:
            raise FormatError(f"{twice[0]} is given twice; two URLs of one origin are not independent sources")
        if len({source.chain for source in sources}) > 1:
            raise FormatError("the sources of a quorum are about different chains")
        self._sources = tuple(sources)
        self._names = tuple(names)
        self._finalized: BlockRef | None = None

    @property
    def chain(self) -> ChainId:
        """Name the chain."""
        return self._sources[0].chain

    @property
    def names(self) -> tuple[str, ...]:
        """Name all endpoints."""
        return self._names

    def finalized(self) -> BlockRef:
        """Name the lowest block that any source holds final, once all agree on its hash; asked for once.

        One that lags far behind would choose the moment at which all are asked (T37). Raises: SourceError;
        DisagreementError when they do not agree, or when what they hold final lies more than an hour apart.
        """
        if self._finalized is None:
            finals = self._each(lambda source: source.finalized())
            lowest = min(final for _, final in finals)
            self._require_near(lowest, max(final for _, final in finals), finals)
            said = self._each(lambda source: _final_at(source, lowest.number))
            self._finalized = _unanimous(f"finalized block {lowest.number} of {self.chain}", said, _short)
        return self._finalized

    def header(self, number: int) -> Header:
        """Return the header at `number` when all sources have the same there.

        Raises: SourceError; DisagreementError when they do not agree.
        """
        said = self._each(lambda source: source.header(number))
        return _unanimous(f"block {number} of {self.chain}", said, lambda header: _short(header.ref))

    def account_proof(self, block: BlockRef, address: str, keys: Sequence[bytes]) -> AccountProof:
        """Return the proof that the first able source gives.

        One is enough: a proof is checked against the header that all agreed on. Raises: SourceError.
        """
        return self.account_proofs(block, [(address, keys)])[0]

    def account_proofs(
        self, block: BlockRef, requests: Sequence[ProofRequest], progress: Progress | None = None
    ) -> tuple[AccountProof, ...]:
        """Return the proofs that the first able source gives, as `account_proof`.

        Raises: SourceError.
        """
        return self._first(lambda source: source.account_proofs(block, requests, progress))

    def calls(self, block: BlockRef, calls: Sequence[Call]) -> tuple[bytes | None, ...]:
        """Return what each call gives when all sources say the same of every one (T55).

        Raises: SourceError; DisagreementError, naming the call, when they do not agree.
        """
        said = self._each(lambda source: source.calls(block, calls))
        for index, call in enumerate(calls):
            subject = f"call of {call.to} with {_start(call.data)} at block {block.number} of {self.chain}"
            _unanimous(subject, [(name, answers[index]) for name, answers in said], _gives)
        return said[0][1]

    def access(self, block: BlockRef, call: Call) -> AccessList:
        """Return what the first able source says that a call reads. Raises: SourceError."""
        return self._first(lambda source: source.access(block, call))

    def codes(self, block: BlockRef, addresses: Sequence[str]) -> tuple[bytes, ...]:
        """Return the codes that the first able source gives. Raises: SourceError."""
        return self._first(lambda source: source.codes(block, addresses))

    def trial(self, block: BlockRef, call: Call, overrides: Mapping[str, Mapping[bytes, bytes]]) -> bytes | None:
        """Return what the first able source says that a call would give. Raises: SourceError."""
        return self._first(lambda source: source.trial(block, call, overrides))

    def logs(self, address: str, topics: tuple[bytes, ...], first: int, last: int) -> tuple[Log, ...]:
        """Return the logs when all sources have the same: one that leaves a log out is seen (T55).

        Raises: SourceError; DisagreementError when they do not agree.
        """
        said = self._each(lambda source: source.logs(address, topics, first, last))
        subject = f"logs of {address} in blocks {first} to {last} of {self.chain}{_from_block(said)}"
        return _unanimous(subject, said, lambda logs: f"{len(logs)} logs")

    def _require_near(self, lowest: BlockRef, highest: BlockRef, finals: Sequence[tuple[str, BlockRef]]) -> None:
        if lowest.number == highest.number:
            return
        ahead = next(source for source, (_, final) in zip(self._sources, finals, strict=True) if final == highest)
        lag = ahead.header(highest.number).timestamp - ahead.header(lowest.number).timestamp
        if lag > MAX_LAG:
            versions = "; ".join(f"{name} says {final.number}" for name, final in finals)
            raise DisagreementError(f"what is final of {self.chain} lies {lag} s apart: {versions}; one lags behind")

    def _first(self, ask: Callable[[BulkSource], Answer]) -> Answer:
        errors: list[SourceError] = []
        for source in self._sources:
            try:
                return ask(source)
            except SourceError as error:
                errors.append(error)
        able = not all(isinstance(error, IncapableError) for error in errors)
        raise (UnavailableError if able else IncapableError)("; ".join(str(error) for error in errors))

    def _each(self, ask: Callable[[BulkSource], Answer]) -> list[tuple[str, Answer]]:
        return [(", ".join(source.names), ask(source)) for source in self._sources]


def _final_at(source: BulkSource, number: int) -> BlockRef:
    final = source.finalized()
    return final if final.number == number else source.header(number).ref


def _unanimous(subject: str, said: Sequence[tuple[str, Answer]], show: Callable[[Answer], str]) -> Answer:
    first = said[0][1]
    if any(answer != first for _, answer in said):
        versions = "; ".join(f"{name} says {show(answer)}" for name, answer in said)
        raise DisagreementError(f"{subject}: {versions}")
    return first


def _from_block(said: Sequence[tuple[str, tuple[Log, ...]]]) -> str:
    for logs in zip_longest(*(answer for _, answer in said)):
        if any(log != logs[0] for log in logs):
            return f", which differ from block {min(log.block.number for log in logs if log is not None)} on"
    return ""


def _short(block: BlockRef) -> str:
    return f"0x{block.hash.hex()[:16]}…"


def _gives(answer: bytes | None) -> str:
    return "that it reverts" if answer is None else _start(answer)


def _start(data: bytes) -> str:
    return f"0x{data[:36].hex()}{'…' if len(data) > 36 else ''}"
