"""Keep the proofs and codes that a source gives, so that a run which was cut short does not ask for them again."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from eth_utils.crypto import keccak

from por.chains.bulk import AccessList, BulkSource, Progress, ProofRequest
from por.chains.kept_rows import KeptRows, ProofRow
from por.errors import DisagreementError, EvidenceError
from por.model import AccountProof, BlockRef, Call, ChainId, Header, Log
from por.proofs.state.account import account_state, storage_value

BATCH = 20

Asked = TypeVar("Asked")
_Wanted = tuple[str, tuple[bytes, ...]]


class KeptSource:
    """Be a `Source` that keeps in a file what proves itself, and never asks again for what it has.

    A proof is kept when it proves something against its block's header, a code when a kept proof of its account has its
    hash; each batch is on the disk before the next is asked for. All else, such as headers and calls, is passed on.
    `requests` counts the batches that were asked for. A context manager.
    """

    def __init__(self, inner: BulkSource, path: Path, *, batch: int = BATCH) -> None:
        """Ask `inner` for what the file at `path` does not hold.

        Raises: FormatError for a file that cannot be used, naming the cure.
        """
        self._inner = inner
        self._rows = KeptRows(path)
        self._batch = batch
        self._roots: dict[bytes, bytes] = {}
        self.requests = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def chain(self) -> ChainId:
        """Name the chain."""
        return self._inner.chain

    @property
    def names(self) -> tuple[str, ...]:
        """Name the endpoints that are asked."""
        return self._inner.names

    def finalized(self) -> BlockRef:
        """Name the last finalized block. Raises: SourceError."""
        return self._inner.finalized()

    def header(self, number: int) -> Header:
        """Return the header at `number`. Raises: SourceError."""
        return self._inner.header(number)

    def account_proof(self, block: BlockRef, address: str, keys: Sequence[bytes]) -> AccountProof:
        """Return the proof of one account, kept or asked for. Raises: SourceError, FormatError."""
        return self.account_proofs(block, [(address, keys)])[0]

    def account_proofs(
        self, block: BlockRef, requests: Sequence[ProofRequest], progress: Progress | None = None
    ) -> tuple[AccountProof, ...]:
        """Return the proofs of many accounts; those that are not kept are asked for in batches.

        `progress` counts the kept ones as done. Raises: SourceError, after which the batches before are kept;
        FormatError for a file that is damaged.
        """
        named = [(address, tuple(keys)) for address, keys in requests]
        found: dict[_Wanted, AccountProof] = {}
        for wanted in dict.fromkeys(named):
            kept = self._rows.proof(str(self.chain), block.hash, *wanted)
            if kept is not None:
                found[wanted] = kept
        missing = [wanted for wanted in dict.fromkeys(named) if wanted not in found]
        report = _reporter(progress, len(named), len(named) - len(missing))
        report(0)
        for some in self._batches(missing):
            proofs = self._inner.account_proofs(block, some)
            self._keep(block, some, proofs)
            found |= zip(some, proofs, strict=True)
            report(len(some))
        return tuple(found[wanted] for wanted in named)

    def logs(self, address: str, topics: tuple[bytes, ...], first: int, last: int) -> tuple[Log, ...]:
        """Return the logs of a contract. Raises: SourceError."""
        return self._inner.logs(address, topics, first, last)

    def calls(self, block: BlockRef, calls: Sequence[Call]) -> tuple[bytes | None, ...]:
        """Return what each call gives. Raises: SourceError."""
        return self._inner.calls(block, calls)

    def access(self, block: BlockRef, call: Call) -> AccessList:
        """Return what a call reads. Raises: SourceError."""
        return self._inner.access(block, call)

    def codes(self, block: BlockRef, addresses: Sequence[str]) -> tuple[bytes, ...]:
        """Return the codes at addresses, kept or asked for.

        Raises: SourceError; FormatError for a file that is damaged.
        """
        hashes = {address: self._rows.code_hash(str(self.chain), block.hash, address) for address in addresses}
        found = {address: code for address, hashed in hashes.items() if (code := self._kept_code(hashed)) is not None}
        for some in self._batches([address for address in hashes if address not in found]):
            told = dict(zip(some, self._inner.codes(block, some), strict=True))
            self._rows.keep_codes((keccak(code), code) for each, code in told.items() if keccak(code) == hashes[each])
            found |= told
        return tuple(found[address] for address in addresses)

    def trial(self, block: BlockRef, call: Call, overrides: Mapping[str, Mapping[bytes, bytes]]) -> bytes | None:
        """Return what a call would give. Raises: SourceError."""
        return self._inner.trial(block, call, overrides)

    def close(self) -> None:
        """Close the file."""
        self._rows.close()

    def _batches(self, missing: Sequence[Asked]) -> Iterator[Sequence[Asked]]:
        for start in range(0, len(missing), self._batch):
            self.requests += 1
            yield missing[start : start + self._batch]

    def _keep(self, block: BlockRef, asked: Sequence[_Wanted], proofs: Sequence[AccountProof]) -> None:
        root = self._root(block)
        rows = (_proven(root, proof, keys) for (_, keys), proof in zip(asked, proofs, strict=True))
        self._rows.keep_proofs(str(self.chain), block.hash, [row for row in rows if row is not None])

    def _kept_code(self, hashed: bytes | None) -> bytes | None:
        code = None if hashed is None else self._rows.code(hashed)
        if code is not None and keccak(code) != hashed:
            raise self._rows.damaged()
        return code

    def _root(self, block: BlockRef) -> bytes:
        if block.hash not in self._roots:
            header = self._inner.header(block.number)
            if header.hash != block.hash:
                raise DisagreementError(
                    f"{', '.join(self.names)}: block {block.number} of {self.chain} is 0x{header.hash.hex()}, "
                    f"not 0x{block.hash.hex()}: the chain was reorganised; no proof was kept"
                )
            self._roots[block.hash] = header.state_root
        return self._roots[block.hash]


def _proven(root: bytes, proof: AccountProof, keys: Sequence[bytes]) -> ProofRow | None:
    try:
        account = account_state(root, proof.address, proof.account_nodes)
        for key, nodes in zip(keys, proof.storage_nodes, strict=True):
            storage_value(account.storage_root, key, nodes)
    except EvidenceError:
        # It is given on, for its reader to refuse, and asked for again the next time.
        return None
    return proof, keys, account.code_hash


def _reporter(progress: Progress | None, wanted: int, done: int) -> Callable[[int], None]:
    reached = done

    def report(more: int) -> None:
        nonlocal reached
        reached += more
        if progress is not None:
            progress(reached, wanted)

    return report
