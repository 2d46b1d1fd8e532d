"""Name a beacon state's records as of Electra and Fulu, and compute roots and branches out of its bytes.

A state has hundreds of megabytes: the long lists are hashed in their bytes. Source: the consensus specifications,
electra/beacon-chain.md and fulu/beacon-chain.md (mainnet preset).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from por.errors import EvidenceError
from por.proofs.beacon.block import CHECKPOINT, ETH1_DATA
from por.proofs.beacon.containers import (
    COMMITTEE,
    EXECUTION_HEADER,
    HEADER,
    KEY,
    ROOT,
    SIGNATURE,
    UINT64,
    VALIDATOR,
)
from por.proofs.beacon.merkle import implied_root, merkle_branches
from por.proofs.beacon.ssz import (
    Bits,
    Container,
    Kind,
    ListOf,
    Plain,
    Vector,
    chunked,
    fixed_size,
    hash_tree_root,
    parts,
)

_VALIDATORS_LIMIT = 2**40
_HISTORY = 8192
_FORK = Container("Fork", (("previous", Plain(4)), ("current", Plain(4)), ("epoch", UINT64)))
_SUMMARY = Container("HistoricalSummary", (("blocks", ROOT), ("states", ROOT)))
_DEPOSIT = Container(
    "PendingDeposit",
    (("key", KEY), ("withdrawal_credentials", ROOT), ("amount", UINT64), ("signature", SIGNATURE), ("slot", UINT64)),
)
_WITHDRAWAL = Container(
    "PendingPartialWithdrawal", (("validator", UINT64), ("amount", UINT64), ("withdrawable_epoch", UINT64))
)
_CONSOLIDATION = Container("PendingConsolidation", (("source", UINT64), ("target", UINT64)))
_PARTICIPATION = ListOf(Plain(1), _VALIDATORS_LIMIT, packed=True)

VALIDATORS = ListOf(VALIDATOR, _VALIDATORS_LIMIT)
BALANCES = ListOf(UINT64, _VALIDATORS_LIMIT, packed=True)
_FIELDS: tuple[tuple[str, Kind], ...] = (
    ("genesis_time", UINT64),
    ("genesis_validators_root", ROOT),
    ("slot", UINT64),
    ("fork", _FORK),
    ("latest_block_header", HEADER),
    ("block_roots", Vector(ROOT, _HISTORY)),
    ("state_roots", Vector(ROOT, _HISTORY)),
    ("historical_roots", ListOf(ROOT, 2**24)),
    ("eth1_data", ETH1_DATA),
    ("eth1_data_votes", ListOf(ETH1_DATA, 2048)),
    ("eth1_deposit_index", UINT64),
    ("validators", VALIDATORS),
    ("balances", BALANCES),
    ("randao_mixes", Vector(ROOT, 65_536)),
    ("slashings", Vector(UINT64, _HISTORY, packed=True)),
    ("previous_epoch_participation", _PARTICIPATION),
    ("current_epoch_participation", _PARTICIPATION),
    ("justification_bits", Bits(4)),
    ("previous_justified_checkpoint", CHECKPOINT),
    ("current_justified_checkpoint", CHECKPOINT),
    ("finalized_checkpoint", CHECKPOINT),
    ("inactivity_scores", ListOf(UINT64, _VALIDATORS_LIMIT, packed=True)),
    ("current_sync_committee", COMMITTEE),
    ("next_sync_committee", COMMITTEE),
    ("latest_execution_payload_header", EXECUTION_HEADER),
    ("next_withdrawal_index", UINT64),
    ("next_withdrawal_validator_index", UINT64),
    ("historical_summaries", ListOf(_SUMMARY, 2**24)),
    ("deposit_requests_start_index", UINT64),
    ("deposit_balance_to_consume", UINT64),
    ("exit_balance_to_consume", UINT64),
    ("earliest_exit_epoch", UINT64),
    ("consolidation_balance_to_consume", UINT64),
    ("earliest_consolidation_epoch", UINT64),
    ("pending_deposits", ListOf(_DEPOSIT, 2**27)),
    ("pending_partial_withdrawals", ListOf(_WITHDRAWAL, 2**27)),
    ("pending_consolidations", ListOf(_CONSOLIDATION, 2**18)),
)
ELECTRA_STATE = Container("BeaconState", _FIELDS)
FULU_STATE = Container("BeaconState", (*_FIELDS, ("proposer_lookahead", Vector(UINT64, 64, packed=True))))

_DEPTH = 6
_VALIDATORS_PLACE, _BALANCES_PLACE = 11, 12
_RECORD_BYTES = fixed_size(VALIDATOR) or 0


@dataclass(frozen=True)
class BeaconState:
    """Hold a state's serialized fields and their roots; `header` is that of its block, 112 bytes."""

    fields: dict[str, bytes]
    roots: bytes
    root: bytes
    header: bytes

    @property
    def count(self) -> int:
        """Return how many validators there are."""
        return len(self.fields["validators"]) // _RECORD_BYTES

    def record(self, index: int) -> bytes:
        """Return a validator's serialized record."""
        return self.fields["validators"][index * _RECORD_BYTES : (index + 1) * _RECORD_BYTES]

    def balances(self, index: int) -> bytes:
        """Return the chunk of 32 bytes that holds a validator's balance."""
        start = index // 4 * 32
        return self.fields["balances"][start : start + 32].ljust(32, b"\x00")


