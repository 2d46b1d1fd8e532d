"""Render a published format's grade card: for the terminal, as JSON, and as the rows of the how-to's tables."""

from collections.abc import Iterator, Sequence

from por.model.published import Card, LeafRule, SumRule
from por.report.format_texts import card_said, weakness_said
from por.report.format_words import CARD
from por.report.language import IN_ENGLISH, Translator
from por.report.text import columns, padded

WIDTH = 16


def shows(card: Card, say: Translator = IN_ENGLISH) -> str:
    """Say in few words the most that a proof in this format can show."""
    if card.leaf is LeafRule.STATED:
        return _word("shows.no_balance", say)
    return _word("shows.total" if card.sums in {SumRule.BOTH, SumRule.WHOLE} else "shows.no_total", say)


def card_text(card: Card, say: Translator = IN_ENGLISH) -> str:
    """Write a card for the terminal."""
    rows = [
        (_word("publishers", say), ", ".join(card.publishers)),
        (_word("proves", say), card_said(card, "proves", say)),
        (_word("shows", say), shows(card, say)),
        (_word("sums", say), _word(f"sums.{card.sums.name.lower()}", say)),
        (_word("leaf", say), _word(f"leaf.{card.leaf.name.lower()}", say)),
        (_word("identity", say), _word(f"identity.{card.identity.name.lower()}", say)),
        (_word("digest", say), _word("bits", say).format(count=card.digest_bits)),
        (_word("coins", say), card_said(card, "per_coin", say)),
        (_word("setup", say), card_said(card, "setup", say)),
        *((weakness.threat, weakness_said(card, weakness, say)) for weakness in card.weaknesses),
        (_word("source", say), card.source),
    ]
    width = max(WIDTH, *(columns(name) + 2 for name, _ in rows))
    lines = (f"  {padded(name, width)}{text}\n" for name, text in rows)
    return f"{card.name}\n{card_said(card, 'title', say)}\n" + "".join(lines)


def _word(name: str, say: Translator) -> str:
    return say.pgettext(f"card.{name}", CARD[f"card.{name}"])


def card_value(card: Card) -> dict[str, object]:
    """Write a card as a JSON value."""
    return {
        "name": card.name,
        "title": card.title,
        "publishers": list(card.publishers),
        "proves": card.proves,
        "shows": shows(card),
        "sums": str(card.sums),
        "leaf": str(card.leaf),
        "identity": str(card.identity),
        "digestBits": card.digest_bits,
        "coins": card.per_coin,
        "setup": card.setup,
        "weaknesses": [
            {"threat": weakness.threat, "text": weakness.text, "source": weakness.source}
            for weakness in card.weaknesses
        ],
        "source": card.source,
    }


def cards_page(cards: Sequence[Card]) -> str:
    """Write the page of all grade cards in Markdown."""
    return "\n".join(_page(cards)) + "\n"


def _page(cards: Sequence[Card]) -> Iterator[str]:
    yield "# Which published proofs are read, and what each can show"
    yield ""
    yield "`por verify-inclusion FILE` finds the format by itself. This page is made from the code by"
    yield "`scripts/format_cards`; `por formats NAME` prints one card, with what is hashed in `published-formats.md`."
    yield ""
    yield "| format | at most | sums hashed | leaf | tied to you by | hash | weaknesses |"
    yield "|---|---|---|---|---|---|---|"
    for card in cards:
        threats = ", ".join(dict.fromkeys(weakness.threat for weakness in card.weaknesses)) or "none known"
        yield (
            f"| `{card.name}` | {shows(card)} | {card.sums} | {card.leaf} | {card.identity} | "
            f"{card.digest_bits} bits | {threats} |"
        )
    for card in cards:
        yield ""
        yield f"## {card.name}"
        yield ""
        yield f"{card.title}. Proves that {card.proves}. Coins: {card.per_coin}. Trusted set-up: {card.setup}."
        yield f"Source: {card.source}."
        yield ""
        for weakness in card.weaknesses:
            yield f"- {weakness.threat}: {weakness.text} ({weakness.source})."
