"""Ask chains: each source answers about one chain, and says what it cannot answer instead of guessing."""

from collections.abc import Sequence

from por.chains.bulk import BulkSource
from por.model import ChainId


def open_source(chain: ChainId, urls: Sequence[str], *, genesis: bytes | None = None) -> BulkSource:
    """Return a source of `chain` on one endpoint, or a quorum of several; nothing is sent yet.

    `genesis` is the hash that the chain's block 0 must have. Raises: FormatError.
    """
    # web3 is heavy, and replaying a recording does without it.
    from por.chains.evm import EvmSource  # noqa: PLC0415
    from por.chains.quorum import QuorumSource  # noqa: PLC0415

    sources = [EvmSource(chain, url, genesis=genesis) for url in urls]
    return sources[0] if len(sources) == 1 else QuorumSource(sources)
