"""Read tables of asset classes, token layouts and registries' code, shipped with `por` or part of a policy.

Their form is in `por/spec/policy.md`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from por.encoding import toml
from por.encoding.reader import Reader
from por.errors import FormatError
from por.model import (
    MAX_DECIMALS,
    AssetClass,
    AssetId,
    AssetKind,
    BeaconChain,
    Bridge,
    CallMethod,
    ChainAccount,
    ChainId,
    Denomination,
    Fork,
    Implementation,
    KeyOrder,
    TokenCall,
    TokenLayout,
)

ENTRIES = ("class", "layout", "registries", "wallets", "call", "bridge", "beacon")

_WHOLE_WORD = b"\xff" * 32


@dataclass(frozen=True, slots=True)
class Tables:
    """Hold what is known of assets, tokens, bridges, beacon chains and registries, shipped or the policy's own."""

    classes: tuple[AssetClass, ...]
    layouts: tuple[TokenLayout, ...]
    registries: tuple[bytes, ...] = ()
    calls: tuple[TokenCall, ...] = ()
    bridges: tuple[Bridge, ...] = ()
    beacons: tuple[BeaconChain, ...] = ()
    wallets: tuple[bytes, ...] = ()


def read_tables(data: bytes) -> Tables:
    """Read a file that holds nothing but tables. Raises: FormatError."""
    return read_entries(toml.table(toml.load(data), "", (), ENTRIES))


def read_entries(entries: Mapping[str, Reader]) -> Tables:
    """Read the entries of `ENTRIES` of a table. Raises: FormatError, also for an asset in two classes."""
    classes = tuple(_asset_class(item) for item in toml.rows(entries["class"]))
    _require_apart(classes, entries["class"].place)
    return Tables(
        classes,
        tuple(_layout(item) for item in toml.rows(entries["layout"])),
        tuple(item.data(32, 32) for item in toml.rows(entries["registries"])),
        tuple(_call(item) for item in toml.rows(entries["call"])),
        tuple(_bridge(item) for item in toml.rows(entries["bridge"])),
        tuple(_beacon(item) for item in toml.rows(entries["beacon"])),
        tuple(item.data(32, 32) for item in toml.rows(entries["wallets"])),
    )


def joined(own: Tables, shipped: Tables) -> Tables:
    """Put a policy's own rows before the shipped ones; a class of its own replaces the shipped ones it touches."""
    claimed = {member.asset for group in own.classes for member in group.members}
    kept = tuple(group for group in shipped.classes if claimed.isdisjoint(member.asset for member in group.members))
    named = {row.chain for row in own.beacons}
    return Tables(
        own.classes + kept,
        own.layouts + shipped.layouts,
        own.registries + shipped.registries,
        own.calls + shipped.calls,
        own.bridges + shipped.bridges,
        own.beacons + tuple(row for row in shipped.beacons if row.chain not in named),
        own.wallets + shipped.wallets,
    )


def class_value(group: AssetClass) -> list[object]:
    """Write a class as a JSON value."""
    return [[str(member.asset), member.decimals, str(member.kind)] for member in group.members]


def layout_value(layout: TokenLayout) -> dict[str, object]:
    """Write a layout as a JSON value."""
    pinned = layout.implementation
    return {
        "asset": str(layout.asset),
        "codeHash": layout.code_hash.hex(),
        "baseSlot": f"{layout.base_slot:x}",
        "order": str(layout.order),
        "mask": f"{layout.mask:064x}",
        "implementation": None if pinned is None else [pinned.slot.hex(), pinned.code_hash.hex()],
    }


def call_value(call: TokenCall) -> list[object]:
    """Write a token call as a JSON value."""
    underlying = None if call.underlying is None else str(call.underlying)
    return [str(call.asset), [code.hex() for code in call.codes], str(call.method), underlying]


def bridge_value(bridge: Bridge) -> list[object]:
    """Write a bridge as a JSON value."""
    return [str(bridge.escrow), str(bridge.asset), str(bridge.minted)]


def beacon_value(beacon: BeaconChain) -> list[object]:
    """Write a beacon chain's facts as a JSON value."""
    forks = [[fork.epoch, fork.version.hex()] for fork in beacon.forks]
    return [str(beacon.chain), beacon.genesis_root.hex(), beacon.genesis_time, forks]


