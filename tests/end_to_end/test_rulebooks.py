"""What an auditor does with Japan's three rulebooks, by the commands alone, from hand-written declarations to the pack.

The exchange is on an embedded chain, so that nothing but this project is needed.
"""

from __future__ import annotations

import html
import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from por.checks.rulebooks import load_rulebook
from por.encoding import bundle_v1, verdict_v1
from por.encoding.digests import digest_of
from por.model import Finding, Verdict
from por.model.rulebook import Rule
from por.report.figures import printed
from tests.end_to_end.licensed import (
    BOOKS,
    BROKER,
    COIN,
    CUSTOMER,
    CUSTOMERS,
    NOW,
    Licensed,
    a_chain,
    anew,
    bundle,
    fund,
    open_licensed,
    settle,
    take,
)
from tests.simulator import Run, por

RULES = {f"{book}/{rule.id}": rule for book in BOOKS for rule in load_rulebook(book).rules}
# What stays undecided though everything is declared and borne out: nothing computes it, no order sets its amount yet,
# or it concerns other coins than those that this exchange issues.
OPEN = {"jp-exchange/JP-RSV-01", *(name for name, rule in RULES.items() if rule.check == "rulebook.uncomputable")}
OTHER_COINS = {f"jp-stablecoin/SC-JP-{name}" for name in ("02-EARLY", "03", "05", "05-DAYS", "FT-PAR", "FT-REPORT")}
# What rests on the chain, the records and the verifier's own look, and on nothing that the exchange only says.
BY_EVIDENCE = {
    "jp-exchange/JP-SEG-01",
    "jp-exchange/JP-SEG-03",
    "jp-intermediary/JP-INT-01",
    "jp-stablecoin/SC-00",
}


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Licensed]:
    with open_licensed(tmp_path_factory.mktemp("licensed") / "exchange") as made:
        yield made


@pytest.fixture(scope="module")
def verdict(exchange: Licensed) -> Path:
    """Write the honest exchange's verdict, and record what the chain said."""
    path = exchange.directory / "verdict.json"
    run = exchange.verify("--record", exchange.directory / "answers.json", "--output", path)
    assert run.status == 0, run.out
    return path


def read(path: Path) -> Verdict:
    return verdict_v1.read(path.read_bytes())


def found(run: Run) -> dict[str, list[Finding]]:
    """Gather the findings by rule."""
    assert run.verdict is not None, run.talk
    return by_rule(run.verdict)


def by_rule(judged: Verdict) -> dict[str, list[Finding]]:
    rules: dict[str, list[Finding]] = {}
    for finding in judged.findings:
        if finding.rule is not None:
            rules.setdefault(finding.rule, []).append(finding)
    return rules


def words(rules: dict[str, list[Finding]]) -> dict[str, str]:
    """Return the worst outcome of each rule."""
    order = ("FAIL", "INCONCLUSIVE", "PASS")
    return {name: min((str(row.outcome) for row in rows), key=order.index) for name, rows in rules.items()}


# --- the verdict


def test_every_rule_of_the_three_books_is_answered_and_what_can_be_computed_passes(verdict: Path) -> None:
    rules = by_rule(read(verdict))
    assert list(rules) == list(RULES)
    outcomes = words(rules)
    assert {name for name, outcome in outcomes.items() if outcome != "PASS"} == OPEN | OTHER_COINS
    assert {name for name, rows in rules.items() if rows[0].facts["state"] == "does-not-apply"} == OTHER_COINS
    assert "FAIL" not in outcomes.values()
    deciding = {name for name, rows in rules.items() if any(row.required for row in rows)}
    assert len(deciding) == 19 + 5 + 7
    assert all(outcomes[name] == "PASS" for name in deciding)


def test_the_hot_part_is_counted_in_yen_over_all_kinds(verdict: Path) -> None:
    (finding,) = by_rule(read(verdict))["jp-exchange/JP-COLD-01"]
    # 44 × ¥600,000 + 4,000 × ¥150 of 1,000 × ¥600,000 + 100,000 × ¥150.
    assert (finding.facts["part"], finding.facts["whole"]) == ("27000000", "615000000")
    assert finding.actual == "9/205"


