"""Read and write a registry's entry within other documents: all that its id binds (`por/spec/attestation.md`)."""

from por.encoding.liability_v1 import Json
from por.encoding.reader import Reader
from por.encoding.strict_json import MAX_SAFE_INTEGER
from por.model import Anchor, AnchoredEntry, AssetTotal, ChainAccount

MAX_TOTALS = 4096


def read_entry(reader: Reader) -> AnchoredEntry:
    """Read an entry. Raises: FormatError."""
    issuer, sequence, previous, totals, anchor = reader.members("issuer", "sequence", "previous", "totals", "anchor")
    return AnchoredEntry(
        issuer=issuer.parse(lambda text: ChainAccount.parse(f"eip155:1:{text}").address),
        sequence=sequence.integer(1, MAX_SAFE_INTEGER),
        previous=previous.data(32, 32),
        anchor=_read_anchor(anchor),
        totals=tuple(_read_total(item) for item in totals.items(MAX_TOTALS)),
    )


def entry_value(entry: AnchoredEntry) -> Json:
    """Write an entry as a JSON value."""
    return {
        "issuer": entry.issuer,
        "sequence": entry.sequence,
        "previous": "0x" + entry.previous.hex(),
        "totals": [
            {
                "asset": "0x" + total.asset.hex(),
                "liabilities": str(total.liabilities),
                "reserves": str(total.reserves),
            }
            for total in entry.totals
        ],
        "anchor": _anchor_value(entry.anchor),
    }


def _read_total(reader: Reader) -> AssetTotal:
    asset, liabilities, reserves = reader.members("asset", "liabilities", "reserves")
    return AssetTotal(asset.data(32, 32), liabilities.units(), reserves.units())


def _read_anchor(reader: Reader) -> Anchor:
    instant, chain, block, block_hash, root, bundle, reserves, supersedes = reader.members(
        "instant",
        "snapshotChain",
        "snapshotBlock",
        "snapshotHash",
        "commitmentsRoot",
        "bundle",
        "reserveSetRoot",
        "supersedes",
    )
    return Anchor(
        instant=instant.instant(),
        snapshot_chain=chain.integer(0, MAX_SAFE_INTEGER),
        snapshot_block=block.integer(0, MAX_SAFE_INTEGER),
        snapshot_hash=block_hash.data(32, 32),
        commitments_root=root.data(32, 32),
        bundle=bundle.digest(),
        reserve_set_root=reserves.data(32, 32),
        supersedes=supersedes.integer(0, MAX_SAFE_INTEGER),
    )


def _anchor_value(anchor: Anchor) -> Json:
    return {
        "instant": str(anchor.instant),
        "snapshotChain": anchor.snapshot_chain,
        "snapshotBlock": anchor.snapshot_block,
        "snapshotHash": "0x" + anchor.snapshot_hash.hex(),
        "commitmentsRoot": "0x" + anchor.commitments_root.hex(),
        "bundle": str(anchor.bundle),
        "reserveSetRoot": "0x" + anchor.reserve_set_root.hex(),
        "supersedes": anchor.supersedes,
    }
