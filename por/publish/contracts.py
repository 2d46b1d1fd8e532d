"""Load the project's compiled contracts, and write and read what they are called with, answer and revert with."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError, EncodingError
from eth_utils.abi import (
    event_abi_to_log_topic,
    function_abi_to_4byte_selector,
    get_abi_input_names,
    get_abi_input_types,
    get_abi_output_types,
)

from por.encoding import strict_json
from por.errors import FormatError, PublishError, UnavailableError

MAX_ARTIFACT_BYTES = 2**20

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]{0,63}", re.ASCII)
_BUILT_IN: tuple[Mapping[str, Any], ...] = (
    {"type": "error", "name": "Error", "inputs": [{"name": "reason", "type": "string"}]},
    {"type": "error", "name": "Panic", "inputs": [{"name": "code", "type": "uint256"}]},
)


@dataclass(frozen=True, slots=True)
class Artifact:
    """Hold a compiled contract: its interface, the code that creates it, and the code that then stands on chain.

    `runtime` has zeros where `immutables`, spans of (start, length) in bytes, are filled in at creation; `slots` are
    the starts of each one's spans, in the order in which the source declares them. `input_sha256` is the digest of
    what the compiler read.
    """

    name: str
    abi: tuple[Mapping[str, Any], ...]
    creation: bytes
    runtime: bytes
    immutables: tuple[tuple[int, int], ...]
    slots: tuple[tuple[int, ...], ...] = ()
    compiler: str = ""
    input_sha256: str = ""


@cache
def artifact(name: str) -> Artifact:
    """Load a contract by name. Raises: FormatError when there is none, or its file is damaged."""
    file = _folder() / f"{name}.json"
    if not _NAME.fullmatch(name) or not file.is_file():
        raise FormatError(f"there is no compiled contract {name!r}; there are {', '.join(artifact_names())}")
    document: Any = strict_json.load(file.read_bytes(), max_bytes=MAX_ARTIFACT_BYTES)
    try:
        spans = (span for each in document["immutableReferences"].values() for span in each)
        return Artifact(
            name,
            tuple(document["abi"]),
            _code(document["bytecode"]),
            _code(document["deployedBytecode"]),
            tuple(sorted((span["start"], span["length"]) for span in spans)),
            _slots(document["immutableReferences"]),
            str(document["compiler"]),
            str(document["inputSha256"]),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise FormatError("not a compiled contract: install the package again", f"{name}.json") from error


def artifact_names() -> tuple[str, ...]:
    """Name the contracts that can be loaded."""
    names = (file.name.removesuffix(".json") for file in _folder().iterdir() if file.name.endswith(".json"))
    return tuple(sorted(names))


def creation_code(contract: Artifact, args: Sequence[object] = ()) -> bytes:
    """Return the data of a transaction that creates the contract. Raises: FormatError."""
    constructors = [entry for entry in contract.abi if entry["type"] == "constructor"]
    types = _types(constructors[0]) if constructors else []
    return contract.creation + _encoded(f"{contract.name}.constructor", types, args)


def encode_call(contract: Artifact, function: str, args: Sequence[object] = ()) -> bytes:
    """Return the data of a call. Raises: FormatError."""
    entry = _entry(contract, "function", function)
    return _selector(entry) + _encoded(f"{contract.name}.{function}", _types(entry), args)


def decode_output(contract: Artifact, function: str, output: bytes) -> tuple[Any, ...]:
    """Return the values that a call answered with.

    Raises: UnavailableError when they are not such values; FormatError for a function that the contract has not.
    """
    types = get_abi_output_types(_entry(contract, "function", function))  # type: ignore[arg-type]
    if types and not output:
        raise UnavailableError(f"{contract.name}.{function}: no contract stands at this address")
    try:
        return tuple(decode(types, output))
    except (DecodingError, OverflowError, UnicodeDecodeError) as error:
        raise UnavailableError(f"{contract.name}.{function}: an answer that this function does not give") from error


class RevertedError(PublishError):
    """Say what reverts, and why: an error's name with its values, or the node's words."""

    def __init__(self, what: str, reason: str) -> None:
        """Keep the reason, which starts with the error's name."""
        super().__init__(f"{what}: {reason}")
        self.name = reason.partition("(")[0]


def decode_error(contract: Artifact | None, data: bytes) -> str:
    """Return why a call reverted: the name of its error with the values, else the data as hexadecimal text."""
    known = {_selector(entry): entry for entry in (*_BUILT_IN, *_entries(contract, "error"))}
    entry = known.get(data[:4])
    if entry is None:
        return "0x" + data.hex() if data else "no reason"
    try:
        values = decode(_types(entry), data[4:])
    except (DecodingError, OverflowError, UnicodeDecodeError):
        return "0x" + data.hex()
    names = get_abi_input_names(entry)  # type: ignore[arg-type]
    shown = (f"{name}={_shown(value)}" for name, value in zip(names, values, strict=True))
    return f"{entry['name']}({', '.join(shown)})"


def with_errors(contract: Artifact, *asked: str) -> Artifact:
    """Let reverts of the contracts that one asks be told by name too."""
    errors = (entry for name in asked for entry in _entries(artifact(name), "error"))
    return replace(contract, abi=(*contract.abi, *errors))


def event_topic(contract: Artifact, name: str) -> bytes:
    """Return the first topic of an event's logs. Raises: FormatError for an event that the contract has not."""
    return bytes(event_abi_to_log_topic(_entry(contract, "event", name)))  # type: ignore[arg-type]


def without_immutables(contract: Artifact, code: bytes) -> bytes:
    """Return code found on chain with zeros where creation fills values in, to be compared with `runtime`."""
    masked = bytearray(code)
    for start, length in contract.immutables:
        masked[start : start + length] = bytes(max(0, min(length, len(code) - start)))
    return bytes(masked)


def _folder() -> Traversable:
    packaged = files("por") / "contracts"
    # In a checkout they lie beside the package.
    return packaged if packaged.is_dir() else Path(__file__).resolve().parents[2] / "contracts" / "artifacts"


def _slots(references: Mapping[str, Any]) -> tuple[tuple[int, ...], ...]:
    # The compiler names an immutable by a number that grows with the source.
    return tuple(tuple(span["start"] for span in references[number]) for number in sorted(references, key=int))


def _code(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


def _entries(contract: Artifact | None, kind: str) -> Iterator[Mapping[str, Any]]:
    return (entry for entry in (contract.abi if contract else ()) if entry["type"] == kind)


def _entry(contract: Artifact, kind: str, name: str) -> Mapping[str, Any]:
    found = [entry for entry in _entries(contract, kind) if entry["name"] == name]
    if len(found) != 1:
        raise FormatError(f"{contract.name} has {len(found) or 'no'} {kind}s named {name!r}; exactly one is expected")
    return found[0]


def _types(entry: Mapping[str, Any]) -> list[str]:
    return get_abi_input_types(entry)  # type: ignore[arg-type]


def _selector(entry: Mapping[str, Any]) -> bytes:
    return bytes(function_abi_to_4byte_selector(entry))  # type: ignore[arg-type]


def _encoded(place: str, types: Sequence[str], args: Sequence[object]) -> bytes:
    if len(types) != len(args):
        raise FormatError(f"{place}: {len(args)} arguments; it takes {len(types)}")
    try:
        return encode(types, args)
    except (EncodingError, TypeError, ValueError) as error:
        raise FormatError(f"{place}: an argument does not fit: {error}") from error


def _shown(value: object) -> str:
    if isinstance(value, bytes):
        return "0x" + value.hex()
    return str(value).lower() if isinstance(value, bool) else str(value)
