"""Lay out charts from findings alone: lengths in hundredths of a per cent of the width, cut toward zero."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from por.model import AssetKind, Finding, Instant, Outcome, Verdict
from por.report.figures import exact, fact, printed, printed_share, scaled
from por.report.papers import Entry, Papers

COVERAGE = "solvency.coverage"
GUARANTEE = "segregation.guarantee"
CUSTODIES = ("cold", "hot", "third-party")
KINDS = tuple(str(kind) for kind in AssetKind)
BESIDE = ("encumbered", "uncounted")
BACKING = "stablecoin.backing"
BESIDE_BACKING = ("undecided", *BESIDE)
STYLES = 8
WIDEST = Fraction(3, 2)
FULL = 10_000


def percent(length: int) -> str:
    """Write a length as SVG takes it."""
    return f"{length // 100}.{length % 100:02}%"


@dataclass(frozen=True, slots=True)
class Figure:
    """Hold a figure as printed, its exact text, and the entry that it is from, None for one out of another verdict."""

    text: str
    exact: str
    entry: Entry | None


@dataclass(frozen=True, slots=True)
class Bar:
    """Hold a piece of a bar: its series' name, where it begins, how long it is, the figure that it shows, its look."""

    series: str
    start: str
    length: str
    figure: Figure
    style: str


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """Hold the reconciliation of one asset class; `bars` and `required_at` are empty where nothing is owed.

    `clipped` says that a figure is more than the chart's width.
    """

    entry: Entry
    asset: str
    short: str
    owed: Figure
    required: Figure
    proven: Figure
    at_most: Figure
    share: str
    difference: Figure
    bars: tuple[Bar, ...]
    required_at: str
    owed_at: str
    clipped: bool


@dataclass(frozen=True, slots=True)
class StackRow:
    """Hold one asset class, divided into series; `beside` are figures that are no part of the whole."""

    asset: str
    short: str
    bars: tuple[Bar, ...]
    beside: tuple[Bar, ...] = ()


@dataclass(frozen=True, slots=True)
class Point:
    """Hold one snapshot of a history: where it stands, its figures, and the entry of this verdict's own point."""

    at: str
    outcome: Outcome
    share: str
    across: str
    down: int
    verdict: Verdict
    entry: Entry | None


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """Hold one asset class over time; `owed_down` is the height at which all that is owed is proven."""

    asset: str
    short: str
    points: tuple[Point, ...]
    owed_down: int


def short(asset: str) -> str:
    """Shorten a long asset id in its middle, for a label."""
    return asset if len(asset) <= 34 else f"{asset[:22]}\N{HORIZONTAL ELLIPSIS}{asset[-6:]}"


def coverage_rows(rows: Sequence[Entry]) -> tuple[CoverageRow, ...]:
    """Lay out what is proven, undecided and required of each asset class, as shares of what is owed."""
    found = [row for row in rows if row.finding.check == COVERAGE and fact(row.finding, "liabilities") is not None]
    width = max([Fraction(11, 10), *(_share_of(row) for row in found)])
    return tuple(_coverage(row, min(width, WIDEST)) for row in found)


def custody_rows(rows: Sequence[Entry]) -> tuple[StackRow, ...]:
    """Lay out customers' proven coins by custody, and beside them, as a part, the guarantee that a rule judged."""
    guarantees = {_class_of(row): row for row in rows if row.finding.check == GUARANTEE}
    made = []
    for row in _with_figures(rows):
        parts = [(name, row, fact(row.finding, name)) for name in CUSTODIES]
        guarantee = guarantees.get(row.finding.subject)
        if guarantee is not None:
            parts.append(("guarantee", guarantee, fact(guarantee.finding, "lower")))
        made.append(StackRow(row.finding.subject, short(row.finding.subject), _stacked(parts)))
    return tuple(row for row in made if row.bars)


def kind_rows(rows: Sequence[Entry]) -> tuple[StackRow, ...]:
    """Lay out customers' proven coins by kind, and beside them what counts nothing."""
    made = []
    for row in _with_figures(rows):
        bars = _stacked([(name, row, fact(row.finding, name)) for name in KINDS])
        beside = _stacked([(name, row, fact(row.finding, name)) for name in BESIDE])
        made.append(StackRow(row.finding.subject, short(row.finding.subject), bars, beside))
    return tuple(row for row in made if row.bars or row.beside)


def composition_rows(rows: Sequence[Entry]) -> tuple[StackRow, ...]:
    """Lay out what counts behind each stablecoin by kind, under each rule that asked, and beside it what does not."""
    found = [(row, _parts(row, "composition"), _parts(row, "beside")) for row in rows if row.finding.check == BACKING]
    kinds = dict.fromkeys(name for _, parts, _ in found for name in parts)
    styles = {name: f"part{number % STYLES + 1}" for number, name in enumerate(kinds)}
    made = []
    for row, parts, others in found:
        bars = _stacked([(name, row, parts.get(name)) for name in styles], styles)
        beside = _stacked([(name, row, others.get(name)) for name in BESIDE_BACKING])
        made.append(StackRow(row.finding.subject, short(row.finding.subject), bars, beside))
    return tuple(row for row in made if row.bars or row.beside)


