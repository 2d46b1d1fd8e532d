"""Name a beacon block's records as of Electra, which Fulu has too, and find the execution header in one.

Source: the consensus specifications, electra/beacon-chain.md (mainnet preset).
"""

from dataclasses import dataclass

from por.errors import EvidenceError
from por.proofs.beacon.containers import ADDRESS, EXECUTION_HEADER, HEADER, KEY, ROOT, SIGNATURE, UINT64
from por.proofs.beacon.forks import EXECUTION_PAYLOAD
from por.proofs.beacon.merkle import implied_root, merkle_branches
from por.proofs.beacon.ssz import BitList, Bits, ByteList, Container, ListOf, Plain, Vector, hash_tree_root, parts

_ATTESTERS = 131_072

CHECKPOINT = Container("Checkpoint", (("epoch", UINT64), ("root", ROOT)))
ETH1_DATA = Container("Eth1Data", (("deposit_root", ROOT), ("deposit_count", UINT64), ("block_hash", ROOT)))
_SIGNED_HEADER = Container("SignedBeaconBlockHeader", (("message", HEADER), ("signature", SIGNATURE)))
_PROPOSER_SLASHING = Container("ProposerSlashing", (("one", _SIGNED_HEADER), ("other", _SIGNED_HEADER)))
_ATTESTATION_DATA = Container(
    "AttestationData",
    (("slot", UINT64), ("index", UINT64), ("block", ROOT), ("source", CHECKPOINT), ("target", CHECKPOINT)),
)
_INDEXED_ATTESTATION = Container(
    "IndexedAttestation",
    (("indices", ListOf(UINT64, _ATTESTERS, packed=True)), ("data", _ATTESTATION_DATA), ("signature", SIGNATURE)),
)
_ATTESTER_SLASHING = Container("AttesterSlashing", (("one", _INDEXED_ATTESTATION), ("other", _INDEXED_ATTESTATION)))
_ATTESTATION = Container(
    "Attestation",
    (("bits", BitList(_ATTESTERS)), ("data", _ATTESTATION_DATA), ("signature", SIGNATURE), ("committees", Bits(64))),
)
_DEPOSIT_FIELDS = (("key", KEY), ("withdrawal_credentials", ROOT), ("amount", UINT64), ("signature", SIGNATURE))
_DEPOSIT = Container("Deposit", (("proof", Vector(ROOT, 33)), ("data", Container("DepositData", _DEPOSIT_FIELDS))))
_SIGNED_EXIT = Container(
    "SignedVoluntaryExit",
    (("message", Container("VoluntaryExit", (("epoch", UINT64), ("validator", UINT64)))), ("signature", SIGNATURE)),
)
_CHANGE = Container("BLSToExecutionChange", (("validator", UINT64), ("key", KEY), ("address", ADDRESS)))
_SIGNED_CHANGE = Container("SignedBLSToExecutionChange", (("message", _CHANGE), ("signature", SIGNATURE)))
_SYNC_AGGREGATE = Container("SyncAggregate", (("participants", Bits(512)), ("signature", SIGNATURE)))

