"""A real block and account of Ethereum mainnet, examined offline: what is proven, and what no byte may change."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from eth_utils.crypto import keccak

from por.checks.evidence import OpenBundle
from por.checks.holdings import proven_holding
from por.checks.observation import Broken, Missing, Seen
from por.encoding import bundle_v1, evm_account_proof_v1, evm_header_v1, recording_v1
from por.encoding.digests import digest_of
from por.encoding.evm_account_proof_v1 import AccountProofDocument
from por.encoding.media_types import EVM_ACCOUNT_PROOF, EVM_HEADER
from por.issuer.inputs import EvidenceFiles
from por.issuer.signing import bundle_directory, ensure_signing_key
from por.issuer.workspace import Workspace
from por.model import (
    Bundle,
    ChainAccount,
    ChainId,
    ClaimedHolding,
    Custody,
    Header,
    Instant,
    ReserveAccount,
    Role,
    SnapshotBlock,
    format_coins,
)
from por.model.recording import ChainRecording, RecordedHeader, Recording
from por.proofs.state.header import header_from_rlp, header_rlp
from por.proofs.state.tokens import storage_keys
from tests.proofs.state import mainnet
from tests.simulator import Run, por

pytestmark = pytest.mark.thorough

MAINNET = ChainId("eip155", "1")
BLOCK = 21_925_176
FOLDER = f"mainnet-{BLOCK}"
HASH = "0x92dabfa3f61ff1c349d12f5fd0dd4c99760a0a41b77dee8f0a80f83efdcb307a"
ACCOUNT = "0x4838b106fce9647bdf1e7877bf73ce8b0bad5f97"
WEI = 10_593_965_569_117_523_386
OWED = "4.25"
ISSUER = "exchange.example"
NODES = ("https://node-a.example:443", "https://node-b.example:443")
SUBJECT = f"eip155:1:{ACCOUNT}"
HOLDING = f"{SUBJECT}/slip44:60"

POLICY = """version = 1
profile = "auditor"
recordings = [{recordings}]

[issuer]
id = "exchange.example"
keys = ["{key}"]

[snapshot]
max_age_seconds = 86400
max_skew_seconds = 60

