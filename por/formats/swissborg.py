"""SwissBorg: a sum tree for each currency, leaves under nonces that follow from the customer's credential."""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from por.commitments.amount_text import concatenated, plain
from por.commitments.text_merkle import MAX_STEPS, Step, TreeRule, Writing, climb, leaf_hash, sha256_text
from por.errors import EvidenceError, UnsupportedEvidenceError
from por.formats.document import Document, is_items, is_members
from por.formats.fields import amount_text, coin_name, hash_at, integer_at, items_at, members_at, objects_at, text_at
from por.formats.format import Format
from por.formats.path_file import NO_COMMA
from por.formats.times import packed_date, utc_instant
from por.model.figures import Amounts
from por.model.published import (
    Asked,
    Card,
    IdRule,
    LeafRule,
    Node,
    Opened,
    PublishedRoot,
    Reading,
    SumRule,
    Weakness,
)

MAX_LEAVES = 10_000
MAX_CURRENCIES = 2_000
_SUM = Writing(plain, concatenated)
RULE = TreeRule(
    "leaf,{nonce},{user},{amounts}", "inner,{left_sums},{right_sums},{left},{right}", amounts=_SUM, sums=_SUM
)
CARD = Card(
    name="swissborg",
    title="SwissBorg, a customer's liabilities, and the roots of its currencies, 2022 to 2024",
    publishers=("SwissBorg",),
    proves="each part of your balance is in its currency's tree, whose total is at least the sum of all in it",
    sums=SumRule.BOTH,
    leaf=LeafRule.RECOMPUTED,
    identity=IdRule.KNOWN,
    digest_bits=256,
    per_coin="a tree for each currency, under one commitment",
    weaknesses=(
        Weakness("T35", "the publisher's verifier takes roots and proofs from one server", "see source"),
        Weakness("T79", "without the credential a leaf's nonce is the exchange's word", "see source"),
    ),
    source="github.com/SwissBorg/proof-of-liabilities, commit 7ad8737e",
)


@dataclass(frozen=True, slots=True)
class _Partition:
    currency: str
    root: Node


@dataclass(frozen=True, slots=True)
class _Audit:
    """Hold the roots of one audit, and the commitment over them: as stated, and as computed."""

    id: str
    time: str
    partitions: Mapping[str, _Partition]
    stated: str
    commitment: str


def claims(document: Document) -> str | None:
    """Recognise a customer's liabilities under an audit's name."""
    listed = document.members.get("liabilities")
    first = listed[0] if is_items(listed) and listed else None
    shaped = is_members(first) and {"audit_partition_id", "proof"} <= set(first)
    return "liabilities" if shaped and {"audit_id", "user_id"} <= set(document.members) else None


def read(document: Document, variant: str, asked: Asked) -> Reading:
    """Read a customer's liabilities; the audit's roots come with --with, the credential with --credential.

    Raises: FormatError, EvidenceError.
    """
    members = document.members
    audit_id, user = (text_at(members, name, "") for name in ("audit_id", "user_id"))
    if not NO_COMMA.fullmatch(user):
        raise EvidenceError("/user_id: a comma inside an id: it could be read as another leaf (T08)")
    audit = next((_audit(Document(data)) for data in asked.companions), None)
    if audit is not None and audit.id != audit_id:
        raise EvidenceError(f"the audit beside it is {audit.id[:64]}, not {audit_id[:64]} (T38)")
    entries = list(objects_at(members["liabilities"], "/liabilities", MAX_LEAVES))
    instant = utc_instant(audit.time.replace("T", " ")) if audit else packed_date(audit_id.removeprefix("SBPOL")[:8])
    if audit is None and asked.secret is None:
        opened = _opened_alone(entries, (audit_id, user))
    else:
        opened = [_opened(each, place, (audit_id, user), audit, asked.secret) for each, place in entries]
    problems = _twice(entries)
    if audit is not None and audit.stated != audit.commitment:
        problems.append("the audit's commitment is not that of its partitions")
    if opened and problems:
        opened[0] = replace(opened[0], problems=(*opened[0].problems, *problems))
    return Reading(
        CARD,
        variant,
        tuple(opened),
        commitment=None if audit is None else audit.commitment,
        snapshot=audit_id,
        instant=instant,
        is_part=audit is None,
    )


def read_root(document: Document) -> PublishedRoot | None:
    """Read the audit's roots as one commitment. Raises: FormatError, EvidenceError."""
    if not is_members(document.members.get("audit")):
        return None
    audit = _audit(document)
    if audit.stated != audit.commitment:
        raise EvidenceError("/audit/commitment/digest: not that of the partitions")
    parts = {(name, each.currency): each.root.hash for name, each in audit.partitions.items()}
    return PublishedRoot(audit.commitment, parts=parts)


def keyed(key: str, text: str) -> str:
    """Derive a nonce: HMAC-SHA-256, key and message as text, result in hexadecimal."""
    return hmac.digest(key.encode(), text.encode(), "sha256").hex()


def leaf_nonce(credential: str, audit: str, currency: str, index: int) -> str:
    """Derive the nonce of one leaf from the customer's credential."""
    nonce = keyed(credential, f"SB PoL - Audit nonce derivation,{audit}")
    nonce = keyed(nonce, f"SB PoL - Currency Merkle tree nonce derivation,{currency}")
    return keyed(nonce, f"SB PoL - Leaf nonce derivation,{index}")


