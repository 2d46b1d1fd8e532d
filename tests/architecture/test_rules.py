"""The rules of the house, read off the source: each test lists what breaks its rule."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture import source

ROOT = Path(__file__).resolve().parents[2]
ROOMS_FOR_ANYTHING = {"util", "helper", "common", "core", "service", "manager", "misc"}
NETWORK = {
    "aiohttp",
    "ftplib",
    "http.client",
    "http.server",
    "requests",
    "smtplib",
    "socket",
    "socketserver",
    "ssl",
    "urllib.request",
    "urllib3",
    "web3",
    "websockets",
}
HEAVY = {"aiohttp", "eth", "eth_tester", "py_ecc", "requests", "web3"}


@pytest.fixture(scope="module")
def package() -> tuple[source.Source, ...]:
    found = source.read(ROOT, "por")
    assert found, "por/ holds no Python file"
    return found


def test_no_assert(package: tuple[source.Source, ...]) -> None:
    assert source.asserts(package) == []


def test_no_broad_except(package: tuple[source.Source, ...]) -> None:
    assert source.broad_excepts(package) == []


def test_public_names_are_documented_and_annotated(package: tuple[source.Source, ...]) -> None:
    assert source.unfinished_names(package) == []


def test_no_import_cycles_even_hidden_ones(package: tuple[source.Source, ...]) -> None:
    assert source.cycles(package) == []


def test_amounts_are_exact(package: tuple[source.Source, ...]) -> None:
    assert source.floats(package) == []


def test_every_name_says_what_is_in_the_room(package: tuple[source.Source, ...]) -> None:
    parts = {(part, str(entry.path)) for entry in package for part in entry.name.split(".")}
    assert sorted(path for part, path in parts if part.strip("_").removesuffix("s") in ROOMS_FOR_ANYTHING) == []


def below(name: str, *tops: str) -> bool:
    return any(name == top or name.startswith(f"{top}.") for top in tops)


def test_only_checks_make_findings(package: tuple[source.Source, ...]) -> None:
    makers = ("por.checks", "por.model.verdict")
    readers_back = ("por.encoding.verdict",)
    outside = [entry for entry in package if not below(entry.name, *makers) and not entry.name.startswith(readers_back)]
    assert source.constructions(outside, "Finding") == []


def test_only_the_strict_reader_decodes_json(package: tuple[source.Source, ...]) -> None:
    assert source.json_readers(entry for entry in package if not below(entry.name, "por.encoding")) == []


def test_only_chains_touch_the_network_and_commands_do_it_late(package: tuple[source.Source, ...]) -> None:
    touching = [
        found.place
        for entry in package
        if not below(entry.name, "por.chains", "por.web")
        for found in source.imports(entry)
        if below(found.name, *NETWORK) and not (found.lazy and below(entry.name, "por.cli"))
    ]
    assert touching == []


def test_primitives_return_what_they_computed_and_never_a_bool(package: tuple[source.Source, ...]) -> None:
    yes_or_no = [
        f"{entry.at(node)} {name}"
        for entry in package
        if below(entry.name, "por.commitments", "por.proofs")
        for name, node in source.public(entry)
        if isinstance(node, source.Function) and node.returns and ast.unparse(node.returns) == "bool"
    ]
    assert yes_or_no == []


@pytest.mark.parametrize("command", [["--help"], ["verify-inclusion", "--help"]])
def test_a_customers_command_loads_nothing_heavy(command: list[str]) -> None:
    program = (
        "import sys\n"
        "from por.cli.main import main\n"
        f"sys.argv = ['por', *{command!r}]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print('loaded:', *sorted({HEAVY!r} & sys.modules.keys()))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines()[-1:] == ["loaded:"], done.stderr
