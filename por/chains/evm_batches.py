"""Ask as many questions at once as a node takes."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from por.chains.rpc_errors import ParametersRefusedError, TooMuchAskedError
from por.chains.transport import BusyError, OversizedError

Asked = TypeVar("Asked")
Told = TypeVar("Told")


class Batches:
    """Split questions into batches; how many the node takes at once is learned from its refusals, and kept."""

    def __init__(self, size: int) -> None:
        """Begin with batches of this many questions."""
        self._size = size

    def each(self, items: Sequence[Asked], ask: Callable[[Sequence[Asked]], list[Told]]) -> Iterator[list[Told]]:
        """Yield what `ask` answers about batch after batch of `items`; a refused batch is halved, down to one item.

        Raises: what `ask` raises of a single item, or of a batch for another reason than its size.
        """
        start = 0
        while start < len(items):
            some = items[start : start + self._size]
            try:
                answers = ask(some)
            except (BusyError, OversizedError, ParametersRefusedError, TooMuchAskedError):
                if len(some) == 1:
                    raise
                self._size = (len(some) + 1) // 2
                continue
            yield answers
            start += len(some)
