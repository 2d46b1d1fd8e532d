"""Read and write files that nobody but their owner may read, and make sure that they are on the disk."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from por.errors import FormatError

MAX_SECRET_BYTES = 4096


def read_secret(path: Path) -> bytes:
    """Return what a secret file holds, at most 4096 bytes.

    Raises: FormatError, which shows none of it, for what cannot be read, and for a file that others may read (T79).
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise FormatError("not a regular file", str(path))
            if os.name == "posix" and status.st_mode & 0o077:
                raise FormatError(f"others may read or change this secret; run: chmod 600 {path}", str(path))
            data = file.read(MAX_SECRET_BYTES + 1)
    except OSError as error:
        raise FormatError(f"cannot be read: {error.strerror}", str(path)) from error
    if len(data) > MAX_SECRET_BYTES:
        raise FormatError(f"more than {MAX_SECRET_BYTES} bytes: not a secret file of this program", str(path))
    return data


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """Create a file of mode 0600 that does not exist yet; it is on the disk when the block ends."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        yield file
        file.flush()
        os.fsync(descriptor)


def new_directory(path: Path) -> Path:
    """Create a directory of mode 0700 that does not exist yet."""
    path.mkdir(mode=0o700)
    return path


def sync_directory(path: Path) -> None:
    """Make sure that the names in a directory are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