def _audit(document: Document) -> _Audit:
    inner = members_at(document.members.get("audit"), "--with /audit")
    found: dict[str, _Partition] = {}
    for entry, place in objects_at(inner.get("partitions"), "/audit/partitions", MAX_CURRENCIES):
        name, currency = text_at(entry, "id", place), coin_name(text_at(entry, "currency", place), place)
        if name in found:
            raise EvidenceError(f"{place}/id: there twice")
        found[name] = _Partition(currency, _node(members_at(entry.get("commitment"), place), place, currency))
    rows = sorted(found.items(), key=lambda row: row[1].currency.upper())
    text = "".join(f",{name},{_SUM.text(each.root.sums or {})},{each.root.hash}" for name, each in rows)
    stated = hash_at(members_at(inner.get("commitment"), "/audit"), "digest", "/audit/commitment", 64)
    computed = sha256_text("SB PoL - Audit commitment hash" + text)
    time = text_at(inner, "time", "/audit") if "time" in inner else ""
    return _Audit(text_at(inner, "id", "/audit"), time, found, stated, computed)


def _node(members: Mapping[str, object], place: str, currency: str) -> Node:
    amount = amount_text(text_at(members, "liability", place), f"{place}/liability")
    return Node(hash_at(members, "digest", place, 64), {currency: amount})


def _opened(
    entry: Mapping[str, object],
    place: str,
    named: tuple[str, str],
    audit: _Audit | None,
    credential: str | None,
    *,
    digests: bool = False,
) -> Opened:
    audit_id, user = named
    partition = text_at(entry, "audit_partition_id", place)
    known = None if audit is None else audit.partitions.get(partition)
    if audit is not None and known is None:
        raise EvidenceError(f"{place}/audit_partition_id: not one of the audit's partitions")
    currency = known.currency if known else coin_name(partition.removeprefix(f"{audit_id}-"), place)
    proof, inside = members_at(entry.get("proof"), f"{place}/proof"), f"{place}/proof"
    amounts: Amounts = {currency: amount_text(text_at(entry, "liability", place), f"{place}/liability")}
    index, steps = _steps(proof, inside, currency)
    given = hash_at(proof, "nonce", inside, 64)
    derived = None if credential is None else leaf_nonce(credential, audit_id, currency, index)
    leaf = leaf_hash(RULE, {"nonce": derived or given, "user": user}, amounts)
    digest = digests if known is None else derived is None and _top(given, amounts, steps) == known.root.hash
    strange = derived is not None and given not in {derived, leaf}
    return Opened(
        tree=partition,
        ids={"user_id": user},
        amounts=amounts,
        stated_leaf=given if digest or given == leaf else None,
        leaf=None if digest else leaf,
        siblings=tuple(step.sibling for step in steps if isinstance(step.sibling, Node)),
        ancestors=climb(RULE, Node(given if digest else leaf, amounts), steps),
        stated_root=None if known is None else known.root.hash,
        stated_totals=None if known is None else known.root.sums,
        problems=(f"{inside}/nonce: not the one that follows from your credential (T14)",) if strange else (),
        unsettled="currency" if known is None else "",
    )


def _steps(proof: Mapping[str, object], place: str, currency: str) -> tuple[int, list[Step]]:
    """Return the leaf's index and the steps; every side follows from the index (T17)."""
    index = integer_at(proof, "leaf_index", place)
    witnesses = list(objects_at(proof.get("witnesses"), f"{place}/witnesses", MAX_STEPS))
    if not witnesses or not 0 <= index < 1 << len(witnesses):
        raise EvidenceError(f"{place}/leaf_index: no leaf {index} under {len(witnesses)} levels (T13)")
    nodes = [_node(each, at, currency) for each, at in witnesses]
    return index, [Step(node, on_left=bool(index >> level & 1)) for level, node in enumerate(nodes)]


def _opened_alone(entries: Sequence[tuple[Mapping[str, object], str]], named: tuple[str, str]) -> list[Opened]:
    """Read a file alone, which may have its leaves' hashes where later ones have nonces, as those of 2022 have.

    Leaves of one tree lead to one root under the right reading. Raises: UnsupportedEvidenceError where no tree has two.
    """
    nonces, hashes = (
        [_opened(each, place, named, None, None, digests=digests) for each, place in entries]
        for digests in (False, True)
    )
    if not _strays(nonces) and not _strays(hashes):
        raise UnsupportedEvidenceError(
            "the file alone does not say whether it has its leaves' nonces or hashes; bring the audit's roots "
            "(--with), or the credential (--credential)"
        )
    return hashes if _strays(nonces) and not _strays(hashes) else nonces


def _strays(opened: Sequence[Opened]) -> bool:
    return len({(each.tree, each.root.hash) for each in opened}) > len({each.tree for each in opened})


def _top(leaf: str, amounts: Amounts, steps: Sequence[Step]) -> str:
    """Compute the root under which a file of 2022 stands: it has the leaf's hash where later ones have its nonce."""
    return climb(RULE, Node(leaf, amounts), steps)[-1].hash


def _twice(entries: Sequence[tuple[Mapping[str, object], str]]) -> list[str]:
    """Find one leaf that is listed twice: its balance would count twice."""
    seen: set[tuple[str, int, int]] = set()
    found = []
    for entry, place in entries:
        proof = members_at(entry["proof"], place)
        witnesses = items_at(proof["witnesses"], place, MAX_STEPS)
        leaf = text_at(entry, "audit_partition_id", place), integer_at(proof, "leaf_index", place), len(witnesses)
        if leaf in seen:
            found.append(f"{place}: this leaf of this tree is listed twice")
        seen.add(leaf)
    return found


FORMAT = Format(CARD, claims, read, read_root)
