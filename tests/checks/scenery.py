"""An honest issuer in memory: keys, a chain of two blocks, trees, evidence files; each test spoils a copy of it."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import rlp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from eth_account import Account
from eth_account.messages import encode_defunct
from eth_utils.crypto import keccak
from trie.hexary import HexaryTrie

from por.checks.chain_view import Sources
from por.checks.evidence import OpenBundle, open_bundle
from por.checks.examination import Examination, examine
from por.checks.observation import Missing, Observation, Seen
from por.checks.policy import shipped_tables
from por.checks.recomputation import Recomputation, rebuild
from por.commitments import rfc6962
from por.encoding import bundle_v1, control_signature_v1, evm_account_proof_v1, evm_header_v1, media_types
from por.encoding.digests import digest_of
from por.encoding.evm_account_proof_v1 import AccountProofDocument
from por.encoding.records_v1 import COLUMNS, record_line
from por.errors import UnavailableError
from por.model import (
    AccountProof,
    AccountState,
    AssetId,
    BlockRef,
    Bundle,
    Call,
    CaseRule,
    ChainAccount,
    ChainId,
    ChainRule,
    Challenge,
    ClaimedHolding,
    ControlSignature,
    Custody,
    Digest,
    EvidenceEntry,
    Expectation,
    Finding,
    Header,
    InclusionProof,
    Instant,
    KeyOrder,
    LiabilityCommitment,
    Log,
    PathStep,
    Policy,
    RecordProof,
    ReserveAccount,
    Role,
    SnapshotBlock,
    Source,
    TokenLayout,
    TreeProof,
)
from por.model.chain import ProofRequest
from por.model.record import LedgerRecord
from por.proofs.control.challenge import challenge_text
from por.proofs.signed_note import bundle_note_text, sign, verifier_key
from por.proofs.state.header import header_from_rlp
from tests.issuer import ledgers
from tests.issuer.ledgers import key_of, sha, tag_of, u128

ISSUER, NOON = ledgers.ISSUER, ledgers.NOON
SCHEME = "por-sum-sha256-v1"
CHAIN = ChainId("eip155", "1")
ETH = AssetId(CHAIN, "slip44", "60")
USDC = AssetId(CHAIN, "erc20", "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48")
SNAPSHOT = f"{ISSUER}@{NOON}"
AN_HOUR_LATER = Instant(NOON.seconds + 3600)
EXPIRES = Instant(NOON.seconds + 30 * 86_400)
NUMBER = 1000
CODE_HASH: bytes = keccak(b"the token's code")
NO_CODE: bytes = keccak(b"")
NO_STORAGE: bytes = keccak(rlp.encode(b""))
PLAIN = AccountState(1, 0, NO_STORAGE, NO_CODE, exists=True)
CONTRACT = AccountState(1, 0, NO_STORAGE, CODE_HASH, exists=True)
SIGNING_KEY = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"the issuer's key").digest())
STRANGERS_KEY = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"a stranger's key").digest())

ACCOUNTS = {
    "cold": (Role.CUSTOMER, Custody.COLD),
    "hot": (Role.CUSTOMER, Custody.HOT),
    "guarantee": (Role.GUARANTEE, Custody.COLD),
    "house": (Role.HOUSE, Custody.HOT),
}
COINS = {"cold": 60 * 10**18, "hot": 40 * 10**18, "guarantee": 7 * 10**18, "house": 3 * 10**18}
DOLLARS = {"cold": 900 * 10**6, "hot": 100 * 10**6, "guarantee": 5 * 10**6, "house": 2 * 10**6}

# What the honest ledger owes: 100 ETH and 1,000 USDC, exactly what the customers' accounts hold.
ROWS: tuple[ledgers.Row, ...] = (
    ("alice", "spot", "ETH", 50 * 10**18),
    ("bob", "spot", "ETH", 20 * 10**18),
    ("carol", "spot", "ETH", 10 * 10**18),
    ("alice", "margin", "ETH", 15 * 10**18),
    ("bob", "margin", "ETH", 5 * 10**18),
    ("alice", "spot", "USDC", 700 * 10**6),
    ("carol", "spot", "USDC", 300 * 10**6),
    ("bob", "debt:margin", "USDC", 250 * 10**6),
)
IDS = {"ETH": ETH, "USDC": USDC}
DECIMALS = {ETH: 18, USDC: 6}


def private(name: str) -> bytes:
    return hashlib.sha256(f"key of {name}".encode()).digest()


@cache
def address(name: str) -> str:
    return str(Account.from_key(private(name)).address).lower()


def account(name: str) -> ChainAccount:
    return ChainAccount(CHAIN, address(name))


# --- the chain


def header_bytes(number: int, timestamp: int, parent: bytes, state_root: bytes, extra: bytes = b"") -> bytes:
    """Write a header of 15 fields, the oldest form."""
    fields = [parent, bytes(32), bytes(20), state_root, bytes(32), bytes(32), bytes(256)]
    encoded: bytes = rlp.encode([*fields, 0, number, 30_000_000, 0, timestamp, extra, bytes(32), bytes(8)])
    return encoded


@dataclass
class State:
    """The accounts of one block, and proofs of them."""

    nodes: dict[bytes, bytes] = field(default_factory=dict)
    root: bytes = b""
    storage: bytes = b""

    @classmethod
    def of(cls, coins: Mapping[str, int], words: Mapping[str, int], code_hash: bytes = CODE_HASH) -> State:
        """Give addresses ETH, and storage words of the token."""
        made = cls()
        storage = HexaryTrie(made.nodes)
        for holder, word in words.items():
            if word:
                storage[keccak(slot_of(holder))] = rlp.encode(word)
        state = HexaryTrie(made.nodes)
        for holder, units in coins.items():
            state[keccak(bytes.fromhex(holder[2:]))] = rlp.encode([1, units, NO_STORAGE, NO_CODE])
        token = rlp.encode([1, 0, storage.root_hash, code_hash])
        state[keccak(bytes.fromhex(USDC.reference[2:]))] = token
        made.root, made.storage = state.root_hash, storage.root_hash
        return made

    def of_account(self, who: str, keys: Sequence[bytes] = ()) -> AccountProof:
        nodes = self._path(self.root, bytes.fromhex(who[2:]))
        return AccountProof(who, nodes, tuple(self._path(self.storage, key) for key in keys))

    def _path(self, root: bytes, key: bytes) -> tuple[bytes, ...]:
        if root == NO_STORAGE:
            return ()
        trie: Any = HexaryTrie(self.nodes, root)
        return tuple(rlp.encode(node) for node in trie.get_proof(keccak(key)))


def slot_of(holder: str) -> bytes:
    """Say where Solidity keeps a holder's balance when the mapping stands in slot 9."""
    key: bytes = keccak(bytes.fromhex(holder[2:]).rjust(32, b"\0") + (9).to_bytes(32, "big"))
    return key


