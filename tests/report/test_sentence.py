"""The first sentence, word for word, in every outcome."""

from __future__ import annotations

import pytest
from hypothesis import given

from por.model import Finding, Instant, Outcome, Verdict, printable
from por.report.sentence import first_sentence
from tests.documents import verdicts

PASS, FAIL, OPEN = Outcome.PASS, Outcome.FAIL, Outcome.INCONCLUSIVE
SNAPSHOT = "exchange.example@2026-11-01T00:00:00Z"
ETHER, DOLLAR = "eip155:1/slip44:60", "eip155:1/erc20:0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48"
WHOLE = "this does not show that the list is whole"
FITS = "your 1.5 ETH is in this proof, but not everything could be decided"
OTHERS = f"{WHOLE}, or that others were shown the same one"


def verdict(profile: str, *findings: Finding) -> Verdict:
    return Verdict(profile, SNAPSHOT, None, None, Instant(0), Instant(0), findings)


def included(
    outcome: Outcome, coins: str = "1.5", name: str = "ETH", required: bool = True, segments: str = "spot"
) -> Finding:
    facts = {"asset": ETHER, "name": name, "segments": segments, "totals": "100"}
    return Finding(
        "liabilities.inclusion",
        ETHER,
        outcome,
        "liabilities.inclusion.included",
        actual=coins,
        facts=facts,
        required=required,
    )


def identified(outcome: Outcome = PASS, how: str = "signed", pin: str = "exchange.example+323b6115") -> Finding:
    message = f"publication.identified.{how}" if outcome is PASS else "evidence.missing"
    return Finding("publication.identified", SNAPSHOT, outcome, message, facts={"pin": pin, "reason": "no key"})


ADDRESS = "eip155:1:0x3333333333333333333333333333333333333333"
BY_ADDRESS = f"pinned by what the address {ADDRESS} anchored"


def by_registry(how: str) -> Finding:
    return Finding(
        "publication.identified", SNAPSHOT, PASS, f"publication.identified.{how}", facts={"account": ADDRESS}
    )


def copied() -> Finding:
    facts = {"addresses": "0x44", "account": ADDRESS}
    return Finding(
        "publication.unequivocal", ADDRESS, OPEN, "publication.unequivocal.copied", facts=facts, required=False
    )


def unverified(required: bool = False) -> Finding:
    facts = {"issuer": "exchange.example"}
    return Finding("publication.bound", SNAPSHOT, OPEN, "publication.bound.unverified", facts=facts, required=required)


def covered(outcome: Outcome, asset: str = ETHER, liabilities: str = "100") -> Finding:
    message = f"solvency.coverage.{outcome.lower()}"
    return Finding("solvency.coverage", asset, outcome, message, facts={"liabilities": liabilities})


def others_unread() -> Finding:
    facts = {"account": f"eip155:1:{ADDRESS}", "reason": "node-a: too much is asked"}
    message = "publication.unequivocal.others_unread"
    return Finding("publication.unequivocal", ADDRESS, OPEN, message, facts=facts, required=False)


def unequivocal(outcome: Outcome, required: bool = True) -> Finding:
    message = "publication.unequivocal.no_registry"
    return Finding("publication.unequivocal", SNAPSHOT, outcome, message, required=required)


def other(outcome: Outcome, check: str = "reserves.control") -> Finding:
    return Finding(check, "x", outcome, "evidence.missing", facts={"reason": "y"})


