"""What the source of `por` says about itself: read once, counted by scripts/measure, judged by tests."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

Function = ast.FunctionDef | ast.AsyncFunctionDef
Documented = ast.Module | ast.ClassDef | Function

BARE_LAYOUT = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
}


@dataclass(frozen=True)
class Source:
    """One file: its dotted name, where it lies (relative to the project), and its text."""

    name: str
    path: Path
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """Parse once."""
        return ast.parse(self.text, str(self.path))

    @cached_property
    def code_lines(self) -> frozenset[int]:
        """Number the lines that are neither blank, nor comment, nor docstring."""
        lines: set[int] = set()
        for token in tokenize.generate_tokens(io.StringIO(self.text).readline):
            if token.type not in BARE_LAYOUT:
                lines.update(range(token.start[0], token.end[0] + 1))
        for node in ast.walk(self.tree):
            if isinstance(node, Documented) and ast.get_docstring(node, clean=False) is not None:
                lines.difference_update(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
        return frozenset(lines)

    def at(self, node: ast.AST) -> str:
        """Name a node's place as editors do."""
        return f"{self.path}:{getattr(node, 'lineno', 1)}"


def read(root: Path, folder: str) -> tuple[Source, ...]:
    """Read every Python file below one folder of the project."""
    found = sorted((root / folder).rglob("*.py"))
    paths = [path.relative_to(root) for path in found]
    return tuple(Source(_dotted(path), path, (root / path).read_text("utf-8")) for path in paths)


