"""Read the delegation that an account with a key may carry as its code (EIP-7702)."""

PREFIX = b"\xef\x01\x00"


def delegate_of(code: bytes) -> str | None:
    """Return the lower-case address of the code that runs in the account's name; None where the code is no delegation.

    The account's own key still moves everything in it, and can take the delegation back. Source: EIP-7702.
    """
    return "0x" + code[3:].hex() if len(code) == 23 and code.startswith(PREFIX) else None
