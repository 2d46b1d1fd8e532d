"""Know the assets a ledger may name, by symbol or CAIP-19 id, with their decimals.

A symbol is a convenience of the issuer's own file: commitments carry CAIP-19 ids alone (T61).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from por.checks.evidence import read_document
from por.encoding import toml
from por.encoding.reader import Reader
from por.errors import FormatError
from por.model import MAX_DECIMALS, AssetId, Denomination
from por.model.identifiers import EVM_DECIMALS

_SYMBOL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,31}", re.ASCII)
_HOW_TO_ADD = 'add it in a file of your own: [[asset]] symbol = "…", id = "<CAIP-19>", decimals = <number>'


@dataclass(frozen=True, slots=True)
class AssetTable:
    """Hold denominations by every text that names one: symbol or CAIP-19 id."""

    names: Mapping[str, Denomination]

    @classmethod
    def load(cls, extra: Path | None = None) -> "AssetTable":
        """Read the built-in table, and a file of the same form that adds to it.

        Raises: FormatError, also where a row contradicts another.
        """
        names: dict[str, Denomination] = {}
        shipped = resources.files("por.issuer").joinpath("assets.toml").read_bytes()
        _add(names, shipped, "assets.toml")
        if extra is not None:
            _add(names, read_document(extra, toml.MAX_BYTES), extra.name)
        return cls(names)

    def resolve(self, text: str) -> Denomination:
        """Return the denomination that `text` names, in exactly this spelling. Raises: FormatError."""
        found = self.names.get(text)
        if found is not None:
            return found
        if "/" in text or ":" in text:
            asset = AssetId.parse(text)
            if asset.evm_coin:
                return Denomination(asset, EVM_DECIMALS)
            raise FormatError(f"the decimals of {asset} are not known; {_HOW_TO_ADD}")
        if text.upper() in self.names:
            raise FormatError(f"not in the table of assets, which writes {text.upper()}")
        raise FormatError(f"a symbol that is not in the table of assets; {_HOW_TO_ADD}")


def _add(names: dict[str, Denomination], data: bytes, place: str) -> None:
    try:
        entries = toml.table(toml.load(data), "", ("asset",))
        for reader in entries["asset"].items(100_000):
            _add_row(names, reader)
    except FormatError as error:
        raise error.within(f"{place}:" if error.place else place) from error


def _add_row(names: dict[str, Denomination], reader: Reader) -> None:
    row = toml.table(reader.value, reader.place, ("symbol", "id", "decimals"))
    found = Denomination(row["id"].parse(AssetId.parse), row["decimals"].integer(0, MAX_DECIMALS))
    symbol = row["symbol"].parse(_symbol)
    for name, what in ((symbol, "symbol"), (str(found.asset), "id")):
        known = names.setdefault(name, found)
        if known != found:
            raise row[what].fail(f"{name} is {known.asset} with {known.decimals} decimals in an earlier row")


def _symbol(text: str) -> str:
    if not _SYMBOL.fullmatch(text):
        raise FormatError("not a symbol: 1 to 32 letters, digits and . _ + -")
    return text
