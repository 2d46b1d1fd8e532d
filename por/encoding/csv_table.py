"""Read the rows of a small CSV table strictly (RFC 4180), each with its place."""

import csv
from collections.abc import Iterable, Iterator, Sequence

from por.errors import FormatError


def rows(lines: Iterable[str], columns: Sequence[str], name: str) -> Iterator[tuple[str, list[str]]]:
    """Yield `name:line` and the fields of every row under a header that is exactly `columns`.

    Raises: FormatError for another header, another number of fields, sloppy quotes or invalid UTF-8.
    """
    reader = csv.reader(lines, strict=True)
    try:
        if next(reader, None) != list(columns):
            raise FormatError(f"the first line is not {','.join(columns)}", f"{name}:1")
        for fields in reader:
            if len(fields) != len(columns):
                raise FormatError(f"{len(fields)} fields; expected {len(columns)}", f"{name}:{reader.line_num}")
            yield f"{name}:{reader.line_num}", fields
    except csv.Error as error:
        raise FormatError(f"not CSV: {error}", f"{name}:{reader.line_num}") from error
    except UnicodeDecodeError as error:
        raise FormatError("not UTF-8", f"{name}:{reader.line_num + 1}") from error
