"""Make new key files: for their owner alone, whole or not at all, never over a file."""

import secrets
import tempfile
from pathlib import Path
from uuid import UUID

from por.encoding import eip2335_v1, keystore_v3
from por.encoding.password_encryption import Scrypt
from por.encoding.private_files import new_file, sync_directory
from por.errors import FormatError
from por.publish.signers.account import Account
from por.publish.signers.bls_key import BlsKey
from por.publish.signers.secp256k1 import ORDER

DESCRIPTION = "por attester key"
COST = 2**18


def new_bls_key(path: Path, password: str, *, cost: int = COST) -> BlsKey:
    """Make a BLS key in a new file (EIP-2335), derived from fresh entropy as EIP-2333 derives a master key.

    `cost` is scrypt's n. Raises: FormatError where the file exists or cannot be made.
    """
    from py_ecc.bls.ciphersuites import G2ProofOfPossession  # noqa: PLC0415

    _require_password(password)
    secret = G2ProofOfPossession.KeyGen(secrets.token_bytes(32)).to_bytes(32)
    signer = BlsKey(secret)
    keystore = eip2335_v1.seal(
        secret,
        password,
        derivation=Scrypt(secrets.token_bytes(32), cost),
        iv=secrets.token_bytes(16),
        uuid=_uuid(),
        description=DESCRIPTION,
        pubkey=signer.key,
    )
    _write_new(path, eip2335_v1.write(keystore))
    return signer


def new_account_key(path: Path, password: str, *, cost: int = COST) -> Account:
    """Make an account's key in a new file (keystore version 3).

    `cost` is scrypt's n. Raises: FormatError where the file exists or cannot be made.
    """
    _require_password(password)
    secret = (1 + secrets.randbelow(ORDER - 1)).to_bytes(32)
    account = Account.from_secret(secret)
    derivation = Scrypt(secrets.token_bytes(32), cost)
    keystore = keystore_v3.seal(secret, password, derivation, secrets.token_bytes(16), account.member[12:])
    _write_new(path, keystore_v3.write(keystore, _uuid()))
    return account


def _uuid() -> UUID:
    return UUID(bytes=secrets.token_bytes(16), version=4)


def _require_password(password: str) -> None:
    if not eip2335_v1.password_bytes(password):
        raise FormatError("an empty password protects nothing; choose one")


def _write_new(path: Path, data: bytes) -> None:
    try:
        with tempfile.TemporaryDirectory(prefix=f".{path.name}.partial-", dir=path.parent) as folder:
            written = Path(folder) / "key"
            with new_file(written) as file:
                file.write(data)
            path.hardlink_to(written)
    except FileExistsError:
        raise FormatError("exists already and is not replaced; choose another name", str(path)) from None
    except OSError as error:
        raise FormatError(f"no key file can be made here: {error.strerror}", str(path)) from error
    sync_directory(path.parent)
