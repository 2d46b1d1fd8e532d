"""What holds for every document: writing and reading undo each other, and nothing from outside breaks a reader."""

from __future__ import annotations

import contextlib
import json
import re
import time
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from por.encoding import canonical, strict_json
from por.errors import FormatError
from por.model import printable
from tests.attester_documents import ATTESTER_CODECS
from tests.declared_documents import DECLARATIONS_CODEC
from tests.documents import CODECS, Codec, at, places, plain_texts, put
from tests.documents import canonical as canonical_bytes

pytestmark = pytest.mark.thorough

ESCAPE, OVERRIDE, ZERO_WIDTH, LONE = "\x1b[31m", "\u202e", "\u200b", "\ud800"
JUNK: list[Any] = [
    None,
    True,
    0,
    -1,
    2**53,
    10**400,
    0.1,
    1e3,
    float("nan"),
    float("inf"),
    "",
    "0",
    "-1",
    "+1",
    "00",
    "1e3",
    "1_000",
    "１２",
    " 12",
    "12\n",
    str(2**128),
    "0x",
    "0xAB",
    "ab cd",
    "sha256:" + "A" * 64,
    "../../etc/passwd",
    "http://169.254.169.254/",
    "2026-02-30T00:00:00Z",
    "eip155:01",
    "a" * 70_000,
    ESCAPE,
    OVERRIDE,
    ZERO_WIDTH,
    LONE,
    "two\nlines",
    [],
    {},
    [[]],
    {"": ""},
    {ESCAPE: 1},
    {LONE: 1},
]
NAMED_AT_WILL = re.compile(r"/facts$|^/checklists(?:/|$)")
codecs = pytest.mark.parametrize("codec", [*CODECS, *ATTESTER_CODECS, DECLARATIONS_CODEC], ids=str)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def read_or_refuse(codec: Codec, data: bytes) -> bool:
    """Read; a refusal is a FormatError, and what is read is written as the same bytes."""
    try:
        value = codec.read(data)
    except FormatError as error:
        refusal = str(error)
    else:
        assert codec.write(value) == data
        return True
    assert printable(refusal) == refusal, "T93: an error repeats what must not be printed"
    return False


@codecs
@given(data=st.data())
def test_what_is_written_is_read_back(codec: Codec, data: st.DataObject) -> None:
    value = data.draw(codec.values)
    written = codec.write(value)
    assert codec.read(written) == value
    assert codec.write(codec.read(written)) == written


@codecs
@given(data=st.data())
def test_t04_different_documents_never_have_the_same_bytes(codec: Codec, data: st.DataObject) -> None:
    one, other = data.draw(codec.values), data.draw(codec.values)
    assume(one != other)
    assert codec.write(one) != codec.write(other)


@codecs
@given(data=st.binary(max_size=200))
def test_t84_random_bytes_are_refused_and_break_nothing(codec: Codec, data: bytes) -> None:
    assert not read_or_refuse(codec, data)


@codecs
@given(value=json_values)
def test_t84_other_json_is_refused_and_breaks_nothing(codec: Codec, value: object) -> None:
    assert not read_or_refuse(codec, canonical_bytes(value))


@codecs
@given(data=st.data())
def test_a_changed_place_is_refused_or_is_another_document(codec: Codec, data: st.DataObject) -> None:
    document = json.loads(codec.write(data.draw(codec.values)))
    place = data.draw(st.sampled_from(places(document)))
    read_or_refuse(codec, canonical_bytes(put(document, place, data.draw(st.sampled_from(JUNK) | json_values))))


