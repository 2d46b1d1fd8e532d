"""Every vector that concerns the page, in node and in the real browser: what Python says, JavaScript says."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.encoding.test_vectors import document_of, text_of
from tests.web.engines import Engine

Json = dict[str, Any]

VECTORS = Path(__file__).resolve().parents[1] / "vectors"
OF_THE_PROVER = {"account_key", "record_key", "recompute", "empty", "commitments_root"}


def of_json(given: Json) -> Json:
    return {"run": given["operation"], "bytes": text_of(given).hex()}


def of_tree(given: Json) -> Json:
    return {"run": "tree", "given": given}


def of_note(given: Json) -> Json:
    kind = next(kind for kind in ("note", "key", "text") if kind in given)
    return {"run": kind, **given}


def of_document(kind: str) -> Callable[[Json], Json]:
    return lambda given: {"run": kind, "bytes": document_of(given).hex()}


JOBS: dict[str, Callable[[Json], Json]] = {
    "strict-json": of_json,
    "amounts": lambda given: {"run": "amount", **given},
    "identifiers": lambda given: {"run": "name", **given},
    "inclusion-proof-document": of_document("proof"),
    "bundle-document": of_document("bundle"),
    "liability-tree": of_tree,
    "signed-note": of_note,
}


def loaded() -> dict[str, Json]:
    found = {}
    for family in JOBS:
        for path in sorted((VECTORS / family).glob("*.json")):
            content = json.loads(path.read_text("utf-8"))
            if content["input"].get("operation") not in OF_THE_PROVER:
                found[f"{family}/{path.stem}"] = content
    return found


CASES = loaded()
_ANSWERS: dict[Engine, dict[str, Json]] = {}


def answers(engine: Engine) -> dict[str, Json]:
    """Run all vectors at once, once an engine."""
    if engine not in _ANSWERS:
        jobs = [JOBS[path.partition("/")[0]](content["input"]) for path, content in CASES.items()]
        _ANSWERS[engine] = dict(zip(CASES, engine(jobs), strict=True))
    return _ANSWERS[engine]


@pytest.mark.parametrize("path", CASES)
def test_vector(path: str, engine: Engine) -> None:
    expect, answer = CASES[path]["expect"], answers(engine)[path]
    if "error" in expect:
        # A version that is not read is refused by the same class here.
        wanted = "FormatError" if expect["error"] == "UnsupportedVersionError" else expect["error"]
        assert answer.get("error") == wanted, answer
        assert answer["place"] == expect.get("place", answer["place"])
        return
    assert "ok" in answer, answer
    wanted_result = expect.get("result", expect)
    given = dict(answer["ok"])
    if "value" in wanted_result:
        given["value"] = json.loads(given["value"])
    assert {name: given[name] for name in wanted_result if name != "depth"} == {
        name: value for name, value in wanted_result.items() if name != "depth"
    }


def test_whole_families_are_there_and_two_thirds_are_negative() -> None:
    assert {path.partition("/")[0] for path in CASES} == set(JOBS)
    assert 3 * sum(path.endswith("_fail") for path in CASES) >= 2 * len(CASES)
    left_out = sum(
        json.loads(path.read_text("utf-8"))["input"].get("operation") in OF_THE_PROVER
        for family in JOBS
        for path in (VECTORS / family).glob("*.json")
    )
    assert len(CASES) + left_out == sum(len(list((VECTORS / family).glob("*.json"))) for family in JOBS)