GOLDEN: dict[str, tuple[Verdict, str]] = {
    "customer, signed": (
        verdict("customer", included(PASS), identified()),
        (
            "your 1.5 ETH is in the list that exchange.example signed for 2026-11-01T00:00:00Z, "
            f"pinned by the key exchange.example+323b6115 in your policy; {OTHERS}."
        ),
    ),
    "customer, root given": (
        verdict("customer", included(PASS), identified(how="root_given", pin="ab" * 32)),
        (
            "your 1.5 ETH is in the list that exchange.example made for 2026-11-01T00:00:00Z, "
            f"pinned by the root {'ab' * 32} that you gave; {OTHERS}."
        ),
    ),
    "customer, bundle digest": (
        verdict("customer", included(PASS), identified(how="pinned", pin="sha256:00")),
        (
            "your 1.5 ETH is in the list that exchange.example made for 2026-11-01T00:00:00Z, "
            f"pinned by the bundle digest in your policy; {OTHERS}."
        ),
    ),
    "customer, two assets": (
        verdict("customer", included(PASS), included(PASS, "100", "USDC"), identified()),
        (
            "your 1.5 ETH and 100 USDC are in the list that exchange.example signed for 2026-11-01T00:00:00Z, "
            f"pinned by the key exchange.example+323b6115 in your policy; {OTHERS}."
        ),
    ),
    "customer, the same list for everybody": (
        verdict("customer", included(PASS), identified(), unequivocal(PASS)),
        (
            "your 1.5 ETH is in the list that exchange.example signed for 2026-11-01T00:00:00Z, "
            f"pinned by the key exchange.example+323b6115 in your policy; {WHOLE}."
        ),
    ),
    "customer, the same list for everybody, for information": (
        verdict("customer", included(PASS), identified(), unequivocal(PASS, required=False), copied()),
        (
            "your 1.5 ETH is in the list that exchange.example signed for 2026-11-01T00:00:00Z, "
            f"pinned by the key exchange.example+323b6115 in your policy; {WHOLE}."
        ),
    ),
    "customer, the same list for everybody, and a registry that somebody filled": (
        verdict("customer", included(PASS), identified(), unequivocal(PASS), others_unread()),
        (
            "your 1.5 ETH is in the list that exchange.example signed for 2026-11-01T00:00:00Z, "
            f"pinned by the key exchange.example+323b6115 in your policy; {WHOLE}."
        ),
    ),
    "customer, a registry and a name that nobody verified": (
        verdict("customer", included(PASS), by_registry("root_anchored"), unequivocal(PASS), unverified()),
        (
            f"your 1.5 ETH is in the list that exchange.example made for 2026-11-01T00:00:00Z, {BY_ADDRESS} "
            f"(that it is an address of exchange.example is unverified); {WHOLE}."
        ),
    ),
    "customer, a registry in a policy": (
        verdict("customer", included(PASS), by_registry("root_anchored"), unequivocal(OPEN, required=False)),
        f"your 1.5 ETH is in the list that exchange.example made for 2026-11-01T00:00:00Z, {BY_ADDRESS}; {OTHERS}.",
    ),
    "customer, a key and a name that no domain was asked about": (
        verdict("customer", included(PASS), identified(), unverified()),
        (
            "your 1.5 ETH is in the list that exchange.example signed for 2026-11-01T00:00:00Z, "
            f"pinned by the key exchange.example+323b6115 in your policy; {OTHERS}."
        ),
    ),
    "auditor, a registry": (
        verdict("auditor", covered(PASS), by_registry("anchored"), unequivocal(PASS), copied(), unverified()),
        (
            "for 1 of 1 assets, coins that exchange.example controlled at 2026-11-01T00:00:00Z were at least "
            f"what it committed to owing, {BY_ADDRESS}; {WHOLE}."
        ),
    ),
    "customer, more in the list than asked about": (
        verdict("customer", included(PASS), included(OPEN, "7", "USDC", required=False), identified()),
        (
            "your 1.5 ETH is in the list that exchange.example signed for 2026-11-01T00:00:00Z, "
            f"pinned by the key exchange.example+323b6115 in your policy; {OTHERS}."
        ),
    ),
    "customer, two segments of one asset": (
        verdict(
            "customer",
            included(PASS),
            included(PASS, "15", segments="margin"),
            included(PASS, "7", "USDC"),
            identified(),
        ),
        (
            "your 1.5 ETH in spot and 15 ETH in margin and 7 USDC are in the list that exchange.example signed for "
            f"2026-11-01T00:00:00Z, pinned by the key exchange.example+323b6115 in your policy; {OTHERS}."
        ),
    ),
    "customer, one asset over two segments": (
        verdict("customer", included(PASS, segments="margin, spot"), identified()),
        (
            "your 1.5 ETH is in the list that exchange.example signed for 2026-11-01T00:00:00Z, "
            f"pinned by the key exchange.example+323b6115 in your policy; {OTHERS}."
        ),
    ),
    "customer, a holding and a debt": (
        verdict("customer", included(PASS), included(PASS, "250", "USDC", segments="debt:margin"), identified()),
        (
            "your 1.5 ETH and 250 USDC that you owe are in the list that exchange.example signed for "
            f"2026-11-01T00:00:00Z, pinned by the key exchange.example+323b6115 in your policy; {OTHERS}."
        ),
    ),
    "customer, a debt alone": (
        verdict("customer", included(PASS, "250", "USDC", segments="debt:margin"), identified()),
        (
            "the 250 USDC that you owe is in the list that exchange.example signed for 2026-11-01T00:00:00Z, "
            f"pinned by the key exchange.example+323b6115 in your policy; {OTHERS}."
        ),
    ),
    "customer, a debt before a holding of the same asset": (
        verdict("customer", included(PASS, "2", segments="debt:margin"), included(PASS), identified()),
        (
            "the 2 ETH that you owe and 1.5 ETH in spot are in the list that exchange.example signed for "
            f"2026-11-01T00:00:00Z, pinned by the key exchange.example+323b6115 in your policy; {OTHERS}."
        ),
    ),
    "customer, a debt and no pin": (
        verdict("customer", included(PASS, "250", "USDC", segments="debt:margin"), identified(OPEN)),
        (
            "the 250 USDC that you owe is in this proof, but not everything could be decided: "
            f"publication.identified undecided; {OTHERS}."
        ),
    ),
    "customer, too old": (
        verdict("customer", included(PASS), identified(), other(FAIL, "snapshot.fresh")),
        (
            "exchange.example's list of 2026-11-01T00:00:00Z is not of a time that your policy allows: "
            "snapshot.fresh failed."
        ),
    ),
    "customer, too old and another amount": (
        verdict("customer", included(FAIL), identified(), other(FAIL, "snapshot.fresh")),
        (
            "this proof does not hold for what you gave and exchange.example's list of 2026-11-01T00:00:00Z: "
            "liabilities.inclusion, snapshot.fresh failed."
        ),
    ),
    "customer, no pin": (
        verdict("customer", included(PASS), identified(OPEN)),
        f"{FITS}: publication.identified undecided; {OTHERS}.",
    ),
    "customer, one of two": (
        verdict("customer", included(PASS), included(OPEN, "100", "USDC"), identified()),
        f"{FITS}: liabilities.inclusion undecided; {OTHERS}.",
    ),
    "customer, no id": (
        verdict("customer", included(OPEN), identified(OPEN)),
        (
            "the file may be consistent, but not everything could be decided: "
            f"liabilities.inclusion, publication.identified undecided; {OTHERS}."
        ),
    ),
    "customer, nothing asked": (
        verdict("customer"),
        f"the file may be consistent, but not everything could be decided: nothing was required; {OTHERS}.",
    ),
    "customer, another amount": (
        verdict("customer", included(FAIL), identified()),
        (
            "this proof does not hold for what you gave and exchange.example's list of 2026-11-01T00:00:00Z: "
            "liabilities.inclusion failed."
        ),
    ),
    "customer, everything wrong": (
        verdict("customer", included(FAIL), included(FAIL, "2", "USDC"), other(FAIL, "publication.identified")),
        (
            "this proof does not hold for what you gave and exchange.example's list of 2026-11-01T00:00:00Z: "
            "liabilities.inclusion, publication.identified failed."
        ),
    ),
    "customer, nothing looked for": (
        verdict("customer", identified()),
        (
            "what your policy asks of exchange.example's list of 2026-11-01T00:00:00Z holds, "
            "but no amount of yours was looked for in it."
        ),
    ),
    "auditor, covered": (
        verdict("auditor", covered(PASS), covered(PASS, DOLLAR), identified(), unequivocal(OPEN, required=False)),
        (
            "for 2 of 2 assets, coins that exchange.example controlled at 2026-11-01T00:00:00Z were at least what it "
            f"committed to owing, pinned by the key exchange.example+323b6115 in your policy; {OTHERS}."
        ),
    ),
    "job, covered and the same list for everybody": (
        verdict("job", covered(PASS), identified(), unequivocal(PASS)),
        (
            "for 1 of 1 assets, coins that exchange.example controlled at 2026-11-01T00:00:00Z were at least what it "
            f"committed to owing, pinned by the key exchange.example+323b6115 in your policy; {WHOLE}."
        ),
    ),
    "auditor, an asset of which nothing is owed": (
        verdict("auditor", covered(PASS), covered(PASS, DOLLAR, "0"), identified()),
        (
            "for 1 of 1 assets, coins that exchange.example controlled at 2026-11-01T00:00:00Z were at least what it "
            f"committed to owing, pinned by the key exchange.example+323b6115 in your policy; {OTHERS}."
        ),
    ),
    "job, too old": (
        verdict("job", covered(PASS), identified(), other(FAIL, "snapshot.fresh")),
        "what exchange.example published for 2026-11-01T00:00:00Z does not hold: snapshot.fresh failed.",
    ),
    "auditor, undecided beside an asset of which nothing is owed": (
        verdict("auditor", covered(OPEN), covered(PASS, DOLLAR, "0"), identified()),
        (
            "what exchange.example published for 2026-11-01T00:00:00Z is neither shown nor refuted "
            "(0 of 1 assets covered): solvency.coverage undecided."
        ),
    ),
    "auditor, not covered": (
        verdict("auditor", covered(FAIL), identified()),
        "what exchange.example published for 2026-11-01T00:00:00Z does not hold: solvency.coverage failed.",
    ),
    "auditor, failed and undecided": (
        verdict("auditor", covered(PASS), other(FAIL), other(OPEN, "snapshot.canonical")),
        "what exchange.example published for 2026-11-01T00:00:00Z does not hold: reserves.control failed.",
    ),
    "auditor, undecided": (
        verdict("auditor", covered(PASS), covered(OPEN, DOLLAR), other(OPEN), other(OPEN), identified()),
        (
            "what exchange.example published for 2026-11-01T00:00:00Z is neither shown nor refuted "
            "(1 of 2 assets covered): solvency.coverage, reserves.control undecided."
        ),
    ),
    "job, nothing asked": (
        verdict("job"),
        (
            "what exchange.example published for 2026-11-01T00:00:00Z is neither shown nor refuted "
            "(0 of 0 assets covered): nothing was required."
        ),
    ),
}


