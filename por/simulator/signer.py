"""Sign challenges with throw-away keys made from public seeds; no coin of value may ever be sent to them."""

import hashlib
from dataclasses import dataclass

from eth_account import Account
from eth_account.messages import encode_defunct, encode_typed_data

from por.model import Challenge
from por.proofs.control.challenge import challenge_text, challenge_typed_data


@dataclass(frozen=True, slots=True)
class SimulatedKey:
    """Hold a throw-away secp256k1 key and its lower-case address."""

    private: bytes
    address: str

    @classmethod
    def from_seed(cls, seed: str) -> "SimulatedKey":
        """Make the key of a seed, always the same one."""
        private = hashlib.sha256(f"por simulator key {seed}".encode()).digest()
        return cls(private, Account.from_key(private).address.lower())

    def sign(self, challenge: Challenge, scheme: str) -> bytes:
        """Sign a challenge by EIP-191 or EIP-712, also for a contract that this key owns."""
        if scheme.endswith("eip191"):
            message = encode_defunct(text=challenge_text(challenge))
        else:
            message = encode_typed_data(full_message=challenge_typed_data(challenge))
        return bytes(Account.sign_message(message, self.private).signature)

    def csv_line(self, challenge: Challenge, scheme: str = "eip191") -> str:
        """Write the signature as a line that `por issuer collect` reads."""
        return f"{challenge.account},{scheme},0x{self.sign(challenge, scheme).hex()}"
