"""Open the signer that a spec names (the forms are listed in por/publish/signers/__init__.py)."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from por.errors import FormatError
from por.publish.signers import aws_kms, contract, environment, key_file, pkcs11_token
from por.publish.signers.signer import Signer

_KEY_ITSELF = re.compile(r"(?:0x)?[0-9a-fA-F]{64}", re.ASCII)


def open_signer(spec: str) -> Signer:
    """Return the signer that `spec` names.

    Raises: FormatError for a spec, file, password, key or token that does not do, or an extra that is missing;
    PublishError for a key service that does not answer. Neither shows a spec, in case it is a key.
    """
    kind, colon, rest = spec.partition(":")
    if not colon or kind not in _KINDS or not rest:
        raise FormatError(f"not a signer; one begins with {', '.join(f'{each}:' for each in _KINDS)}")
    if _KEY_ITSELF.fullmatch(rest):
        raise FormatError("a key does not stand in a signer's spec, which others can see; name where it is")
    return _KINDS[kind](rest)


_KINDS: Mapping[str, Callable[[str], Signer]] = {
    "file": lambda rest: key_file.open_key_file(Path(rest)),
    "env": environment.open_environment,
    "contract": lambda rest: contract.open_contract(rest, open_signer),
    "aws-kms": aws_kms.open_key,
    "pkcs11": pkcs11_token.open_token,
}
