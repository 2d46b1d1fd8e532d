"""Name what every source of this layer can do beyond `Source`: what issuers and writers of policies ask."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from por.model import BlockRef, Call, Source
from por.model.chain import Progress, ProofRequest

__all__ = ["AccessList", "BulkSource", "Progress", "ProofRequest"]

AccessList = tuple[tuple[str, tuple[bytes, ...]], ...]


class BulkSource(Source, Protocol):
    """Be a `Source` that also answers what issuers and writers of policies ask.

    What `access`, `codes` and `trial` say proves nothing, and no finding rests on it.
    """

    def access(self, block: BlockRef, call: Call) -> AccessList:
        """Return the addresses, in lower case, and the 32-byte storage keys that a call reads at `block`.

        The called contract itself may be left out. Raises: SourceError; IncapableError where the source cannot tell.
        """

    def codes(self, block: BlockRef, addresses: Sequence[str]) -> tuple[bytes, ...]:
        """Return the codes at addresses at `block`, `b""` for none. Raises: SourceError."""

    def trial(self, block: BlockRef, call: Call, overrides: Mapping[str, Mapping[bytes, bytes]]) -> bytes | None:
        """Return what a call would give at `block` if storage held other words; None where it reverts.

        `overrides` has 32-byte words by address and 32-byte storage key. Raises: SourceError.
        """
