"""Lie about what the law asks: custody, guarantee coins, money in trust, prices, and documents of third parties."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

from por.encoding import declarations_v1
from por.encoding.digests import digest_of
from por.encoding.media_types import DECLARATIONS, DOCUMENT
from por.model import Custody, Instant, Role
from por.model.declarations import Declarations, Document, Money, Price, Topic
from por.simulator.exchange import Exchange
from por.simulator.lie import Draft, Lie, shown_to_auditor

YEN = "JPY"
THE_TRUSTEES = b"a trustee's and a custodian's statement, had from them"

_RULEBOOK = """id = "example-law"
version = "1"
jurisdiction = "JP"
calendar = "JP/bank"
zone = 9
currency = "JPY"
title = {en = "An example of a law", ja = "法令の例"}
notice = {en = "Not legal advice.", ja = "法的助言ではありません。"}
"""
_RULE = """
[[rule]]
id = "EX-{number}"
title = {{en = "{title}", ja = "規則{number}"}}
citations = [{{text = "an example", source = "this demonstration"}}]
status = "in-force"
since = "2020-05-01"
scope = "entity"
inputs = [{inputs}]
check = "{check}"
parameters = {{{parameters}}}
severity = "blocking"
confidence = "A"
"""
_RULES = (
    ("customers' coins are there", "", "segregation.coins", ""),
    ("they are apart", "", "segregation.apart", 'roles = ["customer", "guarantee", "house"]'),
    ("little of them is hot", '"custody", "prices"', "segregation.hot", 'limit = "4/10"'),
    ("what is hot is guaranteed", '"custody"', "segregation.guarantee", ""),
    ("the guarantee is cold", '"custody"', "segregation.kept", 'roles = ["guarantee"], custody = ["cold"]'),
    ("money is in trust", '"money"', "segregation.money", 'kinds = ["trust"]'),
)

Change = Callable[[Exchange, Draft, Declarations], Declarations]


def honest_declarations(exchange: Exchange) -> Declarations:
    """Say what an exchange that keeps the example law declares."""
    instant = exchange.workspace.commitments().instant
    covers = (Topic.CUSTODY, Topic.PRICES, Topic.MONEY)
    document = Document("statements", digest_of(THE_TRUSTEES), "A Trust Company", date(2026, 11, 1), covers)
    return Declarations(
        documents=(document,),
        prices=tuple(sorted(_prices(exchange, instant), key=lambda row: str(row.asset))),
        money=(Money(YEN, Fraction(9_000_000), Fraction(9_000_000), "A Trust Company", "trust"),),
    )


def declared_to_auditor(
    exchange: Exchange, stage: Path, draft: Draft, declarations: Declarations, *, known: bool = True
) -> list[str]:
    """Publish a draft with these declarations; the auditor knows the trustee's document, or does not."""
    evidence = draft.files.add(declarations_v1.write(declarations), DECLARATIONS)
    draft.files.add(THE_TRUSTEES, DOCUMENT)
    draft.bundle = replace(draft.bundle, declarations=evidence)
    rulebook = stage / "example-law.toml"
    rules = (
        _RULE.format(number=number, title=title, inputs=inputs, check=check, parameters=parameters)
        for number, (title, inputs, check, parameters) in enumerate(_RULES, 1)
    )
    rulebook.write_text(_RULEBOOK + "".join(rules), encoding="utf-8")
    policy = stage / "policy.toml"
    law = ""
    if known:
        covers = ", ".join(f'"{topic}"' for topic in (Topic.CUSTODY, Topic.PRICES, Topic.MONEY))
        law = f'\n[[law.document]]\ndigest = "{digest_of(THE_TRUSTEES)}"\ncovers = [{covers}]\n'
    policy.write_text(exchange.policy().read_text() + law)
    bundle = draft.publish(stage / "bundle", exchange.signing_key)
    return [*shown_to_auditor(exchange, bundle, policy), "--rulebook", str(rulebook)]


def _prices(exchange: Exchange, at: Instant) -> list[Price]:
    rows = ((exchange.coin, 600_000), (exchange.dollar, 150))
    return [Price(asset, YEN, Fraction(yen), "a market", at) for asset, yen in rows]


