"""AWS KMS, through the real client, against a server on this machine that speaks KMS's protocol and can lie."""

from __future__ import annotations

import base64
import json
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from eth_account import Account as EthAccount
from eth_utils.crypto import keccak

from por.errors import FormatError, PublishError
from por.publish.signers import AccountSigner, open_signer
from por.publish.signers.account import Account
from por.publish.signers.aws_kms import open_key
from por.publish.signers.secp256k1 import ORDER
from tests.chains.lying_server import refused_url

SECRET = keccak(text="a key that KMS keeps")
DIGEST = keccak(text="a digest")
ARN = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "s3cret-credential"}
Answer = dict[str, Any]


def kept(secret: bytes = SECRET, curve: ec.EllipticCurve | None = None) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(secret) % 2**255, curve or ec.SECP256K1())


class KeyService:
    """Answer GetPublicKey and Sign for one key, as `changes` say otherwise; `status` refuses everything."""

    def __init__(self) -> None:
        self.key = kept()
        self.signs_with = self.key
        self.high = False
        self.changes: Answer = {}
        self.refusal: str | None = None
        self.asked: list[tuple[str, Answer]] = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                operation = self.headers["X-Amz-Target"].removeprefix("TrentService.")
                service.asked.append((operation, body))
                status, answer = service.answer(operation, body)
                data = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/x-amz-json-1.1")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def answer(self, operation: str, body: Answer) -> tuple[int, Answer]:
        if self.refusal:
            return 400, {"__type": self.refusal, "message": f"no: {body['KeyId']}"}
        if operation == "GetPublicKey":
            der = self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
            told: Answer = {"KeyId": ARN, "PublicKey": base64.b64encode(der).decode(), "KeyUsage": "SIGN_VERIFY"}
            told |= {"KeySpec": "ECC_SECG_P256K1", "SigningAlgorithms": ["ECDSA_SHA_256"]}
            return 200, told | self.changes
        signature = self.sign(base64.b64decode(body["Message"]))
        told = {"KeyId": ARN, "Signature": base64.b64encode(signature).decode()}
        return 200, told | {"SigningAlgorithm": "ECDSA_SHA_256"} | self.changes

    def sign(self, digest: bytes) -> bytes:
        r, s = decode_dss_signature(self.signs_with.sign(digest, ec.ECDSA(Prehashed(SHA256()))))
        return encode_dss_signature(r, max(s, ORDER - s) if self.high else min(s, ORDER - s))


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[KeyService]:
    pytest.importorskip("boto3", reason="boto3 is not here: pip install 'por-verifier[aws]'")
    running = KeyService()
    thread = threading.Thread(target=running.server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    settings = CREDENTIALS | {"AWS_ENDPOINT_URL_KMS": running.url, "AWS_REGION": "eu-central-1"}
    settings |= {"AWS_DEFAULT_REGION": "eu-central-1", "AWS_EC2_METADATA_DISABLED": "true"}
    settings |= {"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    yield running
    running.server.shutdown()
    running.server.server_close()
    thread.join()


@pytest.mark.parametrize("high", [False, True])
def test_a_key_in_the_service_signs_as_an_account(service: KeyService, high: bool) -> None:
    service.high = high
    signer = open_signer("aws-kms:alias/attester")
    assert isinstance(signer, Account)
    signature = signer.sign(DIGEST)
    assert EthAccount._recover_hash(DIGEST, signature=signature).lower() == signer.address
    assert signer.address == EthAccount.from_key(kept().private_numbers().private_value.to_bytes(32)).address.lower()
    assert int.from_bytes(signature[32:64]) <= ORDER // 2


def test_what_is_asked_names_the_digest_and_the_key_that_the_alias_meant(service: KeyService) -> None:
    signer: AccountSigner = open_key("alias/attester")
    signer.sign_digest(DIGEST)
    (first, named), (second, asked) = service.asked
    assert (first, named) == ("GetPublicKey", {"KeyId": "alias/attester"})
    assert second == "Sign"
    assert asked == {
        "KeyId": ARN,
        "Message": base64.b64encode(DIGEST).decode(),
        "MessageType": "DIGEST",
        "SigningAlgorithm": "ECDSA_SHA_256",
    }


def test_a_digest_of_another_size_is_not_sent(service: KeyService) -> None:
    signer = open_key(ARN)
    with pytest.raises(PublishError, match="a digest of 31 bytes"):
        signer.sign(DIGEST[:-1])
    assert len(service.asked) == 1


def test_t39_the_signature_of_another_key_is_noticed(service: KeyService) -> None:
    signer = open_key(ARN)
    service.signs_with = kept(keccak(text="another"))
    with pytest.raises(PublishError, match="not a signature of this key over this digest"):
        signer.sign(DIGEST)


def test_an_answer_that_is_no_signature_is_noticed(service: KeyService) -> None:
    signer = open_key(ARN)
    service.changes = {"Signature": base64.b64encode(bytes(64)).decode()}
    with pytest.raises(PublishError, match="no ECDSA signature in DER"):
        signer.sign(DIGEST)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"KeySpec": "ECC_NIST_P256"}, "a ECC_NIST_P256 for SIGN_VERIFY; make a ECC_SECG_P256K1"),
        ({"KeySpec": "RSA_2048", "KeyUsage": "ENCRYPT_DECRYPT"}, "a RSA_2048 for ENCRYPT_DECRYPT"),
        ({"KeyUsage": "KEY_AGREEMENT"}, "for KEY_AGREEMENT"),
        ({"PublicKey": base64.b64encode(b"key").decode()}, "no public key in DER"),
    ],
)
def test_a_key_of_another_kind_is_refused(service: KeyService, changes: Answer, words: str) -> None:
    service.changes = changes
    with pytest.raises(PublishError if "DER" in words else FormatError, match=words):
        open_key(ARN)


