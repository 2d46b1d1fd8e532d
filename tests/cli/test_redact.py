"""por redact: a receipt tells which list and how it ended, and nothing that only the customer's proof holds."""

from __future__ import annotations

import json
import re
import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from por.cli.main import main
from por.encoding import inclusion_proof_v1, receipt_v1
from tests import published_proofs as p
from tests.checks import scenery
from tests.cli.desk import Desk

OKX = p.SAMPLES["okx-v1"]
MEMBERS = {"mediaType", "file", "format", "issuer", "root", "snapshot", "verdict"}


def written(folder: Path, file: Any, name: str = "proof") -> str:
    path = folder / name
    path.write_bytes(p.data_of(file))
    return str(path)


def redacted(folder: Path, proof: str, *options: str, status: int = 0) -> dict[str, Any]:
    target = folder / "receipt.json"
    assert main(["redact", proof, "--output", str(target), *options]) == status
    if status:
        assert not target.exists()
        assert not target.with_name("receipt.json.salt").exists()
        return {}
    value: dict[str, Any] = json.loads(target.read_bytes())
    assert set(value) == MEMBERS
    return value


def opened(folder: Path, proof: str, *options: str) -> int:
    return main(["redact", proof, "--open", str(folder / "receipt.json"), *options])


def words_in(value: Any) -> set[str]:
    """Return every text and number in a proof that could tell whose it is."""
    if isinstance(value, dict | list):
        members = value.values() if isinstance(value, dict) else value
        return {word for member in members for word in words_in(member)}
    return set(re.findall(r"[^\s,:|\"{}]+", str(value)))


@pytest.mark.parametrize("name", p.SAMPLES)
def test_t82_nothing_of_a_published_proof_but_its_root_is_in_the_receipt(name: str, tmp_path: Path) -> None:
    sample = p.SAMPLES[name]
    value = redacted(tmp_path, written(tmp_path, sample.file), "--format", sample.format, "--root", sample.root)
    assert value["format"] == sample.format
    assert value["root"] in {sample.root, None}
    assert value["issuer"] is None
    assert value["verdict"] is None
    assert value["snapshot"] is None or re.fullmatch(r"\d{4}-\d{2}-\d{2}", value["snapshot"])
    public = {"mediaType", "file", "format", "root", "snapshot"}
    shown = {str(text) for name, text in value.items() if name not in public and text is not None}
    assert not [word for word in words_in(sample.file) if len(word) > 3 and word in shown]


@pytest.mark.parametrize("name", ["okx-v1", "bybit", "bitget-v2", "coinex_once", "hotcoin-por-sum", "olalonde_whole"])
def test_a_root_that_the_file_states_and_implies_is_named(name: str, tmp_path: Path) -> None:
    sample = p.SAMPLES[name]
    stated = name != "hotcoin-por-sum"
    assert redacted(tmp_path, written(tmp_path, sample.file))["root"] == (sample.root if stated else None)


@pytest.mark.parametrize("what", ["amount", "sibling", "digest", "side", "digest-of-root"])
def test_t82_a_root_that_is_this_customers_alone_is_not_named(what: str, tmp_path: Path) -> None:
    file = OKX.bad[what][0]
    assert redacted(tmp_path, written(tmp_path, file), "--root", OKX.root)["root"] is None


def test_t82_a_list_of_one_has_the_customers_leaf_as_root_and_none_is_named(tmp_path: Path) -> None:
    own = {**OKX.file["self"], "type": 3}
    alone = {"self": OKX.file["self"], "path": [own]}
    assert redacted(tmp_path, written(tmp_path, alone))["root"] is None


def test_t82_records_under_different_roots_name_none(tmp_path: Path) -> None:
    lemon = p.SAMPLES["lemon"].file
    other = lemon.splitlines()[1].replace("user 0", "user 9").replace("USDT:3.00000000", "USDT:4.00000000")
    file = written(tmp_path, lemon + other + "\n")
    assert redacted(tmp_path, file, "--root", p.SAMPLES["lemon"].root)["root"] is None


