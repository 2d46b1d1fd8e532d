"""`por verify-inclusion` on other exchanges' files: recognising, options, what comes from elsewhere, refusals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from por.chains import transport
from por.cli.main import main
from por.errors import UnavailableError
from tests import published_proofs as p
from tests.cli.desk import por

OKX, LEMON, HOTCOIN = p.SAMPLES["okx-v1"], p.SAMPLES["lemon"], p.SAMPLES["hotcoin-por-sum"]
ROOTED = (*OKX.mine, "--root", OKX.root)


@pytest.fixture
def okx(tmp_path: Path) -> str:
    return written(tmp_path, "okx.json", OKX.file)


def written(folder: Path, name: str, file: Any) -> str:
    path = folder / name
    path.write_bytes(p.data_of(file))
    return str(path)


def run(*argv: str) -> int:
    return main(["verify-inclusion", *argv])


def test_the_format_and_its_version_are_printed(okx: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(okx, *ROOTED) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"VERIFIED: your 1.5 BTC and 20 ETH and 1000.25 USDT are under the root {OKX.root}")
    assert "its format cannot show the total; nothing shows that the leaf is yours alone" in out.splitlines()[0]
    assert "format okx-v1, path file" in out


def test_without_a_root_the_sentence_says_consistent_and_no_proof(okx: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(okx, *OKX.mine) == 3
    first = capsys.readouterr().out.splitlines()[0]
    assert first.startswith(
        "INCONCLUSIVE: a consistent okx-v1 file, which is not yet a proof; not decided: published.root"
    )


@pytest.mark.parametrize("name", p.SAMPLES)
def test_t72_t73_no_sentence_claims_more_than_was_shown(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sample = p.SAMPLES[name]
    status = run(written(tmp_path, "proof", sample.file), *sample.mine, "--root", sample.root)
    out = capsys.readouterr().out
    assert status == sample.passes
    assert not any(word in out.lower() for word in ("solvent", "compliant", " audit "))
    assert "this does not show that the list is whole" in out.splitlines()[0] or status == 3
    if p.published(sample.file, chosen=sample.format).card.sums != "both children":
        assert "the total is the published one" not in out.splitlines()[0]


# --- recognising


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b"proof",
        b"\x00\xff",
        b'{"self":{},"path":[]}',
        b"a,b\n1,2\n",
        b'{"mediaType":5}',
        b'{"a":1,"a":2}',
    ],
)
def test_t70_what_no_format_claims_is_2_and_named(
    data: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "strange.bin"
    path.write_bytes(data)
    assert run(str(path)) == 2
    assert "strange.bin" in capsys.readouterr().err


def test_t86_a_duplicate_key_is_said_to_be_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = json.dumps(OKX.file).replace('"self": {', '"self": {"nonce": "x", ')
    path = tmp_path / "twice.json"
    path.write_text(text)
    assert run(str(path)) == 2
    assert "appears twice" in capsys.readouterr().err


def test_t70_a_file_that_two_formats_claim_is_2_naming_both_and_the_option(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    olalonde = {"targetHash": "00" * 32, "merkleRoot": "00" * 32, "proof": []}
    bingx = {"uid": "1", "assets": "BTC:1.0,Total:1.0", "path": "l:" + "00" * 32}
    file = written(tmp_path, "both.json", {**olalonde, **bingx})
    assert run(file) == 2
    err = capsys.readouterr().err
    assert "bingx and chainpoint-v2" in err
    assert "--format" in err
    assert run(file, "--format", "bingx", "--json") == 3
    assert run(file, "--format", "chainpoint-v2", "--json") == 3


@pytest.mark.parametrize("name", ["okx-v2", "", "OKX-V1", "bybit", "../okx-v1"])
def test_t70_a_format_that_is_not_the_files_is_2(okx: str, name: str) -> None:
    assert run(okx, "--format", name) == 2


def test_files_of_two_formats_or_of_por_and_others_are_verified_apart(
    okx: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lemon = written(tmp_path, "lemon.csv", LEMON.file)
    assert run(okx, lemon) == 2
    assert "okx-v1, lemon" in capsys.readouterr().err
    own = written(tmp_path, "own.json", {"mediaType": "application/vnd.por.inclusion-proof.v1+json"})
    assert run(okx, own) == 2
    assert "verified apart" in capsys.readouterr().err


# --- what comes from elsewhere


def test_t34_the_root_is_read_from_a_file_of_its_own(okx: str, tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text(f"Our root of November is {OKX.root}.\n")
    assert run(okx, *OKX.mine, "--root", str(page)) == 0
    page.write_text(f"{'00' * 32}\n")
    assert run(okx, *OKX.mine, "--root", str(page)) == 1


def test_t34_a_root_has_as_many_digits_in_a_file_as_its_format_gives_it(tmp_path: Path) -> None:
    cake = p.SAMPLES["cakedefi"]
    page = tmp_path / "page.txt"
    page.write_text(f"Our root of December is {cake.root}.\n")
    proof = written(tmp_path, "proof", cake.file)
    assert run(proof, "--root", str(page)) == run(proof, "--root", cake.root) == 3
    page.write_text(f"{'00' * 20}\n")
    assert run(proof, "--root", str(page)) == 1


@pytest.mark.parametrize(
    "text",
    [
        f"Merkle root: 0x{OKX.root}\nSnapshot (us): 1669248000000000\n",
        f"<b>{OKX.root.upper()}</b> of 1234567890123456 and of {'ab' * 16}",
        f"{OKX.root} 0x{OKX.root}",
    ],
)
def test_t34_a_root_is_known_by_its_digits_and_not_by_how_they_are_written(okx: str, text: str, tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text(text)
    assert run(okx, *OKX.mine, "--root", str(page)) == 0


@pytest.mark.parametrize("text", ["", "no root here", f"{'00' * 32} {'11' * 32}", "00" * 31, "1669248000000000"])
def test_t34_a_file_with_no_root_or_two_is_refused(okx: str, text: str, tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text(text)
    assert run(okx, *OKX.mine, "--root", str(page)) == 2


def test_t34_the_proof_itself_is_refused_as_its_root(okx: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(okx, *OKX.mine, "--root", okx) == 2
    assert "from elsewhere" in capsys.readouterr().err


@pytest.mark.parametrize(
    "text", ["", "0x", "AB" * 32, "ab" * 31, "http://exchange.example/root", "nowhere.txt", "/dev/null"]
)
def test_t86_what_is_no_root_file_or_https_address_is_2(okx: str, text: str) -> None:
    assert run(okx, *OKX.mine, "--root", text) == 2


def test_t34_a_root_at_an_address_is_fetched_once_and_compared(okx: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    class Fetched:
        def __init__(self, url: str) -> None:
            asked.append(url)

        def get(self) -> bytes:
            return f'{{"root": "{OKX.root}"}}'.encode()

    monkeypatch.setattr(transport, "Transport", Fetched)
    assert run(okx, *OKX.mine, "--root", "https://exchange.example/root.json") == 0
    assert asked == ["https://exchange.example/root.json"]


def test_t64_an_address_that_does_not_answer_is_3_and_no_verdict(
    okx: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Down:
        def __init__(self, url: str) -> None:
            pass

        def get(self) -> bytes:
            raise UnavailableError("connection refused")

    monkeypatch.setattr(transport, "Transport", Down)
    assert run(okx, *OKX.mine, "--root", "https://exchange.example/root.json") == 3
    assert capsys.readouterr().out == ""


def test_hotcoins_anchor_file_gives_root_and_totals(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    proof = written(tmp_path, "proof.json", HOTCOIN.file)
    totals = {"BTC": "3.6", "ETH": "21.25000001", "USDT": "1103.24999999"}
    anchor = {"protocol": "HOTCOIN-POR-SUM", "root": HOTCOIN.root, "userTotals": totals, "leafCount": 4}
    assert run(proof, *HOTCOIN.mine, "--root", written(tmp_path, "anchor.json", anchor)) == 0
    anchor["userTotals"] = {**totals, "BTC": "3.5"}
    assert run(proof, *HOTCOIN.mine, "--root", written(tmp_path, "other.json", anchor)) == 1
    assert "published elsewhere is 3.5 BTC" in capsys.readouterr().out


def test_lemons_root_file_gives_root_and_totals(tmp_path: Path) -> None:
    proof = written(tmp_path, "proof.csv", LEMON.file)
    balances = "BTC:3.60000000|ETH:21.25000001|USDT:1103.24999999"
    root = {"root_hash": LEMON.root, "root_balances": balances, "hash_algorithm": "sha256"}
    assert run(proof, *LEMON.mine, "--root", written(tmp_path, "root.json", root)) == 0
    assert run(proof, *LEMON.mine, "--root", written(tmp_path, "r.json", {**root, "root_balances": "BTC:9"})) == 1


def test_a_chainpoint_document_beside_its_proof_is_hashed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sample = p.SAMPLES["chainpoint-v2"]
    proof = written(tmp_path, "proof.json", sample.file)
    document, other = tmp_path / "document", tmp_path / "other"
    document.write_bytes(b"document 0")
    other.write_bytes(b"document 1")
    assert run(proof, "--root", sample.root, "--with", str(document), "--json") == 3
    found = {f["check"] for f in json.loads(capsys.readouterr().out)["findings"] if f["outcome"] == "FAIL"}
    assert found == set()
    assert run(proof, "--root", sample.root, "--with", str(other)) == 1
    node = tmp_path / "node"
    node.write_bytes(b"x" * 64)
    assert run(proof, "--root", sample.root, "--with", str(node)) == 1


def test_a_credential_comes_from_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sample = p.SAMPLES["renrenbit"]
    proof, nonce = written(tmp_path, "tree.csv", sample.file), tmp_path / "nonce"
    nonce.write_text("777\n")
    mine = ("--account", "uid0", "--holding", "units=150", "--root", sample.root, "--credential", str(nonce))
    assert run(proof, *mine) == 0
    nonce.write_text("778\n")
    assert run(proof, *mine) == 3
    nonce.write_text("\n")
    assert run(proof, *mine) == 2
    assert "777" not in capsys.readouterr().err


# --- options


@pytest.mark.parametrize(
    "options",
    [
        *(("--holding", text) for text in ("BTC", "=1", "BTC=", "BTC=1e5", "BTC=1,5", "BTC=１", "B T=1", "BTC=NaN")),
        *(("--total", text) for text in ("BTC", "BTC=1e9", "=1")),
        *(("--max-age", text) for text in ("0", "-1", "1.5", "x", "36501", "١")),
        ("--holding", "BTC=1", "--holding", "BTC=1"),
        ("--credential", "/nowhere"),
        ("--with", "/nowhere"),
    ],
)
def test_t22_t61_t84_t86_options_of_another_form_are_2(okx: str, options: tuple[str, ...]) -> None:
    assert run(okx, *options) == 2


@pytest.mark.parametrize(
    "options",
    [
        ("--policy", "policy.toml"),
        ("--bundle", "bundle"),
        ("--registry", "eip155:1:0x" + "00" * 20),
        ("--registry-issuer", "0x" + "00" * 20),
        ("--from-block", "1"),
        ("--identity", "fetch"),
        ("--source", "eip155:1=https://node.example"),
        ("--replay", "answers.json"),
        ("--assets", "assets.toml"),
    ],
)
def test_t68_options_that_would_be_ignored_are_refused(
    okx: str, options: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(okx, *ROOTED, *options) == 2
    assert "leave it out" in capsys.readouterr().err


@pytest.mark.parametrize(
    "options", [("--format", "okx-v1"), ("--total", "BTC=1"), ("--max-age", "3"), ("--snapshot", "x")]
)
def test_t68_options_of_published_proofs_are_refused_with_ours(options: tuple[str, ...], tmp_path: Path) -> None:
    own = written(tmp_path, "own.json", {"mediaType": "application/vnd.por.inclusion-proof.v1+json"})
    assert run(own, *options) == 2


def test_t80_t83_id_and_amounts_may_come_by_stdin_and_are_in_no_error(okx: str) -> None:
    told = por(
        "verify-inclusion", okx, "--mine", "-", "--root", OKX.root, stdin=f"{OKX.file['self']['nonce']}\nBTC=1.5\n"
    )
    assert told.status == 0, told.err
    assert told.err == ""
    refused = por("verify-inclusion", okx, "--mine", "-", stdin="somebody@example.com\nBTC=1.5\nBTC=1.5\n")
    assert refused.status == 2
    assert "somebody@example.com" not in refused.err


def test_t93_a_files_name_and_text_cannot_paint_the_terminal(tmp_path: Path) -> None:
    file = {**OKX.file, "self": {**OKX.file["self"], "auditId": "\x1b[32mVERIFIED\x1b[0m"}}
    told = por("verify-inclusion", written(tmp_path, "\x1b[31mproof.json", file))
    assert "\x1b" not in told.out + told.err


def test_the_verdict_is_written_for_machines(okx: str, tmp_path: Path) -> None:
    target = tmp_path / "verdict.json"
    assert run(okx, *ROOTED, "--output", str(target), "--now", "2026-11-26T00:00:00Z") == 0
    value = json.loads(target.read_bytes())
    assert (value["profile"], value["asOf"], value["exit"]) == ("published", None, 0)
    assert value["snapshot"] == f"okx-v1:{OKX.root}"