def _dotted(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def functions(source: Source) -> Iterator[Function]:
    """Yield every function, nested ones too."""
    return (node for node in ast.walk(source.tree) if isinstance(node, Function))


def function_sizes(sources: Iterable[Source]) -> list[tuple[int, str]]:
    """Count each function's code lines, signature included and docstring not."""
    return [
        (
            len(source.code_lines & set(range(node.lineno, (node.end_lineno or 0) + 1))),
            f"{source.at(node)} {node.name}",
        )
        for source in sources
        for node in functions(source)
    ]


def module_sizes(sources: Iterable[Source]) -> list[tuple[int, str]]:
    """Count each module's code lines; one that holds none is a folder's mark and not counted."""
    return [(len(source.code_lines), str(source.path)) for source in sources if source.code_lines]


def public(source: Source) -> Iterator[tuple[str, Documented]]:
    """Yield module, classes, functions and methods whose names promise to stay."""
    if not source.path.stem.removeprefix("__").startswith("_"):
        yield source.name, source.tree
        yield from _public_below(source.name, source.tree.body)


def _public_below(owner: str, body: Iterable[ast.AST]) -> Iterator[tuple[str, ast.ClassDef | Function]]:
    for node in body:
        if isinstance(node, ast.ClassDef | Function):
            if node.name.startswith("_"):
                continue
            yield f"{owner}.{node.name}", node
            if isinstance(node, ast.ClassDef):
                yield from _public_below(f"{owner}.{node.name}", node.body)
        elif isinstance(node, ast.If | ast.Try | ast.ExceptHandler):
            yield from _public_below(owner, ast.iter_child_nodes(node))


def unfinished_names(sources: Iterable[Source]) -> list[str]:
    """List the public names that lack a docstring or an annotation."""
    return [
        f"{source.at(node)} {name}"
        for source in sources
        for name, node in public(source)
        if not (_has_docstring(node) and _is_annotated(node))
    ]


def _has_docstring(node: Documented) -> bool:
    decorators = [] if isinstance(node, ast.Module) else node.decorator_list
    repeats = any(ast.unparse(decorator).endswith(("overload", "override")) for decorator in decorators)
    return repeats or bool(ast.get_docstring(node))


def _is_annotated(node: Documented) -> bool:
    if not isinstance(node, Function):
        return True
    spec = node.args
    plain = [*spec.posonlyargs, *spec.args]
    if plain and plain[0].arg in {"self", "cls"}:
        plain = plain[1:]
    arguments = [*plain, *spec.kwonlyargs, *filter(None, (spec.vararg, spec.kwarg))]
    return node.returns is not None and all(argument.annotation for argument in arguments)


def asserts(sources: Iterable[Source]) -> list[str]:
    """Find the checks that vanish under -O."""
    return _places(sources, lambda node: isinstance(node, ast.Assert))


def broad_excepts(sources: Iterable[Source]) -> list[str]:
    """Find what would swallow a defect: bare except, (Base)Exception caught or suppressed."""
    return _places(sources, _is_broad)


def _is_broad(node: ast.AST) -> bool:
    if isinstance(node, ast.ExceptHandler):
        return node.type is None or _names_any_exception([node.type])
    if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("suppress"):
        return _names_any_exception(node.args)
    return False


def _names_any_exception(nodes: Iterable[ast.AST]) -> bool:
    names = (inner for node in nodes for inner in ast.walk(node) if isinstance(inner, ast.Name))
    return any(name.id in {"Exception", "BaseException"} for name in names)


def floats(sources: Iterable[Source]) -> list[str]:
    """Find numbers that are not exact: float literals, and calls of float or complex."""
    return _places(sources, _is_float)


def _is_float(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id in {"float", "complex"}
    return isinstance(node, ast.Constant) and isinstance(node.value, float | complex)


def json_readers(sources: Iterable[Source]) -> list[str]:
    """Find decoding of JSON that is not the strict reader's: duplicate keys and NaN would pass."""
    return _places(sources, _is_json_reader)


def _is_json_reader(node: ast.AST) -> bool:
    names = {"load", "loads", "JSONDecoder"}
    if isinstance(node, ast.ImportFrom):
        return node.module == "json" and any(alias.name in names for alias in node.names)
    return isinstance(node, ast.Attribute) and node.attr in names and ast.unparse(node.value) == "json"


def constructions(sources: Iterable[Source], kind: str) -> list[str]:
    """Find the calls that make an object of the class so named, also under another name."""
    found: list[str] = []
    for source in sources:
        imports = [node for node in ast.walk(source.tree) if isinstance(node, ast.ImportFrom)]
        aliases = {alias.asname or alias.name for node in imports for alias in node.names if alias.name == kind}
        calls = (node for node in ast.walk(source.tree) if isinstance(node, ast.Call))
        for call in calls:
            name = ast.unparse(call.func)
            if name in aliases or name.rpartition(".")[2] == kind:
                found.append(source.at(call))
    return found


def _places(sources: Iterable[Source], matches: Callable[[ast.AST], bool]) -> list[str]:
    return [source.at(node) for source in sources for node in ast.walk(source.tree) if matches(node)]


@dataclass(frozen=True)
class Import:
    """One imported name, where, and whether only a call of some function carries it out."""

    name: str
    place: str
    lazy: bool


def imports(source: Source) -> Iterator[Import]:
    """Yield all imports, also those hidden in functions or behind TYPE_CHECKING."""
    inside = {id(inner) for node in functions(source) for inner in ast.walk(node)}
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (Import(name, source.at(node), id(node) in inside) for name in names)


def cycles(sources: Iterable[Source]) -> list[str]:
    """Name the groups of modules that import one another, however long the way round."""
    by_name = {source.name: source for source in sources}
    edges = {name: _imported_modules(source, by_name) for name, source in by_name.items()}
    reach = {name: _reachable(name, edges) for name in edges}
    groups = {
        tuple(sorted(other for other in reach[name] if name in reach[other])) for name in edges if name in reach[name]
    }
    return [" <-> ".join(group) for group in sorted(groups)]


def _imported_modules(source: Source, known: Container[str]) -> set[str]:
    names = {entry.name for entry in imports(source)}
    owners = {name if name in known else name.rpartition(".")[0] for name in names}
    return {name for name in owners if name in known}


def _reachable(start: str, edges: Mapping[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        fresh = edges[waiting.pop()] - seen
        seen |= fresh
        waiting.extend(fresh)
    return seen
