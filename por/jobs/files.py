"""Write files whole or not at all, over what is there; one process at a time does so in one place."""

import os
from pathlib import Path

from por.encoding.private_files import sync_directory
from por.errors import FormatError

PARTIAL = ".partial"


def partial_path(path: Path) -> Path:
    """Name what stands for `path` until it is whole."""
    return path.with_name(f".{path.name}{PARTIAL}")


def replace_file(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Write a file, which is on the disk when this returns. Raises: FormatError naming the place."""
    try:
        written = partial_path(path)
        written.unlink(missing_ok=True)
        descriptor = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(descriptor)
        written.replace(path)
        sync_directory(path.parent)
    except OSError as error:
        raise FormatError(f"cannot be written: {error.strerror}", str(path)) from error


def make_directory(path: Path, mode: int = 0o700) -> Path:
    """Make a directory, if it is not there, and return its path. Raises: FormatError naming the place."""
    try:
        path.mkdir(mode=mode, parents=True, exist_ok=True)
    except OSError as error:
        raise FormatError(f"cannot be made: {error.strerror}", str(path)) from error
    return path


def finish_directory(partial: Path, path: Path) -> None:
    """Give a whole directory its name. Raises: FormatError naming the place."""
    try:
        partial.rename(path)
        sync_directory(path.parent)
    except OSError as error:
        raise FormatError(f"cannot be written: {error.strerror}", str(path)) from error
