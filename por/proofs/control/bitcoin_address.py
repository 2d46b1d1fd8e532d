"""Write the addresses of keys and scripts on Bitcoin and the chains that sign messages as it does.

Sources: BIP-13 (P2SH), BIP-141 (P2WPKH, P2WSH and both inside P2SH), BIP-173 (bech32, version 0).
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import base58
from Crypto.Hash import RIPEMD160

_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


@dataclass(frozen=True, slots=True)
class UtxoNetwork:
    """Hold a chain's message header, and how it writes addresses; `hrp` is None where it has no segwit."""

    header: bytes
    key_prefix: bytes
    script_prefixes: tuple[bytes, ...]
    hrp: str | None = None


def _network(name: str, key: str, scripts: tuple[str, ...], hrp: str | None = None) -> UtxoNetwork:
    header = f"{name} Signed Message:\n".encode()
    return UtxoNetwork(header, bytes.fromhex(key), tuple(map(bytes.fromhex, scripts)), hrp)


# Litecoin's scripts have two prefixes: M, and the older 3 of Bitcoin.
NETWORKS: Mapping[str, UtxoNetwork] = {
    "bip122:000000000019d6689c085ae165831e93": _network("Bitcoin", "00", ("05",), "bc"),
    "bip122:12a765e31ffd4059bada1e25190f6e98": _network("Litecoin", "30", ("32", "05"), "ltc"),
    "bip122:1a91e3dace36e2be3bf030a65679fe82": _network("Dogecoin", "1e", ("16",)),
    "bip122:00000ffd590b1485b3caadc19b22e637": _network("DarkCoin", "4c", ("10",)),
    "bip122:000000000000000000651ef99cb9fcbe": _network("Bitcoin", "00", ("05",)),
    "listed:BSV": _network("Bitcoin", "00", ("05",)),
    "listed:BTG": _network("Bitcoin Gold", "26", ("17",), "btg"),
    "listed:DGB": _network("DigiByte", "1e", ("3f",), "dgb"),
    "listed:QTUM": _network("Qtum", "3a", ("32",), "qc"),
    "listed:RVN": _network("Raven", "3c", ("7a",)),
    "listed:ZEC": _network("Zcash", "1cb8", ("1cbd",)),
}


def hash160(data: bytes) -> bytes:
    """Return RIPEMD-160 of SHA-256, without OpenSSL's legacy algorithms."""
    return RIPEMD160.new(hashlib.sha256(data).digest()).digest()


def key_hash_address(network: UtxoNetwork, key_hash: bytes) -> str:
    """Write the P2PKH address of a key's hash."""
    return _base58check(network.key_prefix, key_hash)


def key_addresses(network: UtxoNetwork, key: bytes) -> Iterator[tuple[str, str]]:
    """Yield the kinds of address that a compressed key has, with each address."""
    program = hash160(key)
    yield "p2pkh", key_hash_address(network, program)
    if network.hrp is not None:
        yield from (("p2sh-p2wpkh", text) for text in _script_hash(network, b"\x00\x14" + program))
        yield "p2wpkh", segwit_address(network.hrp, program)


def script_addresses(network: UtxoNetwork, script: bytes) -> Iterator[tuple[str, str]]:
    """Yield the kinds of address that a script has, with each address."""
    yield from (("p2sh", text) for text in _script_hash(network, script))
    if network.hrp is not None:
        program = hashlib.sha256(script).digest()
        yield from (("p2sh-p2wsh", text) for text in _script_hash(network, b"\x00\x20" + program))
        yield "p2wsh", segwit_address(network.hrp, program)


def address_kind(network: UtxoNetwork, address: str) -> str | None:
    """Tell a key's address ("key"), a script's ("script") and what may be of either ("p2sh") apart; None is unread."""
    if network.hrp is not None and address.startswith(f"{network.hrp}1q"):
        return {39: "key", 59: "script"}.get(len(address) - len(network.hrp) - 1)
    try:
        payload = base58.b58decode_check(address)
    except ValueError:
        return None
    if payload[:-20] == network.key_prefix:
        return "key"
    return "p2sh" if payload[:-20] in network.script_prefixes else None


def canonical_address(network: UtxoNetwork, address: str) -> str:
    """Write a script's address by the first of the chain's prefixes: one script is one account (T46)."""
    try:
        payload = base58.b58decode_check(address)
    except ValueError:
        return address
    if payload[:-20] not in network.script_prefixes:
        return address
    return _base58check(network.script_prefixes[0], payload[-20:])


def segwit_address(hrp: str, program: bytes) -> str:
    """Write a version 0 witness program in bech32."""
    return _bech32(hrp, [0, *_five_bits(program)])


def bech32(hrp: str, payload: bytes) -> str:
    """Write bytes in bech32, without a witness version."""
    return _bech32(hrp, _five_bits(payload))


def _bech32(hrp: str, data: list[int]) -> str:
    expanded = [*(ord(c) >> 5 for c in hrp), 0, *(ord(c) & 31 for c in hrp), *data]
    check = _polymod([*expanded, 0, 0, 0, 0, 0, 0]) ^ 1
    checksum = [check >> 5 * (5 - i) & 31 for i in range(6)]
    return f"{hrp}1" + "".join(_ALPHABET[value] for value in (*data, *checksum))


def _script_hash(network: UtxoNetwork, script: bytes) -> list[str]:
    return [_base58check(prefix, hash160(script)) for prefix in network.script_prefixes]


def _base58check(prefix: bytes, payload: bytes) -> str:
    return base58.b58encode_check(prefix + payload).decode()


def _five_bits(data: bytes) -> list[int]:
    bits = "".join(f"{byte:08b}" for byte in data)
    return [int(bits[i : i + 5].ljust(5, "0"), 2) for i in range(0, len(bits), 5)]


def _polymod(values: Iterable[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for i, generator in enumerate(_GENERATOR):
            if top >> i & 1:
                check ^= generator
    return check
