"""List every text that a rendering may say, for translators, for pages, and for the gate on translations."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from por.checks.catalogue import CATALOGUE
from por.checks.check import Check
from por.encoding.canonical import dumps
from por.report.changes import CHANGES
from por.report.claims import CLAIMS
from por.report.facts import FORMS, WORDS
from por.report.format_words import CARD, VARIANTS
from por.report.language import LANGUAGES, translator
from por.report.limits import LIMITS
from por.report.messages import ENGLISH
from por.report.page_words import PAGE
from por.report.rule_reasons import REASONS
from por.report.templates import GRADES, LABELS, PHRASES, PLAIN, SENTENCES
from por.report.words import REPORT

TABLES: tuple[Mapping[str, str], ...] = (
    SENTENCES,
    PHRASES,
    LABELS,
    GRADES,
    WORDS,
    FORMS,
    REASONS,
    REPORT,
    CLAIMS,
    CHANGES,
    PAGE,
    CARD,
    VARIANTS,
    ENGLISH,
)
FIELDS = ("question", "evidence", "passes", "fails", "inconclusive", "limits")


@dataclass(frozen=True, slots=True)
class Text:
    """Hold one text: its key, its English, and the key again as gettext's context where it is looked up by it."""

    key: str
    english: str
    context: str


def texts() -> Iterator[Text]:
    """Yield every text once, in the order of its table."""
    # Whoever looks one text up does without the formats.
    from por.report.format_texts import card_texts  # noqa: PLC0415

    for table in TABLES:
        yield from (Text(key, english, key) for key, english in table.items())
    yield from (Text(key, english, "") for key, english in PLAIN.items())
    yield from (Text(f"limit.{number}", limit, "") for number, limit in enumerate(LIMITS, 1))
    for check in CATALOGUE:
        for field in FIELDS:
            key = catalogue_key(check, field)
            yield Text(key, getattr(check, field), key)
    yield from (Text(key, english, key) for key, english in card_texts())


def catalogue_key(check: Check, field: str) -> str:
    """Name the text of a check's field, such as `explain.reserves.balance.question`."""
    return f"explain.{check.id}.{field}"


def exported() -> dict[str, dict[str, str]]:
    """Return all texts by key, in every language, as a page takes them: `{key: {"en": …, "ja": …}}`."""
    sayers = [translator(language) for language in LANGUAGES]
    return {text.key: {say.language: say.pgettext(text.context, text.english) for say in sayers} for text in texts()}


def exported_json() -> bytes:
    """Write `exported` as one canonical JSON object."""
    return dumps(exported())
