"""Run `por job run`: the scheduled run."""

import argparse
import os
import sys
from pathlib import Path

from por.cli.output import clock
from por.errors import FormatError, PolicyError, PublishError, SourceError
from por.jobs.log import Log
from por.model import Instant

EXAMPLE = "por job run --once job.toml"
USAGE_ERROR = 2
INCONCLUSIVE = 3


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("job", metavar="FILE", type=Path, nargs="?", default=Path("job.toml"), help="default: job.toml")
    parser.add_argument("--once", action="store_true", help="run once and end: a timer or cron starts the next run")
    parser.add_argument("--verbose", action="store_true", help="write every log line to stderr")
    parser.add_argument(
        "--wait", metavar="SECONDS", type=_seconds, default=600, help="wait for a run that is under way"
    )
    parser.add_argument("--now", metavar="INSTANT", help="judge ages at this UTC instant, not at the machine's clock")


def run(args: argparse.Namespace) -> int:
    """Run once; stdout stays empty, and stderr says in JSON lines what somebody should look at."""
    if not args.once:
        raise FormatError("this release runs once and ends; give --once, and let a timer or cron start it", "--once")
    now = clock(args)
    log = Log(sys.stderr, verbose=args.verbose)
    try:
        return _run(args, now, log)
    except (FormatError, PolicyError) as error:
        log.failure("job.unusable", reason=str(error))
        return USAGE_ERROR
    except (PublishError, SourceError) as error:
        log.failure("job.stopped", reason=str(error))
        return INCONCLUSIVE


def _run(args: argparse.Namespace, now: Instant, log: Log) -> int:
    from por.jobs.configuration import load_job  # noqa: PLC0415
    from por.jobs.opening import open_attester  # noqa: PLC0415
    from por.jobs.run import run_once  # noqa: PLC0415

    job = load_job(args.job, os.environ)
    for redact in job.redactors():
        log.hide(redact)
    return run_once(job, open_attester(job, now), log, now=now, wait_seconds=args.wait)


def _seconds(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise argparse.ArgumentTypeError("not a number of seconds such as 600")
    return int(text)