LAYOUT = TokenLayout(USDC, CODE_HASH, 9, KeyOrder.KEY_SLOT, 2**255 - 1, None)


@cache
def state() -> State:
    return State.of({address(n): c for n, c in COINS.items()}, {address(n): d for n, d in DOLLARS.items()})


@cache
def headers(root: bytes = b"", salt: bytes = b"") -> tuple[Header, Header]:
    """Make the snapshot block, five seconds before the instant, and the next one, seven after it."""
    block = header_from_rlp(header_bytes(NUMBER, NOON.seconds - 5, b"\x11" * 32, root or state().root, salt))
    return block, header_from_rlp(header_bytes(NUMBER + 1, NOON.seconds + 7, block.hash, bytes(32)))


class FakeSource:
    """Answer what a test puts in; `then` replaces the headers from the second reading of the snapshot block on."""

    def __init__(
        self,
        known: Iterable[Header] | None = None,
        *,
        final: int = NUMBER + 20,
        names: tuple[str, ...] = ("https://node-a.example:443", "https://node-b.example:443"),
        then: Iterable[Header] | None = None,
        fails: Exception | None = None,
        chain: ChainId = CHAIN,
        logged: Iterable[Log] = (),
    ) -> None:
        self.chain = chain
        self.names = names
        self.final = final
        self.fails = fails
        self.asked: list[int] = []
        self.returns: dict[Call, bytes | None] = {}
        self.call_questions: list[tuple[BlockRef | Call, ...]] = []
        self.proves: Callable[[str, Sequence[bytes]], AccountProof] | None = None
        self.proof_questions: list[tuple[str, tuple[bytes, ...]]] = []
        self.logged = tuple(logged)
        self._known = {header.number: header for header in (headers() if known is None else known)}
        self._then = {header.number: header for header in (then or ())}
        self._known.setdefault(final, header_from_rlp(header_bytes(final, NOON.seconds + 99, bytes(32), bytes(32))))

    def finalized(self) -> BlockRef:
        if self.fails is not None:
            raise self.fails
        return self._known[self.final].ref

    def header(self, number: int) -> Header:
        if self.fails is not None:
            raise self.fails
        again = number in self.asked
        self.asked.append(number)
        known = {**self._known, **self._then} if again else self._known
        if number not in known:
            raise UnavailableError(f"node-a: no block {number}")
        return known[number]

    def account_proof(self, block: BlockRef, address: str, keys: Sequence[bytes]) -> AccountProof:
        return self.account_proofs(block, [(address, keys)])[0]

    def account_proofs(
        self, block: BlockRef, requests: Sequence[ProofRequest], progress: Any = None
    ) -> tuple[AccountProof, ...]:
        self.proof_questions += [(address, tuple(keys)) for address, keys in requests]
        if self.proves is None:
            raise UnavailableError("node-a: no proof")
        return tuple(self.proves(address, keys) for address, keys in requests)

    def logs(self, address: str, topics: tuple[bytes, ...], first: int, last: int) -> tuple[Log, ...]:
        if self.fails is not None:
            raise self.fails
        found = [log for log in self.logged if first <= log.block.number <= last]
        return tuple(log for log in found if (log.address, log.topics[: len(topics)]) == (address, topics))

    def calls(self, block: BlockRef, calls: Sequence[Call]) -> tuple[bytes | None, ...]:
        if self.fails is not None:
            raise self.fails
        self.call_questions += [(block, *calls)]
        return tuple(self.returns[call] for call in calls)


