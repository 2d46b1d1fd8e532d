"""Read and write one attester's signed statement (`por/spec/attestation.md`, reading steps)."""

from por.encoding import canonical
from por.encoding.attester_key_v1 import KEY_BYTES, SIGNATURE_BYTES
from por.encoding.committee_v1 import address_member, address_text, key_member, read_scheme, scheme_text
from por.encoding.liability_v1 import Json
from por.encoding.media_types import ATTESTATION
from por.encoding.reader import Reader
from por.encoding.statement_v1 import read_statement, statement_value
from por.model import Revocation, SignatureScheme, SignedStatement

MAX_BYTES = 4 * 2**20
ECDSA_BYTES = 65
MAX_SIGNATURE = 8192

_SIZES = {
    SignatureScheme.ECDSA: (ECDSA_BYTES, ECDSA_BYTES),
    SignatureScheme.CONTRACT: (1, MAX_SIGNATURE),
    SignatureScheme.BLS: (SIGNATURE_BYTES, SIGNATURE_BYTES),
}


def read(data: bytes) -> SignedStatement:
    """Read the canonical document; whether the signature holds is not looked at. Raises: FormatError."""
    statement, signer, signature, report = Reader(canonical.load(data, max_bytes=MAX_BYTES)).document(
        ATTESTATION, "statement", "signer", "signature", "report"
    )
    scheme, member, key = _read_signer(signer)
    signed = SignedStatement(
        statement=read_statement(statement),
        scheme=scheme,
        member=member,
        key=key,
        signature=read_signature(signature, scheme),
        report=report.optional(Reader.digest),
    )
    if (signed.report is None) != isinstance(signed.statement.content, Revocation):
        raise report.fail("an attestation comes with the digest of its signer's report, a revocation with null")
    return signed


def write(signed: SignedStatement) -> bytes:
    """Write the canonical document."""
    return canonical.dumps(
        {
            "mediaType": ATTESTATION,
            "statement": statement_value(signed.statement),
            "signer": _signer_value(signed),
            "signature": "0x" + signed.signature.hex(),
            "report": None if signed.report is None else str(signed.report),
        }
    )


def read_signature(reader: Reader, scheme: SignatureScheme) -> bytes:
    """Read one signature of a scheme. Raises: FormatError."""
    return reader.data(*_SIZES[scheme])


def _read_signer(reader: Reader) -> tuple[SignatureScheme, bytes, bytes]:
    scheme, member = reader.members("scheme", "member")
    kind = read_scheme(scheme)
    if kind is SignatureScheme.BLS:
        key = member.data(KEY_BYTES, KEY_BYTES)
        return kind, key_member(key), key
    return kind, member.parse(address_member), b""


def _signer_value(signed: SignedStatement) -> Json:
    bls = signed.scheme is SignatureScheme.BLS
    member = "0x" + signed.key.hex() if bls else address_text(signed.member)
    return {"scheme": scheme_text(signed.scheme), "member": member}
