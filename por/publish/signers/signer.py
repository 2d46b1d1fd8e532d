"""Describe what signs: one protocol for all members of committees, and one for accounts, which can also pay."""

from typing import Protocol

from por.model.attestation import SignatureScheme


class Signer(Protocol):
    """Sign as one member of a committee.

    `member` has 32 bytes: the address with zeros before it, or keccak256 of a BLS key. `name` may be shown: it is the
    address or the key, never a secret.
    """

    @property
    def scheme(self) -> SignatureScheme:
        """Say how it signs."""

    @property
    def member(self) -> bytes:
        """Name the member in a committee."""

    @property
    def name(self) -> str:
        """Name it to a reader."""

    def sign(self, digest: bytes) -> bytes:
        """Sign 32 bytes as they are.

        Return r, s and v (65 bytes), what the contract takes, or a compressed BLS signature (96 bytes).
        Raises: PublishError.
        """


class AccountSigner(Signer, Protocol):
    """Sign as an account, which may also pay for transactions."""

    @property
    def address(self) -> str:
        """Name the account: 0x and lower-case hexadecimal."""

    def sign_digest(self, digest: bytes) -> bytes:
        """Sign 32 bytes; return r, s (the lower) and v (27 or 28). Raises: PublishError."""