def test_t79_the_salt_is_new_each_time_and_for_the_owner_alone(tmp_path: Path) -> None:
    proof, salts, digests = written(tmp_path, OKX.file), set(), set()
    for number in range(3):
        folder = tmp_path / str(number)
        folder.mkdir()
        digests.add(redacted(folder, proof)["file"])
        kept = folder / "receipt.json.salt"
        assert kept.stat().st_mode & 0o777 == 0o600
        assert re.fullmatch(r"[0-9a-f]{64}\n", kept.read_text())
        assert kept.read_text()[:-1] not in (folder / "receipt.json").read_text()
        salts.add(kept.read_text())
        assert opened(folder, proof, "--salt", str(kept)) == 0
    assert len(salts) == len(digests) == 3


def test_t82_the_receipt_of_a_proof_of_por_names_issuer_snapshot_and_root(desk: Desk, tmp_path: Path) -> None:
    proof = scenery.proof_of("alice")
    value = redacted(tmp_path, desk.alice_json)
    assert value["format"] == receipt_v1.NATIVE
    assert value["issuer"] == proof.issuer
    assert value["snapshot"] == f"{proof.issuer}@{proof.instant}"
    assert value["root"] == scenery.bundle().commitments_root.hex()
    told = (tmp_path / "receipt.json").read_text()
    records = [record for tree in proof.trees for record in tree.records]
    hidden = {str(record.amount) for record in records if record.amount} | {record.key.hex() for record in records}
    hidden |= {step.hash.hex() for record in records for step in record.path}
    assert not [text for text in hidden if len(text) > 3 and text in told]
    assert "alice" not in told


def test_t82_two_customers_of_one_list_have_receipts_that_differ_in_the_salted_digest_alone(tmp_path: Path) -> None:
    values = []
    for name in ("alice", "bob"):
        folder = tmp_path / name
        folder.mkdir()
        path = folder / "proof.json"
        path.write_bytes(inclusion_proof_v1.write(scenery.proof_of(name)))
        values.append(redacted(folder, str(path)))
    assert {**values[0], "file": ""} == {**values[1], "file": ""}