def sources(source: Source | None = None, recording: Digest | None = None) -> Sources:
    chosen = FakeSource() if source is None else source
    return Sources({chosen.chain: chosen}, recording)


# --- the trees


@dataclass(frozen=True)
class Tree:
    """A tree of all its levels, made by the specification's words."""

    commitment: LiabilityCommitment
    leaves: tuple[tuple[bytes, str, int, bytes, int], ...]  # tag, account, part, record key, amount
    levels: tuple[tuple[tuple[bytes, int], ...], ...]

    def record(self, who: str, part: int = 0) -> RecordProof:
        index = next(i for i, leaf in enumerate(self.leaves) if leaf[1:3] == (who, part))
        path, place = [], index
        for level in self.levels[:-1]:
            path.append(PathStep(*level[place ^ 1]))
            place >>= 1
        _, _, _, key, amount = self.leaves[index]
        return RecordProof(key, part, amount, index, tuple(path))

    def records(self, who: str) -> tuple[RecordProof, ...]:
        return tuple(self.record(who, leaf[2]) for leaf in self.leaves if leaf[1] == who)


def grow(
    segment: str,
    asset: AssetId,
    amounts: Sequence[tuple[str, int] | tuple[str, int, int]],
    decimals: int | None = None,
    scheme: str = SCHEME,
) -> Tree:
    """Commit to (account, amount) or (account, amount, part)."""
    places = DECIMALS.get(asset, 18) if decimals is None else decimals
    bare = LiabilityCommitment(scheme, segment, asset, places, 0, 0, b"", b"")
    context = ledgers.context_for(bare)
    leaves = []
    for who, amount, *rest in amounts:
        part = rest[0] if rest else 0
        key = key_of(context, who, part)
        leaves.append((tag_of(key, context, who), who, part, key, amount))
    leaves.sort()
    depth = max(len(leaves) - 1, 0).bit_length()
    rows = [(sha(b"\x00", tag, u128(amount)), amount) for tag, _, _, _, amount in leaves]
    rows += [(sha(b"\x02"), 0)] * (2**depth - len(rows))
    levels = [tuple(rows)]
    while len(levels[-1]) > 1:
        below = levels[-1]
        pairs = zip(below[::2], below[1::2], strict=True)
        levels.append(tuple((sha(b"\x01", a, u128(x), b, u128(y)), x + y) for (a, x), (b, y) in pairs))
    top, total = levels[-1][0]
    root = ledgers.sealed(context, depth, top, total)
    return Tree(replace(bare, depth=depth, total=total, root=root, top=top), tuple(leaves), tuple(levels))


