"""Identifiers, instants and amounts: one spelling each."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.document_vectors.case import FORMAT, Case, address, case, digest

ACCOUNT = address("account")
BITCOIN = "bip122:000000000019d6689c085ae165831e93"

GOOD_NAMES: list[tuple[str, str, str]] = [
    ("chain", "mainnet", "eip155:1"),
    ("chain", "zero", "eip155:0"),
    ("chain", "bitcoin", BITCOIN),
    ("account", "evm", f"eip155:1:{ACCOUNT}"),
    ("account", "bitcoin", f"{BITCOIN}:128Lkh3S7CkDTBZ8W7BbpsN3YYizJMp8p6"),
    ("asset", "ether", "eip155:1/slip44:60"),
    ("asset", "token", f"eip155:1/erc20:{ACCOUNT}"),
    ("asset", "bitcoin", f"{BITCOIN}/slip44:0"),
    ("digest", "sha256", digest("file")),
    ("issuer", "domain", "exchange.example"),
    ("issuer", "longest", "a" * 63),
    ("segment", "spot", "spot"),
    ("segment", "via", "via:broker-7"),
    ("segment", "debt", "debt:margin"),
    ("instant", "epoch", "1970-01-01T00:00:00Z"),
    ("instant", "leap_day", "2000-02-29T23:59:59Z"),
    ("instant", "last", "9999-12-31T23:59:59Z"),
]
BAD_NAMES: list[tuple[str, str, str | None, str, str]] = [
    ("chain", "leading_zero", "T53", "one chain by two names", "eip155:01"),
    ("chain", "by_name", "T53", "a chain by its common name", "eip155:mainnet"),
    ("chain", "hexadecimal", "T53", "a chain id in hexadecimal", "eip155:0x1"),
    ("chain", "upper_case", "T53", "a namespace in upper case", "EIP155:1"),
    ("chain", "full_width", "T86", "a full-width digit", "eip155:\uff11"),
    ("chain", "line_feed", "T93", "a line feed at the end", "eip155:1\n"),
    ("chain", "override", "T93", "a right-to-left override", "eip155:\u202e1"),
    ("chain", "no_reference", None, "nothing behind the colon", "eip155:"),
    (
        "account",
        "mixed_case",
        "T46",
        "an address with a checksum",
        f"eip155:1:{ACCOUNT[:22]}{ACCOUNT[22:].upper()}",
    ),
    ("account", "upper_case", "T46", "an address in upper case", f"eip155:1:0x{ACCOUNT[2:].upper()}"),
    ("account", "upper_case_prefix", "T46", "an upper-case X", f"eip155:1:0X{ACCOUNT[2:]}"),
    ("account", "short", None, "an address of 19 and a half bytes", f"eip155:1:{ACCOUNT[:-1]}"),
    ("account", "long", None, "an address of 20 and a half bytes", f"eip155:1:{ACCOUNT}0"),
    ("account", "no_chain", "T53", "an address without a chain", ACCOUNT),
    ("account", "two_chains", "T53", "two chains", f"eip155:1:eip155:10:{ACCOUNT}"),
    ("account", "escape_sequence", "T93", "an escape sequence behind it", f"eip155:1:{ACCOUNT}\x1b[31m"),
    ("asset", "symbol", "T61", "a symbol", "USDT"),
    ("asset", "symbol_lookalike", "T61", "a symbol with a Cyrillic letter", "USD\u0422"),
    ("asset", "token_checksummed", "T46", "a token in upper case", f"eip155:1/erc20:0x{ACCOUNT[2:].upper()}"),
    ("asset", "evm_other_coin", "T46", "an EVM chain's own coin by another number", "eip155:137/slip44:966"),
    ("asset", "coin_leading_zero", "T46", "a coin number with a leading zero", "eip155:1/slip44:060"),
    ("asset", "no_chain", "T53", "no chain", "slip44:60"),
    ("asset", "token_id", None, "one item of a collection", f"eip155:1/erc721:{ACCOUNT}/7"),
    ("digest", "sha1", "T11", "SHA-1", "sha1:" + "0" * 40),
    ("digest", "short", "T10", "16 bytes", "sha256:" + "0" * 32),
    ("digest", "upper_case", "T86", "upper-case digits", "sha256:" + "A" * 64),
    ("digest", "no_prefix", None, "no algorithm", "0" * 64),
    ("digest", "path", "T88", "a path", "sha256:../../../../etc/passwd"),
    ("digest", "space", "T86", "a space between digits", "sha256:" + "0" * 31 + " " + "0" * 32),
    ("issuer", "upper_case", "T93", "upper case", "Exchange.example"),
    ("issuer", "cyrillic", "T93", "a Cyrillic letter", "ex\u0441hange.example"),
    ("issuer", "zero_width", "T93", "a zero-width space", "exchange\u200b.example"),
    ("issuer", "long", "T84", "64 characters", "a" * 64),
    ("issuer", "path", "T88", "a path", "../exchange"),
    ("segment", "upper_case", None, "upper case", "Spot"),
    ("segment", "slash", "T88", "a slash", "debt/margin"),
    ("segment", "override", "T93", "a right-to-left override", "spot\u202e"),
    ("segment", "two_colons", None, "two colons", "via:broker:7"),
    ("instant", "date", "T92", "a date alone", "2026-11-01"),
    ("instant", "space", "T92", "a space for T", "2026-11-01 00:00:00Z"),
    ("instant", "lower_case", "T92", "lower-case letters", "2026-11-01t00:00:00z"),
    ("instant", "offset", "T92", "an offset", "2026-11-01T00:00:00+00:00"),
    ("instant", "tokyo", "T92", "another zone", "2026-11-01T09:00:00+09:00"),
    ("instant", "fraction", "T92", "a fraction of a second", "2026-11-01T00:00:00.0Z"),
    ("instant", "comma", "T92", "a decimal comma", "1.234,5"),
    ("instant", "no_zone", "T92", "no zone", "2026-11-01T00:00:00"),
    ("instant", "week", "T92", "a week date", "2026-W44-7T00:00:00Z"),
    ("instant", "february_30", "T92", "the 30th of February", "2026-02-30T00:00:00Z"),
    ("instant", "february_29", "T92", "the 29th of February of a common year", "2100-02-29T00:00:00Z"),
    ("instant", "hour_24", "T92", "hour 24", "2026-11-01T24:00:00Z"),
    ("instant", "leap_second", "T92", "a leap second that was", "2016-12-31T23:59:60Z"),
    ("instant", "month_13", "T92", "month 13", "2026-13-01T00:00:00Z"),
    ("instant", "before_1970", "T92", "before 1970", "1969-12-31T23:59:59Z"),
    ("instant", "full_width", "T86", "full-width digits", "\uff12\uff10\uff12\uff16-11-01T00:00:00Z"),
]
GOOD_UNITS = [("zero", "0"), ("one", "1"), ("beyond_2_64", "18446744073709551616"), ("last", str(2**128 - 1))]
BAD_UNITS: list[tuple[str, str, str, str]] = [
    ("negative", "T03", "a negative amount", "-1"),
    ("minus_zero", "T03", "minus zero", "-0"),
    ("typographic_minus", "T03", "a minus that is not ASCII", "\u22121"),
    ("plus", "T86", "a plus sign", "+1"),
    ("leading_zero", "T86", "a leading zero", "01"),
    ("empty", "T86", "nothing", ""),
    ("space", "T86", "a space before it", " 1"),
    ("line_feed", "T86", "a line feed behind it", "1\n"),
    ("underscore", "T86", "an underscore", "1_000"),
    ("comma", "T92", "a comma", "1,000"),
    ("point", "T22", "a point", "1.0"),
    ("exponent", "T84", "an exponent", "1e3"),
    ("exponent_huge", "T84", "an exponent without end", "1e200000000"),
    ("hexadecimal", "T86", "hexadecimal", "0x10"),
    ("nan", "T67", "not a number", "NaN"),
    ("full_width", "T86", "full-width digits", "\uff11\uff12"),
    ("arabic_digit", "T86", "a digit of another script", "\u0663"),
    ("overflow", "T06", "2^128", str(2**128)),
    ("digits_5000", "T84", "5000 digits", "1" * 5000),
]
GOOD_COINS = [
    ("whole", "12", 18, 12 * 10**18),
    ("smallest", "0.000000000000000001", 18, 1),
    ("trailing_zeros", "0.50", 2, 50),
    ("no_decimals", "7", 0, 7),
    ("last", "340282366920938463463.374607431768211455", 18, 2**128 - 1),
]
BAD_COINS: list[tuple[str, str, str, str, int]] = [
    ("one_digit_too_many", "T59", "more digits than the asset has", "0.0000001", 6),
    ("zero_too_many", "T59", "more digits than the asset has, though a zero", "1.0", 0),
    ("negative", "T03", "a negative amount", "-0.5", 18),
    ("comma", "T92", "a decimal comma", "1,5", 18),
    ("both", "T92", "a point and a comma", "1.234,5", 18),
    ("no_whole", "T86", "nothing before the point", ".5", 18),
    ("no_part", "T86", "nothing behind the point", "1.", 18),
    ("leading_zero", "T86", "a leading zero", "00.5", 18),
    ("exponent", "T84", "an exponent", "1.5e1", 18),
    ("overflow", "T06", "2^128 base units", "340282366920938463463.374607431768211456", 18),
    ("unit", "T86", "a symbol behind it", "1 ETH", 18),
]
WRITTEN = [
    ("one_unit", 1, 18, "0.000000000000000001"),
    ("almost_a_coin", 999_999, 6, "0.999999"),
    ("a_coin", 10**6, 6, "1"),
    ("no_trailing_zeros", 1_500_000, 6, "1.5"),
    ("ten", 10, 0, "10"),
    ("zero", 0, 18, "0"),
]


def identifier_cases() -> Iterator[Case]:
    for kind, name, text in GOOD_NAMES:
        yield case(
            f"identifiers/{kind}_{name}", "is read as it is written", None, {"kind": kind, "text": text}, {"text": text}
        )
    for kind, name, threat, description, text in BAD_NAMES:
        yield case(f"identifiers/{kind}_{name}", description, threat, {"kind": kind, "text": text}, FORMAT)


def amount_cases() -> Iterator[Case]:
    for name, text in GOOD_UNITS:
        yield case(f"amounts/units_{name}", "base units", None, {"kind": "units", "text": text}, {"units": text})
    for name, threat, description, text in BAD_UNITS:
        yield case(f"amounts/units_{name}", description, threat, {"kind": "units", "text": text}, FORMAT)
    for name, text, decimals, units in GOOD_COINS:
        given = {"kind": "coins", "text": text, "decimals": decimals}
        yield case(f"amounts/coins_{name}", "whole coins", None, given, {"units": str(units)})
    for name, threat, description, text, decimals in BAD_COINS:
        given = {"kind": "coins", "text": text, "decimals": decimals}
        yield case(f"amounts/coins_{name}", description, threat, given, FORMAT)
    for name, units, decimals, text in WRITTEN:
        given = {"kind": "written", "units": str(units), "decimals": decimals}
        yield case(f"amounts/written_{name}", "written exactly, never rounded", "T75", given, {"text": text})
