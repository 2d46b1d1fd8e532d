"""Read and write a liability commitment, the part that bundle, commitments and inclusion proof share."""

from por.encoding.reader import Reader
from por.model import MAX_DECIMALS, MAX_DEPTH, AssetId, LiabilityCommitment, segment_name

Json = dict[str, object]


def read_commitment(reader: Reader) -> LiabilityCommitment:
    """Read one commitment. Raises: FormatError."""
    scheme, segment, asset, decimals, depth, total, root, top = reader.members(
        "scheme", "segment", "asset", "decimals", "depth", "total", "root", "top"
    )
    return LiabilityCommitment(
        scheme=scheme.text(64),
        segment=segment.parse(segment_name),
        asset=asset.parse(AssetId.parse),
        decimals=decimals.integer(0, MAX_DECIMALS),
        depth=depth.integer(0, MAX_DEPTH),
        total=total.units(),
        root=root.hex(32),
        top=top.hex(32),
    )


def commitment_value(commitment: LiabilityCommitment) -> Json:
    """Write one commitment as a JSON value."""
    return {
        "scheme": commitment.scheme,
        "segment": commitment.segment,
        "asset": str(commitment.asset),
        "decimals": commitment.decimals,
        "depth": commitment.depth,
        "total": str(commitment.total),
        "root": commitment.root.hex(),
        "top": commitment.top.hex(),
    }
