"""Render a published format's grade card: for the terminal, as JSON, and as the rows of the how-to's tables."""

from collections.abc import Iterator, Sequence

from por.model.published import Card, LeafRule, SumRule

SHOWS = {
    SumRule.BOTH: "inclusion and total",
    SumRule.WHOLE: "inclusion and total",
    SumRule.PARENT: "inclusion; no total",
    SumRule.NONE: "inclusion; no total",
}
UNBOUND = "a hash's inclusion; no balance"


def shows(card: Card) -> str:
    """Say in few words the most that a proof in this format can show."""
    return UNBOUND if card.leaf is LeafRule.STATED else SHOWS[card.sums]


def card_text(card: Card) -> str:
    """Write a card for the terminal."""
    rows = [
        ("publishers", ", ".join(card.publishers)),
        ("proves", card.proves),
        ("at most", shows(card)),
        ("sums hashed", str(card.sums)),
        ("leaf", str(card.leaf)),
        ("tied to you by", str(card.identity)),
        ("hash kept", f"{card.digest_bits} bits"),
        ("coins", card.per_coin),
        ("set-up", card.setup),
        *((weakness.threat, f"{weakness.text} [{weakness.source}]") for weakness in card.weaknesses),
        ("source", card.source),
    ]
    return f"{card.name}\n{card.title}\n" + "".join(f"  {name:<16}{text}\n" for name, text in rows)


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