@codecs
@given(data=st.data())
def test_a_member_more_or_less_is_refused(codec: Codec, data: st.DataObject) -> None:
    document = json.loads(codec.write(data.draw(codec.values)))
    objects = ["", *(place for place in places(document) if isinstance(at(document, place), dict))]
    above = data.draw(st.sampled_from([place for place in objects if not NAMED_AT_WILL.search(place)]))
    names = sorted(at(document, above))
    gone = data.draw(st.sampled_from(names))
    with pytest.raises(FormatError, match=f"member '{gone}' is missing"):
        codec.read(canonical_bytes(without(document, above, gone)))
    with pytest.raises(FormatError, match="unknown member 'more'"):
        codec.read(canonical_bytes(put(document, f"{above}/more", None)))


def without(document: Any, above: str, name: str) -> Any:
    changed = json.loads(json.dumps(document))
    del at(changed, above)[name]
    return changed


@codecs
@given(data=st.data())
def test_a_changed_byte_is_refused_or_is_another_document(codec: Codec, data: st.DataObject) -> None:
    written = bytearray(codec.write(data.draw(codec.values)))
    for _ in range(data.draw(st.integers(1, 3))):
        position = data.draw(st.integers(0, len(written)))
        reach = data.draw(st.sampled_from([0, 1, 1, 1, 2, len(written)]))
        written[position : position + reach] = data.draw(st.binary(max_size=4))
    read_or_refuse(codec, bytes(written))


@codecs
@given(data=st.data())
def test_t86_only_the_canonical_spelling_is_read(codec: Codec, data: st.DataObject) -> None:
    document = json.loads(codec.write(data.draw(codec.values)))
    spellings = [
        json.dumps(document, indent=1, ensure_ascii=False),
        json.dumps(document, sort_keys=True),
        json.dumps(dict(sorted(document.items(), reverse=True)), separators=(",", ":"), ensure_ascii=False),
        canonical_bytes(document).decode().replace("/", "\\/", 1),
        canonical_bytes(document).decode() + "\n",
        " " + canonical_bytes(document).decode(),
        "\ufeff" + canonical_bytes(document).decode(),
    ]
    with pytest.raises(FormatError):
        codec.read(data.draw(st.sampled_from(spellings)).encode())


@codecs
@given(data=st.data(), member=st.sampled_from(["url", "uri", "href", "source", "endpoint", "path", "name", "$ref"]))
def test_t95_no_document_has_a_place_for_an_address_to_fetch(codec: Codec, data: st.DataObject, member: str) -> None:
    document = json.loads(codec.write(data.draw(codec.values)))
    with pytest.raises(FormatError, match=f"unknown member '\\{member}'" if member[0] == "$" else member):
        codec.read(canonical_bytes({**document, member: "http://169.254.169.254/latest/meta-data/"}))


@codecs
def test_t84_a_document_over_its_limit_is_refused_before_it_is_decoded(codec: Codec) -> None:
    began = time.monotonic()
    with pytest.raises(FormatError, match=f"at most {codec.max_bytes} are read"):
        codec.read(bytes(codec.max_bytes + 1))
    assert time.monotonic() - began < 5


exact_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | plain_texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(plain_texts, inner, max_size=4),
    max_leaves=20,
)


@given(value=exact_values)
def test_canonical_json_is_read_as_it_was_written(value: object) -> None:
    assert canonical.load(canonical.dumps(value), max_bytes=10_000) == value


@given(data=st.binary(max_size=300))
def test_t84_the_strict_reader_raises_nothing_but_format_errors(data: bytes) -> None:
    with contextlib.suppress(FormatError):
        strict_json.load(data, max_bytes=300)


structure = st.lists(
    st.sampled_from(
        [b"[", b"]", b"{", b"}", b'"', b"\\", b",", b":", b"1", b"-", b"0", b".", b"e", b"NaN", b"null", b" ", b"\xff"]
    ),
    max_size=60,
).map(b"".join)


@given(data=structure)
def test_t84_json_shaped_noise_raises_nothing_but_format_errors(data: bytes) -> None:
    try:
        value = strict_json.load(data, max_bytes=1000)
    except FormatError:
        return
    assert json.loads(data) == value, "the strict reader reads nothing differently than others do"
