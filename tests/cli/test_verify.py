"""The auditor's command: sources, recordings, the record list."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from por.cli import sources as cli_sources
from por.cli.main import main
from por.cli.sources import source_urls
from por.encoding import recording_v1, verdict_v1
from por.encoding.digests import digest_of
from por.errors import FormatError, UnavailableError
from por.model import ChainId, Verdict
from tests.checks import scenery
from tests.checks.scenery import CHAIN, FakeSource, headers
from tests.cli.desk import NOW, POLICY, Desk, por

NODE_A, NODE_B = "eip155:1=https://node-a.example/", "eip155:1=https://node-b.example/"


def asked(desk: Desk, tmp_path: Path, *options: str) -> tuple[int, Verdict]:
    """Run the auditor's command with live sources, in this process."""
    target = tmp_path / f"verdict-{len(list(tmp_path.iterdir()))}.json"
    files = (desk.bundle, "--policy", desk.policy_toml, "--ledger", desk.records_csv)
    status = main(["verify", *files, "--now", NOW, "--output", str(target), *options])
    return status, verdict_v1.read(target.read_bytes())


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch) -> list[FakeSource]:
    """Put an honest chain behind every URL."""
    opened: list[FakeSource] = []

    def opening(chain: ChainId, urls: Sequence[str], *, genesis: bytes | None = None) -> FakeSource:
        names = tuple(f"https://node-{letter}.example:443" for letter in "abcdefgh"[: len(urls)])
        opened.append(FakeSource(names=names, chain=chain))
        return opened[-1]

    monkeypatch.setattr(cli_sources, "open_source", opening)
    return opened


def outcomes(verdict: Verdict) -> dict[str, set[str]]:
    return {f.check: {str(g.outcome) for g in verdict.of(f.check)} for f in verdict.findings}


# --- sources


def test_two_nodes_that_agree_verify(desk: Desk, tmp_path: Path, live: list[FakeSource]) -> None:
    status, verdict = asked(desk, tmp_path, "--source", NODE_A, "--source", NODE_B)
    assert (status, len(live)) == (0, 1)
    assert {f.grade.text for f in verdict.of("solvency.coverage") if f.grade} == {
        "state proof against an agreed header"
    }


def test_t55_one_node_is_too_few_for_a_policy_of_two(desk: Desk, tmp_path: Path, live: list[FakeSource]) -> None:
    status, verdict = asked(desk, tmp_path, "--source", NODE_A)
    assert status == 3
    assert outcomes(verdict)["reserves.balance"] == {"INCONCLUSIVE"}


@pytest.mark.usefixtures("live")
def test_a_node_of_another_chain_answers_nothing(desk: Desk, tmp_path: Path) -> None:
    status, verdict = asked(desk, tmp_path, "--source", NODE_A.replace(":1=", ":10="))
    assert status == 3
    assert "no source was asked about eip155:1" in verdict.of("snapshot.canonical")[0].facts["reason"]


def test_t64_nodes_that_fail_leave_it_undecided(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        cli_sources, "open_source", lambda *_, **__: FakeSource(fails=UnavailableError("node-a: refused"))
    )
    status, verdict = asked(desk, tmp_path, "--source", NODE_A, "--source", NODE_B)
    assert status == 3
    assert not [f for f in verdict.findings if f.outcome == "FAIL"]


def test_t55_t69_a_node_that_nobody_serves_leaves_it_undecided_and_its_key_unsaid(desk: Desk, tmp_path: Path) -> None:
    """The real transport, on a port of this machine where nobody listens."""
    target, record = tmp_path / "verdict.json", tmp_path / "answers.json"
    urls = (
        "http://user:PASSWORD@127.0.0.1:9/v2/SECRETKEY?apikey=SECRETQUERY",
        "http://127.0.0.2:9/SECRETKEY",
    )
    options = [part for url in urls for part in ("--source", f"eip155:1={url}")]
    files = (desk.bundle, "--policy", desk.policy_toml, "--ledger", desk.records_csv)
    run = por("verify", *files, *options, "--now", NOW, "--all", "--output", str(target), "--record", str(record))
    assert run.status == 3, run.err
    written = target.read_text() + record.read_text()
    for text in (run.out, run.err, written):
        for secret in ("PASSWORD", "SECRETKEY", "SECRETQUERY", "user:"):
            assert secret not in text
    assert "http://127.0.0.1:9" in run.out