@cache
def trees(rows: tuple[ledgers.Row, ...] = ROWS) -> tuple[Tree, ...]:
    """Commit to a ledger, in the order of a bundle."""
    named = sorted({(segment, str(IDS[symbol]), symbol) for _, segment, symbol, _ in rows})
    return tuple(
        grow(segment, IDS[symbol], [(who, units) for who, s, a, units in rows if (s, a) == (segment, symbol)])
        for segment, _, symbol in named
    )


def root_of(made: Sequence[Tree]) -> bytes:
    return rfc6962.root([tree.commitment.root for tree in made])


def opened_tree(made: Sequence[Tree], position: int, who: str) -> TreeProof:
    """Open one account's records in one of several trees."""
    roots = [tree.commitment.root for tree in made]
    opening = rfc6962.audit_path(roots, position)
    return TreeProof(made[position].commitment, position, opening, made[position].records(who))


def proof_of(who: str, made: Sequence[Tree] | None = None, note: str | None = None) -> InclusionProof:
    """Open everything of an account, as the issuer does."""
    chosen = trees() if made is None else made
    held = [i for i, tree in enumerate(chosen) if tree.records(who)]
    text = note_text(bundle()) if note is None else note
    return InclusionProof(
        ISSUER, NOON, CaseRule.LOWER, len(chosen), text, tuple(opened_tree(chosen, i, who) for i in held)
    )


def ledger_records(made: Sequence[Tree] | None = None) -> list[LedgerRecord]:
    """List the records as the issuer hands them to its auditor."""
    return [
        LedgerRecord(who, tree.commitment.segment, tree.commitment.asset, amount, part, key)
        for tree in (trees() if made is None else made)
        for _, who, part, key, amount in tree.leaves
    ]


def write_records(path: Path, made: Sequence[Tree] | None = None) -> Path:
    path.write_text(",".join(COLUMNS) + "\n" + "".join(map(record_line, ledger_records(made))))
    return path


# --- the bundle


@dataclass
class Files:
    """Evidence files by digest."""

    data: dict[Digest, bytes] = field(default_factory=dict)
    entries: dict[Digest, EvidenceEntry] = field(default_factory=dict)

    def add(self, document: bytes, media_type: str) -> Digest:
        digest = digest_of(document)
        self.data[digest] = document
        self.entries[digest] = EvidenceEntry(digest, media_type, len(document))
        return digest

    def header(self, header: Header, chain: ChainId = CHAIN) -> Digest:
        return self.add(evm_header_v1.write(chain, header.rlp), media_types.EVM_HEADER)

    def proof(self, proof: AccountProof, block: bytes | None = None, chain: ChainId = CHAIN) -> Digest:
        document = AccountProofDocument(chain, headers()[0].hash if block is None else block, proof)
        return self.add(evm_account_proof_v1.write(document), media_types.EVM_ACCOUNT_PROOF)

    def control(self, signature: ControlSignature) -> Digest:
        return self.add(control_signature_v1.write(signature), media_types.CONTROL_SIGNATURE)


