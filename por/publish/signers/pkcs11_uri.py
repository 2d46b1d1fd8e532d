"""Read the URI that names a key in a PKCS#11 token (RFC 7512)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_to_bytes

from por.errors import FormatError

_PATH = ("token", "serial", "object", "id", "type")
_QUERY = ("module-path", "pin-source")
_VALUE = re.compile(r"(?:[A-Za-z0-9._~:\[\]@!$'()*+,=/?|&-]|%[0-9A-Fa-f]{2})*", re.ASCII)


@dataclass(frozen=True, slots=True)
class KeyUri:
    """Hold what names a token and a key in it, None where anything fits, and where module and PIN are."""

    token: str | None = None
    serial: bytes | None = None
    object: str | None = None
    id: bytes | None = None
    module_path: Path | None = None
    pin_source: Path | None = None

    @classmethod
    def parse(cls, text: str) -> "KeyUri":
        """Read what follows `pkcs11:`. Raises: FormatError, which shows no value."""
        path, _, query = text.partition("?")
        named = dict(_attributes(path, ";", _PATH))
        asked = dict(_attributes(query, "&", _QUERY))
        if named.get("type", b"private") != b"private":
            raise FormatError("the attribute type is 'private' here, or left out")
        if not {"object", "id"} & named.keys():
            raise FormatError("the URI names no key: give object=LABEL or id=%01")
        return cls(
            token=_text(named.get("token")),
            serial=named.get("serial"),
            object=_text(named.get("object")),
            id=named.get("id"),
            module_path=_file(asked.get("module-path")),
            pin_source=_file(asked.get("pin-source")),
        )


def _attributes(text: str, separator: str, known: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    seen: set[str] = set()
    for part in text.split(separator) if text else ():
        name, equals, value = part.partition("=")
        if name == "pin-value":
            raise FormatError("a PIN does not stand in a URI, which others can see; name its file as pin-source")
        if name not in known or name in seen or not equals:
            raise FormatError(f"an attribute that is unknown or stands twice; known here: {', '.join(known)}")
        if not value or not _VALUE.fullmatch(value):
            raise FormatError(f"the attribute {name} has no value, or one with characters to be written as %XX")
        seen.add(name)
        yield name, unquote_to_bytes(value)


def _text(value: bytes | None) -> str | None:
    try:
        return None if value is None else value.decode()
    except UnicodeDecodeError:
        raise FormatError("an attribute that is not text in UTF-8") from None


def _file(value: bytes | None) -> Path | None:
    text = _text(value)
    if text is None:
        return None
    path = text.removeprefix("file://").removeprefix("file:")
    if not path.startswith("/"):
        raise FormatError("module-path and pin-source name files by their whole path, such as /run/secrets/pin")
    return Path(path)
