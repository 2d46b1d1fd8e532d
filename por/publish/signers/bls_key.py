"""Sign with a BLS key held here (por/proofs/bls.py says which suite)."""

from eth_utils.crypto import keccak

from por.errors import FormatError, PublishError
from por.model.attestation import SignatureScheme

SECRET_BYTES = 32
DIGEST_BYTES = 32


class BlsKey:
    """Hold a secret; `key` is the public one, 48 bytes."""

    scheme = SignatureScheme.BLS

    def __init__(self, secret: bytes) -> None:
        """Take 32 bytes, big-endian. Raises: FormatError, which does not show them."""
        from py_ecc.bls.ciphersuites import G2ProofOfPossession  # noqa: PLC0415
        from py_ecc.optimized_bls12_381.optimized_curve import curve_order  # noqa: PLC0415

        number = int.from_bytes(secret)
        if len(secret) != SECRET_BYTES or not 0 < number < curve_order:
            raise FormatError("not a BLS key: 32 bytes, neither zero nor beyond the group's order")
        self._secret = number
        self._suite = G2ProofOfPossession
        self.key = bytes(G2ProofOfPossession.SkToPk(number))
        self.member = keccak(self.key)
        self.name = f"0x{self.key.hex()}"

    def sign(self, digest: bytes) -> bytes:
        """Sign 32 bytes; return the compressed signature, 96 bytes. Raises: PublishError."""
        if len(digest) != DIGEST_BYTES:
            raise PublishError(f"a digest of {len(digest)} bytes; 32 are signed")
        return bytes(self._suite.Sign(self._secret, digest))

    def possession(self) -> bytes:
        """Return the proof of possession that registration asks for, 96 bytes."""
        return bytes(self._suite.PopProve(self._secret))

    def __repr__(self) -> str:
        """Show the public key alone."""
        return f"BlsKey({self.name})"
