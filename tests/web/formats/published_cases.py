"""Cases that Python and the page judge apart, and the answers that must be the same."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from por.checks.observation import Broken, Missing, Observation, Seen
from por.checks.published import Independent, PublishedFile, verify_published
from por.cli.verify_published import _ROOT, lone_root
from por.errors import EvidenceError, FormatError, UnsupportedEvidenceError
from por.formats.document import Document
from por.formats.fields import amount_text, coin_name
from por.formats.proofs import FORMATS, detect
from por.model import Instant, Verdict
from por.model.figures import Figure
from por.model.published import Asked, PublishedRoot, Reading
from por.web import assemble
from por.web.format_tables import tables_json
from tests.components import node

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
VECTORS = Path(os.environ.get("POR_PUBLISHED_VECTORS") or ROOT / "tests" / "vectors")
NOW = "2026-11-26T00:00:00Z"
READ_BY_PAGE = (
    "okx-v1",
    "bybit",
    "bitget-v1",
    "bitget-v2",
    "bitunix",
    "mexc",
    "coinex",
    "htx-merkle-v1",
    "hotcoin-por-sum",
    "lemon",
    "bingx",
    "pionex",
    "topone",
    "bifinance",
    "bitbase",
    "renrenbit",
    "olalonde",
    "ethereum-research",
    "chainpoint-v2",
)
"""All others are left to the command line."""

MODULES = (
    *("bytes", "text", "strict", "findings"),
    *("formats/figures", "formats/tree", "formats/fields", "formats/path_file", "formats/sibling_lists"),
    *("formats/records", "formats/whole_lists", "formats/left", "formats/published", "formats/judgement"),
)
"""What the page needs for published proofs, each after what it imports."""

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """Hold files of one list and what their customer says and brings."""

    name: str
    files: tuple[bytes, ...]
    chosen: str | None = None
    account: str | None = None
    holdings: tuple[tuple[str, str], ...] = ()
    snapshot: str | None = None
    secret: str | None = None
    companions: tuple[bytes, ...] = ()
    roots: tuple[str | bytes, ...] = ()
    totals: tuple[tuple[str, str], ...] = ()
    max_age: int | None = None

    @property
    def json(self) -> Mapping[str, object]:
        """Return the case as the page's side reads it."""
        return {
            "files": [{"name": f"{number}.json", "data": _text(data)} for number, data in enumerate(self.files)],
            "chosen": self.chosen,
            "account": self.account,
            "holdings": self.holdings,
            "snapshot": self.snapshot,
            "secret": self.secret,
            "companions": [_text(data) for data in self.companions],
            "roots": [{"text": root} if isinstance(root, str) else {"data": _text(root)} for root in self.roots],
            "totals": self.totals,
            "maxAge": self.max_age,
            "now": NOW,
        }


def python_verdict(case: Case, detected: list[list[str]]) -> Verdict:
    """Judge a case as the command does; what its files were found to be is put into a list. Raises: FormatError."""
    asked = Asked(case.account, _amounts(case.holdings), case.snapshot, case.secret, case.companions)
    documents = [Document(data, f"{number}.json") for number, data in enumerate(case.files)]
    for document in documents:
        found, variant = detect(document, case.chosen)
        detected.append([found.card.name, variant])
    files = [read_file(document, case.chosen, asked) for document in documents]
    roots = tuple(_given_root(root, case.files) for root in case.roots)
    independent = Independent(roots, _amounts(case.totals), case.max_age)
    return verify_published(files, asked, independent, now=Instant.parse(NOW))


def python_answer(case: Case) -> Answer:
    """Read and judge a case as the command does."""
    detected: list[list[str]] = []
    try:
        verdict = python_verdict(case, detected)
    except FormatError as error:
        return {"detected": detected, "refused": str(error)}
    findings = [
        {
            "check": each.check,
            "subject": each.subject,
            "outcome": each.outcome.value,
            "message": each.message,
            "expected": each.expected,
            "actual": each.actual,
            "facts": dict(each.facts),
            "required": each.required,
        }
        for each in verdict.findings
    ]
    instant = None if verdict.as_of is None else str(verdict.as_of)
    return {"detected": detected, "findings": findings, "snapshot": verdict.snapshot, "instant": instant}


