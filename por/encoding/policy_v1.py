"""Read a policy, which is TOML, and give it its digest (`por/spec/policy.md`, loading steps 1 to 5)."""

import re
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import TypeVar

from por.encoding import canonical, tables_v1, toml
from por.encoding.digests import digest_of
from por.encoding.law_v1 import law_value, read_law, rule_id
from por.encoding.media_types import POLICY
from por.encoding.reader import Reader
from por.encoding.tables_v1 import Tables
from por.errors import FormatError, UnsupportedVersionError
from por.model import (
    AssetId,
    AssetKind,
    BeaconChain,
    ChainAccount,
    ChainId,
    ChainRule,
    Digest,
    Encumbrance,
    EncumbranceKind,
    KnownEncumbrance,
    LawTrust,
    Movement,
    Policy,
    RegistryPin,
    Waiver,
    issuer_id,
)
from por.model.identifiers import evm_account

VERSION = 1
PROFILES = ("auditor", "job")
MAX_SILENCE = 21_600

_LISTS = ("own_assets", "recordings", "require", "committees", "accepted_policies", "quorum_tokens")

Row = TypeVar("Row")

_RATIO = re.compile(r"(?P<over>[1-9][0-9]{0,8})(?:/(?P<under>[1-9][0-9]{0,8})|\.(?P<part>[0-9]{1,8}))?", re.ASCII)
_SHARE = re.compile(r"0\.[0-9]{1,8}", re.ASCII)
_CHECK = re.compile(r"[a-z]+\.[a-z]+", re.ASCII)


def read(data: bytes, shipped: Tables) -> Policy:
    """Read a policy and join the shipped tables, the policy's own rows first.

    Raises: FormatError naming the entry.
    """
    top = toml.table(
        toml.load(data),
        "",
        ("version", "profile", "issuer", "snapshot"),
        ("coverage", "chain", "registry", "movement", "encumbered", "law", *_LISTS, "waive", *tables_v1.ENTRIES),
    )
    _require_version(top["version"])
    issuer = toml.table(top["issuer"].value, "/issuer", ("id",), ("keys", "bundles", "roots"))
    snapshot = toml.table(top["snapshot"].value, "/snapshot", ("max_age_seconds", "max_skew_seconds"))
    tables = tables_v1.joined(tables_v1.read_entries(top), shipped)
    policy = Policy(
        profile=top["profile"].parse(_profile),
        issuer=issuer["id"].parse(issuer_id),
        keys=tuple(key.text(512) for key in toml.rows(issuer["keys"])),
        bundles=tuple(item.digest() for item in toml.rows(issuer["bundles"])),
        roots=tuple(item.hex(32) for item in toml.rows(issuer["roots"])),
        recordings=tuple(item.digest() for item in toml.rows(top["recordings"])),
        max_age=snapshot["max_age_seconds"].integer(0, 2**40),
        max_skew=snapshot["max_skew_seconds"].integer(0, 2**40),
        ratio=top["coverage"].optional(_coverage_ratio) or Fraction(1),
        chains={rule.chain: rule for rule in _unique(top["chain"], _chain_rule, lambda rule: str(rule.chain))},
        classes=tables.classes,
        layouts=tables.layouts,
        own_assets=frozenset(item.parse(AssetId.parse) for item in toml.rows(top["own_assets"])),
        registry=top["registry"].optional(_registry),
        registries=tables.registries,
        committees=tuple(item.data(32, 32) for item in toml.rows(top["committees"])),
        accepted_policies=tuple(item.digest() for item in toml.rows(top["accepted_policies"])),
        require=tuple(item.parse(_check_id) for item in toml.rows(top["require"])),
        waivers=_unique(top["waive"], _waiver, lambda waiver: waiver.check),
        digest=Digest(bytes(32)),
        calls=tables.calls,
        quorum_tokens=frozenset(item.parse(AssetId.parse) for item in toml.rows(top["quorum_tokens"])),
        kinds=frozenset({AssetKind.NATIVE, *(top["coverage"].optional(_coverage_kinds) or ())}),
        bridges=tables.bridges,
        encumbrances=_unique(top["encumbered"], _encumbered, lambda row: f"{row.asset} of {row.account}"),
        movement=top["movement"].optional(_movement),
        beacons={row.chain: row for row in tables.beacons},
        wallets=tables.wallets,
        law=top["law"].optional(read_law) or LawTrust(),
    )
    return replace(policy, digest=digest_of(canonical_bytes(policy)))


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
                [str(rule.chain), rule.sources, _hex(rule.genesis), _hex(rule.checkpoint)]
                for rule in sorted(policy.chains.values(), key=lambda rule: str(rule.chain))
            ],
            "classes": [tables_v1.class_value(group) for group in policy.classes],
            "layouts": [tables_v1.layout_value(layout) for layout in policy.layouts],
            "ownAssets": sorted(map(str, policy.own_assets)),
            "registry": None if policy.registry is None else _registry_value(policy.registry),
            "registries": sorted(code_hash.hex() for code_hash in policy.registries),
            "committees": sorted(committee.hex() for committee in policy.committees),
            "acceptedPolicies": sorted(map(str, policy.accepted_policies)),
            "require": sorted(policy.require),
            "calls": [tables_v1.call_value(call) for call in policy.calls],
            "quorumTokens": sorted(map(str, policy.quorum_tokens)),
            "kinds": sorted(policy.kinds),
            "bridges": [tables_v1.bridge_value(bridge) for bridge in policy.bridges],
            "beacons": [tables_v1.beacon_value(row) for row in sorted(policy.beacons.values(), key=_chain_text)],
            "wallets": sorted(code_hash.hex() for code_hash in policy.wallets),
            "encumbrances": [_encumbered_value(row) for row in policy.encumbrances],
            "movement": None if policy.movement is None else _movement_value(policy.movement),
            "law": law_value(policy.law),
            "waive": sorted([waiver.check, waiver.reason] for waiver in policy.waivers),
        }
    )


