"""Load rulebooks: those shipped with `por` by id, a user's own by path."""

from collections.abc import Iterable
from functools import cache
from importlib import resources
from pathlib import Path

from por.checks.evidence import load_document
from por.checks.rules.days import business_days
from por.checks.rules.engine import require_computable
from por.encoding import rulebook_v1, toml
from por.errors import FormatError
from por.model.rulebook import Rulebook

SUFFIX = ".toml"


@cache
def shipped_ids() -> tuple[str, ...]:
    """List the ids of the rulebooks shipped with `por`."""
    files = resources.files("por").joinpath("rulebooks").iterdir()
    return tuple(sorted(file.name.removesuffix(SUFFIX) for file in files if file.name.endswith(SUFFIX)))


def load_rulebook(name: str) -> Rulebook:
    """Load a rulebook by its id, or from a file whose path ends in .toml, and make sure that its checks can use it.

    Raises: FormatError naming the file and the place.
    """
    if name in shipped_ids():
        book = _shipped(name)
    elif name.endswith(SUFFIX):
        book = load_document(Path(name), toml.MAX_BYTES, rulebook_v1.read)
        _require_calendar(book, name)
    else:
        raise FormatError(f"no rulebook is called {name}; shipped are {', '.join(shipped_ids())}", "--rulebook")
    require_computable(book)
    return book


def _require_calendar(book: Rulebook, name: str) -> None:
    try:
        business_days(book.calendar)
    except FormatError as error:
        raise error.within(f"{name}:/calendar") from error


@cache
def _shipped(name: str) -> Rulebook:
    data = resources.files("por").joinpath("rulebooks", name + SUFFIX).read_bytes()
    try:
        return rulebook_v1.read(data)
    except FormatError as error:
        raise error.within(f"{name}{SUFFIX}:") from error


def load_rulebooks(names: Iterable[str]) -> tuple[Rulebook, ...]:
    """Load several. Raises: FormatError, also for one id in two of them."""
    books = tuple(load_rulebook(name) for name in dict.fromkeys(names))
    ids = [book.id for book in books]
    for book_id in ids:
        if ids.count(book_id) > 1:
            raise FormatError(f"two rulebooks are called {book_id}", "--rulebook")
    return books
