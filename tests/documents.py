"""Documents of every kind, made up by Hypothesis, with the codec of each."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from por.encoding import (
    bundle_v1,
    control_signature_v1,
    evm_account_proof_v1,
    evm_header_v1,
    inclusion_proof_v1,
    verdict_v1,
)
from por.encoding.evm_account_proof_v1 import AccountProofDocument
from por.encoding.media_types import EVIDENCE
from por.model import (
    AccountProof,
    AssetId,
    BlockRef,
    Bundle,
    CaseRule,
    ChainAccount,
    ChainId,
    ClaimedHolding,
    ControlSet,
    ControlSignature,
    Custody,
    Digest,
    Encumbrance,
    EncumbranceKind,
    EvidenceEntry,
    Finding,
    Grade,
    InclusionProof,
    Instant,
    LiabilityCommitment,
    Outcome,
    PathStep,
    RecordProof,
    ReserveAccount,
    Role,
    SnapshotBlock,
    TreeProof,
    Verdict,
)

Json = dict[str, Any]

LAST_SECOND = 253_402_300_799  # 9999-12-31T23:59:59Z
CHAINS = ("eip155:1", "eip155:10", "eip155:11155111", "bip122:000000000019d6689c085ae165831e93", "tron:0x2b6653dc")

# Nothing that a terminal or a reader's eye may trip over, and all else from every script.
plain_characters = st.characters(
    exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"], exclude_characters="\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0"
)
plain_texts = st.text(plain_characters, max_size=40)
hashes = st.binary(min_size=32, max_size=32)
digests = hashes.map(Digest)
amounts = st.one_of(st.integers(0, 2**128 - 1), st.sampled_from([0, 1, 2**53, 2**64, 2**128 - 1]))
instants = st.integers(0, LAST_SECOND).map(Instant)
issuers = st.from_regex(r"[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?", fullmatch=True)
segments = st.from_regex(r"[a-z][a-z0-9-]{0,30}(?::[a-z0-9][a-z0-9._-]{0,62})?", fullmatch=True)
chains = st.sampled_from(CHAINS).map(ChainId.parse)
evm_chains = st.integers(0, 10**18 - 1).map(lambda number: ChainId("eip155", str(number)))
evm_addresses = st.binary(min_size=20, max_size=20).map(lambda data: "0x" + data.hex())
other_addresses = st.from_regex(r"[-.%a-zA-Z0-9]{1,128}", fullmatch=True)


@st.composite
def accounts(draw: st.DrawFn, chain: ChainId | None = None) -> ChainAccount:
    on = chain or draw(chains)
    return ChainAccount(on, draw(evm_addresses if on.namespace == "eip155" else other_addresses))


@st.composite
def assets(draw: st.DrawFn, chain: ChainId | None = None) -> AssetId:
    on = chain or draw(chains)
    if draw(st.booleans()):
        return AssetId(on, "slip44", "60" if on.namespace == "eip155" else str(draw(st.integers(0, 2**31))))
    return AssetId(on, "erc20", draw(evm_addresses if on.namespace == "eip155" else other_addresses))


@st.composite
def commitments(draw: st.DrawFn) -> LiabilityCommitment:
    return LiabilityCommitment(
        scheme=draw(st.one_of(st.just("por-sum-sha256-v1"), plain_texts)),
        segment=draw(segments),
        asset=draw(assets()),
        decimals=draw(st.integers(0, 36)),
        depth=draw(st.integers(0, 40)),
        total=draw(amounts),
        root=draw(hashes),
        top=draw(hashes),
    )


some_digests = st.lists(digests, max_size=3, unique=True).map(tuple)
encumbrances = st.builds(Encumbrance, st.sampled_from(EncumbranceKind), amounts)


@st.composite
def reserve_accounts(draw: st.DrawFn) -> ReserveAccount:
    account = draw(accounts())
    held = draw(st.lists(assets(account.chain), max_size=3, unique_by=str))
    return ReserveAccount(
        account=account,
        role=draw(st.sampled_from(Role)),
        custody=draw(st.sampled_from(Custody)),
        holdings=tuple(
            ClaimedHolding(asset, draw(amounts), draw(some_digests), draw(st.none() | encumbrances))
            for asset in sorted(held, key=str)
        ),
        control=draw(st.none() | digests),
        control_state=draw(some_digests),
    )


@st.composite
def evidence_entries(draw: st.DrawFn) -> EvidenceEntry:
    kind = draw(st.sampled_from(sorted(EVIDENCE)))
    return EvidenceEntry(draw(digests), kind, draw(st.integers(1, bundle_v1.max_evidence_bytes(kind))))


@st.composite
def snapshot_blocks(draw: st.DrawFn, chain: ChainId) -> SnapshotBlock:
    block = BlockRef(draw(st.integers(0, 2**53 - 1)), draw(hashes))
    return SnapshotBlock(chain, block, draw(digests), draw(st.none() | digests), draw(some_digests))


@st.composite
def bundles(draw: st.DrawFn) -> Bundle:
    sequence = draw(st.integers(1, 2**32 - 1))
    instant = draw(st.integers(0, LAST_SECOND - 1))
    owed = draw(st.lists(commitments(), max_size=4, unique_by=lambda item: (item.segment, str(item.asset))))
    evidence = draw(st.lists(evidence_entries(), max_size=4, unique_by=lambda entry: entry.digest))
    named = sorted(draw(st.sets(st.sampled_from(CHAINS), max_size=3)))
    return Bundle(
        issuer=draw(issuers),
        instant=Instant(instant),
        sequence=sequence,
        previous=None if sequence == 1 else draw(digests),
        supersedes=draw(st.none() | digests),
        anchored_by=draw(st.none() | accounts(ChainId("eip155", "1"))),
        case_rule=draw(st.sampled_from(CaseRule)),
        expires=Instant(draw(st.integers(instant + 1, LAST_SECOND))),
        blocks=tuple(draw(snapshot_blocks(ChainId.parse(chain))) for chain in named),
        liabilities=tuple(sorted(owed, key=lambda item: (item.segment, str(item.asset)))),
        commitments_root=draw(hashes),
        reserves=tuple(draw(st.lists(reserve_accounts(), max_size=4))),
        evidence=tuple(sorted(evidence, key=lambda entry: entry.digest)),
        control_set=draw(st.none() | st.builds(ControlSet, hashes, st.integers(1, bundle_v1.MAX_ACCOUNTS))),
        declarations=draw(st.none() | digests),
    )


@st.composite
def record_proofs(draw: st.DrawFn) -> RecordProof:
    path = draw(st.lists(st.builds(PathStep, hashes, amounts), max_size=4))
    return RecordProof(
        key=draw(hashes),
        part=draw(st.integers(0, 2**32 - 1)),
        amount=draw(amounts),
        index=draw(st.integers(0, 2**40 - 1)),
        path=tuple(path),
    )


@st.composite
def tree_proofs(draw: st.DrawFn) -> TreeProof:
    return TreeProof(
        commitment=draw(commitments()),
        position=draw(st.integers(0, 2**32 - 1)),
        opening=tuple(draw(st.lists(hashes, max_size=4))),
        records=tuple(draw(st.lists(record_proofs(), max_size=3))),
    )


@st.composite
def inclusion_proofs(draw: st.DrawFn) -> InclusionProof:
    return InclusionProof(
        issuer=draw(issuers),
        instant=draw(instants),
        case_rule=draw(st.sampled_from(CaseRule)),
        count=draw(st.integers(1, 2**32 - 1)),
        note="\n".join(draw(st.lists(plain_texts, max_size=5))),
        trees=tuple(draw(st.lists(tree_proofs(), max_size=3))),
    )


@st.composite
def findings(draw: st.DrawFn) -> Finding:
    waived = draw(st.none() | plain_texts)
    return Finding(
        check=draw(st.from_regex(r"[a-z]+\.[a-z]+", fullmatch=True)),
        subject=draw(plain_texts),
        outcome=draw(st.sampled_from(Outcome)),
        message=draw(st.from_regex(r"[a-z]+(?:\.[a-z_]+){1,2}", fullmatch=True)),
        grade=draw(st.none() | st.sampled_from(Grade)),
        expected=draw(st.none() | plain_texts),
        actual=draw(st.none() | plain_texts),
        facts=draw(st.dictionaries(st.from_regex(r"[a-z][a-z0-9_-]{0,20}", fullmatch=True), plain_texts, max_size=4)),
        required=False if waived is not None else draw(st.booleans()),
        waived=waived,
        rule=draw(st.none() | plain_texts),
    )


@st.composite
def verdicts(draw: st.DrawFn) -> Verdict:
    return Verdict(
        profile=draw(st.sampled_from(["customer", "auditor", "job"])),
        snapshot=f"{draw(issuers)}@{draw(instants)}",
        bundle=draw(st.none() | digests),
        policy=draw(st.none() | digests),
        as_of=draw(instants),
        checked_at=draw(instants),
        findings=tuple(draw(st.lists(findings(), max_size=4))),
        rulebooks=tuple(draw(st.lists(digests, max_size=2))),
    )


@st.composite
def account_proofs(draw: st.DrawFn) -> AccountProofDocument:
    nodes = st.lists(st.binary(min_size=1, max_size=evm_account_proof_v1.MAX_NODE), max_size=3).map(tuple)
    proof = AccountProof(draw(evm_addresses), draw(nodes), tuple(draw(st.lists(nodes, max_size=3))))
    return AccountProofDocument(draw(evm_chains), draw(hashes), proof)


control_signatures = st.builds(
    ControlSignature, accounts(), plain_texts.filter(lambda text: len(text) <= 32), st.binary(min_size=1, max_size=200)
)
headers = st.tuples(chains, st.binary(min_size=1, max_size=600))


@dataclass(frozen=True, repr=False)
class Codec:
    """A kind of document: how to make one up, write it, read it."""

    name: str
    values: st.SearchStrategy[Any]
    write: Callable[[Any], bytes]
    read: Callable[[bytes], object]
    max_bytes: int

    def __repr__(self) -> str:
        return self.name


CODECS = (
    Codec("bundle", bundles(), bundle_v1.write, bundle_v1.read, bundle_v1.MAX_BYTES),
    Codec(
        "inclusion-proof",
        inclusion_proofs(),
        inclusion_proof_v1.write,
        inclusion_proof_v1.read,
        inclusion_proof_v1.MAX_BYTES,
    ),
    Codec("verdict", verdicts(), verdict_v1.write, verdict_v1.read, verdict_v1.MAX_BYTES),
    Codec("evm-header", headers, lambda pair: evm_header_v1.write(*pair), evm_header_v1.read, evm_header_v1.MAX_BYTES),
    Codec(
        "evm-account-proof",
        account_proofs(),
        evm_account_proof_v1.write,
        evm_account_proof_v1.read,
        evm_account_proof_v1.MAX_BYTES,
    ),
    Codec(
        "control-signature",
        control_signatures,
        control_signature_v1.write,
        control_signature_v1.read,
        control_signature_v1.MAX_BYTES,
    ),
)


def canonical(value: object) -> bytes:
    """Write canonical JSON without the code under test: right for ASCII names and integers, which is all there is."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")


def at(document: Any, path: str) -> Any:
    """Follow a place such as /liabilities/0/total."""
    for step in path.split("/")[1:]:
        document = document[int(step)] if isinstance(document, list) else document[step]
    return document


def put(document: Any, path: str, value: object) -> Any:
    """Return a copy of a document with another value at one place."""
    changed = json.loads(json.dumps(document))
    above, _, last = path.rpartition("/")
    holder = at(changed, above)
    holder[int(last) if isinstance(holder, list) else last] = value
    return changed


def places(document: Any, here: str = "") -> list[str]:
    """List every place below the top of a document."""
    if isinstance(document, dict):
        steps: list[tuple[str, Any]] = list(document.items())
    elif isinstance(document, list):
        steps = [(str(i), item) for i, item in enumerate(document)]
    else:
        return []
    return [place for name, value in steps for place in (f"{here}/{name}", *places(value, f"{here}/{name}"))]


def ascends(keys: list[Any]) -> bool:
    return all(left < right for left, right in pairwise(keys))


def as_fraction(text: str) -> Fraction:
    over, _, under = text.partition("/")
    return Fraction(int(over), int(under or 1))
