"""What the pages show is what the code reads and writes."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable

import pytest

from por.checks.catalogue import CATALOGUE
from por.checks.policy import require_usable, shipped_tables
from por.checks.requirements import CERTIFICATE, NEVER_WAIVED, PROFILES, PUBLISHED
from por.checks.rules.table import RULE_CHECKS
from por.commitments import rfc6962
from por.commitments.binding import bound_root
from por.encoding import (
    bundle_v1,
    control_signature_v1,
    declarations_v1,
    evm_account_proof_v1,
    evm_code_v1,
    evm_header_v1,
    evm_witness_v1,
    inclusion_proof_v1,
    media_types,
    policy_v1,
    tables_v1,
    verdict_v1,
)
from por.encoding.digests import digest_of
from por.model import Grade, Outcome, Verdict
from por.proofs.signed_note import VerifierKey, read_bundle_note_text, signers
from por.report import render
from por.report.limits import LIMITS
from tests import pages
from tests.documents import canonical, put

READERS: dict[str, Callable[[bytes], object]] = {
    media_types.BUNDLE: bundle_v1.read,
    media_types.CONTROL_SIGNATURE: control_signature_v1.read,
    media_types.DECLARATIONS: declarations_v1.read,
    media_types.EVM_ACCOUNT_PROOF: evm_account_proof_v1.read,
    media_types.EVM_CODE: evm_code_v1.read,
    media_types.EVM_HEADER: evm_header_v1.read,
    media_types.EVM_WITNESS: evm_witness_v1.read,
    media_types.INCLUSION_PROOF: inclusion_proof_v1.read,
    media_types.VERDICT: verdict_v1.read,
}
PAGES = sorted(path.name for path in pages.SPEC.glob("*.md") if path.name != "README.md")
JSON_EXAMPLES = [(page, name) for page in PAGES for name in pages.blocks(page) if name.startswith("json")]
KEY = re.search(r"`(exchange\.example\+\S+)`", pages.text("bundle.md"))


def test_the_index_names_every_page_once_and_no_other() -> None:
    listed = re.findall(r"^\d+\. \[`([a-z-]+\.md)`\]\(([a-z-]+\.md)\): \S", pages.text("README.md"), re.MULTILINE)
    assert all(name == target for name, target in listed)
    assert sorted(name for name, _ in listed) == PAGES


@pytest.mark.parametrize("page", PAGES)
def test_pages_link_to_pages_that_are_there(page: str) -> None:
    mentioned = set(re.findall(r"`([a-z-]+\.md)`", pages.text(page)))
    assert mentioned <= set(PAGES)


@pytest.mark.parametrize("page", ["bundle.md", "declarations.md", "verdict.md", "policy.md"])
def test_a_page_shows_an_example_then_conventions_layout_and_steps(page: str) -> None:
    headings = re.findall(r"^## (.+)$", pages.text(page), re.MULTILINE)
    assert headings[:2] == ["Example", "Conventions"]
    assert re.search(r"^1\. .+\n2\. ", pages.text(page), re.MULTILINE)


@pytest.mark.parametrize(("page", "name"), JSON_EXAMPLES)
def test_examples_with_a_media_type_are_read(page: str, name: str) -> None:
    value = json.loads(pages.blocks(page)[name])
    reader = READERS.get(value.get("mediaType", ""))
    if reader is not None:
        reader(canonical(value))


@pytest.mark.parametrize(
    ("page", "name"),
    [("bundle.md", "bundle.json"), ("declarations.md", "declarations.json"), ("verdict.md", "verdict.json")],
)
def test_every_json_example_of_these_pages_is_read_and_written_again(page: str, name: str) -> None:
    data = pages.document_bytes(page, name)
    codec = {"bundle.md": bundle_v1, "declarations.md": declarations_v1, "verdict.md": verdict_v1}[page]
    assert codec.write(codec.read(data)) == data


def test_the_examples_bundle_is_one_whole() -> None:
    data = pages.document_bytes("bundle.md", "bundle.json")
    bundle = bundle_v1.read(data)
    assert f"{len(data)} bytes in one line" in pages.text("bundle.md")
    assert rfc6962.root([item.root for item in bundle.liabilities]) == bundle.commitments_root
    assert KEY is not None
    contents = signers(pages.blocks("bundle.md")["text bundle.note"], [VerifierKey.parse(KEY[1])])
    note = read_bundle_note_text(contents.text)
    assert len(contents.names) == 1
    assert (note.issuer, note.snapshot) == (bundle.issuer, bundle.snapshot)
    assert (note.bundle_digest, note.commitments_root) == (digest_of(data), bundle.commitments_root)
    assert note.case_rule is bundle.case_rule
    assert all(bound_root(item, bundle.issuer, bundle.snapshot) == item.root for item in bundle.liabilities)
    used = {bundle.blocks[0].header, bundle.blocks[0].child, bundle.declarations} - {None}
    used |= {row.control for row in bundle.reserves if row.control}
    used |= {digest for row in bundle.reserves for claim in row.holdings for digest in claim.evidence}
    assert used == {entry.digest for entry in bundle.evidence}


def test_the_bundles_tables_name_every_member() -> None:
    bundle = pages.document("bundle.md", "bundle.json")
    named = pages.named_in_tables("bundle.md", "The document")
    for shown in (
        bundle,
        bundle["blocks"][0],
        bundle["liabilities"][0],
        bundle["reserves"][0],
        bundle["reserves"][0]["holdings"][0],
        bundle["reserves"][0]["holdings"][0]["encumbrance"],
        bundle["evidence"][0],
    ):
        assert set(shown) <= named
    assert named <= {name for shown in (bundle, *bundle["blocks"], *bundle["reserves"]) for name in shown} | {
        *bundle["liabilities"][0],
        *bundle["reserves"][0]["holdings"][0],
        *bundle["evidence"][0],
        *bundle["reserves"][0]["holdings"][0]["encumbrance"],
    }
    families = (
        kind.removeprefix("application/vnd.por.").removesuffix("+json").removesuffix(".v1")
        for kind in media_types.EVIDENCE
    )
    assert all(f"`{family}`" in pages.text("bundle.md") for family in families)


def test_the_bundles_limits_are_the_codecs() -> None:
    page = pages.text("bundle.md")
    assert bundle_v1.MAX_BYTES == 64 * 2**20
    assert f"{bundle_v1.MAX_ITEMS:,} commas and colons" in page
    assert f"{verdict_v1.MAX_ITEMS:,} commas and colons" in pages.text("verdict.md")
    sizes = (bundle_v1.MAX_EVIDENCE_BYTES, bundle_v1.MAX_DOCUMENT_BYTES, declarations_v1.MAX_BYTES)
    for limit in (bundle_v1.MAX_LIABILITIES, bundle_v1.MAX_ACCOUNTS, *sizes):
        assert f"{limit:,}" in page
    assert str(bundle_v1.MAX_HOLDINGS) in page


@pytest.fixture(scope="module")
def example() -> Verdict:
    return verdict_v1.read(pages.document_bytes("verdict.md", "verdict.json"))


def test_the_verdict_is_printed_as_the_page_shows(example: Verdict) -> None:
    assert render(example) == pages.blocks("verdict.md")["text rendering"]


def test_the_verdicts_finding_is_read(example: Verdict) -> None:
    shown = pages.document("verdict.md", "coverage finding")
    whole = pages.document("verdict.md", "verdict.json")
    verdict = verdict_v1.read(canonical({**whole, "findings": [shown], "outcome": "INCONCLUSIVE", "exit": 3}))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "40.00 % is covered" in render(verdict)


def test_the_verdicts_tables_name_every_member() -> None:
    verdict = pages.document("verdict.md", "verdict.json")
    assert pages.named_in_tables("verdict.md", "The document") == {*verdict, *verdict["findings"][0]}


def test_the_verdicts_page_has_the_grades_outcomes_checks_and_limits_of_the_code() -> None:
    page = pages.text("verdict.md")
    assert ", ".join(f"`{grade.text}`" for grade in sorted(Grade, reverse=True)) in page
    assert all(f"| {outcome} |" in page for outcome in Outcome)
    assert all(f"`{profile}`" in page for profile in PROFILES)
    assert "\n".join(f"- {limit}" for limit in LIMITS) in page


@pytest.mark.parametrize("name", ["toml policy.toml", "toml shortest.toml"])
def test_the_policies_are_read_and_can_be_used(name: str) -> None:
    policy = policy_v1.read(pages.blocks("policy.md")[name].encode(), shipped_tables())
    require_usable(policy)
    assert policy.issuer == "exchange.example"


def test_the_policy_page_shows_and_names_every_entry() -> None:
    shown = tomllib.loads(pages.blocks("policy.md")["toml policy.toml"])
    nested = {"issuer", "snapshot", "coverage", "movement", "registry", "law"}
    entries = {name for name in shown if name not in nested}
    entries |= {f"{name}.{inner}" for name in nested for inner in shown[name]}
    assert pages.named_in_tables("policy.md", "Entries") == entries
    tables = {name for table in ("layout", "call", "bridge", "beacon") for name in shown[table][0]}
    assert pages.named_in_tables("policy.md", "Tables") == tables


def test_the_policy_page_names_every_member_of_what_the_digest_covers() -> None:
    policy = policy_v1.read(pages.blocks("policy.md")["toml policy.toml"].encode(), tables_v1.Tables((), ()))
    covered = json.loads(policy_v1.canonical_bytes(policy))
    assert pages.named_in_tables("policy.md", "The digest") == set(covered)
    layout = pages.text("policy.md").split("| `layouts` |")[1].split("\n")[0]
    assert all(f"`{name}`" in layout for name in covered["layouts"][0])


def test_the_policy_page_names_what_cannot_be_waived() -> None:
    sentence = next(line for line in pages.text("policy.md").splitlines() if line.endswith(" cannot be waived."))
    assert re.findall(r"`([a-z.]+)`", sentence) == list(NEVER_WAIVED)


def test_the_pages_speak_of_checks_that_exist() -> None:
    ids = {check.id for check in CATALOGUE}
    families = {check.id.partition(".")[0] for check in CATALOGUE}
    for page in ("bundle.md", "policy.md", "verdict.md"):
        named = set(re.findall(r"`([a-z]+\.[a-z]+)`", pages.text(page)))
        named = {name for name in named if not name.endswith(".md")}
        assert {name for name in named if name.partition(".")[0] in families - {"snapshot"}} <= ids
    others = {"liabilities.inclusion", *CERTIFICATE, *PUBLISHED, *RULE_CHECKS}
    assert all(check_id in pages.text("bundle.md") for check_id in ids - others)


@pytest.mark.parametrize(
    ("place", "value"),
    [("/liabilities/0/total", "0"), ("/instant", "2026-11-02T00:00:00Z"), ("/reserves/0/holdings/1/amount", "1")],
)
def test_t42_another_figure_is_another_digest_and_the_note_is_not_of_it(place: str, value: str) -> None:
    changed = canonical(put(pages.document("bundle.md", "bundle.json"), place, value))
    bundle_v1.read(changed)
    assert str(digest_of(changed)) not in pages.blocks("bundle.md")["text bundle.note"]
