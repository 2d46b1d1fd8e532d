"""JSON that lenient readers accept, or that keeps them busy. `parts` are texts, each with how often it is repeated."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.document_vectors.case import FORMAT, Case, Json, case

LENIENT: list[tuple[str, str, str, str]] = [
    ("duplicate_key", "a member twice", "T86", '{"a":1,"a":2}'),
    ("duplicate_key_escaped", "a member twice, once spelled by an escape", "T86", '{"a":1,"\\u0061":2}'),
    ("duplicate_key_inside", "a member twice, inside another", "T86", '[{"b":{"a":1,"c":2,"a":1}}]'),
    ("nan", "NaN", "T86", "[NaN]"),
    ("infinity", "Infinity", "T86", "[Infinity]"),
    ("minus_infinity", "minus Infinity", "T86", "[-Infinity]"),
    ("fraction", "a fraction", "T22", "[0.1]"),
    ("fraction_whole", "a fraction that is a whole number", "T22", "[9007199254740993.0]"),
    ("exponent", "an exponent", "T22", "[1e3]"),
    ("exponent_huge", "nine characters that ask for 2 * 10^9 digits", "T84", "[1e2000000000]"),
    ("minus_zero", "minus zero", "T86", "[-0]"),
    ("underscore", "an underscore between digits", "T86", "[1_000]"),
    ("full_width_digits", "full-width digits", "T86", "[\uff11\uff12]"),
    ("leading_zero", "a leading zero", "T86", "[01]"),
    ("plus", "a plus sign", "T86", "[+1]"),
    ("hexadecimal", "a hexadecimal number", "T86", "[0x10]"),
    ("trailing_comma", "a comma before the bracket", "T86", "[1,]"),
    ("trailing_data", "a second value behind the first", "T86", "[1] [2]"),
    ("trailing_nul", "a zero byte behind the value", "T86", "[1]\x00"),
    ("comment", "a comment", "T86", "[1] // one"),
    ("single_quotes", "single quotes", "T86", "['a']"),
    ("bare_key", "a member without quotes", "T86", "{a:1}"),
    ("control_character", "a bare control character in a string", "T86", '["a\tb"]'),
    ("bad_escape", "an escape that JSON does not have", "T86", '["\\x41"]'),
    ("byte_order_mark", "a byte-order mark", "T86", "\ufeff[]"),
    ("no_break_space", "white space that JSON does not have", "T86", "\u00a0[]"),
    ("unterminated_string", "a string without end", "T86", '["a'),
    ("nothing", "no value", "T86", ""),
    ("integer_beyond_2_53", "an integer that JavaScript reads as another one", "T87", "[9007199254740992]"),
    ("integer_20_digits", "an integer that JavaScript reads as 12345678901234567000", "T87", "[12345678901234567891]"),
]
NOT_UTF_8: list[tuple[str, str, str]] = [
    ("latin_1", "Latin-1", "5b22e9225d"),
    ("utf_16", "UTF-16 with a byte-order mark", "fffe5b005d00"),
    ("surrogate", "a surrogate, encoded", "5b22eda080225d"),
    ("overlong", "an overlong zero byte", "5b22c080225d"),
    ("above_10ffff", "a code point above U+10FFFF", "5b22f4908080225d"),
]
HEAVY: list[tuple[str, str, list[tuple[str, int]]]] = [
    ("depth_100000", "lists in lists", [("[", 100_000), ("]", 100_000)]),
    ("depth_33", "one level too many", [("[", 33), ("]", 33)]),
    ("depth_hidden", "depth behind a string of closing brackets", [('["]]]]]]]]","\\"]]]]",', 1), ("[", 100_000)]),
    ("siblings", "a million and one items", [("[", 1), ("0,", 1_000_001), ("0]", 1)]),
    ("digits_5000", "an integer of 5000 digits", [("[", 1), ("1", 5000), ("]", 1)]),
    ("escaped_quotes", "two million escaped quotes and no end", [('["', 1), ('\\"', 2_000_000)]),
    ("quotes", "two million quotes", [('"', 2_000_000)]),
]
GOOD: list[tuple[str, str, str, object]] = [
    ("empty_object", "an object", "{}", {}),
    ("white_space", "white space between tokens", ' { "a" : [ 1 , 2 ] }\r\n', {"a": [1, 2]}),
    ("integer_2_53_less_1", "the last integer", "[9007199254740991,-9007199254740991]", [2**53 - 1, 1 - 2**53]),
    ("escapes", "escapes", '["\\u0061\\n\\"\\\\\\/"]', ['a\n"\\/']),
    ("pair_of_surrogates", "an astral character by two escapes", '["\\ud83d\\ude00"]', ["\U0001f600"]),
    ("same_key_elsewhere", "one name in two objects", '[{"a":1},{"a":2}]', [{"a": 1}, {"a": 2}]),
    ("brackets_in_text", "brackets and commas inside text", '["[[[[,,,,::::{{{{"]', ["[[[[,,,,::::{{{{"]),
]
SPELLINGS: list[tuple[str, str, str]] = [
    ("white_space", "white space", '{"a": 1}'),
    ("line_feed", "a line feed at the end", "{}\n"),
    ("order", "members out of order", '{"b":1,"a":2}'),
    ("order_of_code_points", "members by code point, not by UTF-16 code unit", '{"\ufb33":2,"\U0001f600":1}'),
    ("escaped_letter", "an escape that is not needed", '["\\u0061"]'),
    ("escaped_solidus", "an escaped solidus", '["\\/"]'),
    ("upper_case_escape", "an escape in upper case", '["\\u001B"]'),
    ("long_escape", "a long escape for a line feed", '["\\u000a"]'),
    ("lone_high_surrogate", "half of a pair", '["\\ud800"]'),
    ("lone_low_surrogate", "the other half of a pair", '["\\udc00"]'),
    ("lone_surrogate_in_name", "half of a pair in a name", '{"\\ud800":1}'),
]
CANONICAL: list[tuple[str, str, str, object]] = [
    ("object", "an object", '{"a":[1,null,true],"b":"x"}', {"a": [1, None, True], "b": "x"}),
    (
        "order_of_code_units",
        "members by UTF-16 code unit",
        '{"\U0001f600":1,"\ufb33":2}',
        {"\U0001f600": 1, "\ufb33": 2},
    ),
    ("short_escapes", "short escapes and lower case", '["\\n\\u001b"]', ["\n\x1b"]),
]


def strict_json_cases() -> Iterator[Case]:
    family = "strict-json"
    for name, description, threat, text in LENIENT:
        yield case(f"{family}/{name}", description, threat, given("strict", text=text), FORMAT)
    for name, description, data in NOT_UTF_8:
        yield case(f"{family}/encoding_{name}", description, "T86", given("strict", hex=data), FORMAT)
    for name, description, parts in HEAVY:
        yield case(f"{family}/heavy_{name}", description, "T84", given("strict", parts=list(map(list, parts))), FORMAT)
    for name, description, text, value in GOOD:
        yield case(f"{family}/{name}", description, None, given("strict", text=text), {"value": value})
    for name, description, text in SPELLINGS:
        yield case(f"{family}/canonical_{name}", description, "T86", given("canonical", text=text), FORMAT)
    for name, description, text, value in CANONICAL:
        yield case(f"{family}/canonical_{name}", description, None, given("canonical", text=text), {"value": value})
    level = given("strict", parts=[["[", 32], ["]", 32]])
    yield case(f"{family}/depth_32", "as deep as is read", None, level, {"depth": 32})


def given(operation: str, **data: object) -> Json:
    return {"operation": operation, **data}
