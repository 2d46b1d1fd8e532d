"""Every message that a check can say is in the catalogue, and says itself with the facts it comes with."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from por.checks.catalogue import CATALOGUE
from por.model import Finding, Outcome, printable
from por.report.messages import ENGLISH
from por.report.sentence import PINS
from por.report.text import message
from tests import published_proofs
from tests.architecture import source
from tests.report.certificate_scenes import certificate_verdicts
from tests.report.rule_scenes import RuleScenes
from tests.report.scenes import Scenes, judged, questions

ROOT = Path(__file__).resolve().parents[2]
KEY = re.compile(r"[a-z]+\.[a-z]+\.[a-z_]+|evidence\.[a-z]+")


def constants(module: source.Source) -> dict[str, str]:
    """Return a module's names for texts, such as CHECK."""
    return {
        target.id: node.value.value
        for node in module.tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def pattern(node: ast.JoinedStr, known: dict[str, str]) -> str:
    """Write an f-string as a regular expression: what is not known may be any word."""
    parts = []
    for part in node.values:
        if isinstance(part, ast.Constant):
            parts.append(re.escape(str(part.value)))
        else:
            assert isinstance(part, ast.FormattedValue)
            name = part.value.id if isinstance(part.value, ast.Name) else ""
            parts.append(re.escape(known[name]) if name in known else r"[a-z_.]+")
    return "".join(parts)


def used_keys() -> Iterator[tuple[str, str]]:
    """Yield every message key in por/checks as a regular expression, with its place."""
    ids = {check.id for check in CATALOGUE}
    for module in source.read(ROOT, "por/checks"):
        if module.name == "por.checks.catalogue":
            continue
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and KEY.fullmatch(node.value):
                if node.value not in ids:
                    yield re.escape(node.value), module.at(node)
            elif isinstance(node, ast.JoinedStr):
                written = pattern(node, constants(module))
                if any(re.fullmatch(written, key) for key in ENGLISH) or re.match(r"[a-z]+\\\.[a-z]+\\\.", written):
                    yield written, module.at(node)


USED = list(used_keys())


def test_the_keys_are_found() -> None:
    assert len(USED) > 40


@pytest.mark.parametrize(("key", "place"), USED)
def test_every_key_that_a_check_uses_has_an_english_message(key: str, place: str) -> None:
    assert any(re.fullmatch(key, known) for known in ENGLISH), place


@pytest.mark.parametrize("key", ENGLISH)
def test_every_english_message_is_used_by_a_check(key: str) -> None:
    assert any(re.fullmatch(used, key) for used, _ in USED)


def test_every_key_is_of_a_check_or_of_evidence_in_general() -> None:
    """What the engine of rules says of an answer, it says of any rule's."""
    ids = {check.id for check in CATALOGUE}
    assert {key.rpartition(".")[0] for key in ENGLISH} <= ids | {"evidence", "rulebook.answer"}
    assert set(PINS) <= set(ENGLISH)


def test_coverage_has_a_message_for_each_outcome() -> None:
    assert {f"solvency.coverage.{outcome.lower()}" for outcome in Outcome} <= set(ENGLISH)


@pytest.mark.parametrize("text", ENGLISH.values(), ids=ENGLISH)
def test_a_message_is_one_plain_line(text: str) -> None:
    assert text == text.strip()
    assert "  " not in text
    assert printable(text) == text
    fields = [name for _, name, spec, conversion in string.Formatter().parse(text) if name is not None]
    assert all(re.fullmatch(r"[a-z][a-z_-]*", name) for name in fields), "a fact's plain name, no index, no attribute"


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> list[Finding]:
    scenes = Scenes(tmp_path_factory.mktemp("scenes"))
    found = [finding for examination in scenes.all() for finding in judged(examination)]
    found += RuleScenes(tmp_path_factory.mktemp("rules")).all()
    verdicts = (*questions(), *certificate_verdicts(), *published_proofs.scenes())
    return found + [finding for verdict in verdicts for finding in verdict.findings]


def test_every_message_is_said_by_some_scene(findings: list[Finding]) -> None:
    assert set(ENGLISH) - {finding.message for finding in findings} == set(), "add a scene here or in rule_scenes.py"


def test_every_message_says_itself_with_the_facts_of_its_finding(findings: list[Finding]) -> None:
    for finding in findings:
        said = message(finding)
        assert said == printable(said)
        assert "{" not in said
        assert "None" not in said
        empty = [
            name for name, value in finding.facts.items() if value == "" and f"{{{name}}}" in ENGLISH[finding.message]
        ]
        assert empty == [], finding


def test_expected_and_actual_are_there_where_a_message_speaks_of_them(findings: list[Finding]) -> None:
    for finding in findings:
        for name in ("expected", "actual"):
            if f"{{{name}}}" in ENGLISH[finding.message]:
                figure = getattr(finding, name)
                assert figure, finding
                assert figure in message(finding)


def test_facts_are_text_under_plain_names(findings: list[Finding]) -> None:
    for finding in findings:
        assert all(re.fullmatch(r"[a-z][a-z0-9_-]{0,63}", name) for name in finding.facts)
        assert all(printable(value) == value for value in finding.facts.values()), finding


def test_a_fact_that_looks_like_a_field_is_not_one() -> None:
    finding = Finding("x", "y", Outcome.FAIL, "evidence.broken", facts={"reason": "{expected} {0} {reason.__class__}"})
    assert message(finding).endswith("{expected} {0} {reason.__class__}")


@pytest.mark.parametrize("text", ["\x1b[32mPASS\x1b[0m", "a\rb", "\u202ecba", "a\u200bb", "a\nPASS", "\ud800"])
def test_t93_facts_are_escaped(text: str) -> None:
    said = message(Finding("x", "y", Outcome.FAIL, "evidence.broken", facts={"reason": text}))
    assert printable(said) == said
    assert "\\u" in said
