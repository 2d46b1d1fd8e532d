"""Name what every source of this layer can do beyond `Source`: give many proofs at once."""

from collections.abc import Callable, Sequence
from typing import Protocol

from por.model import AccountProof, BlockRef, Source

Progress = Callable[[int, int], None]
ProofRequest = tuple[str, Sequence[bytes]]


class BulkSource(Source, Protocol):
    """Be a `Source` that also answers for many accounts at once."""

    def account_proofs(
        self, block: BlockRef, requests: Sequence[ProofRequest], progress: Progress | None = None
    ) -> tuple[AccountProof, ...]:
        """Return the proofs of many accounts, and their 32-byte storage keys, in the order of `requests`.

        `progress` is called with the number done and the number wanted. Raises: SourceError.
        """