def test_the_text_tells_the_rules_apart_from_the_checks(verdict: Path) -> None:
    text = por("report", verdict, "--format", "text").out
    head, *sections = re.split(r"^Japan: ", text, flags=re.MULTILINE)
    assert "JP-" not in head
    assert head.startswith("VERIFIED: for 2 of 2 assets, ")
    assert "passed what was asked of it by 19 rules of jp-exchange, 5 rules of jp-intermediary, 7 rules of" in head
    assert [section.partition(" (jp-")[2].partition(",")[0] for section in sections] == [
        "exchange",
        "intermediary",
        "stablecoin",
    ]
    assert "rules: 30 (passed: 28, failed: 0, undecided: 1, not applying: 0, not computable: 1)" in sections[0]
    assert "rules: 20 (passed: 9, failed: 0, undecided: 0, not applying: 6, not computable: 5)" in sections[2]
    assert "are not legal advice" in sections[0]
    for name, rule in RULES.items():
        assert f" {name.partition('/')[2]} " in text
        assert rule.title["en"] in text
        assert rule.citations[0].text in text if len(rule.citations) == 1 else True
    assert re.search(r"JP-RSV-01 .*\(in shadow: decides nothing\)", text)
    assert re.search(r"JP-COLD-03 .*\(in force, warning: decides nothing\)", text)


DECLARED_ONLY = {"rulebook.answer.declared_only", "rulebook.answer.not_applicable_declared"}


def test_without_a_known_document_all_that_is_declared_is_undecided_and_the_rest_passes(exchange: Licensed) -> None:
    rules = found(exchange.verify(policy=exchange.policy("stranger.toml", known=False)))
    assert list(rules) == list(RULES)
    outcomes = words(rules)
    assert "FAIL" not in outcomes.values()
    required = {name for name, rows in rules.items() if any(row.required for row in rows)}
    assert {name for name in required if outcomes[name] == "PASS"} == BY_EVIDENCE
    for name in required - BY_EVIDENCE:
        weak = [row for row in rules[name] if str(row.outcome) == "INCONCLUSIVE"]
        assert {row.message for row in weak} <= DECLARED_ONLY, name
        assert all(row.facts["weak"] for row in weak), name


def test_without_declarations_every_missing_input_is_named(exchange: Licensed, tmp_path: Path) -> None:
    other = replace(exchange, directory=tmp_path / "silent")
    shutil.copytree(exchange.directory, other.directory, ignore=shutil.ignore_patterns("bundle"))
    bundle(other, "# nothing is declared\n")
    rules = found(other.verify())
    assert list(rules) == list(RULES)
    missing = {name for name, rows in rules.items() if any("input" in row.facts for row in rows)}
    open_rules = {name for name, outcome in words(rules).items() if outcome == "INCONCLUSIVE"}
    assert open_rules - missing <= OPEN | {"jp-exchange/JP-COLD-01", *GRADED}
    assert {row.facts["what"] for name in missing for row in rules[name] if "what" in row.facts}


# Custody is in the bundle itself, on the exchange's word, and no document of a silent exchange covers it.
GRADED = {"jp-exchange/JP-SEG-02", "jp-exchange/JP-GUAR-01", "jp-exchange/JP-GUAR-02", "jp-exchange/JP-RES-01"}


# --- what breaks a rule


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ('held = "1512000000"', 'held = "1499999999"', "jp-exchange/JP-FIAT-01"),
        ('kind = "trust"\n\n[[series', 'kind = "bank"\n\n[[series', "jp-exchange/JP-FIAT-01"),
        ("no-continuing-non-audit-pay = true", "no-continuing-non-audit-pay = false", "jp-exchange/JP-AUD-03"),
        ('amount = "850000000"', 'amount = "26999999"', "jp-exchange/JP-NET-01"),
        ('amount = "900" }]', 'amount = "1049" }]', "jp-exchange/JP-DOM-01"),
        ('registration = "KC-7"', 'registration = ""', "jp-intermediary/JP-INT-01"),
        ('principals = ["Kanto 00099"]', 'principals = ["Somebody else"]', "jp-intermediary/JP-INT-02"),
        ('activities = ["mediation"]', 'activities = ["mediation", "custody"]', "jp-intermediary/JP-INT-03"),
        ("customers = 10\n", 'customers = 10\nbank_accounts = ["A Bank 1"]\n', "jp-intermediary/JP-INT-04"),
        ('market_value = "600000"', 'market_value = "595999"', "jp-stablecoin/SC-01"),
        ('market_value = "404000"', 'market_value = "500001"', "jp-stablecoin/SC-JP-01"),
        ("maturity = 2026-12-20", "maturity = 2027-02-02", "jp-stablecoin/SC-JP-02"),
        ('minted = "1000000"', 'minted = "999999"', "jp-stablecoin/SC-00"),
    ],
)
def test_a_single_line_that_breaks_a_rule_refutes_and_names_it(
    exchange: Licensed, tmp_path: Path, old: str, new: str, rule: str
) -> None:
    run = anew(exchange, tmp_path / "other", old, new).verify()
    assert run.status == 1, run.out
    failed = {name for name, outcome in words(found(run)).items() if outcome == "FAIL"}
    assert rule in failed
    assert "failed.\n" in run.out
    title = RULES[rule].title["en"]
    assert re.search(
        rf"^  FAIL         {re.escape(rule.partition('/')[2])} .*{re.escape(title)}", run.out, re.MULTILINE
    )


