"""Read a policy and the tables of assets and layouts, both TOML, and give the policy its digest (`por/spec/policy.md`)."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeVar

from por.encoding import canonical, toml
from por.encoding.digests import digest_of
from por.encoding.media_types import POLICY
from por.encoding.reader import Reader
from por.errors import FormatError
from por.model import (
    MAX_DECIMALS,
    AssetClass,
    AssetId,
    ChainId,
    ChainRule,
    Denomination,
    Digest,
    Implementation,
    KeyOrder,
    Policy,
    TokenLayout,
    Waiver,
    issuer_id,
)

PROFILES = ("auditor", "job")

Row = TypeVar("Row")

_RATIO = re.compile(r"(?P<over>[1-9][0-9]{0,8})(?:/(?P<under>[1-9][0-9]{0,8})|\.(?P<part>[0-9]{1,8}))?", re.ASCII)
_CHECK = re.compile(r"[a-z]+\.[a-z]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Tables:
    """Hold asset classes and token layouts, shipped or the policy's own."""

    classes: tuple[AssetClass, ...]
    layouts: tuple[TokenLayout, ...]


def read_tables(data: bytes) -> Tables:
    """Read the shipped tables. Raises: FormatError."""
    entries = toml.table(toml.load(data), "", (), ("class", "layout"))
    return _tables(entries)


def read(data: bytes, shipped: Tables) -> Policy:
    """Read a policy and join the shipped tables, the policy's own rows first.

    Raises: FormatError naming the entry.
    """
    top = toml.table(
        toml.load(data),
        "",
        ("version", "profile", "issuer", "snapshot"),
        ("coverage", "chain", "class", "layout", "own_assets", "recordings", "require", "waive"),
    )
    top["version"].integer(1, 1)
    profile = top["profile"].text(32)
    if profile not in PROFILES:
        raise top["profile"].fail(f"{profile!r} is none of {', '.join(PROFILES)}")
    issuer = toml.table(top["issuer"].value, "/issuer", ("id",), ("keys", "bundles", "roots"))
    snapshot = toml.table(top["snapshot"].value, "/snapshot", ("max_age_seconds", "max_skew_seconds"))
    coverage = toml.table(top["coverage"].value or {}, "/coverage", (), ("ratio",))
    tables = _joined(_tables(top), shipped)
    policy = Policy(
        profile=profile,
        issuer=issuer["id"].parse(issuer_id),
        keys=tuple(key.text(512) for key in _list(issuer["keys"])),
        bundles=tuple(item.digest() for item in _list(issuer["bundles"])),
        roots=tuple(item.hex(32) for item in _list(issuer["roots"])),
        recordings=tuple(item.digest() for item in _list(top["recordings"])),
        max_age=snapshot["max_age_seconds"].integer(0, 2**40),
        max_skew=snapshot["max_skew_seconds"].integer(0, 2**40),
        ratio=coverage["ratio"].optional(lambda reader: reader.parse(_ratio)) or Fraction(1),
        chains={rule.chain: rule for rule in _unique(top["chain"], _chain_rule, lambda rule: str(rule.chain))},
        classes=tables.classes,
        layouts=tables.layouts,
        own_assets=frozenset(item.parse(AssetId.parse) for item in _list(top["own_assets"])),
        require=tuple(item.parse(_check_id) for item in _list(top["require"])),
        waivers=_unique(top["waive"], _waiver, lambda waiver: waiver.check),
        digest=Digest(bytes(32)),
    )
    return _with_digest(policy)


def canonical_bytes(policy: Policy) -> bytes:
    """Write everything the policy trusts and requires, shipped tables included, as canonical JSON."""
    return canonical.dumps(
        {
            "mediaType": POLICY,
            "profile": policy.profile,
            "issuer": policy.issuer,
            "keys": sorted(policy.keys),
            "bundles": sorted(map(str, policy.bundles)),
            "roots": sorted(root.hex() for root in policy.roots),
            "recordings": sorted(map(str, policy.recordings)),
            "maxAge": policy.max_age,
            "maxSkew": policy.max_skew,
            "ratio": f"{policy.ratio.numerator}/{policy.ratio.denominator}",
            "chains": [
                [str(rule.chain), rule.sources, None if rule.genesis is None else rule.genesis.hex()]
                for rule in sorted(policy.chains.values(), key=lambda rule: str(rule.chain))
            ],
            "classes": [[[str(m.asset), m.decimals] for m in group.members] for group in policy.classes],
            "layouts": [_layout_value(layout) for layout in policy.layouts],
            "ownAssets": sorted(map(str, policy.own_assets)),
            "require": sorted(policy.require),
            "waive": sorted([waiver.check, waiver.reason] for waiver in policy.waivers),
        }
    )


