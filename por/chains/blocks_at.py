"""Find the block at which a chain stood at an instant."""

from por.errors import UnavailableError
from por.model import Header, Instant, Source


def last_block_at(source: Source, instant: Instant) -> tuple[Header, Header]:
    """Find the last final block whose timestamp is not after the instant, and its child, by bisection.

    Raises: UnavailableError when the instant is not yet between two final blocks.
    """
    low, high = source.header(0), source.header(source.finalized().number)
    if low.timestamp > instant.seconds:
        raise UnavailableError(f"{source.chain} begins after {instant}")
    if high.timestamp <= instant.seconds:
        raise UnavailableError(
            f"the last final block of {source.chain} is of {Instant(high.timestamp)}, not after {instant}; "
            "wait until a later one is final, and run this again"
        )
    while high.number - low.number > 1:
        middle = source.header((low.number + high.number) // 2)
        low, high = (middle, high) if middle.timestamp <= instant.seconds else (low, middle)
    return low, high