def challenge(name: str, **changes: object) -> Challenge:
    block = headers()[0]
    usual = Challenge(ISSUER, SNAPSHOT, account(name), block.number, block.hash, str(EXPIRES))
    return replace(usual, **changes)  # type: ignore[arg-type]


def signature(name: str, signer: str | None = None, **changes: object) -> ControlSignature:
    """Sign an account's challenge, changed or by another key."""
    message = encode_defunct(text=challenge_text(challenge(name, **changes)))
    signed = Account.sign_message(message, private(signer or name)).signature
    return ControlSignature(account(name), "eip191", bytes(signed))


def holding_files(name: str, files: Files) -> tuple[ClaimedHolding, ...]:
    who = address(name)
    dollars = files.proof(state().of_account(USDC.reference, [slot_of(who)]))
    coins = files.proof(state().of_account(who))
    return (ClaimedHolding(USDC, DOLLARS[name], (dollars,)), ClaimedHolding(ETH, COINS[name], (coins,)))


@cache
def _honest() -> tuple[Bundle, Files]:
    files = Files()
    block, child = headers()
    blocks = (SnapshotBlock(CHAIN, block.ref, files.header(block), files.header(child)),)
    reserves = tuple(
        ReserveAccount(account(name), role, custody, holding_files(name, files), files.control(signature(name)))
        for name, (role, custody) in ACCOUNTS.items()
    )
    made = Bundle(
        issuer=ISSUER,
        instant=NOON,
        sequence=1,
        previous=None,
        supersedes=None,
        anchored_by=None,
        case_rule=CaseRule.LOWER,
        expires=EXPIRES,
        blocks=blocks,
        liabilities=tuple(tree.commitment for tree in trees()),
        commitments_root=root_of(trees()),
        reserves=reserves,
        evidence=tuple(files.entries[digest] for digest in sorted(files.entries)),
    )
    return made, files


def bundle(**changes: object) -> Bundle:
    """Return the honest bundle, with fields changed; `listed` makes its evidence list fit again."""
    return replace(_honest()[0], **changes)  # type: ignore[arg-type]


def files() -> Files:
    """Copy the honest evidence files."""
    return Files(dict(_honest()[1].data), dict(_honest()[1].entries))


def with_account(name: str, made: Bundle | None = None, **changes: object) -> Bundle:
    """Change one account of a bundle."""
    base = bundle() if made is None else made
    position = list(ACCOUNTS).index(name)
    rows = list(base.reserves)
    rows[position] = replace(rows[position], **changes)  # type: ignore[arg-type]
    return replace(base, reserves=tuple(rows))


def with_trees(made: Sequence[Tree], **changes: object) -> Bundle:
    """Give the bundle other liabilities."""
    return bundle(liabilities=tuple(tree.commitment for tree in made), commitments_root=root_of(made), **changes)


def with_claim(name: str, asset: AssetId, made: Bundle | None = None, **changes: object) -> Bundle:
    """Change one claimed holding of a bundle."""
    base = bundle() if made is None else made
    held = base.reserves[list(ACCOUNTS).index(name)].holdings
    rows = tuple(replace(row, **changes) if row.asset == asset else row for row in held)  # type: ignore[arg-type]
    return with_account(name, base, holdings=rows)


def used(made: Bundle) -> set[Digest]:
    named = {block.header for block in made.blocks} | {block.child for block in made.blocks if block.child}
    named |= {row.control for row in made.reserves if row.control}
    named |= {digest for row in made.reserves for digest in row.control_state}
    return named | {digest for row in made.reserves for claim in row.holdings for digest in claim.evidence}


def listed(made: Bundle, have: Files) -> Bundle:
    """List exactly the evidence that is used."""
    return replace(made, evidence=tuple(have.entries[digest] for digest in sorted(used(made))))


