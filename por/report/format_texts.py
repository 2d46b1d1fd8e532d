"""Say a grade card's own texts, by the format's name or the weakness's, and list them for translators."""

import re
from collections.abc import Iterator

from por.formats import citations
from por.formats.proofs import FORMATS
from por.model.published import Card, Weakness
from por.report.format_words import CARD
from por.report.language import Translator

NOTHING = "none"
FIELDS = ("title", "proves", "per_coin", "setup")
SHARED = {weakness: name for name, weakness in vars(citations).items() if isinstance(weakness, Weakness)}

_SOURCES = {text: key for key, text in CARD.items() if key.startswith("card.source.")}
_WORDED = re.compile(r"[a-z]{2}")


def card_texts() -> Iterator[tuple[str, str]]:
    """Yield the key and the English of every text of a card that has words in it; coins' names alone are none."""
    for each in FORMATS:
        for field in FIELDS:
            text = getattr(each.card, field)
            if text != NOTHING and _WORDED.search(text):
                yield _key(each.card, field), text
        for weakness in each.card.weaknesses:
            if weakness not in SHARED:
                yield _weakness_key(each.card, weakness), weakness.text
    for weakness, name in SHARED.items():
        yield f"weakness.{name.lower()}", weakness.text


def card_said(card: Card, field: str, say: Translator) -> str:
    """Say one of a card's texts, such as `proves`."""
    text = str(getattr(card, field))
    return say.pgettext("card.none", CARD["card.none"]) if text == NOTHING else say.pgettext(_key(card, field), text)


def weakness_said(card: Card, weakness: Weakness, say: Translator) -> str:
    """Say a weakness with its citation; a title of a publication stays as it is."""
    source = weakness.source
    places = {
        "text": say.pgettext(_weakness_key(card, weakness), weakness.text),
        "source": say.pgettext(_SOURCES.get(source, ""), source),
    }
    return say.pgettext("card.cited", CARD["card.cited"]).format_map(places)


def title_said(title: str, say: Translator) -> str:
    """Say the title of a format that this release reads; any other stays as it is."""
    card = next((each.card for each in FORMATS if each.card.title == title), None)
    return title if card is None else card_said(card, "title", say)


def _key(card: Card, field: str) -> str:
    return f"format.{card.name}.{field}"


def _weakness_key(card: Card, weakness: Weakness) -> str:
    name = SHARED.get(weakness)
    return _key(card, weakness.threat) if name is None else f"weakness.{name.lower()}"
