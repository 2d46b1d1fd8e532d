"""Choose a command by its name, import its module, and let it read its arguments."""

import argparse
import re
from collections.abc import Mapping, Sequence
from importlib import import_module, metadata
from typing import NoReturn, Protocol, cast

from por.model import printable

Table = Mapping[str, tuple[str, str]]

# The origin stands alone where the transport has cut off what may be a key; a URL taken for a path has one slash.
_URL = re.compile(
    r"(?:[A-Za-z][A-Za-z0-9+.-]*://|(?i:https?|wss?):/(?!/))"
    r"(?!(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]+)?[,;:.)]?(?:\s|$))\S*"
)


class Command(Protocol):
    """Describe a command's module."""

    EXAMPLE: str

    def add(self, parser: argparse.ArgumentParser) -> None:
        """Add the command's arguments."""

    def run(self, args: argparse.Namespace) -> int:
        """Run it and return the exit status."""


def dispatch(program: str, commands: Table, argv: Sequence[str], epilog: str) -> int:
    """Run the command that the first one or two arguments name, or print help.

    argparse itself exits with 2 on a usage error and with 0 after help.
    """
    name = next((name for name in (" ".join(argv[:2]), " ".join(argv[:1])) if name in commands), None)
    if name is None:
        return _help(program, commands, argv, epilog)
    module, summary = commands[name]
    command = cast(Command, import_module(module))
    parser = _parser(f"{program} {name}", summary, f"example:\n  {command.EXAMPLE}")
    command.add(parser)
    return command.run(parser.parse_args(argv[len(name.split()) :]))


def _help(program: str, commands: Table, argv: Sequence[str], epilog: str) -> int:
    group = {name: row for name, row in commands.items() if argv and name.startswith(f"{argv[0]} ")}
    shown = group or commands
    width = max(len(name) for name in shown) + 2
    lines = "\n".join(f"  {name:<{width}}{summary}" for name, (_, summary) in shown.items())
    more = f"{program} {argv[0]} COMMAND --help shows its arguments and an example" if group else epilog
    parser = _parser(program, f"commands:\n{lines}", more)
    parser.usage = f"{program} {argv[0] + ' ' if group else ''}COMMAND …"
    rest = list(argv[1:] if group else argv)
    if rest[:1] == ["--version"]:
        parser.add_argument("--version", action="version", version=f"por {metadata.version('por-verifier')}")
    if rest and rest[0] not in {"-h", "--help", "--version"}:
        parser.error(f"no command is called {rest[0]!r}")
    parser.parse_args(rest[:1])
    parser.print_help()
    return 2


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        super().error(shown(message))


def shown(text: str) -> str:
    """Return talk about arguments and answers as it may be shown: no URL, which may hold a key (T96), no escapes."""
    return printable(_URL.sub("(a URL)", text))


def _parser(program: str, description: str, epilog: str) -> argparse.ArgumentParser:
    return _Parser(
        prog=program,
        description=description,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