def page_answers(cases: Iterable[Case], tmp_path: Path) -> list[Answer]:
    """Run cases through the page's modules in node."""
    tables = tmp_path / "tables.json"
    tables.write_bytes(tables_json())
    lines = "".join(json.dumps(case.json) + "\n" for case in cases)
    done = subprocess.run(
        [str(node()), "--max-old-space-size=1024", str(HERE / "run_cases.mjs"), str(tables)],
        input=lines,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def page_program() -> str:
    """Join the page's modules for published proofs as it joins them, with `runPublishedCase` for a browser's tab."""
    source = (HERE / "run_case.js").read_text("utf-8").replace('"../../../por/web/page/', '"./')
    end = (
        f"$formats_published.useFormatTables({tables_json().decode()});\n"
        "globalThis.runPublishedCase = $run_case.runPublishedCase;"
    )
    return assemble.script(MODULES, {"run_case": source}, end)


def compared(answer: Answer) -> Answer:
    """Leave what each side says in words of its own: reasons, and what makes no verdict."""
    if "findings" not in answer:
        return {"refused": "refused" in answer, "crashed": answer.get("crashed")}
    told = [{**row, "facts": {**row["facts"], "reason": ""}} for row in answer["findings"]]
    return {"detected": answer["detected"], "findings": told} | {name: answer[name] for name in ("snapshot", "instant")}


def disagreements(cases: Sequence[Case], tmp_path: Path) -> list[str]:
    """Say where Python and the page's modules in node do not agree."""
    return apart(cases, page_answers(cases, tmp_path))


def apart(cases: Sequence[Case], answers: Sequence[Answer]) -> list[str]:
    """Say where Python does not give these answers."""
    found = []
    assert len(answers) == len(cases)
    for case, page in zip(cases, answers, strict=True):
        python = python_answer(case)
        if any(name not in READ_BY_PAGE for name, _ in python["detected"]):
            good = "refused" in page
        else:
            good = compared(python) == compared(page)
        if not good:
            found.append(f"{case.name}\n  python {_short(python)}\n  page   {_short(page)}")
    return found


def _short(answer: Answer) -> str:
    rows = [
        f"{row['outcome']} {row['message']} {row['subject'][:20]} {row['expected']} {row['actual']} {row['facts']}"
        for row in answer.get("findings", ())
    ]
    return "\n    ".join([str({name: value for name, value in answer.items() if name != "findings"}), *rows])


def vector_case(path: Path) -> Case:
    """Make a case of a vector: the file's text, and the command's options."""
    given = json.loads(path.read_bytes())["input"]
    return option_case(path.stem, (given["file"].encode(),), given["options"])


def option_case(name: str, files: tuple[bytes, ...], options: Sequence[str], chosen: str | None = None) -> Case:
    """Make a case of the command's options."""
    pairs = list(zip(options[::2], options[1::2], strict=True))

    def rows(option: str) -> tuple[tuple[str, str], ...]:
        split = (value.rpartition("=") for key, value in pairs if key == option)
        return tuple((coin, amount) for coin, _, amount in split)

    one = dict(pairs)
    assert set(one) <= {"--account", "--holding", "--total", "--root", "--format", "--snapshot", "--max-age"}, one
    days = one.get("--max-age")
    return Case(
        name,
        files,
        chosen=chosen or one.get("--format"),
        account=one.get("--account"),
        holdings=rows("--holding"),
        snapshot=one.get("--snapshot"),
        roots=tuple(value for key, value in pairs if key == "--root"),
        totals=rows("--total"),
        max_age=None if days is None else int(days) * 86_400,
    )


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _amounts(rows: Iterable[tuple[str, str]]) -> dict[str, Figure]:
    return {coin_name(coin, ""): amount_text(text, coin) for coin, text in rows}


def read_file(document: Document, chosen: str | None, asked: Asked) -> PublishedFile:
    """Read one file; what breaks its format is in the observation. Raises: FormatError."""
    found, variant = detect(document, chosen)
    reading: Observation[Reading]
    try:
        reading = Seen(found.read(document, variant, asked))
    except UnsupportedEvidenceError as error:
        reading = Missing(str(error))
    except EvidenceError as error:
        reading = Broken(str(error))
    return PublishedFile(document.name, found.card, variant, reading)


def _given_root(given: str | bytes, files: Sequence[bytes]) -> PublishedRoot:
    if isinstance(given, str):
        match = _ROOT.fullmatch(given)
        if match is None:
            raise FormatError("no root")
        return PublishedRoot(match[1])
    if given in files:
        raise FormatError("the proof's own file")
    for found in FORMATS:
        root = None if found.read_root is None else found.read_root(Document(given))
        if root is not None:
            return root
    documents = [Document(data) for data in files]
    cards = [each.card for each in FORMATS if any(each.claims(document) is not None for document in documents)]
    return lone_root(given, frozenset(card.digest_bits // 4 for card in cards if card.name in READ_BY_PAGE))
