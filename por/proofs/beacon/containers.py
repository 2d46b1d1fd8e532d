"""Name the records of the beacon chain that light-client and validator evidence is made of.

Source: the consensus specifications, Altair to Fulu (mainnet preset).
"""

from dataclasses import dataclass

from por.errors import EvidenceError
from por.proofs.beacon.ssz import ByteList, Container, Plain, Vector, fixed_size, hash_tree_root, number, parts

UINT64, ROOT, ADDRESS, KEY, SIGNATURE = Plain(8), Plain(32), Plain(20), Plain(48), Plain(96)
COMMITTEE_SIZE = 512

HEADER = Container(
    "BeaconBlockHeader",
    (
        ("slot", UINT64),
        ("proposer_index", UINT64),
        ("parent_root", ROOT),
        ("state_root", ROOT),
        ("body_root", ROOT),
    ),
)
COMMITTEE = Container("SyncCommittee", (("pubkeys", Vector(KEY, COMMITTEE_SIZE)), ("aggregate_pubkey", KEY)))
VALIDATOR = Container(
    "Validator",
    (
        ("key", KEY),
        ("withdrawal_credentials", ROOT),
        ("effective_balance", UINT64),
        ("slashed", Plain(1)),
        ("activation_eligibility_epoch", UINT64),
        ("activation_epoch", UINT64),
        ("exit_epoch", UINT64),
        ("withdrawable_epoch", UINT64),
    ),
)
# As of Deneb; Electra and Fulu have the same.
EXECUTION_HEADER = Container(
    "ExecutionPayloadHeader",
    (
        ("parent_hash", ROOT),
        ("fee_recipient", ADDRESS),
        ("state_root", ROOT),
        ("receipts_root", ROOT),
        ("logs_bloom", Plain(256)),
        ("prev_randao", ROOT),
        ("block_number", UINT64),
        ("gas_limit", UINT64),
        ("gas_used", UINT64),
        ("timestamp", UINT64),
        ("extra_data", ByteList(32)),
        ("base_fee_per_gas", ROOT),
        ("block_hash", ROOT),
        ("transactions_root", ROOT),
        ("withdrawals_root", ROOT),
        ("blob_gas_used", UINT64),
        ("excess_blob_gas", UINT64),
    ),
)


@dataclass(frozen=True, slots=True)
class BeaconHeader:
    """Hold a beacon block's header, with its root."""

    slot: int
    parent_root: bytes
    state_root: bytes
    body_root: bytes
    root: bytes


def read_header(data: bytes) -> BeaconHeader:
    """Read a serialized header of 112 bytes and compute its root. Raises: EvidenceError."""
    if len(data) != fixed_size(HEADER):
        raise EvidenceError(f"a beacon block header of {len(data)} bytes; it has {fixed_size(HEADER)}")
    cut = parts(HEADER, data)
    return BeaconHeader(
        number(cut["slot"]), cut["parent_root"], cut["state_root"], cut["body_root"], hash_tree_root(HEADER, data)
    )