def test_t23_a_customer_of_the_broker_who_is_in_no_tree_is_an_exception(exchange: Licensed, tmp_path: Path) -> None:
    """The exchange adapts what it declares to what it committed to; the broker's own list tells."""
    cheat = replace(exchange, directory=tmp_path / "cheat")
    cheat.directory.mkdir()
    take(cheat, {**CUSTOMERS, f"via:{BROKER}": [number for number in range(90, 100) if number != 95]})
    text = cheat.declared().replace("customers = 10", "customers = 9")
    text = text.replace('amount = "100" }, {', 'amount = "90" }, {').replace(
        'amount = "10000" }]', 'amount = "9000" }]'
    )
    bundle(cheat, text)
    run = cheat.verify()
    assert run.status == 1
    rows = found(run)["jp-intermediary/JP-INT-05"]
    (lost,) = [row for row in rows if str(row.outcome) == "FAIL"]
    assert (lost.message, lost.facts["lost"], lost.facts["lines"]) == ("intermediary.complete.fail_list", "1", "7")
    assert "c95@example.com" not in run.out


def test_without_the_brokers_list_numbers_are_compared(exchange: Licensed) -> None:
    known = ["--policy", exchange.policy(), *exchange.records, "--rulebook", "jp-intermediary", *exchange.source]
    run = por("verify", exchange.bundle, *known, "--now", NOW)
    assert "intermediary.complete.pass_number" in {row.message for row in found(run)["jp-intermediary/JP-INT-05"]}


def test_a_rule_is_waived_by_its_name_and_the_reader_sees_which(exchange: Licensed, tmp_path: Path) -> None:
    waiver = '[[waive]]\ncheck = "jp-exchange/JP-NET-01"\nreason = "the accounts close in December"\n\n'
    other = anew(exchange, tmp_path / "other", 'name = "net-assets"', 'name = "gross-assets"')
    assert other.verify().status == 3
    run = other.verify(policy=other.policy("waiving.toml", more=waiver))
    assert run.status == 0, run.out
    title = RULES["jp-exchange/JP-NET-01"].title["en"]
    assert f"  - jp-exchange/JP-NET-01 {title}: the accounts close in December\n" in run.out


# --- the parent fails, the child passes


def test_each_legal_entity_is_judged_by_its_own_bundle(tmp_path: Path) -> None:
    """The child keeps what it owes and passes; the parent, on the same chain at the same instant, has spent it."""
    spent = {"cold": ("customer", "cold", 10, 1_000), "hot": ("customer", "hot", 5, 500)}
    with a_chain() as (chain, url, token, issued):
        folders = [tmp_path / "child", tmp_path / "parent"]
        child = Licensed(folders[0], chain, url, token, issued, issuer="child.example")
        parent = Licensed(folders[1], chain, url, token, issued, "A Parent", "parent.example", spent)
        for made in (child, parent):
            made.directory.mkdir()
            fund(made)
        settle(child, parent)
        runs = []
        for made in (child, parent):
            take(made)
            bundle(made, made.declared())
            runs.append(made.verify())
    assert [run.status for run in runs] == [0, 1]
    outcomes = [words(found(run)) for run in runs]
    rules = ("JP-SEG-01", "JP-GUAR-01", "JP-RES-01", "JP-FIAT-01")
    assert [[row[f"jp-exchange/{rule}"] for rule in rules] for row in outcomes] == [
        ["PASS", "PASS", "PASS", "PASS"],
        ["FAIL", "FAIL", "FAIL", "PASS"],
    ]


