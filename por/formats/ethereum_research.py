"""The sum tree of ethereum/research: balances as 32 bytes, every node hashes both children's sums.

The sample has no file; `por` takes the arguments of its verifier as JSON members.
"""

from por.commitments.amount_text import concatenated
from por.commitments.text_merkle import Step, TreeRule, Writing, climb, digest_text
from por.errors import EvidenceError
from por.formats.document import Document
from por.formats.fields import amount_text, hash_at, hash_text, integer_at, items_at, text_at, word_at
from por.formats.format import Format
from por.formats.path_file import MAX_ENTRIES
from por.model.figures import Amounts, Figure
from por.model.published import Asked, Card, IdRule, LeafRule, Node, Opened, Reading, SumRule, Weakness

COIN = "balance"
MEMBERS = {"username", "salt", "balance", "index", "user_table_size", "root", "proof"}
CARD = Card(
    name="ethereum-research",
    title="ethereum/research, Merkle sum tree sample",
    publishers=("ethereum/research",),
    proves="your user name and balance are in the tree, and the tree's total",
    sums=SumRule.BOTH,
    leaf=LeafRule.RECOMPUTED,
    identity=IdRule.KNOWN,
    digest_bits=256,
    per_coin="one balance a tree",
    weaknesses=(
        Weakness("T08", "salt and user name are joined without lengths", "see source"),
        Weakness("T09", "a leaf's hash does not cover its balance: its parent does", "see source"),
    ),
    source="github.com/ethereum/research, proof_of_solvency/merkle_sum_tree.py, commit 0a5f78af",
)


def _as_32_bytes(figure: Figure) -> str:
    if figure.places or not 0 <= figure.units < 1 << 256:
        raise EvidenceError("a balance that is no whole number of 32 bytes")
    return f"{figure.units:064x}"


RULE = TreeRule(
    None,
    "{left}{left_sums}{right}{right_sums}",
    sums=Writing(_as_32_bytes, concatenated),
    raw=True,
    raw_sums=True,
)


def claims(document: Document) -> str | None:
    """Recognise the verifier's arguments."""
    return "arguments as JSON" if set(document.members) >= MEMBERS else None


def read(document: Document, variant: str, asked: Asked) -> Reading:
    """Read the arguments. Raises: FormatError, EvidenceError."""
    members = document.members
    user, salt = text_at(members, "username", ""), hash_at(members, "salt", "", 64)
    amounts = _amount(word_at(members, "balance", ""), "/balance")
    leaf = Node(digest_text(RULE, bytes.fromhex(salt) + user.encode()), amounts)
    index, size = integer_at(members, "index", ""), integer_at(members, "user_table_size", "")
    pairs = [_pair(item, f"/proof/{at}") for at, item in enumerate(items_at(members["proof"], "/proof", MAX_ENTRIES))]
    if not 0 <= index < size or len(pairs) != (size - 1).bit_length() or not pairs:
        raise EvidenceError(f"{len(pairs)} levels do not fit leaf {index} of {size}")
    root = _pair(members["root"], "/root")
    opened = Opened(
        tree="",
        ids={"username": user},
        amounts=amounts,
        stated_leaf=None,
        leaf=leaf.hash,
        siblings=tuple(pairs),
        ancestors=climb(RULE, leaf, [Step(node, bool(index >> level & 1)) for level, node in enumerate(pairs)]),
        stated_root=root.hash,
        stated_totals=root.sums,
    )
    return Reading(CARD, variant, (opened,))


def _pair(value: object, place: str) -> Node:
    hashed, balance = (*items_at(value, place, 2), None, None)[:2]
    if not isinstance(hashed, str) or not isinstance(balance, str):
        raise EvidenceError(f"{place}: not a pair of a hash and a balance")
    return Node(hash_text(hashed, place, 64), _amount(balance, place))


def _amount(text: str, place: str) -> Amounts:
    return {COIN: amount_text(text, place)}


FORMAT = Format(CARD, claims, read)
