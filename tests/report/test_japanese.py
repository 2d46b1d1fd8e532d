"""A verdict in Japanese says what it says in English: the same outcome, figures, names and limits, in its own order."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.checks.rulebooks import load_rulebook, shipped_ids
from por.encoding import verdict_v1
from por.model import Finding, Grade, Instant, Outcome, Verdict, printable
from por.report import render
from por.report.facts import FORMED, FORMS, WORDED, WORDS, said
from por.report.language import IN_ENGLISH, translator
from por.report.limits import LIMITS
from por.report.sentence import first_sentence
from por.report.text import columns, grade_text, message, padded
from tests import published_proofs
from tests.architecture import source
from tests.documents import verdicts as any_verdicts
from tests.report.certificate_scenes import certificate_verdicts
from tests.report.scenes import Scenes, judged, questions
from tests.report.test_sentence import GOLDEN, SNAPSHOT, identified, included, other, verdict
from tests.report.translations import FORBIDDEN, JAPANESE

PASS, FAIL, OPEN = Outcome.PASS, Outcome.FAIL, Outcome.INCONCLUSIVE
ROOT = Path(__file__).resolve().parents[2]
JA = translator("ja")
ISSUED = "exchange.example が 2026-11-01T00:00:00Z 時点について"
KEY = "検証ポリシーにある鍵 exchange.example+323b6115 により特定"
WHOLE = "リストに漏れがないことは示されません。"
OTHERS = "リストに漏れがないことも、ほかの人に同じリストが示されたことも、示されません。"

SAID = {
    "customer, signed": f"お客様の 1.5 ETH は、{ISSUED}署名したリストに含まれています（{KEY}）。ただし、{OTHERS}",
    "customer, bundle digest": f"お客様の 1.5 ETH は、{ISSUED}作成したリストに含まれています"
    f"（検証ポリシーにあるバンドルのダイジェストにより特定）。ただし、{OTHERS}",
    "customer, the same list for everybody": f"お客様の 1.5 ETH は、{ISSUED}署名したリストに含まれています（{KEY}）。"
    f"ただし、{WHOLE}",
    "customer, two segments of one asset": "お客様の 1.5 ETH（spot）、15 ETH（margin）、7 USDC は、"
    f"{ISSUED}署名したリストに含まれています（{KEY}）。ただし、{OTHERS}",
    "customer, a debt alone": f"お客様の債務 250 USDC は、{ISSUED}署名したリストに含まれています（{KEY}）。"
    f"ただし、{OTHERS}",
    "customer, no pin": "お客様の 1.5 ETH は、この証明に含まれていますが、すべてを判定できたわけではありません"
    f"（判定不能の検査：publication.identified）。また、{OTHERS}",
    "customer, nothing asked": "ファイルの内容に矛盾はない可能性がありますが、すべてを判定できたわけではありません"
    f"（必須の検査が一つもありませんでした）。また、{OTHERS}",
    "customer, another amount": "この証明は、ご提示の内容と exchange.example の 2026-11-01T00:00:00Z 時点のリストに"
    "対して成り立ちません（不合格の検査：liabilities.inclusion）。",
    "customer, nothing looked for": "exchange.example の 2026-11-01T00:00:00Z 時点のリストは検証ポリシーの求める条件を"
    "満たしていますが、お客様の残高がリストに含まれるかどうかは調べていません。",
    "job, covered and the same list for everybody": "1 資産のうち 1 資産について、exchange.example が "
    f"2026-11-01T00:00:00Z 時点で支配していたコインは、発行者が債務としてコミットした額以上でした（{KEY}）。"
    f"ただし、{WHOLE}",
    "auditor, not covered": f"{ISSUED}公表した内容は成り立ちません（不合格の検査：solvency.coverage）。",
    "auditor, undecided": f"{ISSUED}公表した内容は、確認も反証もされていません（2 資産のうち 1 資産が充足、"
    "判定不能の検査：solvency.coverage, reserves.control）。",
}


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> list[Verdict]:
    scenes = Scenes(tmp_path_factory.mktemp("scenes"))
    examined = [verdict("auditor", *judged(examination)) for examination in scenes.all()]
    return [*examined, *questions(), *certificate_verdicts(), *published_proofs.scenes()]


def figures(text: str) -> list[str]:
    return sorted(re.findall("[0-9]+", text))


# The sentence.


@pytest.mark.parametrize(("name", "sentence"), SAID.items(), ids=SAID)
def test_the_sentence_word_for_word(name: str, sentence: str) -> None:
    assert first_sentence(GOLDEN[name][0], JA) == sentence


@pytest.mark.parametrize(("judged", "english"), GOLDEN.values(), ids=GOLDEN)
def test_a_sentence_has_the_figures_and_the_checks_of_the_english(judged: Verdict, english: str) -> None:
    japanese = first_sentence(judged, JA)
    assert figures(japanese) == figures(english)
    assert set(re.findall(r"[a-z]+\.[a-z]+", english)) == set(re.findall(r"[a-z]+\.[a-z]+", japanese))
    assert first_sentence(judged) == first_sentence(judged, IN_ENGLISH) == english


def test_what_attesters_found_is_theirs() -> None:
    found = [first_sentence(judged, JA) for judged in certificate_verdicts()]
    assert found[0] == (
        "アテスター 3 者のうち 2 者が PASS と判定しました（対象：exchange.example が 2026-11-01T12:00:00Z 時点について"
        "アンカーした内容、観測時刻：2026-11-02T00:00:00Z）。調べたのはアテスターであり、このコマンドではありません。"
    )
    assert len({sentence.partition("（")[0] for sentence in found}) > 2


@given(judged=any_verdicts().filter(lambda judged: judged.outcome is not PASS))
def test_t69_no_sentence_of_another_outcome_reads_like_a_pass(judged: Verdict) -> None:
    try:
        sentence = first_sentence(judged, JA)
    except KeyError:
        return  # a finding that no check makes, without the facts of its check
    assert "リストに含まれています" not in sentence
    assert "額以上でした" not in sentence
    assert "PASS" not in sentence


@pytest.mark.parametrize("judged", [judged for judged, _ in GOLDEN.values() if judged.outcome is PASS])
def test_t72_a_pass_says_what_it_does_not_show_in_the_first_breath(judged: Verdict) -> None:
    sentence = first_sentence(judged, JA)
    assert "リストに漏れがないこと" in sentence or "調べていません" in sentence


@pytest.mark.parametrize("judged", [judged for name, (judged, _) in GOLDEN.items() if "debt" in name])
def test_t25_what_a_customer_owes_never_reads_as_theirs(judged: Verdict) -> None:
    sentence = first_sentence(judged, JA)
    assert "お客様の債務 2" in sentence
    assert "お客様の 2" not in sentence


@pytest.mark.parametrize("text", ["\x1b[32m", "\u202e", "\n", "\u200b", "\ud800"])
def test_t93_nothing_in_a_sentence_steers_a_terminal(text: str) -> None:
    made = verdict("customer", included(PASS, "1.5", f"E{text}TH"), identified(pin=f"key{text}"))
    strange = Verdict("auditor", f"a{text}@b", None, None, Instant(0), Instant(0), (other(FAIL, f"x{text}.y"),))
    for shown in (made, strange):
        assert printable(first_sentence(shown, JA)) == first_sentence(shown, JA)


@pytest.mark.parametrize("text", ["{others}", "{0}", "{pin.__class__}", "{", "}}", "%s"])
def test_a_name_that_looks_like_a_place_is_not_one(text: str) -> None:
    shown = verdict("customer", included(PASS, "1.5", text), identified(pin=text))
    for say in (JA, IN_ENGLISH):
        assert first_sentence(shown, say).count(text) == 2


# The rendering.


def test_a_rendering_has_the_findings_figures_and_marks_of_the_english(verdicts: list[Verdict]) -> None:
    for shown in verdicts:
        english, japanese = render(shown, all_findings=True), render(shown, all_findings=True, say=JA)
        assert len(english.splitlines()) == len(japanese.splitlines())
        for before, after in zip(english.splitlines()[1:], japanese.splitlines()[1:], strict=True):
            assert figures(before) == figures(after), before
            assert ("PASS " in before) == ("  合格 " in after), before
            assert ("FAIL " in before) == ("  不合格 " in after), before


def test_t72_the_list_of_limits_is_whole(verdicts: list[Verdict]) -> None:
    listed = "\nこの判定は、次のことを示すものではありません：\n" + "".join(f"  - {JA(limit)}\n" for limit in LIMITS)
    for shown in verdicts:
        assert listed in render(shown, say=JA)
        assert not any(limit in render(shown, say=JA) for limit in LIMITS)


def test_t73_no_rendering_uses_the_words_of_an_opinion(verdicts: list[Verdict]) -> None:
    for shown in verdicts:
        assert FORBIDDEN.search(render(shown, all_findings=True, say=JA)) is None


def test_every_message_is_in_japanese_but_for_names_and_reasons(verdicts: list[Verdict]) -> None:
    known = set(WORDS.values()) | {"base units", "coins", "no account", "no code", "any number", "no share"}
    for finding in (finding for shown in verdicts for finding in shown.findings):
        text = message(finding, JA)
        assert re.search(JAPANESE, text), finding.message
        assert text != message(finding)
        own = {name: value for name, value in finding.facts.items() if name in ("reason", "unread", "text", "codes")}
        for value in own.values():
            text = text.replace(value, "")
        assert not any(re.search(rf"(?<![\w.-]){word}(?![\w.-])", text) for word in known), finding


def test_a_reason_stays_as_it_was_said() -> None:
    finding = Finding("x.y", "z", FAIL, "evidence.broken", facts={"reason": "node-a: connection refused, 3 decimals"})
    assert message(finding, JA) == "証拠が自らの規則に反する：node-a: connection refused, 3 decimals"


def test_labels_stand_in_columns() -> None:
    passed = Finding("reserves.distinct", "a", PASS, "reserves.distinct.once", grade=Grade.SELF_DECLARED)
    waived = replace(passed, subject="b", outcome=OPEN, required=False, waived="no reason")
    shown = replace(passed, subject="c", required=False)
    lines = render(verdict("auditor", passed, waived, shown), all_findings=True, say=JA).splitlines()
    assert lines[2:8] == [
        "検証ポリシーにより免除：",
        "  - reserves.distinct：no reason",
        "",
        "  合格         reserves.distinct        a",
        "               一度だけ記載［自己申告］",
        "  判定不能     reserves.distinct        b（免除）",
    ]
    assert lines[9] == "  合格         reserves.distinct        c（参考）"
    assert lines[-5:] == [
        f"スナップショット {SNAPSHOT}",
        "バンドル         指定なし",
        "検証ポリシー     指定なし",
        "プロファイル     auditor",
        "検査時刻         1970-01-01T00:00:00Z",
    ]
    assert {columns(line[: line.index("reserves")]) for line in lines if "reserves.distinct  " in line} == {15}


def test_every_grade_has_a_name() -> None:
    assert len({grade_text(grade, JA) for grade in Grade}) == len(Grade)
    assert all(grade_text(grade) == grade.text for grade in Grade)
    assert all(re.search(JAPANESE, grade_text(grade, JA)) for grade in Grade)


@pytest.mark.parametrize(
    ("text", "width"), [("", 0), ("PASS", 4), ("合格", 4), ("合格（PASS）", 12), ("ｱ", 1), ("é", 1), ("\\u202e", 6)]
)
def test_wide_letters_take_two_columns(text: str, width: int) -> None:
    assert columns(text) == width
    assert columns(padded(text, 20)) == 20
    assert padded(text, 0) == text


@pytest.mark.parametrize("text", ["\x1b[32mPASS\x1b[0m", "a\rb", "\u202ecba", "x\n  合格", "\u2028", "\ud800"])
def test_t93_nothing_from_outside_steers_the_terminal_or_starts_a_line(text: str) -> None:
    finding = Finding(f"a.{text}", text, FAIL, "evidence.broken", facts={"reason": text}, required=False, waived=text)
    shown = Verdict(f"p{text}", f"i{text}@t", None, None, Instant(0), Instant(0), (finding,))
    rendered = render(shown, all_findings=True, say=JA)
    assert all(printable(line) == line for line in rendered.split("\n"))
    assert len(rendered.split("\n")) == len(
        render(replace(shown, findings=(replace(finding, waived="w"),))).split("\n")
    )


def test_the_json_is_of_no_language(verdicts: list[Verdict]) -> None:
    for shown in verdicts:
        data = verdict_v1.write(shown)
        render(shown, say=JA)
        assert verdict_v1.write(shown) == data
        assert not re.search(JAPANESE, data.decode())


# Facts.


@pytest.mark.parametrize(
    ("name", "english", "japanese"),
    [
        ("custody", "cold", "コールド"),
        ("roles", "customer, guarantee", "利用者、履行保証"),
        ("role", "issuer-reserve", "発行者の準備資産"),
        ("kind", "wrapped", "ラップ"),
        ("encumbrance", "lent, pledged", "貸付、担保差入"),
        ("age", "30 d 12 h 59 min 1 s", "30 日 12 時間 59 分 1 秒"),
        ("expected", "at most 1 s", "1 秒以内"),
        ("actual", "18 decimals", "小数 18 桁"),
        ("expected", "8 or 18 decimals", "小数 8 桁または 18 桁"),
        ("expected", "unknown decimals", "小数桁数不明"),
        ("held", "2000000 base units", "2000000 最小単位"),
        ("unit", "base units", "最小単位"),
        ("upper", "any number", "上限なし"),
        ("actual", "no account", "アカウントなし"),
        (
            "series",
            "0 1 h before, 100 at the instant, 1/3 1 d 1 h after",
            "1 時間前 0、基準時点 100、1 日 1 時間後 1/3",
        ),
        (
            "sources",
            "2 sources: https://a.example:443, https://b.example:443",
            "2 個のソース：https://a.example:443, https://b.example:443",
        ),
        (
            "actual",
            "bundle digest sha256:00; correction of no bundle",
            "バンドルのダイジェスト sha256:00；訂正対象のバンドルなし",
        ),
        ("actual", "x.example+00+AA, eip155:1:0x1 in eip155:1:0x2", "x.example+00+AA、eip155:1:0x2 の eip155:1:0x1"),
        ("expected", "cold, third-party", "コールド、第三者保管"),
        (
            "undecided",
            "bill: no market value; x: y; note: in EUR, and no rate to JPY is known",
            "bill：時価がない；x: y；note：EUR 建てであり、JPY への換算率が分からない",
        ),
        ("excluded", "nothing", "なし"),
        ("actual", "INCONCLUSIVE, for information", "判定不能、参考"),
        ("wanted", "quorum value", "複数のソースの一致"),
        ("weak", "the chain's own", "チェーン自体"),
        ("creation", "", ""),
    ],
)
def test_known_words_are_said_in_japanese(name: str, english: str, japanese: str) -> None:
    assert said(name, english, JA) == japanese
    assert said(name, english, IN_ENGLISH) == english


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("reason", "cold"),
        ("reason", "no account"),
        ("name", "coins"),
        ("text", "18 decimals"),
        ("segments", "customer"),
        ("custody", "lukewarm"),
        ("custody", "guarantee"),
        ("role", "cold"),
        ("role", "Customer"),
        ("actual", "18 decimals and more"),
        ("actual", "x decimals"),
        ("actual", "１８ decimals"),
        ("actual", "sha256:00, sha256:11"),
        ("age", "1 d 1 d 1 year"),
        ("age", "a while"),
        ("held", "base  units"),
        ("expected", "at most"),
        ("others", "somebody at some time"),
    ],
)
def test_what_is_no_known_word_stays(name: str, text: str) -> None:
    assert said(name, text, JA) == text


@given(name=st.sampled_from([*FORMED, *WORDED, "reason"]), text=st.text() | st.sampled_from([*FORMS.values()]))
def test_any_fact_can_be_said(name: str, text: str) -> None:
    assert isinstance(said(name, text, JA), str)
    assert said(name, text, IN_ENGLISH) == text
    assert said("reason", text, JA) == text


@given(amount=st.integers(0, 10**30), days=st.integers(1, 10**6))
def test_t75_a_figure_is_said_as_it_is(amount: int, days: int) -> None:
    for text in (f"{amount} base units", f"{amount} {days} d before, {amount} at the instant", f"at most {days} s"):
        assert figures(said("actual", text, JA)) == figures(text)


# What rules say of their inputs.


def rule_reasons() -> Iterator[tuple[str, str]]:
    """Yield each text that a rule gives for a missing input or for not applying, its places filled, with its place."""
    for module in source.read(ROOT, "por/checks/rules"):
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {"absent", "not_concerned"}:
                given = node.args[1 if ast.unparse(node.func) == "absent" else 0]
                yield from ((text, module.at(node)) for text in filled(given, module.tree))


def filled(node: ast.expr, tree: ast.Module) -> Iterator[str]:
    if isinstance(node, ast.Constant):
        yield str(node.value)
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "x-1" for part in node.values)
    elif isinstance(node, ast.IfExp):
        yield from filled(node.body, tree)
        yield from filled(node.orelse, tree)
    elif isinstance(node, ast.Name):
        named = (other for other in ast.walk(tree) if isinstance(other, ast.Assign))
        values = [other.value for other in named if ast.unparse(other.targets[0]) == node.id]
        assert values, f"{node.id}: write the text where it is given"
        for value in values:
            yield from filled(value, tree)
    else:
        pytest.fail(f"write the text where it is given: {ast.unparse(node)}")


@pytest.mark.parametrize(
    ("text", "place"), [row for row in rule_reasons() if row[1].rpartition("/")[2][:6] != "answer"]
)
def test_what_a_rule_lacks_is_said_in_japanese(text: str, place: str) -> None:
    for name in ("what", "why"):
        japanese = said(name, text, JA)
        assert japanese != text, f"{place}: add it to por/report/rule_reasons.py"
        assert re.search(JAPANESE, japanese)
        assert japanese.count("x-1") == text.count("x-1")


def test_why_nothing_computes_a_rule_is_said_as_its_rulebook_has_it() -> None:
    reasons = [rule.reason for name in shipped_ids() for rule in load_rulebook(name).rules if rule.reason]
    assert reasons
    for reason in reasons:
        assert said("why", reason["en"], JA) == reason["ja"]
        assert said("why", reason["en"], IN_ENGLISH) == reason["en"]


@pytest.mark.parametrize(
    "text", ["", "no reason at all", "a report", "what does", "days of x from y", "a price in JPY"]
)
def test_a_reason_that_no_rule_gives_stays(text: str) -> None:
    assert said("why", text, JA) == text
