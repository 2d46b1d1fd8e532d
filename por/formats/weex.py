"""WEEX, 2025: lists of users' and of the platform's lines in part files, and metadata that names their roots."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from por.commitments.text_merkle import Odd, TreeRule, sha256_text
from por.commitments.text_tree import grow
from por.errors import EvidenceError, FormatError
from por.formats.citations import DUPLICATED, NO_SUMS, NODE_AS_LEAF
from por.formats.document import Document
from por.formats.fields import amount_text, coin_name, hash_at, integer_at, text_at
from por.formats.format import Format
from por.formats.whole_list import MAX_OPENED, MAX_ROWS, opened_at, rows_of, total_of, whole
from por.model.figures import Figure
from por.model.published import Asked, Card, IdRule, LeafRule, Node, Reading, SumRule, Weakness
from por.model.text import plain_text

COIN = "balance"
USERS, PLATFORM = "POR[user]", "POR[platform]"
MEMBERS = {"userMerkleRoot", "userFileCount", "platformMerkleRoot", "platformFileCount", "userHeadHash", "userId", "n"}
RULE = TreeRule(leaf="{line}", node="{left}{right}")
_USER = re.compile(r"(?P<hash>[0-9A-Za-z_-]{8,128}),(?P<amount>-?[0-9.]{1,100})", re.ASCII)
_WALLET = re.compile(r"(?P<coin>[^,]{1,40}),(?P<address>[^,]{1,200}),(?P<amount>-?[0-9.]{1,100})")
CARD = Card(
    name="weex",
    title="WEEX, part files of one asset, 2025",
    publishers=("WEEX",),
    proves="the lines that you are pointed to are in the list under the root, and what the list sums to",
    sums=SumRule.NONE,
    leaf=LeafRule.RECOMPUTED,
    identity=IdRule.NONE,
    digest_bits=256,
    per_coin="one asset a list",
    weaknesses=(
        NO_SUMS,
        NODE_AS_LEAF,
        DUPLICATED,
        Weakness("T14", "the exchange points a customer to lines, and no rule says whose they are", "see source"),
        Weakness("T68", "the publisher's verifier prints a failure and ends with success", "see source"),
        Weakness("T03", "the publisher's verifier adds up negative balances", "see source"),
    ),
    source="github.com/weexpublic/weex-proof-of-reserves-verify, commit 0a70b727",
)


@dataclass(frozen=True, slots=True)
class _Files:
    """Hold the metadata, if it was brought, and the lines of all parts of one kind, joined as they were given."""

    metadata: Mapping[str, object] | None
    lines: Mapping[str, list[str]]
    counts: Mapping[str, int]


def claims(document: Document) -> str | None:
    """Recognise the metadata, or a part of the users' list."""
    there = set(document.members) >= MEMBERS or document.lines[0] == USERS
    return "metadata and part files" if there else None


def read(document: Document, variant: str, asked: Asked) -> Reading:
    """Read the metadata and, in the order of their numbers, the part files (--with); any of them may be the file.

    Raises: FormatError, also where a part is missing; EvidenceError.
    """
    files = _files([document, *(Document(data) for data in asked.companions)])
    lines, members = files.lines[USERS], files.metadata
    records = [_user(line, f"{USERS}, row {number}") for number, line in enumerate(lines, 1)]
    coin = _coin(files.lines[PLATFORM])
    nodes = [Node(sha256_text(line), {coin: amount}) for line, (_, amount) in zip(lines, records, strict=True)]
    levels = grow(RULE, [Node(node.hash, None) for node in nodes], Odd.COPY)
    root = None if members is None else Node(hash_at(members, "userMerkleRoot", "", RULE.digits), None)
    tree = whole(
        levels,
        total_of(node.sums or {} for node in nodes),
        stated=root,
        records=nodes,
        problems=_problems(files, levels[-1][0].hash),
        # A last row that is listed twice leads to the same root (T12).
        sums_bound=len({node.hash for node in nodes}) == len(nodes),
    )
    mine = () if members is None else _own(members, [hashed for hashed, _ in records])
    opened = [opened_at(levels, at, {}, nodes[at].sums or {}, leaf=nodes[at].hash, stated=root) for at in mine]
    return Reading(CARD, variant, tuple(opened), (tree,))


