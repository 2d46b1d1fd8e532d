"""The pages on the liability tree and the inclusion proof: their numbers made again, by reference and by code."""

from __future__ import annotations

import hashlib
import json
import random
import re
from bisect import bisect
from math import sqrt
from pathlib import Path
from statistics import fmean, pstdev
from typing import Any

import pytest

from por.checks.inclusion import Customer, verify_inclusion
from por.checks.pins import Pins
from por.commitments import hashes, rfc6962
from por.commitments.account_ids import MAX_BYTES, account_id_bytes
from por.commitments.binding import bound_root
from por.commitments.sum_tree import recompute
from por.encoding import inclusion_proof_v1
from por.issuer.prove import prove
from por.issuer.store import ProofStore
from por.model import CaseRule, Expectation, Finding, InclusionProof, Instant, Outcome
from por.proofs.inclusion import implied_commitment, implied_commitments_root
from por.proofs.signed_note import VerifierKey, read_bundle_note_text, signers
from scripts.vectors_liabilities import cases
from tests import pages
from tests.commitments import reference
from tests.documents import canonical
from tests.issuer import ledgers

Json = dict[str, Any]

TREE_PAGE, PROOF_PAGE = "liability-tree.md", "inclusion-proof.md"
EXAMPLE = pages.document(TREE_PAGE, "example.json")
TREES = {tree["segment"]: tree for tree in EXAMPLE["trees"]}
NOW = Instant.parse("2026-11-02T00:00:00Z")
data = bytes.fromhex


@pytest.fixture(scope="module")
def proof() -> InclusionProof:
    return inclusion_proof_v1.read(pages.document_bytes(PROOF_PAGE, "inclusion-proof.json"))


def names_of(tree: Json) -> tuple[str, str, str, str, str]:
    return tree["scheme"], EXAMPLE["issuer"], EXAMPLE["snapshot"], tree["segment"], tree["asset"]


# The worked example


@pytest.mark.parametrize("segment", TREES)
@pytest.mark.parametrize("by", [hashes, reference])
def test_the_examples_records_are_computed_from_ledger_and_key(segment: str, by: Any) -> None:
    tree = TREES[segment]
    context = by.context(*names_of(tree), tree["decimals"])
    assert context.hex() == tree["context"]
    for record in tree["records"]:
        digest = by.id_digest(record["account"].encode())
        account_key = by.account_key(data(EXAMPLE["masterKey"]), EXAMPLE["issuer"], EXAMPLE["snapshot"], digest)
        record_key = by.record_key(account_key, context, record["part"])
        tag = by.record_tag(record_key, context, digest)
        made = [digest.hex(), account_key.hex(), record_key.hex(), tag.hex()]
        assert made == [record[name] for name in ("idDigest", "accountKey", "recordKey", "tag")]
        assert hashes.leaf_hash(tag, int(record["amount"])).hex() == record["leaf"]


@pytest.mark.parametrize("segment", TREES)
def test_the_examples_levels_are_computed_from_its_records(segment: str) -> None:
    tree = TREES[segment]
    rows = [(data(record["leaf"]), int(record["amount"])) for record in tree["records"]]
    rows += [(hashes.EMPTY_LEAF, 0)] * (2 ** tree["depth"] - len(rows))
    for level in tree["levels"]:
        assert level == [{"hash": node.hex(), "sum": str(total)} for node, total in rows]
        pairs = list(zip(rows[::2], rows[1::2], strict=False))
        rows = [(hashes.node_hash(*left, *right), left[1] + right[1]) for left, right in pairs]
    assert len(tree["levels"]) == tree["depth"] + 1


@pytest.mark.parametrize("segment", TREES)
def test_the_examples_roots_are_rebuilt_from_its_tags(segment: str) -> None:
    tree = TREES[segment]
    leaves = [(data(record["tag"]), int(record["amount"])) for record in tree["records"]]
    assert [record["index"] for record in tree["records"]] == list(range(len(leaves)))
    told = recompute(leaves, tree["depth"])
    root = hashes.committed_root(data(tree["context"]), told.depth, told.total, told.top)
    assert (root.hex(), str(told.total), told.top.hex()) == (tree["root"], tree["total"], tree["top"])


def test_the_examples_commitments_root() -> None:
    roots = [data(tree["root"]) for tree in EXAMPLE["trees"]]
    assert rfc6962.root(roots).hex() == EXAMPLE["commitmentsRoot"] == reference.mth(roots).hex()
    assert list(TREES) == sorted(TREES)


