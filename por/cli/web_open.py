"""Run `por web open`: where the customer's page lies on this machine."""

import argparse
import sys
import webbrowser

from por.web.shipped import FILE

EXAMPLE = "por web open --browser"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--browser", action="store_true", help="also open it in this machine's browser")


def run(args: argparse.Namespace) -> int:
    """Print the URL, and open it if asked."""
    print(FILE.as_uri(), flush=True)
    if args.browser and not webbrowser.open(FILE.as_uri()):
        print("no browser could be started; open the file yourself", file=sys.stderr)
        return 2
    return 0
