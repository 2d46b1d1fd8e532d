"""Write what all renderings say: messages, shares, labels and grades, in the reader's language."""

import re
import unicodedata

from por.model import Finding, Grade, Outcome, printable
from por.report.facts import said
from por.report.language import IN_ENGLISH, Translator
from por.report.messages import ENGLISH
from por.report.templates import GRADES, LABELS

_RATIO = re.compile(r"(?P<over>[0-9]{1,200})/(?P<under>[1-9][0-9]{0,199})", re.ASCII)

WORDS = {Outcome.PASS: "VERIFIED", Outcome.FAIL: "REFUTED", Outcome.INCONCLUSIVE: "INCONCLUSIVE"}


def message(finding: Finding, say: Translator = IN_ENGLISH) -> str:
    """Write one finding's message; `{percent}` stands for its fact `ratio` where it has one, rounded toward zero.

    Facts of a closed vocabulary are said in the reader's language, and reasons as they are.
    """
    facts = {"expected": finding.expected or "", "actual": finding.actual or "", **finding.facts}
    places = {name: said(name, text, say) for name, text in facts.items()}
    if "ratio" in facts or "percent" not in facts:
        places["percent"] = percent(facts.get("ratio", ""), say)
    return printable(say.pgettext(finding.message, ENGLISH[finding.message]).format_map(places))


def percent(ratio: str, say: Translator = IN_ENGLISH) -> str:
    """Write an exact ratio such as 21/20 per cent with two decimals, rounded toward zero: never up to 100 (T75)."""
    match = _RATIO.fullmatch(ratio)
    if match is None:
        return label("no_share", say)
    hundredths = int(match["over"]) * 10_000 // int(match["under"])
    return f"{hundredths // 100}.{hundredths % 100:02} %"


def label(name: str, say: Translator = IN_ENGLISH) -> str:
    """Write a label of the renderings, such as `waived`."""
    return say.pgettext(f"label.{name}", LABELS[f"label.{name}"])


def grade_text(grade: Grade, say: Translator = IN_ENGLISH) -> str:
    """Write an evidence grade as people read it; documents hold the English."""
    return say.pgettext(f"grade.{grade.name}", GRADES[f"grade.{grade.name}"])


def padded(text: str, width: int) -> str:
    """Fill a label up to `width` columns of a terminal, in which wide characters take two."""
    return text + " " * (width - columns(text))


def columns(text: str) -> int:
    """Count the columns of a terminal that a text takes."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
