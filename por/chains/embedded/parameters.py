"""Read the parameters of JSON-RPC questions put to the embedded chain."""

import re

from por.chains.embedded.server import RefusedQuestionError

_QUANTITY = re.compile(r"0x[0-9a-fA-F]{1,64}", re.ASCII)


def quantity(value: object) -> int:
    """Read a hexadecimal number. Raises: RefusedQuestionError."""
    if not isinstance(value, str) or not _QUANTITY.fullmatch(value):
        raise RefusedQuestionError(-32602, "invalid params: not a hexadecimal number")
    return int(value, 16)


def data(value: object) -> bytes:
    """Read hexadecimal data of any length. Raises: RefusedQuestionError."""
    try:
        if isinstance(value, str) and value.startswith("0x"):
            return bytes.fromhex(value[2:])
    except ValueError:
        pass
    raise RefusedQuestionError(-32602, "invalid params: not hexadecimal data")


def fixed(value: object, length: int) -> bytes:
    """Read hexadecimal data of `length` bytes. Raises: RefusedQuestionError."""
    raw = data(value)
    if len(raw) != length:
        raise RefusedQuestionError(-32602, f"invalid params: not {length} bytes of hexadecimal data")
    return raw
