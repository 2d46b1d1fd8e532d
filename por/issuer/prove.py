"""Hand one customer the proof that what they hold is in the committed totals."""

from por.commitments.account_ids import account_id_bytes
from por.commitments.hashes import id_digest
from por.errors import FormatError
from por.issuer.store import ProofStore
from por.model import InclusionProof


def prove(store: ProofStore, account_id: str, note: str) -> InclusionProof:
    """Open all records of one account: every segment, asset and part.

    `note` is the issuer's signed note over the bundle, or empty. The proof shows the sums beside the path (T76),
    so it is for this customer alone.

    Raises: FormatError for an account without a record, or a damaged store.
    """
    commitments = store.header.commitments
    trees = store.tree_proofs(id_digest(account_id_bytes(account_id, commitments.case_rule)))
    if not trees:
        raise FormatError("no record for this account in this snapshot (a zero balance has no record)")
    return InclusionProof(
        issuer=commitments.issuer,
        instant=commitments.instant,
        case_rule=commitments.case_rule,
        count=len(commitments.liabilities),
        note=note,
        trees=trees,
    )
