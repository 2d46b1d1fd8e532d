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
from por.formats.whole_list import MAX_ROWS, opened_at, rows_of, total_of, whole
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
        Weakness(
            "T14", "a customer is pointed to lines by the exchange, and no rule says whose they are", "see source"
        ),
        Weakness("T68", "the publisher's verifier prints a failure and ends with success", "see source"),
        Weakness("T03", "the publisher's verifier adds up negative balances", "see source"),
    ),
    source="github.com/weexpublic/weex-proof-of-reserves-verify, commit 0a70b727",
)


@dataclass(frozen=True, slots=True)
class _Parts:
    """Hold the lines of all part files of one kind, joined in the order given, and how many files they were in."""

    lines: list[str]
    files: int


def claims(document: Document) -> str | None:
    """Recognise the metadata."""
    return "metadata and part files" if set(document.members) >= MEMBERS else None


def read(document: Document, variant: str, asked: Asked) -> Reading:
    """Read the metadata; the part files beside it (--with) in the order of their numbers.

    Raises: FormatError, also where a part is missing; EvidenceError.
    """
    members = document.members
    users, platform = _parts(asked.companions)
    if users.files != integer_at(members, "userFileCount", ""):
        raise FormatError(f"{users.files} of {members['userFileCount']} user parts; bring all with --with, by number")
    records = [_user(line, f"{USERS}, row {number}") for number, line in enumerate(users.lines, 1)]
    coin = _coin(platform)
    nodes = [Node(sha256_text(line), {coin: amount}) for line, (_, amount) in zip(users.lines, records, strict=True)]
    levels = grow(RULE, [Node(node.hash, None) for node in nodes], Odd.COPY)
    root = Node(hash_at(members, "userMerkleRoot", "", RULE.digits), None)
    problems = [*_order(users, levels[-1][0].hash, root.hash), *_platform(members, platform)]
    totals = total_of(node.sums or {} for node in nodes)
    tree = whole(levels, totals, stated=root, records=nodes, problems=problems, sums_bound=True)
    opened = [
        opened_at(levels, at, {}, nodes[at].sums or {}, leaf=nodes[at].hash, stated=root)
        for at in _own(members, [hashed for hashed, _ in records])
    ]
    return Reading(CARD, variant, tuple(opened), (tree,))


def _parts(companions: Sequence[bytes]) -> tuple[_Parts, _Parts]:
    found: dict[str, list[str]] = {USERS: [], PLATFORM: []}
    counted = dict.fromkeys(found, 0)
    for number, data in enumerate(companions, 1):
        document = Document(data)
        lines = [line for _, line in rows_of(document)]
        kind = next((kind for kind in found if kind in lines), None) or (USERS if _is_user(lines) else PLATFORM)
        counted[kind] += 1
        found[kind] += [line for line in lines if line != kind]
        if len(found[kind]) > MAX_ROWS:
            raise FormatError(f"more than {MAX_ROWS} rows", f"--with, file {number}")
    return _Parts(found[USERS], counted[USERS]), _Parts(found[PLATFORM], counted[PLATFORM])


def _is_user(lines: Sequence[str]) -> bool:
    return bool(lines) and lines[0].count(",") == 1


def _user(line: str, place: str) -> tuple[str, Figure]:
    match = _USER.fullmatch(line)
    if match is None:
        raise FormatError("not hash,balance", place)
    return match["hash"], amount_text(match["amount"], place)


def _coin(platform: _Parts) -> str:
    """Return the coin that the platform's lines name, where they name one."""
    names = {coin_name(_wallet(line, number), PLATFORM) for number, line in enumerate(platform.lines, 1)}
    return names.pop() if len(names) == 1 else COIN


def _wallet(line: str, number: int) -> str:
    place = f"{PLATFORM}, row {number}"
    match = _WALLET.fullmatch(line)
    if match is None:
        raise FormatError("not coin,address,balance", place)
    plain_text(match["address"])
    amount_text(match["amount"], place)
    return match["coin"]


def _order(users: _Parts, computed: str, stated: str) -> list[str]:
    if users.files < 2 or computed == stated:
        return []
    return [
        "the parts, joined as they were given, lead to another root; were they given in the order of their numbers?"
    ]


def _platform(members: Mapping[str, object], platform: _Parts) -> list[str]:
    """Rebuild the list of the platform's addresses, where it was brought; nothing shows whose they are."""
    stated = hash_at(members, "platformMerkleRoot", "", RULE.digits)
    if not platform.files:
        return []
    if platform.files != integer_at(members, "platformFileCount", ""):
        raise FormatError(f"{platform.files} of {members['platformFileCount']} platform parts; bring all or none")
    levels = grow(RULE, [Node(sha256_text(line), None) for line in platform.lines], Odd.COPY)
    return [] if levels[-1][0].hash == stated else ["the platform's lines lead to another root than the one stated"]


def _own(members: Mapping[str, object], hashes: Sequence[str]) -> Sequence[int]:
    """Return the places of the customer's lines: `n` from the first that begins with the hash given."""
    head, count = text_at(members, "userHeadHash", ""), integer_at(members, "n", "")
    text_at(members, "userId", "")
    first = next((at for at, hashed in enumerate(hashes) if hashed == head), None)
    if first is None:
        raise EvidenceError("no line begins with the customer's hash (userHeadHash)")
    if not 1 <= count <= len(hashes) - first:
        raise EvidenceError(f"{count} lines from line {first + 1} on, where {len(hashes) - first} are left")
    return range(first, first + count)


FORMAT = Format(CARD, claims, read)
