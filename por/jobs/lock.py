"""Let one run at a time work in a directory; the lock ends with its process, however that ends."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from por.errors import FormatError, PorError

POLL_MS = 100


class BusyError(PorError):
    """Report that another run held the lock for all the time that was waited."""


@contextmanager
def exclusive(path: Path, wait_seconds: int) -> Iterator[None]:
    """Hold the lock in the file `path` until the block ends.

    Raises: BusyError after `wait_seconds`, FormatError where the file cannot be made.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise FormatError(f"cannot be opened: {error.strerror}", str(path)) from error
    try:
        _acquire(descriptor, wait_seconds)
        yield
    finally:
        os.close(descriptor)


def _acquire(descriptor: int, wait_seconds: int) -> None:
    deadline = time.monotonic_ns() + wait_seconds * 10**9
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic_ns() >= deadline:
                raise BusyError(f"another run is under way; waited {wait_seconds} s") from error
            time.sleep(POLL_MS / 1000)
        else:
            return