@pytest.mark.parametrize(
    "text",
    [
        *("", "eip155:1", "https://SECRET.example/", "=https://SECRET.example/", "eip155=https://SECRET.example/"),
        *("ETH=https://SECRET.example/", "eip155:01=https://SECRET.example/", "eip155:1 =https://SECRET.example/"),
    ],
)
def test_t96_a_source_of_another_form_is_refused_by_its_number(text: str) -> None:
    with pytest.raises(FormatError) as caught:
        source_urls([NODE_A, text])
    assert str(caught.value).startswith("--source number 2: ")
    assert "SECRET" not in str(caught.value)


def test_urls_are_gathered_by_chain() -> None:
    urls = source_urls([NODE_A, "eip155:10=http://n/?a=b", NODE_B])
    assert urls == {
        CHAIN: ["https://node-a.example/", "https://node-b.example/"],
        ChainId("eip155", "10"): ["http://n/?a=b"],
    }


@pytest.mark.parametrize("url", ["ftp://SECRETKEY/", "file:///etc/passwd", "SECRETKEY", "http://", "http://a b/"])
def test_t95_t96_a_url_of_another_kind_is_2_and_not_repeated(desk: Desk, url: str) -> None:
    run = por("verify", desk.bundle, "--policy", desk.policy_toml, "--source", f"eip155:1={url}")
    assert (run.status, run.out) == (2, "")
    assert "SECRETKEY" not in run.err
    assert "passwd" not in run.err


def test_t55_one_node_given_twice_is_one_node(desk: Desk) -> None:
    urls = [part for key in ("a", "b") for part in ("--source", f"eip155:1=http://127.0.0.1:9/{key}")]
    run = por("verify", desk.bundle, "--policy", desk.policy_toml, *urls)
    assert run.status == 2
    assert "given twice" in run.err


def test_a_chain_without_sources_of_its_kind_is_2(desk: Desk) -> None:
    chain = "bip122:000000000019d6689c085ae165831e93"
    run = por("verify", desk.bundle, "--policy", desk.policy_toml, "--source", f"{chain}=http://127.0.0.1:9/")
    assert (run.status, run.out) == (2, "")


# --- recordings


def test_a_recorded_run_replays_to_the_same_findings(desk: Desk, tmp_path: Path, live: list[FakeSource]) -> None:
    record = tmp_path / "answers.json"
    status, first = asked(desk, tmp_path, "--source", NODE_A, "--source", NODE_B, "--record", str(record))
    assert (status, len(live)) == (0, 1)
    assert digest_of(record.read_bytes()) == digest_of(Path(desk.answers_json).read_bytes())
    status, again = asked(desk, tmp_path, "--replay", str(record))
    assert (status, len(live)) == (0, 1)
    assert verdict_v1.write(again) == verdict_v1.write(first)


def test_the_recordings_digest_is_said_and_is_what_the_policy_needs(
    desk: Desk, tmp_path: Path, live: list[FakeSource], capsys: pytest.CaptureFixture[str]
) -> None:
    record, policy = tmp_path / "answers.json", tmp_path / "policy.toml"
    assert asked(desk, tmp_path, "--source", NODE_A, "--source", NODE_B, "--record", str(record))[0] == 0
    out, err = capsys.readouterr()
    (digest,) = re.findall(r"sha256:[0-9a-f]{64}", err)
    assert digest not in out
    assert digest == str(digest_of(record.read_bytes()))
    policy.write_text(POLICY.format(recording=digest))
    assert asked(desk, tmp_path, "--policy", str(policy), "--replay", str(record))[0] == 0
    assert len(live) == 1


