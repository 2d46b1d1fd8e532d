"""Judge those who introduce customers and hold nothing: registered, sponsored, limited, and nobody left out."""

from collections.abc import Callable, Iterator
from fractions import Fraction

from por.checks.asset_classes import exact_text
from por.checks.class_rows import ClassRow
from por.checks.observation import Seen
from por.checks.recomputation import Recomputation
from por.checks.rules.answer import Answer, absent, not_concerned
from por.checks.rules.context import Context
from por.checks.rules.parameters import Parameters
from por.commitments.account_ids import account_id_bytes
from por.commitments.hashes import id_digest
from por.errors import FormatError
from por.model import CaseRule, Grade, LiabilityCommitment, Outcome, RegistrationKind, Role
from por.model.declarations import Entity, Intermediary, Topic
from por.model.record import IntroducedCustomers

PRINCIPALS = (RegistrationKind.EXCHANGE, RegistrationKind.STABLECOIN, RegistrationKind.FUNDS_TRANSFER)


def registered(context: Context, parameters: Parameters) -> Iterator[Answer]:
    """Ask: is every intermediary registered, by a row that the verifier found in the regulator's own list?

    The row must have the number as an intermediary's, and its name; a number is one intermediary's alone.
    """
    del parameters

    def judge(row: Intermediary) -> Answer:
        facts = {"name": row.name, "registration": row.registration}
        if not row.registration:
            return _answer("registered", Outcome.FAIL, "fail", row.id, facts)
        if sum(other.registration == row.registration for other in context.declared.intermediaries) > 1:
            return _answer("registered", Outcome.FAIL, "twice", row.id, facts)
        listed = sorted(found for found in context.law.registered if found.number == row.registration)
        if not listed:
            return _answer("registered", Outcome.INCONCLUSIVE, "not_found", row.id, facts)
        if not any((found.name, found.kind) == (row.name, RegistrationKind.INTERMEDIARY) for found in listed):
            facts["listed"] = ", ".join(f"{found.name} ({found.kind})" for found in listed)
            return _answer("registered", Outcome.INCONCLUSIVE, "other", row.id, facts)
        grade = Grade.THIRD_PARTY_DOCUMENT
        return Answer(Outcome.PASS, "intermediary.registered.pass", row.id, facts=facts, grade=grade)

    yield from _each(context, judge)


def sponsored(context: Context, parameters: Parameters) -> Iterator[Answer]:
    """Ask: does every intermediary act for this entity, which is itself in the regulator's own list?"""
    del parameters
    entity = context.declared.entity

    def judge(row: Intermediary) -> Answer:
        facts = {"name": row.name, "principals": ", ".join(row.principals) or "none"}
        if not row.principals:
            return _answer("sponsored", Outcome.FAIL, "nobody", row.id, facts)
        if entity is None:
            return absent(Topic.ENTITY, "the legal entity that owes, and its registration", row.id)
        facts["entity"] = entity.name
        if not {entity.name, entity.registration} & set(row.principals):
            return _answer("sponsored", Outcome.FAIL, "fail", row.id, facts)
        if not _is_listed(context, entity):
            return _answer("sponsored", Outcome.INCONCLUSIVE, "not_found", row.id, facts)
        topics = (Topic.INTERMEDIARIES, Topic.ENTITY)
        return Answer(Outcome.PASS, "intermediary.sponsored.pass", row.id, facts=facts, topics=topics)

    yield from _each(context, judge)


def _is_listed(context: Context, entity: Entity) -> bool:
    """Tell whether the verifier found the entity's own number and name, as one that may have intermediaries."""
    found = {(row.number, row.name) for row in context.law.registered if row.kind in PRINCIPALS}
    return (entity.registration, entity.name) in found


