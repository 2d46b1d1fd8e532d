"""Name the weaknesses that many formats share, each with its threat and where it was shown in public."""

from por.model.published import Weakness

BINDING = "Hu, Zhang, Guo, Breaking the binding, IACR ePrint 2018/1139"
BROKEN = "Chalkias, Chatzigiannis, Ji, Broken Proofs of Solvency, IACR ePrint 2022/043"
LEAVES = "Lerner, Leaf-node weakness in Bitcoin Merkle tree design, 2018"
TOOL = "source of the publisher's own verifier, named below"

PARENT_SUMS = Weakness(
    "T01",
    "a node's hash covers its own sum and not its children's: one root can be shown with a smaller total to each of "
    "several customers",
    BINDING,
)
NO_SUMS = Weakness("T02", "no sum is hashed: nothing about the total follows from the root", BROKEN)
SIGNS = Weakness("T03", "the publisher's verifier accepts negative balances of others, which lower the total", TOOL)
JOINED = Weakness("T08", "amounts are joined without separators: one hash can be read as other amounts", TOOL)
NODE_AS_LEAF = Weakness(
    "T09", "a leaf and a node are hashed in one form: a node can be handed out as somebody's leaf", LEAVES
)
SHORT_64 = Weakness("T10", "64 bits are kept of each hash: two leaves with one hash take about 2^32 trials", BROKEN)
SHORT_128 = Weakness("T10", "128 bits are kept of each hash: two leaves with one hash take about 2^64 trials", BROKEN)
DUPLICATED = Weakness(
    "T12", "a node without sibling is hashed with itself: lists of different length share a root", "CVE-2012-2459"
)
SHARED_LEAF = Weakness(
    "T14", "the leaf hides a value of the exchange's choice: one leaf can be handed to several customers", BROKEN
)
LEAF_UNBOUND = Weakness("T15", "no rule ties the leaf's hash to a balance: any can be shown beside it", TOOL)
SIDES = Weakness("T17", "the file says itself on which side each sibling stands", TOOL)
OPEN_ROOT = Weakness("T34", "the publisher's verifier takes the root from the file that is to be checked", TOOL)
NO_SECRET = Weakness("T79", "no secret enters a leaf: whoever sees one can try ids and balances", TOOL)