def test_t53_a_recording_of_another_genesis_decides_nothing(desk: Desk, tmp_path: Path) -> None:
    """Also one that the policy names: it does not say that it is of this chain."""
    policy = tmp_path / "policy.toml"
    recording = digest_of(Path(desk.answers_json).read_bytes())
    genesis = f'sources = 2\ngenesis = "0x{"11" * 32}"'
    policy.write_text(POLICY.format(recording=recording).replace("sources = 2", genesis))
    status, verdict = asked(desk, tmp_path, "--policy", str(policy), "--replay", desk.answers_json)
    assert status == 3
    assert outcomes(verdict)["snapshot.canonical"] == {"INCONCLUSIVE"}


def test_t55_a_recording_that_the_policy_does_not_name_decides_nothing(desk: Desk, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text(POLICY.format(recording="sha256:" + "00" * 32))
    status, verdict = asked(desk, tmp_path, "--policy", str(policy), "--replay", desk.answers_json)
    assert status == 3
    assert outcomes(verdict)["snapshot.canonical"] == {"INCONCLUSIVE"}
    assert "self-declared" in verdict.of("snapshot.canonical")[0].facts["reason"]


def test_t42_t55_a_recording_made_up_by_the_issuer_is_another_one(desk: Desk, tmp_path: Path) -> None:
    forged = tmp_path / "answers.json"
    forged.write_bytes(Path(desk.answers_json).read_bytes().replace(b"node-a", b"node-c"))
    status, _ = asked(desk, tmp_path, "--replay", str(forged))
    assert status == 3


@pytest.mark.parametrize("document", [b"", b"{}", b"[]", b"{"])
def test_a_recording_of_another_form_is_2_and_named(
    desk: Desk, tmp_path: Path, document: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "strange.json"
    path.write_bytes(document)
    command = [str(path) if part == desk.answers_json else part for part in desk.auditor()]
    assert main(command) == 2
    assert "strange.json" in capsys.readouterr().err


def test_a_recording_is_written_even_where_nothing_was_decided(
    desk: Desk, tmp_path: Path, live: list[FakeSource]
) -> None:
    record = tmp_path / "answers.json"
    status, _ = asked(desk, tmp_path, "--source", NODE_A, "--record", str(record))
    assert (status, len(live)) == (3, 1)
    assert recording_v1.read(record.read_bytes()).chains[0].chain == CHAIN


def test_a_recording_that_cannot_be_written_is_2(
    desk: Desk, tmp_path: Path, live: list[FakeSource], capsys: pytest.CaptureFixture[str]
) -> None:
    files = (desk.bundle, "--policy", desk.policy_toml, "--source", NODE_A)
    assert main(["verify", *files, "--record", str(tmp_path / "gone" / "answers.json")]) == 2
    assert capsys.readouterr().out == ""
    assert len(live) == 1


def test_t56_a_chain_that_changed_during_the_run_replays_as_that(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli_sources, "open_source", lambda *_, **__: FakeSource(then=headers(salt=b"x")))
    record, policy = tmp_path / "answers.json", tmp_path / "policy.toml"
    status, _ = asked(desk, tmp_path, "--source", NODE_A, "--source", NODE_B, "--record", str(record))
    assert status == 3
    policy.write_text(POLICY.format(recording=digest_of(record.read_bytes())))
    status, verdict = asked(desk, tmp_path, "--policy", str(policy), "--replay", str(record))
    assert status == 3
    assert "reorganised" in verdict.of("snapshot.canonical")[0].facts["reason"]


# --- the bundle and the record list


def test_the_bundles_document_names_it_as_well_as_its_folder(desk: Desk) -> None:
    command = [f"{part}/bundle.json" if part == desk.bundle else part for part in desk.auditor("--json")]
    assert por(*command).out == por(*desk.auditor("--json")).out


def test_t42_t68_any_evidence_file_altered_or_withheld_is_not_verified(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = sorted(entry.name for entry in (Path(desk.bundle) / "evidence").iterdir())
    for name in files:
        folder = tmp_path / name
        shutil.copytree(desk.bundle, folder)
        command = [str(folder) if part == desk.bundle else part for part in desk.auditor("--json")]
        data = (folder / "evidence" / name).read_bytes()
        (folder / "evidence" / name).write_bytes(data[:40] + bytes([data[40] ^ 4]) + data[41:])
        assert main(command) == 1
        findings = json.loads(capsys.readouterr().out)["findings"]
        assert [f["check"] for f in findings if f["outcome"] == "FAIL"]
        (folder / "evidence" / name).unlink()
        assert main(command) == 3
        capsys.readouterr()


def test_t42_any_byte_of_the_bundle_or_its_note_matters(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(desk.bundle, tmp_path / "b")
    command = [str(tmp_path / "b") if part == desk.bundle else part for part in desk.auditor("--json")]
    for name, step in (("bundle.json", 397), ("bundle.note", 31)):
        data = (tmp_path / "b" / name).read_bytes()
        for position in range(0, len(data), step):
            (tmp_path / "b" / name).write_bytes(data[:position] + bytes([data[position] ^ 1]) + data[position + 1 :])
            assert main(command) != 0, (name, position)
            capsys.readouterr()
        (tmp_path / "b" / name).write_bytes(data)
    assert main(command) == 0


def test_t19_a_record_list_of_another_ledger_is_refuted(desk: Desk, tmp_path: Path) -> None:
    rows = scenery.trees()[:-1]
    path = scenery.write_records(tmp_path / "records.csv", rows)
    command = [str(path) if part == desk.records_csv else part for part in desk.auditor()]
    assert por(*command).status == 1


def test_without_the_record_list_the_auditors_profile_is_undecided(desk: Desk) -> None:
    command = [part for part in desk.auditor() if part not in {"--ledger", desk.records_csv}]
    run = por(*command)
    assert run.status == 3
    assert "--ledger" in run.out


def test_t83_nothing_of_a_record_list_is_in_the_verdict(desk: Desk) -> None:
    for more in (("--all",), ("--json",)):
        run = por(*desk.auditor(*more))
        for name in ("alice", "bob", "carol"):
            assert name not in run.out + run.err


@pytest.mark.parametrize(("ratio", "all_of_it"), [("1", True), ("1/2", False), ("9/10", False), ("1.0", True)])
def test_t75_a_policy_that_asks_for_less_is_not_answered_with_all(
    desk: Desk, tmp_path: Path, ratio: str, all_of_it: bool
) -> None:
    """Without the hot account nine tenths of the dollars are there, and six tenths of the coins."""
    short = scenery.bundle(reserves=tuple(row for row in scenery.bundle().reserves if row.custody != "hot"))
    made = short if not all_of_it else scenery.bundle()
    scenery.write_bundle(tmp_path / "bundle", scenery.listed(made, scenery.files()))
    text = Path(desk.policy_toml).read_text()
    (tmp_path / "policy.toml").write_text(f'{text}\n[coverage]\nratio = "{ratio}"\n')
    names = {desk.bundle: tmp_path / "bundle", desk.policy_toml: tmp_path / "policy.toml"}
    run = por(*(str(names.get(part, part)) for part in desk.auditor()))
    first = run.out.splitlines()[0]
    enough = all_of_it or ratio == "1/2"
    assert (run.status, first.startswith("VERIFIED")) == ((0, True) if enough else (1, False))
    assert ("were at least what it committed to owing" in first) == all_of_it
    assert ("less than all of it" in first) == (enough and not all_of_it)
