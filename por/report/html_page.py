"""Render a report as one self-contained HTML page: no script, nothing fetched, prints well."""

import base64
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache, partial
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from por.encoding import verdict_v1
from por.encoding.digests import digest_of
from por.model import Bundle, Grade, Outcome, Verdict
from por.report import charts
from por.report.facts import said
from por.report.figures import printed
from por.report.language import Translator
from por.report.limits import LIMITS
from por.report.papers import PUBLISHED, Entry, Papers, entries, subject
from por.report.procedures import blocks, counted
from por.report.register import closed
from por.report.rule_inputs import declared_inputs, rests_on
from por.report.rule_text import rules_counted
from por.report.ruled import judged_books
from por.report.safe_text import harmless
from por.report.sentence import first_sentence
from por.report.text import WORDS, grade_text, label
from por.report.words import REPORT, word

PAGES = Path(__file__).parent / "pages"
HISTORY_HEIGHT = 120
DOCUMENTS = frozenset({Grade.SELF_DECLARED, Grade.THIRD_PARTY_DOCUMENT})


def render_html(papers: Papers) -> str:
    """Write the page. Markup and misleading characters out of documents are escaped (T93, T94)."""
    css = style()
    return _environment().get_template("report.html.jinja").render(**_context(papers), css=Markup(css), csp=_csp(css))  # noqa: S704 - the style sheet is the package's own


@cache
def style() -> str:
    """Return the style sheet."""
    return (PAGES / "report.css").read_text("utf-8")


def _csp(css: str) -> str:
    digest = base64.b64encode(sha256(css.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(PAGES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalized,
    )


def _finalized(value: object) -> object:
    """Make whatever a template writes harmless; what a macro wrote has been through here."""
    if isinstance(value, Markup):
        return value
    return harmless(str(value))


def _context(papers: Papers) -> dict[str, object]:
    say, rows = papers.say, entries(papers)
    shown, books = blocks(rows, say), judged_books(rows, papers.rulebooks, say)
    coverage = charts.coverage_rows(rows)
    exceptions = [row for row in rows if row.exception]

    return {
        "w": partial(_word, say),
        "known": partial(_known, say),
        "said": lambda name, text: said(name, text, say),
        "digest": lambda verdict: digest_of(verdict_v1.write(verdict)),
        "lang": say.language,
        "papers": papers,
        "verdict": papers.verdict,
        "subject": subject(papers.verdict),
        "instant": papers.verdict.as_of or word("not_stated", say),
        "published": papers.verdict.profile == PUBLISHED,
        "outcome_word": label(WORDS[papers.verdict.outcome], say),
        "outcome_label": lambda outcome: label(f"outcome.{Outcome(outcome)}", say),
        "sentence": first_sentence(papers.verdict, say),
        "count": counted(rows),
        "waivers": {row.finding.rule or row.finding.check: row.finding.waived for row in rows if row.finding.waived},
        "observed": _observed(papers),
        "parties": _parties(papers),
        "bundle": papers.bundle,
        "schemes": {row.finding.subject: row for row in rows if row.finding.check == "liabilities.scheme"},
        "accounts": _accounts(papers.bundle),
        "total": lambda row: printed(Fraction(row.total, 10**row.decimals)),
        "coverage": coverage,
        "custody": charts.custody_rows(rows),
        "kinds": charts.kind_rows(rows),
        "composition": charts.composition_rows(rows),
        "history": charts.history_rows(papers, rows, HISTORY_HEIGHT),
        "history_height": HISTORY_HEIGHT,
        "legend": charts.legend,
        "has_guarantee": any(row.finding.check == charts.GUARANTEE for row in rows),
        "off_chain": [row for row in rows if row.finding.grade in DOCUMENTS],
        "priced": [row for row in rows if "currency" in row.finding.facts],
        "blocks": shown,
        "books": books,
        "rests_on": lambda rule: rests_on(rule, shown),
        "inputs": declared_inputs(books, papers),
        "rules_counted": lambda book: rules_counted(book, say),
        "exceptions": exceptions,
        "remarked": [row for row in rows if row.remarks and not row.exception],
        "closed": closed(papers.register, papers.verdict),
        "carried": lambda remark: papers.verdict.as_of is not None and remark.at < papers.verdict.as_of,
        "limits": [say(limit) for limit in LIMITS],
        "grades": ", ".join(grade_text(grade, say) for grade in sorted(Grade, reverse=True)),
        "snapshot_blocks": _snapshot_blocks(papers, rows),
    }


def _word(say: Translator, name: str, /, **places: object) -> str:
    return word(name, say, **places)


def _known(say: Translator, group: str, text: str) -> str:
    """Say a word of a closed vocabulary; a verdict's facts may hold any other text, which stays as it is."""
    return word(f"{group}.{text}", say) if f"report.{group}.{text}" in REPORT else text


def _observed(papers: Papers) -> str:
    if papers.recording is None:
        return ""
    origin = papers.register.origin(papers.recording)
    if origin is None:
        return word("observed.unknown", papers.say)
    return word(f"observed.{origin.observer}", papers.say, by=origin.made_by)


def _parties(papers: Papers) -> Sequence[tuple[str, str]]:
    said = papers.register.engagement
    stated = {
        "engaging_party": said.engaging_party,
        "practitioner": said.practitioner,
        "intended_users": said.intended_users,
        "standard": said.standard,
        "independence": said.independence,
    }
    rows = [(name, text or word("not_stated", papers.say)) for name, text in stated.items()]
    return [*_examined(papers.verdict), *rows, ("profile", papers.verdict.profile)]


def _examined(verdict: Verdict) -> Sequence[tuple[str, str]]:
    """Name who is examined; a published proof names no issuer, but its format and a root."""
    if verdict.profile != PUBLISHED:
        return (("issuer", subject(verdict)),)
    return (("format", subject(verdict)), ("root", verdict.snapshot.partition(":")[2]))


def _accounts(bundle: Bundle | None) -> Mapping[tuple[str, str, str], int]:
    """Count reserve accounts by chain, role and custody."""
    found: dict[tuple[str, str, str], int] = {}
    for row in () if bundle is None else bundle.reserves:
        key = (str(row.account.chain), str(row.role), str(row.custody))
        found[key] = found.get(key, 0) + 1
    return dict(sorted(found.items()))


def _snapshot_blocks(papers: Papers, rows: Sequence[Entry]) -> Sequence[tuple[str, Entry | None]]:
    """Name the snapshot blocks, each with the finding that says whether it is on the chain."""
    judged = {row.finding.subject: row for row in rows if row.finding.check == "snapshot.canonical"}
    if papers.bundle is None:
        numbered = {chain: row for chain, row in judged.items() if "number" in row.finding.facts}
        return [
            (word("block", papers.say, chain=chain, number=row.finding.facts["number"]), row)
            for chain, row in numbered.items()
        ]
    return [
        (
            word(
                "block_hash",
                papers.say,
                chain=block.chain,
                number=block.block.number,
                hash="0x" + block.block.hash.hex(),
            ),
            judged.get(str(block.chain)),
        )
        for block in papers.bundle.blocks
    ]
