"""The opening of a control set: one form, and nothing in it that its layout does not name."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.encoding import control_opening_v1 as codec
from por.errors import FormatError, UnsupportedVersionError
from por.model import ControlOpening
from tests.documents import canonical

OPENING = ControlOpening(3, b"\x01" * 32, b'{"a":"b"}', (b"\x02" * 32, b"\x03" * 32))
VALUE: dict[str, Any] = json.loads(codec.write(OPENING))


def test_the_document_is_as_the_page_says() -> None:
    assert json.loads(codec.write(OPENING)) == {
        "mediaType": "application/vnd.por.control-opening.v1+json",
        "index": 3,
        "salt": "0x" + "01" * 32,
        "record": "0x" + b'{"a":"b"}'.hex(),
        "path": ["0x" + "02" * 32, "0x" + "03" * 32],
    }


@given(
    st.builds(
        ControlOpening,
        st.integers(0, 2**53 - 1),
        st.binary(min_size=32, max_size=32),
        st.binary(min_size=1, max_size=600),
        st.lists(st.binary(min_size=32, max_size=32), max_size=64).map(tuple),
    )
)
def test_what_is_written_is_read(opening: ControlOpening) -> None:
    data = codec.write(opening)
    assert codec.read(data) == opening
    assert codec.write(codec.read(data)) == data


SPOILED: dict[str, tuple[str, object]] = {
    "index as text": ("/index", "3"),
    "negative index": ("/index", -1),
    "true": ("/index", True),
    "fraction": ("/index", 3.5),
    "huge index": ("/index", 2**53),
    "short salt": ("/salt", "0x" + "01" * 31),
    "long salt": ("/salt", "0x" + "01" * 33),
    "no salt": ("/salt", None),
    "salt without 0x": ("/salt", "01" * 32),
    "upper case": ("/salt", "0x" + "AB" * 32),
    "empty record": ("/record", "0x"),
    "record as object": ("/record", {}),
    "record as base64": ("/record", "eyJhIjoiYiJ9"),
    "half a byte": ("/record", "0x123"),
    "record too long": ("/record", "0x" + "00" * (64 * 1024 + 1)),
    "path as text": ("/path", "0x" + "02" * 32),
    "short sibling": ("/path/0", ["0x" + "02" * 31]),
    "sided sibling": ("/path/0", [{"left": "0x" + "02" * 32}]),
    "null sibling": ("/path/0", [None]),
    "long path": ("/path", ["0x" + "02" * 32] * 65),
    "another type": ("/mediaType", "application/vnd.por.control-signature.v1+json"),
}


@pytest.mark.parametrize("what", SPOILED)
def test_t13_t17_another_form_is_refused_with_its_place(what: str) -> None:
    place, value = SPOILED[what]
    name = place.split("/")[1]
    try:
        data = canonical({**VALUE, name: value})
    except FormatError:
        return
    with pytest.raises(FormatError) as caught:
        codec.read(data)
    assert caught.value.place.startswith(place) or "number" in caught.value.reason or caught.value.place == "/"


@pytest.mark.parametrize("name", list(VALUE))
def test_every_member_is_needed(name: str) -> None:
    with pytest.raises(FormatError, match="missing"):
        codec.read(canonical({key: value for key, value in VALUE.items() if key != name}))


@pytest.mark.parametrize("name", ["count", "root", "side", "left", "account"])
def test_t13_t17_no_other_member_is_read(name: str) -> None:
    with pytest.raises(FormatError, match="unknown member"):
        codec.read(canonical({**VALUE, name: "1"}))


def test_another_version_is_named() -> None:
    with pytest.raises(UnsupportedVersionError):
        codec.read(canonical({**VALUE, "mediaType": "application/vnd.por.control-opening.v2+json"}))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\xff",
        codec.write(OPENING) + b"\n",
        codec.write(OPENING).replace(b":", b": ", 1),
        codec.write(OPENING).replace(b'"index":3', b'"index":3,"index":3'),
        b"x" * (codec.MAX_BYTES + 1),
    ],
)
def test_t86_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(FormatError):
        codec.read(data)


@given(st.integers(0, len(codec.write(OPENING)) - 1), st.integers(0, 255))
def test_a_changed_byte_is_refused_or_another_opening(place: int, byte: int) -> None:
    data = bytearray(codec.write(OPENING))
    data[place] = byte
    try:
        found = codec.read(bytes(data))
    except FormatError:
        return
    assert (found == OPENING) == (bytes(data) == codec.write(OPENING))
