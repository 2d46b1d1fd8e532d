"""Read and write the evidence file of an EIP-1186 proof (`por/spec/state-proof.md`); it names no storage slot."""

from dataclasses import dataclass

from por.encoding import canonical
from por.encoding.media_types import EVM_ACCOUNT_PROOF
from por.encoding.reader import Reader
from por.model import AccountProof, ChainAccount, ChainId

MAX_BYTES = 256 * 2**10
MAX_NODES = 64
MAX_NODE = 1024
MAX_KEYS = 4


@dataclass(frozen=True, slots=True)
class AccountProofDocument:
    """Hold a proof with the chain and 32-byte block hash it says it is about; both are compared by the checks."""

    chain: ChainId
    block_hash: bytes
    proof: AccountProof


def read(data: bytes) -> AccountProofDocument:
    """Read the canonical document. Raises: FormatError."""
    chain, block, address, nodes, storage = Reader(canonical.load(data, max_bytes=MAX_BYTES)).document(
        EVM_ACCOUNT_PROOF, "chain", "block", "address", "accountProof", "storageProofs"
    )
    chain_id = chain.parse(ChainId.parse)
    account = address.parse(lambda text: ChainAccount.parse(f"{chain_id}:{text}"))
    proof = AccountProof(
        account.address, _read_nodes(nodes), tuple(_read_nodes(keys) for keys in storage.items(MAX_KEYS))
    )
    return AccountProofDocument(chain_id, block.data(32, 32), proof)


def write(document: AccountProofDocument) -> bytes:
    """Write the canonical document."""
    return canonical.dumps(
        {
            "mediaType": EVM_ACCOUNT_PROOF,
            "chain": str(document.chain),
            "block": "0x" + document.block_hash.hex(),
            "address": document.proof.address,
            "accountProof": ["0x" + node.hex() for node in document.proof.account_nodes],
            "storageProofs": [["0x" + node.hex() for node in nodes] for nodes in document.proof.storage_nodes],
        }
    )


def _read_nodes(reader: Reader) -> tuple[bytes, ...]:
    return tuple(node.data(1, MAX_NODE) for node in reader.items(MAX_NODES))
