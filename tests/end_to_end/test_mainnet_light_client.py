"""Mainnet block 22432262 offline: checkpoint, sync committees, the block, and USDC by storage and by its own code."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from por.encoding import bundle_v1, evm_account_proof_v1, evm_header_v1, light_client_v1
from por.encoding.digests import digest_of
from por.encoding.evm_account_proof_v1 import AccountProofDocument
from por.encoding.media_types import EVM_ACCOUNT_PROOF, EVM_HEADER, LIGHT_CLIENT
from por.issuer.inputs import EvidenceFiles
from por.issuer.witnesses import witness_documents
from por.model import (
    Bundle,
    CaseRule,
    ChainAccount,
    ClaimedHolding,
    Custody,
    Digest,
    Header,
    Instant,
    ReserveAccount,
    Role,
    SnapshotBlock,
    Witness,
)
from por.proofs.beacon.payload import execution_block
from por.proofs.state.tokens import storage_keys
from tests.proofs.beacon import mainnet_beacon
from tests.proofs.state import mainnet
from tests.simulator import Run, por

BALANCE = 3_436_695_659_410_268
POLICY = """version = 1
profile = "auditor"
[issuer]
id = "exchange.example"
bundles = ["{bundle}"]
[snapshot]
max_age_seconds = 86400
max_skew_seconds = 3600
[[chain]]
id = "eip155:1"
sources = 2
checkpoint = "0x{checkpoint}"
[[call]]
asset = "{asset}"
codes = ["0x{proxy}", "0x{behind}"]
"""


class Published:
    """A bundle of one account, whose dollars are shown in one way or the other."""

    def __init__(self, vectors: Path, folder: Path, way: str) -> None:
        self.folder = folder
        self.header: Header = execution_block(mainnet_beacon.data(vectors, "beacon_block_11650252.ssz"))
        files = EvidenceFiles()
        parts = (mainnet_beacon.bootstrap(vectors), mainnet_beacon.update(vectors), mainnet_beacon.head_block(vectors))
        lights = tuple(files.add(light_client_v1.write(part), LIGHT_CLIENT) for part in parts)
        head = files.add(evm_header_v1.write(mainnet_beacon.CHAIN, self.header.rlp), EVM_HEADER)
        evidence = self._by_storage(vectors, files) if way == "storage" else self._by_call(vectors, files)
        instant = Instant(self.header.timestamp + 5)
        self.bundle = Bundle(
            issuer="exchange.example",
            instant=instant,
            sequence=1,
            previous=None,
            supersedes=None,
            anchored_by=None,
            case_rule=CaseRule.EXACT,
            expires=Instant(instant.seconds + 86_400),
            blocks=(SnapshotBlock(mainnet_beacon.CHAIN, self.header.ref, head, None, lights),),
            liabilities=(),
            commitments_root=bytes(32),
            reserves=(
                ReserveAccount(
                    ChainAccount(mainnet_beacon.CHAIN, mainnet.HOLDER),
                    Role.CUSTOMER,
                    Custody.COLD,
                    (ClaimedHolding(mainnet.USDC.asset, BALANCE, evidence),),
                    None,
                ),
            ),
            evidence=tuple(files.entries[digest] for digest in sorted(files.entries, key=str)),
        )
        (folder / "evidence").mkdir(parents=True)
        for digest, data in files.data.items():
            (folder / "evidence" / digest.value.hex()).write_bytes(data)
        self.write(self.bundle)

    def _by_storage(self, vectors: Path, files: EvidenceFiles) -> tuple[Digest, ...]:
        token, behind = mainnet.usdc(vectors)
        proofs = (token.proof(*storage_keys(mainnet.USDC, mainnet.HOLDER)), behind.proof())
        documents = (AccountProofDocument(mainnet_beacon.CHAIN, self.header.hash, proof) for proof in proofs)
        return tuple(files.add(evm_account_proof_v1.write(document), EVM_ACCOUNT_PROOF) for document in documents)

    def _by_call(self, vectors: Path, files: EvidenceFiles) -> tuple[Digest, ...]:
        documents = witness_documents(mainnet_beacon.CHAIN, self.header, usdc_witnesses(vectors))
        return tuple(files.add(*document) for document in documents)

    def write(self, bundle: Bundle, checkpoint: bytes = mainnet_beacon.CHECKPOINT) -> None:
        data = bundle_v1.write(bundle)
        (self.folder / "bundle.json").write_bytes(data)
        layout = mainnet.USDC
        assert layout.implementation is not None
        text = POLICY.format(
            bundle=digest_of(data),
            checkpoint=checkpoint.hex(),
            asset=layout.asset,
            proxy=layout.code_hash.hex(),
            behind=layout.implementation.code_hash.hex(),
        )
        (self.folder / "policy.toml").write_text(text)

    def verify(self) -> Run:
        now = str(Instant(self.bundle.instant.seconds + 60))
        return por("verify", self.folder, "--policy", self.folder / "policy.toml", "--now", now)


def usdc_witnesses(vectors: Path) -> tuple[Witness, ...]:
    token, behind = mainnet.usdc(vectors)
    codes = [
        bytes.fromhex(mainnet.load(vectors, f"mainnet-22432262-prague/code_usdc_{name}.json")[2:])
        for name in ("proxy", "impl")
    ]
    keys = tuple(sorted(token.storage))
    return (Witness(token.proof(*keys), keys, codes[0]), Witness(behind.proof(), (), codes[1]))


def finding(run: Run, check: str) -> Any:
    assert run.verdict is not None, run.talk
    (found,) = run.verdict.of(check)
    return found


@pytest.fixture(params=["storage", "call"])
def published(vectors: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Published:
    return Published(vectors, tmp_path / "bundle", request.param)


def test_the_real_balance_by_storage_and_by_the_tokens_own_code(published: Published) -> None:
    run = published.verify()
    assert run.status == 3
    balance, block = finding(run, "reserves.balance"), finding(run, "snapshot.canonical")
    assert (balance.actual, str(block.outcome), block.message) == (
        str(BALANCE),
        "INCONCLUSIVE",
        "snapshot.canonical.signed_only",
    )
    assert str(balance.outcome) != "FAIL"


def test_t63_another_amount_is_refuted_whatever_way_it_is_shown(published: Published) -> None:
    (row,) = published.bundle.reserves
    more = replace(row, holdings=(replace(row.holdings[0], amount=BALANCE + 1),))
    published.write(replace(published.bundle, reserves=(more,)))
    assert published.verify().status == 1


def test_t55_another_checkpoint_leads_to_no_block(published: Published) -> None:
    published.write(published.bundle, bytes(32))
    run = published.verify()
    assert (run.status, str(finding(run, "snapshot.canonical").outcome)) == (1, "FAIL")


def test_t55_flipped_bytes_of_any_evidence_never_pass_for_the_balance(published: Published) -> None:
    for entry in published.bundle.evidence:
        path = published.folder / "evidence" / entry.digest.value.hex()
        data = path.read_bytes()
        path.write_bytes(data[:-40] + bytes([data[-40] ^ 1]) + data[-39:])
        assert published.verify().status == 1, entry.media_type
        path.write_bytes(data)
