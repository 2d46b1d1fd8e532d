"""A verdict with something of everything that a report shows, and what may stand beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction

from por.checks.asset_classes import exact_text
from por.model import Digest, Finding, Grade, Instant, Outcome, Verdict
from por.model.remark import Engagement, Observer, RecordingOrigin, Register, Remark, RemarkStatus
from por.model.rulebook import Citation, Confidence, Rule, Rulebook, RuleScope, RuleStatus, Severity
from por.report.papers import Papers

ISSUER = "exchange.example"
AS_OF = Instant.parse("2026-11-01T12:00:00Z")
DAY = 86_400
ETH = "eip155:1/slip44:60"
USDC = "eip155:1/erc20:0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48"
BTC = "bip122:000000000019d6689c085ae165831e93/slip44:0"
COLD, HOT = "eip155:1:0x" + "c0" * 20, "eip155:1:0x" + "07" * 20
BOOK, RECORDING = Digest(b"\x0b" * 32), Digest(b"\x0e" * 32)
KINDS = ("native", "bridged", "wrapped", "lent", "vault", "staked")


def coverage(
    asset: str,
    owed: str,
    upper: str | None = None,
    parts: Mapping[str, str] | None = None,
    kinds: Mapping[str, str] | None = None,
) -> Finding:
    """Find a coverage as the check does: proven is the sum of `parts` by custody, the rest of it native."""
    shares = {name: Fraction((parts or {}).get(name, 0)) for name in ("cold", "hot", "third-party")}
    lower, whole = sum(shares.values(), Fraction(0)), Fraction(owed)
    other = {name: Fraction((kinds or {}).get(name, 0)) for name in KINDS}
    other["native"] = lower - sum(other.values())
    most = "any number" if upper == "any number" else exact_text(max(Fraction(upper or 0), lower))
    outcome = Outcome.PASS if lower >= whole else Outcome.INCONCLUSIVE
    if outcome is not Outcome.PASS and most != "any number" and Fraction(most) < whole:
        outcome = Outcome.FAIL
    facts = {
        **{name: exact_text(value) for name, value in (*shares.items(), *other.items())},
        "lower": exact_text(lower),
        "upper": most,
        "required": exact_text(whole),
        "liabilities": exact_text(whole),
        "owed_by_customers": "0",
        "encumbered": "12.5" if kinds else "0",
        "uncounted": "3" if kinds else "0",
        "apart": "0",
        "decimals": "18",
        "ratio": f"{(lower / whole).numerator}/{(lower / whole).denominator}" if whole else "",
    }
    return Finding(
        "solvency.coverage",
        asset,
        outcome,
        f"solvency.coverage.{outcome.lower()}",
        grade=Grade.STATE_PROOF,
        expected=facts["required"],
        actual=facts["lower"],
        facts=facts,
    )


def ruled(
    rule: str,
    outcome: Outcome,
    *,
    check: str = "segregation.guarantee",
    subject: str = "",
    required: bool = True,
    **facts: str,
) -> Finding:
    severity = "blocking" if required else "warn"
    known = {"rule": rule, "state": "in-force", "severity": severity, "confidence": "A", "inputs": "custody"}
    return Finding(
        check,
        f"jp-test/{rule}" + (f"/{subject}" if subject else ""),
        outcome,
        f"{check}.{outcome.lower()}",
        grade=Grade.SELF_DECLARED,
        expected=facts.get("hot"),
        actual=facts.get("lower"),
        facts={**known, "citation": "Test Act art. 1(2)", **facts},
        required=required,
        rule=f"jp-test/{rule}",
    )


FINDINGS = (
    Finding(
        "snapshot.canonical",
        "eip155:1",
        Outcome.PASS,
        "snapshot.canonical.final",
        grade=Grade.QUORUM_VALUE,
        facts={"number": "23700000", "finalized": "23700100", "sources": "2 sources: a, b"},
    ),
    Finding(
        "snapshot.fresh",
        f"{ISSUER}@{AS_OF}",
        Outcome.PASS,
        "snapshot.fresh.recent",
        facts={"age": "1 h", "now": "2026-11-01T13:00:00Z", "limit": "1 d"},
    ),
    Finding(
        "liabilities.scheme",
        f"spot/{ETH}",
        Outcome.PASS,
        "liabilities.scheme.known",
        expected="18 decimals",
        actual="18 decimals",
        facts={"scheme": "por-sum-sha256-v1"},
    ),
    Finding(
        "liabilities.recomputed", f"spot/{ETH}", Outcome.PASS, "liabilities.recomputed.same", facts={"records": "9"}
    ),
    Finding(
        "reserves.control",
        COLD,
        Outcome.PASS,
        "reserves.control.signed",
        facts={"custody": "cold", "scheme": "eip191"},
    ),
    Finding("reserves.control", HOT, Outcome.INCONCLUSIVE, "evidence.missing", facts={"reason": "no control proof"}),
    Finding(
        "reserves.balance",
        f"{COLD}/slip44:60",
        Outcome.FAIL,
        "reserves.balance.differs",
        grade=Grade.STATE_PROOF,
        expected="61000000000000000000",
        actual="60000000000000000000",
        facts={"held": "60", "claimed": "61", "block": "23700000"},
    ),
    coverage(
        ETH, "1000", parts={"cold": "950", "hot": "45.5", "third-party": "10"}, kinds={"staked": "200", "wrapped": "20"}
    ),
    coverage(USDC, "5000000", "5100000", parts={"cold": "4700000", "hot": "120000.123456789"}),
    coverage(BTC, "333.1", "320", parts={"cold": "300"}),
    Finding(
        "publication.identified",
        f"{ISSUER}@{AS_OF}",
        Outcome.PASS,
        "publication.identified.signed",
        facts={"pin": "exchange.example+1234"},
    ),
    Finding(
        "publication.anchored",
        f"{ISSUER}@{AS_OF}",
        Outcome.INCONCLUSIVE,
        "publication.anchored.no_registry",
        required=False,
        waived="no registry is in use",
    ),
    ruled("TX-GUAR-01", Outcome.PASS, subject=ETH, lower="46", upper="46", listed="46", hot="45.5", hot_proven="45.5"),
    ruled(
        "TX-GUAR-01",
        Outcome.INCONCLUSIVE,
        subject=USDC,
        lower="0",
        upper="150000",
        hot="120000.123456789",
        hot_proven="0",
    ),
    ruled(
        "TX-HOT-01",
        Outcome.FAIL,
        check="segregation.hot",
        required=False,
        percent="5.011",
        part="11",
        part_proven="11",
        whole="219",
        currency="JPY",
        custody="hot",
        limit="1/20",
        state="shadow",
    ),
)

REMARKS = (
    Remark(
        f"reserves.control@{HOT}",
        "The signing ceremony is planned for the week after.",
        "A. Practitioner",
        Instant.parse("2026-11-02T09:00:00Z"),
        RemarkStatus.EXPLAINED,
        "We shall publish the proof.",
    ),
    Remark(
        f"publication.anchored@{ISSUER}@2026-10-01T12:00:00Z",
        "No registry in the first year.",
        "A. Practitioner",
        Instant.parse("2026-10-02T09:00:00Z"),
        RemarkStatus.ACCEPTED,
    ),
    Remark(
        "reserves.control@eip155:1:0x" + "dd" * 20,
        "No signature for an old account.",
        "A. Practitioner",
        Instant.parse("2026-10-02T09:00:00Z"),
        RemarkStatus.OPEN,
    ),
    Remark(
        f"snapshot.fresh@{ISSUER}@{AS_OF}",
        "Checked within the hour.",
        "B. Practitioner",
        Instant.parse("2026-11-02T09:00:00Z"),
        RemarkStatus.CLOSED,
    ),
)


def register(observer: Observer | None = Observer.ISSUER) -> Register:
    origin = () if observer is None else (RecordingOrigin(RECORDING, observer, "Example Ltd"),)
    parties = Engagement("Exchange K.K.", "A. Practitioner, CPA", "the regulator", "ISRS 4400 (Revised)")
    return Register(parties, origin, REMARKS)


def verdict(*findings: Finding, at: Instant = AS_OF, profile: str = "auditor") -> Verdict:
    return Verdict(
        profile=profile,
        snapshot=f"{ISSUER}@{at}",
        bundle=Digest(b"\x01" * 32),
        policy=Digest(b"\x02" * 32),
        as_of=at,
        checked_at=Instant(at.seconds + 3600),
        findings=findings,
        rulebooks=(BOOK,),
    )


def rule(rule_id: str, check: str, **changes: object) -> Rule:
    made = Rule(
        id=rule_id,
        title={"en": f"A requirement called {rule_id}", "ja": f"{rule_id} という規則"},
        citations=(Citation("Test Act art. 1(2)", "T1"),),
        status=RuleStatus.IN_FORCE,
        since=date(2020, 5, 1),
        until=None,
        superseded_by=None,
        scope=RuleScope.ASSET,
        inputs=(),
        check=check,
        parameters={},
        severity=Severity.BLOCKING,
        cure=None,
        confidence=Confidence.A,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def rulebook(**changes: object) -> Rulebook:
    rules = (
        rule("TX-GUAR-01", "segregation.guarantee"),
        rule("TX-HOT-01", "segregation.hot", status=RuleStatus.PROPOSED, since=None, severity=Severity.WARN),
        rule("TX-NONE-01", "segregation.free", superseded_by="Another Act"),
    )
    made = Rulebook(
        id="jp-test",
        version="2026-11-01",
        title={"en": "Test rules", "ja": "試験用の規則集"},
        jurisdiction="JP",
        calendar="JP",
        zone=9,
        currency="JPY",
        notice={"en": "Not legal advice.", "ja": "法的助言ではありません。"},
        rules=rules,
        digest=BOOK,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def history() -> tuple[Verdict, ...]:
    """Return verdicts of five months before, with coverage that was less, and more."""
    months = [("980", "990"), ("1001", "1001"), ("1030", "1030"), ("970", "1005"), ("1002", "1002")]
    made = []
    for number, (lower, upper) in enumerate(months):
        at = Instant(AS_OF.seconds - (len(months) - number) * 30 * DAY)
        made.append(verdict(coverage(ETH, "1000", upper, {"cold": lower}), at=at))
    return tuple(made)


def papers(**changes: object) -> Papers:
    whole = Papers(
        verdict=verdict(*FINDINGS),
        history=history(),
        rulebooks=(rulebook(),),
        register=register(),
        recording=RECORDING,
    )
    return replace(whole, **changes)  # type: ignore[arg-type]
