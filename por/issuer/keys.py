"""Keep the issuer's secrets in files that nobody else may read: made once, reused, never shown.

No function here takes a secret from the command line, and no message holds one (T80).
"""

import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from por.encoding.private_files import new_file, read_secret, sync_directory
from por.encoding.reader import read_hex
from por.errors import FormatError

MASTER_KEY_BYTES = 32

Secret = TypeVar("Secret")


def ensure_master_key(path: Path) -> tuple[bytes, bool]:
    """Return the master key in `path`, and whether it was made just now.

    Keep the file across snapshots: without it no record key can be made again.

    Raises: FormatError for a file that others may read, or that holds no such key (T79).
    """
    return ensure_secret(path, lambda: secrets.token_bytes(MASTER_KEY_BYTES).hex() + "\n", _master_key)


def load_master_key(path: Path) -> bytes:
    """Return the master key in a file that exists. Raises: FormatError."""
    return load_secret(path, _master_key)


def ensure_secret(path: Path, make: Callable[[], str], read: Callable[[str], Secret]) -> tuple[Secret, bool]:
    """Return the secret in `path`, and whether it was made just now by `make`.

    Raises: FormatError.
    """
    try:
        made = not path.exists() and _create(path, make())
    except OSError as error:
        raise FormatError(f"no secret file can be made here: {error.strerror}", str(path)) from error
    return load_secret(path, read), made


def load_secret(path: Path, read: Callable[[str], Secret]) -> Secret:
    """Return what `read` makes of a secret file's text.

    Raises: FormatError for a file that others may read, and whatever `read` refuses, without any of the text.
    """
    data = read_secret(path)
    if not data.isascii():
        raise FormatError("not a secret file of this program", str(path))
    text = data.decode("ascii")
    try:
        return read(text)
    except FormatError as error:
        raise FormatError(error.reason, str(path)) from None


def _create(path: Path, text: str) -> bool:
    """Make the whole file appear at once; of two processes, one wins and both use its key."""
    with tempfile.TemporaryDirectory(prefix=f".{path.name}.partial-", dir=path.parent) as folder:
        written = Path(folder) / "secret"
        with new_file(written) as file:
            file.write(text.encode("ascii"))
        try:
            path.hardlink_to(written)
        except FileExistsError:
            return False
    sync_directory(path.parent)
    return True


def _master_key(text: str) -> bytes:
    key = read_hex(text.removesuffix("\n"), MASTER_KEY_BYTES, MASTER_KEY_BYTES)
    if len(set(key)) < 8:
        raise FormatError("a placeholder and not a random key; delete the file, and a new one is made")
    return key