def _asset_class(reader: Reader) -> AssetClass:
    entry = toml.table(reader.value, reader.place, ("members",))
    members = tuple(_denomination(item) for item in toml.rows(entry["members"]))
    if not members:
        raise entry["members"].fail("a class has at least one member")
    return AssetClass(members)


def _denomination(reader: Reader) -> Denomination:
    entry = toml.table(reader.value, reader.place, ("asset", "decimals"), ("kind",))
    return Denomination(
        entry["asset"].parse(AssetId.parse),
        entry["decimals"].integer(0, MAX_DECIMALS),
        entry["kind"].optional(lambda item: item.choice(AssetKind)) or AssetKind.NATIVE,
    )


def _call(reader: Reader) -> TokenCall:
    entry = toml.table(reader.value, reader.place, ("asset", "codes"), ("method", "underlying"))
    codes = tuple(item.data(32, 32) for item in toml.rows(entry["codes"]))
    method = entry["method"].optional(lambda item: item.choice(CallMethod)) or CallMethod.BALANCE_OF
    underlying = entry["underlying"].optional(lambda item: item.parse(AssetId.parse))
    if not codes:
        raise entry["codes"].fail("at least the hash of the token's own code")
    if (method is CallMethod.CONVERT_TO_ASSETS) != (underlying is not None):
        raise reader.fail("underlying comes with convertToAssets, and with nothing else")
    return TokenCall(_token(entry["asset"]), codes, method, underlying)


def _token(reader: Reader) -> AssetId:
    asset = reader.parse(AssetId.parse)
    if asset.token is None or asset.chain.namespace != "eip155":
        raise reader.fail("not a token such as eip155:1/erc20:0x…")
    return asset


def _bridge(reader: Reader) -> Bridge:
    entry = toml.table(reader.value, reader.place, ("escrow", "asset", "minted"))
    bridge = Bridge(
        entry["escrow"].parse(ChainAccount.parse),
        entry["asset"].parse(AssetId.parse),
        entry["minted"].parse(AssetId.parse),
    )
    if bridge.asset.chain != bridge.escrow.chain:
        raise entry["asset"].fail("the escrowed asset is on another chain than its escrow")
    if bridge.minted == bridge.asset:
        raise entry["minted"].fail("what is minted is the escrowed asset itself")
    return bridge


def _beacon(reader: Reader) -> BeaconChain:
    entry = toml.table(reader.value, reader.place, ("chain", "genesis_validators_root", "genesis_time", "forks"))
    forks = tuple(_fork(item) for item in toml.rows(entry["forks"]))
    if not forks or any(left.epoch > right.epoch for left, right in pairwise(forks)):
        raise entry["forks"].fail(
            "at least one fork, none before the one above it; a chain that begins with several has them all at 0"
        )
    return BeaconChain(
        entry["chain"].parse(ChainId.parse),
        entry["genesis_validators_root"].data(32, 32),
        entry["genesis_time"].integer(0, 2**40),
        forks,
    )


def _fork(reader: Reader) -> Fork:
    entry = toml.table(reader.value, reader.place, ("epoch", "version"))
    return Fork(entry["epoch"].integer(0, 2**53 - 1), entry["version"].data(4, 4))


def _layout(reader: Reader) -> TokenLayout:
    entry = toml.table(
        reader.value,
        reader.place,
        ("asset", "code_hash", "base_slot", "order"),
        ("mask", "implementation_slot", "implementation_code_hash"),
    )
    slot, code_hash = entry["implementation_slot"], entry["implementation_code_hash"]
    if (slot.value is None) != (code_hash.value is None):
        raise reader.fail("implementation_slot and implementation_code_hash come together")
    return TokenLayout(
        asset=entry["asset"].parse(AssetId.parse),
        code_hash=entry["code_hash"].data(32, 32),
        base_slot=int.from_bytes(entry["base_slot"].data(1, 32)),
        order=entry["order"].choice(KeyOrder),
        mask=int.from_bytes(entry["mask"].optional(lambda item: item.data(32, 32)) or _WHOLE_WORD),
        implementation=None if slot.value is None else Implementation(slot.data(32, 32), code_hash.data(32, 32)),
    )


def _require_apart(classes: Iterable[AssetClass], place: str) -> None:
    seen: set[AssetId] = set()
    for group in classes:
        for member in group.members:
            if member.asset in seen:
                raise FormatError(f"{member.asset} is in two classes, or in one twice", place)
            seen.add(member.asset)
