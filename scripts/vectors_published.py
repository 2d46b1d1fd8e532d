"""Make the vectors of published proofs (family published-proof), without the code under test.

Everything is synthetic: invented customers in trees that `scripts/published_vectors` builds by itself. A new format
adds one `Sample` there.
"""

from __future__ import annotations

from collections.abc import Iterator

from scripts.published_vectors import list_files, other_files, path_files, whole_files
from scripts.published_vectors.sample import Case


def cases() -> Iterator[Case]:
    for module in (path_files, other_files, whole_files, list_files):
        for sample in module.samples():
            yield from sample.cases()
