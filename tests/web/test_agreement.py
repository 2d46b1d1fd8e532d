"""Random input is read alike, receipts are those of the specification, and mutants of the page are noticed."""

from __future__ import annotations

import functools
import hashlib
import json
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from por.commitments.account_ids import account_id_bytes
from por.encoding import bundle_v1, canonical, inclusion_proof_v1, strict_json
from por.errors import FormatError, PorError
from por.model import CaseRule, Instant, format_coins, parse_coins, parse_units, plain_text, printable
from por.proofs.signed_note import VerifierKey
from por.web import assemble
from tests.checks.scenery import NOON, bundle, note_text, proof_of, root_of, trees
from tests.documents import bundles, inclusion_proofs
from tests.web import engines
from tests.web.engines import Engine, in_node
from tests.web.scenes import outcome_in_page, outcome_in_python, scenes

Json = dict[str, Any]

# The characters that readers trip over, among all others.
NASTY = st.sampled_from('{}[]",:\\/ \t\n0123456789.eE+-truefalsn\u0000\u007f\u00a0\u200b\u202e\ufeff\ud800\u3042é')
TEXTS = st.text(NASTY | st.characters(), max_size=60)
# What Unicode's tables call a character depends on their version.
OLD = st.characters(max_codepoint=0xFFFF, exclude_categories=["Cn", "Co"])
NAMEABLE = st.characters(max_codepoint=0xFFFF, exclude_categories=["Cn", "Co", "Cs"])


def python(read: Callable[[], Json]) -> Json:
    try:
        return {"ok": read()}
    except FormatError:
        return {"error": "FormatError"}
    except PorError as error:
        return {"error": type(error).__name__}


def javascript(answer: Json) -> Json:
    return {"ok": answer["ok"]} if "ok" in answer else {"error": answer["error"]}


def agree(engine: Engine, jobs: Sequence[Json], wanted: Sequence[Callable[[], Json]]) -> None:
    for job, answer, read in zip(jobs, engine(jobs), wanted, strict=True):
        assert javascript(answer) == python(read), job


@settings(max_examples=15)
@given(texts=st.lists(TEXTS, min_size=1, max_size=20))
def test_t86_json_of_any_kind_is_read_alike(texts: list[str], node_engine: Engine) -> None:
    for operation, load in (("strict", strict_json.load), ("canonical", canonical.load)):
        raws = [text.encode("utf-8", "surrogatepass") for text in texts]
        jobs = [{"run": operation, "bytes": raw.hex()} for raw in raws]

        def reading(raw: bytes, load: Callable[..., object] = load) -> Callable[[], Json]:
            return lambda: {"value": canonical.dumps(load(raw, max_bytes=2**20)).decode()}

        agree(node_engine, jobs, [reading(raw) for raw in raws])


documents = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**54), 2**54) | st.text(OLD, max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(OLD, max_size=5), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=15)
@given(values=st.lists(documents, min_size=1, max_size=10), indent=st.sampled_from([None, 1]))
def test_t86_written_json_is_read_alike(values: list[object], indent: int | None, node_engine: Engine) -> None:
    raws = [
        json.dumps(value, indent=indent, ensure_ascii=indent is None).encode("utf-8", "surrogatepass")
        for value in values
    ]
    jobs = [{"run": "strict", "bytes": raw.hex()} for raw in raws]

    def reading(raw: bytes) -> Callable[[], Json]:
        return lambda: {"value": canonical.dumps(strict_json.load(raw, max_bytes=2**20)).decode()}

    agree(node_engine, jobs, [reading(raw) for raw in raws])


@settings(max_examples=15)
@given(
    texts=st.lists(st.text(st.sampled_from("0123456789.eE+-_, x٣"), max_size=45), min_size=1, max_size=20),
    decimals=st.integers(0, 36),
)
def test_t84_t87_amounts_are_read_alike(texts: list[str], decimals: int, node_engine: Engine) -> None:
    def coins(text: str) -> Json:
        return {"units": str(parse_coins(text, decimals))}

    def units(text: str) -> Json:
        return {"units": str(parse_units(text))}

    agree(
        node_engine,
        [{"run": "amount", "kind": "coins", "text": text, "decimals": decimals} for text in texts],
        [partial(coins, text) for text in texts],
    )
    agree(
        node_engine,
        [{"run": "amount", "kind": "units", "text": text} for text in texts],
        [partial(units, text) for text in texts],
    )


