"""Sign as an account, wherever its secp256k1 key is."""

from collections.abc import Callable

from eth_keys.datatypes import PrivateKey, PublicKey

from por.errors import FormatError, PublishError
from por.model.attestation import SignatureScheme
from por.publish.signers import secp256k1
from por.publish.signers.secp256k1 import Pair

SECRET_BYTES = 32


class Account:
    """Hold a public key and the way to ask for signatures of its secret one; what is asked is checked."""

    scheme = SignatureScheme.ECDSA

    def __init__(self, key: PublicKey, ask: Callable[[bytes], Pair]) -> None:
        """Sign with `ask`, which returns r and s, of any height, over a digest."""
        self.address = key.to_address().lower()
        self.member = bytes(12) + key.to_canonical_address()
        self.name = self.address
        self._key = key
        self._ask = ask

    @classmethod
    def from_secret(cls, secret: bytes) -> "Account":
        """Sign with 32 bytes held here, deterministically (RFC 6979). Raises: FormatError, which does not show them."""
        if len(secret) != SECRET_BYTES or not 0 < int.from_bytes(secret) < secp256k1.ORDER:
            raise FormatError("not a secp256k1 key: 32 bytes, neither zero nor beyond the curve's order")
        key = PrivateKey(secret)

        def ask(digest: bytes) -> Pair:
            signature = key.sign_msg_hash(digest)
            return signature.r, signature.s

        return cls(key.public_key, ask)

    def sign(self, digest: bytes) -> bytes:
        """Sign like `sign_digest`: a member of an ECDSA committee signs as the account does. Raises: PublishError."""
        return self.sign_digest(digest)

    def sign_digest(self, digest: bytes) -> bytes:
        """Sign 32 bytes; return r, s (the lower) and v (27 or 28). Raises: PublishError."""
        if len(digest) != secp256k1.DIGEST_BYTES:
            raise PublishError(f"a digest of {len(digest)} bytes; 32 are signed")
        return secp256k1.recoverable(digest, self._ask(digest), self._key)

    def __repr__(self) -> str:
        """Show the address alone."""
        return f"Account({self.address})"