def limited(context: Context, parameters: Parameters) -> Iterator[Answer]:
    """Ask: does every intermediary do nothing else than what the rule allows?"""
    allowed = parameters.texts("activities", ("mediation",))

    def judge(row: Intermediary) -> Answer:
        if not row.activities:
            return absent(Topic.INTERMEDIARIES, f"what {row.name} does", row.id)
        others = [name for name in row.activities if name not in allowed]
        outcome = Outcome.FAIL if others else Outcome.PASS
        facts = {"name": row.name, "others": ", ".join(others), "allowed": ", ".join(allowed)}
        return _answer("limited", outcome, outcome.lower(), row.id, facts)

    yield from _each(context, judge)


def custody(context: Context, parameters: Parameters) -> Iterator[Answer]:
    """Ask: does no intermediary hold customers' coins or money, as far as bundle and declarations show?"""
    del parameters
    customers = {row.account for _, row in context.examination.accounts() if row.role is Role.CUSTOMER}
    keys = [row for row in context.declared.key_holders if row.account in customers]

    def judge(row: Intermediary) -> Answer:
        names = {row.id, row.name, row.registration} - {""}
        there = {str(one) for one in row.accounts if one in customers}
        there |= {str(holder.account) for holder in keys if {holder.entity, holder.custodian} & names}
        held = (*sorted(there), *row.bank_accounts)
        outcome = Outcome.FAIL if held else Outcome.PASS
        facts = {"name": row.name, "held": ", ".join(held[:20])}
        topics = (Topic.INTERMEDIARIES, Topic.CUSTODY)
        return Answer(outcome, f"intermediary.custody.{outcome.lower()}", row.id, facts=facts, topics=topics)

    yield from _each(context, judge)


def complete(context: Context, parameters: Parameters) -> Iterator[Answer]:
    """Ask: are all customers that an intermediary introduced in its segment's trees, with all that they are owed?

    Asset by asset its statement must equal the committed totals; and every account id of its own list must be in a
    rebuilt tree of its segment. Where the verifier has no such list, numbers are compared.
    """
    del parameters
    for row in context.declared.intermediaries:
        yield from _statement(context, row)
        yield _customers(context, row)
    yield from _strangers(context)
    if not context.declared.intermediaries and not _segments(context) and not context.examination.introduced:
        yield _nobody()


def _statement(context: Context, row: Intermediary) -> Iterator[Answer]:
    said = dict(row.statement)
    for group in context.rows:
        members = {member.asset for member in group.group.members}
        claimed = [said.pop(asset) for asset in sorted(members & set(said), key=str)]
        there = [item for item in group.owed if item.intermediary == row.id]
        if claimed or there:
            yield _compared(row, group, sum(claimed, Fraction(0)), there)
    for asset, amount in said.items():
        if amount:
            yield _differs(row, str(asset), amount, Fraction(0), Outcome.FAIL)


def _compared(row: Intermediary, group: ClassRow, said: Fraction, there: list[LiabilityCommitment]) -> Answer:
    committed = group.coins(there)
    outcome = Outcome.PASS if committed == said else Outcome.FAIL
    return _differs(row, str(group.group.canonical), said, committed, outcome)


def _differs(row: Intermediary, asset: str, said: Fraction, committed: Fraction, outcome: Outcome) -> Answer:
    return Answer(
        outcome,
        f"intermediary.complete.{outcome.lower()}_sum",
        f"{row.id}/{asset}",
        expected=exact_text(said),
        actual=exact_text(committed),
        facts={"name": row.name, "statement": exact_text(said), "committed": exact_text(committed)},
        topics=(Topic.INTERMEDIARIES,),
    )


def _customers(context: Context, row: Intermediary) -> Answer:
    tree = _accounts(context, row.id)
    if isinstance(tree, str):
        return Answer(
            Outcome.INCONCLUSIVE, "intermediary.complete.no_records", row.id, facts={"name": row.name, "why": tree}
        )
    given = context.examination.introduced.get(row.id)
    if given is None:
        return _by_number(row, len(tree))
    if given.digest != row.introduced:
        facts = {"name": row.name, "digest": str(given.digest), "declared": str(row.introduced or "none")}
        return _answer("complete", Outcome.FAIL, "other_list", row.id, facts)
    return _by_list(context, row, given, tree)


