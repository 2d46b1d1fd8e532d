"""Ask of a rule first whom it concerns: the issuers of coins of certain kinds, and nobody else."""

from collections.abc import Callable, Iterable, Iterator

from por.checks.rules.answer import Answer
from por.checks.rules.context import Context
from por.checks.rules.parameters import Parameters
from por.checks.rules.supply import coins_of

Run = Callable[[Context, Parameters], Iterable[Answer]]


def of_coins(run: Run) -> Run:
    """Make a check that takes the parameter `coins` too: where it is given, only issuers of such coins are asked."""

    def asked(context: Context, parameters: Parameters) -> Iterator[Answer]:
        if parameters.has("coins"):
            found = next(coins_of(context, parameters))
            if isinstance(found, Answer):
                yield found
                return
        yield from run(context, parameters)

    return asked
