"""What the page says of published proofs is what Python says: sentence, messages, receipts; and what it leaves."""

from __future__ import annotations

import functools
import json
import secrets
import subprocess
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from por.checks.redaction import receipt_of_reading
from por.cli.main import main
from por.encoding import inclusion_proof_v1, receipt_v1, verdict_v1
from por.errors import FormatError
from por.formats.document import Document
from por.formats.proofs import FORMATS, detect
from por.model import Instant, Verdict
from por.model.published import Asked
from por.report.language import translator
from por.report.sentence import first_sentence
from por.report.text import message
from por.web import assemble
from tests.checks.scenery import AN_HOUR_LATER, proof_of
from tests.components import node
from tests.published_proofs import SAMPLES, data_of
from tests.web.engines import Engine
from tests.web.formats.published_cases import NOW, READ_BY_PAGE, Case, python_verdict, read_file
from tests.web.formats.test_page_agrees import joined_cases, shared_cases, vector_cases
from tests.web.scenes import scenes

Json = dict[str, Any]

SALT = bytes(range(32))
FIELDS = ("check", "subject", "outcome", "message", "expected", "actual", "required")
LEFT = [each.card.name for each in FORMATS if each.card.name not in READ_BY_PAGE]


def job_of(case: Case) -> Json:
    """Say a case as a customer does who types it into the page."""
    typed = [root for root in case.roots if isinstance(root, str)]
    files = [root for root in case.roots if isinstance(root, bytes)]
    others = [{"kind": "beside", "name": "beside", "bytes": data.hex()} for data in case.companions]
    others += [{"kind": "root", "name": "root", "bytes": data.hex()} for data in files]
    rows = enumerate(case.holdings)
    amounts = [
        {"segment": None, "asset": coin, "coins": text, "decimals": "", "place": f"coins-{i}"}
        for i, (coin, text) in rows
    ]
    form = {
        "account": case.account or "",
        "amounts": amounts,
        "root": "\n".join(typed),
        "totals": "\n".join(f"{coin}={text}" for coin, text in case.totals),
        "publishedDays": "" if case.max_age is None else str(case.max_age // 86_400),
        "audit": case.snapshot or "",
        "nonce": case.secret or "",
    }
    named = [{"name": f"{number}.json", "bytes": data.hex()} for number, data in enumerate(case.files)]
    now = Instant.parse(NOW).seconds
    return {"run": "published", "files": named, "others": others, "form": form, "now": now, "salt": SALT.hex()}


def sayable(case: Case) -> bool:
    """Tell whether the page's fields can hold a case: it offers no choice of a format, and a day is its unit."""
    days = case.max_age is None or (case.max_age % 86_400 == 0 and 0 < case.max_age // 86_400 <= 36_500)
    texts = [case.account, case.snapshot, case.secret, *(text for row in case.holdings for text in row)]
    trimmed = all(text != "" and (text is None or text == text.strip()) for text in texts)
    rows = [text for row in case.totals for text in row]
    return case.chosen is None and days and trimmed and not any(text != text.strip() or "\n" in text for text in rows)


def python_told(case: Case) -> Json:
    try:
        verdict = python_verdict(case, [])
    except FormatError:
        return {"refused": True}
    findings = [
        {**{name: getattr(row, name) for name in FIELDS}, "outcome": str(row.outcome), "facts": facts(row.facts)}
        for row in verdict.findings
    ]
    said = {language: python_said(verdict, language) for language in ("en", "ja")}
    receipts = [python_receipt(case, data, verdict).decode() for data in case.files]
    instant = None if verdict.as_of is None else str(verdict.as_of)
    about = {"snapshot": verdict.snapshot, "instant": instant, "outcome": str(verdict.outcome)}
    return {**about, "findings": findings, **said, "receipts": receipts}


def facts(given: Any) -> Json:
    return {name: "" if name == "reason" else text for name, text in given.items()}


def python_said(verdict: Verdict, language: str) -> Json:
    say = translator(language)
    messages = [unless_reason(row.message, message(row, say)) for row in verdict.findings]
    return {"sentence": first_sentence(verdict, say), "messages": messages}


def unless_reason(key: str, text: str) -> str:
    """Leave out what holds a reason in its maker's own words."""
    return key if key.startswith("evidence.") or key == "published.structure.broken" else text


def python_receipt(case: Case, data: bytes, verdict: Verdict) -> bytes:
    """Make the receipt as `por redact` does; a verdict on another list is none on this one."""
    document = Document(data)
    file = read_file(document, None, Asked(companions=case.companions))
    roots = [root.removeprefix("0x") for root in case.roots if isinstance(root, str)]
    salted = receipt_v1.salted_digest(SALT, data)
    try:
        return receipt_v1.write(receipt_of_reading(file.card, file.reading, roots, salted, verdict))
    except FormatError:
        return receipt_v1.write(receipt_of_reading(file.card, file.reading, roots, salted, None))


def page_told(answer: Json) -> Json:
    if "ok" not in answer:
        assert answer["error"] == "FormatError", answer
        return {"refused": True}
    told = answer["ok"]
    keys = [row["message"] for row in told["findings"]]
    findings = [{**row, "facts": facts(row["facts"])} for row in told["findings"]]
    said = {
        language: {
            "sentence": told[language]["sentence"],
            "messages": list(map(unless_reason, keys, told[language]["messages"])),
        }
        for language in ("en", "ja")
    }
    return {**told, "findings": findings, **said}


def require_agreement(cases: Sequence[Case], engine: Engine) -> int:
    """Require that both say the same, and return how many were judged."""
    judged = 0
    for case, answer in zip(cases, engine([job_of(case) for case in cases]), strict=True):
        python = python_told(case)
        judged += "findings" in python
        assert page_told(answer) == python, case.name
    return judged


@functools.cache
def cases_of_vectors() -> tuple[Case, ...]:
    return tuple(case for case in vector_cases() if sayable(case) and read_by_page(case))


def read_by_page(case: Case) -> bool:
    try:
        return all(detect(Document(data))[0].card.name in READ_BY_PAGE for data in case.files)
    except FormatError:
        return True


def test_t69_the_page_says_of_every_vector_what_python_says_in_both_languages(engine: Engine) -> None:
    cases = cases_of_vectors()
    assert require_agreement(cases, engine) > 120


def test_t69_the_page_says_of_real_samples_what_python_says(vectors: Path, engine: Engine) -> None:
    small = [case for case in shared_cases(vectors) if sayable(case) and read_by_page(case)]
    cases = [case for case in small if len(case.files[0]) < 60_000]
    assert require_agreement(cases[:: max(1, len(cases) // 150)], engine) > 50
    assert require_agreement([case for case in joined_cases(vectors) if sayable(case)], engine) > 10


@pytest.mark.parametrize("name", [name for name, each in SAMPLES.items() if each.format in READ_BY_PAGE])
def test_t82_a_receipt_is_that_of_por_redact(
    name: str, node_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secrets, "token_bytes", lambda _: SALT)
    sample = SAMPLES[name]
    data = data_of(sample.file)
    case = Case(name, (data,), roots=(sample.root,))
    verdict = python_verdict(case, [])
    (tmp_path / "proof").write_bytes(data)
    (tmp_path / "verdict.json").write_bytes(verdict_v1.write(verdict))
    options = ["--root", sample.root, "--verdict", str(tmp_path / "verdict.json")]
    assert main(["redact", str(tmp_path / "proof"), "--output", str(tmp_path / "receipt.json"), *options]) == 0
    (answer,) = node_engine([job_of(case)])
    assert answer["ok"]["receipts"] == [(tmp_path / "receipt.json").read_text("utf-8")]
    assert sha256(b"por/receipt/v1\0" + SALT + data).hexdigest() in answer["ok"]["receipts"][0]


@pytest.mark.parametrize("name", ["honest", "account 'bob'", "pinned by wrong root", "no amounts"])
def test_t82_a_receipt_of_a_native_proof_is_that_of_por_redact(
    name: str, node_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secrets, "token_bytes", lambda _: SALT)
    one = scenes()[name]
    data = one.documents[0]
    (tmp_path / "proof.json").write_bytes(data)
    (tmp_path / "verdict.json").write_bytes(verdict_v1.write(one.in_python()))
    options = ["--verdict", str(tmp_path / "verdict.json")]
    assert main(["redact", str(tmp_path / "proof.json"), "--output", str(tmp_path / "receipt.json"), *options]) == 0
    job = {"run": "receipt", "file": data.hex(), "salt": SALT.hex(), "now": AN_HOUR_LATER.seconds, "verify": one.job()}
    (answer,) = node_engine([job])
    assert answer["ok"]["receipt"] == (tmp_path / "receipt.json").read_text("utf-8")


# --- what the page leaves to the command line


@pytest.mark.parametrize("name", [name for name, each in SAMPLES.items() if each.format in LEFT])
def test_t70_a_format_that_the_command_line_reads_is_named_where_python_would_find_it(
    name: str, node_engine: Engine
) -> None:
    data = data_of(SAMPLES[name].file)
    (answer,) = node_engine([{"run": "recognise", "name": "file", "bytes": data.hex()}])
    told = answer["ok"]
    assert told["kind"] == "unread"
    assert "por verify-inclusion FILE" in told["reason"]
    python = [each.card.name for each in FORMATS if each.claims(Document(data)) is not None]
    assert SAMPLES[name].format in python
    assert sorted(told["others"]) == sorted(python)


@pytest.mark.parametrize(
    "data", [b"nothing", b"{}", b"[1,2]", b"\xff", b"", b'{"self":{},"path":[]}', b"Level\tHash\nx"]
)
def test_t70_of_anything_else_no_format_is_guessed(data: bytes, node_engine: Engine) -> None:
    (answer,) = node_engine([{"run": "recognise", "name": "file", "bytes": data.hex()}])
    told = answer["ok"]
    assert (told["kind"], told["others"]) == ("unread", [])
    assert "in none of the formats that this page reads" in told["reason"]
    assert "por verify-inclusion FILE" in told["reason"]


def test_every_format_is_read_or_left_and_named(node_engine: Engine) -> None:
    assert len(LEFT) + len(READ_BY_PAGE) == len(FORMATS)
    said = [(name, language) for name in LEFT for language in ("en", "ja")]
    jobs = [
        {"run": "say", "key": f"format.{name}.title", "language": language, "places": {}} for name, language in said
    ]
    assert all(answer["ok"]["text"] for answer in node_engine(jobs))


# --- what is typed


def proof(name: str = "okx-v1") -> bytes:
    return data_of(SAMPLES[name].file)


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"root": "ab"}, "page.root.published"),
        ({"root": "AB" * 32}, "page.root.published"),
        ({"totals": "BTC"}, "page.totals"),
        ({"totals": "BTC=1\nBTC=2"}, "page.totals"),
        ({"totals": "BTC=1e5"}, "page.totals"),
        ({"publishedDays": "0"}, "page.days"),
        ({"publishedDays": "36501"}, "page.days"),
        ({"publishedDays": "soon"}, "page.days"),
        ({"amounts": [("BTC", "1,5")]}, "coins-0"),
        ({"amounts": [("", "1")]}, "coins-0"),
        ({"amounts": [("BTC", "1"), ("BTC", "1")]}, "page.amounts"),
    ],
)
def test_t85_what_is_typed_wrong_is_named(changes: Json, place: str, node_engine: Engine) -> None:
    job = job_of(Case("typed", (proof(),)))
    rows = [
        {"segment": None, "asset": coin, "coins": text, "decimals": "", "place": f"coins-{i}"}
        for i, (coin, text) in enumerate(changes.get("amounts", ()))
    ]
    job["form"] |= {**changes, "amounts": rows}
    (answer,) = node_engine([job])
    assert (answer.get("error"), answer["place"]) == ("FormatError", place)


@pytest.mark.parametrize(
    ("files", "place"),
    [
        ([proof(), inclusion_proof_v1.write(proof_of("alice"))], "page.wrong.one_published"),
        ([proof(), proof("coinex_once")], "page.wrong.two_formats"),
    ],
)
def test_files_that_are_checked_apart_are_not_checked_together(
    files: list[bytes], place: str, node_engine: Engine
) -> None:
    job = job_of(Case("together", tuple(files)))
    (answer,) = node_engine([job])
    assert (answer.get("error"), answer["place"]) == ("FormatError", place)


def test_t34_a_proof_is_no_root_from_elsewhere(node_engine: Engine) -> None:
    (answer,) = node_engine([job_of(Case("itself", (proof(),), roots=(proof(),)))])
    assert answer["error"] == "FormatError"
    assert "must come from elsewhere" in answer["words"]


# --- text of any length


LONG = {
    "a text": ('"', "a", 20_000_000, '"', True),
    "escapes": ('"', "\\u0041", 3_000_000, '"', True),
    "spaces": ("", " ", 20_000_000, "1", True),
    "a list of texts": ("[", '"\\n",', 2_000_000, "1]", False),
    "a text without end": ('"', "a", 20_000_000, "", False),
    "a text that ends in an escape": ('"', "a", 20_000_000, "\\", False),
    "a text that ends in a control character": ('"', "a", 20_000_000, '\n"', False),
    "broken escapes": ('"', "\\u004g", 3_000_000, '"', False),
    "a number": ("", "9", 20_000_000, "", False),
    "a fraction": ("1.", "0", 20_000_000, "", False),
    "a power": ("1e", "9", 20_000_000, "", False),
    "nothing but spaces": ("", " ", 20_000_000, "", False),
}
READER = """
import { strictJson } from "MODULE";
const answers = [];
for (const [head, unit, count, tail] of ROWS) {
  const began = performance.now();
  let told = "read";
  try {
    strictJson(new TextEncoder().encode(head + unit.repeat(count) + tail), { maxBytes: 64 * 2 ** 20 });
  } catch (error) {
    told = error.constructor.name;
  }
  answers.push([told, (performance.now() - began) / 1000]);
}
console.log(JSON.stringify(answers));
"""


def test_t84_a_very_long_text_is_read_or_refused_and_crashes_nothing(tmp_path: Path) -> None:
    program = tmp_path / "long.mjs"
    module = (assemble.SOURCES / "strict.js").as_uri()
    rows = json.dumps([row[:4] for row in LONG.values()])
    program.write_text(READER.replace("MODULE", module).replace("ROWS", rows), "utf-8")
    done = subprocess.run([str(node()), str(program)], capture_output=True, text=True, check=True, timeout=120)
    for (name, row), (told, seconds) in zip(LONG.items(), json.loads(done.stdout), strict=True):
        assert told == ("read" if row[4] else "FormatError"), name
        assert seconds < 10, name
