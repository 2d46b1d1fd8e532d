"""Hold a published file's bytes, and decode them once, strictly, as JSON or as lines."""

from collections.abc import Mapping, Sequence
from typing import TypeGuard

from por.encoding import strict_json
from por.encoding.strict_json import Number
from por.errors import FormatError

MAX_BYTES = 64 * 2**20
MAX_DEPTH = 128
MAX_ITEMS = 1_000_000

_UNREAD = object()


class Document:
    """Hold one file; what is not JSON, or not text, is None rather than an error, so that others may claim it."""

    def __init__(self, data: bytes, name: str = "") -> None:
        """Hold the bytes. Raises: FormatError for too many."""
        if len(data) > MAX_BYTES:
            raise FormatError(f"{len(data)} bytes; at most {MAX_BYTES} are read")
        self.data = data
        self.name = name
        self._json: object = _UNREAD
        self._reason = ""
        self._lines: tuple[str, ...] | None = None

    @property
    def json(self) -> object:
        """Return the JSON value, numbers as `Number` texts, or None for what is no strict JSON."""
        if self._json is _UNREAD:
            try:
                self._json = self._decoded()
            except FormatError as error:
                self._json, self._reason = None, str(error)
        return self._json

    @property
    def why_not_json(self) -> str:
        """Say why this is no strict JSON, or nothing."""
        return self._reason if self.json is None else ""

    @property
    def members(self) -> Mapping[str, object]:
        """Return the members of a JSON object; of anything else none."""
        return self.json if is_members(self.json) else {}

    @property
    def lines(self) -> tuple[str, ...]:
        """Return the lines of UTF-8 text without their ends; of anything else none."""
        if self._lines is None:
            try:
                text = self.data.decode("utf-8-sig")
            except UnicodeDecodeError:
                text = ""
            self._lines = tuple(line.removesuffix("\r") for line in text.removesuffix("\n").split("\n"))
        return self._lines

    def _decoded(self) -> object:
        data = self.data.removeprefix(b"\xef\xbb\xbf")
        if data.lstrip()[:1] not in (b"{", b"["):
            raise FormatError("not a JSON object or list")
        return strict_json.load(data, max_bytes=MAX_BYTES, max_depth=MAX_DEPTH, max_items=MAX_ITEMS, keep_numbers=True)


def is_members(value: object) -> TypeGuard[Mapping[str, object]]:
    """Tell whether a JSON value is an object."""
    return isinstance(value, dict)


def is_items(value: object) -> TypeGuard[Sequence[object]]:
    """Tell whether a JSON value is a list."""
    return isinstance(value, list)


def is_text(value: object) -> TypeGuard[str]:
    """Tell whether a JSON value is text, and not a number kept as text."""
    return isinstance(value, str) and not isinstance(value, Number)
