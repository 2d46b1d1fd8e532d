"""The specification's pages: their examples, by what stands behind the fence, and their tables."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from tests.documents import canonical

SPEC = Path(__file__).resolve().parent.parent / "por" / "spec"

_BLOCK = re.compile(r"^```(?P<name>[^\n]+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_ROW = re.compile(r"^\| (?P<names>`[^|]+`[^|]*?) +\|", re.MULTILINE)
_NAME = re.compile(r"`([A-Za-z_.]+)`")


def text(page: str) -> str:
    return (SPEC / page).read_text("utf-8")


def blocks(page: str) -> dict[str, str]:
    """Return the examples of a page, such as `json bundle.json`."""
    found = _BLOCK.findall(text(page))
    assert len({name for name, _ in found}) == len(found), f"two examples of {page} have one name"
    return dict(found)


def document(page: str, name: str) -> Any:
    """Return a JSON example as a value."""
    return json.loads(blocks(page)[f"json {name}"])


def document_bytes(page: str, name: str) -> bytes:
    """Return a JSON example in canonical form."""
    return canonical(document(page, name))


def named_in_tables(page: str, heading: str) -> set[str]:
    """Return the names in the first columns of a section's tables."""
    section = text(page).split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return {name for row in _ROW.findall(section) for name in _NAME.findall(row)}
