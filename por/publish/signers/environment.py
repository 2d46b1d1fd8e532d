"""Open an account whose key an environment variable holds, as CI systems hand secrets to a job."""

import os
import re

from por.encoding.reader import read_hex
from por.errors import FormatError
from por.publish.signers.account import SECRET_BYTES, Account

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,59}", re.ASCII)


def open_environment(name: str) -> Account:
    """Return the signer whose key stands in the variable as 64 hexadecimal digits, and take the variable away.

    Raises: FormatError, which shows neither the key nor what is no variable's name.
    """
    if not _NAME.fullmatch(name):
        raise FormatError("env: is followed by the name of a variable that holds the key, and not by the key")
    text = os.environ.pop(name, "")
    if not text:
        raise FormatError(f"no key in the environment variable {name}: it is not set, or was read already")
    try:
        secret = read_hex(text.strip().removeprefix("0x").lower(), SECRET_BYTES, SECRET_BYTES)
    except FormatError:
        raise FormatError(f"no key in the environment variable {name}: 64 hexadecimal digits are wanted") from None
    return Account.from_secret(secret)
