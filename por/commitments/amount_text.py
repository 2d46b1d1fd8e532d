"""Write published amounts as text, in every way that a published tree hashes them.

Each function is one choice; a format's table names which. A figure keeps its own scale, so that what a file wrote and
what is hashed can be told apart.
"""

from collections.abc import Sequence

from por.commitments.text_merkle import Write
from por.model.figures import Figure, decimal_text

Rows = Sequence[tuple[str, str]]


def plain(figure: Figure) -> str:
    """Write without trailing zeros, all places: 1.50 is 1.5, 2.00 is 2."""
    return figure.plain


def plain_to(places: int) -> Write:
    """Write without trailing zeros, cut to `places`."""
    return lambda figure: decimal_text(figure.at(places), places)


def fixed(places: int) -> Write:
    """Write exactly `places` places, cut: 1.5 is 1.50000000."""
    return lambda figure: _places(figure.at(places), places)


def as_scaled(figure: Figure) -> str:
    """Write with the figure's own places, zeros kept: what a file writes bare is hashed as it stands."""
    return _places(figure.units, figure.places)


def as_written(figure: Figure) -> str:
    """Write the text of the file."""
    return figure.text


def with_point(figure: Figure) -> str:
    """Write without trailing zeros, but whole numbers with .0, as a floating-point number prints."""
    text = figure.plain
    return text if "." in text else f"{text}.0"


def scientific(places: int) -> Write:
    """Write `places` places as Python's decimal module prints them: below 1E-6 with an exponent, such as 1E-8."""

    def write(figure: Figure) -> str:
        units = _half_even(figure, places)
        digits = str(abs(units))
        power = len(digits) - 1 - places
        if power >= -6:
            return _places(units, places)
        shown = digits if len(digits) == 1 else f"{digits[0]}.{digits[1:]}"
        return f"{'-' if units < 0 else ''}{shown}E{power}"

    return write


def base_units(figure: Figure) -> str:
    """Write whole smallest units, cut."""
    return str(figure.at(0))


def concatenated(rows: Rows) -> str:
    """Join values without names or separators; what such a hash covers can be read in more than one way (T08)."""
    return "".join(value for _, value in rows)


def json_texts(rows: Rows) -> str:
    """Join as compact JSON with quoted values."""
    return "{" + ",".join(f'"{name}":"{value}"' for name, value in rows) + "}"


def json_numbers(rows: Rows) -> str:
    """Join as compact JSON with bare values."""
    return "{" + ",".join(f'"{name}":{value}' for name, value in rows) + "}"


def named_by_comma(rows: Rows) -> str:
    """Join as COIN:amount with commas."""
    return ",".join(f"{name}:{value}" for name, value in rows)


def named_by_bar(rows: Rows) -> str:
    """Join as COIN:amount with vertical bars."""
    return "|".join(f"{name}:{value}" for name, value in rows)


def equated_by_bar(rows: Rows) -> str:
    """Join as COIN=amount with vertical bars."""
    return "|".join(f"{name}={value}" for name, value in rows)


def values_by_comma(rows: Rows) -> str:
    """Join values with commas, without names."""
    return ",".join(value for _, value in rows)


def _places(units: int, places: int) -> str:
    digits = str(abs(units)).rjust(places + 1, "0")
    text = f"{digits[:-places]}.{digits[-places:]}" if places else digits
    return f"-{text}" if units < 0 else text


def _half_even(figure: Figure, places: int) -> int:
    if places >= figure.places:
        return figure.at(places)
    scale = int(10 ** (figure.places - places))
    whole, rest = divmod(figure.units, scale)
    return whole + (1 if 2 * rest > scale or (2 * rest == scale and whole & 1) else 0)
