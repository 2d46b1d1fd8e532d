"""BitMEX and River: a whole sum tree as CSV rows of hash and satoshis; each balance is split over keyed leaves."""

import base64
import hmac
import re
from binascii import Error
from hashlib import sha256

from por.commitments.amount_text import concatenated
from por.commitments.text_merkle import TreeRule, Writing
from por.commitments.text_tree import Levels, differences, grow
from por.errors import EvidenceError, FormatError
from por.formats.document import Document
from por.formats.fields import hash_text
from por.formats.format import Format
from por.formats.whole_list import opened_at, rows_of, whole
from por.model.figures import Figure, figure
from por.model.published import Asked, Card, IdRule, LeafRule, Node, Opened, Reading, SumRule, Weakness

COIN = "BTC"
PLACES = 8
DIGITS = 64
U64 = 1 << 64
_HEAD = re.compile(r"block_height:(0|[1-9][0-9]{0,8})", re.ASCII)
_ROW = re.compile(r"([0-9a-f]{1,128}),(-?(?:0|[1-9][0-9]{0,19}))", re.ASCII)
_KEY = re.compile(r"(?P<key>[0-9a-f]{64})(?: (?P<email>\S{1,320}))?", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,19}", re.ASCII)


def _little(value: Figure) -> str:
    """Write satoshis as 8 bytes, little-endian, in hexadecimal. Raises: EvidenceError for what does not fit."""
    units = value.at(PLACES)
    if not 0 <= units < U64:
        raise EvidenceError(f"{value.plain} {COIN} does not fit in the 8 bytes that are hashed (T03, T06)")
    return units.to_bytes(8, "little").hex()


RULE = TreeRule(
    leaf=None,
    node="{left}{left_sums}{right}{right_sums}",
    sums=Writing(_little, concatenated),
    raw=True,
    raw_sums=True,
)
CARD = Card(
    name="bitmex",
    title="BitMEX and River, whole tree as CSV, since 2021",
    publishers=("BitMEX", "River"),
    proves="which leaves are yours and what they sum to, and that the tree's total is the sum of all its leaves",
    sums=SumRule.BOTH,
    leaf=LeafRule.RECOMPUTED,
    identity=IdRule.KNOWN,
    digest_bits=256,
    per_coin="BTC alone",
    weaknesses=(
        Weakness("T09", "a leaf is a keyed hash and a node a plain one; nothing else tells them apart", "see source"),
        Weakness("T68", "the publisher's verifier ends with success when no leaf is the customer's", "see source"),
        Weakness("T34", "the publisher's verifier compares no root with one from elsewhere", "see source"),
    ),
    source="github.com/BitMEX/proof-of-reserves-liabilities, commit c0c9c717; "
    "github.com/RiverFinancial/proof-of-reserves, commit ef562ac9",
)


def claims(document: Document) -> str | None:
    """Recognise the block height above rows of hash and value."""
    lines = document.lines
    known = _HEAD.fullmatch(lines[0]) and len(lines) > 1 and _ROW.fullmatch(lines[1].rstrip())
    return "whole tree" if known and len(known[1]) == DIGITS else None


def read(document: Document, variant: str, asked: Asked) -> Reading:
    """Read the tree; --account and a key in --credential find the customer's leaves.

    The credential's first line is BitMEX's nonce of the account, or River's key, a space and the e-mail address.
    Without an account it is BitMEX's nonce of the snapshot, which ties a leaf to nobody. Raises: FormatError,
    EvidenceError.
    """
    match = _HEAD.fullmatch(document.lines[0])
    if match is None:
        raise FormatError("not block_height:N", "line 1")
    stated = _levels(document)[::-1]
    computed = grow(RULE, stated[0], stated=stated)
    problems = [
        f"level {level}, node {place + 1}: hash or value is not that of the two below"
        for level, place in differences(stated, computed)
        if level + 1 < len(computed)
    ]
    tree = whole(computed, computed[-1][0].sums, stated=stated[-1][0], problems=problems)
    opened = tuple(_own(computed, int(match[1]), asked, stated[-1][0]))
    return Reading(CARD, variant, opened, (tree,), snapshot=f"block {match[1]}")


def _levels(document: Document) -> list[list[Node]]:
    levels: list[list[Node]] = []
    for number, line in rows_of(document, skip=1, limit=1 << 20):
        match = _ROW.fullmatch(line.rstrip())
        if match is None:
            raise FormatError("not hash,value", f"line {number}")
        if not levels or len(levels[-1]) == 1 << (len(levels) - 1):
            levels.append([])
        levels[-1].append(Node(hash_text(match[1], f"line {number}", DIGITS), {COIN: figure(int(match[2]), PLACES)}))
    if len(levels[-1]) != 1 << (len(levels) - 1):
        raise EvidenceError(f"the last level has {len(levels[-1])} leaves, not {1 << (len(levels) - 1)}")
    return levels


def _own(levels: Levels, height: int, asked: Asked, root: Node) -> list[Opened]:
    if asked.secret is None:
        return []
    key = _key(asked.account, asked.secret, height)
    found = [index for index, leaf in enumerate(levels[0]) if leaf.hash == _leaf(key, leaf, index)]
    ids = {"nonce": "yours"} if asked.account is None else {"account": asked.account}
    return [opened_at(levels, at, ids, levels[0][at].sums or {}, leaf=levels[0][at].hash, stated=root) for at in found]


def _key(account: str | None, secret: str, height: int) -> bytes:
    match = _KEY.fullmatch(secret)
    if match is None:
        raise FormatError("not 64 hexadecimal digits, and for River a space and the e-mail address", "--credential")
    key, email = bytes.fromhex(match["key"]), match["email"]
    if account is None:
        return key
    if email is None and not _NUMBER.fullmatch(account):
        raise FormatError("not an account's number; River's short code needs the e-mail address too", "--account")
    number = _u64(int(account) if email is None else _short_code(account))
    subkey = key if email is None else sha256(key + email.encode() + number).digest()
    return sha256(subkey + _u64(height) + number).digest()


def _short_code(code: str) -> int:
    try:
        number = int.from_bytes(base64.b32decode(code + "=" * (-len(code) % 8)), "big")
    except (Error, ValueError) as error:
        raise FormatError("not one of River's short codes", "--account") from error
    return number


def _u64(value: int) -> bytes:
    if value >= U64:
        raise FormatError("more than 64 bits", "--account")
    return value.to_bytes(8, "little")


def _leaf(key: bytes, leaf: Node, index: int) -> str:
    value = (leaf.sums or {})[COIN].at(PLACES)
    return hmac.digest(key, value.to_bytes(8, "little") + index.to_bytes(8, "little"), "sha256").hex()


FORMAT = Format(CARD, claims, read)
