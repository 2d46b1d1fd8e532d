"""Read and write the evidence file of validators in a beacon state (`por/spec/staked.md`)."""

from dataclasses import dataclass

from por.encoding import canonical
from por.encoding.media_types import VALIDATORS
from por.encoding.reader import Reader
from por.model import ChainId

MAX_BYTES = 256 * 2**10
MAX_VALIDATORS = 32
MAX_WITHDRAWALS = 16
MAX_WITHDRAWAL_BYTES = 64
MAX_BRANCH = 64
HEADER_BYTES = 112
RECORD_BYTES = 121


@dataclass(frozen=True, slots=True)
class ValidatorProof:
    """Hold a validator's serialized record and the 32-byte chunk with its balance, each with its branch, leaf first."""

    index: int
    record: bytes
    record_branch: tuple[bytes, ...]
    balances: bytes
    balances_branch: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class ValidatorsDocument:
    """Hold validators of one beacon state: the header of its block, and the execution block made on top of it.

    `withdrawals` are those of the execution block, each in its consensus encoding.
    """

    chain: ChainId
    block_hash: bytes
    header: bytes
    withdrawals: tuple[bytes, ...]
    validators: tuple[ValidatorProof, ...]


def read(data: bytes) -> ValidatorsDocument:
    """Read the canonical document. Raises: FormatError, also for validators that do not ascend by index."""
    chain, block, header, withdrawals, validators = Reader(canonical.load(data, max_bytes=MAX_BYTES)).document(
        VALIDATORS, "chain", "block", "header", "withdrawals", "validators"
    )
    proofs = tuple(_read_validator(item) for item in validators.items(MAX_VALIDATORS))
    if not proofs:
        raise validators.fail("at least one validator")
    validators.require_ascending([proof.index.to_bytes(8) for proof in proofs])
    return ValidatorsDocument(
        chain.parse(ChainId.parse),
        block.data(32, 32),
        header.data(HEADER_BYTES, HEADER_BYTES),
        tuple(item.data(1, MAX_WITHDRAWAL_BYTES) for item in withdrawals.items(MAX_WITHDRAWALS)),
        proofs,
    )


def write(document: ValidatorsDocument) -> bytes:
    """Write the canonical document."""
    return canonical.dumps(
        {
            "mediaType": VALIDATORS,
            "chain": str(document.chain),
            "block": _hex(document.block_hash),
            "header": _hex(document.header),
            "withdrawals": [_hex(item) for item in document.withdrawals],
            "validators": [
                {
                    "index": proof.index,
                    "record": _hex(proof.record),
                    "recordBranch": [_hex(node) for node in proof.record_branch],
                    "balances": _hex(proof.balances),
                    "balancesBranch": [_hex(node) for node in proof.balances_branch],
                }
                for proof in document.validators
            ],
        }
    )


def _read_validator(reader: Reader) -> ValidatorProof:
    index, record, record_branch, balances, balances_branch = reader.members(
        "index", "record", "recordBranch", "balances", "balancesBranch"
    )
    return ValidatorProof(
        index.integer(0, 2**40 - 1),
        record.data(RECORD_BYTES, RECORD_BYTES),
        _branch(record_branch),
        balances.data(32, 32),
        _branch(balances_branch),
    )


def _branch(reader: Reader) -> tuple[bytes, ...]:
    return tuple(node.data(32, 32) for node in reader.items(MAX_BRANCH))


def _hex(data: bytes) -> str:
    return "0x" + data.hex()
