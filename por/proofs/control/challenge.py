"""Write the challenge of a reserve account, byte for byte (`por/spec/control-proof.md`, C1 to C4)."""

from por.errors import FormatError
from por.model import ChainAccount, Challenge, Instant, issuer_id

TITLE = "por control proof"
VERSION = "1"
MAX_PERIOD = 90 * 86_400
"""Seconds from the snapshot's instant to the expiry, at most (T44): a signature of any later year would serve else."""

_DOMAIN = {"name": "string", "version": "string", "chainId": "uint256"}
_MESSAGE = {
    "statement": "string",
    "issuer": "string",
    "snapshot": "string",
    "account": "string",
    "blockNumber": "uint256",
    "blockHash": "bytes32",
    "expires": "string",
}


def challenge_text(challenge: Challenge) -> str:
    """Return the text to be signed by EIP-191: ASCII lines joined by line feeds, none at the end.

    Raises: FormatError for fields that are not in their canonical form.
    """
    _require_canonical(challenge)
    lines = (
        _statement(challenge),
        "",
        f"{TITLE} v{VERSION}",
        f"issuer: {challenge.issuer}",
        f"snapshot: {challenge.snapshot}",
        f"account: {challenge.account}",
        f"block number: {challenge.block_number}",
        f"block hash: 0x{challenge.block_hash.hex()}",
        f"expires: {challenge.expires}",
    )
    return "\n".join(lines)


def challenge_typed_data(challenge: Challenge) -> dict[str, object]:
    """Return the typed data to be signed by EIP-712, as the JSON object that wallets take.

    Raises: FormatError for fields that are not in their canonical form, or an account of another kind of chain.
    """
    _require_canonical(challenge)
    return {
        "types": {"EIP712Domain": _members(_DOMAIN), "ControlProof": _members(_MESSAGE)},
        "primaryType": "ControlProof",
        "domain": {"name": TITLE, "version": VERSION, "chainId": _evm_chain(challenge.account)},
        "message": {
            "statement": _statement(challenge),
            "issuer": challenge.issuer,
            "snapshot": challenge.snapshot,
            "account": str(challenge.account),
            "blockNumber": challenge.block_number,
            "blockHash": f"0x{challenge.block_hash.hex()}",
            "expires": challenge.expires,
        },
    }


def _statement(challenge: Challenge) -> str:
    return (
        f"Signing shows control of this account for the proof of reserves of {challenge.issuer}. "
        "It moves no funds and approves no transaction."
    )


def _require_canonical(challenge: Challenge) -> None:
    """Make sure that no field can hold a line of another: two challenges never have one text (T43)."""
    issuer, _, instant = challenge.snapshot.partition("@")
    if issuer != issuer_id(challenge.issuer):
        raise FormatError("challenge: the snapshot is another issuer's")
    for moment in (instant, challenge.expires):
        Instant.parse(moment)
    ChainAccount.parse(str(challenge.account))
    if len(challenge.block_hash) != 32 or challenge.block_number < 0:
        raise FormatError("challenge: a block has a number and a hash of 32 bytes")


def _evm_chain(account: ChainAccount) -> int:
    if account.chain.namespace != "eip155":
        raise FormatError(f"challenge: EIP-712 is for EVM accounts, not for one of {account.chain}")
    return int(account.chain.reference)


def _members(types: dict[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "type": kind} for name, kind in types.items()]
