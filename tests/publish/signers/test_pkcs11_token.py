"""PKCS#11: URIs that name a key, and a key in a real software token."""

from __future__ import annotations

import subprocess
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
from eth_account import Account as EthAccount
from eth_utils.crypto import keccak

from por.errors import FormatError, PublishError
from por.publish.signers import open_signer
from por.publish.signers.account import Account
from por.publish.signers.pkcs11_token import open_token
from por.publish.signers.pkcs11_uri import KeyUri
from por.publish.signers.secp256k1 import ORDER
from tests.components import softhsm

DIGEST = keccak(text="a digest")
PIN = "482913"
TOKEN = "Attester 1"


def test_a_uri_names_token_key_module_and_pin() -> None:
    uri = KeyUri.parse(
        "token=Attester%201;serial=12ab;object=key;id=%01%ff;type=private"
        "?module-path=/usr/lib/softhsm.so&pin-source=file:///run/secrets/pin"
    )
    assert uri == KeyUri(
        token="Attester 1",
        serial=b"12ab",
        object="key",
        id=b"\x01\xff",
        module_path=Path("/usr/lib/softhsm.so"),
        pin_source=Path("/run/secrets/pin"),
    )


def test_what_is_not_named_may_be_anything() -> None:
    assert KeyUri.parse("object=key") == KeyUri(object="key")
    assert KeyUri.parse("id=%01?") == KeyUri(id=b"\x01")


@pytest.mark.parametrize("source", ["file:/run/pin", "file:///run/pin", "/run/pin", "%2Frun%2Fpin"])
def test_a_pins_file_is_named_in_each_way_of_the_standard(source: str) -> None:
    assert KeyUri.parse(f"object=key?pin-source={source}").pin_source == Path("/run/pin")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "names no key"),
        ("token=T", "names no key"),
        ("token=T;", "unknown or stands twice"),
        ("object", "unknown or stands twice"),
        ("object=", "has no value"),
        ("object=a;object=b", "unknown or stands twice"),
        ("object=a;slot-id=0", "unknown or stands twice"),
        ("Object=a", "unknown or stands twice"),
        ("object=a b", "characters to be written as %XX"),
        ("object=a%2", "characters to be written as %XX"),
        ("object=a#b", "characters to be written as %XX"),
        ("object=ä", "characters to be written as %XX"),
        ("object=%ff", "not text in UTF-8"),
        ("token=%ff;object=a", "not text in UTF-8"),
        ("object=a;type=public", "'private' here"),
        ("object=a?module-name=softhsm", "unknown or stands twice"),
        ("object=a?module-path=softhsm.so", "by their whole path"),
        ("object=a?pin-source=pin", "by their whole path"),
        ("object=a?pin-source=|/bin/pin", "by their whole path"),
        ("object=a?pin-source=https://pin.example/", "by their whole path"),
        ("object=a?pin-source=/a&pin-source=/b", "unknown or stands twice"),
        ("object=a;module-path=/a", "unknown or stands twice"),
        ("object=a?token=T", "unknown or stands twice"),
    ],
)
def test_a_malformed_uri_is_refused(text: str, words: str) -> None:
    with pytest.raises(FormatError, match=words):
        KeyUri.parse(text)


@pytest.mark.parametrize("text", [f"object=a?pin-value={PIN}", f"object=a;pin-value={PIN}", f"pin-value={PIN}"])
def test_t80_a_pin_in_a_uri_is_refused_and_not_shown(text: str) -> None:
    with pytest.raises(FormatError, match="a PIN does not stand in a URI") as caught:
        KeyUri.parse(text)
    assert PIN not in "".join(traceback.format_exception(caught.value))


def test_without_a_module_the_cure_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POR_PKCS11_MODULE", raising=False)
    with pytest.raises(FormatError, match="module-path in the URI, or name it in POR_PKCS11_MODULE"):
        open_token("object=key")


def test_without_the_extra_the_cure_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pkcs11", None)
    with pytest.raises(FormatError, match=r"pip install 'por-verifier\[pkcs11\]'"):
        open_token("object=key?module-path=/nowhere.so")


