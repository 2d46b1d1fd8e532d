"""Write the challenge of an account, byte for byte: as text for EIP-191, as typed data for EIP-712."""

from por.model import Challenge

DOMAIN_NAME = "por control proof"
DOMAIN_VERSION = "1"


def challenge_text(challenge: Challenge) -> str:
    """Write the text to sign; ASCII, lines end with a line feed but the last."""
    return "\n".join(
        (
            f"{challenge.issuer} shows control of this account for its proof of reserves.",
            "Signing moves no funds and permits nothing else.",
            "",
            f"issuer: {challenge.issuer}",
            f"snapshot: {challenge.snapshot}",
            f"account: {challenge.account}",
            f"block: {challenge.block_number} 0x{challenge.block_hash.hex()}",
            f"expires: {challenge.expires}",
        )
    )


def challenge_typed_data(challenge: Challenge) -> dict[str, object]:
    """Write the EIP-712 typed data to sign; its domain names the account's chain."""
    return {
        "types": {
            "EIP712Domain": [
                {"name": "name", "type": "string"},
                {"name": "version", "type": "string"},
                {"name": "chainId", "type": "uint256"},
            ],
            "ControlProof": [
                {"name": "issuer", "type": "string"},
                {"name": "snapshot", "type": "string"},
                {"name": "account", "type": "address"},
                {"name": "blockNumber", "type": "uint256"},
                {"name": "blockHash", "type": "bytes32"},
                {"name": "expires", "type": "string"},
            ],
        },
        "primaryType": "ControlProof",
        "domain": {
            "name": DOMAIN_NAME,
            "version": DOMAIN_VERSION,
            "chainId": int(challenge.account.chain.reference),
        },
        "message": {
            "issuer": challenge.issuer,
            "snapshot": challenge.snapshot,
            "account": challenge.account.address,
            "blockNumber": challenge.block_number,
            "blockHash": "0x" + challenge.block_hash.hex(),
            "expires": challenge.expires,
        },
    }
