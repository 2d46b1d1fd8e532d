"""Makes the project's one .venv, or finds that it is already right and touches nothing."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

EXTRAS = ("demo", "fast", "test")
ROOT = Path(__file__).resolve().parent.parent


def stamp(root: Path) -> str:
    """Digest everything that the environment depends on: a change of any of it means a rebuild."""
    parts = (sys.version, str(root), ",".join(EXTRAS), (root / "pyproject.toml").read_text("utf-8"))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def is_ready(root: Path) -> bool:
    """Tell whether the last build of this very environment came to its end."""
    mark = root / ".venv" / "stamp"
    python = root / ".venv" / "bin" / "python"
    return python.exists() and mark.exists() and mark.read_text("utf-8") == stamp(root)


def install(root: Path) -> None:
    """Build .venv from nothing; raise CalledProcessError when pip cannot."""
    shutil.rmtree(root / ".venv", ignore_errors=True)
    venv.create(root / ".venv", with_pip=True)
    project = f"{root}[{','.join(EXTRAS)}]"
    python = str(root / ".venv" / "bin" / "python")
    pip = [python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--editable", project]
    subprocess.run(pip, check=True, stdout=sys.stderr, close_fds=False)


def ensure(root: Path) -> None:
    """Leave a ready .venv; whoever comes second waits for the first and then has nothing to do."""
    lock = root / ".cache" / "environment.lock"
    lock.parent.mkdir(exist_ok=True)
    with lock.open("w") as held:
        # Inherited by pip: should this process be killed, its orphan still keeps others out of .venv.
        os.set_inheritable(held.fileno(), True)
        fcntl.flock(held, fcntl.LOCK_EX)
        if is_ready(root):
            return
        print("Making .venv (about a minute, once) ...", file=sys.stderr)
        install(root)
        unfinished = root / ".venv" / "stamp.new"
        unfinished.write_text(stamp(root), "utf-8")
        unfinished.replace(root / ".venv" / "stamp")


def main() -> int:
    """Run as a command: 0 when .venv is ready."""
    os.environ.pop("PYTHONPATH", None)
    try:
        ensure(ROOT)
    except subprocess.CalledProcessError as error:
        print(
            f"pip could not install the project (exit {error.returncode}): its words are above.",
            file=sys.stderr,
        )
        print(
            "Once it can reach a package registry, run this again: a half-built .venv is remade.",
            file=sys.stderr,
        )
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
