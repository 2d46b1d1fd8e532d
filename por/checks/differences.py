"""List what differs between two bundles, or two verdicts; nothing is judged."""

from collections.abc import Mapping

from por.checks.declared import declared_of
from por.checks.evidence import OpenBundle
from por.checks.observation import Observation, Seen
from por.encoding import canonical, declarations_v1, strict_json
from por.model import Bundle, EncumbranceKind, Finding, Verdict
from por.model.changes import Change
from por.model.declarations import Declarations

_KEYS = ("id", "name", "account", "asset", "currency", "kind", "asOf", "periodEnd", "at", "practitioner", "holder")

Facts = Mapping[tuple[str, str], str]


def bundle_changes(old: OpenBundle, new: OpenBundle) -> list[Change]:
    """List what is other: issuer, commitments, blocks, accounts, holdings, declared items; each by its own name."""
    return _changes(
        {**_bundle_facts(old.bundle), **_declared_facts(old)}, {**_bundle_facts(new.bundle), **_declared_facts(new)}
    )


def verdict_changes(old: Verdict, new: Verdict) -> list[Change]:
    """List findings that appeared, vanished, or have another outcome, by their refs, and the verdict's own."""
    return _changes(_verdict_facts(old), _verdict_facts(new))


def _changes(old: Facts, new: Facts) -> list[Change]:
    differing = sorted(key for key in old.keys() | new.keys() if old.get(key) != new.get(key))
    return [Change(what, subject, old.get((what, subject)), new.get((what, subject))) for what, subject in differing]


def _bundle_facts(bundle: Bundle) -> dict[tuple[str, str], str]:
    facts = {("bundle", "issuer"): bundle.issuer, ("bundle", "instant"): str(bundle.instant)}
    facts["bundle", "sequence"] = str(bundle.sequence)
    facts["bundle", "case rule"] = str(bundle.case_rule)
    if bundle.anchored_by is not None:
        facts["bundle", "anchored by"] = str(bundle.anchored_by)
    for item in bundle.liabilities:
        facts["commitment", item.ref] = f"{item.total} base units"
        facts["scheme", item.ref] = f"{item.scheme}, {item.decimals} decimals"
    for block in bundle.blocks:
        facts["block", str(block.chain)] = f"{block.block.number} 0x{block.block.hash.hex()}"
    for number, row in enumerate(bundle.reserves):
        name = _once(facts, ("account", str(row.account)), number)
        facts["account", name] = f"{row.role}, {row.custody}"
        facts["control", name] = "not published" if row.control is None else "published"
        for claim in row.holdings:
            facts["holding", f"{name} {claim.asset}"] = f"{claim.amount} base units"
            if claim.encumbrance is not None:
                standing: EncumbranceKind = claim.encumbrance.kind
                facts["encumbrance", f"{name} {claim.asset}"] = f"{claim.encumbrance.amount} base units {standing}"
    return facts


def _once(facts: Facts, key: tuple[str, str], number: int) -> str:
    """Name what has the name of another before it by its place too: neither hides behind the other."""
    return f"{key[1]} (row {number + 1})" if key in facts else key[1]


def _declared_facts(opened: OpenBundle) -> dict[tuple[str, str], str]:
    declared: Observation[Declarations] | None = declared_of(opened)
    if declared is None:
        return {}
    if not isinstance(declared, Seen):
        return {("declared", "document"): declared.reason}
    document = declarations_v1.write(declared.value)
    value = strict_json.load(document, max_bytes=declarations_v1.MAX_BYTES)
    facts: dict[tuple[str, str], str] = {}
    for topic, content in value.items() if isinstance(value, dict) else ():
        if topic != "mediaType":
            _add_declared(facts, topic, content)
    return facts


def _add_declared(facts: dict[tuple[str, str], str], topic: str, content: object) -> None:
    if isinstance(content, list):
        for number, row in enumerate(content):
            facts["declared", _once(facts, ("declared", f"{topic} {_key(row)}"), number)] = _text(row)
    elif content not in (None, {}):
        facts["declared", topic] = _text(content)


def _key(row: object) -> str:
    """Name a declared row by the members that tell it from others of its kind."""
    if not isinstance(row, dict):
        return _text(row)
    return " ".join(str(row[name]) for name in _KEYS if isinstance(row.get(name), str))


def _text(value: object) -> str:
    return canonical.dumps(value).decode()


def _verdict_facts(verdict: Verdict) -> dict[tuple[str, str], str]:
    facts = {
        ("verdict", "outcome"): str(verdict.outcome),
        ("verdict", "profile"): verdict.profile,
        ("verdict", "snapshot"): verdict.snapshot,
        ("verdict", "bundle"): str(verdict.bundle),
        ("verdict", "policy"): str(verdict.policy),
        ("verdict", "rulebooks"): ", ".join(map(str, verdict.rulebooks)),
    }
    if verdict.profile == "published":
        # The snapshot of any other verdict names the instant.
        facts["verdict", "as of"] = "nothing" if verdict.as_of is None else str(verdict.as_of)
    for number, finding in enumerate(verdict.findings):
        facts["finding", _once(facts, ("finding", finding.ref), number)] = _standing(finding)
    return facts


def _standing(finding: Finding) -> str:
    note = ", waived" if finding.waived else "" if finding.required else ", for information"
    said = (
        "" if finding.grade is None else f", {finding.grade.text}",
        "" if finding.expected is None else f", expected {finding.expected}",
        "" if finding.actual is None else f", found {finding.actual}",
    )
    return f"{finding.outcome}{note}{''.join(said)}"
