"""Fetch the part of a state that calls need, until they run on proofs alone (`por/spec/proven-call.md`)."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from eth_utils.crypto import keccak

from por.chains.bulk import BulkSource
from por.chains.holding_proofs import HOLDERS
from por.encoding import evm_code_v1, evm_witness_v1
from por.encoding.evm_witness_v1 import WitnessDocument
from por.encoding.media_types import EVM_CODE, EVM_WITNESS
from por.errors import EvidenceError, IncapableError, SourceError, UnavailableError
from por.model import AccountProof, Call, ChainId, Header, Witness
from por.proofs.state.account import EMPTY_CODE_HASH, account_state, storage_value
from por.proofs.state.call import proven_calls
from por.proofs.state.proven_state import UnprovenStateError

# Each round shows at least one account, slot or code more; contracts that need more rounds than this are not read so.
ROUNDS = 512
# In hexadecimal, with its quotes and names; what a document has besides is far smaller.
_ROOM = evm_witness_v1.MAX_BYTES - 4096

Document = tuple[bytes, str]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Settled(Generic[T]):
    """Hold what was computed from witnesses, and those that it took."""

    value: T
    witnesses: tuple[Witness, ...]


class StateFetcher:
    """Fetch from one source at one block, nothing twice; what a node says that a call reads is but a hint."""

    def __init__(self, source: BulkSource, header: Header) -> None:
        """Keep the arguments; nothing is asked yet."""
        self._source = source
        self._header = header
        self._accounts: dict[str, tuple[bytes, ...]] = {}
        self._slots: dict[str, dict[bytes, tuple[bytes, ...]]] = {}
        self._codes: dict[str, bytes] = {}
        self._tells = True

    def expect(self, calls: Iterable[Call]) -> None:
        """Fetch at once what calls are said to read. Raises: SourceError."""
        wanted: dict[str, set[bytes]] = {}
        for call in calls:
            for address, keys in ((call.to, ()), *self._said(call)):
                wanted.setdefault(address, set()).update(keys)
        self._fetch(wanted)

    def settle(self, compute: Callable[[Sequence[Witness]], T]) -> Settled[T]:
        """Compute from witnesses, adding what it says is unproven until nothing is.

        Raises: SourceError; IncapableError for what goes on needing more; EvidenceError and what else `compute` raises.
        """
        wanted: dict[str, set[bytes]] = {}
        coded: set[str] = set()
        for _ in range(ROUNDS):
            witnesses = tuple(self._witness(address, keys, coded) for address, keys in sorted(wanted.items()))
            try:
                return Settled(compute(witnesses), witnesses)
            except UnprovenStateError as error:
                for address, keys in error.missing:
                    if address in wanted and not keys:
                        coded.add(address)
                        self._fetch_code(address)
                    wanted.setdefault(address, set()).update(keys)
                self._fetch({address: wanted[address] for address, _ in error.missing})
        raise IncapableError(f"a call still needs more of the state after {ROUNDS} rounds")

    def _said(self, call: Call) -> Sequence[tuple[str, tuple[bytes, ...]]]:
        if not self._tells:
            return ()
        try:
            return self._source.access(self._header.ref, call)
        except SourceError as error:
            # Many nodes do not tell, or not of a call that fails: then it is found out in more rounds.
            self._tells = not isinstance(error, IncapableError)
            return ()

    def _fetch(self, wanted: Mapping[str, Iterable[bytes]]) -> None:
        requests: list[tuple[str, tuple[bytes, ...]]] = []
        for address, all_keys in sorted(wanted.items()):
            keys = sorted(set(all_keys) - self._slots.get(address, {}).keys())
            if keys or address not in self._accounts:
                starts = range(0, max(len(keys), 1), HOLDERS)
                requests += ((address, tuple(keys[start : start + HOLDERS])) for start in starts)
        proofs = self._source.account_proofs(self._header.ref, requests) if requests else ()
        for (address, asked), proof in zip(requests, proofs, strict=True):
            self._require_fit(asked, proof)
            self._accounts[address] = proof.account_nodes
            self._slots.setdefault(address, {}).update(zip(asked, proof.storage_nodes, strict=True))

    def _require_fit(self, keys: Sequence[bytes], proof: AccountProof) -> None:
        try:
            root = account_state(self._header.state_root, proof.address, proof.account_nodes).storage_root
            for key, nodes in zip(keys, proof.storage_nodes, strict=True):
                storage_value(root, key, nodes)
        except EvidenceError as error:
            raise UnavailableError(f"{', '.join(self._source.names)}: what it proves does not hold: {error}") from error

    def _fetch_code(self, address: str) -> None:
        if address in self._codes:
            return
        wanted = account_state(self._header.state_root, address, self._accounts[address]).code_hash
        code = b"" if wanted == EMPTY_CODE_HASH else self._source.codes(self._header.ref, [address])[0]
        if keccak(code) != wanted:
            raise UnavailableError(
                f"{', '.join(self._source.names)}: the code it gives for {address} is not the one proven there"
            )
        self._codes[address] = code

    def _witness(self, address: str, keys: Iterable[bytes], coded: set[str]) -> Witness:
        ordered = tuple(sorted(keys))
        slots = self._slots[address]
        proof = AccountProof(address, self._accounts[address], tuple(slots[key] for key in ordered))
        return Witness(proof, ordered, self._codes[address] or None if address in coded else None)


def fetch_witnesses(source: BulkSource, header: Header, calls: Sequence[Call]) -> tuple[Witness, ...]:
    """Return what the calls, one after another, need of the state at a block.

    Raises: SourceError; IncapableError for calls that go on needing more; EvidenceError for what no proof can run.
    """
    fetcher = StateFetcher(source, header)
    fetcher.expect(calls)
    return fetcher.settle(lambda witnesses: proven_calls(source.chain, header, witnesses, calls)).witnesses


def witness_documents(chain: ChainId, header: Header, witnesses: Iterable[Witness]) -> Iterator[Document]:
    """Write witnesses as evidence files, as few as their bounds allow, and each code once."""
    ordered = sorted(witnesses, key=lambda item: item.proof.address)
    group: list[Witness] = []
    room = _ROOM
    for part in (part for witness in ordered for part in _parts(witness)):
        again = any(part.proof.address == other.proof.address for other in group)
        if group and (again or _size(part) > room or len(group) == evm_witness_v1.MAX_ACCOUNTS):
            yield _witness_file(chain, header, group), EVM_WITNESS
            group, room = [], _ROOM
        group.append(part)
        room -= _size(part)
    if group:
        yield _witness_file(chain, header, group), EVM_WITNESS
    codes = dict.fromkeys(witness.code for witness in ordered if witness.code is not None)
    yield from ((evm_code_v1.write(code), EVM_CODE) for code in codes)


def _parts(witness: Witness) -> Iterator[Witness]:
    """Split an account with more keys than one file holds; each part proves the account itself too."""
    keys: list[bytes] = []
    nodes: list[tuple[bytes, ...]] = []
    size = _text_size(witness.proof.account_nodes)
    for key, shown in zip(witness.keys, witness.proof.storage_nodes, strict=True):
        if keys and (size + _text_size((key, *shown)) > _ROOM or len(keys) == evm_witness_v1.MAX_KEYS):
            yield _part(witness, keys, nodes)
            keys, nodes, size = [], [], _text_size(witness.proof.account_nodes)
        keys.append(key)
        nodes.append(shown)
        size += _text_size((key, *shown))
    yield _part(witness, keys, nodes)


def _part(witness: Witness, keys: Sequence[bytes], nodes: Sequence[tuple[bytes, ...]]) -> Witness:
    return replace(witness, proof=replace(witness.proof, storage_nodes=tuple(nodes)), keys=tuple(keys))


def _size(witness: Witness) -> int:
    nodes = (node for shown in witness.proof.storage_nodes for node in shown)
    return _text_size((*witness.proof.account_nodes, *witness.keys, *nodes))


def _text_size(parts: Iterable[bytes]) -> int:
    # Each slot has a key and a proof, each of which adds its name and brackets.
    return sum(2 * len(part) + 24 for part in parts) + 128


def _witness_file(chain: ChainId, header: Header, group: Sequence[Witness]) -> bytes:
    return evm_witness_v1.write(WitnessDocument(chain, header.hash, tuple(group)))
