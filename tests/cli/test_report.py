"""`por report`: from a verdict's file to a page, a table, a build's result, and an evidence pack that re-performs."""

from __future__ import annotations

import hashlib
import json
import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from por.cli.main import main
from por.encoding import bundle_v1, verdict_v1
from por.model import Instant
from por.report.formats import FILES, FORMATS
from tests.cli.desk import NOW, Desk, environment, por
from tests.report import papers_scene as scene

REMARKS = """version = 1

[[recording]]
digest = "{digest}"
observer = "{observer}"
made_by = "Example Ltd"

[[remark]]
ref = "publication.anchored@exchange.example@2026-10-01T12:00:00Z"
text = "No registry in the first year."
by = "A. Practitioner"
at = "2026-10-02T09:00:00Z"
status = "accepted"
"""


@dataclass(frozen=True)
class Case:
    """A verdict with its rulebook on disk, and the options that name all it was made of."""

    desk: Desk
    verdict: Path

    @property
    def options(self) -> tuple[str, ...]:
        files = ("--bundle", self.desk.bundle, "--policy", self.desk.policy_toml, "--ledger", self.desk.records_csv)
        return (*files, "--replay", self.desk.answers_json)

    def report(self, *more: str) -> int:
        return main(["report", str(self.verdict), *more])