def test_a_key_that_lies_about_its_curve_is_refused(service: KeyService) -> None:
    service.key = kept(curve=ec.SECP256R1())
    with pytest.raises(FormatError, match="not on the curve secp256k1"):
        open_key(ARN)


@pytest.mark.parametrize("code", ["NotFoundException", "AccessDeniedException", "DisabledException"])
def test_t80_a_refusal_is_named_by_its_code_alone(service: KeyService, code: str) -> None:
    service.refusal = code
    with pytest.raises(PublishError, match=f"AWS KMS refuses: {code}") as caught:
        open_key(ARN)
    assert ARN not in str(caught.value)
    assert_no_credential(caught.value)


def test_a_refusal_to_sign_is_named_too(service: KeyService) -> None:
    signer = open_key(ARN)
    service.refusal = "KMSInvalidStateException"
    with pytest.raises(PublishError, match="AWS KMS refuses: KMSInvalidStateException"):
        signer.sign(DIGEST)


def assert_no_credential(error: BaseException) -> None:
    said = "".join(traceback.format_exception(error))
    assert [value for value in CREDENTIALS.values() if value in said] == []


def test_a_service_that_is_not_there_is_named(service: KeyService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_KMS", refused_url())
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(PublishError, match="AWS KMS cannot be asked: EndpointConnectionError") as caught:
        open_key(ARN)
    assert_no_credential(caught.value)


@pytest.mark.parametrize(
    ("missing", "words"),
    [(("AWS_REGION", "AWS_DEFAULT_REGION"), "NoRegionError"), (tuple(CREDENTIALS), "NoCredentialsError")],
)
def test_what_every_aws_program_needs_is_asked_for(
    service: KeyService, missing: tuple[str, ...], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in missing:
        monkeypatch.delenv(name)
    with pytest.raises(PublishError, match=f"{words}; it takes region and credentials as every AWS program does"):
        open_key("alias/attester")


@pytest.mark.parametrize("key_id", ["", "a b", "alias/x?y", "ключ", "k" * 2049, "key\n"])
def test_what_is_no_key_id_is_refused_before_anybody_is_asked(key_id: str) -> None:
    with pytest.raises(FormatError, match="is followed by a key's id, ARN or alias"):
        open_key(key_id)


def test_without_the_extra_the_cure_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(FormatError, match=r"pip install 'por-verifier\[aws\]'"):
        open_key(ARN)


REPRESENTATIONS: list[Callable[[object], str]] = [repr, str]


@pytest.mark.parametrize("shown", REPRESENTATIONS)
def test_t80_a_signer_shows_its_address_alone(service: KeyService, shown: Callable[[object], str]) -> None:
    signer = open_key(ARN)
    assert shown(signer) == f"Account({signer.address})"
