"""Say in words what a policy brings for rulebooks, and what that leaves open."""

from collections.abc import Iterator

from por.checks.asset_classes import exact_text
from por.model import Grade, LawTrust


def open_law(law: LawTrust) -> Iterator[str]:
    """Say what rules will rest on little, or stay inconclusive."""
    if not law.rulebooks:
        return
    if law.grade is Grade.SELF_DECLARED:
        yield "rules pass on the issuer's own word"
    elif not law.documents:
        yield "no document of a third party: what the issuer alone declares lets no rule pass"
    if not law.prices:
        yield "no [[law.price]]: where a rule adds up coins in money, the prices are the issuer's"
    if not law.registered:
        yield "no [[law.registered]]: whether anybody is registered, the issuer alone says"


def described_law(law: LawTrust) -> Iterator[str]:
    """Say what is brought for rulebooks."""
    if law == LawTrust():
        return
    yield from (f"judges     the rulebook {name}" for name in law.rulebooks)
    yield f"accepts    of rules, nothing below the grade {law.grade.text}"
    for known in sorted(law.documents, key=lambda row: str(row.digest)):
        said = "" if known.dated is None else f"dated {known.dated}, "
        text = f"trusts     document {known.digest} of {', '.join(sorted(known.covers))}"
        yield f"{text}, {said}for {known.max_age_days} days"
    yield from (f"trusts     the registration {row.number} of {row.name}, {row.kind}" for row in sorted(law.registered))
    for row in law.prices:
        yield f"trusts     {exact_text(row.price)} {row.currency} for {row.asset} at {row.at}, from {row.source}"
