"""List the formats of published proofs, and find the one that a file is in, by its shape alone."""

from collections.abc import Sequence

from por.errors import FormatError
from por.formats import (
    bifinance,
    bingx,
    bitbase,
    bitget,
    bitmex,
    bitso,
    bitunix,
    blocpal,
    bybit,
    cake,
    chainpoint,
    coinex,
    ethereum_research,
    hotcoin,
    htx_v1,
    krakendb,
    lemon,
    mexc,
    okx_v1,
    okx_v1_tree,
    olalonde,
    pionex,
    renrenbit,
    silversixpence,
    swissborg,
    tnf,
    topone,
    weex,
)
from por.formats.document import Document
from por.formats.format import Format

FORMATS: tuple[Format, ...] = (
    okx_v1.FORMAT,
    bybit.FORMAT,
    bitget.FORMAT_V1,
    bitget.FORMAT_V2,
    bitunix.FORMAT,
    mexc.FORMAT,
    coinex.FORMAT,
    htx_v1.FORMAT,
    hotcoin.FORMAT,
    lemon.FORMAT,
    bingx.FORMAT,
    pionex.FORMAT,
    topone.FORMAT,
    bifinance.FORMAT,
    bitbase.FORMAT,
    swissborg.FORMAT,
    bitmex.FORMAT,
    okx_v1_tree.FORMAT,
    cake.FORMAT,
    tnf.FORMAT,
    tnf.FORMAT_NAMED,
    bitso.FORMAT,
    silversixpence.FORMAT,
    blocpal.FORMAT,
    krakendb.FORMAT,
    weex.FORMAT,
    renrenbit.FORMAT,
    olalonde.FORMAT,
    ethereum_research.FORMAT,
    chainpoint.FORMAT,
)


def format_named(name: str, formats: Sequence[Format] = FORMATS) -> Format:
    """Return a format by its name. Raises: FormatError."""
    found = next((each for each in formats if each.card.name == name), None)
    if found is None:
        raise FormatError(f"no format is called {name[:64]!r}; por formats lists them", "--format")
    return found


def detect(document: Document, chosen: str | None = None, formats: Sequence[Format] = FORMATS) -> tuple[Format, str]:
    """Return the one format that a document is in, and the variant.

    Raises: FormatError when none claims it, or several do: nothing is tried until something passes (T70).
    """
    if chosen is not None:
        named = format_named(chosen, formats)
        variant = named.claims(document)
        if variant is None:
            raise FormatError(f"not in the format {chosen}")
        return named, variant
    claimed = [(each, variant) for each in formats if (variant := each.claims(document)) is not None]
    if not claimed:
        raise FormatError(
            "in none of the formats that this release reads (por formats)"
            + (f"; as JSON: {document.why_not_json}" if document.why_not_json and document.data[:1] in b"{[" else "")
        )
    if len(claimed) > 1:
        names = " and ".join(each.card.name for each, _ in claimed)
        raise FormatError(f"this file is in the form of {names}; choose with --format NAME")
    return claimed[0]