@pytest.mark.parametrize(("judged", "sentence"), GOLDEN.values(), ids=GOLDEN)
def test_the_sentence_word_for_word(judged: Verdict, sentence: str) -> None:
    assert first_sentence(judged) == sentence


def test_every_outcome_of_every_profile_is_golden() -> None:
    shown = {(judged.profile == "customer", judged.outcome) for judged, _ in GOLDEN.values()}
    assert shown == {(customer, outcome) for customer in (True, False) for outcome in Outcome}


@pytest.mark.parametrize("judged", [judged for judged, _ in GOLDEN.values() if judged.outcome is PASS])
def test_t72_a_pass_says_what_it_does_not_show_in_the_first_breath(judged: Verdict) -> None:
    sentence = first_sentence(judged)
    assert WHOLE in sentence or "no amount of yours was looked for" in sentence


@pytest.mark.parametrize(
    ("required", "state", "outcome", "told"),
    [
        (False, "in-force", FAIL, "2 rules of kr-users"),
        (False, "shadow", FAIL, ""),
        (False, "in-force", PASS, ""),
        (False, "in-force", OPEN, ""),
    ],
)
def test_t73_a_pass_says_which_rules_failed_though_they_decide_nothing(
    required: bool, state: str, outcome: Outcome, told: str
) -> None:
    rows = [
        Finding(
            "segregation.hot",
            f"kr-users/{name}/ETH",
            outcome,
            "x",
            required=required,
            rule=f"kr-users/{name}",
            facts={"state": state},
        )
        for name in ("A", "B")
    ]
    sentence = first_sentence(verdict("job", covered(PASS), identified(), *rows))
    assert sentence.endswith(
        f"Failed, though it decides nothing here: {told}."
        if told
        else f"{WHOLE}, or that others were shown the same one."
    )
    assert first_sentence(verdict("job", covered(FAIL), identified(), *rows)).endswith("failed.")


