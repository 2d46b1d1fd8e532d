"""Write files that nobody but their owner may read, and make sure that they are on the disk."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


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
