"""Read a rule's parameters; what a rulebook's author wrote wrongly is an error at the rule, and nothing is judged."""

import re
from datetime import date
from fractions import Fraction

from por.errors import FormatError
from por.model.amounts import parse_decimal
from por.model.rulebook import Cure, Rule

_FRACTION = re.compile(r"(?P<over>[0-9]{1,18})/(?P<under>[1-9][0-9]{0,17})", re.ASCII)


class Parameters:
    """Give one rule's parameters by type; every method raises FormatError with the rule's place."""

    def __init__(self, rule: Rule) -> None:
        """Stand at the rule."""
        self._rule = rule

    def fail(self, name: str, reason: str) -> FormatError:
        """Make, without raising, the error for one parameter."""
        return FormatError(reason, f"{self._rule.id}/parameters/{name}")

    @property
    def reason(self) -> str:
        """Return, in English, why nothing can compute the rule."""
        return self._rule.reason.get("en", "")

    @property
    def cure(self) -> Cure | None:
        """Return the days within which a breach of the rule may be cured."""
        return self._rule.cure

    @property
    def since(self) -> date:
        """Return the rule's first day in force; one that has none is asked of all days."""
        return self._rule.since or date.min

    def has(self, name: str) -> bool:
        """Tell whether a parameter is given."""
        return name in self._rule.parameters

    def text(self, name: str, default: str | None = None) -> str:
        """Return text."""
        value = self._rule.parameters.get(name, default)
        if not isinstance(value, str):
            raise self.fail(name, "not text, or missing")
        return value

    def texts(self, name: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """Return a list of texts."""
        value = self._rule.parameters.get(name, default)
        if not isinstance(value, (list, tuple)) or not all(isinstance(item, str) for item in value):
            raise self.fail(name, "not a list of texts, or missing")
        return tuple(value)

    def integer(self, name: str, default: int | None = None) -> int:
        """Return a whole number that is not negative."""
        value = self._rule.parameters.get(name, default)
        if type(value) is not int or value < 0:
            raise self.fail(name, "not a whole number, or missing")
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return true or false."""
        value = self._rule.parameters.get(name, default)
        if not isinstance(value, bool):
            raise self.fail(name, "neither true nor false")
        return value

    def amount(self, name: str) -> Fraction:
        """Return an exact amount, such as `2000000000`."""
        try:
            return parse_decimal(self.text(name))
        except FormatError as error:
            raise self.fail(name, "not an exact amount such as 2000000000") from error

    def ratio(self, name: str, default: str | None = None) -> Fraction:
        """Return an exact rational, written `5/100` or `0.05`; a floating-point number is refused."""
        text = self.text(name, default)
        match = _FRACTION.fullmatch(text)
        if match is not None:
            return Fraction(int(match["over"]), int(match["under"]))
        try:
            return parse_decimal(text)
        except FormatError as error:
            raise self.fail(name, "not an exact ratio such as 5/100 or 0.05") from error
