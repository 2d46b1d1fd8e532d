"""What every case has: a path, a sentence, the threat, an input and what is expected of it."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]
Case = tuple[str, Json]

FORMAT: Json = {"error": "FormatError"}
MISSING = object()


def case(path: str, description: str, threat: str | None, given: Json, expect: Json) -> Case:
    """Make a case; the name of one that must be refused ends in `_fail`."""
    suffix = "_fail" if "error" in expect else ""
    content = {"description": description, "threat": threat, "input": given, "expect": expect}
    return f"{path}{suffix}.json", content


def refusal(place: str, error: str = "FormatError") -> Json:
    return {"error": error, "place": place}


def seed(name: str) -> str:
    """Make 32 bytes up from a name."""
    return hashlib.sha256(f"por document vector {name}".encode()).hexdigest()


def digest(name: str) -> str:
    return f"sha256:{seed(name)}"


def address(name: str) -> str:
    return f"0x{seed(name)[:40]}"


def canonical(value: object) -> str:
    """Write RFC 8785 for what is used here: ASCII names, text, integers, true, false, null."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def sha256(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def changed(document: Json, place: str, value: object) -> Json:
    """Copy a document with another value at a place; MISSING takes it out."""
    copied = copy.deepcopy(document)
    above, _, last = place.rpartition("/")
    holder: Any = copied
    for step in above.split("/")[1:]:
        holder = holder[int(step)] if isinstance(holder, list) else holder[step]
    name: Any = int(last) if isinstance(holder, list) else last
    if value is MISSING:
        del holder[name]
    else:
        holder[name] = value
    return copied


# Name, description, threat, place, value, and where the refusal stands if elsewhere.
Spoiled = tuple[str, str, str | None, str, object] | tuple[str, str, str | None, str, object, str]


def spoiled_cases(family: str, document: Json, table: list[Spoiled]) -> Iterator[Case]:
    """Spoil one place of a document at a time."""
    for name, description, threat, place, value, *elsewhere in table:
        text = canonical(changed(document, place, value))
        yield case(f"{family}/{name}", description, threat, {"document": text}, refusal(*(elsewhere or [place])))


def spelling_cases(family: str, document: Json) -> Iterator[Case]:
    """Spell a good document otherwise: everything but its canonical form is refused."""
    text = canonical(document)
    backwards = json.dumps(dict(sorted(document.items(), reverse=True)), separators=(",", ":"), ensure_ascii=False)
    spellings = [
        ("indented", "white space between the members", json.dumps(document, indent=1, sort_keys=True)),
        ("unsorted_members", "members in another order", backwards),
        ("line_feed_at_end", "a line feed behind the document", text + "\n"),
        ("byte_order_mark", "a byte-order mark before the document", "\ufeff" + text),
        ("trailing_document", "a second document behind the first", text + "{}"),
        ("escaped_solidus", "an escape that is not needed", text.replace("/", "\\/", 1)),
        ("duplicate_member", "one member twice, with one value", '{"mediaType":"x",' + text[1:]),
        ("truncated", "the last byte is missing", text[:-1]),
        ("empty", "nothing", ""),
        ("not_an_object", "a list", "[]"),
    ]
    for name, description, spelled in spellings:
        threat = None if name in {"truncated", "empty", "not_an_object"} else "T86"
        expect = refusal("/") if name == "not_an_object" else FORMAT
        yield case(f"{family}/spelling_{name}", description, threat, {"document": spelled}, expect)
    for version in ("v2", "v0"):
        media_type = document["mediaType"].replace(".v1+", f".{version}+")
        newer = canonical({**document, "mediaType": media_type})
        expect = refusal("/mediaType", "UnsupportedVersionError")
        yield case(f"{family}/media_type_{version}", "another version", "T70", {"document": newer}, expect)
    other = canonical({**document, "mediaType": "application/json"})
    yield case(f"{family}/media_type_other", "another type", "T70", {"document": other}, refusal("/mediaType"))
