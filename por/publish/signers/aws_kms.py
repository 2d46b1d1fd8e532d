"""Open an account whose key is in AWS KMS (extra `aws`) and never leaves it.

The key is of spec ECC_SECG_P256K1 for signing; region and credentials come from where every AWS program takes them.
"""

import re
from collections.abc import Callable
from typing import Any, TypeVar

from por.errors import FormatError, PublishError
from por.publish.signers import secp256k1
from por.publish.signers.account import Account
from por.publish.signers.secp256k1 import Pair

SPEC = "ECC_SECG_P256K1"

_KEY_ID = re.compile(r"[A-Za-z0-9:/_-]{1,2048}", re.ASCII)

Answer = TypeVar("Answer")


def open_key(key_id: str) -> Account:
    """Return the signer of a key by its id, ARN or alias. Raises: FormatError, PublishError."""
    if not _KEY_ID.fullmatch(key_id):
        raise FormatError("aws-kms: is followed by a key's id, ARN or alias/NAME")
    client = _client()
    told = _asked(lambda: client.get_public_key(KeyId=key_id))
    if told["KeySpec"] != SPEC or told["KeyUsage"] != "SIGN_VERIFY":
        raise FormatError(f"the KMS key is a {told['KeySpec']} for {told['KeyUsage']}; make a {SPEC} for SIGN_VERIFY")
    # An alias may be moved to another key; what was resolved once stays.
    resolved = told["KeyId"]

    def ask(digest: bytes) -> Pair:
        signed = _asked(
            lambda: client.sign(KeyId=resolved, Message=digest, MessageType="DIGEST", SigningAlgorithm="ECDSA_SHA_256")
        )
        return secp256k1.der_signature(signed["Signature"])

    return Account(secp256k1.der_public_key(told["PublicKey"]), ask)


def _client() -> Any:
    try:
        import boto3  # noqa: PLC0415
        from botocore.config import Config  # noqa: PLC0415
    except ImportError:
        raise FormatError("aws-kms: needs an extra; run: pip install 'por-verifier[aws]'") from None
    config = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 4})
    return _asked(lambda: boto3.Session().client("kms", config=config))


def _asked(question: Callable[[], Answer]) -> Answer:
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    try:
        return question()
    except ClientError as error:
        reason = f"AWS KMS refuses: {error.response.get('Error', {}).get('Code', 'without a code')}"
    except BotoCoreError as error:
        reason = f"AWS KMS cannot be asked: {type(error).__name__}"
    raise PublishError(f"{reason}; it takes region and credentials as every AWS program does")
