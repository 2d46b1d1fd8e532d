"""The page on reports shows what the code reads and writes."""

from __future__ import annotations

import argparse
import re

from por.cli import report as command
from por.encoding import remarks_v1
from por.model.remark import Observer, RemarkStatus
from por.report.formats import FILES
from por.report.limits import LIMITS
from por.report.papers import Papers
from por.report.procedures import MAX_PASSED
from por.report.register import by_ref, closed
from tests import pages
from tests.report import papers_scene as scene

PAGE = "report.md"
TEXT = pages.text(PAGE)


def test_the_example_of_a_register_is_one() -> None:
    register = remarks_v1.read(pages.blocks(PAGE)["toml remarks.toml"].encode())
    assert register.recordings[0].observer is Observer.ISSUER
    assert [remark.status for remark in register.remarks] == [RemarkStatus.EXPLAINED, RemarkStatus.ACCEPTED]
    verdict = Papers(scene.verdict(*scene.FINDINGS)).verdict
    assert [remark.ref for remark in closed(register, verdict)] == [register.remarks[0].ref]
    assert [rows[0].text for rows in by_ref(register, verdict).values()] == ["No registry is used in the first year."]


def test_the_page_names_every_file_status_and_observer() -> None:
    for name in (*FILES.values(), *RemarkStatus, *Observer):
        assert f"`{name}`" in TEXT


def test_the_pages_figures_are_the_codes() -> None:
    assert f"at most {MAX_PASSED:,} findings that passed" in TEXT
    assert f"at most {command.MAX_HISTORY:,}" in TEXT
    assert LIMITS[0] not in TEXT, "the list stands in verdict.md alone"


def test_the_pages_options_are_the_commands() -> None:
    parser = argparse.ArgumentParser()
    command.add(parser)
    known = set(re.findall(r"--[a-z]+", parser.format_help()))
    shown = set(re.findall(r"--[a-z]+", TEXT)) - {"--now", "--check"}
    assert shown <= known
