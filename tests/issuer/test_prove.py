from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from por.encoding import inclusion_proof_v1
from por.errors import FormatError
from por.issuer.prove import prove
from por.issuer.store import ProofStore
from por.model import CaseRule, InclusionProof
from por.proofs.inclusion import implied_commitment, implied_commitments_root
from tests.issuer import ledgers


def check(proof: InclusionProof, account: str, root: bytes) -> dict[str, int]:
    """Check a proof by the tests' own lines and by the verifier's, and return what it shows the account to hold."""
    held: dict[str, int] = defaultdict(int)
    for tree in proof.trees:
        made, context = tree.commitment, ledgers.context_of(tree)
        assert ledgers.opened(made.root, tree.position, proof.count, tree.opening) == root
        assert len({record.index for record in tree.records}) == len(tree.records)
        for record in tree.records:
            assert len(record.path) == made.depth
            top, total = ledgers.fold(record, ledgers.tag_of(record.key, context, account))
            assert (total, ledgers.sealed(context, made.depth, top, total)) == (made.total, made.root)
            held[made.ref] += record.amount
            implied = implied_commitment(
                tree, record, proof.issuer, f"{proof.issuer}@{proof.instant}", account.encode()
            )
            assert (implied.root, implied.total, implied.depth) == (made.root, made.total, made.depth)
        assert implied_commitments_root(tree, proof.count) == root
    return dict(held)


@settings(max_examples=40)
@given(rows=ledgers.ledgers, split=st.sampled_from([1, 1, 6]), depth=st.sampled_from([None, 9]))
def test_t97_every_account_is_proven_to_hold_what_the_ledger_says(
    tmp_path_factory: pytest.TempPathFactory, rows: list[ledgers.Row], split: int, depth: int | None
) -> None:
    assume(any(amount for *_, amount in rows))
    folder = tmp_path_factory.mktemp("prove")
    made = ledgers.commit_to(folder, rows, split=split, depth=depth).commitments
    owed: dict[str, list[int]] = defaultdict(list)
    for account, _, _, amount in rows:
        owed[ledgers.normal(account)] += [amount] if amount else []
    with ProofStore.open(folder / "out") as store:
        for account, amounts in owed.items():
            if not amounts:
                with pytest.raises(FormatError, match="no record for this account"):
                    prove(store, account, "")
                continue
            proof = prove(store, account.upper() if account.isascii() else account, "")
            assert sorted(check(proof, account, made.commitments_root).values()) == sorted(amounts)
            assert inclusion_proof_v1.read(inclusion_proof_v1.write(proof)) == proof


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7, 8, 9, 31, 32, 33])
@pytest.mark.parametrize("depth", [None, 40])
def test_every_leaf_of_every_size_is_proven(tmp_path: Path, count: int, depth: int | None) -> None:
    rows: list[ledgers.Row] = [(f"a{i}", "spot", "ETH", i + 1) for i in range(count)]
    root = ledgers.commit_to(tmp_path, rows, depth=depth).commitments.commitments_root
    with ProofStore.open(tmp_path / "out") as store:
        for account, _, _, amount in rows:
            held = check(prove(store, account, ""), account, root)
            assert held == {"spot/eip155:1/slip44:60": amount}


def test_the_note_and_the_snapshot_go_with_the_proof(tmp_path: Path) -> None:
    ledgers.commit_to(tmp_path, [("alice", "spot", "ETH", 1)])
    with ProofStore.open(tmp_path / "out" / "store") as store:
        proof = prove(store, "alice", "a note\n")
    assert (proof.issuer, proof.instant, proof.note) == (ledgers.ISSUER, ledgers.NOON, "a note\n")
    assert (proof.case_rule, proof.count) == (CaseRule.LOWER, 1)


@pytest.mark.parametrize("account", ["mallory", "alic", "alice2", "alice ", "bob"])
def test_t14_a_stranger_and_a_zero_balance_have_no_proof(tmp_path: Path, account: str) -> None:
    ledgers.commit_to(tmp_path, [("alice", "spot", "ETH", 1), ("bob", "spot", "ETH", 0)])
    with ProofStore.open(tmp_path / "out") as store, pytest.raises(FormatError):
        prove(store, account, "")


@pytest.mark.parametrize("account", ["", "a" * 256, "al\0ice", "al\u202eice"])
def test_what_is_no_account_id_is_refused(tmp_path: Path, account: str) -> None:
    ledgers.commit_to(tmp_path, [("alice", "spot", "ETH", 1)])
    with ProofStore.open(tmp_path / "out") as store, pytest.raises(FormatError):
        prove(store, account, "")


def test_t14_one_customers_proof_does_not_bind_another(tmp_path: Path) -> None:
    rows: list[ledgers.Row] = [("alice", "spot", "ETH", 5), ("bob", "spot", "ETH", 5)]
    root = ledgers.commit_to(tmp_path, rows).commitments.commitments_root
    with ProofStore.open(tmp_path / "out") as store:
        proof = prove(store, "alice", "")
    assert check(proof, "alice", root)
    with pytest.raises(AssertionError):
        check(proof, "bob", root)


def test_t79_a_proof_holds_no_secret_of_the_issuer(tmp_path: Path) -> None:
    ledgers.commit_to(tmp_path, [("alice", "spot", "ETH", 5), ("alice", "margin", "ETH", 5)])
    with ProofStore.open(tmp_path / "out") as store:
        text = inclusion_proof_v1.write(prove(store, "alice", "")).decode()
    assert ledgers.MASTER_KEY.hex() not in text
    assert ledgers.account_key("alice").hex() not in text
    assert "alice" not in text
