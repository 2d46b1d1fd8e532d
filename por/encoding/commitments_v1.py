"""Read and write the commitments document, which is public (`por/spec/proof-store.md`)."""

from itertools import pairwise

from por.encoding import canonical
from por.encoding.bundle_v1 import MAX_BYTES, MAX_LIABILITIES
from por.encoding.liability_v1 import Json, commitment_value, read_commitment
from por.encoding.media_types import COMMITMENTS
from por.encoding.reader import Reader
from por.model import CaseRule, issuer_id
from por.model.commitments import Commitments


def read(data: bytes) -> Commitments:
    """Read the canonical document. Raises: FormatError, also for commitments unsorted or made twice."""
    return read_value(Reader(canonical.load(data, max_bytes=MAX_BYTES)))


def write(commitments: Commitments) -> bytes:
    """Write the canonical document."""
    return canonical.dumps(value(commitments))


def read_value(reader: Reader) -> Commitments:
    """Read the document where it stands inside another. Raises: FormatError."""
    media_type, issuer, instant, case_rule, liabilities, root = reader.members(
        "mediaType", "issuer", "instant", "caseRule", "liabilities", "commitmentsRoot"
    )
    media_type.media_type(COMMITMENTS)
    commitments = Commitments(
        issuer=issuer.parse(issuer_id),
        instant=instant.instant(),
        case_rule=case_rule.choice(CaseRule),
        liabilities=tuple(read_commitment(item) for item in liabilities.items(MAX_LIABILITIES)),
        commitments_root=root.hex(32),
    )
    keys = [(item.segment, str(item.asset)) for item in commitments.liabilities]
    if not keys:
        raise liabilities.fail("no commitment")
    for i, (left, right) in enumerate(pairwise(keys), start=1):
        if left >= right:
            raise Reader(None, f"{liabilities.place}/{i}").fail("out of order, or committed to twice")
    return commitments


def value(commitments: Commitments) -> Json:
    """Write the document as a JSON value."""
    return {
        "mediaType": COMMITMENTS,
        "issuer": commitments.issuer,
        "instant": str(commitments.instant),
        "caseRule": str(commitments.case_rule),
        "liabilities": [commitment_value(item) for item in commitments.liabilities],
        "commitmentsRoot": commitments.commitments_root.hex(),
    }
