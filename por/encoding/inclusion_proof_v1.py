"""Read and write the inclusion-proof file (`por/spec/inclusion-proof.md`)."""

from por.encoding import canonical
from por.encoding.liability_v1 import Json, commitment_value, read_commitment
from por.encoding.media_types import INCLUSION_PROOF
from por.encoding.reader import Reader
from por.model import MAX_DEPTH, CaseRule, InclusionProof, PathStep, RecordProof, TreeProof, issuer_id

MAX_BYTES = 4 * 2**20
MAX_TREES = 4096
MAX_RECORDS = 4096
MAX_OPENING = 32


def read(data: bytes) -> InclusionProof:
    """Read the canonical document. Raises: FormatError."""
    top = Reader(canonical.load(data, max_bytes=MAX_BYTES))
    issuer, instant, case_rule, count, note, trees = top.document(
        INCLUSION_PROOF, "issuer", "instant", "caseRule", "count", "note", "trees"
    )
    return InclusionProof(
        issuer=issuer.parse(issuer_id),
        instant=instant.instant(),
        case_rule=case_rule.choice(CaseRule),
        count=count.integer(1, 2**32 - 1),
        note=note.lines(),
        trees=tuple(_read_tree(tree) for tree in trees.items(MAX_TREES)),
    )


def write(proof: InclusionProof) -> bytes:
    """Write the canonical document."""
    return canonical.dumps(
        {
            "mediaType": INCLUSION_PROOF,
            "issuer": proof.issuer,
            "instant": str(proof.instant),
            "caseRule": str(proof.case_rule),
            "count": proof.count,
            "note": proof.note,
            "trees": [_tree_value(tree) for tree in proof.trees],
        }
    )


def _read_tree(reader: Reader) -> TreeProof:
    commitment, position, opening, records = reader.members("commitment", "position", "opening", "records")
    return TreeProof(
        commitment=read_commitment(commitment),
        position=position.integer(0, 2**32 - 1),
        opening=tuple(step.hex(32) for step in opening.items(MAX_OPENING)),
        records=tuple(_read_record(record) for record in records.items(MAX_RECORDS)),
    )


def _read_record(reader: Reader) -> RecordProof:
    key, part, amount, index, path = reader.members("key", "part", "amount", "index", "path")
    return RecordProof(
        key=key.hex(32),
        part=part.integer(0, 2**32 - 1),
        amount=amount.units(),
        index=index.integer(0, 2**MAX_DEPTH - 1),
        path=tuple(_read_step(step) for step in path.items(MAX_DEPTH)),
    )


def _read_step(reader: Reader) -> PathStep:
    sibling, total = reader.members("hash", "sum")
    return PathStep(sibling.hex(32), total.units())


def _tree_value(tree: TreeProof) -> Json:
    return {
        "commitment": commitment_value(tree.commitment),
        "position": tree.position,
        "opening": [step.hex() for step in tree.opening],
        "records": [_record_value(record) for record in tree.records],
    }


def _record_value(record: RecordProof) -> Json:
    return {
        "key": record.key.hex(),
        "part": record.part,
        "amount": str(record.amount),
        "index": record.index,
        "path": [{"hash": step.hash.hex(), "sum": str(step.sum)} for step in record.path],
    }
