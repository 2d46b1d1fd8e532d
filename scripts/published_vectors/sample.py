"""What one sample is: a proof that holds, and what to change in it so that it holds no longer."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Json = Any
Case = tuple[str, dict[str, Json]]


@dataclass
class Sample:
    """Hold an honest file of one customer.

    `file` is JSON or text. `mine` are the options that say what is the customer's; `root` is published elsewhere.
    `passes` is the status with both, 0 or, where the format ties no leaf to a balance, 3. `drawn` tells that the leaf
    covers a value that the exchange drew, `is_part` that its tree lies under a commitment that is not here. `bad` maps
    a change's name to the changed file, and the check that must refuse it.
    """

    format: str
    name: str
    file: Json
    mine: list[str]
    root: str
    passes: int = 0
    drawn: bool = False
    is_part: bool = False
    bad: dict[str, tuple[Json, str]] = field(default_factory=dict)

    def change(self, what: str, pointer: str, value: Json, check: str) -> None:
        """Add a file in which one member has another value."""
        self.bad[what] = put(self.file, pointer, value), check

    def cases(self) -> Iterator[Case]:
        """Yield the honest file and every changed one, each with its status and the check that decides."""
        stem = f"published-proof/{self.format}_{self.name}" if self.name else f"published-proof/{self.format}"
        rooted = [*self.mine, "--root", self.root]
        other = ("f" if self.root[0] != "f" else "0") + self.root[1:]
        yield case(stem, "holds, with a root from elsewhere", self, self.file, rooted, self.passes)
        yield case(f"{stem}_rootless", "no root from elsewhere", self, self.file, self.mine, 3, "published.root", "T34")
        options = [*self.mine, "--root", other]
        if self.is_part:
            yield case(
                f"{stem}_other_root", "perhaps the commitment", self, self.file, options, 3, "published.root", "T34"
            )
        else:
            yield case(f"{stem}_wrong_root_fail", "another root", self, self.file, options, 1, "published.root", "T34")
        if self.drawn:
            options = [*rooted, "--account", "alice@exchange.example"]
            what = "the id to log in with, which no leaf covers"
            yield case(f"{stem}_login_id", what, self, self.file, options, 3, "published.identity", "T14")
        for what, (file, check) in self.bad.items():
            threat = THREATS[what.split("-")[0]]
            options = rooted if what not in REBUILT else self.mine
            path = f"{stem}_{what.replace('-', '_')}_fail"
            yield case(path, what.replace("-", " "), self, file, options, 1, check, threat)
        foreign = "olalonde" if self.format == "okx-v1" else "okx-v1"
        options = [*rooted, "--format", foreign]
        yield case(f"{stem}_other_format_fail", f"read as {foreign}", self, self.file, options, 2, threat="T70")


THREATS = {"amount": "T15", "side": "T17", "digest": "T10", "inner": "T09", "negative": "T03", "total": "T16"}
THREATS |= {"id": "T14", "level": "T13", "sibling": "T01", "empty": "T20", "own": "T03", "copy": "T12"}
REBUILT = {"negative-sibling", "inner-as-leaf"}
"""These trees are made anew, and have another root."""


def case(
    path: str,
    description: str,
    sample: Sample,
    file: Json,
    options: list[str],
    status: int,
    check: str | None = None,
    threat: str = "T69",
) -> Case:
    """Make one case: a file, a command line's options, and what must come of them."""
    text = file if isinstance(file, str) else json.dumps(file, indent=1, ensure_ascii=False)
    given = {"format": sample.format, "file": text, "options": options}
    expect: dict[str, Json] = {"exit": status}
    if check is not None:
        expect["undecided" if status == 3 else "failed"] = check
    return f"{path}.json", {"description": description, "threat": threat, "input": given, "expect": expect}


def put(value: Json, pointer: str, member: Json) -> Json:
    """Return a copy of a JSON value in which the member at a pointer is another one, or gone for None."""
    made = copy.deepcopy(value)
    *way, last = pointer.strip("/").split("/")
    inner = made
    for step in way:
        inner = inner[int(step)] if isinstance(inner, list) else inner[step]
    key = int(last) if isinstance(inner, list) else last
    if member is None:
        del inner[key]
    else:
        inner[key] = member
    return made


def at(value: Json, pointer: str) -> Json:
    """Return the member at a pointer."""
    for step in pointer.strip("/").split("/"):
        value = value[int(step)] if isinstance(value, list) else value[step]
    return value