def _parts(row: Entry, name: str) -> Mapping[str, Fraction]:
    pairs = (text.rpartition(" ") for text in row.finding.facts.get(name, "").split(", "))
    return {name: worth for name, _, text in pairs if name and (worth := exact(text)) is not None}


def history_rows(papers: Papers, rows: Sequence[Entry], height: int) -> tuple[HistoryRow, ...]:
    """Lay out the proven share over all verdicts, for each asset class of this one; none where there is no other."""
    made = []
    for row in _with_figures(rows) if papers.history else ():
        series = list(_series(papers, row))
        if len(series) > 1:
            made.append(_history(row.finding.subject, series, height))
    return tuple(made)


def _with_figures(rows: Sequence[Entry]) -> list[Entry]:
    return [row for row in rows if row.finding.check == COVERAGE and fact(row.finding, "lower") is not None]


def _class_of(row: Entry) -> str:
    return row.finding.subject.removeprefix(f"{row.finding.rule}/")


def _share_of(row: Entry) -> Fraction:
    owed, *ends = (fact(row.finding, name) or Fraction(0) for name in ("liabilities", "lower", "upper", "required"))
    return max(ends) / owed * Fraction(21, 20) if owed else Fraction(0)


def _figure(row: Entry, text: str) -> Figure:
    value = exact(text)
    return Figure(printed(value) if value is not None else text, text, row)


def _coverage(row: Entry, width: Fraction) -> CoverageRow:
    facts = row.finding.facts
    owed, lower = fact(row.finding, "liabilities") or Fraction(0), fact(row.finding, "lower") or Fraction(0)
    upper, required = fact(row.finding, "upper"), fact(row.finding, "required") or Fraction(0)
    whole = owed * width
    proven = scaled(lower, whole, FULL)
    end = FULL if upper is None else scaled(upper, whole, FULL)
    difference = lower - owed
    at_most = _figure(row, facts.get("upper", ""))
    bars = (
        Bar("proven", percent(0), percent(proven), _figure(row, facts.get("lower", "")), "proven"),
        Bar("undecided", percent(proven), percent(max(end - proven, 0)), at_most, "undecided"),
    )
    return CoverageRow(
        entry=row,
        asset=row.finding.subject,
        short=short(row.finding.subject),
        owed=_figure(row, facts["liabilities"]),
        required=_figure(row, facts.get("required", "")),
        proven=bars[0].figure,
        at_most=at_most,
        share=printed_share(lower / owed) if owed else "",
        difference=Figure(printed(difference), f"{difference.numerator}/{difference.denominator}", row),
        bars=bars if owed else (),
        required_at=percent(scaled(required, whole, FULL)) if owed else "",
        owed_at=percent(scaled(owed, whole, FULL)) if owed else "",
        clipped=bool(owed) and (upper is None or max(upper, lower) > whole),
    )


def _stacked(
    parts: Sequence[tuple[str, Entry, Fraction | None]], styles: Mapping[str, str] | None = None
) -> tuple[Bar, ...]:
    whole = sum((value for _, _, value in parts if value), Fraction(0))
    bars, passed = [], Fraction(0)
    for name, row, value in parts:
        if value:
            start = scaled(passed, whole, FULL)
            passed += value
            text = f"{value.numerator}/{value.denominator}" if value.denominator != 1 else str(value.numerator)
            figure = Figure(printed(value), text, row)
            length = percent(scaled(passed, whole, FULL) - start)
            bars.append(Bar(name, percent(start), length, figure, (styles or {}).get(name, name)))
    return tuple(bars)


Shares = Sequence[tuple[Instant, Verdict, Finding, Fraction, Entry | None]]


def _series(papers: Papers, row: Entry) -> Iterator[tuple[Instant, Verdict, Finding, Fraction, Entry | None]]:
    """Yield the share of one class in every verdict that has it, oldest first; one of no instant has no place in it."""
    both = [(verdict.as_of, verdict) for verdict in (*papers.history, papers.verdict)]
    dated = [(instant, verdict) for instant, verdict in both if instant is not None]
    for instant, verdict in sorted(dated, key=lambda item: (item[0], item[1].checked_at)):
        own = verdict is papers.verdict
        for finding in verdict.of(COVERAGE):
            share = exact(finding.facts.get("ratio"))
            if finding.subject == row.finding.subject and share is not None:
                yield instant, verdict, finding, share, row if own else None
                break


def _history(asset: str, series: Shares, height: int) -> HistoryRow:
    shares = [share for _, _, _, share, _ in series]
    low, high = min([Fraction(1), *shares]), max([Fraction(1), *shares])
    room = (high - low) / 10 or Fraction(1, 100)
    low, high = low - room, high + room
    first, last = series[0][0].seconds, series[-1][0].seconds

    def down(share: Fraction) -> int:
        return height - scaled(share - low, high - low, height)

    def across(seconds: int) -> str:
        return percent(400 + scaled(Fraction(seconds - first), Fraction(last - first), 9_200))

    points = [
        Point(str(at), f.outcome, printed_share(share), across(at.seconds), down(share), v, entry)
        for at, v, f, share, entry in series
    ]
    return HistoryRow(asset, short(asset), tuple(points), down(Fraction(1)))


def legend(rows: Sequence[StackRow]) -> Mapping[str, str]:
    """Name the series that any of these rows has, in their order, each with its look."""
    return {bar.series: bar.style for row in rows for bar in (*row.bars, *row.beside)}
