"""Everything a rule's check can answer, answered once: contexts that together say every message of every rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from por.checks.observation import Missing
from por.model import AssetId, Custody, Encumbrance, EncumbranceKind, Finding, LawTrust, Outcome, Role
from por.model.declarations import Declarations, DomesticOrder, Entity, Series, Venue
from por.model.rulebook import Cure, Rule
from tests.checks.rules import test_intermediaries as brokers
from tests.checks.rules import test_procedures as papers
from tests.checks.rules.scenery import BTC, ETH, KNOWN, UNIT, Held, context, judged, prices, rule
from tests.checks.rules.test_keys import keys, order
from tests.checks.rules.test_money import cash, figure
from tests.checks.rules.test_records import LAST, MONTH, series
from tests.checks.scenery import account
from tests.report.stablecoin_scenes import stablecoin_findings

ENTITY = Entity("Example Exchange Japan", "JP", "X-1", 3)
UNSIGNED = Missing("no signature")
COLD = ["cold"]


class RuleScenes:
    """Contexts, each in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made = 0

    def all(self) -> Iterator[Finding]:
        yield from self.answers()
        yield from self.coins()
        yield from self.money()
        yield from self.days()
        yield from self.keys()
        yield from self.procedures()
        yield from self.filings()
        yield from self.lists()
        yield from self.intermediaries()
        yield from stablecoin_findings(self.folder())

    def folder(self) -> Path:
        self._made += 1
        return self._folder / str(self._made)

    def judged(
        self,
        *rules: Rule,
        owed: Mapping[AssetId, int | Fraction] | None = None,
        accounts: Sequence[Held] = (),
        law: LawTrust = KNOWN,
        **options: Any,
    ) -> list[Finding]:
        declared = options.pop("says", None)
        return judged(context(self.folder(), owed or {}, accounts, *rules, declared=declared, law=law, **options))

    def answers(self) -> Iterator[Finding]:
        """Say what is said of any rule, and of those that listen to other checks or to nothing."""
        money = rule("segregation.money")
        yield from self.judged(money, says=Declarations(money=(cash(1, 1),)), law=LawTrust())
        yield from self.judged(
            money, rule("rulebook.uncomputable", reason={"en": "nobody wrote it down", "ja": "不明"})
        )
        calm = Declarations(order=DomesticOrder(active=False, jurisdiction="JP"))
        yield from self.judged(rule("segregation.domestic"), says=calm, law=LawTrust())
        heard = [Finding("reserves.control", str(outcome), outcome, "evidence.nothing") for outcome in Outcome]
        asked = rule("rulebook.findings", checks=["reserves.control", "reserves.distinct"])
        for count in range(len(heard)):
            yield from self.judged(asked, findings=[heard[0], heard[count]])

    def coins(self) -> Iterator[Finding]:
        """Say all three outcomes of coins that are there, apart, cold, guaranteed, free and spread."""
        roles = ["customer", "guarantee", "house"]
        rules = (
            rule("segregation.coins"),
            rule("segregation.apart", roles=roles),
            rule("segregation.excess", limit="1/100"),
            rule("segregation.hot", limit="5/100"),
            rule("segregation.guarantee"),
            rule("segregation.kept", roles=["guarantee"], custody=COLD),
            rule("segregation.free"),
            rule("segregation.spread", limit="95/100"),
        )
        kept = [Held("a", {BTC: 95}), Held("b", {BTC: 5}, custody=Custody.HOT), guarantee(5)]
        pledged = {BTC: Encumbrance(EncumbranceKind.PLEDGED, UNIT)}
        spent = [
            Held("a", {BTC: 99}, custody=Custody.HOT, encumbered=pledged),
            Held("d", {BTC: Fraction(1, 2)}),
            Held("d", {BTC: Fraction(1, 2)}, role=Role.HOUSE),
            guarantee(1, custody=Custody.HOT),
        ]
        unsigned = [Held("a", {BTC: 95}), Held("b", {BTC: 50}, custody=Custody.HOT), guarantee(5)]
        yield from self.judged(*rules, owed={BTC: 100}, accounts=kept)
        yield from self.judged(*rules, owed={BTC: 100}, accounts=spent)
        yield from self.judged(*rules, owed={BTC: 100}, accounts=unsigned, signers={"b": UNSIGNED})
        yield from self.judged(*rules, owed={BTC: 1}, accounts=kept)

    def money(self) -> Iterator[Finding]:
        """Say that money is there or not, and figures on both sides of both bounds."""
        trust = rule("segregation.money", kinds=["trust"])
        for rows in ((cash(5, 5),), (cash(5, 1), cash(0, 4, "bank")), (cash(0, 0, "bank"),)):
            yield from self.judged(trust, says=Declarations(money=rows))
        least = rule("segregation.figures", figures=["net-assets"], against="guarantee")
        most = rule("segregation.figures", figures=["net-assets"], against="owed", bound="most")
        accounts = [Held("a", {BTC: 10}), guarantee(10)]
        for amount in (1, 150_000_000):
            says = Declarations(figures=(figure("net-assets", amount),), prices=prices())
            yield from self.judged(least, most, owed={BTC: 10}, accounts=accounts, says=says)
            yield from self.judged(least, owed={BTC: 10}, accounts=accounts, says=says, signers={"c": UNSIGNED})
        yield from self.judged(most, owed={BTC: 1}, accounts=accounts, says=says)
        hot = rule("segregation.figures", figures=["loans"], against="hot", bound="most")
        says = Declarations(figures=(figure("loans", 1),), prices=prices())
        online = [Held("b", {BTC: 10}, custody=Custody.HOT)]
        yield from self.judged(hot, owed={BTC: 10}, accounts=online, says=says, signers={"b": UNSIGNED})
        yield from self.judged(rule("segregation.figures", figures=["liability-reserve"], against="amount"))

    def days(self) -> Iterator[Finding]:
        """Say that days are there, missing, short, short since yesterday, and passed over."""
        asked = rule("segregation.days", series="trust:*", cure=Cure(2, business=True))
        rows: Sequence[Series] = (
            series(),
            series(without=(date(2026, 10, 14),)),
            series({date(2026, 10, day): 99 for day in (5, 6, 7, 8, 9)}),
            series({LAST: 99}),
            series(days=MONTH[1:]),
        )
        for row in rows:
            yield from self.judged(asked, says=Declarations(series=(row,)))

    def keys(self) -> Iterator[Finding]:
        """Say where keys are, whose, how many, and that an account is another exchange's."""
        rules = (
            rule("segregation.domestic"),
            rule("segregation.entity"),
            rule("segregation.signers"),
            rule("segregation.venues"),
        )
        accounts = [Held("a", {BTC: 6}), Held("b", {BTC: 3})]
        home = Declarations(entity=ENTITY, order=order(9), key_holders=(keys("a"), keys("b")))
        away = (keys("a", "SG", who="A Parent", signers=1), keys("b"))
        venue = (Venue(account("a"), "another exchange"),)
        for says in (
            home,
            replace(home, key_holders=away, venues=venue),
            replace(home, key_holders=home.key_holders[:1]),
            replace(home, order=replace(order(9), active=False)),
        ):
            yield from self.judged(*rules, owed={BTC: 9}, accounts=accounts, says=says)

    def reports(self, *rules: Rule, **changes: Any) -> list[Finding]:
        """Judge one report that came just now, changed so."""
        row = papers.report(changes.pop("as_of", papers.TODAY), **changes)
        says = Declarations(entity=ENTITY, assurance=(row,))
        coins = {BTC: 9}
        return self.judged(*rules, owed=coins, accounts=[Held("a", coins)], says=says)

    def procedures(self) -> Iterator[Finding]:
        """Say of reports that they are there, new, told of in time, wide enough, by others, and handed in."""
        kind: dict[str, Any] = {"kind": "por"}
        surprise = rule("procedures.surprise", **kind)
        scope = rule("procedures.scope", **kind)
        newest = rule("procedures.assured", **kind, months=12, exceptions=0)
        yield from self.reports(newest, scope, share=Fraction(1), assets=1)
        yield from self.reports(newest, scope, share=Fraction(1, 2), assets=1, exceptions=1)
        yield from self.reports(newest, as_of=date(2025, 10, 31))
        quarters = [papers.report(day) for day in (papers.QUARTERS[0], *papers.QUARTERS[2:])]
        every = rule("procedures.assured", **kind, every=3)
        yield from self.judged(every, says=Declarations(assurance=tuple(quarters)))
        for told in (papers.DAYS, (date(2026, 8, 1), papers.DAYS[1])):
            yield from self.reports(surprise, as_of=papers.DAYS[1], dates=papers.DAYS, told=told)
        yield from self.reports(surprise)
        for most in (1, 2):
            rotated = rule("procedures.rotated", **kind, firm=most, lead=most)
            says = Declarations(assurance=tuple(papers.firms("A", "A", "B")))
            yield from self.judged(rotated, says=says)
        yield from self.reports(rule("procedures.rotated", **kind, firm=1), lead="")
        reported = rule("procedures.reported", **kind, days=5)
        for filed in (date(2026, 10, 5), date(2026, 10, 6)):
            yield from self.reports(reported, as_of=date(2026, 9, 30), filed=filed)

    def filings(self) -> Iterator[Finding]:
        """Say of filings that they came, late, not at all, or without what belongs to them."""
        asked = rule("procedures.filed", kind="quarterly", months=1, attachments=["balances"])
        rows = [replace(row, attachments=("balances",)) for row in papers.ON_TIME]
        rows[1] = replace(rows[1], filed=date(2026, 2, 1))
        rows[2] = replace(rows[2], filed=None)
        rows[3] = replace(rows[3], attachments=())
        yield from self.judged(asked, says=Declarations(entity=ENTITY, filings=tuple(rows)))

    def lists(self) -> Iterator[Finding]:
        """Say of questions that they are answered yes, or no."""
        rules = (
            rule("procedures.listed", list="deed", items=["a"]),
            rule("procedures.concerned", list="deed", all=["a"]),
        )
        for said in (True, False):
            yield from self.judged(*rules, says=Declarations(checklists={"deed": {"a": said}}))

    def intermediaries(self) -> Iterator[Finding]:
        """Say of those who introduce customers all that can be said of them."""
        broker = brokers.broker
        nobodys = broker(registration="", principals=(), activities=("custody",), bank_accounts=("A Bank 1",))
        strangers = broker(registration="K-9", principals=("X-9",))
        for check in ("registered", "sponsored", "limited", "custody"):
            for row in (broker(), nobodys, strangers):
                yield from brokers.of(check, self.folder(), row)
        yield from brokers.of("registered", self.folder(), broker(), broker(id="broker-8"))
        yield from brokers.of("registered", self.folder(), broker(name="Broker Eight"))
        yield from brokers.of("sponsored", self.folder(), broker(), law=KNOWN)
        given, other = brokers.a_list("alice", "bob"), brokers.a_list("alice", "mallory")
        for row in (
            *(broker(customers=count) for count in (1, 2, 3)),
            broker(statement=((ETH, Fraction(4)),)),
        ):
            yield from judged(brokers.made(self.folder(), row))
        for row, there in (
            (broker(introduced=given.digest), given),
            (broker(introduced=other.digest), other),
            (broker(), other),
        ):
            yield from judged(brokers.made(self.folder(), row, introduced={row.id: there}))
        yield from judged(brokers.made(self.folder(), broker(), rebuilt=brokers.NOTHING))


def guarantee(coins: int, custody: Custody = Custody.COLD) -> Held:
    return Held("c", {BTC: coins}, role=Role.GUARANTEE, custody=custody)
