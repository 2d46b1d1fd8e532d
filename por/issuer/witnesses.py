"""Fetch the part of a state that calls need, until they run on proofs alone (`por/spec/proven-call.md`)."""

from collections.abc import Iterable, Iterator, Sequence

from por.chains.bulk import BulkSource
from por.encoding import evm_code_v1, evm_witness_v1
from por.encoding.evm_witness_v1 import WitnessDocument
from por.encoding.media_types import EVM_CODE, EVM_WITNESS
from por.errors import IncapableError
from por.model import Call, ChainId, Header, Witness
from por.proofs.state.call import proven_calls
from por.proofs.state.proven_state import UnprovenStateError

# Each round proves at least one account or slot more; contracts that need more rounds than this are not read so.
ROUNDS = 256

Document = tuple[bytes, str]
_Wanted = dict[str, set[bytes]]


def fetch_witnesses(source: BulkSource, header: Header, calls: Sequence[Call]) -> tuple[Witness, ...]:
    """Return what the calls, one after another, need of the state at a block; a node's access list is but a hint.

    Raises: SourceError; IncapableError for calls that go on needing more; EvidenceError for what no proof can run.
    """
    wanted: _Wanted = {}
    for call in calls:
        wanted.setdefault(call.to, set())
        for address, keys in _hint(source, header, call):
            wanted.setdefault(address, set()).update(keys)
    for _ in range(ROUNDS):
        witnesses = _fetched(source, header, wanted)
        try:
            proven_calls(source.chain, header, witnesses, calls)
        except UnprovenStateError as error:
            for address, keys in error.missing:
                wanted.setdefault(address, set()).update(keys)
        else:
            return witnesses
    raise IncapableError(f"a call of {calls[0].to} still needs more of the state after {ROUNDS} rounds")


def witness_documents(chain: ChainId, header: Header, witnesses: Iterable[Witness]) -> Iterator[Document]:
    """Write witnesses as evidence files, as few as their bounds allow, and each code once."""
    codes: dict[bytes, None] = {}
    group: list[Witness] = []
    for witness in sorted(witnesses, key=lambda item: item.proof.address):
        if witness.code is not None:
            codes[witness.code] = None
        if group and not _fits(chain, header, [*group, witness]):
            yield _witness_file(chain, header, group), EVM_WITNESS
            group = []
        group.append(witness)
    if group:
        yield _witness_file(chain, header, group), EVM_WITNESS
    yield from ((evm_code_v1.write(code), EVM_CODE) for code in codes)


def _hint(source: BulkSource, header: Header, call: Call) -> Iterable[tuple[str, tuple[bytes, ...]]]:
    try:
        return source.access(header.ref, call)
    except IncapableError:
        return ()


def _fetched(source: BulkSource, header: Header, wanted: _Wanted) -> tuple[Witness, ...]:
    addresses = sorted(wanted)
    keys = [tuple(sorted(wanted[address])) for address in addresses]
    proofs = source.account_proofs(header.ref, list(zip(addresses, keys, strict=True)))
    codes = source.codes(header.ref, addresses)
    return tuple(Witness(*parts) for parts in zip(proofs, keys, (code or None for code in codes), strict=True))


def _fits(chain: ChainId, header: Header, group: Sequence[Witness]) -> bool:
    small = len(group) <= evm_witness_v1.MAX_ACCOUNTS
    return small and len(_witness_file(chain, header, group)) <= evm_witness_v1.MAX_BYTES


def _witness_file(chain: ChainId, header: Header, group: Sequence[Witness]) -> bytes:
    return evm_witness_v1.write(WitnessDocument(chain, header.hash, tuple(group)))
