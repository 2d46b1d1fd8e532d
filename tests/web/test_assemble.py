"""The committed page is what the sources make, byte for byte, and its tables are Python's."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from por.checks.policy import shipped_tables
from por.encoding.media_types import EVIDENCE
from por.errors import FormatError
from por.report.page_words import PAGE
from por.report.texts import exported
from por.web import assemble
from por.web.shipped import FILE, digest, filled, policy_of

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = FILE.read_bytes()


def test_the_committed_page_is_the_assembled_one() -> None:
    assert assemble.page() == DOCUMENT, "run scripts/build_page"
    assert assemble.page() == assemble.page()


def test_the_readme_names_its_hash() -> None:
    assert f"`verify.html` has the SHA-256 `{digest(DOCUMENT)}`" in (ROOT / "README.md").read_text("utf-8")


def test_the_gate_runs() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/build_page", "--check"], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert digest(DOCUMENT) in done.stdout


def test_every_module_is_in_it_once_and_none_is_forgotten() -> None:
    known = {path.relative_to(assemble.SOURCES).with_suffix("").as_posix() for path in assemble.SOURCES.rglob("*.js")}
    assert len(set(assemble.MODULES)) == len(assemble.MODULES)
    assert {name for name in known if not name.startswith("formats/")} <= set(assemble.MODULES)


def test_the_script_could_end_no_element() -> None:
    script = assemble.script(assemble.MODULES)
    assert "</" not in script.replace("</script|", "")
    assert "<!--" not in script


def test_texts_are_pythons_and_exactly_those_that_are_used() -> None:
    tables, texts = assemble.tables(), exported()
    kept = tables["TEXTS"]
    assert isinstance(kept, dict)
    assert kept == {key: [texts[key]["en"], texts[key]["ja"]] for key in kept}
    assert set(PAGE) <= set(kept)
    assert assemble.unused() == []
    sources = "".join(
        path.read_text("utf-8") for path in assemble.SOURCES.rglob("*") if path.suffix in {".js", ".html"}
    )
    for key in re.findall(r'say\("([a-z_.]+)"', sources) + re.findall(r'data-t(?:-label)?="([a-z_.]+)"', sources):
        assert key in kept, key


def test_tables_are_pythons() -> None:
    tables = assemble.tables()
    assert tables["DECIMALS"] == {
        str(row.asset): row.decimals for group in shipped_tables().classes for row in group.members
    }
    assert set(json.loads(json.dumps(tables["EVIDENCE"]))) == EVIDENCE
    assert tables["ROLES"] == ["customer", "guarantee", "house", "issuer-reserve"]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ('import { nothing } from "./bytes.js";\n', "bytes exports no nothing"),
        ('import { late } from "./later.js";\n', "later exports no late"),
        ('import * as all from "./bytes.js";\n', "another form"),
        ("export default 1;\n", "another form"),
        ("export { a, b };\n", "another form"),
    ],
)
def test_what_the_assembler_does_not_know_is_refused(source: str, words: str) -> None:
    with pytest.raises(FormatError, match=words):
        assemble.script(["bytes"], {"mine": source}, "")


def test_fields_are_filled_in_outside_of_the_script() -> None:
    page = filled(DOCUMENT, {"registry": "</script><script>alert(1)</script>", "issuer": "é"})
    assert policy_of(page) == policy_of(DOCUMENT)
    assert page.count(b"<script") == 2
    assert b"alert(1)" in page
    assert b"</script><script>alert" not in page


@pytest.mark.parametrize("document", [b"", b"<html>", filled(DOCUMENT, {"a": "b"})])
def test_another_document_is_not_filled(document: bytes) -> None:
    with pytest.raises(FormatError, match="not the page"):
        filled(document, {"issuer": "x"})
