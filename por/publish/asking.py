"""Ask the project's contracts typed questions, and tell where another contract stands than was meant."""

from collections.abc import Sequence
from typing import Any

from por.errors import PublishError, SourceError, UnavailableError
from por.publish.contracts import artifact, decode_output, encode_call
from por.publish.reading import Reading
from por.publish.runtimes import Recognised, recognise


def ask(reading: Reading, name: str, place: str, function: str, *args: object) -> tuple[Any, ...]:
    """Return what a function of the contract `name` at an address answers.

    Raises: PublishError when it reverts, or another of our contracts stands there; SourceError, also where no such
    contract stands.
    """
    contract = artifact(name)
    try:
        answer = reading.read(place, encode_call(contract, function, args), contract=contract)
    except PublishError as error:
        _require_named(reading, name, place, error)
        raise
    try:
        return decode_output(contract, function, answer)
    except UnavailableError as error:
        _require_named(reading, name, place, error)
        raise


def mistaken(reading: Reading, place: str, *names: str) -> str:
    """Say what stands where one of these contracts should; nothing where one does. Raises: SourceError."""
    code = reading.code(place)
    found = recognise(code) if code else None
    if isinstance(found, Recognised) and found.name in names:
        return ""
    wanted = _any_of(names)
    if found is None:
        return f"no contract stands at {place} on {reading.chain}; {wanted} is wanted"
    if isinstance(found, Recognised):
        return _other(place, found, *names)
    return f"{place} is none of our contracts; {wanted} is wanted"


def _require_named(reading: Reading, name: str, place: str, error: Exception) -> None:
    """Raise: PublishError where another of our contracts stands; an unknown one may be of another release."""
    try:
        found = recognise(reading.code(place))
    except SourceError:
        return
    if isinstance(found, Recognised) and found.name != name:
        raise PublishError(_other(place, found, name)) from error


def _other(place: str, found: Recognised, *names: str) -> str:
    return f"{place} is our {found.name}, not {_any_of(names)}"


def _any_of(names: Sequence[str]) -> str:
    return " or ".join(f"{'an' if name[0] in 'AEIOU' else 'a'} {name}" for name in names)
