"""Read logs in spans of blocks, as wide as a node takes."""

from collections.abc import Callable

from por.chains.evm_answers import MAX_TOPICS
from por.chains.rpc_errors import ParametersRefusedError, TooMuchAskedError
from por.chains.transport import OversizedError
from por.errors import FormatError
from por.model import Log

SPAN = 10_000
MAX_QUESTIONS = 50_000
MAX_LOGS = 1_000_000
MAX_DATA = 64 * 2**20

AskSpan = Callable[[int, int], tuple[Log, ...]]


def require_log_question(topics: tuple[bytes, ...], first: int, last: int) -> None:
    """Require 1 to 4 topics of 32 bytes, and blocks that ascend. Raises: FormatError."""
    if not 1 <= len(topics) <= MAX_TOPICS or any(len(topic) != 32 for topic in topics):
        raise FormatError(f"logs are asked for by 1 to {MAX_TOPICS} topics of 32 bytes")
    if not 0 <= first <= last:
        raise FormatError(f"no blocks from {first} to {last}")


class SpanReader:
    """Read logs in spans of blocks; how many the node takes at once is learned from its refusals and kept."""

    def __init__(self, span: int = SPAN) -> None:
        """Begin with spans of this many blocks."""
        self._span = span

    def read(self, ask: AskSpan, first: int, last: int) -> tuple[Log, ...]:
        """Return what `ask` answers about the blocks `first` to `last`, in their order.

        A refused span is halved, down to one block. Raises: TooMuchAskedError for a single block that is refused, and
        for more than 50,000 questions, 1,000,000 logs or 64 MiB of their data; any other SourceError of `ask`.
        """
        logs: list[Log] = []
        low, data = first, 0
        while low <= last:
            self._require_affordable(low, last)
            high = min(low + self._span - 1, last)
            try:
                found = ask(low, high)
            except (OversizedError, ParametersRefusedError, TooMuchAskedError) as error:
                if high == low:
                    raise TooMuchAskedError(f"{error}; block {low} alone was asked about") from error
                self._span = (high - low + 1) // 2
                continue
            logs += found
            data += sum(len(log.data) for log in found)
            if len(logs) > MAX_LOGS or data > MAX_DATA:
                raise TooMuchAskedError(
                    f"more than {MAX_LOGS} logs or {MAX_DATA} bytes of them in blocks {first} to {high}; "
                    "ask about fewer blocks"
                )
            low = high + 1
        return tuple(logs)

    def _require_affordable(self, low: int, last: int) -> None:
        if (last - low) // self._span >= MAX_QUESTIONS:
            raise TooMuchAskedError(
                f"logs of blocks {low} to {last} take more than {MAX_QUESTIONS} questions of {self._span} blocks; "
                "ask about fewer blocks, or another node"
            )
