"""Read what beacon nodes answer to light clients, serialized, into the parts that evidence holds.

Nodes pad the branches of records from before Electra with zero nodes in front; what is no padding is refused. Source:
the consensus specifications, light-client/sync-protocol.md and electra/light-client/fork.md.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from por.encoding.light_client_v1 import Bootstrap, CommitteeUpdate, Finality, Signed, SignedBlock
from por.errors import EvidenceError, FormatError
from por.model import BeaconChain
from por.proofs.beacon.containers import COMMITTEE, EXECUTION_HEADER, HEADER, ROOT, SIGNATURE, UINT64, read_header
from por.proofs.beacon.forks import known_places
from por.proofs.beacon.ssz import Bits, Container, Kind, Vector, number, parts

LIGHT_CLIENT_HEADER = Container(
    "LightClientHeader",
    (("beacon", HEADER), ("execution", EXECUTION_HEADER), ("execution_branch", Vector(ROOT, 4))),
)
AGGREGATE = Container("SyncAggregate", (("sync_committee_bits", Bits(512)), ("sync_committee_signature", SIGNATURE)))

Answer = TypeVar("Answer")


def _bootstrap_kind(depth: int) -> Container:
    return Container(
        "LightClientBootstrap",
        (
            ("header", LIGHT_CLIENT_HEADER),
            ("current_sync_committee", COMMITTEE),
            ("current_sync_committee_branch", Vector(ROOT, depth)),
        ),
    )


def _update_kind(depth: int) -> Container:
    next_committee: tuple[tuple[str, Kind], ...] = (
        ("next_sync_committee", COMMITTEE),
        ("next_sync_committee_branch", Vector(ROOT, depth)),
    )
    finality = _finality_kind(depth).fields
    return Container("LightClientUpdate", (*finality[:1], *next_committee, *finality[1:]))


def _finality_kind(depth: int) -> Container:
    return Container(
        "LightClientFinalityUpdate",
        (
            ("attested_header", LIGHT_CLIENT_HEADER),
            ("finalized_header", LIGHT_CLIENT_HEADER),
            ("finality_branch", Vector(ROOT, depth + 1)),
            ("sync_aggregate", AGGREGATE),
            ("signature_slot", UINT64),
        ),
    )


# Of Deneb, and of Electra and Fulu.
BOOTSTRAPS = (_bootstrap_kind(5), _bootstrap_kind(6))
UPDATES = (_update_kind(5), _update_kind(6))
FINALITIES = (_finality_kind(5), _finality_kind(6))


def read_bootstrap(beacon: BeaconChain, data: bytes) -> Bootstrap:
    """Read a serialized bootstrap. Raises: EvidenceError."""
    cut = _of_any(BOOTSTRAPS, data)
    header = parts(LIGHT_CLIENT_HEADER, cut["header"])["beacon"]
    place = known_places(beacon, read_header(header).slot).current_committee
    branch = _branch(cut["current_sync_committee_branch"], place)
    return Bootstrap(beacon.chain, header, cut["current_sync_committee"], branch)


def read_update(beacon: BeaconChain, data: bytes) -> CommitteeUpdate:
    """Read a serialized update. Raises: EvidenceError."""
    cut = _of_any(UPDATES, data)
    signed, finality, _ = _signed(beacon, cut)
    branch = _branch(
        cut["next_sync_committee_branch"], known_places(beacon, read_header(signed.header).slot).next_committee
    )
    return CommitteeUpdate(beacon.chain, signed, finality, cut["next_sync_committee"], branch)


def read_finality(beacon: BeaconChain, data: bytes) -> SignedBlock:
    """Read a serialized finality update: the block that it calls final. Raises: EvidenceError."""
    signed, finality, final = _signed(beacon, _of_any(FINALITIES, data))
    return SignedBlock(beacon.chain, signed, finality, final["execution"], nodes(final["execution_branch"]))


def any_of(kinds: Sequence[Container], read: Callable[[Container], Answer]) -> Answer:
    """Return what the first kind that fits gives. Raises: EvidenceError, FormatError of the last one."""
    for kind in kinds[:-1]:
        try:
            return read(kind)
        except (EvidenceError, FormatError):
            continue
    return read(kinds[-1])


def nodes(data: bytes) -> tuple[bytes, ...]:
    """Cut a serialized branch."""
    return tuple(data[start : start + 32] for start in range(0, len(data), 32))


def _of_any(kinds: Sequence[Container], data: bytes) -> dict[str, bytes]:
    return any_of(kinds, lambda kind: parts(kind, data))


def _signed(beacon: BeaconChain, cut: dict[str, bytes]) -> tuple[Signed, Finality, dict[str, bytes]]:
    attested = parts(LIGHT_CLIENT_HEADER, cut["attested_header"])["beacon"]
    final = parts(LIGHT_CLIENT_HEADER, cut["finalized_header"])
    aggregate = parts(AGGREGATE, cut["sync_aggregate"])
    place = known_places(beacon, read_header(attested).slot).finalized_root
    return (
        Signed(
            attested,
            aggregate["sync_committee_bits"],
            aggregate["sync_committee_signature"],
            number(cut["signature_slot"]),
        ),
        Finality(final["beacon"], _branch(cut["finality_branch"], place)),
        final,
    )


def _branch(data: bytes, place: int) -> tuple[bytes, ...]:
    branch, depth = nodes(data), place.bit_length() - 1
    padding = len(branch) - depth
    if padding < 0 or any(any(node) for node in branch[:padding]):
        raise EvidenceError(f"a branch of {len(branch)} nodes; {depth} are needed")
    return branch[padding:]