# --- reports


@pytest.fixture(scope="module")
def page(exchange: Licensed, verdict: Path) -> str:
    path = exchange.directory / "report.html"
    command = ["report", verdict, "--bundle", exchange.bundle, "--lang", "ja", "--format", "html", "--output", path]
    assert por(*command).status == 0
    return path.read_text("utf-8")


def section(page: str, rule: str) -> str:
    """Cut one rule out of the page."""
    (_, text) = page.split(f'<h4><span class="id">{rule}</span>', 1)
    return text.split('<div class="rule">', 1)[0].split("<h3", 1)[0]


@pytest.mark.parametrize("name", RULES)
def test_the_page_in_japanese_has_each_rule_with_title_and_citation(page: str, name: str) -> None:
    rule: Rule = RULES[name]
    text = html.unescape(section(page, name.partition("/")[2]))
    assert rule.title["ja"] in text
    assert any(citation.text in text for citation in rule.citations) or not rule.citations
    assert 'class="outcome' in text


def test_each_line_of_the_page_leads_to_its_inputs(page: str, verdict: Path) -> None:
    anchors = re.findall(r' id="([^"]+)"', page)
    links = set(re.findall(r'href="#([^"]+)"', page))
    assert [name for name, count in Counter(anchors).items() if count > 1] == []
    assert links <= set(anchors)
    for name, rows in by_rule(read(verdict)).items():
        topics = {topic for row in rows for topic in row.facts["inputs"].split(", ") if topic}
        topics |= {str(topic) for topic in RULES[name].inputs}
        text = section(page, name.partition("/")[2])
        assert topics == set(re.findall(r'href="#input-([a-z]+)"', text)), name
        if not topics and RULES[name].check != "rulebook.uncomputable":
            assert 'href="#procedure-' in text, name


def test_the_page_names_declarations_and_documents_by_digest(page: str, exchange: Licensed) -> None:
    made = json.loads((exchange.bundle / "bundle.json").read_bytes())
    assert made["declarations"] in page
    assert "statements of third parties" in page
    assert page.count("A Trust Bank, an accountant, an index") == len(set(re.findall(r'id="input-([a-z]+)"', page)))


def test_the_scope_has_the_total_of_every_segment(page: str, exchange: Licensed) -> None:
    """What is owed of a class is their sum; debts stand apart."""
    made = bundle_v1.read((exchange.bundle / "bundle.json").read_bytes())
    scope = page.split('id="scope"', 1)[1].split("</table>", 1)[0]
    assert made.liabilities
    for row in made.liabilities:
        assert printed(Fraction(row.total, 10**row.decimals)) in scope


def test_the_page_draws_what_counts_behind_the_coin(page: str, verdict: Path) -> None:
    found = by_rule(read(verdict))
    (backing,) = (row for rows in found.values() for row in rows if row.check == "stablecoin.backing")
    drawn = page.split('id="chart-composition"', 1)[1].split("</figure>", 1)[0]
    kinds = [part.rpartition(" ")[0] for part in backing.facts["composition"].split(", ")]
    assert kinds == ["demand-deposit", "government-bond"]
    assert all(word in drawn for word in ("要求払預貯金", "国債"))


def test_the_page_says_which_documents_the_policy_knows(exchange: Licensed, verdict: Path, tmp_path: Path) -> None:
    command = ("report", verdict, "--bundle", exchange.bundle, "--policy")
    page = por(*command, exchange.policy("policy-again.toml")).out
    topics = len(set(re.findall(r'id="input-([a-z]+)"', page)))
    assert page.count("knows it for this: the verifier had it") == topics
    assert "does not know it" not in page
    refused = por(*command, exchange.policy("policy-other.toml", known=False))
    assert (refused.status, refused.out) == (2, "")
    stranger = exchange.policy("policy-unknown.toml", known=False)
    other = tmp_path / "stranger.json"
    exchange.verify("--output", other, policy=stranger)
    page = por("report", other, "--bundle", exchange.bundle, "--policy", stranger).out
    assert page.count("does not know it for this") == topics


