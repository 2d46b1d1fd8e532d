"""Read and write the evidence file of a proven part of a state (`por/spec/proven-call.md`).

It names storage keys, since it is a piece of state; what is read of it is decided by code whose hash is proven.
"""

from dataclasses import dataclass

from por.encoding import canonical
from por.encoding.media_types import EVM_WITNESS
from por.encoding.reader import Reader
from por.model import AccountProof, ChainAccount, ChainId, Witness

MAX_BYTES = 256 * 2**10
MAX_ACCOUNTS = 64
MAX_KEYS = 256
MAX_NODES = 64
MAX_NODE = 1024


@dataclass(frozen=True, slots=True)
class WitnessDocument:
    """Hold accounts in ascending order, with the chain and 32-byte block hash that the file says it is about.

    Both are compared by the checks. Keys ascend in each account. Code is never in this file.
    """

    chain: ChainId
    block_hash: bytes
    accounts: tuple[Witness, ...]


def read(data: bytes) -> WitnessDocument:
    """Read the canonical document; the code of every account is None. Raises: FormatError."""
    chain, block, accounts = Reader(canonical.load(data, max_bytes=MAX_BYTES)).document(
        EVM_WITNESS, "chain", "block", "accounts"
    )
    chain_id = chain.parse(ChainId.parse)
    block_hash = block.data(32, 32)
    witnesses = tuple(_read_account(item, chain_id) for item in accounts.items(MAX_ACCOUNTS))
    accounts.require_ascending([witness.proof.address for witness in witnesses])
    return WitnessDocument(chain_id, block_hash, witnesses)


def write(document: WitnessDocument) -> bytes:
    """Write the canonical document; it does not hold the codes of its accounts."""
    return canonical.dumps(
        {
            "mediaType": EVM_WITNESS,
            "chain": str(document.chain),
            "block": "0x" + document.block_hash.hex(),
            "accounts": [_account(witness) for witness in document.accounts],
        }
    )


def _read_account(reader: Reader, chain: ChainId) -> Witness:
    address, nodes, storage = reader.members("address", "accountProof", "storage")
    account = address.parse(lambda text: ChainAccount.parse(f"{chain}:{text}"))
    slots = [item.members("key", "proof") for item in storage.items(MAX_KEYS)]
    keys = tuple(key.data(32, 32) for key, _ in slots)
    storage.require_ascending(keys)
    proof = AccountProof(account.address, _read_nodes(nodes), tuple(_read_nodes(proof) for _, proof in slots))
    return Witness(proof, keys, None)


def _account(witness: Witness) -> dict[str, object]:
    slots = zip(witness.keys, witness.proof.storage_nodes, strict=True)
    return {
        "address": witness.proof.address,
        "accountProof": _texts(witness.proof.account_nodes),
        "storage": [{"key": "0x" + key.hex(), "proof": _texts(nodes)} for key, nodes in slots],
    }


def _read_nodes(reader: Reader) -> tuple[bytes, ...]:
    return tuple(node.data(1, MAX_NODE) for node in reader.items(MAX_NODES))


def _texts(nodes: tuple[bytes, ...]) -> list[str]:
    return ["0x" + node.hex() for node in nodes]