@pytest.mark.parametrize("module", ["/nowhere.so", "/etc/passwd"])
def test_what_is_no_module_is_named(module: str) -> None:
    pytest.importorskip("pkcs11", reason="python-pkcs11 is not here: pip install 'por-verifier[pkcs11]'")
    with pytest.raises(FormatError, match="the module cannot be loaded"):
        open_token(f"object=key?module-path={module}")


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Fill a token with keys; yield what a URI's query says of it."""
    pkcs11 = pytest.importorskip("pkcs11", reason="python-pkcs11 is not here: pip install 'por-verifier[pkcs11]'")
    from pkcs11 import Attribute, KeyType, MechanismFlag  # noqa: PLC0415
    from pkcs11.util.ec import encode_named_curve_parameters  # noqa: PLC0415

    module, tool = softhsm()
    folder = tmp_path_factory.mktemp("token")
    (folder / "tokens").mkdir()
    settings = folder / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n")
    (folder / "pin").write_text(PIN + "\n")
    (folder / "pin").chmod(0o600)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(settings))
        making = [str(tool), "--module", str(module), "--init-token", "--free", "--label", TOKEN]
        making += ["--pin", PIN, "--so-pin", "00" + PIN]
        subprocess.run(making, check=True, capture_output=True, timeout=60)
        library = pkcs11.lib(str(module))
        with library.get_token(token_label=TOKEN).open(rw=True, user_pin=PIN) as session:
            for label, curve in (("key", "secp256k1"), ("other", "secp256k1"), ("p256", "secp256r1")):
                parameters = {Attribute.EC_PARAMS: encode_named_curve_parameters(curve)}
                domain = session.create_domain_parameters(KeyType.EC, parameters, local=True)
                domain.generate_keypair(store=True, label=label, id=label.encode())
            unable = {Attribute.EC_PARAMS: encode_named_curve_parameters("secp256k1")}
            domain = session.create_domain_parameters(KeyType.EC, unable, local=True)
            domain.generate_keypair(store=True, label="agree", capabilities=MechanismFlag.DERIVE)
        yield f"module-path={module}&pin-source={folder / 'pin'}"
        pkcs11.unload(str(module))


def test_a_key_in_a_token_signs_as_an_account(token: str) -> None:
    signer = open_signer(f"pkcs11:token=Attester%201;object=key?{token}")
    assert isinstance(signer, Account)
    for number in range(8):
        digest = keccak(bytes([number]))
        signature = signer.sign(digest)
        assert EthAccount._recover_hash(digest, signature=signature).lower() == signer.address
        assert int.from_bytes(signature[32:64]) <= ORDER // 2
    assert repr(signer) == f"Account({signer.address})"


def test_a_key_is_found_by_its_id_and_two_are_told_apart(token: str) -> None:
    """Both are open at once: a program logs in once."""
    first, same, other = (
        open_signer(f"pkcs11:token=Attester%201;{which}?{token}") for which in ("object=key", "id=key", "id=other")
    )
    assert first.name == same.name != other.name
    assert first.sign(DIGEST) != other.sign(DIGEST)


def test_a_token_that_stops_signing_is_named(token: str) -> None:
    from pkcs11 import PrivateKey, exceptions  # noqa: PLC0415

    signer = open_signer(f"pkcs11:token=Attester%201;object=key?{token}")
    with pytest.MonkeyPatch.context() as patch:

        def gone(*_: object, **__: object) -> bytes:
            raise exceptions.DeviceRemoved

        patch.setattr(PrivateKey, "sign", gone, raising=False)
        with pytest.raises(PublishError, match="the token does not sign: DeviceRemoved"):
            signer.sign(DIGEST)


def test_module_and_pin_may_come_from_the_environment(token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module, pin = (part.partition("=")[2] for part in token.split("&"))
    monkeypatch.setenv("POR_PKCS11_MODULE", module)
    monkeypatch.setenv("POR_PIN_FILE", pin)
    by_environment = open_signer("pkcs11:token=Attester%201;object=key")
    assert by_environment.name == open_signer(f"pkcs11:token=Attester%201;object=key?{token}").name


@pytest.mark.parametrize(
    ("which", "words"),
    [
        ("token=Other;object=key", "the token is not there: NoSuchToken"),
        ("token=Attester%201;serial=00;object=key", "the token is not there: NoSuchToken"),
        ("token=Attester%201;object=nothing", "the key cannot be used: NoSuchKey"),
        ("token=Attester%201;object=key;id=other", "the key cannot be used: NoSuchKey"),
        ("token=Attester%201;object=p256", "not on the curve secp256k1"),
        ("token=Attester%201;object=agree", "not for signing"),
    ],
)
def test_a_key_that_does_not_do_is_refused(token: str, which: str, words: str) -> None:
    with pytest.raises(FormatError, match=words):
        open_signer(f"pkcs11:{which}?{token}")


def test_t80_a_wrong_pin_is_refused_and_not_shown(token: str, tmp_path: Path) -> None:
    """In a program of its own, which nobody has logged in yet."""
    wrong = tmp_path / "pin"
    wrong.write_text("739104\n")
    wrong.chmod(0o600)
    spec = f"pkcs11:token=Attester%201;object=key?{token.partition('&')[0]}&pin-source={wrong}"
    program = "import sys; from por.publish.signers import open_signer; open_signer(sys.argv[1])"
    done = subprocess.run([sys.executable, "-c", program, spec], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "the token does not open: PinIncorrect" in done.stderr
    assert "739104" not in done.stderr


def test_a_pin_file_open_to_others_is_refused(token: str, tmp_path: Path) -> None:
    open_pin = tmp_path / "pin"
    open_pin.write_text(PIN)
    open_pin.chmod(0o644)
    with pytest.raises(FormatError, match="run: chmod 600"):
        open_signer(f"pkcs11:token=Attester%201;object=key?{token.partition('&')[0]}&pin-source={open_pin}")