def _by_list(context: Context, row: Intermediary, given: IntroducedCustomers, tree: frozenset[bytes]) -> Answer:
    """Find every listed id in the trees; those that are not there are named by line, since ids are the customers'."""
    lines = enumerate(given.account_ids, start=2)
    lost = [number for number, text in lines if _digest(text, context.examination.bundle.case_rule) not in tree]
    outcome = Outcome.FAIL if lost else Outcome.PASS
    return Answer(
        outcome,
        f"intermediary.complete.{outcome.lower()}_list",
        row.id,
        expected=str(len(given.account_ids)),
        actual=str(len(given.account_ids) - len(lost)),
        facts={
            "name": row.name,
            "count": str(len(given.account_ids)),
            "lost": str(len(lost)),
            "lines": ", ".join(map(str, lost[:20])),
        },
        grade=Grade.THIRD_PARTY_DOCUMENT,
    )


def _by_number(row: Intermediary, there: int) -> Answer:
    word = "fail_number" if there < row.customers else "pass_number" if there == row.customers else "more"
    outcome = {"fail_number": Outcome.FAIL, "pass_number": Outcome.PASS}.get(word, Outcome.INCONCLUSIVE)
    return Answer(
        outcome,
        f"intermediary.complete.{word}",
        row.id,
        expected=str(row.customers),
        actual=str(there),
        facts={"name": row.name, "count": str(row.customers), "there": str(there)},
        topics=(Topic.INTERMEDIARIES,),
    )


def _digest(text: str, rule: CaseRule) -> bytes | None:
    try:
        return id_digest(account_id_bytes(text, rule))
    except FormatError:
        return None  # no tree holds such an id


def _accounts(context: Context, name: str) -> frozenset[bytes] | str:
    """Return the digests of all account ids in an intermediary's trees, or why they are not known."""
    observed = context.examination.recomputation
    if not isinstance(observed, Seen):
        return observed.reason
    found: set[bytes] = set()
    for item in _segments(context):
        tree = _tree(observed.value, item)
        if item.intermediary == name:
            if tree is None:
                return f"the records of {item.ref} do not make its tree"
            found |= tree
    return frozenset(found)


def _tree(recomputation: Recomputation, item: LiabilityCommitment) -> frozenset[bytes] | None:
    """Return the account ids of a tree whose records imply the committed root."""
    rebuilt = recomputation.trees.get(item.ref)
    if not isinstance(rebuilt, Seen) or rebuilt.value.root != item.root:
        return None
    return rebuilt.value.accounts


def _segments(context: Context) -> list[LiabilityCommitment]:
    return [item for item in context.examination.bundle.liabilities if item.intermediary is not None]


def _strangers(context: Context) -> Iterator[Answer]:
    """Name segments of intermediaries that are not declared, and lists that the verifier has of such."""
    known = {row.id for row in context.declared.intermediaries}
    segments = {item.intermediary or "" for item in _segments(context)}
    for name in sorted(segments - known):
        yield absent(Topic.INTERMEDIARIES, f"the intermediary of the segment via:{name}", name)
    for name in sorted(set(context.examination.introduced) - known - segments):
        yield absent(Topic.INTERMEDIARIES, f"the intermediary {name}, whose list of customers you have", name)


def _nobody() -> Answer:
    return not_concerned("no intermediary introduces customers, and no segment is of one", Topic.INTERMEDIARIES)


def _each(context: Context, judge: Callable[[Intermediary], Answer]) -> Iterator[Answer]:
    yield from map(judge, context.declared.intermediaries)
    yield from _strangers(context)
    if not context.declared.intermediaries and not _segments(context) and not context.examination.introduced:
        yield _nobody()


def _answer(check: str, outcome: Outcome, word: str, subject: str, facts: dict[str, str]) -> Answer:
    topics = (Topic.INTERMEDIARIES,)
    return Answer(outcome, f"intermediary.{check}.{word}", subject, facts=facts, topics=topics)