@settings(max_examples=15)
@given(units=st.lists(st.integers(0, 2**128 - 1), min_size=1, max_size=20), decimals=st.integers(0, 36))
def test_t87_amounts_are_written_alike(units: list[int], decimals: int, node_engine: Engine) -> None:
    def written(each: int) -> Json:
        return {"text": format_coins(each, decimals)}

    agree(
        node_engine,
        [{"run": "amount", "kind": "written", "units": str(each), "decimals": decimals} for each in units],
        [partial(written, each) for each in units],
    )


@settings(max_examples=15)
@given(texts=st.lists(st.text(OLD | NASTY, max_size=30), min_size=1, max_size=20), rule=st.sampled_from(list(CaseRule)))
def test_t14_t93_account_ids_and_texts_are_read_alike(texts: list[str], rule: CaseRule, node_engine: Engine) -> None:
    known = [text for text in texts if all(unicodedata.category(each) != "Cn" for each in text)]
    readers: dict[str, Callable[[str], Json]] = {
        "tree": lambda text: {"hex": account_id_bytes(text, rule).hex()},
        "plain": lambda text: {"text": plain_text(text), "printable": printable(text)},
        "printable": lambda text: {"text": printable(text)},
    }
    for run, read in readers.items():
        jobs = [
            {"run": run, "text": text, "given": {"operation": "account_id", "text": text, "rule": rule}}
            for text in known
        ]
        agree(node_engine, jobs, [partial(read, text) for text in known])


@settings(max_examples=15)
@given(made=st.lists(inclusion_proofs(), min_size=1, max_size=5), more=st.lists(bundles(), min_size=1, max_size=3))
def test_documents_of_any_content_are_read_alike(made: list[Any], more: list[Any], node_engine: Engine) -> None:
    raws = [inclusion_proof_v1.write(each) for each in made]
    jobs = [{"run": "proof", "bytes": raw.hex()} for raw in raws]
    for answer, raw, proof in zip(node_engine(jobs), raws, made, strict=True):
        assert answer["ok"] == {"trees": len(proof.trees), "digest": f"sha256:{hashlib.sha256(raw).hexdigest()}"}
    raws = [bundle_v1.write(each) for each in more]
    jobs = [{"run": "bundle", "bytes": raw.hex()} for raw in raws]
    for answer, raw, each in zip(node_engine(jobs), raws, more, strict=True):
        assert answer.get("ok") == {"snapshot": each.snapshot, "digest": f"sha256:{hashlib.sha256(raw).hexdigest()}"}


@settings(max_examples=15)
@given(keys=st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=10), name=st.text(NAMEABLE, max_size=12))
def test_t39_keys_are_read_alike(keys: list[bytes], name: str, node_engine: Engine) -> None:
    texts = [str(VerifierKey(name, public)) for public in keys]

    def reading(text: str) -> Callable[[], Json]:
        def read() -> Json:
            key = VerifierKey.parse(text)
            return {"name": key.name, "id": key.id.hex(), "public": key.public.hex()}

        return read

    agree(node_engine, [{"run": "key", "key": text} for text in texts], [reading(text) for text in texts])


# --- receipts


@pytest.mark.parametrize("name", ["honest", "account 'bob'", "no amounts", "pinned by wrong root", "pinned by no note"])
def test_t79_t82_a_receipt_is_what_its_specification_says(name: str, engine: Engine) -> None:
    one, salt = scenes()[name], bytes(range(32))
    file = one.documents[0]
    job = {"run": "receipt", "file": file.hex(), "salt": salt.hex(), "now": NOON.seconds, "verify": one.job()}
    (answer,) = engine([job])
    verdict = one.in_python()
    failed = sorted({row.check for row in verdict.findings if row.required and row.outcome == "FAIL"})
    wanted = {
        "mediaType": "application/vnd.por.receipt.v1+json",
        "format": "por-inclusion-proof-v1",
        "issuer": "exchange.example",
        "snapshot": verdict.snapshot,
        "root": root_of(trees()).hex(),
        "file": "sha256:" + hashlib.sha256(b"por/receipt/v1\0" + salt + file).hexdigest(),
        "verdict": {"outcome": str(verdict.outcome), "failed": failed, "checkedAt": str(NOON)},
    }
    assert answer["ok"]["receipt"].encode() == canonical.dumps(wanted)


