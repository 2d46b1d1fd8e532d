"""Read and write the evidence files of a light client (`por/spec/light-client.md`)."""

from dataclasses import dataclass

from por.encoding import canonical
from por.encoding.media_types import LIGHT_CLIENT
from por.encoding.reader import Reader
from por.errors import FormatError
from por.model import ChainId

MAX_BYTES = 256 * 2**10
HEADER_BYTES = 112
COMMITTEE_BYTES = 513 * 48
MAX_EXECUTION_BYTES = 1024
MAX_BRANCH = 16
MAX_SLOT = 2**40


@dataclass(frozen=True, slots=True)
class Signed:
    """Hold a beacon header as a sync committee signed it: who did, one bit each in 64 bytes, and at which slot."""

    header: bytes
    participants: bytes
    signature: bytes
    slot: int


@dataclass(frozen=True, slots=True)
class Finality:
    """Hold the header that a signed one's state calls final, and its branch there."""

    header: bytes
    branch: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """Hold a checkpoint's header and the sync committee of its period."""

    chain: ChainId
    header: bytes
    committee: bytes
    branch: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class CommitteeUpdate:
    """Hold the next period's sync committee, in the state of a header that is signed, with what that calls final."""

    chain: ChainId
    signed: Signed
    finality: Finality
    committee: bytes
    branch: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class SignedBlock:
    """Hold the execution header of what a signed header calls final, or without finality of the signed one itself."""

    chain: ChainId
    signed: Signed
    finality: Finality | None
    execution: bytes
    branch: tuple[bytes, ...]


LightClientDocument = Bootstrap | CommitteeUpdate | SignedBlock


def read(data: bytes) -> LightClientDocument:
    """Read the canonical document of any kind. Raises: FormatError."""
    value = canonical.load(data, max_bytes=MAX_BYTES)
    kind = value.get("kind") if isinstance(value, dict) else None
    reader = Reader(value)
    if kind == "bootstrap":
        return _read_bootstrap(reader)
    if kind == "update":
        return _read_update(reader)
    if kind == "block":
        return _read_block(reader)
    raise FormatError("a light-client document is of kind bootstrap, update or block", "/kind")


def write(document: LightClientDocument) -> bytes:
    """Write the canonical document."""
    if isinstance(document, Bootstrap):
        kind, own = "bootstrap", _committee_value(document.committee, document.branch)
        own["header"] = _hex(document.header)
    elif isinstance(document, CommitteeUpdate):
        kind, own = "update", _committee_value(document.committee, document.branch)
        own |= {"signed": _signed_value(document.signed), "finality": _finality_value(document.finality)}
    else:
        finality = None if document.finality is None else _finality_value(document.finality)
        kind, own = "block", {"signed": _signed_value(document.signed), "finality": finality}
        own |= {"execution": _hex(document.execution), "branch": _branch_value(document.branch)}
    return canonical.dumps({"mediaType": LIGHT_CLIENT, "chain": str(document.chain), "kind": kind, **own})


def _read_bootstrap(reader: Reader) -> Bootstrap:
    chain, _, header, committee, branch = reader.document(
        LIGHT_CLIENT, "chain", "kind", "header", "committee", "branch"
    )
    return Bootstrap(chain.parse(ChainId.parse), _exactly(header, HEADER_BYTES), _committee(committee), _branch(branch))


def _read_update(reader: Reader) -> CommitteeUpdate:
    chain, _, signed, finality, committee, branch = reader.document(
        LIGHT_CLIENT, "chain", "kind", "signed", "finality", "committee", "branch"
    )
    return CommitteeUpdate(
        chain.parse(ChainId.parse), _signed(signed), _finality(finality), _committee(committee), _branch(branch)
    )


def _read_block(reader: Reader) -> SignedBlock:
    chain, _, signed, finality, execution, branch = reader.document(
        LIGHT_CLIENT, "chain", "kind", "signed", "finality", "execution", "branch"
    )
    return SignedBlock(
        chain.parse(ChainId.parse),
        _signed(signed),
        finality.optional(_finality),
        execution.data(1, MAX_EXECUTION_BYTES),
        _branch(branch),
    )


def _signed(reader: Reader) -> Signed:
    header, participants, signature, slot = reader.members("header", "participants", "signature", "slot")
    return Signed(
        _exactly(header, HEADER_BYTES), _exactly(participants, 64), _exactly(signature, 96), slot.integer(1, MAX_SLOT)
    )


def _finality(reader: Reader) -> Finality:
    header, branch = reader.members("header", "branch")
    return Finality(_exactly(header, HEADER_BYTES), _branch(branch))


def _committee(reader: Reader) -> bytes:
    return _exactly(reader, COMMITTEE_BYTES)


def _branch(reader: Reader) -> tuple[bytes, ...]:
    return tuple(_exactly(node, 32) for node in reader.items(MAX_BRANCH))


def _exactly(reader: Reader, size: int) -> bytes:
    return reader.data(size, size)


def _signed_value(signed: Signed) -> dict[str, object]:
    return {
        "header": _hex(signed.header),
        "participants": _hex(signed.participants),
        "signature": _hex(signed.signature),
        "slot": signed.slot,
    }


def _finality_value(finality: Finality) -> dict[str, object]:
    return {"header": _hex(finality.header), "branch": _branch_value(finality.branch)}


def _committee_value(committee: bytes, branch: tuple[bytes, ...]) -> dict[str, object]:
    return {"committee": _hex(committee), "branch": _branch_value(branch)}


def _branch_value(branch: tuple[bytes, ...]) -> list[str]:
    return [_hex(node) for node in branch]


def _hex(data: bytes) -> str:
    return "0x" + data.hex()
