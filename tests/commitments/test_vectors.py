"""Every vector of scripts/vectors_liabilities.py, run against the code under test."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from por import errors
from por.commitments import hashes, merkletools_tree, rfc6962
from por.commitments.account_ids import account_id_bytes
from por.commitments.binding import bound_root
from por.commitments.sum_tree import Fold, fold, recompute
from por.model import AssetId, CaseRule, LiabilityCommitment, PathStep, RecordProof, TreeProof
from por.proofs.inclusion import implied_commitment, implied_commitments_root
from scripts.vectors_liabilities import cases

Json = dict[str, Any]

CASES = dict(cases())
data = bytes.fromhex


def hashed(digest: bytes) -> Json:
    return {"hash": digest.hex()}


def told(made: Fold) -> Json:
    return {"top": made.top.hex(), "total": str(made.total), "depth": made.depth}


def path_of(steps: list[Json]) -> tuple[PathStep, ...]:
    return tuple(PathStep(data(step["hash"]), int(step["sum"])) for step in steps)


def account_id(given: Json) -> Json:
    return {"hex": account_id_bytes(given["text"], CaseRule(given["rule"])).hex()}


def context(given: Json) -> Json:
    names = (given["scheme"], given["issuer"], given["snapshot"], given["segment"], given["asset"])
    return hashed(hashes.context(*names, given["decimals"]))


def account_key(given: Json) -> Json:
    master, digest = data(given["masterKey"]), data(given["idDigest"])
    return hashed(hashes.account_key(master, given["issuer"], given["snapshot"], digest))


def record_key(given: Json) -> Json:
    return hashed(hashes.record_key(data(given["accountKey"]), data(given["context"]), given["part"]))


def record_tag(given: Json) -> Json:
    return hashed(hashes.record_tag(data(given["recordKey"]), data(given["context"]), data(given["idDigest"])))


def node(given: Json) -> Json:
    left, right = (data(given["left"]), int(given["leftSum"])), (data(given["right"]), int(given["rightSum"]))
    return hashed(hashes.node_hash(*left, *right))


def committed_root(given: Json) -> Json:
    tree, top = data(given["context"]), data(given["top"])
    return hashed(hashes.committed_root(tree, given["depth"], int(given["total"]), top))


def fold_path(given: Json) -> Json:
    return told(fold(data(given["leaf"]), int(given["amount"]), given["index"], path_of(given["path"])))


def rebuild(given: Json) -> Json:
    leaves = [(data(leaf["tag"]), int(leaf["amount"])) for leaf in given["leaves"]]
    return told(recompute(leaves, given["depth"]))


def commitment_of(row: Json) -> LiabilityCommitment:
    return LiabilityCommitment(
        scheme=row["scheme"],
        segment=row["segment"],
        asset=AssetId.parse(row["asset"]),
        decimals=row["decimals"],
        depth=row["depth"],
        total=int(row["total"]),
        root=data(row["root"]),
        top=data(row["top"]),
    )


def open_commitment(given: Json) -> Json:
    commitment = commitment_of(given["commitment"])
    root = bound_root(commitment, given["issuer"], given["snapshot"])
    return {"root": root.hex(), "isCommitment": root == commitment.root}


def open_record(given: Json) -> Json:
    commitment, row = commitment_of(given["commitment"]), given["record"]
    record = RecordProof(data(row["key"]), row["part"], int(row["amount"]), row["index"], path_of(row["path"]))
    tree = TreeProof(commitment, 0, (), (record,))
    made = implied_commitment(tree, record, given["issuer"], given["snapshot"], data(given["account"]))
    same = (made.root, made.total, made.depth) == (commitment.root, commitment.total, commitment.depth)
    return {"root": made.root.hex(), "total": str(made.total), "depth": made.depth, "isCommitment": same}


def open_root(given: Json) -> Json:
    commitment = LiabilityCommitment(
        "por-sum-sha256-v1", "spot", AssetId.parse("eip155:1/slip44:60"), 18, 0, 0, data(given["root"]), bytes(32)
    )
    tree = TreeProof(commitment, given["position"], tuple(map(data, given["opening"])), ())
    root = implied_commitments_root(tree, given["count"]).hex()
    return {"root": root, "isCommitmentsRoot": root == given["commitmentsRoot"]}


def plain_proof(given: Json) -> Json:
    steps = merkletools_tree.read_steps(given["steps"])
    root = merkletools_tree.implied_root_of_steps(data(given["leaf"]), given["index"], given["count"], steps)
    return {"root": root.hex(), "isRoot": root.hex() == given["root"]}


OPERATIONS: dict[tuple[str, str], Callable[[Json], Json]] = {
    ("liability-tree", "account_id"): account_id,
    ("liability-tree", "context"): context,
    ("liability-tree", "id_digest"): lambda given: hashed(hashes.id_digest(data(given["account"]))),
    ("liability-tree", "account_key"): account_key,
    ("liability-tree", "record_key"): record_key,
    ("liability-tree", "record_tag"): record_tag,
    ("liability-tree", "leaf"): lambda given: hashed(hashes.leaf_hash(data(given["tag"]), int(given["amount"]))),
    ("liability-tree", "node"): node,
    ("liability-tree", "empty"): lambda given: hashed(hashes.empty_nodes(given["depth"])[-1]),
    ("liability-tree", "committed_root"): committed_root,
    ("liability-tree", "fold"): fold_path,
    ("liability-tree", "recompute"): rebuild,
    ("liability-tree", "record"): open_record,
    ("liability-tree", "commitment"): open_commitment,
    ("liability-tree", "opening"): open_root,
    ("liability-tree", "commitments_root"): lambda given: {"root": rfc6962.root([*map(data, given["roots"])]).hex()},
    ("merkletools", "leaf"): lambda given: hashed(merkletools_tree.leaf_hash(data(given["data"]))),
    ("merkletools", "proof"): plain_proof,
}


def run(path: str, given: Json) -> Json:
    return OPERATIONS[path.partition("/")[0], given["operation"]](given)


@pytest.mark.parametrize("path", CASES)
def test_vector(path: str) -> None:
    given, expect = CASES[path]["input"], CASES[path]["expect"]
    if "error" in expect:
        with pytest.raises(getattr(errors, expect["error"])) as caught:
            run(path, given)
        assert type(caught.value).__name__ == expect["error"]
        return
    assert run(path, given) == expect["result"]


def is_negative(expect: Json) -> bool:
    return "error" in expect or any(value is False for value in expect["result"].values())


def test_every_vector_says_what_it_shows() -> None:
    for path, content in CASES.items():
        assert list(content) == ["description", "threat", "input", "expect"], path
        assert path.endswith("_fail.json") == is_negative(content["expect"]), path
        assert content["expect"].get("error") in {None, "EvidenceError", "FormatError"}, path


@pytest.mark.parametrize("family", ["liability-tree", "merkletools"])
def test_two_thirds_of_the_vectors_are_negative_in_each_family(family: str) -> None:
    paths = [path for path in CASES if path.startswith(f"{family}/")]
    assert paths
    assert 3 * sum(path.endswith("_fail.json") for path in paths) >= 2 * len(paths)


def test_vectors_are_made_again_and_have_one_name_each() -> None:
    assert dict(cases()) == CASES
    assert len(list(cases())) == len(CASES)


def test_every_operation_has_a_vector_and_every_threat_of_the_tree() -> None:
    assert {(path.partition("/")[0], content["input"]["operation"]) for path, content in CASES.items()} == set(
        OPERATIONS
    )
    wanted = {"T01", "T03", "T06", "T08", "T09", "T10", "T12", "T13", "T17", "T18", "T20", "T21", "T78"}
    assert wanted <= {content["threat"] for content in CASES.values()}
