"""Know which chain, asset and signature scheme the coin codes of published lists mean (`coins.toml`)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from por.encoding import toml
from por.encoding.reader import Reader
from por.errors import FormatError
from por.model import MAX_DECIMALS, AssetId, ChainId
from por.proofs.control.bitcoin_address import NETWORKS, canonical_address
from por.proofs.control.ed25519_message import padded

UNREAD = "unread"

_EVM_ADDRESS = re.compile(r"0x[0-9a-f]{40}", re.ASCII)
_IN_REFERENCE = re.compile(r"[-_a-zA-Z0-9]{1,32}", re.ASCII)
_BECH32 = re.compile(r"(?:BC|LTC|BTG|DGB|QC)1[0-9A-Z]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Network:
    """Hold a chain, and the scheme by which lists sign for its accounts."""

    code: str
    chain: ChainId
    scheme: str


@dataclass(frozen=True, slots=True)
class Coin:
    """Hold what a row's codes mean; `asset` and `decimals` are None where the table does not know them."""

    code: str
    network: Network
    asset: AssetId | None
    decimals: int | None


@dataclass(frozen=True, slots=True)
class Coins:
    """Hold the table: networks by code, coins by their own code, and by (name, network)."""

    networks: Mapping[str, Network]
    by_code: Mapping[str, Coin]
    by_name: Mapping[tuple[str, str], Coin]

    def resolve(self, code: str, network: str | None) -> Coin:
        """Return what a coin code means, on the network that the row names, if it names one.

        A code that the table does not have is a coin of its own, on a chain `listed:<code>`: nothing is left out.
        Raises: FormatError for a code that cannot be written as a chain id.
        """
        known = self.by_code.get(code.upper())
        if network is None:
            return known or Coin(code, self._network(code), None, None)
        there = self._network(network)
        if known is not None and known.network == there:
            return known
        named = self.by_name.get((code.upper(), there.code))
        return named or Coin(code, there, None, None)

    def _network(self, code: str) -> Network:
        """Find a network by its code, or by what stands behind the last hyphen of a coin's, such as USDT-TRC20."""
        found = self.networks.get(code.upper()) or self.networks.get(code.upper().rpartition("-")[2])
        return found or Network(code, listed_chain(code), UNREAD)


@cache
def shipped_coins() -> Coins:
    """Read the shipped table. Raises: FormatError."""
    return read_coins(resources.files("por.formats").joinpath("coins.toml").read_bytes())


def read_coins(data: bytes) -> Coins:
    """Read a table. Raises: FormatError, also for a code that stands twice."""
    entry = toml.table(toml.load(data), "", ("network", "coin"))
    networks: dict[str, Network] = {}
    for row in toml.rows(entry["network"]):
        _add(networks, *_network(row), row)
    by_code: dict[str, Coin] = {}
    by_name: dict[tuple[str, str], Coin] = {}
    for row in toml.rows(entry["coin"]):
        codes, name, coin = _coin(row, networks)
        _add(by_code, codes, coin, row)
        if (name, coin.network.code) in by_name:
            raise row.fail(f"{name} on {coin.network.code} stands twice")
        by_name[name, coin.network.code] = coin
    return Coins(networks, by_code, by_name)


def listed_chain(code: str) -> ChainId:
    """Name a chain for which no CAIP-2 id is known here. Raises: FormatError."""
    reference = code.replace(" ", "_")
    if not _IN_REFERENCE.fullmatch(reference):
        raise FormatError("a coin or network code of up to 32 letters, digits, spaces, - and _ is expected")
    return ChainId("listed", reference)


def quoted(text: str) -> str:
    """Write an address or coin as CAIP-10 and CAIP-19 references allow, which `urllib.parse.unquote` reads back."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "-.") else _escaped(c) for c in text)


def place_address(network: Network, text: str) -> tuple[ChainId, str]:
    """Return the chain and the canonical address of an account (T46).

    What is no address of the chain, such as a validator's key, gets a chain of the list's own. Raises: FormatError.
    """
    address = text.lower() if text[:2] == "0x" or _BECH32.fullmatch(text) else text
    if network.chain.namespace == "eip155" and not _EVM_ADDRESS.fullmatch(address):
        return listed_chain(network.code), quoted(text)
    utxo = NETWORKS.get(str(network.chain))
    address = canonical_address(utxo, address) if utxo is not None else padded(str(network.chain), address)
    return network.chain, quoted(address)


def _escaped(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode())


def _add(table: dict[str, Network] | dict[str, Coin], codes: list[str], value: Network | Coin, row: Reader) -> None:
    for code in codes:
        if code in table:
            raise row.fail(f"the code {code} stands twice")
        table[code] = value  # type: ignore[assignment]


def _network(row: Reader) -> tuple[list[str], Network]:
    entry = toml.table(row.value, row.place, ("codes", "chain"), ("scheme",))
    codes = [item.text(32).upper() for item in toml.rows(entry["codes"])]
    scheme = entry["scheme"].optional(lambda item: item.text(32)) or UNREAD
    return codes, Network(codes[0], entry["chain"].parse(ChainId.parse), scheme)


def _coin(row: Reader, networks: Mapping[str, Network]) -> tuple[list[str], str, Coin]:
    entry = toml.table(row.value, row.place, ("name", "network"), ("codes", "asset", "decimals"))
    name, place = entry["name"].text(32).upper(), entry["network"].text(32)
    codes = [item.text(32).upper() for item in toml.rows(entry["codes"])]
    if place not in networks:
        raise entry["network"].fail(f"no [[network]] has the code {place}")
    network = networks[place]
    asset = entry["asset"].optional(lambda item: item.parse(lambda text: AssetId.parse(f"{network.chain}/{text}")))
    decimals = entry["decimals"].optional(lambda item: item.integer(0, MAX_DECIMALS))
    return codes, name, Coin((codes or [name])[0], network, asset, decimals)
