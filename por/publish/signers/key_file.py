"""Open encrypted key files: an account's (keystore version 3) or a BLS key's (EIP-2335), told apart by their layout."""

import os
import stat
from pathlib import Path

from por.encoding import eip2335_v1, keystore_v3, strict_json
from por.errors import FormatError
from por.publish.signers.account import Account
from por.publish.signers.bls_key import BlsKey
from por.publish.signers.passwords import password
from por.publish.signers.validators import require_no_validator_path


def open_key_file(path: Path) -> Account | BlsKey:
    """Return the signer in a key file, whose password `passwords.password` gets.

    Raises: FormatError, also for the wrong password and for a key of a consensus validator.
    """
    try:
        data = _contents(path)
    except OSError as error:
        raise FormatError(f"cannot be read: {error.strerror}", str(path)) from error
    try:
        return _bls(path, data) if _is_eip2335(data) else _account(path, data)
    except FormatError as error:
        raise error.within(f"{path}:") from None


def _contents(path: Path) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise FormatError("not a regular file", str(path))
        return file.read(eip2335_v1.MAX_BYTES + 1)


def _is_eip2335(data: bytes) -> bool:
    value = strict_json.load(data, max_bytes=eip2335_v1.MAX_BYTES)
    crypto = value.get("crypto") if isinstance(value, dict) else None
    kdf = crypto.get("kdf") if isinstance(crypto, dict) else None
    return isinstance(kdf, dict) and "function" in kdf


def _account(path: Path, data: bytes) -> Account:
    keystore = keystore_v3.read(data)
    account = Account.from_secret(keystore_v3.unseal(keystore, password(f"of {path}")))
    if keystore.address is not None and keystore.address != account.member[12:]:
        raise FormatError(f"holds the key of {account.address}, which is not the address that it names", "/address")
    return account


def _bls(path: Path, data: bytes) -> BlsKey:
    keystore = eip2335_v1.read(data)
    require_no_validator_path(keystore.path)
    signer = BlsKey(eip2335_v1.unseal(keystore, password(f"of {path}")))
    if keystore.pubkey is not None and keystore.pubkey != signer.key:
        raise FormatError(f"holds the secret of {signer.name}, which is not the key that it names", "/pubkey")
    return signer
