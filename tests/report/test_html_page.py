"""The page: whole, balanced, closed to the outside, linked throughout, and not to be broken out of."""

from __future__ import annotations

import base64
import re
from collections import Counter
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from por.model import Digest, Finding, Grade, Instant, Outcome, Verdict, printable
from por.model.remark import Engagement, Observer, Register, Remark, RemarkStatus
from por.report.figures import exact
from por.report.html_page import render_html
from por.report.language import translator
from por.report.limits import LIMITS
from por.report.papers import Papers, entries
from por.report.procedures import MAX_PASSED
from por.report.sentence import first_sentence
from tests.report import papers_scene as scene

VOID = {"meta", "br", "line", "rect", "circle", "path"}
HOSTILE = "</title></style><script>alert(1)</script><img src=x onerror=alert(1)>\"'`{{7*7}}{%x%}&amp;\x1b[31m\u202e\x00"
REFERENCES = {"src", "href", "srcset", "action", "data", "background", "poster", "xlink:href", "formaction"}


class Page(HTMLParser):
    """What a page is made of; unbalanced tags are collected."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.unbalanced: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        self.unbalanced += self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.unbalanced.append(tag)

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    @property
    def ids(self) -> list[str]:
        return [value for _, attributes in self.tags if (value := attributes.get("id"))]


def shown(papers: Papers) -> Page:
    return Page(render_html(papers))


@pytest.fixture(scope="module")
def page() -> Page:
    return shown(scene.papers())


def outline(page: Page) -> Counter[str]:
    return Counter(tag for tag, _ in page.tags)


# Shape.


@pytest.mark.parametrize(
    "papers",
    [
        scene.papers(),
        scene.papers(history=(), rulebooks=(), register=Register(), recording=None),
        scene.papers(verdict=scene.verdict()),
        scene.papers(verdict=scene.verdict(), history=(), rulebooks=()),
        scene.papers(say=translator("ja")),
    ],
    ids=["whole", "bare", "no finding", "nothing at all", "Japanese"],
)
def test_the_page_is_balanced_and_its_ids_and_links_resolve(papers: Papers) -> None:
    page = shown(papers)
    assert page.unbalanced == []
    assert len(set(page.ids)) == len(page.ids)
    targets = {link["href"] or "" for link in page.named("a")}
    assert all(target.startswith("#") and target[1:] in page.ids for target in targets)
    for _, attributes in page.tags:
        for name in (attributes.get("aria-labelledby") or "").split():
            assert name in page.ids


def test_the_page_refers_to_nothing_outside_and_runs_nothing(page: Page) -> None:
    html = render_html(scene.papers())
    assert not {"script", "img", "link", "iframe", "object", "embed", "form", "input", "base", "image", "use"} & {
        tag for tag, _ in page.tags
    }
    for _, attributes in page.tags:
        for name, value in attributes.items():
            assert not name.startswith("on")
            assert name != "style"
            assert name not in REFERENCES or (value or "").startswith("#")
    assert not re.search(r"url\((?!#p-)|@import|https?:", html)


def test_the_policy_of_the_page_allows_its_own_style_and_nothing_else(page: Page) -> None:
    html = render_html(scene.papers())
    (policy,) = [row["content"] for row in page.named("meta") if row.get("http-equiv") == "Content-Security-Policy"]
    style = html.split("<style>")[1].split("</style>")[0]
    digest = base64.b64encode(sha256(style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert html.index("Content-Security-Policy") < html.index("<style>")


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_page_says_its_language_and_has_landmarks(language: str) -> None:
    page = shown(scene.papers(say=translator(language)))
    assert page.named("html") == [{"lang": language}]
    for landmark in ("header", "nav", "main", "footer", "h1"):
        assert len(page.named(landmark)) == 1
    assert all("scope" in row for row in page.named("th"))
    assert len(page.named("caption")) == len(page.named("table"))
    pictures = [row for row in page.named("svg") if row.get("role") == "img"]
    assert len(page.named("title")) - 1 == len(page.named("desc")) == len(pictures) > 0


def test_every_picture_has_a_title_a_description_and_a_table(page: Page) -> None:
    pictures = [row for row in page.named("svg") if row.get("role") == "img"]
    others = [row for row in page.named("svg") if "role" not in row and row.get("aria-hidden") != "true"]
    assert all("overflow" in row for row in others), "only marks inside a picture have no role"
    assert all(len((row["aria-labelledby"] or "").split()) == 2 for row in pictures)
    assert outline(page)["figure"] <= outline(page)["table"]


def test_headings_descend_without_a_gap(page: Page) -> None:
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


# What must be there.


def test_the_first_screen_has_outcome_sentence_waivers_and_whose_the_recording_is(page: Page) -> None:
    first = page.text.split("Contents")[0]
    assert "REFUTED" in first
    assert first_sentence(scene.papers().verdict) in first
    assert "publication.anchored : no registry is in use" in first
    assert "handed over by the issuer (Example Ltd): not the auditor's own observation" in first


def test_t72_the_page_says_what_a_pass_does_not_show(page: Page) -> None:
    for limit in LIMITS:
        assert limit in page.text


def test_there_is_no_overall_opinion(page: Page) -> None:
    assert page.text.count("It gives no opinion on the issuer.") == 2


def test_every_finding_is_in_the_page_and_every_figure_leads_to_one(page: Page) -> None:
    papers = scene.papers()
    rows = entries(papers)
    assert {row.anchor for row in rows} <= set(page.ids)
    for row in rows:
        assert printable(row.text) in page.text
    linked = {(link["href"] or "")[1:] for link in page.named("a")}
    coverage = {row.anchor for row in rows if row.finding.check == "solvency.coverage"}
    assert coverage <= linked
    assert {row.anchor for row in rows if row.exception} <= linked


def test_figures_in_tables_are_the_findings_own(page: Page) -> None:
    by_anchor = {row.anchor: row.finding for row in entries(scene.papers())}
    figures = [link for link in page.named("a") if link.get("title")]
    assert len(figures) > 20
    for link in figures:
        finding = by_anchor[(link["href"] or "")[1:]]
        known = {exact(text) for text in finding.facts.values()} - {None}
        lower, owed = exact(finding.facts.get("lower")), exact(finding.facts.get("liabilities"))
        difference = set() if lower is None or owed is None else {lower - owed}
        assert exact(link["title"]) in known | difference


def test_the_blocks_that_were_not_carried_out_say_so(page: Page) -> None:
    assert "4.8 Movements before and after No procedure of this kind was carried out." in page.text


def test_a_rule_without_a_finding_is_not_silently_absent(page: Page) -> None:
    after = page.text.split("A requirement called TX-NONE-01")[1]
    assert "No finding answers this rule." in after[:400]


def test_a_rule_has_its_title_citation_status_and_state(page: Page) -> None:
    hot = page.text.split("A requirement called TX-HOT-01")[1][:600]
    for part in ("Test Act art. 1(2)", "[source: T1]", "proposed", "in shadow", "warning", "A: read in the source"):
        assert part in hot


def test_without_the_rulebook_the_page_says_so() -> None:
    text = shown(scene.papers(rulebooks=())).text
    assert "The rulebook itself was not given" in text
    assert "TX-GUAR-01" in text


def test_rules_are_titled_in_the_readers_language() -> None:
    assert "TX-HOT-01 という規則" in shown(scene.papers(say=translator("ja"))).text


def test_parties_that_nobody_named_are_not_stated() -> None:
    text = shown(scene.papers(register=Register())).text
    assert text.count("not stated") == 5


def test_remarks_stand_beside_their_findings_carried_and_closed(page: Page) -> None:
    register = page.text.split("6. Exceptions and remarks")[1]
    assert "The signing ceremony" in register
    assert "The issuer says: We shall publish the proof." in register
    assert "No registry in the first year. A. Practitioner, 2026-10-02T09:00:00Z: accepted · from before" in register
    assert "No signature for an old account." in register.split("Closed: remarks on findings")[1]


@pytest.mark.parametrize(
    ("observer", "words"),
    [
        (Observer.ISSUER, "as the issuer's recording has it"),
        (Observer.THIRD_PARTY, "as a third party's recording has it"),
        (None, "as a recording of unknown origin has it"),
    ],
)
def test_a_recording_of_others_is_never_the_auditors_own_look(observer: Observer | None, words: str) -> None:
    page = shown(scene.papers(register=scene.register(observer)))
    assert "not the auditor's own observation" in page.text.split("Contents")[0]
    rows = entries(scene.papers(register=scene.register(observer)))
    from_chain = [row for row in rows if row.finding.grade in {Grade.STATE_PROOF, Grade.QUORUM_VALUE}]
    assert from_chain
    assert all(row.observed == words for row in from_chain)
    assert not any(row.observed for row in rows if row.finding.grade is Grade.SELF_DECLARED)


def test_the_auditors_own_recording_is_said_to_be_that() -> None:
    page = shown(scene.papers(register=scene.register(Observer.AUDITOR)))
    assert "not the auditor's own" not in page.text
    assert "made for the auditor by Example Ltd" in page.text
    assert not any(row.observed for row in entries(scene.papers(register=scene.register(Observer.AUDITOR))))


def test_very_many_that_passed_are_counted_and_none_else_is_left_out() -> None:
    passed = [
        Finding("reserves.distinct", f"eip155:1:0x{n:040x}", Outcome.PASS, "reserves.distinct.once")
        for n in range(MAX_PASSED + 7)
    ]
    failed = [
        Finding(
            "reserves.distinct",
            f"eip155:10:0x{n:040x}",
            Outcome.FAIL,
            "reserves.distinct.again",
            facts={"times": "2", "roles": "customer"},
        )
        for n in range(MAX_PASSED + 7)
    ]
    page = shown(scene.papers(verdict=scene.verdict(*passed, *failed), history=(), register=Register()))
    assert "More findings that passed: 7. The CSV lists each of them." in page.text
    assert page.text.count("listed 2 times") == 2 * len(failed)
    assert page.unbalanced == []
    targets = {(link["href"] or "")[1:] for link in page.named("a")}
    assert targets <= set(page.ids)


def test_two_findings_of_one_ref_have_two_anchors() -> None:
    twice = Finding("reserves.distinct", "x", Outcome.PASS, "reserves.distinct.once")
    anchors = [row.anchor for row in entries(scene.papers(verdict=scene.verdict(twice, twice)))]
    assert len(set(anchors)) == 2


def test_the_page_is_the_same_for_the_same_papers() -> None:
    assert render_html(scene.papers()) == render_html(scene.papers())


# Hostile text.


def hostile(text: str) -> Papers:
    """Put a text wherever a report shows one."""
    findings = (
        Finding(
            "reserves.control",
            text,
            Outcome.INCONCLUSIVE,
            "evidence.missing",
            expected=text,
            actual=text,
            facts={"reason": text},
            required=False,
            waived=text,
        ),
        replace(scene.coverage(scene.ETH, "1"), subject=text),
        replace(scene.coverage(scene.ETH, "1"), facts=dict.fromkeys(scene.coverage(scene.ETH, "1").facts, text)),
        scene.ruled(text, Outcome.FAIL, check="segregation.free", citation=text, encumbered=text, roles=text),
        scene.ruled("TX-HOT-01", Outcome.FAIL, check="segregation.free", state=text, encumbered="1", roles=text),
    )
    verdict = Verdict(
        "auditor", f"{text}@2026-11-01T12:00:00Z", None, None, Instant(0), Instant(1), findings, (Digest(bytes(32)),)
    )
    rule = scene.rule(text, "segregation.free", title={"en": text}, superseded_by=text)
    book = scene.rulebook(id=text, title={"en": text}, notice={"en": text}, version=text, rules=(rule,))
    remark = Remark(findings[0].ref, text, text, Instant(0), RemarkStatus.OPEN, text)
    register = Register(Engagement(text, text, text, text, text), (), (remark, replace(remark, ref=f"a@{text}")))
    return Papers(verdict, rulebooks=(book,), register=register)


def test_t93_t94_text_in_every_field_adds_no_tag_and_no_attribute() -> None:
    plain, spoiled = shown(hostile("plain")), shown(hostile(HOSTILE))
    assert spoiled.unbalanced == []
    assert outline(spoiled) == outline(plain)
    assert [sorted(attributes) for _, attributes in spoiled.tags] == [
        sorted(attributes) for _, attributes in plain.tags
    ]
    assert "<script>alert(1)</script>" in spoiled.text, "shown as it is"
    assert "{{7*7}}" in spoiled.text, "no template"
    assert "49" not in spoiled.text


@pytest.mark.parametrize(
    "character", ["\x00", "\x1b", "\u202e", "\u2066", "\u200b", "\ufeff", "\u2028", "\x85", "\uffff"]
)
def test_t93_no_misleading_character_is_in_the_page(character: str) -> None:
    assert character not in render_html(hostile(f"a{character}b"))


@settings(max_examples=25)
@given(st.text(max_size=40))
def test_t93_t94_no_text_breaks_the_page(text: str) -> None:
    plain, spoiled = shown(hostile("plain")), shown(hostile(text))
    assert spoiled.unbalanced == []
    assert outline(spoiled)["script"] == 0
    assert outline(spoiled)["h4"] == outline(plain)["h4"]
