"""Every vector of scripts/vectors_published.py through the command line: its exit status, and which check decides."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from por.cli.main import main
from por.formats.proofs import FORMATS
from scripts.vectors_published import cases

CASES = dict(cases())
NAMES = [each.card.name for each in FORMATS]
KINDS = ("amount", "side", "digest", "inner_as_leaf", "negative", "wrong_root", "other_format")


@pytest.mark.parametrize("path", CASES)
def test_t69_a_published_proof_has_its_exit_status_and_the_check_that_decides(
    path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given: dict[str, Any] = CASES[path]["input"]
    expect: dict[str, Any] = CASES[path]["expect"]
    file = tmp_path / "proof"
    file.write_text(given["file"], "utf-8")
    status = main(["verify-inclusion", str(file), *given["options"], "--json", "--now", "2026-11-26T00:00:00Z"])
    out = capsys.readouterr().out
    assert status == expect["exit"], out
    findings = json.loads(out)["findings"] if out else []
    failed = {f["check"] for f in findings if f["outcome"] == "FAIL" and f["required"]}
    undecided = {f["check"] for f in findings if f["outcome"] == "INCONCLUSIVE" and f["required"]}
    assert expect.get("failed") in {None, *failed}
    assert expect.get("undecided") in {None, *undecided}
    if status in {0, 3}:
        assert not failed


@pytest.mark.parametrize("name", NAMES)
def test_every_format_has_samples_and_most_of_them_fail(name: str) -> None:
    own = [path for path, content in CASES.items() if content["input"]["format"] == name]
    failing = [path for path in own if CASES[path]["expect"]["exit"] in {1, 2}]
    assert len(failing) * 3 >= len(own) * 2
    assert any(path.endswith(("_wrong_root_fail.json", "_other_root.json")) for path in own)
    assert any(path.endswith("_other_format_fail.json") for path in own)
