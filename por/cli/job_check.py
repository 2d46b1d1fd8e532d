"""Run `por job check`: could the job run?"""

import argparse
import os
from pathlib import Path

EXAMPLE = "por job check job.toml"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("job", metavar="FILE", type=Path, nargs="?", default=Path("job.toml"), help="default: job.toml")


def run(args: argparse.Namespace) -> int:
    """Print how each trial ended, and return the worst: 2 for the configuration, 3 for what did not answer."""
    from por.jobs.configuration import load_job  # noqa: PLC0415
    from por.jobs.inspection import inspect  # noqa: PLC0415
    from por.jobs.opening import attester_opener  # noqa: PLC0415

    job = load_job(args.job, os.environ)
    statuses = {0}
    for line in inspect(job, attester_opener(job)):
        mark = "WARNING" if line.warning else {0: "ok", 2: "WRONG", 3: "NO ANSWER"}[line.status]
        print(f"{mark:<11}{line.subject:<11}{line.words}")
        statuses.add(line.status)
    return 2 if 2 in statuses else max(statuses)
