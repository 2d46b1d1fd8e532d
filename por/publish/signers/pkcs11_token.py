"""Open an account whose key is in a PKCS#11 token, such as a hardware module (extra `pkcs11`), and never leaves it.

The token holds a private key of secp256k1 and, under the same label or id, its public key. Its module is named by the
URI's module-path or POR_PKCS11_MODULE, its PIN stands in the file of pin-source or POR_PIN_FILE.
"""

import os
from collections.abc import Callable
from typing import Any, TypeVar

from por.errors import FormatError, PublishError
from por.publish.signers import secp256k1
from por.publish.signers.account import Account
from por.publish.signers.passwords import from_file, pin
from por.publish.signers.pkcs11_uri import KeyUri
from por.publish.signers.secp256k1 import Pair

MODULE = "POR_PKCS11_MODULE"

Answer = TypeVar("Answer")


def open_token(text: str) -> Account:
    """Return the signer of the key that an RFC 7512 URI, without its `pkcs11:`, names.

    Raises: FormatError, also for a wrong PIN: trying again could lock the token. Its signing raises PublishError.
    """
    uri = KeyUri.parse(text)
    module = str(uri.module_path or os.environ.get(MODULE, ""))
    if not module:
        raise FormatError(f"no PKCS#11 module: give module-path in the URI, or name it in {MODULE}")
    session = _session(uri, module)
    try:
        private, point = _asked("the key cannot be used", lambda: _keys(session, uri))
        key = secp256k1.point_public_key(point)
    except FormatError:
        session.close()
        raise

    def ask(digest: bytes) -> Pair:
        from pkcs11 import Mechanism  # noqa: PLC0415
        from pkcs11.exceptions import PKCS11Error  # noqa: PLC0415

        try:
            signed = private.sign(digest, mechanism=Mechanism.ECDSA)
        except PKCS11Error as error:
            reason = type(error).__name__
        else:
            return secp256k1.plain_signature(signed)
        raise PublishError(f"PKCS#11: the token does not sign: {reason}")

    return Account(key, ask)


def _session(uri: KeyUri, module: str) -> Any:
    try:
        import pkcs11  # noqa: PLC0415
    except ImportError:
        raise FormatError("pkcs11: needs an extra; run: pip install 'por-verifier[pkcs11]'") from None
    library = _asked("the module cannot be loaded", lambda: pkcs11.lib(module))
    token = _asked("the token is not there", lambda: library.get_token(token_label=uri.token, token_serial=uri.serial))
    secret = from_file(uri.pin_source) if uri.pin_source else pin(f"of the token {token.label}")
    return _asked("the token does not open", lambda: _opened(token, secret))


def _opened(token: Any, secret: str) -> Any:
    from pkcs11.exceptions import UserAlreadyLoggedIn  # noqa: PLC0415

    try:
        return token.open(user_pin=secret)
    except UserAlreadyLoggedIn:
        # One log-in holds for all of a program's sessions on a token.
        return token.open()


def _keys(session: Any, uri: KeyUri) -> tuple[Any, bytes]:
    from pkcs11 import Attribute, KeyType, ObjectClass  # noqa: PLC0415
    from pkcs11.util.ec import encode_named_curve_parameters  # noqa: PLC0415

    kind = {"key_type": KeyType.EC, "label": uri.object, "id": uri.id}
    private = session.get_key(object_class=ObjectClass.PRIVATE_KEY, **kind)
    public = session.get_key(object_class=ObjectClass.PUBLIC_KEY, **kind)
    if public[Attribute.EC_PARAMS] != encode_named_curve_parameters("secp256k1"):
        raise FormatError("the token's key is not on the curve secp256k1; make one of that kind")
    if not private[Attribute.SIGN]:
        raise FormatError("the token's key is not for signing")
    return private, public[Attribute.EC_POINT]


def _asked(refusal: str, question: Callable[[], Answer]) -> Answer:
    from pkcs11.exceptions import PKCS11Error  # noqa: PLC0415

    try:
        return question()
    except PKCS11Error as error:
        reason = type(error).__name__
    raise FormatError(f"PKCS#11: {refusal}: {reason}")