WITHDRAWAL = Container(
    "Withdrawal", (("index", UINT64), ("validator", UINT64), ("address", ADDRESS), ("amount", UINT64))
)
TRANSACTIONS = ListOf(ByteList(2**30), 2**20)
WITHDRAWALS = ListOf(WITHDRAWAL, 16)
_LISTS = {"transactions_root": ("transactions", TRANSACTIONS), "withdrawals_root": ("withdrawals", WITHDRAWALS)}
EXECUTION_PAYLOAD_RECORD = Container(
    "ExecutionPayload", tuple(_LISTS.get(name, (name, kind)) for name, kind in EXECUTION_HEADER.fields)
)
DEPOSIT_REQUEST = Container("DepositRequest", (*_DEPOSIT_FIELDS, ("index", UINT64)))
WITHDRAWAL_REQUEST = Container("WithdrawalRequest", (("source", ADDRESS), ("key", KEY), ("amount", UINT64)))
CONSOLIDATION_REQUEST = Container("ConsolidationRequest", (("source", ADDRESS), ("key", KEY), ("target", KEY)))
EXECUTION_REQUESTS = Container(
    "ExecutionRequests",
    (
        ("deposits", ListOf(DEPOSIT_REQUEST, 8192)),
        ("withdrawals", ListOf(WITHDRAWAL_REQUEST, 16)),
        ("consolidations", ListOf(CONSOLIDATION_REQUEST, 2)),
    ),
)
BODY = Container(
    "BeaconBlockBody",
    (
        ("randao_reveal", SIGNATURE),
        ("eth1_data", ETH1_DATA),
        ("graffiti", ROOT),
        ("proposer_slashings", ListOf(_PROPOSER_SLASHING, 16)),
        ("attester_slashings", ListOf(_ATTESTER_SLASHING, 1)),
        ("attestations", ListOf(_ATTESTATION, 8)),
        ("deposits", ListOf(_DEPOSIT, 16)),
        ("voluntary_exits", ListOf(_SIGNED_EXIT, 16)),
        ("sync_aggregate", _SYNC_AGGREGATE),
        ("execution_payload", EXECUTION_PAYLOAD_RECORD),
        ("bls_to_execution_changes", ListOf(_SIGNED_CHANGE, 16)),
        ("blob_kzg_commitments", ListOf(KEY, 4096)),
        ("execution_requests", EXECUTION_REQUESTS),
    ),
)
BLOCK = Container(
    "BeaconBlock",
    (("slot", UINT64), ("proposer_index", UINT64), ("parent_root", ROOT), ("state_root", ROOT), ("body", BODY)),
)
SIGNED_BLOCK = Container("SignedBeaconBlock", (("message", BLOCK), ("signature", SIGNATURE)))


@dataclass(frozen=True, slots=True)
class BlockParts:
    """Hold what evidence takes from a block: serialized header, execution header with its branch, sync aggregate."""

    header: bytes
    execution: bytes
    branch: tuple[bytes, ...]
    participants: bytes
    signature: bytes


def block_parts(data: bytes) -> BlockParts:
    """Read a serialized signed block; its own signature is not checked. Raises: EvidenceError."""
    block = parts(BLOCK, parts(SIGNED_BLOCK, data)["message"])
    body = parts(BODY, block["body"])
    roots = b"".join(hash_tree_root(kind, body[name]) for name, kind in BODY.fields)
    branch = merkle_branches(roots, 4, [9])[9]
    execution = execution_header(body["execution_payload"])
    root = implied_root(hash_tree_root(EXECUTION_HEADER, execution), branch, EXECUTION_PAYLOAD)
    header = b"".join(block[name] for name, _ in HEADER.fields[:-1]) + root
    aggregate = parts(_SYNC_AGGREGATE, body["sync_aggregate"])
    return BlockParts(header, execution, branch, aggregate["participants"], aggregate["signature"])


def execution_header(payload: bytes) -> bytes:
    """Return the serialized execution header of a serialized execution payload. Raises: EvidenceError."""
    cut = parts(EXECUTION_PAYLOAD_RECORD, payload)
    extra = cut["extra_data"]
    head = []
    for name, kind in EXECUTION_HEADER.fields:
        if name in _LISTS:
            head.append(hash_tree_root(_LISTS[name][1], cut[_LISTS[name][0]]))
        else:
            head.append(cut[name] if isinstance(kind, Plain) else bytes(4))
    size = sum(map(len, head))
    head[10] = size.to_bytes(4, "little")
    encoded = b"".join([*head, extra])
    if hash_tree_root(EXECUTION_HEADER, encoded) != hash_tree_root(EXECUTION_PAYLOAD_RECORD, payload):
        raise EvidenceError("an execution payload whose header has another root")
    return encoded
