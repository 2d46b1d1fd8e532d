"""Account ids, and what may not be one."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from scripts.liability_vectors.case import FORMAT, Case, Json, case

EXACT, LOWER = "exact", "lower"


def account_cases() -> Iterator[Case]:
    def given(text: str, rule: str) -> Json:
        return {"operation": "account_id", "text": text, "rule": rule}

    hangul = "\uac01" * 85  # 85 syllables of three bytes, 255 letters when decomposed
    good = [
        ("email", "an e-mail address in lower case", "alice@example.com", LOWER, "alice@example.com"),
        ("upper_exact", "capitals stay under the rule exact", "Alice@Example.com", EXACT, "Alice@Example.com"),
        ("upper_lower", "capitals go under the rule lower", "Alice@Example.COM", LOWER, "alice@example.com"),
        ("composed", "a decomposed letter is composed", "zoe\u0308", EXACT, "zo\u00eb"),
        ("composed_lower", "composed, lowered, composed again", "H\u0331", LOWER, "\u1e96"),
        ("dotted_i", "one letter in lower case may be two", "\u0130", LOWER, "i\u0307"),
        ("final_sigma", "sigma at the end of a word", "ΟΔΟΣ", LOWER, "οδος"),
        ("sharp_s", "no case folding: sharp s is not ss", "STRA\u1e9eE", LOWER, "stra\u00dfe"),
        ("inner_space", "white space inside stays", "contract 17", EXACT, "contract 17"),
        ("255_bytes", "the longest id", "a" * 255, EXACT, "a" * 255),
        ("255_bytes_decomposed", "length counts after NFC", unicodedata.normalize("NFD", hangul), EXACT, hangul),
    ]
    for name, why, text, rule, result in good:
        yield case(f"{name}", why, "T14", given(text, rule), {"hex": result.encode().hex()})
    bad = [
        ("empty", "nothing", ""),
        ("256_bytes", "one byte too long", "a" * 256),
        ("256_bytes_wide", "few characters, too many bytes", "\uac01" * 86),
        ("space_before", "white space before", " alice@example.com"),
        ("space_after", "white space after", "alice@example.com "),
        ("space_only", "nothing but white space", " "),
        ("no_break_space", "white space that shows as none", "alice@example.com\u00a0"),
        ("ideographic_space", "white space of another script", "\u3000alice@example.com"),
        ("tab", "a control character", "alice\t@example.com"),
        ("line_feed", "a line feed at the end", "alice@example.com\n"),
        ("nul", "a zero character", "alice@example.com\0"),
        ("zero_width", "a character that does not show", "ali\u200bce@example.com"),
        ("filler", "a letter that does not show", "alice\u3164@example.com"),
        ("bidi", "text that shows in another order", "alice\u202e@example.com"),
        ("surrogate", "half a character", "alice\ud800@example.com"),
        ("unassigned", "a character that Unicode has not assigned", "alice\u0378@example.com"),
    ]
    for name, why, text in bad:
        yield case(f"{name}_fail", why, "T93" if "a character" in why else "T14", given(text, LOWER), FORMAT)
