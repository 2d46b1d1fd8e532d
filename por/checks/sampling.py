"""Draw a sample by SHA-256 of a seed and of the population, so that anybody draws the same (`por/spec/sample.md`).

Nothing of a language's own random numbers is in it.
"""

import hashlib
from collections.abc import Iterable, Iterator
from heapq import nsmallest
from itertools import accumulate, count

from por.errors import FormatError
from por.model import Digest, plain_text
from por.model.sample import Drawn, Method, Population, Sample

POPULATION = b"por/population/v1\n"
RANKED = b"por/sample/v1/rank\n"
STARTED = b"por/sample/v1/start\n"
MAX_SEED = 256
MAX_SIZE = 1_000_000

_SPACE = 1 << 256


def population_digest(population: Population) -> Digest:
    """Return the SHA-256 that names a population: what it is of, and every item with its amount."""
    fold = hashlib.sha256(POPULATION)
    fold.update(f"{population.of}\n{population.asset or ''}\n".encode())
    for name, amount in population.items:
        fold.update(f"{name}\t{amount}\n".encode())
    return Digest(fold.digest())


def draw(population: Population, method: Method, seed: str, size: int) -> Sample:
    """Draw `size` items, or by amounts `size` monetary units. Raises: FormatError for a seed or size of no use."""
    if not seed or seed != seed.strip():
        raise FormatError("not a seed: text that is not empty, without blanks around it", "--seed")
    try:
        plain_text(seed, MAX_SEED)
    except FormatError as error:
        raise FormatError(error.reason, "--seed") from error
    wide = len(population.items) if method is Method.RANDOM else MAX_SIZE
    if not 1 <= size <= min(wide, MAX_SIZE):
        raise FormatError(f"a size between 1 and {min(wide, MAX_SIZE)} is wanted here", "--size")
    digest, total = population_digest(population), population.total
    if total == 0:
        raise FormatError("nothing in this population has an amount", "--by-amount")
    salt = digest.value + hashlib.sha256(seed.encode()).digest()
    pick = _ranked if method is Method.RANDOM else _weighed
    drawn = tuple(pick(population, salt, size))
    return Sample(population.of, population.asset, digest, len(population.items), total, method, seed, size, drawn)


def _ranked(population: Population, salt: bytes, size: int) -> Iterator[Drawn]:
    """Take the items whose hashes are smallest."""
    salted = RANKED + salt
    ranked = ((hashlib.sha256(salted + name.encode()).digest(), name, amount) for name, amount in population.items)
    return (Drawn(name, amount, 1) for _, name, amount in nsmallest(size, ranked))


def _weighed(population: Population, salt: bytes, size: int) -> Iterator[Drawn]:
    """Take one unit out of every interval of total/size units, at a start drawn once."""
    total = population.total
    start = uniform(STARTED + salt, total)
    points = ((start + step * total) // size for step in range(size))
    return _hit(population.items, points)


def _hit(items: Iterable[tuple[str, int]], points: Iterator[int]) -> Iterator[Drawn]:
    point = next(points, None)
    rows = list(items)
    for (name, amount), end in zip(rows, accumulate(amount for _, amount in rows), strict=True):
        hits = 0
        while point is not None and point < end:
            hits, point = hits + 1, next(points, None)
        if hits:
            yield Drawn(name, amount, hits)


def uniform(salt: bytes, below: int) -> int:
    """Return a number from 0 to `below` - 1, each as likely: hashes beyond the last whole multiple are passed over."""
    limit = _SPACE - _SPACE % below
    hashes = (hashlib.sha256(salt + number.to_bytes(8, "big")).digest() for number in count())
    return next(value for value in (int.from_bytes(found, "big") for found in hashes) if value < limit) % below
