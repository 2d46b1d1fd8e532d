"""Read the history that an index holds: entries with what became of them, attestations, disputes, feeds."""

import re
from typing import Any

from por.commitments.anchors import anchor_id, totals_digest
from por.errors import FormatError
from por.model import Anchor, AnchoredEntry, AssetTotal, Digest, Instant
from por.publish.index_schema import Index

Value = dict[str, Any]

_TOTALS = "SELECT asset, liabilities, reserves FROM totals WHERE entry = ? ORDER BY asset"


def history(index: Index, issuer: str | None = None) -> Value:
    """Return all that is known, of all issuers or of one, as values that JSON can hold.

    Raises: FormatError for an issuer that never anchored.
    """
    issuers = [row["issuer"] for row in _rows(index, "SELECT DISTINCT issuer FROM entries ORDER BY issuer")]
    if issuer is not None and issuer not in issuers:
        raise FormatError(f"{issuer} has no entry in this index")
    read = index.read_up_to()
    told = {
        "chain": str(index.chain),
        "contracts": _rows(index, "SELECT role, address FROM contracts ORDER BY role, address"),
        "readUpTo": None if read is None else {"number": read.number, "hash": "0x" + read.hash.hex()},
        "issuers": [_issuer(index, each) for each in issuers if issuer in {None, each}],
    }
    renamed: Value = _renamed(told)
    return renamed


def preimage(entry: AnchoredEntry) -> Value:
    """Return what contracts take as AnchorPreimage; integers are decimal text, since some have 64 bits."""
    anchor = entry.anchor
    return {
        "issuer": entry.issuer,
        "sequence": str(entry.sequence),
        "previousId": _hex(entry.previous),
        "entry": {
            "instant": str(anchor.instant.seconds),
            "snapshotChainId": str(anchor.snapshot_chain),
            "snapshotBlock": str(anchor.snapshot_block),
            "snapshotBlockHash": _hex(anchor.snapshot_hash),
            "commitmentsRoot": _hex(anchor.commitments_root),
            "bundleDigest": _hex(anchor.bundle.value),
            "reserveSetRoot": _hex(anchor.reserve_set_root),
            "supersedes": str(anchor.supersedes),
        },
        "totalsDigest": _hex(totals_digest(entry.totals)),
    }


def entry_at(index: Index, issuer: str, sequence: int) -> AnchoredEntry:
    """Return an issuer's entry. Raises: FormatError when the index has none, or one whose id is not its own."""
    found = _rows(index, "SELECT * FROM entries WHERE issuer = ? AND sequence = ?", issuer, sequence)
    if not found:
        raise FormatError(f"{issuer} has no entry {sequence} in this index; run por registry index to go on reading")
    return _read(index, found[0])


def entry_named(index: Index, identifier: bytes) -> AnchoredEntry:
    """Return the entry with an id. Raises: FormatError when the index has none, or one whose id is not its own."""
    found = _rows(index, "SELECT * FROM entries WHERE id = ?", _hex(identifier))
    if not found:
        raise FormatError(f"no entry {_hex(identifier)} in this index; run por registry index to go on reading")
    return _read(index, found[0])


def _read(index: Index, row: Value) -> AnchoredEntry:
    totals = _rows(index, _TOTALS, row["id"])
    entry = AnchoredEntry(
        issuer=row["issuer"],
        sequence=row["sequence"],
        previous=_bytes(row["previous"]),
        anchor=Anchor(
            instant=Instant(row["instant"]),
            snapshot_chain=int(row["snapshot_chain"]),
            snapshot_block=int(row["snapshot_block"]),
            snapshot_hash=_bytes(row["snapshot_hash"]),
            commitments_root=_bytes(row["commitments_root"]),
            bundle=Digest.parse(row["bundle"]),
            reserve_set_root=_bytes(row["reserve_set_root"]),
            supersedes=row["supersedes"],
        ),
        totals=tuple(
            AssetTotal(_bytes(each["asset"]), int(each["liabilities"]), int(each["reserves"])) for each in totals
        ),
    )
    if _hex(anchor_id(entry)) != row["id"]:
        raise FormatError(f"entry {entry.sequence} of {entry.issuer} was changed in this index; make a new one")
    return entry


def _issuer(index: Index, issuer: str) -> Value:
    entries = _rows(index, "SELECT * FROM entries WHERE issuer = ? ORDER BY sequence", issuer)
    corrections = {row["supersedes"]: row["sequence"] for row in entries if row["supersedes"]}
    return {
        "issuer": issuer,
        "entries": [_entry(index, row, corrections.get(row["sequence"])) for row in entries],
        "feeds": [_feed(index, row) for row in _rows(index, "SELECT * FROM feeds WHERE issuer = ?", issuer)],
    }


def _entry(index: Index, row: Value, correction: int | None) -> Value:
    refutations = "SELECT * FROM refutations WHERE entry = ? ORDER BY block, contract"
    attestations = (
        "SELECT a.*, r.revoked_at, r.reason FROM attestations a LEFT JOIN revocations r USING (committee, digest) "
        "WHERE a.entry = ? ORDER BY a.block, a.log"
    )
    disputes = "SELECT * FROM disputes WHERE first_entry = ? OR second_entry = ? ORDER BY block, log"
    entry = row["id"]
    return {
        **row,
        "totals": _rows(index, _TOTALS, entry),
        "superseded_by": correction,
        "refutations": _rows(index, refutations, entry),
        "attestations": _rows(index, attestations, entry),
        "disputes": _rows(index, disputes, entry, entry),
    }


def _feed(index: Index, row: Value) -> Value:
    return {**row, "rounds": _rows(index, "SELECT * FROM rounds WHERE feed = ? ORDER BY round", row["feed"])}


def _renamed(value: Any) -> Any:
    """Write the names of columns as documents have them: `superseded_by` is `supersededBy`."""
    if isinstance(value, list):
        return [_renamed(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {re.sub(r"_([a-z])", lambda match: match[1].upper(), name): _renamed(each) for name, each in value.items()}


def _hex(data: bytes) -> str:
    return "0x" + data.hex()


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text[2:])


def _rows(index: Index, query: str, *values: object) -> list[Value]:
    cursor = index.rows.execute(query, values)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]