@pytest.fixture(scope="module")
def case(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Case:
    path = tmp_path_factory.mktemp("verdict") / "verdict.json"
    assert main([*desk.auditor("--output", str(path), "--rulebook", "jp-exchange")]) in {1, 3}
    return Case(desk, path)


def remarks(case: Case, folder: Path, observer: str = "auditor") -> str:
    digest = hashlib.sha256(Path(case.desk.answers_json).read_bytes()).hexdigest()
    path = folder / "remarks.toml"
    path.write_text(REMARKS.format(digest=f"sha256:{digest}", observer=observer))
    return str(path)


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# Rendering.


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("language", ["en", "ja"])
def test_each_format_is_written_whole_and_the_status_is_the_verdicts(
    case: Case, name: str, language: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / FILES[name]
    status = verdict_v1.read(case.verdict.read_bytes()).exit_code
    assert case.report("--format", name, "--lang", language, "--output", str(target)) == status
    assert capsys.readouterr().out == ""
    assert case.report("--format", name, "--lang", language) == status
    assert capsys.readouterr().out.encode() == target.read_bytes()


def test_the_page_is_the_default(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    case.report()
    assert capsys.readouterr().out.startswith("<!DOCTYPE html>")


def test_shipped_rulebooks_are_found_by_what_the_verdict_names(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    case.report("--lang", "ja")
    out = capsys.readouterr().out
    assert "日本：暗号資産交換業者" in out
    assert "JP-SEG-01" in out
    assert "Payment Services Act art. 63-11(2)" in out


def test_the_bundle_fills_the_scope(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    case.report("--bundle", case.desk.bundle)
    out = capsys.readouterr().out
    assert "The bundle was not given" not in out
    assert "Reserve accounts by chain and role" in out
    segments = re.findall(r'<th scope="row"><a href="#f-[0-9a-f]{20}">(.*?)</a></th>', out)
    assert segments == ["debt:margin", "margin", "spot", "spot"], "each leads to what was found of its commitment"


@pytest.mark.parametrize(
    ("observer", "words"),
    [("auditor", "made for the auditor by Example Ltd"), ("issuer", "not the auditor&#39;s own observation")],
)
def test_whose_recording_it_is_is_said(
    case: Case, observer: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case.report("--replay", case.desk.answers_json, "--remarks", remarks(case, tmp_path, observer))
    assert words in capsys.readouterr().out


def test_remarks_of_the_snapshot_before_are_carried(
    case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case.report("--remarks", remarks(case, tmp_path))
    out = capsys.readouterr().out
    assert "No registry in the first year." in out
    assert "from before this snapshot" in out


def test_a_history_is_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = []
    for number, verdict in enumerate([scene.verdict(scene.coverage(scene.ETH, "10")), *scene.history()]):
        paths.append(tmp_path / f"{number}.json")
        paths[-1].write_bytes(verdict_v1.write(verdict))
    main(["report", str(paths[0]), "--history", *map(str, paths)])
    out = capsys.readouterr().out
    assert "Coverage over time" in out
    assert out.count('<svg x="') == len(scene.history()) + 1, "itself is not drawn twice"


def test_reading_a_verdict_loads_no_template_engine() -> None:
    program = (
        "import sys\nfrom por.cli import report\nfrom por.cli.main import main\n"
        "try:\n    main(['report', '--help'])\nexcept SystemExit:\n    pass\n"
        "print('loaded:', *sorted({'jinja2', 'babel', 'web3'} & sys.modules.keys()))\n"
    )
    done = por(program=program)
    assert done.out.splitlines()[-1] == "loaded:", done.err


# Refusals.


def spoiled(case: Case, folder: Path, old: bytes, new: bytes) -> str:
    data = case.verdict.read_bytes()
    assert old in data
    path = folder / "spoiled.json"
    path.write_bytes(data.replace(old, new))
    return str(path)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b'"outcome":"PASS"', b'"outcome":"PASSED"', "PASSED"),
        (b'"exit":1', b'"exit":0', "not that of the findings"),
        (b"snapshot.complete.whole", b"snapshot.complete.other", "cannot say"),
        (b'"message":"snapshot.complete.whole"', b'"message":"evidence.missing"', "cannot say"),
    ],
)
def test_a_verdict_that_is_none_or_says_the_unknown_is_2(
    case: Case, old: bytes, new: bytes, reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", spoiled(case, tmp_path, old, new)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert reason in err


def test_a_verdict_with_a_check_of_no_release_is_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "verdict.json"
    path.write_bytes(verdict_v1.write(scene.verdict(replace(scene.FINDINGS[0], check="snapshot.magical"))))
    assert main(["report", str(path)]) == 2
    assert "snapshot.magical" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--bundle", "--remarks", "--replay", "--rulebook", "--history"])
def test_a_file_that_is_not_there_is_2(
    case: Case, option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert case.report(option, str(tmp_path / "absent.toml")) == 2
    out, err = capsys.readouterr()
    assert (out, "absent.toml" in err) == ("", True)


def test_a_history_of_another_issuer_is_2(case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = scene.verdict(scene.coverage(scene.ETH, "10"))
    document = verdict_v1.write(other).replace(b"exchange.example@", b"other.example@")
    path = tmp_path / "other.json"
    path.write_bytes(document)
    assert case.report("--history", str(path)) == 2
    assert "other.example" in capsys.readouterr().err


def test_a_bundle_that_the_verdict_is_not_of_is_2(
    case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "bundle"
    shutil.copytree(case.desk.bundle, folder)
    opened = bundle_v1.read((folder / "bundle.json").read_bytes())
    (folder / "bundle.json").write_bytes(bundle_v1.write(replace(opened, expires=Instant(opened.expires.seconds - 1))))
    assert case.report("--bundle", str(folder)) == 2
    assert capsys.readouterr().err.startswith("por: --bundle")


def test_a_rulebook_that_the_verdict_does_not_name_is_2(
    case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shipped = Path(__file__).resolve().parents[2] / "por" / "rulebooks" / "jp-exchange.toml"
    other = tmp_path / "other.toml"
    other.write_text(shipped.read_text("utf-8") + "# changed\n", "utf-8")
    assert case.report("--rulebook", str(other)) == 2
    assert "does not name" in capsys.readouterr().err


def test_nothing_is_written_over(case: Case, tmp_path: Path) -> None:
    target = tmp_path / "there"
    target.write_text("mine")
    for option in ("--output", "--pack"):
        with pytest.raises(SystemExit) as stopped:
            case.report(option, str(target), *case.options)
        assert stopped.value.code == 2
    assert target.read_text() == "mine"


# Packs.


@pytest.fixture(scope="module")
def pack(case: Case, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packs")
    target = folder / "pack"
    case.report("--pack", str(target), *case.options, "--remarks", remarks(case, folder), "--lang", "ja")
    return target


def command_of(pack: Path) -> list[str]:
    """Return the one command of a pack, without `por`."""
    (line,) = re.findall(r"^ {4}(por .*)$", (pack / "REPERFORM.md").read_text("utf-8"), re.MULTILINE)
    return shlex.split(line)[1:]


def test_a_pack_holds_all_that_a_verdict_was_made_of(case: Case, pack: Path) -> None:
    there = files(pack)
    assert set(FILES.values()) <= set(there)
    for name in ("verdict.json", "policy.toml", "recording.json", "records.csv", "remarks.toml", "versions.json"):
        assert name in there
    assert there["verdict.json"] == case.verdict.read_bytes()
    assert there["recording.json"] == Path(case.desk.answers_json).read_bytes()
    assert {name for name in there if name.startswith("bundle/")} == {
        f"bundle/{name}" for name in files(Path(case.desk.bundle))
    }
    assert "rulebooks/jp-exchange.toml" in there
    assert json.loads(there["versions.json"])["python"] == ".".join(map(str, sys.version_info[:3]))


def test_the_digests_are_those_of_all_other_files(pack: Path) -> None:
    rows = [line.split("  ", 1) for line in (pack / "SHA256SUMS").read_text().splitlines()]
    listed = {name: digest for digest, name in rows}
    there = files(pack)
    there.pop("SHA256SUMS")
    assert listed == {name: hashlib.sha256(data).hexdigest() for name, data in there.items()}


def test_the_command_in_a_pack_gives_the_verdict_again_byte_for_byte(case: Case, pack: Path, tmp_path: Path) -> None:
    """In another folder, by another process, with nothing else at hand."""
    moved = tmp_path / "elsewhere"
    shutil.copytree(pack, moved)
    done = por(*command_of(moved), cwd=moved)
    assert done.status == verdict_v1.read(case.verdict.read_bytes()).exit_code, done.err
    assert (moved / "again.json").read_bytes() == (moved / "verdict.json").read_bytes()


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("policy.toml", b"max_skew_seconds = 600", b"max_skew_seconds = 601"),
        ("recording.json", b"node-a", b"node-c"),
        ("records.csv", b"alice", b"alicf"),
        ("rulebooks/jp-exchange.toml", b'limit = "5/100"', b'limit = "6/100"'),
    ],
)
def test_a_changed_file_of_a_pack_gives_another_verdict_or_none(
    pack: Path, tmp_path: Path, name: str, old: bytes, new: bytes
) -> None:
    moved = tmp_path / "changed"
    shutil.copytree(pack, moved)
    data = (moved / name).read_bytes()
    assert old in data
    (moved / name).write_bytes(data.replace(old, new))
    por(*command_of(moved), cwd=moved)
    again = moved / "again.json"
    assert not again.exists() or again.read_bytes() != (moved / "verdict.json").read_bytes()


def test_a_pack_is_the_same_each_time_as_directory_and_as_archive(case: Case, tmp_path: Path) -> None:
    for name in ("one.zip", "two.zip", "folder"):
        case.report("--pack", str(tmp_path / name), *case.options)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert names == sorted(names)
        assert {name: archive.read(name) for name in names} == files(tmp_path / "folder")


@pytest.mark.parametrize(
    ("left_out", "reason"),
    [
        ("--replay", "findings differ"),
        ("--ledger", "findings differ"),
        ("--policy", "give --bundle and --policy"),
        ("--bundle", "give --bundle and --policy"),
    ],
)
def test_a_pack_that_would_not_lead_to_the_verdict_is_not_made(
    case: Case, left_out: str, reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = list(case.options)
    at = options.index(left_out)
    del options[at : at + 2]
    assert case.report("--pack", str(tmp_path / "pack"), *options) == 2
    assert reason in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_pack_with_another_policy_is_not_made(case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text(Path(case.desk.policy_toml).read_text().replace("86400", "86401"))
    assert case.report("--pack", str(tmp_path / "pack"), *case.options, "--policy", str(policy)) == 2
    assert "another policy" in capsys.readouterr().err
    assert not (tmp_path / "pack").exists()


def test_a_pack_of_a_verdict_that_is_a_lie_is_not_made(
    case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A FAIL turned into a PASS in the file is no verdict that the evidence leads to."""
    verdict = verdict_v1.read(case.verdict.read_bytes())
    path = tmp_path / "lie.json"
    passed = tuple(finding for finding in verdict.findings if finding.outcome == "PASS")
    lie = replace(verdict, findings=passed, checked_at=Instant.parse(NOW))
    path.write_bytes(verdict_v1.write(lie))
    assert main(["report", str(path), "--pack", str(tmp_path / "pack"), *case.options]) == 2
    assert "do not lead to this verdict" in capsys.readouterr().err
    assert not (tmp_path / "pack").exists()


def test_evidence_that_is_altered_or_gone_is_packed_as_it_is(desk: Desk, tmp_path: Path) -> None:
    bundle, verdict, target = tmp_path / "bundle", tmp_path / "verdict.json", tmp_path / "pack"
    shutil.copytree(desk.bundle, bundle)
    altered, gone, *_ = sorted((bundle / "evidence").iterdir())
    altered.write_bytes(altered.read_bytes() + b" and more")
    gone.unlink()
    command = [str(bundle) if part == desk.bundle else part for part in desk.auditor("--output", str(verdict))]
    assert main(command) == 1
    options = ("--policy", desk.policy_toml, "--ledger", desk.records_csv, "--replay", desk.answers_json)
    assert main(["report", str(verdict), "--bundle", str(bundle), "--pack", str(target), *options]) == 1
    assert not (target / "bundle" / "evidence" / gone.name).exists()
    done = por(*command_of(target), cwd=target)
    assert done.status == 1
    assert (target / "again.json").read_bytes() == verdict.read_bytes()


def test_a_rulebook_of_ones_own_that_the_policy_names_is_packed_where_it_looks(desk: Desk, tmp_path: Path) -> None:
    shipped = Path(__file__).resolve().parents[2] / "por" / "rulebooks" / "jp-exchange.toml"
    folder = tmp_path / "work"
    (folder / "rules").mkdir(parents=True)
    (folder / "rules" / "own.toml").write_text(
        shipped.read_text("utf-8").replace('id = "jp-exchange"', 'id = "own-rules"', 1), "utf-8"
    )
    policy = Path(desk.policy_toml).read_text()
    (folder / "policy.toml").write_text(policy + '\n[law]\nrulebooks = ["rules/own.toml"]\n')
    command = ["policy.toml" if part == desk.policy_toml else part for part in desk.auditor("--output", "verdict.json")]
    done = por(*command, cwd=folder)
    assert (folder / "verdict.json").exists(), done.err
    options = ("--bundle", desk.bundle, "--ledger", desk.records_csv, "--replay", desk.answers_json)
    packed = ("--rulebook", "rules/own.toml", "--policy", "policy.toml", "--pack", "pack")
    done = por("report", "verdict.json", *options, *packed, cwd=folder)
    pack = folder / "pack"
    assert (pack / "rules" / "own.toml").exists(), done.err
    por(*command_of(pack), cwd=pack)
    assert (pack / "again.json").read_bytes() == (folder / "verdict.json").read_bytes()


def test_sha256sum_agrees(pack: Path) -> None:
    if shutil.which("sha256sum") is None:
        pytest.skip("sha256sum is not here")
    done = subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=pack, env=environment())
    assert done.returncode == 0