@pytest.mark.parametrize("judged", [judged for name, (judged, _) in GOLDEN.items() if "debt" in name])
def test_t25_what_a_customer_owes_never_reads_as_theirs(judged: Verdict) -> None:
    sentence = first_sentence(judged)
    assert "that you owe" in sentence
    assert "your 250" not in sentence
    assert "your 2 " not in sentence


def test_t68_an_asset_of_which_nothing_is_owed_is_no_success() -> None:
    assert "for 0 of 0 assets" in first_sentence(verdict("job", covered(PASS, liabilities="0"), identified()))


def test_t37_a_waived_age_is_no_reason_to_refuse() -> None:
    stale = Finding("snapshot.fresh", SNAPSHOT, OPEN, "evidence.missing", required=False, waived="on purpose")
    assert first_sentence(verdict("customer", included(PASS), identified(), stale)).startswith("your 1.5 ETH is in the")


@given(judged=verdicts().filter(lambda judged: judged.outcome is not PASS))
def test_t69_no_sentence_of_another_outcome_reads_like_a_pass(judged: Verdict) -> None:
    try:
        sentence = first_sentence(judged)
    except KeyError:
        return  # a finding that no check makes, without the facts of its check
    assert "is in the list that" not in sentence
    assert "were at least what" not in sentence


@pytest.mark.parametrize("text", ["\x1b[32m", "\u202e", "\n", "\u200b", "\ud800"])
def test_t93_nothing_in_it_steers_a_terminal(text: str) -> None:
    judged = verdict("customer", included(PASS, "1.5", f"E{text}TH"), identified(pin=f"key{text}"))
    assert printable(first_sentence(judged)) == first_sentence(judged)
    strange = Verdict("auditor", f"a{text}@b", None, None, Instant(0), Instant(0), (other(FAIL, f"x{text}.y"),))
    assert printable(first_sentence(strange)) == first_sentence(strange)