def _files(documents: Sequence[Document]) -> _Files:
    metadata = None
    lines: dict[str, list[str]] = {USERS: [], PLATFORM: []}
    counts = dict.fromkeys(lines, 0)
    for document in documents:
        if document.members:
            if metadata is not None or not set(document.members) >= MEMBERS:
                raise FormatError("the metadata twice, or JSON that is none", "--with")
            metadata = document.members
            continue
        found = [line for _, line in rows_of(document)]
        kind = next((kind for kind in lines if kind in found), None) or (USERS if _is_user(found) else PLATFORM)
        counts[kind] += 1
        lines[kind] += [line for line in found if line != kind]
        if len(lines[kind]) > MAX_ROWS:
            raise FormatError(f"more than {MAX_ROWS} rows of {kind}")
    _require_parts(metadata, counts)
    return _Files(metadata, lines, counts)


def _require_parts(metadata: Mapping[str, object] | None, counts: Mapping[str, int]) -> None:
    if not counts[USERS]:
        raise FormatError("bring the parts of the users' list, in the order of their numbers (--with)")
    for kind, name in ((USERS, "userFileCount"), (PLATFORM, "platformFileCount")):
        wanted = counts[kind] if metadata is None else integer_at(metadata, name, "")
        if counts[kind] not in {wanted, 0}:
            raise FormatError(f"{counts[kind]} of {wanted} parts of {kind}; bring all, in the order of their numbers")


def _problems(files: _Files, computed: str) -> list[str]:
    """Compare the platform's list with its root; of several parts say what may have gone wrong."""
    members, found = files.metadata, []
    if members is None:
        return []
    if files.counts[USERS] > 1 and computed != hash_at(members, "userMerkleRoot", "", RULE.digits):
        found.append("the parts, joined as given, lead to another root; were they given in the order of their numbers?")
    if files.counts[PLATFORM]:
        leaves = [Node(sha256_text(line), None) for line in files.lines[PLATFORM]]
        if grow(RULE, leaves, Odd.COPY)[-1][0].hash != hash_at(members, "platformMerkleRoot", "", RULE.digits):
            found.append("the platform's lines lead to another root than the one stated")
    return found


def _is_user(lines: Sequence[str]) -> bool:
    return bool(lines) and lines[0].count(",") == 1


def _user(line: str, place: str) -> tuple[str, Figure]:
    match = _USER.fullmatch(line)
    if match is None:
        raise FormatError("not hash,balance", place)
    return match["hash"], amount_text(match["amount"], place)


def _coin(platform: Sequence[str]) -> str:
    """Return the coin that the platform's lines name, where they name one."""
    names = {coin_name(_wallet(line, number), PLATFORM) for number, line in enumerate(platform, 1)}
    return names.pop() if len(names) == 1 else COIN


def _wallet(line: str, number: int) -> str:
    place = f"{PLATFORM}, row {number}"
    match = _WALLET.fullmatch(line)
    if match is None:
        raise FormatError("not coin,address,balance", place)
    plain_text(match["address"])
    amount_text(match["amount"], place)
    return match["coin"]


def _own(members: Mapping[str, object], hashes: Sequence[str]) -> Sequence[int]:
    """Return the places of the customer's lines: `n` from the first that begins with the hash given."""
    head, count = text_at(members, "userHeadHash", ""), integer_at(members, "n", "")
    text_at(members, "userId", "")
    if count > MAX_OPENED:
        raise FormatError(f"{count} lines of one customer; at most {MAX_OPENED} are opened", "/n")
    first = next((at for at, hashed in enumerate(hashes) if hashed == head), None)
    if first is None:
        raise EvidenceError("no line begins with the customer's hash (userHeadHash)")
    if not 1 <= count <= len(hashes) - first:
        raise EvidenceError(f"{count} lines from line {first + 1} on, where {len(hashes) - first} are left")
    return range(first, first + count)


FORMAT = Format(CARD, claims, read)
