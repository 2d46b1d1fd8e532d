"""A report of its own never gives an opinion (T73); laws and rulebooks may be called what they are called."""

from __future__ import annotations

import re
from html import unescape

import pytest

from por.report.formats import FORMATS
from por.report.language import LANGUAGES, translator
from por.report.papers import Papers
from por.report.texts import texts
from por.report.words import REPORT
from tests.report import papers_scene as scene
from tests.report.test_text import FORBIDDEN as ENGLISH
from tests.report.translations import FORBIDDEN as JAPANESE

# Names that are for ever, whatever they are made of: a check's id, a segregated account's role.
NAMES = re.compile(r"solvency\.coverage|\bguarantees?\b|guarantee_|attestation\.\w+|rulebook\.\w+")
LINTS = {"en": ENGLISH, "ja": JAPANESE}
TITLE = {"en": "Annual segregation audit by an audit firm", "ja": "分別管理監査"}
CITATION = "Act on Audits art. 1: a certified auditor assures compliance"


def opinions(text: str, language: str) -> list[str]:
    """List the words of an opinion, of the reader's language and of English, which ids and facts have."""
    plain = NAMES.sub(" ", text)
    return [found[0] for lint in {ENGLISH, LINTS[language]} for found in lint.finditer(plain)]


def of_a_law(say: str) -> Papers:
    """Quote a law with all the words."""
    rules = (scene.rule("TX-AUD-01", "segregation.free", title=TITLE),)
    book = scene.rulebook(title=TITLE, notice=TITLE, rules=rules)
    return scene.papers(rulebooks=(book,), say=translator(say))


def own(text: str) -> str:
    """Take away what a rulebook says."""
    plain = unescape(text)
    for quoted in (*TITLE.values(), CITATION):
        plain = plain.replace(quoted, " ")
    return plain


@pytest.mark.parametrize("key", REPORT)
def test_t73_no_text_of_a_report_is_an_opinion(key: str) -> None:
    assert opinions(REPORT[key], "en") == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_t73_nor_any_other_text_in_any_language(language: str) -> None:
    say = translator(language)
    found = {
        text.key: words for text in texts() if (words := opinions(say.pgettext(text.context, text.english), language))
    }
    assert found == {}


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_t73_no_format_gives_an_opinion_of_its_own(name: str, language: str) -> None:
    assert opinions(own(FORMATS[name](of_a_law(language))), language) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_rules_title_is_shown_as_the_law_has_it(language: str) -> None:
    page = FORMATS["html"](of_a_law(language))
    assert TITLE[language] in page
    assert opinions(unescape(page), language), "and is taken away by its source alone"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("This audit found nothing.", "en"),
        ("The exchange is solvent.", "en"),
        ("The issuer is compliant with art. 1.", "en"),
        ("non-compliance", "en"),
        ("We certify and assure this.", "en"),
        ("監査の結果", "ja"),
        ("支払能力がある", "ja"),
        ("法令に適合している", "ja"),
        ("solvent", "ja"),
    ],
)
def test_t73_an_opinion_is_found(text: str, language: str) -> None:
    assert opinions(text, language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("as an auditor looks at solvency.coverage", "en"),
        ("coins set apart as guarantee", "en"),
        ("監査人の手元の記録", "ja"),
        ("履行保証", "ja"),
    ],
)
def test_a_plain_word_is_not(text: str, language: str) -> None:
    assert opinions(text, language) == []