def note_text(made: Bundle, key: Ed25519PrivateKey = SIGNING_KEY, name: str = ISSUER, **changes: object) -> str:
    """Sign a bundle as the issuer does, or something else."""
    said: dict[str, Any] = {
        "issuer": made.issuer,
        "snapshot": made.snapshot,
        "bundle_digest": digest_of(bundle_v1.write(made)),
        "commitments_root": made.commitments_root,
        "case_rule": made.case_rule,
        **changes,
    }
    return sign(bundle_note_text(**said), name, key)


def write_bundle(
    directory: Path, made: Bundle | None = None, have: Files | None = None, note: str | None = None
) -> Path:
    """Write a bundle's directory; the evidence files are those that are listed, as far as there are any."""
    chosen = bundle() if made is None else made
    known = files() if have is None else have
    (directory / "evidence").mkdir(parents=True, exist_ok=True)
    (directory / "bundle.json").write_bytes(bundle_v1.write(chosen))
    (directory / "bundle.note").write_text(note_text(chosen) if note is None else note)
    for entry in chosen.evidence:
        if entry.digest in known.data:
            (directory / "evidence" / entry.digest.value.hex()).write_bytes(known.data[entry.digest])
    return directory


def open_in(
    directory: Path, made: Bundle | None = None, have: Files | None = None, note: str | None = None
) -> OpenBundle:
    return open_bundle(write_bundle(directory, made, have, note))


# --- the verifier


KEY = str(verifier_key(ISSUER, SIGNING_KEY))


def policy(**changes: object) -> Policy:
    """Trust the issuer's key and two sources, as an auditor."""
    usual: dict[str, Any] = {
        "profile": "auditor",
        "issuer": ISSUER,
        "keys": (KEY,),
        "bundles": (),
        "roots": (),
        "recordings": (),
        "max_age": 86_400,
        "max_skew": 600,
        "ratio": Fraction(1),
        "chains": {CHAIN: ChainRule(CHAIN, 2, None)},
        "classes": shipped_tables().classes,
        "layouts": (LAYOUT,),
        "own_assets": frozenset(),
        "registry": None,
        "registries": shipped_tables().registries,
        "committees": (),
        "accepted_policies": (),
        "require": (),
        "waivers": (),
        "digest": Digest(b"\x70" * 32),
    }
    return Policy(**{**usual, **changes})


def recomputed(made: Bundle | None = None, rows: Sequence[LedgerRecord] | None = None) -> Observation[Recomputation]:
    chosen = bundle() if made is None else made
    return Seen(rebuild(chosen, ledger_records() if rows is None else rows, quiet))


def examined(
    directory: Path,
    made: Bundle | None = None,
    have: Files | None = None,
    *,
    note: str | None = None,
    rules: Policy | None = None,
    source: Source | None = None,
    recording: Digest | None = None,
    recomputation: Observation[Recomputation] | None = None,
    now: Instant = AN_HOUR_LATER,
) -> Examination:
    """Examine a bundle as `verify` does, and stop before the judging."""
    return examine(
        open_in(directory, made, have, note),
        policy() if rules is None else rules,
        sources(source, recording),
        Missing("no record list was given") if recomputation is None else recomputation,
        now,
        quiet,
    )


def quiet(_message: str) -> None:
    """Listen to no progress."""


def calls(work: Callable[[], object]) -> int:
    """Count the calls that some work makes, a loop's turns among them: the same on every machine, at any speed."""
    made = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal made
        made += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return made


def told(findings: Iterable[Finding]) -> list[tuple[str, str]]:
    """Outcome and message of each finding, in order."""
    return [(str(finding.outcome), finding.message) for finding in findings]


def one(findings: Iterable[Finding]) -> Finding:
    """Return the only finding."""
    (finding,) = findings
    return finding


def mine(*rows: tuple[str | None, AssetId, str]) -> tuple[Expectation, ...]:
    """Say what is a customer's."""
    return tuple(Expectation(segment, asset, coins, "coins", None) for segment, asset, coins in rows)