@pytest.mark.parametrize(
    ("proof", "root"),
    [
        (proof_of("alice", note=note_text(bundle(), commitments_root=bytes(32))), None),
        (proof_of("alice", note=""), root_of(trees()).hex()),
        (proof_of("alice", note="no note"), root_of(trees()).hex()),
        (replace(proof_of("alice"), trees=()), None),
        (replace(proof_of("alice"), count=5), None),
    ],
)
def test_t82_a_receipt_names_no_root_of_ones_own(proof: Any, root: str | None, engine: Engine) -> None:
    file = inclusion_proof_v1.write(proof)
    (answer,) = engine([{"run": "receipt", "file": file.hex(), "salt": "00" * 32, "now": 0, "verify": None}])
    receipt = json.loads(answer["ok"]["receipt"])
    assert (receipt["root"], receipt["verdict"]) == (root, None)


# --- beside the previous proof


def test_t78_what_changed_since_the_previous_proof(engine: Engine) -> None:
    honest = scenes()["honest"]
    before = replace(proof_of("alice", note=""), instant=Instant(NOON.seconds - 60))
    job = {
        "run": "compare",
        "previous": replace(honest, documents=(inclusion_proof_v1.write(before),)).job(),
        "present": honest.job(),
    }
    (answer,) = engine([job])
    told = answer["ok"]
    assert told["forward"]
    assert {row["change"] for row in told["rows"]} == {"unshown"}
    keys = {record.key.hex() for tree in before.trees for record in tree.records}
    assert keys <= set(told["shared"])
    fewer = replace(proof_of("alice"), trees=proof_of("alice").trees[:2])
    job["present"], job["previous"] = replace(honest, documents=(inclusion_proof_v1.write(fewer),)).job(), honest.job()
    (answer,) = engine([job])
    assert [row["change"] for row in answer["ok"]["rows"]] == ["same", "same", "gone"]
    assert not answer["ok"]["forward"]


# --- a second implementation is only worth what its tests would notice


MUTANTS = {
    "scheme": [
        ("if (sum >= LIMIT)", "if (sum > LIMIT * 4n)"),
        ("& 1n;\n    node = right", "& 1n ? 0n : 1n;\n    node = right"),
        ("byte(7)", "byte(6)"),
    ],
    "inclusion": [
        ("const good = wanted === units;", "const good = wanted <= units;"),
        ("implied.total === total && implied.depth === depth", "implied.depth === depth"),
        ("if (new Set(tree.records.map((record) =>", "if (0 && new Set(tree.records.map((record) =>"),
        ("!isDebt(commitment.segment)", "true"),
        ("found[i] !== must[i]", "false && found[i]"),
        ("if (!same(bound.value, commitment.root))", "if (false)"),
        ("bundle.supersedes) return", "bundle.supersedes && false) return"),
    ],
    "note": [("return signature.length === 64 &&", "return true || "), ("new Set(keys).size !== keys.length", "false")],
    "strict": [("if (members.has(name))", "if (false)"), ("if (!same(utf8(canonical(value)), bytes))", "if (false)")],
    "say": [('"stale" : "failed"', '"failed" : "failed"'), ('owed(rows[0]) ? "debt" : "your"', '"your"')],
    "fresh": [("age > maxAge", "age > maxAge + 1")],
}


@functools.cache
def outcomes_in_python() -> dict[str, Json]:
    return {name: outcome_in_python(one) for name, one in scenes().items()}


@pytest.mark.parametrize(("module", "old", "new"), [(m, a, b) for m, pairs in MUTANTS.items() for a, b in pairs])
def test_a_mutant_of_the_page_is_noticed(
    module: str, old: str, new: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = (assemble.SOURCES / f"{module}.js").read_text("utf-8")
    assert source.count(old) == 1, old
    harness = engines.harness()
    start = harness.index(f"const ${module} = (() => {{")
    mutant = harness[:start] + harness[start:].replace(old, new, 1)
    monkeypatch.setattr(engines, "harness", lambda: mutant)
    with in_node(tmp_path) as engine:
        assert is_noticed(engine)


def is_noticed(engine: Engine) -> bool:
    every = scenes()
    answers = engine([one.job() for one in every.values()])
    wanted = outcomes_in_python()
    differing = [name for name, answer in zip(every, answers, strict=True) if outcome_in_page(answer) != wanted[name]]
    if differing:
        return True
    from tests.web.test_vectors import CASES, JOBS, test_vector  # noqa: PLC0415 - it takes an engine like any other

    assert JOBS
    for path in CASES:
        try:
            test_vector(path, engine)
        except AssertionError:
            return True
    return False