def test_a_page_without_declarations_says_why(exchange: Licensed, verdict: Path, tmp_path: Path) -> None:
    """That the bundle was not given, and that the file is not there, are two things."""
    assert "The bundle was not given; what its issuer declares" in por("report", verdict).out
    broken = tmp_path / "bundle"
    shutil.copytree(exchange.bundle, broken)
    made = json.loads((broken / "bundle.json").read_bytes())
    (broken / "evidence" / made["declarations"].removeprefix("sha256:")).unlink()
    page = por("report", verdict, "--bundle", broken).out
    assert "not read: the file is missing" in page
    assert "statements of third parties" not in page


@pytest.mark.parametrize("name", ["csv", "junit", "sarif", "text"])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_format_has_every_rule(exchange: Licensed, verdict: Path, name: str, language: str) -> None:
    run = por("report", verdict, "--bundle", exchange.bundle, "--format", name, "--lang", language)
    assert run.status == 0, run.talk
    passed = words(by_rule(read(verdict)))
    for rule in RULES:
        # SARIF lists what did not pass.
        if name != "sarif" or passed[rule] != "PASS":
            assert rule.partition("/")[2] in run.out, rule


def test_the_pack_gives_the_same_verdict_byte_for_byte(
    exchange: Licensed, verdict: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The auditor names the own recording in the policy, replays it, and packs all that the verdict was made of."""
    answers = exchange.directory / "answers.json"
    policy = exchange.policy("replaying.toml", entries=f'recordings = ["{digest_of(answers.read_bytes())}"]\n')
    files = ["--policy", policy, *exchange.records, "--introduced", f"{BROKER}={exchange.introduced}"]
    given = [*files, "--replay", answers]
    made = tmp_path / "replayed.json"
    books = ["--rulebook", ",".join(BOOKS)]
    assert por("verify", exchange.bundle, *given, *books, "--now", NOW, "--output", made).status == 0
    assert words(by_rule(read(made))) == words(by_rule(read(verdict)))
    pack = tmp_path / "pack"
    run = por("report", made, "--pack", pack, "--lang", "ja", "--bundle", exchange.bundle, *given)
    assert run.status == 0, run.talk
    (line,) = re.findall(r"^ {4}por (.*)$", (pack / "REPERFORM.md").read_text("utf-8"), re.MULTILINE)
    monkeypatch.chdir(pack)
    again = por(*line.split())
    assert again.status == 0, again.talk
    assert (pack / "again.json").read_bytes() == (pack / "verdict.json").read_bytes() == made.read_bytes()


# --- claims and differences


def test_a_customers_claim_rests_on_the_same_bundle(exchange: Licensed, verdict: Path) -> None:
    proof = exchange.directory / "proof.json"
    assert por("issuer", "prove", exchange.snapshot, CUSTOMER, "--output", proof).status == 0
    who = [proof, "--account", CUSTOMER, "--assets", exchange.directory / "assets.toml"]
    known = ["--policy", exchange.policy(), *exchange.records, *exchange.source, "--now", NOW]
    run = por("claims", exchange.bundle, *who, *known, "--json")
    assert run.status == 0, run.talk
    claim = json.loads(run.out)
    assert claim["bundle"] == str(read(verdict).bundle)
    text = por("claims", exchange.bundle, *who, *known, "--lost-hot", "--lang", "ja")
    assert text.status == 0, text.talk
    assert "COIN" in text.out


def test_what_changed_between_two_bundles_is_told_by_rule(exchange: Licensed, verdict: Path, tmp_path: Path) -> None:
    other = anew(exchange, tmp_path / "other", 'held = "1512000000"', 'held = "1499999999"')
    assert other.verify("--output", tmp_path / "other.json").status == 1
    run = por("diff", verdict, tmp_path / "other.json", "--json")
    assert run.status == 0, run.talk
    assert "JP-FIAT-01" in run.out
    assert "JP-FIAT-02" not in run.out
    bundles = por("diff", exchange.bundle, other.bundle, "--lang", "ja")
    assert bundles.status == 0
    assert bundles.out.strip()


def test_a_bundle_owes_what_its_ledger_says(exchange: Licensed) -> None:
    made = json.loads((exchange.bundle / "bundle.json").read_bytes())
    totals = {(row["segment"], row["asset"].rpartition("/")[2][:6]): int(row["total"]) for row in made["liabilities"]}
    assert totals["spot", "slip44"] == 900 * COIN
    assert totals[f"via:{BROKER}", "slip44"] == 100 * COIN
