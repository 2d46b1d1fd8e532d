"""What every noun of the model has in common."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import pkgutil
from importlib import import_module
from pathlib import Path

import pytest

import por.model
from por.model import AssetId, LiabilityCommitment
from tests.architecture import source

ROOT = Path(__file__).resolve().parents[2]

MODULES = [import_module(f"por.model.{entry.name}") for entry in pkgutil.iter_modules(por.model.__path__)]
NOUNS = [
    noun
    for module in MODULES
    for _, noun in inspect.getmembers(module, dataclasses.is_dataclass)
    if inspect.isclass(noun) and noun.__module__ == module.__name__
]
ADDRESSES = {"url", "uri", "href", "link", "endpoint", "host", "path", "file", "filename", "name_of_file", "location"}


def test_the_nouns_are_found() -> None:
    assert len(NOUNS) > 25


@pytest.mark.parametrize("noun", NOUNS)
def test_nouns_are_frozen(noun: type) -> None:
    assert noun.__dataclass_params__.frozen  # type: ignore[attr-defined]


@pytest.mark.parametrize("noun", NOUNS)
def test_t95_t88_no_noun_holds_an_address_or_a_file_name(noun: type) -> None:
    words = {word for field in dataclasses.fields(noun) for word in field.name.split("_")}
    allowed = {"path"} if noun.__name__ in {"RecordProof", "ControlOpening"} else set()  # the way up a tree
    assert words & ADDRESSES <= allowed


@pytest.mark.parametrize("noun", NOUNS)
def test_t22_no_noun_holds_a_float(noun: type) -> None:
    assert all("float" not in str(field.type) for field in dataclasses.fields(noun))


# They write such a format, and read none: the test below looks for every way to open one.
WRITERS = {"por/cli/evidence_pack.py", "por/report/junit.py"}
READS = {"parse", "fromstring", "XML", "iterparse", "XMLParser", "extract", "extractall", "infolist", "namelist"}


def test_t85_what_writes_xml_or_an_archive_reads_none() -> None:
    for module in source.read(ROOT, "por"):
        if module.path.as_posix().endswith(tuple(WRITERS)):
            names = {node.attr for node in ast.walk(module.tree) if isinstance(node, ast.Attribute)}
            assert not names & READS


def test_t85_nothing_in_the_package_reads_a_format_that_can_run_code_or_unpack_itself() -> None:
    runs = {"pickle", "marshal", "shelve", "yaml", "ruamel", "dill", "zipfile", "tarfile", "xml", "configparser"}
    package = source.read(ROOT, "por")
    found = [entry for module in package for entry in source.imports(module) if entry.name.split(".")[0] in runs]
    assert {entry.place.rpartition(":")[0] for entry in found} == WRITERS
    calls = [
        module.at(node)
        for module in package
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"eval", "exec"}
    ]
    assert calls == []


@pytest.mark.parametrize(("segment", "debt"), [("debt:margin", True), ("spot", False), ("debts", False)])
def test_debts_are_told_by_their_segment(segment: str, debt: bool) -> None:
    asset = AssetId.parse("eip155:1/slip44:60")
    commitment = LiabilityCommitment("por-sum-sha256-v1", segment, asset, 18, 0, 0, bytes(32), bytes(32))
    assert commitment.is_debt is debt
    assert commitment.ref == f"{segment}/eip155:1/slip44:60"
