"""The gates themselves, on small texts that break each rule and on near misses that do not."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from tests.architecture import source

Gate = Callable[[Iterable[source.Source]], list[str]]


def module(text: str, name: str = "por.one") -> source.Source:
    return source.Source(name, Path(name.replace(".", "/") + ".py"), textwrap.dedent(text))


BREACHES: list[tuple[Gate, str]] = [
    (source.asserts, "assert x"),
    (source.asserts, "def f():\n    class C:\n        assert x"),
    (source.broad_excepts, "try:\n    f()\nexcept:\n    pass"),
    (source.broad_excepts, "try:\n    f()\nexcept Exception as error:\n    raise"),
    (source.broad_excepts, "try:\n    f()\nexcept (OSError, BaseException):\n    pass"),
    (source.broad_excepts, "with contextlib.suppress(Exception):\n    f()"),
    (source.floats, "x = 0.5"),
    (source.floats, "x = 1e18"),
    (source.floats, "x = float(text)"),
    (source.json_readers, "json.loads(text)"),
    (source.json_readers, "from json import load"),
    (source.json_readers, "json.JSONDecoder()"),
    (source.unfinished_names, "'''A module.'''\ndef f() -> None: ..."),
    (source.unfinished_names, "'''A module.'''\nclass C:\n    '''C.'''\n    def f(self) -> None: ..."),
    (source.unfinished_names, "'''A module.'''\nif x:\n    def f() -> None: ..."),
    (source.unfinished_names, "'''A module.'''\ndef f(x) -> None:\n    '''F.'''"),
    (source.unfinished_names, "'''A module.'''\ndef f(*x) -> None:\n    '''F.'''"),
    (source.unfinished_names, "'''A module.'''\ndef f():\n    '''F.'''"),
    (source.unfinished_names, "x = 1"),
]
NEAR_MISSES: list[tuple[Gate, str]] = [
    (source.asserts, "'assert x'"),
    (source.broad_excepts, "try:\n    f()\nexcept ExceptionGroup:\n    pass"),
    (source.floats, "x: float = 1\ny = '0.5'"),
    (source.json_readers, "json.dumps(x)\nreader.loads(x)"),
    (source.unfinished_names, "'''A module.'''\ndef _f(x): ...\nclass _C:\n    def f(self): ..."),
    (source.unfinished_names, "'''A module.'''\n@overload\ndef f(x: int) -> int: ..."),
    (source.unfinished_names, "'''M.'''\nclass C:\n    '''C.'''\n    def __len__(self): ..."),
]


@pytest.mark.parametrize(("gate", "text"), BREACHES)
def test_a_breach_is_found_and_placed(gate: Gate, text: str) -> None:
    assert [place.partition(":")[0] for place in gate([module(text)])] == ["por/one.py"]


@pytest.mark.parametrize(("gate", "text"), NEAR_MISSES)
def test_a_near_miss_is_left_alone(gate: Gate, text: str) -> None:
    assert gate([module(text)]) == []


@pytest.mark.parametrize("call", ["Finding(1)", "verdict.Finding(1)", "F(1)"])
def test_making_a_finding_is_seen_under_any_name(call: str) -> None:
    text = f"from por.model import verdict\nfrom por.model.verdict import Finding, Finding as F\nx = {call}\n"
    assert source.constructions([module(text)], "Finding") == ["por/one.py:3"]


def test_naming_a_finding_is_not_making_one() -> None:
    assert source.constructions([module("def f(finding: Finding) -> Finding:\n    return finding")], "Finding") == []


@pytest.mark.parametrize(
    "hidden",
    ["import por.two", "def f():\n    from por import two", "if TYPE_CHECKING:\n    from por.two import f"],
)
def test_a_cycle_is_seen_however_it_hides(hidden: str) -> None:
    pair = [module(hidden), module("from por import three", "por.two"), module("import por.one", "por.three")]
    assert source.cycles(pair) == ["por.one <-> por.three <-> por.two"]


def test_imports_that_only_point_down_are_no_cycle() -> None:
    layers = [module("from por.two import f\nimport por.three"), module("import por.three", "por.two")]
    assert source.cycles([*layers, module("import json", "por.three")]) == []


def test_a_lazy_import_is_told_from_an_eager_one() -> None:
    found = list(source.imports(module("import os\ndef f():\n    from web3 import Web3\n")))
    assert [(entry.name, entry.lazy) for entry in found] == [("os", False), ("web3.Web3", True)]


def test_code_lines_leave_out_blanks_comments_and_docstrings() -> None:
    text = '''\
        """Module,

        on three lines."""

        # a comment
        def f():
            """F."""
            return """
            counted
            """
        '''
    entry = module(text)
    assert entry.code_lines == {6, 8, 9, 10}
    assert source.function_sizes([entry]) == [(4, "por/one.py:6 f")]
    assert source.module_sizes([entry, module("", "por.empty")]) == [(4, "por/one.py")]


def test_a_private_file_promises_nothing_and_a_folders_own_file_does() -> None:
    assert list(source.public(module("", "por._one"))) == []
    init = source.Source("por", Path("por/__init__.py"), "")
    assert [name for name, _ in source.public(init)] == ["por"]
