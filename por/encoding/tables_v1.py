"""Read tables of asset classes, token layouts and registries' code, shipped with `por` or part of a policy.

Their form is in `por/spec/policy.md`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from por.encoding import toml
from por.encoding.reader import Reader
from por.errors import FormatError
from por.model import MAX_DECIMALS, AssetClass, AssetId, Denomination, Implementation, KeyOrder, TokenLayout

ENTRIES = ("class", "layout", "registries")

_WHOLE_WORD = b"\xff" * 32


@dataclass(frozen=True, slots=True)
class Tables:
    """Hold asset classes, token layouts and the code hashes of registries, shipped or the policy's own."""

    classes: tuple[AssetClass, ...]
    layouts: tuple[TokenLayout, ...]
    registries: tuple[bytes, ...] = ()


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
    )


def joined(own: Tables, shipped: Tables) -> Tables:
    """Put a policy's own rows before the shipped ones; a class of its own replaces the shipped ones it touches."""
    claimed = {member.asset for group in own.classes for member in group.members}
    kept = tuple(group for group in shipped.classes if claimed.isdisjoint(member.asset for member in group.members))
    return Tables(own.classes + kept, own.layouts + shipped.layouts, own.registries + shipped.registries)


def class_value(group: AssetClass) -> list[object]:
    """Write a class as a JSON value."""
    return [[str(member.asset), member.decimals] for member in group.members]


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


def _asset_class(reader: Reader) -> AssetClass:
    entry = toml.table(reader.value, reader.place, ("members",))
    members = tuple(_denomination(item) for item in toml.rows(entry["members"]))
    if not members:
        raise entry["members"].fail("a class has at least one member")
    return AssetClass(members)


def _denomination(reader: Reader) -> Denomination:
    entry = toml.table(reader.value, reader.place, ("asset", "decimals"))
    return Denomination(entry["asset"].parse(AssetId.parse), entry["decimals"].integer(0, MAX_DECIMALS))


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