def _require_version(reader: Reader) -> None:
    if reader.integer(1, 2**31) != VERSION:
        raise UnsupportedVersionError(f"a policy of version {reader.value}; this release reads {VERSION}", reader.place)


def _profile(text: str) -> str:
    if text not in PROFILES:
        raise FormatError(f"a policy's profile is one of {', '.join(PROFILES)}")
    return text


def _coverage_ratio(reader: Reader) -> Fraction:
    entry = toml.table(reader.value, reader.place, (), ("ratio", "kinds"))
    return entry["ratio"].optional(lambda item: item.parse(_ratio)) or Fraction(1)


def _coverage_kinds(reader: Reader) -> tuple[AssetKind, ...]:
    entry = toml.table(reader.value, reader.place, (), ("ratio", "kinds"))
    return tuple(item.choice(AssetKind) for item in toml.rows(entry["kinds"]))


def _encumbered(reader: Reader) -> KnownEncumbrance:
    entry = toml.table(reader.value, reader.place, ("account", "asset", "kind", "amount"))
    account, asset = entry["account"].parse(ChainAccount.parse), entry["asset"].parse(AssetId.parse)
    if asset.chain != account.chain:
        raise entry["asset"].fail("the asset is on another chain than the account")
    encumbrance = Encumbrance(entry["kind"].choice(EncumbranceKind), entry["amount"].units())
    return KnownEncumbrance(account, asset, encumbrance)


def _encumbered_value(row: KnownEncumbrance) -> list[object]:
    return [str(row.account), str(row.asset), str(row.encumbrance.kind), str(row.encumbrance.amount)]


def _movement(reader: Reader) -> Movement:
    entry = toml.table(reader.value, reader.place, ("before_seconds", "after_seconds", "threshold"))
    before, after = (
        tuple(item.integer(1, 2**31) for item in entry[name].items(16)) for name in ("before_seconds", "after_seconds")
    )
    for name, moments in (("before_seconds", before), ("after_seconds", after)):
        if not moments:
            raise entry[name].fail("at least one moment before and one after the instant")
    return Movement(before, after, entry["threshold"].parse(_share))


def _movement_value(movement: Movement) -> list[object]:
    share = f"{movement.threshold.numerator}/{movement.threshold.denominator}"
    return [list(movement.before), list(movement.after), share]


def _share(text: str) -> Fraction:
    match = _SHARE.fullmatch(text)
    if match is None or not Fraction(text):
        raise FormatError("not a share above zero and below one such as 0.1, written as text")
    return Fraction(text)


def _hex(value: bytes | None) -> str | None:
    return None if value is None else value.hex()


def _chain_text(row: BeaconChain) -> str:
    return str(row.chain)


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


def _check_or_rule(text: str) -> str:
    return rule_id(text) if "/" in text else _check_id(text)


def _chain_rule(reader: Reader) -> ChainRule:
    entry = toml.table(reader.value, reader.place, ("id", "sources"), ("genesis", "checkpoint"))
    return ChainRule(
        chain=entry["id"].parse(ChainId.parse),
        sources=entry["sources"].integer(1, 64),
        genesis=entry["genesis"].optional(lambda item: item.data(32, 32)),
        checkpoint=entry["checkpoint"].optional(lambda item: item.data(32, 32)),
    )


def _registry(reader: Reader) -> RegistryPin:
    required = ("contract", "issuer", "from_block", "max_delay_seconds")
    entry = toml.table(reader.value, reader.place, required, ("max_silence_seconds",))
    contract = entry["contract"].parse(evm_account)
    return RegistryPin(
        contract=contract,
        issuer=entry["issuer"].parse(lambda text: ChainAccount.parse(f"{contract.chain}:{text}")).address,
        from_block=entry["from_block"].integer(0, 2**53 - 1),
        max_delay=entry["max_delay_seconds"].integer(0, 2**40),
        max_silence=entry["max_silence_seconds"].optional(lambda item: item.integer(1, 2**40)) or MAX_SILENCE,
    )


def _registry_value(pin: RegistryPin) -> list[object]:
    return [str(pin.contract), pin.issuer, pin.from_block, pin.max_delay, pin.max_silence]


def _waiver(reader: Reader) -> Waiver:
    entry = toml.table(reader.value, reader.place, ("check", "reason"))
    reason = entry["reason"].text(500)
    if not reason.strip():
        raise entry["reason"].fail("a waiver gives its reason")
    return Waiver(entry["check"].parse(_check_or_rule), reason)


def _unique(reader: Reader, read: Callable[[Reader], Row], key: Callable[[Row], str]) -> tuple[Row, ...]:
    rows = [(item, read(item)) for item in toml.rows(reader)]
    seen: set[str] = set()
    for item, row in rows:
        if key(row) in seen:
            raise item.fail(f"{key(row)} is named twice")
        seen.add(key(row))
    return tuple(row for _, row in rows)