[[chain]]
id = "eip155:1"
sources = 2
"""


@dataclass(frozen=True)
class Published:
    """A signed bundle about the real account, the answers of two nodes, and what the auditor has besides."""

    directory: Path
    bundle: Bundle
    header: Header

    @property
    def target(self) -> Path:
        return self.directory / "bundle"

    @property
    def answers(self) -> Path:
        return self.directory / "answers.json"

    @property
    def instant(self) -> Instant:
        return self.bundle.instant

    def policy(self, *, pinned: bool = True) -> Path:
        key = ensure_signing_key(self.directory / "por-signing.key", ISSUER)[0].verifier
        recordings = f'"{digest_of(self.answers.read_bytes())}"' if pinned else ""
        path = self.directory / f"policy-{pinned}.toml"
        path.write_text(POLICY.format(key=key, recordings=recordings))
        return path

    def verify(self, bundle: Path | None = None, *, pinned: bool = True) -> Run:
        return por(
            "verify",
            bundle or self.target,
            "--policy",
            self.policy(pinned=pinned),
            "--replay",
            self.answers,
            "--ledger",
            self.directory / "snapshot" / "records.csv",
            "--now",
            str(Instant(self.instant.seconds + 3600)),
        )


@pytest.fixture(scope="module")
def published(vectors: Path, tmp_path_factory: pytest.TempPathFactory) -> Published:
    directory = tmp_path_factory.mktemp("mainnet")
    header = header_from_rlp(header_rlp(mainnet.load(vectors, f"{FOLDER}/block.json")))
    instant = Instant(header.timestamp + 7)
    ledger = directory / "ledger.csv"
    ledger.write_text("account_id,segment,asset,amount\nalice@example.com,spot,ETH,4\nbob@example.com,spot,ETH,0.25\n")
    options = ["--issuer", ISSUER, "--instant", str(instant)]
    assert por("issuer", "commit", ledger, "--output", directory / "snapshot", *options).status == 0
    eoa = mainnet.proven(vectors, f"{FOLDER}/proof_eoa_4838b106.json")
    files = EvidenceFiles()
    head = files.add(evm_header_v1.write(MAINNET, header.rlp), EVM_HEADER)
    proof = files.add(
        evm_account_proof_v1.write(AccountProofDocument(MAINNET, header.hash, eoa.proof())), EVM_ACCOUNT_PROOF
    )
    commitments = Workspace(directory / "snapshot").commitments()
    eth = commitments.liabilities[0].asset
    bundle = Bundle(
        issuer=ISSUER,
        instant=instant,
        sequence=1,
        previous=None,
        supersedes=None,
        anchored_by=None,
        case_rule=commitments.case_rule,
        expires=Instant(instant.seconds + 86_400),
        blocks=(SnapshotBlock(MAINNET, header.ref, head, None),),
        liabilities=commitments.liabilities,
        commitments_root=commitments.commitments_root,
        reserves=(
            ReserveAccount(
                ChainAccount(MAINNET, ACCOUNT),
                Role.CUSTOMER,
                Custody.HOT,
                (ClaimedHolding(eth, WEI, (proof,)),),
                None,
            ),
        ),
        evidence=tuple(files.entries[digest] for digest in sorted(files.entries, key=str)),
    )
    made = Published(directory, bundle, header)
    publish(made, bundle, files, made.target)
    record(made, header)
    return made


def publish(published: Published, bundle: Bundle, files: EvidenceFiles, target: Path) -> Path:
    """Sign a bundle and write its directory."""
    key = ensure_signing_key(published.directory / "por-signing.key", ISSUER)[0]
    for name, data in bundle_directory(bundle, files.data, key).items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return target


def record(published: Published, header: Header) -> None:
    """Write down what two nodes said of the block: its header, twice, and that it is final."""
    readings = (RecordedHeader(header.number, header.rlp),) * 2
    recording = Recording((ChainRecording(MAINNET, NODES, header.ref, readings, ()),))
    published.answers.write_bytes(recording_v1.write(recording))


def finding(run: Run, check: str, subject: str) -> dict[str, object]:
    assert run.verdict is not None, run.talk
    found = [item for item in run.verdict.of(check) if item.subject == subject]
    assert len(found) == 1
    return {
        "outcome": str(found[0].outcome),
        "grade": found[0].grade.text if found[0].grade else None,
        "message": found[0].message,
        "expected": found[0].expected,
        "actual": found[0].actual,
        **found[0].facts,
    }


def test_what_is_proven_of_the_real_account_and_nothing_more(published: Published) -> None:
    run = published.verify()
    assert (run.status, run.outcome) == (3, "INCONCLUSIVE"), run.out

    assert finding(run, "snapshot.canonical", "eip155:1") == {
        "outcome": "PASS",
        "grade": "state proof against an agreed header",
        "message": "snapshot.canonical.final",
        "expected": HASH,
        "actual": HASH,
        "number": str(BLOCK),
        "finalized": str(BLOCK),
        "sources": ", ".join(NODES),
    }
    assert finding(run, "reserves.balance", HOLDING) == {
        "outcome": "PASS",
        "grade": "state proof against an agreed header",
        "message": "reserves.balance.proven",
        "expected": str(WEI),
        "actual": str(WEI),
        "block": str(BLOCK),
        "hash": HASH,
        "held": format_coins(int(WEI), 18),
        "claimed": format_coins(int(WEI), 18),
        "asset": "eip155:1/slip44:60",
    }
    control = finding(run, "reserves.control", SUBJECT)
    assert (control["outcome"], control["message"]) == ("INCONCLUSIVE", "evidence.missing")
    assert control["reason"] == "the bundle gives no control proof for this account"


def test_the_coverage_of_the_real_account_is_an_interval(published: Published) -> None:
    coverage = finding(published.verify(), "solvency.coverage", "eip155:1/slip44:60")
    assert coverage["outcome"] == "INCONCLUSIVE"
    figures = {name: coverage[name] for name in ("lower", "required", "upper", "liabilities", "hot", "cold", "apart")}
    assert figures == {
        "lower": "0",
        "required": OWED,
        "upper": "10.593965569117523386",
        "liabilities": OWED,
        "hot": "0",
        "cold": "0",
        "apart": "0",
    }
    assert (coverage["expected"], coverage["actual"]) == (OWED, "0")


def test_each_other_check_says_what_it_can(published: Published) -> None:
    run = published.verify()
    assert run.verdict is not None
    required = dict.fromkeys(item.check for item in run.verdict.findings if item.required)
    outcomes = {check: run.outcomes(check) for check in required}
    passed = {check for check, found in outcomes.items() if found == {"PASS"}}
    assert passed == {
        "snapshot.complete",
        "snapshot.canonical",
        "snapshot.fresh",
        "liabilities.scheme",
        "liabilities.nonnegative",
        "liabilities.recomputed",
        "reserves.balance",
        "reserves.eligible",
        "reserves.distinct",
        "publication.identified",
    }
    assert {check for check, found in outcomes.items() if found == {"INCONCLUSIVE"}} == set(outcomes) - passed
    # No next block is among the real data, so that none qualifies is not shown.
    assert finding(run, "snapshot.simultaneous", "eip155:1")["message"] == "evidence.missing"


def test_people_read_the_exact_wei_the_block_and_the_grade(published: Published) -> None:
    out = published.verify().out
    assert out.startswith("INCONCLUSIVE: what exchange.example published for 2025-02-25T18:36:")
    held = format_coins(int(WEI), 18)
    assert f"{held} at block {BLOCK}, proven from its state root [state proof against an agreed header]" in out
    assert "between 0 proven and 10.593965569117523386 claimed; required 4.25" in out


def test_t55_without_the_pin_the_recording_is_self_declared(published: Published) -> None:
    run = published.verify(pinned=False)
    assert run.status == 3
    canonical = finding(run, "snapshot.canonical", "eip155:1")
    assert (canonical["outcome"], canonical["message"]) == ("INCONCLUSIVE", "evidence.missing")
    assert "self-declared" in str(canonical["reason"])
    balance = finding(run, "reserves.balance", HOLDING)
    assert (balance["outcome"], balance["grade"]) == ("INCONCLUSIVE", "self-declared")
    assert balance["actual"] == str(WEI)


def test_t55_one_wei_more_is_refuted(published: Published, tmp_path: Path) -> None:
    account = published.bundle.reserves[0]
    claim = replace(account.holdings[0], amount=WEI + 1)
    bundle = replace(published.bundle, reserves=(replace(account, holdings=(claim,)),))
    run = published.verify(publish(published, bundle, evidence_of(published), tmp_path / "bundle"))
    assert run.status == 1
    balance = finding(run, "reserves.balance", HOLDING)
    assert (balance["outcome"], balance["message"]) == ("FAIL", "reserves.balance.differs")
    assert finding(run, "solvency.coverage", "eip155:1/slip44:60")["outcome"] == "FAIL"


def evidence_of(published: Published) -> EvidenceFiles:
    files = EvidenceFiles()
    for entry in published.bundle.evidence:
        files.add((published.target / "evidence" / entry.digest.value.hex()).read_bytes(), entry.media_type)
    return files


def spread(size: int, wanted: int) -> Iterator[int]:
    """Spread positions evenly over a file, both ends among them."""
    return (size * i // wanted if i < wanted else size - 1 for i in range(wanted + 1))


def flipped(data: bytes, position: int, bit: int) -> bytes:
    return data[:position] + bytes([data[position] ^ (1 << bit)]) + data[position + 1 :]


@pytest.mark.parametrize("media_type", [EVM_HEADER, EVM_ACCOUNT_PROOF], ids=["header", "proof"])
def test_t42_a_flipped_byte_of_evidence_is_refused_and_shows_nothing_else(
    published: Published, media_type: str, tmp_path: Path
) -> None:
    copy = publish(published, published.bundle, evidence_of(published), tmp_path / "bundle")
    entry = next(entry for entry in published.bundle.evidence if entry.media_type == media_type)
    path = copy / "evidence" / entry.digest.value.hex()
    data = path.read_bytes()
    for position in spread(len(data), 60):
        path.write_bytes(flipped(data, position, position % 8))
        run = published.verify(copy)
        assert run.status == 1, position
        assert run.outcomes("snapshot.complete") == {"FAIL"}, position
        assert run.outcomes("reserves.balance") == {"INCONCLUSIVE"}, position
        assert "FAIL" not in run.outcomes("solvency.coverage"), position
        if media_type == EVM_HEADER:
            assert run.outcomes("snapshot.canonical") == {"INCONCLUSIVE"}, position


@pytest.mark.parametrize("media_type", [EVM_HEADER, EVM_ACCOUNT_PROOF], ids=["header", "proof"])
def test_t55_a_flipped_byte_under_a_digest_and_signature_to_fit_fails_too(
    published: Published, media_type: str, tmp_path: Path
) -> None:
    entry = next(entry for entry in published.bundle.evidence if entry.media_type == media_type)
    honest = evidence_of(published)
    data = honest.data[entry.digest]
    for number, position in enumerate(spread(len(data), 100)):
        files = EvidenceFiles()
        for digest, document in honest.data.items():
            if digest != entry.digest:
                files.add(document, honest.entries[digest].media_type)
        forged = files.add(flipped(data, position, position % 8), media_type)
        account = published.bundle.reserves[0]
        block = published.bundle.blocks[0]
        bundle = replace(published.bundle, evidence=tuple(files.entries[d] for d in sorted(files.entries, key=str)))
        if media_type == EVM_HEADER:
            bundle = replace(bundle, blocks=(replace(block, header=forged),))
        else:
            holding = replace(account.holdings[0], evidence=(forged,))
            bundle = replace(bundle, reserves=(replace(account, holdings=(holding,)),))
        run = published.verify(publish(published, bundle, files, tmp_path / str(number)))
        assert run.status == 1, position
        assert run.outcomes("publication.identified") == {"PASS"}
        assert run.outcomes("snapshot.complete") == {"PASS"}
        assert run.outcomes("reserves.balance") == {"FAIL"}, position
        if media_type == EVM_HEADER:
            assert run.outcomes("snapshot.canonical") == {"FAIL"}, position


def test_t42_a_flipped_byte_of_the_bundle_is_refused_with_its_place_or_fails(
    published: Published, tmp_path: Path
) -> None:
    copy = publish(published, published.bundle, evidence_of(published), tmp_path / "bundle")
    path = copy / "bundle.json"
    data = path.read_bytes()
    refused = 0
    for position in spread(len(data), 250):
        path.write_bytes(flipped(data, position, position % 8))
        run = published.verify(copy)
        if run.verdict is None:
            assert run.status == 2, position
            assert run.talk.startswith("por: bundle.json:"), run.talk
            refused += 1
        else:
            assert run.status == 1, position
            assert run.outcomes("publication.identified") == {"FAIL"}, position
    assert 50 < refused < 250


def test_t39_a_flipped_byte_of_the_note_never_identifies(published: Published, tmp_path: Path) -> None:
    copy = publish(published, published.bundle, evidence_of(published), tmp_path / "bundle")
    path = copy / "bundle.note"
    data = path.read_bytes()
    for position in range(len(data)):
        path.write_bytes(flipped(data, position, position % 8))
        run = published.verify(copy)
        if run.verdict is None:
            assert run.status == 2, position
            assert "bundle.note" in run.talk
        else:
            assert "PASS" not in run.outcomes("publication.identified"), position
            assert run.status in {1, 3}, position


def test_t42_a_byte_more_or_less_is_another_file(published: Published, tmp_path: Path) -> None:
    copy = publish(published, published.bundle, evidence_of(published), tmp_path / "bundle")
    for path in sorted(path for path in copy.rglob("*") if path.is_file()):
        data = path.read_bytes()
        for other in (data + b"\n", data[:-1], b""):
            path.write_bytes(other)
            run = published.verify(copy)
            assert run.status in {1, 2}, path.name
            assert "PASS" not in run.outcomes("publication.identified") & run.outcomes("snapshot.complete")
        path.write_bytes(data)
    assert published.verify(copy).status == 3


def test_t55_a_flipped_byte_of_the_recording_is_not_the_one_the_policy_names(published: Published) -> None:
    policy = published.policy()
    data = published.answers.read_bytes()
    command = ["verify", published.target, "--policy", policy, "--replay", published.answers]
    try:
        for position in spread(len(data), 60):
            published.answers.write_bytes(flipped(data, position, position % 8))
            run = por(*command, "--now", str(published.instant))
            assert run.status in {2, 3}, position
            assert "PASS" not in run.outcomes("snapshot.canonical") | run.outcomes("reserves.balance"), position
    finally:
        published.answers.write_bytes(data)


def test_the_bundle_is_read_back_to_the_byte(published: Published) -> None:
    data = (published.target / "bundle.json").read_bytes()
    assert bundle_v1.write(bundle_v1.read(data)) == data
    assert por("inspect", published.target).status == 0


def test_the_real_usdc_balance_by_the_evidence_files_of_a_bundle(
    vectors: Path, published: Published, tmp_path: Path
) -> None:
    """The holder's balance behind the proxy, at the state root that a real block carries."""
    state_root = mainnet.usdc_state_root(vectors)
    header = Header(mainnet.USDC_BLOCK, keccak(b"stands for the block"), bytes(32), state_root, 0, b"")
    token, behind = mainnet.usdc(vectors)
    files = EvidenceFiles()
    digests = tuple(
        files.add(evm_account_proof_v1.write(AccountProofDocument(MAINNET, header.hash, proof)), EVM_ACCOUNT_PROOF)
        for proof in (token.proof(*storage_keys(mainnet.USDC, mainnet.HOLDER)), behind.proof())
    )
    bundle = replace(published.bundle, evidence=tuple(files.entries[d] for d in sorted(files.entries, key=str)))
    target = publish(published, bundle, files, tmp_path / "bundle")
    opened = OpenBundle(bundle, digest_of(b""), None, target)
    holder = ChainAccount(MAINNET, mainnet.HOLDER)
    claim = ClaimedHolding(mainnet.USDC.asset, mainnet.BALANCE, digests)

    seen = proven_holding(opened, holder, claim, header, [mainnet.USDC])
    assert isinstance(seen, Seen)
    assert (seen.value.units, seen.value.flags) == (mainnet.BALANCE, 0)

    unknown = proven_holding(opened, holder, claim, header, [])
    assert isinstance(unknown, Missing)
    assert "no storage layout" in unknown.reason
    stranger = proven_holding(opened, ChainAccount(MAINNET, ACCOUNT), claim, header, [mainnet.USDC])
    assert isinstance(stranger, Broken)
    half = proven_holding(opened, holder, replace(claim, evidence=digests[:1]), header, [mainnet.USDC])
    assert isinstance(half, Broken | Missing)
    turned = proven_holding(opened, holder, replace(claim, evidence=digests[::-1]), header, [mainnet.USDC])
    assert isinstance(turned, Broken)
    other = replace(header, state_root=published.header.state_root)
    assert isinstance(proven_holding(opened, holder, claim, other, [mainnet.USDC]), Broken)


def test_the_vector_is_the_one_described(vectors: Path) -> None:
    block = json.loads((vectors / "eth_getproof" / FOLDER / "block.json").read_text())
    assert (block["hash"], int(block["number"], 16)) == (HASH, BLOCK)