def _with_digest(policy: Policy) -> Policy:
    return replace(policy, digest=digest_of(canonical_bytes(policy)))


def _list(reader: Reader, limit: int = 10_000) -> list[Reader]:
    return [] if reader.value is None else list(reader.items(limit))


def _ratio(text: str) -> Fraction:
    match = _RATIO.fullmatch(text)
    if match is None:
        raise FormatError("not a ratio such as 1, 1.05 or 21/20, written as text")
    if match["part"]:
        return Fraction(int(match["over"] + match["part"]), 10 ** len(match["part"]))
    return Fraction(int(match["over"]), int(match["under"] or 1))


def _check_id(text: str) -> str:
    if not _CHECK.fullmatch(text):
        raise FormatError("not a check id such as reserves.balance")
    return text


def _chain_rule(reader: Reader) -> ChainRule:
    entry = toml.table(reader.value, reader.place, ("id", "sources"), ("genesis",))
    return ChainRule(
        chain=entry["id"].parse(ChainId.parse),
        sources=entry["sources"].integer(1, 64),
        genesis=entry["genesis"].optional(lambda item: item.data(32, 32)),
    )


def _waiver(reader: Reader) -> Waiver:
    entry = toml.table(reader.value, reader.place, ("check", "reason"))
    reason = entry["reason"].text(500)
    if not reason.strip():
        raise entry["reason"].fail("a waiver gives its reason")
    return Waiver(entry["check"].parse(_check_id), reason)


def _tables(entries: dict[str, Reader]) -> Tables:
    classes = tuple(_asset_class(item) for item in _list(entries["class"]))
    layouts = tuple(_layout(item) for item in _list(entries["layout"]))
    _require_apart(classes, "/class")
    return Tables(classes, layouts)


def _asset_class(reader: Reader) -> AssetClass:
    entry = toml.table(reader.value, reader.place, ("members",))
    members = tuple(_denomination(item) for item in _list(entry["members"]))
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
        mask=int.from_bytes(entry["mask"].optional(lambda item: item.data(32, 32)) or b"\xff" * 32),
        implementation=None if slot.value is None else Implementation(slot.data(32, 32), code_hash.data(32, 32)),
    )


def _layout_value(layout: TokenLayout) -> dict[str, object]:
    implementation = layout.implementation
    return {
        "asset": str(layout.asset),
        "codeHash": layout.code_hash.hex(),
        "baseSlot": f"{layout.base_slot:x}",
        "order": str(layout.order),
        "mask": f"{layout.mask:064x}",
        "implementation": None
        if implementation is None
        else [implementation.slot.hex(), implementation.code_hash.hex()],
    }


def _joined(own: Tables, shipped: Tables) -> Tables:
    claimed = {member.asset for group in own.classes for member in group.members}
    kept = tuple(group for group in shipped.classes if claimed.isdisjoint(member.asset for member in group.members))
    return Tables(own.classes + kept, own.layouts + shipped.layouts)


def _require_apart(classes: Iterable[AssetClass], place: str) -> None:
    seen: set[AssetId] = set()
    for group in classes:
        for member in group.members:
            if member.asset in seen:
                raise FormatError(f"{member.asset} is in two classes, or in one twice", place)
            seen.add(member.asset)


def _unique(reader: Reader, read: Callable[[Reader], Row], key: Callable[[Row], str]) -> tuple[Row, ...]:
    rows = [(item, read(item)) for item in _list(reader)]
    seen: set[str] = set()
    for item, row in rows:
        if key(row) in seen:
            raise item.fail(f"{key(row)} is named twice")
        seen.add(key(row))
    return tuple(row for _, row in rows)
