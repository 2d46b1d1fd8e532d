"""Open the signer that a spec names (the forms are listed in por/publish/signers/__init__.py)."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from por.errors import FormatError
from por.publish.signers import aws_kms, contract, environment, key_file, pkcs11_token
from por.publish.signers.signer import Signer

_KEY_ITSELF = re.compile(r"(?:0x)?[0-9a-fA-F]{64}", re.ASCII)


def open_signer(spec: str, opened: dict[str, Signer] | None = None) -> Signer:
    """Return the signer that `spec` names, one of `opened` where it is there, else put there.

    Raises: FormatError for a spec, file, password, key or token that does not do, or an extra that is missing;
    PublishError for a key service that does not answer. Neither shows a spec, in case it is a key.
    """
    kind, colon, rest = spec.partition(":")
    if not colon or kind not in _KINDS or not rest:
        raise FormatError(f"not a signer; one begins with {', '.join(f'{each}:' for each in _KINDS)}")
    if _KEY_ITSELF.fullmatch(rest):
        raise FormatError("a key does not stand in a signer's spec, which others can see; name where it is")
    known = {} if opened is None else opened
    if spec not in known:
        known[spec] = _KINDS[kind](rest, known)
    return known[spec]


_KINDS: Mapping[str, Callable[[str, dict[str, Signer]], Signer]] = {
    "file": lambda rest, _: key_file.open_key_file(Path(rest)),
    "env": lambda rest, _: environment.open_environment(rest),
    "contract": lambda rest, opened: contract.open_contract(rest, lambda spec: open_signer(spec, opened)),
    "aws-kms": lambda rest, _: aws_kms.open_key(rest),
    "pkcs11": lambda rest, _: pkcs11_token.open_token(rest),
}
