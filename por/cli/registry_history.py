"""Run `por registry history`: what an index knows of issuers' entries, and what became of them."""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from por.cli.publishing import require_address
from por.model import Instant
from por.proofs.state.header import MAX_TIMESTAMP
from por.publish.history import history
from por.publish.index_schema import opened_to_read

EXAMPLE = "por registry history 0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed --database history.sqlite"

Row = Mapping[str, Any]


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("issuer", metavar="ISSUER", nargs="?", help="one issuer's address; default: all")
    parser.add_argument("--database", metavar="FILE", type=Path, required=True, help="what por registry index made")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Print the history."""
    if args.issuer is not None:
        require_address(args.issuer, "ISSUER")
    with opened_to_read(args.database) as index:
        told = history(index, args.issuer)
    if args.json:
        print(json.dumps(told, indent=2))
    else:
        sys.stdout.writelines(f"{line}\n" for line in _lines(told))
    return 0


def _lines(told: Row) -> Iterator[str]:
    read = told["readUpTo"]
    yield f"{told['chain']}, read up to {'no block' if read is None else 'block ' + str(read['number'])}"
    for issuer in told["issuers"]:
        yield f"issuer {issuer['issuer']}"
        for entry in issuer["entries"]:
            yield from _entry(entry)
        for feed in issuer["feeds"]:
            yield from _feed(feed)


def _entry(entry: Row) -> Iterator[str]:
    flags = [f"REFUTED ({row['kind']})" for row in entry["refutations"]]
    if entry["supersededBy"] is not None:
        flags.append(f"superseded by entry {entry['supersededBy']}")
    if entry["supersedes"]:
        flags.append(f"corrects entry {entry['supersedes']}")
    flags += ["disputed (accuses nobody)"] if entry["disputes"] else []
    mark = f"  [{'; '.join(flags)}]" if flags else ""
    yield f"  entry {entry['sequence']} of {_time(entry['instant'])}, anchored {_time(entry['anchoredAt'])}{mark}"
    yield f"    id      {entry['id']}"
    yield f"    bundle  {entry['bundle']}"
    for row in entry["refutations"]:
        yield f"    refuted by {row['contract']}: {row['subject']}: claimed {row['claimed']}, found {row['found']}"
    for row in entry["attestations"]:
        revoked = "" if row["revokedAt"] is None else f", REVOKED {_time(row['revokedAt'])}"
        yield f"    attested {row['outcome']} by committee {row['committee']}, {_time(row['attestedAt'])}{revoked}"


def _feed(feed: Row) -> Iterator[str]:
    yield f"  feed {feed['feed']}: {feed['kind']} of {feed['asset']}, committee {feed['committee']}"
    for row in feed["rounds"]:
        yield f"    round {row['round']} of entry {row['sequence']}: {row['answer']}, attested {row['outcome']}"


def _time(seconds: int) -> str:
    return str(Instant(seconds)) if seconds <= MAX_TIMESTAMP else f"second {seconds}"
