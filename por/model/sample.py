"""Hold a sample that anybody draws again from the same population with the same seed."""

from dataclasses import dataclass
from enum import StrEnum

from por.model.digest import Digest


class Method(StrEnum):
    """Say how items are drawn: each set of so many alike, or each in proportion to its amount."""

    RANDOM = "random"
    MONETARY_UNIT = "monetary-unit"


@dataclass(frozen=True, slots=True)
class Population:
    """Hold what is drawn from: names ascending by their UTF-8 bytes, with amounts, or 1 each where none are weighed.

    `of` says what the items are, `asset` of what the amounts are in base units.
    """

    of: str
    asset: str | None
    items: tuple[tuple[str, int], ...]

    @property
    def total(self) -> int:
        """Sum all amounts."""
        return sum(amount for _, amount in self.items)


@dataclass(frozen=True, slots=True)
class Drawn:
    """Hold one drawn item; `hits` is how many of its monetary units were drawn."""

    name: str
    amount: int
    hits: int


@dataclass(frozen=True, slots=True)
class Sample:
    """Hold what was drawn, and everything that is needed to draw it again."""

    of: str
    asset: str | None
    population: Digest
    count: int
    total: int
    method: Method
    seed: str
    size: int
    drawn: tuple[Drawn, ...]
