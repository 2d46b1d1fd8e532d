"""Read and write the receipt of an inclusion proof, and compute its salted digest (`por/spec/receipt.md`)."""

import re

from por.encoding import canonical
from por.encoding.digests import digest_of
from por.encoding.media_types import RECEIPT
from por.encoding.reader import Reader
from por.errors import FormatError
from por.model import Digest, Instant, Outcome, issuer_id
from por.model.receipt import Receipt, ToldVerdict

MAX_BYTES = 16_384
MAX_FAILED = 64
SALT_BYTES = 32
NATIVE = "por-inclusion-proof-v1"

_TITLE = b"por/receipt/v1\0"
_FORMAT = re.compile(r"[a-z][a-z0-9-]{0,31}", re.ASCII)
_CHECK = re.compile(r"[a-z]{1,32}\.[a-z]{1,32}", re.ASCII)
_ROOT = re.compile(r"(?:[0-9a-f]{16}|[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def salted_digest(salt: bytes, data: bytes) -> Digest:
    """Digest a file behind a salt of 32 bytes; without the salt nothing can be tried out (T79). Raises: FormatError."""
    if len(salt) != SALT_BYTES:
        raise FormatError(f"a salt of {len(salt)} bytes; {SALT_BYTES} are needed")
    return digest_of(_TITLE + salt + data)


def read(data: bytes) -> Receipt:
    """Read the canonical document. Raises: FormatError."""
    file, format_, issuer, root, snapshot, verdict = Reader(canonical.load(data, max_bytes=MAX_BYTES)).document(
        RECEIPT, "file", "format", "issuer", "root", "snapshot", "verdict"
    )
    receipt = Receipt(
        format=format_.parse(lambda text: _formed(text, _FORMAT, "the name of a format")),
        issuer=issuer.optional(lambda reader: reader.parse(issuer_id)),
        snapshot=snapshot.optional(lambda reader: reader.text(256)),
        root=root.optional(lambda reader: reader.parse(lambda text: _formed(text, _ROOT, "a root"))),
        salted=file.digest(),
        verdict=verdict.optional(_read_verdict),
    )
    if receipt.format != NATIVE:
        _require_published(receipt, issuer, snapshot)
    else:
        _require_native(receipt, issuer, snapshot, root)
    return receipt


def write(receipt: Receipt) -> bytes:
    """Write the canonical document."""
    told = receipt.verdict
    return canonical.dumps(
        {
            "mediaType": RECEIPT,
            "file": str(receipt.salted),
            "format": receipt.format,
            "issuer": receipt.issuer,
            "root": receipt.root,
            "snapshot": receipt.snapshot,
            "verdict": None
            if told is None
            else {"checkedAt": str(told.checked_at), "failed": list(told.failed), "outcome": str(told.outcome)},
        }
    )


def _read_verdict(reader: Reader) -> ToldVerdict:
    checked_at, failed, outcome = reader.members("checkedAt", "failed", "outcome")
    names = [item.parse(lambda text: _formed(text, _CHECK, "the name of a check")) for item in failed.items(MAX_FAILED)]
    failed.require_ascending(names)
    told = ToldVerdict(outcome.choice(Outcome), tuple(names), checked_at.instant())
    if bool(told.failed) is not (told.outcome is Outcome.FAIL):
        raise failed.fail("checks fail where the outcome is FAIL, and only there")
    return told


def _require_native(receipt: Receipt, issuer: Reader, snapshot: Reader, root: Reader) -> None:
    if receipt.issuer is None:
        raise issuer.fail("a proof of por has an issuer")
    named, _, instant = (receipt.snapshot or "").partition("@")
    if named != receipt.issuer:
        raise snapshot.fail("not the issuer, @ and an instant")
    Reader(instant, snapshot.place).parse(Instant.parse)
    if receipt.root is not None and len(receipt.root) != 64:
        raise root.fail("a commitments root has 64 digits")


def _require_published(receipt: Receipt, issuer: Reader, snapshot: Reader) -> None:
    if receipt.issuer is not None:
        raise issuer.fail("a published proof does not name its issuer")
    if receipt.snapshot is not None:
        day = snapshot.parse(lambda text: _formed(text, _DAY, "a day, such as 2026-09-21"))
        Reader(f"{day}T00:00:00Z", snapshot.place).parse(Instant.parse)


def _formed(text: str, form: re.Pattern[str], what: str) -> str:
    if not form.fullmatch(text):
        raise FormatError(f"not {what}")
    return text
