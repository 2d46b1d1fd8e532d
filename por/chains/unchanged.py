"""Ask a source again, at the end of a run, about the blocks that the run was built on."""

from collections.abc import Iterable

from por.errors import DisagreementError
from por.model import BlockRef, Source


def require_unchanged(source: Source, blocks: Iterable[BlockRef]) -> None:
    """Read the headers of `blocks` again.

    Raises: DisagreementError when one has another hash now (T56); any other SourceError.
    """
    for block in blocks:
        now = source.header(block.number)
        if now.hash != block.hash:
            raise DisagreementError(
                f"{', '.join(source.names)}: block {block.number} of {source.chain} was 0x{block.hash.hex()} "
                f"and is 0x{now.hash.hex()} now: the chain was reorganised while it was read"
            )
