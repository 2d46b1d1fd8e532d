"""The reader refuses everything a layout does not name, at its place and in words that are safe to print."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.encoding.reader import Reader, read_hex
from por.errors import FormatError, UnsupportedVersionError
from por.model import Digest, Instant, parse_units, printable

ESCAPE, OVERRIDE, LONE = "\x1b[31m", "\u202e", "\ud800"


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


Read = Callable[[Reader], Any]
READS: dict[str, Read] = {
    "members": lambda reader: reader.members("a", "b"),
    "items": lambda reader: list(reader.items(3)),
    "text": Reader.text,
    "lines": Reader.lines,
    "choice": lambda reader: reader.choice(Colour),
    "integer": lambda reader: reader.integer(0, 10),
    "units": Reader.units,
    "hex": lambda reader: reader.hex(2),
    "data": lambda reader: reader.data(1, 2),
    "digest": Reader.digest,
    "instant": Reader.instant,
    "media type": lambda reader: reader.media_type("application/vnd.por.bundle.v1+json"),
}
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=[])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(exclude_categories=[])), inner),
    max_leaves=8,
)


@pytest.mark.parametrize("read", READS.values(), ids=READS)
@given(value=anything)
def test_t93_any_value_is_read_or_refused_in_printable_words(read: Read, value: object) -> None:
    try:
        read(Reader(value, "/place"))
    except FormatError as error:
        assert error.place.startswith("/place")  # noqa: PT017
        assert str(error) == printable(str(error))  # noqa: PT017


@pytest.mark.parametrize("read", READS.values(), ids=READS)
@pytest.mark.parametrize("value", [None, True, False, 0.0, 1.5, float("nan"), b"ab", object()])
def test_t22_other_types_are_refused(read: Read, value: object) -> None:
    with pytest.raises(FormatError):
        read(Reader(value, "/place"))


def test_members_come_in_the_order_asked_for_with_their_places() -> None:
    b, a = Reader({"a": 1, "b": 2}, "/x").members("b", "a")
    assert (b.value, b.place, a.value, a.place) == (2, "/x/b", 1, "/x/a")


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({}, "/: member 'a' is missing"),
        ({"a": 1}, "/: member 'b' is missing"),
        ({"a": 1, "b": 1, "c": 1}, "/: unknown member 'c'"),
        ({"a": 1, "b": 1, "A": 1}, "/: unknown member 'A'"),
        ({"a": 1, "b": 1, ESCAPE: 1}, "/: unknown member '\\u001b[31m'"),
        ({"a": 1, "b": 1, OVERRIDE: 1}, "/: unknown member '\\u202e'"),
        ({"a": 1, "b": 1, LONE: 1}, "/: unknown member '\\ud800'"),
        ({"a": 1, "b": 1, "c" * 1000: 1}, f"/: unknown member '{'c' * 64}'"),
        ([], "/: not an object"),
    ],
)
def test_t86_members_are_exactly_those_of_the_layout(value: object, reason: str) -> None:
    with pytest.raises(FormatError) as caught:
        Reader(value).members("a", "b")
    assert str(caught.value) == reason


def test_items_have_their_places_and_a_limit() -> None:
    assert [(item.value, item.place) for item in Reader(["x", "y"], "/l").items(2)] == [("x", "/l/0"), ("y", "/l/1")]
    with pytest.raises(FormatError, match="/l: 3 items; at most 2 are allowed"):
        Reader([1, 2, 3], "/l").items(2)


def test_a_place_is_kept_through_parse() -> None:
    def inner(text: str) -> str:
        raise FormatError(f"no {text}", "/inner")

    with pytest.raises(FormatError, match=r"^/outer/inner: no x$"):
        Reader("x", "/outer").parse(inner)
    with pytest.raises(FormatError, match=r"^/outer: not an amount"):
        Reader("x", "/outer").parse(parse_units)


def test_a_kind_of_error_is_kept_through_parse() -> None:
    def newer(text: str) -> str:
        raise UnsupportedVersionError(text)

    with pytest.raises(UnsupportedVersionError, match=r"^/v: 2$"):
        Reader("2", "/v").parse(newer)


def test_t84_words_from_outside_have_a_limit_in_errors() -> None:
    for name in ("choice", "media type"):
        with pytest.raises(FormatError) as caught:
            READS[name](Reader("a" * 10_000))
        assert len(str(caught.value)) < 100


@pytest.mark.parametrize("value", [0, 10])
def test_integers_between_the_ends_are_read(value: int) -> None:
    assert Reader(value).integer(0, 10) == value


@pytest.mark.parametrize("value", [-1, 11, 2**53, -(2**63), 16**5000, -(16**5000)], ids=int.bit_length)
def test_t84_integers_beyond_the_ends_are_refused_however_long(value: int) -> None:
    with pytest.raises(FormatError, match="not an integer between 0 and 10"):
        Reader(value).integer(0, 10)


@pytest.mark.parametrize("value", [True, "1", 1.0, None])
def test_t87_what_only_looks_like_an_integer_is_refused(value: object) -> None:
    with pytest.raises(FormatError, match="not an integer"):
        Reader(value).integer(0, 10)


@pytest.mark.parametrize("value", [0, 1, 12345678901234567891, 1.0, True])
def test_t87_a_number_is_no_amount(value: object) -> None:
    with pytest.raises(FormatError, match="not text"):
        Reader(value).units()


SLOPPY_HEX = [
    "A1B2",
    "a1B2",
    "a1 b2",
    " a1b2",
    "a1b2 ",
    "a1b2\n",
    "a1_b2",
    "a1b",
    "0xa1b2",
    "0Xa1",
    "g1b2",
    "ａ１b2",
    "a1-b",
    "",
]


@pytest.mark.parametrize("text", SLOPPY_HEX)
def test_t86_sloppy_hexadecimal_is_refused(text: str) -> None:
    with pytest.raises(FormatError):
        read_hex(text, 2, 2)
    with pytest.raises(FormatError):
        Reader(text).hex(2)
    with pytest.raises(FormatError):
        Reader("0x" + text).data(2, 2)


@pytest.mark.parametrize("text", ["a1b2", "0XA1B2", "0x", "x", "", "0x0"])
def test_t86_data_begins_with_0x(text: str) -> None:
    with pytest.raises(FormatError):
        Reader(text).data(1, 2)


@pytest.mark.parametrize("length", [0, 8, 16, 31, 33, 64])
def test_t10_a_hash_has_exactly_its_length(length: int) -> None:
    with pytest.raises(FormatError, match=f"{length} bytes; expected 32"):
        Reader("00" * length).hex(32)


@given(data=st.binary(max_size=40))
def test_hexadecimal_is_read_as_it_is_written(data: bytes) -> None:
    assert Reader(data.hex()).hex(len(data)) == data
    assert Reader("0x" + data.hex()).data(0, 40) == data


def test_the_ends_of_a_length_are_named() -> None:
    with pytest.raises(FormatError, match="3 bytes; expected 1 to 2"):
        Reader("0x000000").data(1, 2)


def test_lines_may_hold_line_feeds_and_no_other_control() -> None:
    assert Reader("one\ntwo\n\n").lines() == "one\ntwo\n\n"
    for text in ("one\r\ntwo", "one\ttwo", "one\u2028two", f"{ESCAPE}\n"):
        with pytest.raises(FormatError, match="is not allowed in text"):
            Reader(text).lines()
    with pytest.raises(FormatError, match="is not allowed in text"):
        Reader("one\ntwo").text()


def test_t84_lines_have_one_limit_together() -> None:
    assert Reader("a\n" * 5).lines(10) == "a\n" * 5
    with pytest.raises(FormatError, match="text of 11 characters; at most 10"):
        Reader("a\n" * 5 + "a").lines(10)


def test_t93_the_position_of_a_character_counts_all_lines() -> None:
    with pytest.raises(FormatError, match=r"U\+001B at position 4"):
        Reader("one\n\x1b").lines()


@pytest.mark.parametrize("text", ["RED", "red ", "", "green", "RED\n"])
def test_a_choice_is_one_of_its_list(text: str) -> None:
    with pytest.raises(FormatError, match=r"is none of red, blue|not allowed in text"):
        Reader(text).choice(Colour)


def test_what_is_well_formed_is_read() -> None:
    assert Reader("blue").choice(Colour) is Colour.BLUE
    assert Reader("sha256:" + "00" * 32).digest() == Digest(bytes(32))
    assert Reader("1970-01-01T00:00:01Z").instant() == Instant(1)
    assert Reader("12").units() == 12
    assert Reader(None).optional(Reader.text) is None
    assert Reader("x").optional(Reader.text) == "x"


BUNDLE = "application/vnd.por.bundle.v1+json"


def test_the_media_type_is_matched_exactly() -> None:
    Reader(BUNDLE).media_type(BUNDLE)


@pytest.mark.parametrize(
    "text",
    ["application/vnd.por.bundle.v2+json", "application/vnd.por.bundle.v10+json", "application/vnd.por.bundle.v1"],
)
def test_t70_another_version_is_refused_by_name(text: str) -> None:
    with pytest.raises(UnsupportedVersionError, match="is not read by this release; it reads application/vnd"):
        Reader(text, "/mediaType").media_type(BUNDLE)


@pytest.mark.parametrize(
    "text", ["", "application/json", "application/vnd.por.verdict.v1+json", BUNDLE.upper(), " " + BUNDLE, ESCAPE]
)
def test_t70_another_type_is_refused(text: str) -> None:
    with pytest.raises(FormatError) as caught:
        Reader(text, "/mediaType").media_type(BUNDLE)
    assert not isinstance(caught.value, UnsupportedVersionError)


@pytest.mark.parametrize("members", [{}, {"a": 1}, {"a": 1, "b": 1}, {"c": 1}, {"a": 1, "b": 1, "c": 1}])
def test_t70_another_kind_of_document_is_named_before_its_members(members: dict[str, object]) -> None:
    """That a member is missing says little of a file that is something else altogether."""
    verdict = BUNDLE.replace("bundle", "verdict")
    for kind, error, reason in (
        (verdict, FormatError, f"a document of type {verdict}; expected {BUNDLE}"),
        (BUNDLE.replace("v1", "v2"), UnsupportedVersionError, "is not read by this release"),
    ):
        with pytest.raises(error) as caught:
            Reader({**members, "mediaType": kind}).document(BUNDLE, "a", "b")
        assert caught.value.place == "/mediaType"
        assert reason in caught.value.reason


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"mediaType": BUNDLE, "a": 1}, "/: member 'b' is missing"),
        ({"mediaType": BUNDLE, "a": 1, "b": 1, "c": 1}, "/: unknown member 'c'"),
        ({"a": 1, "b": 1}, "/: member 'mediaType' is missing"),
        ({"mediaType": None, "a": 1, "b": 1}, "/mediaType: not text"),
        ({}, "/: member 'mediaType' is missing"),
        ([], "/: not an object"),
        (["mediaType"], "/: not an object"),
        ("mediaType", "/: not an object"),
    ],
)
def test_t86_a_document_of_the_right_kind_has_exactly_its_members(value: object, reason: str) -> None:
    with pytest.raises(FormatError) as caught:
        Reader(value).document(BUNDLE, "a", "b")
    assert str(caught.value) == reason


def test_a_documents_members_come_without_its_kind() -> None:
    b, a = Reader({"a": 1, "b": 2, "mediaType": BUNDLE}, "/x").document(BUNDLE, "b", "a")
    assert (b.value, b.place, a.value, a.place) == (2, "/x/b", 1, "/x/a")


def test_an_error_at_the_top_has_a_place_too() -> None:
    assert str(Reader(1).fail("no")) == "/: no"


def test_an_error_goes_inside_a_file() -> None:
    error = Reader(1, "/a").fail("no").within("bundle.json:")
    assert (str(error), error.place, error.reason) == ("bundle.json:/a: no", "bundle.json:/a", "no")