def read_state(data: bytes) -> BeaconState:
    """Read a serialized state of Electra or Fulu, right after its block, and compute its root.

    Raises: EvidenceError, also for a state that was moved on through slots without a block.
    """
    kind = _kind_of(data)
    fields = parts(kind, data)
    if len(fields["validators"]) % _RECORD_BYTES or len(fields["balances"]) * _RECORD_BYTES != 8 * len(
        fields["validators"]
    ):
        raise EvidenceError("a beacon state whose validators and balances are not equally many")
    roots = b"".join(_root_of(name, field, fields[name]) for name, field in kind.fields)
    root = _root_of_fields(roots)
    header = fields["latest_block_header"]
    if header[:8] != fields["slot"] or header[48:80] not in {bytes(32), root}:
        raise EvidenceError("the state of a slot without a block; the state right after the block is needed")
    return BeaconState(fields, roots, root, header[:48] + root + header[80:])


def validator_branches(state: BeaconState, indices: Sequence[int]) -> dict[int, tuple[bytes, ...]]:
    """Return the branch of each validator's record up to the state's root, leaf first."""
    leaves = _record_roots(state.fields["validators"])
    tail = _tail(state, _VALIDATORS_PLACE)
    return {index: (*branch, *tail) for index, branch in merkle_branches(leaves, 40, indices).items()}


def balance_branches(state: BeaconState, indices: Sequence[int]) -> dict[int, tuple[bytes, ...]]:
    """Return, by validator, the branch of the chunk with its balance up to the state's root, leaf first."""
    tail = _tail(state, _BALANCES_PLACE)
    chunks = [index // 4 for index in indices]
    branches = merkle_branches(chunked(state.fields["balances"]), 38, chunks)
    return {index: (*branches[index // 4], *tail) for index in indices}


def _kind_of(data: bytes) -> Container:
    """Tell Electra from Fulu by the first offset: where the parts of fixed size end."""
    for kind in (ELECTRA_STATE, FULU_STATE):
        try:
            parts(kind, data)
        except EvidenceError:
            continue
        return kind
    raise EvidenceError("no serialized beacon state of Electra or Fulu")


def _tail(state: BeaconState, place: int) -> tuple[bytes, ...]:
    length = state.count.to_bytes(32, "little")
    return (length, *merkle_branches(state.roots, _DEPTH, [place])[place])


def _root_of_fields(roots: bytes) -> bytes:
    return implied_root(roots[:32], merkle_branches(roots, _DEPTH, [0])[0], 1 << _DEPTH)


def _root_of(name: str, kind: Kind, data: bytes) -> bytes:
    if name != "validators":
        return hash_tree_root(kind, data)
    leaves = _record_roots(data)
    branch = merkle_branches(leaves, 40, [0])[0]
    items = implied_root(leaves[:32] or bytes(32), branch, 1 << 40)
    return sha256(items + (len(data) // _RECORD_BYTES).to_bytes(32, "little")).digest()


def _record_roots(data: bytes) -> bytes:
    """Hash all records: 8 leaves each, of which the key is two chunks itself."""
    roots = []
    for at in range(0, len(data), _RECORD_BYTES):
        record = data[at : at + _RECORD_BYTES]
        first = sha256(record[:48] + bytes(16)).digest() + record[48:80]
        second = record[80:88] + bytes(24) + record[88:89] + bytes(31)
        third = record[89:97] + bytes(24) + record[97:105] + bytes(24)
        fourth = record[105:113] + bytes(24) + record[113:121] + bytes(24)
        left = sha256(sha256(first).digest() + sha256(second).digest()).digest()
        right = sha256(sha256(third).digest() + sha256(fourth).digest()).digest()
        roots.append(sha256(left + right).digest())
    return b"".join(roots)
