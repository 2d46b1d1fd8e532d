"""Say what a published proof's format is: a card, a rule to recognise it, a reader that computes what it implies."""

from collections.abc import Callable
from dataclasses import dataclass

from por.formats.document import Document
from por.model.published import Asked, Card, PublishedRoot, Reading

Claims = Callable[[Document], str | None]
Read = Callable[[Document, str, Asked], Reading]
ReadRoot = Callable[[Document], PublishedRoot | None]


@dataclass(frozen=True, slots=True)
class Format:
    """Join a format's parts.

    `claims` returns the variant that a document is in by its shape alone, or None; it computes no hash. `read` raises
    FormatError for what cannot be read and EvidenceError for what breaks the format's own rules. `read_root` reads a
    file that publishes the root apart from any proof, or returns None.
    """

    card: Card
    claims: Claims
    read: Read
    read_root: ReadRoot | None = None
