"""The evidence file of a published signature: read as written, and strictly."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.encoding import published_signature_v1
from por.encoding.published_signature_v1 import PublishedSignature, from_base64, from_hex, signature_core
from por.errors import FormatError, UnsupportedVersionError
from por.model import ChainAccount
from tests.documents import canonical

TEXT = st.text(st.characters(codec="ascii", min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=60)
DOCUMENTS = st.builds(
    PublishedSignature,
    st.just(ChainAccount.parse("listed:TON:UQ%5F1")),
    TEXT,
    TEXT.map(lambda text: text[:32]),
    TEXT,
    st.lists(TEXT, min_size=1, max_size=4).map(tuple),
    st.none() | TEXT,
    st.lists(TEXT, max_size=3).map(tuple),
)
WHOLE: dict[str, Any] = json.loads(
    published_signature_v1.write(
        PublishedSignature(
            ChainAccount.parse("eip155:1:0x" + "11" * 20), "ETH", "evm", "huobi", ("0x00",), "51ae", ("0x22",)
        )
    )
)


@given(document=DOCUMENTS)
def test_reading_gives_what_was_written(document: PublishedSignature) -> None:
    data = published_signature_v1.write(document)
    assert published_signature_v1.read(data) == document
    assert published_signature_v1.write(published_signature_v1.read(data)) == data


@pytest.mark.parametrize("name", sorted(WHOLE))
def test_every_member_is_needed(name: str) -> None:
    with pytest.raises(FormatError):
        published_signature_v1.read(canonical({key: value for key, value in WHOLE.items() if key != name}))


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("account", "0x" + "11" * 20),
        ("account", "eip155:1:0x" + "AB" * 20),
        ("account", None),
        ("coin", "E\u202eTH"),
        ("coin", "E" * 65),
        ("coin", 1),
        ("scheme", "s" * 33),
        ("scheme", None),
        ("message", "line\nfeed"),
        ("message", "\x19Ethereum Signed Message:"),
        ("message", None),
        ("signatures", []),
        ("signatures", [""]),
        ("signatures", ["0x00"] * 17),
        ("signatures", "0x00"),
        ("signatures", [None]),
        ("key", 5),
        ("key", "5" * 8193),
        ("owners", None),
        ("owners", ["0x22"] * 17),
        ("owners", [1]),
        ("snapshot", "exchange.example@2026-11-01T00:00:00Z"),
        ("mediaType", "application/vnd.por.control-signature.v1+json"),
    ],
)
def test_other_values_are_refused(member: str, value: object) -> None:
    with pytest.raises(FormatError):
        published_signature_v1.read(canonical({**WHOLE, member: value}))


def test_another_version_is_named() -> None:
    with pytest.raises(UnsupportedVersionError):
        published_signature_v1.read(
            canonical({**WHOLE, "mediaType": "application/vnd.por.published-signature.v2+json"})
        )


@given(data=st.binary(max_size=300))
def test_no_bytes_do_anything_but_raise(data: bytes) -> None:
    with pytest.raises(FormatError):
        published_signature_v1.read(data)


def test_a_large_file_is_refused() -> None:
    with pytest.raises(FormatError):
        published_signature_v1.read(b" " * (published_signature_v1.MAX_BYTES + 1))


@given(data=st.binary(min_size=65, max_size=65))
def test_t43_no_spelling_makes_another_signature(data: bytes) -> None:
    text = data.hex()
    spellings = {text, text.upper(), "0x" + text, "0x" + text[:-2] + "00", text[:-2] + "1b"}
    assert len({signature_core(each) for each in spellings}) == 1


@given(data=st.binary(min_size=1, max_size=64).filter(lambda data: len(data) != 65))
def test_other_bytes_are_themselves_in_hexadecimal(data: bytes) -> None:
    assert signature_core("0x" + data.hex()) == data


@pytest.mark.parametrize("text", ["0x0", "0xzz", "zz", "0x0x00", " 00", "00 "])
def test_what_is_no_hexadecimal(text: str) -> None:
    with pytest.raises(FormatError):
        from_hex(text)


@pytest.mark.parametrize("text", ["A", "AA", "AAA", "AB==", "AA==\n", "AA =", "-_-_", "AA======", "é"])
def test_what_is_no_base64(text: str) -> None:
    with pytest.raises(FormatError):
        from_base64(text)
