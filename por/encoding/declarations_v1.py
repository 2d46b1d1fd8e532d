"""Read and write what an issuer declares beside its bundle (`por/spec/declarations.md`, reading steps 1 to 5)."""

from typing import cast

from por.encoding import canonical
from por.encoding.declared_fields import CANONICAL, Spelling
from por.encoding.declared_tables import DECLARED
from por.encoding.media_types import DECLARATIONS
from por.encoding.reader import Reader
from por.model.declarations import Declarations

MAX_BYTES = 4 * 2**20


def read(data: bytes) -> Declarations:
    """Read the canonical document. Raises: FormatError."""
    names = [CANONICAL.member(attribute) for attribute in DECLARED.fields]
    top = Reader(canonical.load(data, max_bytes=MAX_BYTES))
    entries = dict(zip(DECLARED.fields, top.document(DECLARATIONS, *names), strict=True))
    return cast(Declarations, DECLARED.built(entries, top, CANONICAL))


def write(declarations: Declarations) -> bytes:
    """Write the canonical document. Raises: FormatError for an amount that has no exact decimal text."""
    return canonical.dumps({"mediaType": DECLARATIONS, **DECLARED.write(declarations)})


def read_by_hand(value: object, spelling: Spelling) -> Declarations:
    """Read a decoded TOML document that a person wrote. Raises: FormatError."""
    return cast(Declarations, DECLARED.read(Reader(value), spelling))
