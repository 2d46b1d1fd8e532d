"""Get passwords and PINs from where they may stand: a file, the environment, a prompt; never from argv (T80)."""

import getpass
import os
import sys
from pathlib import Path

from por.encoding.private_files import read_secret
from por.errors import FormatError

PASSWORD_FILE = "POR_PASSWORD_FILE"  # noqa: S105 - the name of a variable
PASSWORD = "POR_PASSWORD"  # noqa: S105 - the name of a variable
PIN_FILE = "POR_PIN_FILE"
_NO_PASSWORD = f"no password: name a file of mode 600 that holds it in {PASSWORD_FILE}, or put it into {PASSWORD}"


def password(purpose: str) -> str:
    """Return the password of key files: of the file in POR_PASSWORD_FILE, else POR_PASSWORD, else of a prompt.

    Raises: FormatError, which never shows it.
    """
    if named := os.environ.get(PASSWORD_FILE):
        return from_file(Path(named))
    if given := os.environ.get(PASSWORD):
        return given
    return _prompted(f"Password {purpose}: ", _NO_PASSWORD)


def new_password(purpose: str) -> str:
    """Return a password for a new key file; at a prompt it is asked twice. Raises: FormatError."""
    first = password(purpose)
    asked = not (os.environ.get(PASSWORD_FILE) or os.environ.get(PASSWORD))
    if asked and _prompted("The same again: ", _NO_PASSWORD) != first:
        raise FormatError("the two passwords differ")
    return first


def pin(purpose: str) -> str:
    """Return a token's PIN: of the file in POR_PIN_FILE, else of a prompt. Raises: FormatError."""
    if named := os.environ.get(PIN_FILE):
        return from_file(Path(named))
    return _prompted(f"PIN {purpose}: ", f"no PIN: name a file of mode 600 that holds it in {PIN_FILE}")


def from_file(path: Path) -> str:
    """Return a secret file's text without the line feed at its end.

    Raises: FormatError, also for a file that others may read; it shows none of the text.
    """
    try:
        text = read_secret(path).decode()
    except UnicodeDecodeError:
        raise FormatError("not text in UTF-8", str(path)) from None
    secret = text.removesuffix("\n").removesuffix("\r")
    if not secret:
        raise FormatError("holds no password", str(path))
    return secret


def _prompted(prompt: str, missing: str) -> str:
    if not sys.stdin or not sys.stdin.isatty():
        raise FormatError(f"{missing}; nobody is here to ask")
    try:
        secret = getpass.getpass(prompt, stream=sys.stderr)
    except EOFError:
        secret = ""
    if not secret:
        raise FormatError("nothing was entered")
    return secret
