"""Run `por web hash`: the hash by which anybody tells the published page."""

import argparse

from por.web.shipped import FILE, digest

EXAMPLE = "por web hash"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments: there are none."""


def run(args: argparse.Namespace) -> int:  # noqa: ARG001 - every command is called alike
    """Print the hash as sha256sum does."""
    print(f"{digest(FILE.read_bytes())}  {FILE.name}")
    return 0
