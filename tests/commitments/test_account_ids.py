"""Account ids: one form for each, and no form for what a reader could take for another."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.commitments.account_ids import MAX_BYTES, account_id_bytes
from por.errors import FormatError
from por.model import CaseRule

anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
RULES = list(CaseRule)


def written(text: str, rule: CaseRule) -> str:
    return account_id_bytes(text, rule).decode()


@pytest.mark.parametrize(
    ("text", "exact", "lower"),
    [
        ("alice@example.com", "alice@example.com", "alice@example.com"),
        ("Alice@Example.COM", "Alice@Example.COM", "alice@example.com"),
        ("contract 17", "contract 17", "contract 17"),
        ("zoe\u0308", "zo\u00eb", "zo\u00eb"),
        ("ZOE\u0308", "ZO\u00cb", "zo\u00eb"),
        ("\u0130", "\u0130", "i\u0307"),
        ("STRA\u1e9eE", "STRA\u1e9eE", "stra\u00dfe"),
        ("ΟΔΟΣ", "ΟΔΟΣ", "οδος"),
        ("\u212b", "\u00c5", "\u00e5"),  # the Ångström sign is the letter
        ("ﬁn", "ﬁn", "ﬁn"),  # compatibility forms stay: NFC, not NFKC
        ("+81 90 1234 5678", "+81 90 1234 5678", "+81 90 1234 5678"),
    ],
)
def test_the_two_rules(text: str, exact: str, lower: str) -> None:
    assert (written(text, CaseRule.EXACT), written(text, CaseRule.LOWER)) == (exact, lower)


@pytest.mark.parametrize(
    ("text", "lower"),
    [("H\u0331", "\u1e96"), ("T\u0308", "\u1e97"), ("W\u030a", "\u1e98"), ("J\u030c", "\u01f0")],
)
def test_lower_case_is_composed_again(text: str, lower: str) -> None:
    """These letters have a composed form in lower case alone: without a second NFC an id would have two forms."""
    assert written(text, CaseRule.EXACT) == text
    assert written(text, CaseRule.LOWER) == written(text.lower(), CaseRule.LOWER) == lower


@given(text=anything, rule=st.sampled_from(RULES))
def test_an_id_as_written_is_written_the_same_again(text: str, rule: CaseRule) -> None:
    try:
        once = written(text, rule)
    except FormatError:
        return
    assert written(once, rule) == once
    assert unicodedata.is_normalized("NFC", once)
    assert 1 <= len(once.encode()) <= MAX_BYTES


@given(text=anything, rule=st.sampled_from(RULES), form=st.sampled_from(["NFC", "NFD"]))
def test_canonically_equal_ids_are_one_id(text: str, rule: CaseRule, form: str) -> None:
    other = unicodedata.normalize(form, text)  # type: ignore[arg-type]
    try:
        made = account_id_bytes(text, rule)
    except FormatError:
        with pytest.raises(FormatError):
            account_id_bytes(other, rule)
    else:
        assert account_id_bytes(other, rule) == made


def changing_characters() -> list[str]:
    """Return all characters that lower case or NFC makes into something else."""
    every = (chr(number) for number in range(0x110000) if not 0xD800 <= number < 0xE000)
    return [c for c in every if c.lower() != c or unicodedata.normalize("NFC", c) != c]


def test_every_character_that_changes_changes_once() -> None:
    found = changing_characters()
    assert len(found) > 2000
    for character in found:
        for rule in RULES:
            once = written(f"a{character}\u0323b", rule)
            assert written(once, rule) == once


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("text", ["", "\u0301" * 128, "a" * 256, "é" * 128, "\U0001f600" * 64, "a" * 100_000])
def test_ids_are_1_to_255_bytes(text: str, rule: CaseRule) -> None:
    with pytest.raises(FormatError, match=r"empty|of \d+ (bytes|characters)"):
        account_id_bytes(text, rule)


@pytest.mark.parametrize(
    "text", ["a", "a" * 255, "é" * 127, "\uac01" * 85, unicodedata.normalize("NFD", "\uac01" * 85)]
)
def test_the_shortest_and_the_longest_ids(text: str) -> None:
    assert len(account_id_bytes(text, CaseRule.EXACT)) in {1, 254, 255}


def test_an_id_of_many_characters_that_compose_to_255_bytes_is_one() -> None:
    composed = "\u1f82" * 85  # alpha, breathing, accent and iota in one letter of three bytes
    apart = unicodedata.normalize("NFD", composed)
    assert (len(apart), len(composed.encode())) == (340, 255)
    assert account_id_bytes(apart, CaseRule.EXACT) == composed.encode()


def test_an_id_that_grows_beyond_255_bytes_in_lower_case_is_refused() -> None:
    text = "\u0130" * 127
    assert len(account_id_bytes(text, CaseRule.EXACT)) == 254
    with pytest.raises(FormatError, match="of 381 bytes"):
        account_id_bytes(text, CaseRule.LOWER)


@pytest.mark.parametrize("space", [" ", "  ", "\u00a0", "\u1680", "\u2000", "\u202f", "\u3000"])
@pytest.mark.parametrize("text", ["{}alice", "alice{}", "{}alice{}", "{}"])
def test_outer_white_space_is_refused_and_not_taken_away(space: str, text: str) -> None:
    with pytest.raises(FormatError, match="white space before or after"):
        account_id_bytes(text.replace("{}", space), CaseRule.EXACT)


@pytest.mark.parametrize(
    "character",
    [
        "\n",
        "\r",
        "\t",
        "\0",
        "\x1b",
        "\x7f",
        "\x85",
        "\u200b",
        "\u200d",
        "\u202e",
        "\u2066",
        "\u2028",
        "\ufeff",
        "\ud800",
    ],
)
@pytest.mark.parametrize("text", ["{}alice", "ali{}ce", "alice{}"])
def test_t93_characters_that_mislead_are_refused(character: str, text: str) -> None:
    with pytest.raises(FormatError, match=f"U\\+{ord(character):04X}"):
        account_id_bytes(text.replace("{}", character), CaseRule.LOWER)


@pytest.mark.parametrize("character", ["\u0378", "\U000e0080", "\U0003ffff", "\ufdd0"])
def test_characters_unknown_to_this_release_are_refused(character: str) -> None:
    with pytest.raises(FormatError, match=f"U\\+{ord(character):04X} is not in Unicode"):
        account_id_bytes(f"alice{character}", CaseRule.EXACT)


def test_no_error_repeats_the_id() -> None:
    for text in (" secret-id", "secret-id" * 40, "secret-id\u202e", "secret-id\u0378"):
        with pytest.raises(FormatError) as caught:
            account_id_bytes(text, CaseRule.EXACT)
        assert "secret" not in str(caught.value)
