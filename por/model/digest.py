"""Name a document or evidence file by the SHA-256 of its bytes."""

import re
from dataclasses import dataclass

from por.errors import FormatError

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, order=True, slots=True)
class Digest:
    """Hold 32 bytes of SHA-256; written `sha256:` and 64 hexadecimal digits."""

    value: bytes

    @classmethod
    def parse(cls, text: str) -> "Digest":
        """Read the written form. Raises: FormatError."""
        if not _DIGEST.fullmatch(text):
            raise FormatError("not a digest: sha256: and 64 lower-case hexadecimal digits")
        return cls(bytes.fromhex(text[7:]))

    def __str__(self) -> str:
        """Give the canonical text."""
        return f"sha256:{self.value.hex()}"
