"""One run at a time; the lock ends with its process."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from por.errors import FormatError
from por.jobs.lock import BusyError, exclusive
from tests.cli.desk import environment

HOLDER = """
import sys, time
from pathlib import Path
from por.jobs.lock import exclusive
with exclusive(Path(sys.argv[1]), 0):
    print("held", flush=True)
    time.sleep(60)
"""


def holder(path: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], env=environment(), stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_the_lock_is_held_once_and_is_free_again(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    for _ in range(2):
        with exclusive(path, 0), pytest.raises(BusyError, match="another run"), exclusive(path, 0):
            pass
    with pytest.raises(RuntimeError), exclusive(path, 0):
        raise RuntimeError
    with exclusive(path, 0):
        pass
    assert path.stat().st_mode & 0o077 == 0


def test_a_killed_holder_holds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with holder(path) as process:
        with pytest.raises(BusyError), exclusive(path, 0):
            pass
        process.send_signal(signal.SIGKILL)
        process.wait(30)
        with exclusive(path, 0):
            pass


def test_the_second_waits_for_the_first(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with holder(path) as process:
        threading.Timer(0.3, process.kill).start()
        begun = time.monotonic()
        with exclusive(path, 60):
            assert 0.2 < time.monotonic() - begun < 20


def test_who_waited_long_enough_is_told(tmp_path: Path) -> None:
    with exclusive(tmp_path / "lock", 0):
        begun = time.monotonic()
        with pytest.raises(BusyError, match="waited 1 s"), exclusive(tmp_path / "lock", 1):
            pass
        assert time.monotonic() - begun >= 1


def test_a_lock_in_no_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatError), exclusive(tmp_path / "gone" / "lock", 0):
        pass