def test_the_example_is_that_of_the_pages_beside_it() -> None:
    made = pages.document("proof-store.md", "commitments.json")
    assert made["commitmentsRoot"] == EXAMPLE["commitmentsRoot"]
    shared = ("root", "top", "total", "depth", "decimals", "asset", "segment", "scheme")
    told = [[tree[name] for name in shared] for tree in EXAMPLE["trees"]]
    assert [[row[name] for name in shared] for row in made["liabilities"]] == told


def test_the_examples_commitments_bind_what_they_state(proof: InclusionProof) -> None:
    for tree in proof.trees:
        assert bound_root(tree.commitment, proof.issuer, EXAMPLE["snapshot"]) == tree.commitment.root


def shortened(page: str, section: str) -> set[str]:
    return set(re.findall(r"`([0-9a-f]{8})…`", pages.text(page).split(f"\n## {section}\n")[1].split("\n## ")[0]))


def test_the_hashes_that_the_text_shortens_are_the_examples() -> None:
    alice = next(record for record in TREES["spot"]["records"] if record["account"].startswith("alice"))
    top = TREES["spot"]["levels"][-1][0]["hash"]
    whole = [TREES["spot"]["context"], alice["idDigest"], alice["tag"], alice["leaf"], top, TREES["spot"]["root"]]
    assert shortened(TREE_PAGE, "What one record implies") == {text[:8] for text in whole}
    assert shortened(TREE_PAGE, "What a commitment binds") == {top[:8], TREES["spot"]["root"][:8]}
    roots = [*(tree["root"] for tree in EXAMPLE["trees"]), EXAMPLE["commitmentsRoot"]]
    assert shortened(PROOF_PAGE, "Verifying") == {text[:8] for text in roots}


# The layout and the rules


