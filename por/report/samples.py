"""Write a sample as JSON or as CSV; each CSV row carries what is needed to draw it again."""

import json
from collections.abc import Iterator

from por.encoding.csv_rows import write_field
from por.model.sample import Sample
from por.report.safe_text import cell

COLUMNS = (
    *("of", "asset", "population_digest", "population_count", "population_total"),
    *("method", "seed", "size", "number", "item", "amount", "hits"),
)


def sample_json(sample: Sample) -> str:
    """Write a sample as indented JSON; amounts are decimal text."""
    value = {
        "population": {
            "of": sample.of,
            "asset": sample.asset,
            "digest": str(sample.population),
            "count": sample.count,
            "total": str(sample.total),
        },
        "method": str(sample.method),
        "seed": sample.seed,
        "size": sample.size,
        "drawn": [{"item": row.name, "amount": str(row.amount), "hits": row.hits} for row in sample.drawn],
    }
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def sample_csv(sample: Sample) -> str:
    """Write a sample as CSV (RFC 4180, LF line ends); what a spreadsheet would run is made harmless (T94).

    The JSON holds such an item as it is.
    """
    return "".join(",".join(write_field(cell(text)) for text in row) + "\n" for row in _rows(sample))


def _rows(sample: Sample) -> Iterator[tuple[str, ...]]:
    yield COLUMNS
    head = (sample.of, sample.asset or "", str(sample.population), str(sample.count), str(sample.total))
    how = (str(sample.method), sample.seed, str(sample.size))
    for number, row in enumerate(sample.drawn, 1):
        yield (*head, *how, str(number), row.name, str(row.amount), str(row.hits))
