"""Files made to hang, crash or mislead the page: bounded in time and memory, and judged as Python judges them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.web.formats.published_cases import (
    ROOT,
    VECTORS,
    Case,
    disagreements,
    page_answers,
    python_answer,
    vector_case,
)

MEGABYTES = 2**20
FOLDER = VECTORS / "published-proof"
PAGE = ROOT / "por" / "web" / "page"
SIBLING = '{"balances":{"BTC":"0"},"type":2,"hash":"' + "00" * 32 + '","height":1}'
OWN = '{"nonce":"n","balances":{"BTC":"1"},"type":1,"hash":"' + "00" * 32 + '","height":1}'
FILES: dict[str, bytes] = {
    "a million siblings": f'{{"self":{OWN},"path":[{(SIBLING + ",") * 400_000}{SIBLING}]}}'.encode(),
    "many siblings": f'{{"self":{OWN},"path":[{(SIBLING + ",") * 20_000}{SIBLING}]}}'.encode(),
    "small siblings": b'{"self":{},"path":[' + b'{"a":1},' * 1_000_000 + b"{}]}",
    "many strings": b"[" + b'"",' * 1_200_000 + b'""]',
    "brackets": b"[" * 2_000_000,
    "depth": b'{"path":' * 100_000 + b"1" + b"}" * 100_000,
    "depth of lists": b"[" * 100_000 + b"]" * 100_000,
    "one long text": b'{"self":"' + b"a" * 25_000_000 + b'"}',
    "escapes": b'{"self":"' + b"\\u0041" * 1_000_000 + b'"}',
    "text of faces": b'{"targetHash":"' + "\U0001f600".encode() * 500_000 + b'","merkleRoot":"","proof":[]}',
    "a long number": b'{"self":' + b"9" * 2_000_000 + b"}",
    "line ends": b"\n" * 5_000_000,
    "rows": b"0,1,0123456789abcdef\n" * 450_000,
    "a quoted row": b'id,balances,proof,audit_id\n"' + b'""' * 1_000_000 + b'",a,b,c\n',
    "a long row": b"id,balances,proof,audit_id\nu,BTC:1,[" + b"{LEFT," * 1_000_000 + b"],a\n",
    "steps of a row": b"id,balances,proof,audit_id\nu,BTC:1,[" + b"{LEFT,00,BTC:0}," * 6_000 + b"],a\n",
    "nodes": json.dumps([{"index": at, "data": {"sum": "1"}} for at in range(400_001)]).encode(),
    "too many bytes": b" " * (64 * MEGABYTES + 1),
    "spaces": b" " * 2_000_000 + b"{}",
}
POWERS = ["1e200000000", "1E200000000", "-1e999999999", "1e-200000000", "9" * 1_000_000, "0." + "0" * 1_000_000 + "1"]
NAMES = ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf", "prototype"]


def sample(name: str) -> str:
    return str(json.loads((FOLDER / f"{name}.json").read_bytes())["input"]["file"])


@pytest.mark.parametrize("name", FILES)
def test_t84_a_hostile_file_is_refused_in_bounded_time_and_memory(name: str, tmp_path: Path) -> None:
    case = Case(name, (FILES[name],))
    (answer,) = page_answers([case], tmp_path)
    assert "refused" in answer or any(row["outcome"] == "FAIL" for row in answer["findings"])
    assert answer["seconds"] < 20
    python = python_answer(case)
    assert ("refused" in answer) is ("refused" in python)


@pytest.mark.parametrize("name", ["okx-v1", "bitget-v1", "htx-merkle-v1", "lemon", "bingx", "coinex_once"])
def test_t84_an_amount_with_a_huge_exponent_or_too_many_digits_is_refused_at_once(name: str, tmp_path: Path) -> None:
    text = sample(name)
    cases = [Case(name, (text.replace("1.5", power, 1).encode(),)) for power in POWERS]
    answers = page_answers(cases, tmp_path)
    assert all("refused" in each and each["seconds"] < 2 for each in answers)


def test_t85_amounts_that_a_customer_types_are_read_as_strictly(tmp_path: Path) -> None:
    file = sample("okx-v1").encode()
    typed = [*POWERS[:4], "1,5", "", " 1", "+1", "1.", ".5", "0x1", "1\n", "\u0661", "NaN", "-1", "1.50", "01"]
    cases = [Case("okx-v1", (file,), holdings=(("BTC", text),), totals=(("BTC", text),)) for text in typed]
    cases += [Case("okx-v1", (file,), holdings=((coin, "1"),)) for coin in ("", "B C", "__proto__", "constructor")]
    assert disagreements(cases, tmp_path) == []


@pytest.mark.parametrize("twice", NAMES)
def test_t86_a_member_that_is_there_twice_is_refused_whatever_its_name(twice: str, tmp_path: Path) -> None:
    files = [
        f'{{"{twice}":1,"{twice}":1,' + sample(name)[1:] for name in ("okx-v1", "mexc", "bitbase", "chainpoint-v2")
    ]
    answers = page_answers([Case(twice, (file.encode(),)) for file in files], tmp_path)
    assert all("appears twice" in each["refused"] for each in answers)


@pytest.mark.parametrize("name", ["okx-v1", "bybit", "bitget-v2", "bitunix", "mexc", "coinex_once", "hotcoin-por-sum"])
def test_t86_names_of_prototypes_are_names_like_others(name: str, tmp_path: Path) -> None:
    text = sample(name)
    cases = [Case(name, (text.replace('"BTC"', f'"{other}"').encode(),)) for other in NAMES]
    cases += [Case(name, (text.replace('"hash"', f'"{other}"').encode(),)) for other in NAMES]
    cases += [Case(name, (f'{{"{other}":{{"self":1}},{text[1:]}'.encode(),)) for other in NAMES]
    cases += [Case(name, (text.replace('"self"', f'"{other}"').encode(),)) for other in NAMES]
    assert disagreements(cases, tmp_path) == []


def test_t70_a_file_in_two_forms_names_both_and_is_read_as_the_one_chosen(tmp_path: Path) -> None:
    both: dict[str, Any] = {**json.loads(sample("okx-v1")), **json.loads(sample("chainpoint-v2"))}
    data = json.dumps(both).encode()
    cases = [Case("both", (data,), chosen=chosen) for chosen in (None, "okx-v1", "chainpoint-v2", "lemon")]
    assert disagreements(cases, tmp_path) == []
    refused, first, second, other = page_answers(cases, tmp_path)
    assert "okx-v1 and chainpoint-v2" in refused["refused"]
    assert (first["detected"][0][0], second["detected"][0][0]) == ("okx-v1", "chainpoint-v2")
    assert "not in the format lemon" in other["refused"]


def test_a_format_that_the_page_does_not_read_is_left_to_the_command_line(tmp_path: Path) -> None:
    data = b"block_height:900000\n" + b"00" * 32 + b",1\n"
    answers = page_answers([Case("bitmex", (data,)), Case("bitmex", (data,), chosen="bitmex")], tmp_path)
    assert all("command line" in each["refused"] for each in answers)


def test_t86_what_breaks_a_format_passes_nowhere(tmp_path: Path) -> None:
    cases = [vector_case(path) for path in sorted(FOLDER.glob("*_fail.json"))]
    for case, answer in zip(cases, page_answers(cases, tmp_path), strict=True):
        required = {row["outcome"] for row in answer.get("findings", ()) if row["required"]}
        assert required != {"PASS"}, case.name


def test_modules_have_plain_imports_and_exports_only() -> None:
    for path in sorted((PAGE / "formats").glob("*.js")):
        text = path.read_text("utf-8")
        assert not re.search(
            r"export default|\bimport\(|^await |\beval\(|innerHTML|\bfetch\(|Math\.random", text, re.MULTILINE
        )
        for line in re.findall(r"^import .*?;$", text, re.MULTILINE | re.DOTALL):
            assert re.fullmatch(r'import \{[^}]+\} from "\.{1,2}/[a-z_]+\.js";', line), line