def test_trees_or_a_note_of_another_root_name_none(tmp_path: Path) -> None:
    proof = scenery.proof_of("alice")
    tree = proof.trees[0]
    other = replace(tree, opening=tuple(bytes(32) for _ in tree.opening))
    for number, changed in enumerate(
        (
            replace(proof, trees=(other, *proof.trees[1:])),
            replace(proof, trees=()),
            replace(proof, note="no note"),
        )
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        path = folder / "proof.json"
        path.write_bytes(inclusion_proof_v1.write(changed))
        assert redacted(folder, str(path))["root"] is None


def test_a_verdict_adds_its_outcome_and_the_failed_checks_alone(tmp_path: Path) -> None:
    proof, verdict = written(tmp_path, OKX.file), str(tmp_path / "verdict.json")
    options = ("--holding", "BTC=2.5", "--root", OKX.root, "--now", "2026-11-26T00:00:00Z", "--output", verdict)
    assert main(["verify-inclusion", proof, *options]) == 1
    value = redacted(tmp_path, proof, "--verdict", verdict)
    assert value["verdict"] == {
        "checkedAt": "2026-11-26T00:00:00Z",
        "failed": ["published.leaf"],
        "outcome": "FAIL",
    }
    assert "2.5" not in json.dumps({**value, "file": "", "root": ""})


def test_an_unreadable_proof_has_a_receipt_with_its_verdict(tmp_path: Path) -> None:
    proof, verdict = written(tmp_path, OKX.bad["digest"][0]), str(tmp_path / "verdict.json")
    assert main(["verify-inclusion", proof, "--output", verdict, "--now", "2026-11-26T00:00:00Z"]) == 1
    value = redacted(tmp_path, proof, "--verdict", verdict)
    assert value["verdict"]["failed"] == ["published.structure"]
    assert value["root"] is None


def test_a_verdict_on_the_customers_proof_of_por(desk: Desk, tmp_path: Path) -> None:
    verdict = str(tmp_path / "verdict.json")
    assert main(list(desk.customer("--output", verdict))) == 0
    value = redacted(tmp_path, desk.alice_json, "--verdict", verdict)
    assert (value["verdict"]["outcome"], value["verdict"]["failed"]) == ("PASS", [])


def test_a_verdict_on_something_else_is_refused(desk: Desk, tmp_path: Path) -> None:
    okx, coinex = written(tmp_path, OKX.file), written(tmp_path, p.SAMPLES["coinex_once"].file, "coinex")
    verdict = str(tmp_path / "verdict.json")
    assert main(["verify-inclusion", coinex, "--output", verdict]) == 3
    redacted(tmp_path, okx, "--verdict", verdict, status=2)
    redacted(tmp_path, desk.alice_json, "--verdict", verdict, status=2)
    assert main(list(desk.auditor("--output", str(tmp_path / "audited.json")))) == 0
    redacted(tmp_path, desk.alice_json, "--verdict", str(tmp_path / "audited.json"), status=2)


def test_a_receipt_opens_to_its_own_file_and_salt_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    proof, other = written(tmp_path, OKX.file), written(tmp_path, OKX.bad["amount"][0], "other")
    redacted(tmp_path, proof)
    salt = str(tmp_path / "receipt.json.salt")
    assert opened(tmp_path, proof, "--salt", salt) == 0
    assert opened(tmp_path, other, "--salt", salt) == 1
    assert "another file" in capsys.readouterr().out
    wrong = tmp_path / "wrong"
    wrong.write_text("00" * 32 + "\n")
    assert opened(tmp_path, proof, "--salt", str(wrong)) == 1
    for text in ("", "00" * 31, "00" * 33, "AB" * 32, "00" * 32 + "\n\n", "x" * 64, "00" * 60):
        wrong.write_text(text)
        assert opened(tmp_path, proof, "--salt", str(wrong)) == 2
    assert opened(tmp_path, proof) == 2
    assert opened(tmp_path, proof, "--salt", salt, "--root", OKX.root) == 2
    assert opened(tmp_path, proof, "--salt", salt, "--verdict", proof) == 2
    (tmp_path / "receipt.json").write_text("{}")
    assert opened(tmp_path, proof, "--salt", salt) == 2


@pytest.mark.parametrize("taken", ["receipt.json", "receipt.json.salt"])
def test_nothing_is_written_over(taken: str, tmp_path: Path) -> None:
    proof, there = written(tmp_path, OKX.file), tmp_path / taken
    there.write_text("mine")
    try:
        status = main(["redact", proof, "--output", str(tmp_path / "receipt.json")])
    except SystemExit as stopped:
        status = int(str(stopped.code))
    assert status == 2
    assert there.read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["proof", taken])


def test_where_nothing_can_be_written_nothing_is(tmp_path: Path) -> None:
    proof = written(tmp_path, OKX.file)
    assert main(["redact", proof, "--output", str(tmp_path / "no" / "receipt.json")]) == 2
    salt = str(tmp_path / "no" / "salt")
    assert main(["redact", proof, "--output", str(tmp_path / "receipt.json"), "--salt", salt]) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["proof"]


@pytest.mark.parametrize(
    "text", ["", "not a proof", "{}", '{"mediaType":"application/vnd.por.verdict.v1+json"}', "[" * 200]
)
def test_what_is_no_proof_has_no_receipt(text: str, tmp_path: Path) -> None:
    redacted(tmp_path, written(tmp_path, text), status=2)


def test_options_of_published_proofs_are_refused_for_one_of_por(desk: Desk, tmp_path: Path) -> None:
    for option in (("--format", "okx-v1"), ("--root", "00" * 32), ("--with", desk.alice_json)):
        redacted(tmp_path, desk.alice_json, *option, status=2)


def test_t81_nothing_is_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("por redact asked somebody")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    redacted(tmp_path, written(tmp_path, OKX.file), "--root", OKX.root)


def test_t83_neither_salt_nor_balance_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    redacted(tmp_path, written(tmp_path, OKX.file))
    told = "".join(capsys.readouterr())
    assert (tmp_path / "receipt.json.salt").read_text()[:-1] not in told
    assert "1000.25" not in told