def _changed(change: Change, *, known: bool = True) -> Callable[[Exchange, Path], list[str]]:
    def tell(exchange: Exchange, stage: Path) -> list[str]:
        draft = Draft.of(exchange)
        said = change(exchange, draft, honest_declarations(exchange))
        return declared_to_auditor(exchange, stage, draft, said, known=known)

    return tell


def _listed_as(name: str, *, role: Role | None = None, custody: Custody | None = None) -> Change:
    def change(exchange: Exchange, draft: Draft, said: Declarations) -> Declarations:
        row = draft.row(exchange, name)
        draft.account(draft.position(exchange, name), role=role or row.role, custody=custody or row.custody)
        return said

    return change


def _prices_of_last_month(exchange: Exchange, draft: Draft, said: Declarations) -> Declarations:
    before = Instant(draft.bundle.instant.seconds - 30 * 86_400)
    return replace(said, prices=tuple(replace(row, at=before) for row in said.prices))


def _less_in_trust(exchange: Exchange, draft: Draft, said: Declarations) -> Declarations:
    return replace(said, money=tuple(replace(row, held=row.owed - 1) for row in said.money))


def _no_money(exchange: Exchange, draft: Draft, said: Declarations) -> Declarations:
    return replace(said, money=())


def _a_bank_for_a_trust(exchange: Exchange, draft: Draft, said: Declarations) -> Declarations:
    return replace(said, money=tuple(replace(row, kind="bank") for row in said.money))


def _unchanged(exchange: Exchange, draft: Draft, said: Declarations) -> Declarations:
    return said


def _edited(exchange: Exchange, stage: Path) -> list[str]:
    """Change what was declared after it was signed."""
    draft = Draft.of(exchange)
    command = declared_to_auditor(exchange, stage, draft, honest_declarations(exchange))
    if draft.bundle.declarations is not None:
        path = stage / "bundle" / "evidence" / draft.bundle.declarations.value.hex()
        path.write_bytes(path.read_bytes().replace(b'"9000000"', b'"9999999"', 1))
    return command


LIES = (
    Lie(
        "guarantee coins spent",
        ("T52",),
        "keeps customers' coins hot and no coins of its own for them",
        "segregation.guarantee",
        _changed(_listed_as("guarantee", role=Role.HOUSE)),
    ),
    Lie(
        "too much hot",
        ("T52",),
        "keeps more of customers' coins hot than the law allows",
        "segregation.hot",
        _changed(_listed_as("cold", custody=Custody.HOT)),
    ),
    Lie(
        "hot coins called cold",
        ("T50", "T73"),
        "calls all accounts cold, by its own word",
        "segregation.hot",
        _changed(_listed_as("hot", custody=Custody.COLD), known=False),
        "INCONCLUSIVE",
    ),
    Lie(
        "a hot guarantee",
        ("T52",),
        "keeps the guarantee coins hot as well",
        "segregation.kept",
        _changed(_listed_as("guarantee", custody=Custody.HOT)),
    ),
    Lie(
        "a trustee that nobody asked",
        ("T50", "T73"),
        "hands over a trustee's statement that the auditor never had from the trustee",
        "segregation.money",
        _changed(_unchanged, known=False),
        "INCONCLUSIVE",
    ),
    Lie(
        "less money than owed",
        ("T26",),
        "has less of customers' money in trust than it owes",
        "segregation.money",
        _changed(_less_in_trust),
    ),
    Lie(
        "money at a bank",
        ("T26",),
        "has customers' money in its own bank account, and not in trust",
        "segregation.money",
        _changed(_a_bank_for_a_trust),
    ),
    Lie(
        "money passed over",
        ("T26", "T68"),
        "says nothing of customers' money",
        "segregation.money",
        _changed(_no_money),
        "INCONCLUSIVE",
    ),
    Lie(
        "prices of last month",
        ("T67",),
        "values what is hot at prices of another day",
        "segregation.hot",
        _changed(_prices_of_last_month),
        "INCONCLUSIVE",
    ),
    Lie(
        "declarations edited",
        ("T42",),
        "changes what it declared after signing it",
        "snapshot.complete",
        _edited,
    ),
)

UNSEEN = (
    Lie(
        "a custodian that lies too",
        ("T50", "T52"),
        "calls hot coins cold, and has a custodian confirm it to the auditor",
        None,
        _changed(_listed_as("hot", custody=Custody.COLD)),
    ),
)