def test_the_layouts_lengths_are_those_that_are_hashed(monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[int] = []
    real = hashlib.sha256

    def counting(message: bytes) -> Any:
        hashed.append(len(message))
        return real(message)

    monkeypatch.setattr(hashes, "sha256", counting)
    zero = bytes(32)
    hashes.leaf_hash(zero, 0)
    hashes.node_hash(zero, 0, zero, 0)
    hashes.record_key(zero, zero, 0)
    hashes.record_tag(zero, zero, zero)
    hashes.committed_root(zero, 0, 0, zero)
    table = pages.text(TREE_PAGE).split("| hashed | length in bytes |")[1].split("\n\n")[0]
    assert [int(number) for number in re.findall(r"= (\d+) \|", table)] == hashed


@pytest.mark.parametrize(("depth", "total"), [(0, 0), (40, 2**128 - 1)])
def test_the_pages_bounds_are_the_codes(depth: int, total: int) -> None:
    hashes.committed_root(bytes(32), depth, total, bytes(32))
    page = pages.text(TREE_PAGE)
    assert f"1 to {MAX_BYTES} bytes" in page
    assert "at most 40" in page
    assert "0 to 2^128 - 1" in page


def test_rules_and_steps_are_numbered_as_the_code_cites_them() -> None:
    page, code = pages.text(TREE_PAGE), Path("por")
    sections = {
        "fold": "Folding a path",
        "record": "What one record implies",
        "opening": "What an opening implies",
        "commitment": "What a commitment binds",
    }
    cited: dict[str, set[str]] = {name: set() for name in sections}
    for module in ("commitments/sum_tree.py", "commitments/binding.py", "proofs/inclusion.py"):
        source = (pages.SPEC.parents[1] / code / module).read_text("utf-8")
        for name, numbers in re.findall(r"# (fold|record|opening|commitment) ((?:\d, )*\d)$", source, re.MULTILINE):
            cited[name].update(numbers.split(", "))
    for name, heading in sections.items():
        section = page.split(f"\n## {heading}\n")[1].split("\n## ")[0]
        assert cited[name] == set(re.findall(r"^(\d+)\. ", section, re.MULTILINE))
    rules = page.split("\n## Rules\n")[1].split("\n## ")[0]
    assert re.findall(r"^(\d+)\. ", rules, re.MULTILINE) == [str(number) for number in range(1, 11)]


def test_the_page_names_every_operation_of_the_vectors() -> None:
    made = {content["input"]["operation"] for path, content in cases() if path.startswith("liability-tree/")}
    assert pages.named_in_tables(TREE_PAGE, "Vectors") == made


# What leaks


def estimate(tag: int, index: int) -> float:
    return 1 + index / (tag / 2**256)


def test_the_examples_estimate() -> None:
    alice = TREES["spot"]["records"][1]
    tag = int(alice["tag"], 16)
    assert f"u = {tag / 2**256:.4f}" in pages.text(TREE_PAGE)
    assert f"about {estimate(tag, 1):.1f} records" in pages.text(TREE_PAGE)


def test_the_tables_errors_are_the_formulas() -> None:
    section = pages.text(TREE_PAGE).split("| records n |")[1].split("\n\n")[0]
    rows = re.findall(r"^\| ([\d,]+) \| ([\d.]+) \| ([\d.]+) % \|$", section, re.MULTILINE)
    assert len(rows) == 6
    for count, u, error in rows:
        n, share = int(count.replace(",", "")), float(u)
        assert float(error) == float(f"{100 * sqrt((1 - share) / (share * n)):.2g}")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_the_formula_is_what_tags_do(share: float) -> None:
    chance, n, mine = random.Random(17), 1_000, int(share * 2**256)
    told = []
    for _ in range(400):
        others = sorted(chance.getrandbits(256) for _ in range(n - 1))
        told.append(estimate(mine, bisect(others, mine)) / n)
    assert fmean(told) == pytest.approx(1, abs=0.02)
    assert pstdev(told) == pytest.approx(sqrt((1 - share) / (share * n)), rel=0.15)


# The file


def test_the_example_is_read_and_written_again(proof: InclusionProof) -> None:
    written = pages.document_bytes(PROOF_PAGE, "inclusion-proof.json")
    assert inclusion_proof_v1.write(proof) == written
    assert f"{len(written)} bytes in one line" in pages.text(PROOF_PAGE)


def test_the_example_is_what_the_issuer_hands_out(proof: InclusionProof, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.csv"
    ledger.write_text(pages.blocks("proof-store.md")["csv ledger.csv"], "utf-8")
    ledgers.commit_file(ledger, tmp_path / "out", instant=proof.instant, master_key=data(EXAMPLE["masterKey"]))
    with ProofStore.open(tmp_path / "out") as store:
        assert prove(store, "Alice@example.com", proof.note) == proof


def test_the_example_implies_its_commitments_and_their_root(proof: InclusionProof) -> None:
    account = account_id_bytes("alice@example.com", proof.case_rule)
    for tree in proof.trees:
        for record in tree.records:
            made = implied_commitment(tree, record, proof.issuer, EXAMPLE["snapshot"], account)
            wanted = tree.commitment
            assert (made.root, made.total, made.depth) == (wanted.root, wanted.total, wanted.depth)
        assert implied_commitments_root(tree, proof.count).hex() == EXAMPLE["commitmentsRoot"]


def test_the_examples_note_is_the_bundles_and_names_the_root(proof: InclusionProof) -> None:
    assert proof.note == pages.blocks("bundle.md")["text bundle.note"]
    key = re.search(r"`(exchange\.example\+\S+)`", pages.text("bundle.md"))
    assert key is not None
    contents = signers(proof.note, [VerifierKey.parse(key[1])])
    note = read_bundle_note_text(contents.text)
    assert len(contents.names) == 1
    assert (note.snapshot, note.commitments_root.hex()) == (EXAMPLE["snapshot"], EXAMPLE["commitmentsRoot"])
    assert note.case_rule is proof.case_rule


def test_the_tables_name_every_member() -> None:
    shown = pages.document(PROOF_PAGE, "inclusion-proof.json")
    tree = shown["trees"][1]
    assert pages.named_in_tables(PROOF_PAGE, "The document") == {*shown, *tree, *tree["records"][0]}
    assert all(f"`{name}`" in pages.text(PROOF_PAGE) for name in (*tree["commitment"], *tree["records"][0]["path"][0]))


def test_the_pages_limits_are_the_codecs() -> None:
    page = pages.text(PROOF_PAGE)
    assert inclusion_proof_v1.MAX_BYTES == 4 * 2**20
    assert "4 MiB" in page
    assert f"at most {inclusion_proof_v1.MAX_TREES}" in page
    assert f"at most {inclusion_proof_v1.MAX_RECORDS}" in page
    assert f"at most {inclusion_proof_v1.MAX_OPENING} hashes" in page


# The procedure


def verified(
    proof: InclusionProof, account: str | None = "alice@example.com", *expected: tuple[str | None, int, str]
) -> list[Finding]:
    rows = [Expectation(segment, proof.trees[at].commitment.asset, coins, "coins") for segment, at, coins in expected]
    pins = Pins(roots=(data(EXAMPLE["commitmentsRoot"]),))
    return list(verify_inclusion([proof], Customer(account, tuple(rows)), pins, now=NOW).findings)


def outcomes(findings: list[Finding], check: str) -> set[Outcome]:
    return {finding.outcome for finding in findings if finding.check == check and finding.required}


SCHEME, INCLUSION, IDENTIFIED = "liabilities.scheme", "liabilities.inclusion", "publication.identified"


def test_the_procedure_passes_for_what_alice_expects(proof: InclusionProof) -> None:
    for segment in ("spot", None):
        found = verified(proof, "Alice@Example.com", (segment, 1, "1.5"))
        assert outcomes(found, INCLUSION) == outcomes(found, IDENTIFIED) == {Outcome.PASS}


@pytest.mark.parametrize(
    ("account", "expected", "outcome"),
    [
        ("bob@example.com", [("spot", 1, "1.5")], Outcome.FAIL),
        ("alice@example.com", [("spot", 1, "1.6")], Outcome.FAIL),
        ("alice@example.com", [("spot", 1, "1.500000000000000001")], Outcome.FAIL),
        ("alice@example.com", [("margin", 1, "1.5")], Outcome.INCONCLUSIVE),
        ("alice@example.com", [(None, 0, "100")], Outcome.INCONCLUSIVE),
        ("alice@example.com", [], Outcome.INCONCLUSIVE),
        (None, [("spot", 1, "1.5")], Outcome.INCONCLUSIVE),
    ],
)
def test_the_procedure_does_not_pass_for_anything_else(
    proof: InclusionProof, account: str | None, expected: list[tuple[str | None, int, str]], outcome: Outcome
) -> None:
    assert outcome in outcomes(verified(proof, account, *expected), INCLUSION)


def changed(proof: InclusionProof, *place: str | int, to: Any) -> InclusionProof:
    value = json.loads(inclusion_proof_v1.write(proof))
    at: Any = value
    for name in place[:-1]:
        at = at[name]
    at[place[-1]] = to
    return inclusion_proof_v1.read(canonical(value))


@pytest.mark.parametrize(
    ("place", "to", "check"),
    [
        (("issuer",), "other.example", INCLUSION),
        (("instant",), "2026-11-01T00:00:01Z", INCLUSION),
        (("count",), 3, IDENTIFIED),
        (("trees", 1, "position"), 0, IDENTIFIED),
        (("trees", 1, "opening"), [], IDENTIFIED),
        (("trees", 1, "commitment", "segment"), "margin", None),
        (("trees", 1, "commitment", "decimals"), 17, INCLUSION),
        (("trees", 1, "commitment", "total"), "1750000000000000000", INCLUSION),
        (("trees", 1, "commitment", "depth"), 3, INCLUSION),
        (("trees", 1, "commitment", "segment"), "debt:spot", SCHEME),
        (("trees", 1, "commitment", "decimals"), 17, SCHEME),
        (("trees", 1, "commitment", "total"), "1750000000000000000", SCHEME),
        (("trees", 1, "commitment", "depth"), 3, SCHEME),
        (("trees", 1, "commitment", "top"), "00" * 32, SCHEME),
        (("trees", 1, "commitment", "root"), "00" * 32, INCLUSION),
        (("trees", 1, "commitment", "root"), "00" * 32, IDENTIFIED),
        (("trees", 1, "records", 0, "amount"), "1500000000000000001", INCLUSION),
        (("trees", 1, "records", 0, "index"), 3, INCLUSION),
        (("trees", 1, "records", 0, "index"), 4, INCLUSION),
        (("trees", 1, "records", 0, "path", 0, "sum"), "0", INCLUSION),
        (("trees", 1, "records", 0, "path", 1, "sum"), str(2**128 - 1), INCLUSION),
        (("trees", 1, "records"), [], INCLUSION),
    ],
)
def test_no_member_is_believed(proof: InclusionProof, place: tuple[str | int, ...], to: Any, check: str | None) -> None:
    found = verified(changed(proof, *place, to=to), "alice@example.com", ("spot", 1, "1.5"))
    assert any(finding.required and finding.outcome is not Outcome.PASS for finding in found)
    if check is not None:
        assert Outcome.FAIL in outcomes(found, check)


def test_t14_one_index_twice_is_a_fail(proof: InclusionProof) -> None:
    twice = changed(
        proof, "trees", 1, "records", to=json.loads(inclusion_proof_v1.write(proof))["trees"][1]["records"] * 2
    )
    assert Outcome.FAIL in outcomes(verified(twice, "alice@example.com", ("spot", 1, "3")), INCLUSION)


def test_the_case_rule_decides_what_is_hashed(proof: InclusionProof) -> None:
    exact = changed(proof, "caseRule", to=str(CaseRule.EXACT))
    assert outcomes(verified(exact, "alice@example.com", ("spot", 1, "1.5")), INCLUSION) == {Outcome.PASS}
    assert Outcome.FAIL in outcomes(verified(exact, "Alice@example.com", ("spot", 1, "1.5")), INCLUSION)
