"""`por rulebook list`, `show` and `diff`, and `por verify --rulebook`."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from por.checks.catalogue import check
from por.checks.evidence import open_bundle
from por.checks.policy import load_policy
from por.checks.rulebooks import load_rulebook, load_rulebooks, shipped_ids
from por.checks.verify import verify
from por.cli.main import main
from por.encoding import verdict_v1
from por.errors import FormatError
from tests.checks import scenery
from tests.cli.desk import Desk
from tests.encoding.test_rulebook_v1 import GOOD

SHIPPED = Path(__file__).resolve().parents[2] / "por" / "rulebooks"


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    try:
        status = main(list(arguments))
    except SystemExit as error:
        status = int(str(error.code))
    return status, capsys.readouterr().out


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk.laid(tmp_path)


def test_every_shipped_rulebook_can_be_used_and_says_it_is_no_legal_advice() -> None:
    assert "jp-exchange" in shipped_ids()
    for name in shipped_ids():
        book = load_rulebook(name)
        assert book.id == name
        assert "legal advice" in book.notice["en"]
        assert "法的助言ではありません" in book.notice["ja"]


def test_every_citation_of_a_shipped_rulebook_says_where_it_was_read() -> None:
    """A code that no list explains leads a reader nowhere."""
    sources = {
        row.source for book in map(load_rulebook, shipped_ids()) for rule in book.rules for row in rule.citations
    }
    assert [text for text in sources if re.fullmatch(r"(?:[A-Z][0-9]{1,2}[a-z]?(?:[,;-] ?)?)+", text)] == []


def test_list_names_each_with_how_many_rules_it_computes(capsys: pytest.CaptureFixture[str]) -> None:
    status, out = said(capsys, "rulebook", "list")
    assert status == 0
    assert [line.split()[0] for line in out.splitlines()] == list(shipped_ids())
    status, out = said(capsys, "rulebook", "list", "--lang", "ja")
    assert "暗号資産交換業者" in out
    status, out = said(capsys, "rulebook", "list", "--json")
    assert [row["id"] for row in json.loads(out)] == list(shipped_ids())


def test_show_says_when_a_rule_is_in_force(capsys: pytest.CaptureFixture[str]) -> None:
    one = ("rulebook", "show", "jp-exchange", "--rule", "JP-COLD-01")
    status, out = said(capsys, *one, "--at", "2020-05-01")
    assert status == 0
    assert "art. 27(2)" in out
    assert "2020-05-01  in force" in out
    assert "JP-SEG-01" not in out
    status, out = said(capsys, *one, "--at", "2020-04-30")
    assert "not in force" in out
    status, out = said(capsys, *one, "--lang", "ja")
    assert "円換算の合計で5％以下" in out
    assert "施行中 2020-05-01 …" in out


def test_show_says_a_rule_in_words_and_what_its_check_asks(capsys: pytest.CaptureFixture[str]) -> None:
    _, out = said(capsys, "rulebook", "show", "jp-exchange", "--rule", "JP-FIAT-03")
    for words in ("in force 2020-05-01 …", check("segregation.days").question, "series: records of days", "warning"):
        assert words in out
    assert 'segregation.days {"series": "trust:*", "cadence": "business-day"}' in out
    assert "2 business days" in out
    assert "D: not confirmed" in out
    _, out = said(capsys, "rulebook", "show", "jp-exchange", "--rule", "JP-FIAT-03", "--lang", "ja")
    for words in ("日々の記録", "警告", "2 営業日", "未確認"):
        assert words in out


@pytest.mark.parametrize("name", shipped_ids())
@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_rule_of_every_shipped_rulebook_is_shown(
    name: str, language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out = said(capsys, "rulebook", "show", name, "--lang", language)
    assert status == 0
    for rule in load_rulebook(name).rules:
        assert f"\n{rule.id}  {rule.title[language]}\n" in out


def test_show_as_json_has_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    status, out = said(capsys, "rulebook", "show", "jp-exchange", "--json")
    book = json.loads(out)
    assert status == 0
    assert book["digest"] == str(load_rulebook("jp-exchange").digest)
    assert all(set(rule["title"]) == {"en", "ja"} for rule in book["rules"])


@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "jp-exchanges"),
        ("show", "nothing.toml"),
        ("show", "jp-exchange", "--rule", "JP-SEG-99"),
        ("show", "jp-exchange", "--at", "tomorrow"),
        ("show", "jp-exchange", "--at", "2026-02-30"),
        ("show", "jp-exchange", "--lang", "fr"),
        ("diff", "jp-exchange"),
        ("diff", "jp-exchange", "jp-nothing"),
        ("show",),
    ],
)
def test_what_cannot_be_shown_is_status_2(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "rulebook", *arguments) == (2, "")


def test_diff_names_each_changed_entry(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (SHIPPED / "jp-exchange.toml").read_text(encoding="utf-8")
    assert said(capsys, "rulebook", "diff", "jp-exchange", "jp-exchange")[1].endswith("no rule differs\n")
    changed = tmp_path / "changed.toml"
    changed.write_text(
        text.replace('limit = "5/100"', 'limit = "2/100"').replace("JP-SEG-04", "JP-SEG-05"), encoding="utf-8"
    )
    status, out = said(capsys, "rulebook", "diff", "jp-exchange", str(changed))
    assert status == 0
    assert 'JP-COLD-01    parameters: {"limit": "5/100"' in out
    assert "JP-SEG-04     rule: {" in out
    assert "JP-SEG-05     rule: (none) ->" in out
    status, out = said(capsys, "rulebook", "diff", "jp-exchange", str(changed), "--json")
    assert len(json.loads(out)["changes"]) == 3


def test_a_rulebook_of_ones_own_is_taken_by_its_path_and_never_twice(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(GOOD.replace("days = 3, ", ""), encoding="utf-8")
    assert [book.id for book in load_rulebooks(["jp-exchange", str(path), "jp-exchange"])] == ["jp-exchange", "a-book"]
    again = tmp_path / "again.toml"
    again.write_bytes(path.read_bytes())
    with pytest.raises(FormatError, match="two rulebooks are called a-book"):
        load_rulebooks([str(path), str(again)])


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('roles = ["customer"]', 'roles = ["customers"]', "/parameters/roles"),
        ('roles = ["customer"]', 'custody = ["warm"]', "/parameters/custody"),
        ('calendar = "JP/bank"', 'calendar = "XX"', "/calendar"),
    ],
)
def test_t86_a_word_that_is_none_stops_before_anything_is_judged(
    tmp_path: Path, old: str, new: str, place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "own.toml"
    text = GOOD.replace("days = 3, ", "")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    assert main(["rulebook", "show", str(path)]) == 2
    assert place in capsys.readouterr().err


@pytest.mark.parametrize(("old", "new"), [('"segregation.coins"', '"segregation.coin"'), ('ratio = "1"', 'rate = "1"')])
def test_t86_a_rule_that_nothing_computes_stops_verifying(desk: Desk, tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(GOOD.replace("days = 3, ", "").replace(old, new), encoding="utf-8")
    assert main(list(desk.auditor("--rulebook", str(path)))) == 2


def test_verify_answers_every_rule_and_none_is_silently_absent(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    status, out = said(capsys, *desk.auditor("--rulebook", "jp-exchange", "--json"))
    verdict = verdict_v1.read(out.strip().encode())
    book = load_rulebook("jp-exchange")
    assert verdict.rulebooks == (book.digest,)
    assert {finding.rule for finding in verdict.findings if finding.rule} == {f"jp-exchange/{r.id}" for r in book.rules}
    outcomes = {finding.subject: str(finding.outcome) for finding in verdict.findings if finding.rule}
    assert outcomes["jp-exchange/JP-SEG-01/eip155:1/slip44:60"] == "PASS"
    # That no account is listed in two roles is the issuer's word.
    assert outcomes["jp-exchange/JP-SEG-02"] == "INCONCLUSIVE"
    # 40 of 100 coins are hot, and 7 are set apart for them.
    assert outcomes["jp-exchange/JP-GUAR-01/eip155:1/slip44:60"] == "FAIL"
    assert outcomes["jp-exchange/JP-COLD-01"] == "INCONCLUSIVE"
    assert status == 1


def test_rules_change_nothing_of_the_other_findings(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    _, plain = said(capsys, *desk.auditor("--json"))
    _, ruled = said(capsys, *desk.auditor("--rulebook", "jp-exchange", "--json"))
    before, after = (verdict_v1.read(out.strip().encode()).findings for out in (plain, ruled))
    assert after[: len(before)] == before


def test_t88_one_verdict_for_one_set_of_rulebooks(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    once = said(capsys, *desk.auditor("--rulebook", "jp-exchange", "--json"))
    assert said(capsys, *desk.auditor("--rulebook", "jp-exchange", "--json")) == once


def test_an_unknown_rulebook_is_status_2_before_any_work(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, *desk.auditor("--rulebook", "jp-exchange,jp-nothing")) == (2, "")
    assert said(capsys, *desk.auditor("--rulebook", "jp-exchange, jp-intermediary"))[0] != 2


def test_a_rule_may_be_waived_by_name_and_a_breach_may_not(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    waivers = "".join(
        f'\n[[waive]]\ncheck = "jp-exchange/{name}"\nreason = "looked at by hand"\n'
        for name in ("JP-AUD-01", "JP-GUAR-01")
    )
    path = Path(desk.policy_toml)
    path.write_text(path.read_text() + waivers)
    _, out = said(capsys, *desk.auditor("--rulebook", "jp-exchange", "--json"))
    found = {finding.subject: finding for finding in verdict_v1.read(out.strip().encode()).findings if finding.rule}
    by_rule = {finding.rule: finding for finding in found.values()}
    assert by_rule["jp-exchange/JP-AUD-01"].waived == "looked at by hand"
    assert found["jp-exchange/JP-GUAR-01/eip155:1/slip44:60"].waived is None
    assert found["jp-exchange/JP-GUAR-01/eip155:1/slip44:60"].required


def test_a_waiver_of_no_rule_is_refused(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    path = Path(desk.policy_toml)
    path.write_text(path.read_text() + '\n[[waive]]\ncheck = "jp-exchange/JP-AUD-99"\nreason = "a slip"\n')
    assert said(capsys, *desk.auditor("--rulebook", "jp-exchange")) == (2, "")


def test_t68_a_policys_own_rulebooks_are_judged_wherever_it_is_used(desk: Desk, tmp_path: Path) -> None:
    """`por attest` and the job call the same function, and name no rulebook themselves."""
    path = Path(desk.policy_toml)
    path.write_text(path.read_text() + '\n[law]\nrulebooks = ["jp-exchange"]\n')
    verdict = verify(open_bundle(Path(desk.bundle)), load_policy(path), now=scenery.AN_HOUR_LATER)
    assert verdict.rulebooks == (load_rulebook("jp-exchange").digest,)
    assert any(finding.rule == "jp-exchange/JP-SEG-01" for finding in verdict.findings)
