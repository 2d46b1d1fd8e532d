"""What a run finds decides its status; what is done is not done twice; success is silent."""

from __future__ import annotations

import json
import shutil
import socket
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from por.chains.evm import EvmSource
from por.chains.recording import ReplaySource
from por.chains.transport import Limits
from por.checks.policy import load_policy
from por.checks.sources import Sources
from por.checks.verify import verify
from por.encoding import bundle_v1, recording_v1, verdict_v1
from por.encoding.digests import digest_of
from por.errors import FormatError, UnavailableError
from por.jobs import places, run
from por.jobs.configuration import load_job
from por.jobs.history import Run, RunKey
from por.jobs.run import worse
from por.jobs.steps import EXAMINATION, Work, sign
from por.model import Digest, Instant
from por.report import render
from tests.jobs.bundle_server import BundleServer
from tests.jobs.scene import DAY_AFTER, NOON, Scene, published
from tests.jobs.test_metrics import parsed

IMPATIENT = Limits(connect_ms=500, read_ms=5_000, total_ms=10_000, attempts=2, pause_ms=10, max_pause_ms=20)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    defaults = EvmSource.__init__.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "limits", IMPATIENT)
    monkeypatch.setattr(places, "DEFAULT_LIMITS", IMPATIENT)


def refused_port() -> str:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{listener.getsockname()[1]}/v3/s3cret-path"


def withheld(scene: Scene, number: int = 0) -> Path:
    """Copy the bundle without one evidence file, and return where that belongs."""
    copy = Path(shutil.copytree(scene.bundle, scene.folder / "copy"))
    gone = sorted((copy / "evidence").iterdir())[number]
    gone.unlink()
    return gone


def inflated(scene: Scene) -> Digest:
    """Publish a bundle that claims a coin more than the evidence shows."""
    bundle = bundle_v1.read((scene.bundle / "bundle.json").read_bytes())
    first = bundle.reserves[0]
    claim = replace(first.holdings[0], amount=first.holdings[0].amount + 10**18)
    lie = replace(first, holdings=(claim, *first.holdings[1:]))
    return published(scene.exchange, scene.folder / "lie", reserves=(lie, *bundle.reserves[1:]))


# --- success


def test_success_is_silent_and_everything_is_kept(scene: Scene) -> None:
    scene.write()
    ran = scene.run()
    assert (ran.status, ran.out, ran.err) == (0, "", "")
    ((run_id, bundle, finished),) = scene.rows("SELECT id, bundle, finished IS NOT NULL FROM runs")
    assert (bundle, finished) == (str(scene.digest), 1)
    folder = scene.state / "runs" / run_id
    assert sorted(path.name for path in folder.iterdir()) == ["recording.json", "report.txt", "verdict.json"]
    verdict = verdict_v1.read((folder / "verdict.json").read_bytes())
    assert (verdict.exit_code, verdict.bundle, str(verdict.checked_at)) == (0, scene.digest, NOON)
    assert (folder / "report.txt").read_text() == render(verdict)
    recording = (folder / "recording.json").read_bytes()
    assert [part.chain for part in recording_v1.read(recording).chains] == [scene.exchange.chain.chain]
    assert scene.rows("SELECT outcome, status, verdict, recording FROM verdicts") == [
        ("PASS", 0, str(digest_of(verdict_v1.write(verdict))), str(digest_of(recording)))
    ]
    assert [name for (name,) in scene.rows("SELECT name FROM steps ORDER BY rowid")] == [
        "fetch",
        "verify",
        "record",
        "report",
    ]
    (said,) = [line for line in scene.log() if line["event"] == "verdict"]
    assert (said["level"], said["recording"], said["findings"]) == ("info", str(digest_of(recording)), [])


def test_verbose_says_on_stderr_what_stands_in_the_log(scene: Scene) -> None:
    scene.write()
    ran = scene.run("--verbose")
    assert (ran.status, ran.out) == (0, "")
    assert ran.lines == scene.log()
    assert "step.done" in ran.events


def test_a_known_bundle_is_answered_from_the_history(scene: Scene) -> None:
    scene.write()
    scene.run()
    before, steps = scene.made(), scene.rows("SELECT * FROM steps")
    with_another_clock = scene.run(now="2026-11-01T13:00:00Z")
    assert (with_another_clock.status, with_another_clock.err) == (0, "")
    assert (scene.made(), scene.rows("SELECT * FROM steps")) == (before, steps)
    assert scene.rows("SELECT status FROM calls") == [(0,), (0,)]
    assert scene.log()[-2]["event"] == "bundle.known"


def test_a_known_bundle_asks_no_node(scene: Scene) -> None:
    scene.write()
    scene.run()
    scene.write(url=refused_port())
    assert scene.run().status == 0


def test_the_recording_replays_to_the_same_verdict(scene: Scene) -> None:
    scene.write()
    scene.run()
    made = {Path(name).name: data for name, data in scene.made().items() if name.startswith("runs")}
    recording = recording_v1.read(made["recording.json"])
    replayed = Sources({part.chain: ReplaySource(part) for part in recording.chains})
    policy = load_policy(scene.folder / "policy.toml")
    verdict = verify(scene.bundle, policy, replayed, now=Instant.parse(NOON))
    assert verdict_v1.write(verdict) == made["verdict.json"]


def test_a_job_without_text_report_or_metrics_writes_neither(scene: Scene) -> None:
    path = scene.write(more="[report]\ntext = false\n")
    path.write_text(path.read_text().replace('[metrics]\nfile = "por.prom"\n', ""))
    assert scene.run().status == 0
    assert not (scene.folder / "por.prom").exists()
    assert not [name for name in scene.made() if name.endswith("report.txt")]


def test_t80_all_that_is_kept_is_its_owners(scene: Scene) -> None:
    scene.write()
    scene.run()
    assert all(path.stat().st_mode & 0o077 == 0 for path in [scene.state, *scene.state.rglob("*")])
    assert (scene.folder / "por.prom").stat().st_mode & 0o444


def test_another_policy_is_another_run(scene: Scene) -> None:
    scene.write()
    scene.run()
    policy = scene.folder / "policy.toml"
    path = scene.folder / "job.toml"
    policy.write_text(policy.read_text().replace("max_age_seconds = 86400", "max_age_seconds = 86401"))
    assert path.exists()
    assert scene.run().status == 0
    assert len(scene.rows("SELECT id FROM runs")) == 2
    policy.write_text(policy.read_text() + "\n# a comment changes nothing\n")
    scene.run()
    assert len(scene.rows("SELECT id FROM runs")) == 2


def test_a_new_bundle_is_examined(scene: Scene) -> None:
    shelf = scene.folder / "shelf"
    first = published(scene.exchange, shelf / "1")
    scene.write('directory = "shelf"\neach = true')
    assert scene.run().status == 0
    second = published(scene.exchange, shelf / "2", sequence=2, previous=first)
    assert scene.run().status == 0
    assert scene.rows("SELECT bundle FROM runs ORDER BY rowid") == [(str(first),), (str(second),)]


# --- what is not a success


def test_a_refuted_bundle_is_1_and_said_once(scene: Scene) -> None:
    digest = inflated(scene)
    scene.write('directory = "lie"')
    ran = scene.run()
    assert (ran.status, ran.out, ran.events) == (1, "", ["verdict"])
    (line,) = ran.lines
    assert (line["level"], line["outcome"], line["bundle"]) == ("warning", "FAIL", str(digest))
    assert any(ref.startswith("reserves.balance@") for ref in line["findings"])
    again = scene.run()
    assert (again.status, again.err) == (1, "")
    assert parsed(scene.metrics)["por_job_verdict", "FAIL"] == "1"
    assert scene.rows("SELECT outcome FROM verdicts") == [("FAIL",)]


def test_t64_a_dead_node_is_3_and_the_bundle_is_examined_again(scene: Scene) -> None:
    scene.write(url=refused_port())
    for _ in range(3):
        ran = scene.run()
        assert (ran.status, ran.events) == (3, ["run.stopped"])
        assert "sources did not answer" in ran.lines[0]["reason"]
        assert "connection refused" in ran.lines[0]["reason"]
        assert "s3cret" not in ran.err + json.dumps(scene.log())
        assert scene.rows("SELECT count(*) FROM verdicts") == [(0,)]
    assert parsed(scene.metrics)["por_job_stale", ""] == "0"
    scene.write(top="retries = 0")
    assert scene.run().status == 0
    assert scene.rows("SELECT number, outcome FROM runs JOIN verdicts ON run = id ORDER BY number") == [(1, "PASS")]


def test_t64_a_dead_node_makes_no_refuted_bundle_undecided(scene: Scene) -> None:
    published(scene.exchange, scene.folder / "other", issuer="other.example")
    scene.write('directory = "other"', url=refused_port())
    ran = scene.run()
    assert (ran.status, ran.events) == (1, ["verdict"])


def test_a_verdict_that_did_not_pass_says_why(scene: Scene) -> None:
    withheld(scene)
    scene.write('directory = "copy"')
    ran = scene.run()
    (line,) = [line for line in ran.lines if line["event"] == "verdict"]
    assert line["findings"]
    for told in line["findings"]:
        ref, separator, reason = told.partition(": ")
        assert ("@" in ref, separator, bool(reason)) == (True, ": ", True)
        assert len(reason) <= 300


@pytest.mark.parametrize("sources", [0, 1])
def test_too_few_sources_are_2_with_the_cure_and_nothing_is_asked(scene: Scene, sources: int) -> None:
    scene.write(sources=sources)
    policy = scene.folder / "policy.toml"
    policy.write_text(policy.read_text().replace("sources = 1", "sources = 2"))
    ran = scene.run()
    assert (ran.status, ran.events) == (2, ["job.unusable"])
    assert f"add {2 - sources} [[source]] with chain" in ran.lines[0]["reason"]
    assert not scene.state.exists()


def test_a_source_of_a_chain_that_the_policy_does_not_know_is_2(scene: Scene) -> None:
    scene.write(more='\n[[source]]\nchain = "eip155:10"\nurl = "http://127.0.0.1:1"\n')
    ran = scene.run()
    assert (ran.status, ran.events) == (2, ["job.unusable"])
    assert "no [[chain]] for eip155:10" in ran.lines[0]["reason"]


def test_a_snapshot_that_grows_too_old_is_examined_again_once(scene: Scene) -> None:
    path = scene.write()
    path.write_text(path.read_text().replace("max_staleness_seconds = 86400", "max_staleness_seconds = 864000"))
    assert scene.run().status == 0
    late = scene.run(now=DAY_AFTER)
    assert (late.status in {1, 3}, late.events) == (True, ["bundle.reexamined", "verdict"])
    assert "max_age_seconds" in late.lines[0]["reason"]
    assert any("snapshot.fresh@" in told for told in late.lines[1]["findings"])
    assert scene.run(now=DAY_AFTER).status == late.status
    assert scene.rows("SELECT outcome FROM verdicts JOIN runs ON run = id ORDER BY number")[0] == ("PASS",)


def test_a_place_that_cannot_be_asked_makes_no_bundle_stale(scene: Scene) -> None:
    scene.write(f'url = "{refused_port()}"')
    ran = scene.run()
    assert (ran.status, ran.events) == (3, ["run.stopped"])
    assert ("por_job_stale", "") not in parsed(scene.metrics)


def test_a_place_without_a_bundle_is_stale(scene: Scene) -> None:
    scene.write('directory = "nothing"')
    ran = scene.run()
    assert (ran.status, ran.events) == (3, ["run.stopped", "bundle.stale"])
    assert parsed(scene.metrics)["por_job_stale", ""] == "1"


def test_t34_a_correction_is_no_rival_of_what_it_corrects(scene: Scene) -> None:
    first = published(scene.exchange, scene.folder / "1")
    published(scene.exchange, scene.folder / "2", supersedes=first)
    scene.write('directory = "1"')
    assert scene.run().status == 0
    scene.write('directory = "2"')
    ran = scene.run()
    assert "bundle.rival" not in ran.events
    assert (ran.status, ran.events[-1]) == (0, "bundle.corrected")
    assert ran.lines[-1]["supersedes"] == [str(first)]
    later = scene.run(now="2026-11-01T13:00:00Z")
    assert (later.status, later.err) == (0, "")
    scene.write('directory = "1"')
    back = scene.run()
    assert (back.status, back.events) == (3, ["bundle.rival"])


def test_t34_of_a_bundle_and_its_correction_beside_each_other_the_correction_is_newest(scene: Scene) -> None:
    first = published(scene.exchange, scene.folder / "shelf" / "b")
    second = published(scene.exchange, scene.folder / "shelf" / "a", supersedes=first)
    scene.write('directory = "shelf"\neach = true')
    ran = scene.run()
    assert (ran.status, ran.err) == (0, "")
    assert scene.rows("SELECT bundle FROM runs") == [(str(second),)]


def test_what_stays_undecided_is_examined_again_as_often_as_the_job_says(scene: Scene) -> None:
    withheld(scene)
    scene.write('directory = "copy"', top="retries = 2")
    statuses = [scene.run().status for _ in range(5)]
    assert statuses == [3] * 5
    assert scene.rows("SELECT number FROM runs ORDER BY number") == [(1,), (2,), (3,)]


def test_without_retries_an_undecided_bundle_is_known(scene: Scene) -> None:
    withheld(scene)
    scene.write('directory = "copy"', top="retries = 0")
    assert scene.run().status == 3
    again = scene.run()
    assert (again.status, again.err) == (3, "")
    assert scene.rows("SELECT number FROM runs") == [(1,)]


def test_t42_withheld_evidence_is_named_and_taken_when_it_comes(scene: Scene) -> None:
    gone = withheld(scene)
    scene.write('directory = "copy"')
    ran = scene.run()
    assert (ran.status, ran.events) == (3, ["evidence.missing", "verdict"])
    shutil.copy(scene.bundle / "evidence" / gone.name, gone)
    assert scene.run().status == 0


@pytest.mark.parametrize("document", [None, b"", b"{}", b"<html>"])
def test_a_bundle_that_is_none_is_3_and_no_run(scene: Scene, document: bytes | None) -> None:
    (scene.folder / "empty").mkdir()
    if document is not None:
        (scene.folder / "empty" / "bundle.json").write_bytes(document)
    scene.write('directory = "empty"')
    ran = scene.run()
    assert (ran.status, ran.out) == (3, "")
    assert ran.events[0] == "run.stopped"
    assert scene.rows("SELECT count(*) FROM verdicts") == [(0,)]
    assert parsed(scene.metrics)["por_job_exit_status", ""] == "3"


def test_a_bundle_that_no_policy_can_judge_is_3(scene: Scene) -> None:
    bundle = bundle_v1.read((scene.bundle / "bundle.json").read_bytes())
    scene.write()
    policy = scene.folder / "policy.toml"
    assets = {str(item.asset): item.decimals for item in bundle.liabilities}
    members = ", ".join(f'{{ asset = "{asset}", decimals = {decimals} }}' for asset, decimals in assets.items())
    head, _, rest = policy.read_text().partition("[[class]]")
    layouts = "[[layout]]" + rest.partition("[[layout]]")[2]
    policy.write_text(f"{head}[[class]]\nmembers = [{members}]\n\n{layouts}")
    ran = scene.run()
    assert ran.status == 3
    assert "one asset class" in ran.lines[0]["reason"]


def test_a_bundle_of_another_issuer_is_1(scene: Scene) -> None:
    published(scene.exchange, scene.folder / "other", issuer="other.example")
    scene.write('directory = "other"')
    assert scene.run().status == 1


def test_no_new_bundle_in_time_is_3_though_the_last_one_passed(scene: Scene) -> None:
    scene.write()
    policy = scene.folder / "policy.toml"
    policy.write_text(policy.read_text().replace("max_age_seconds = 86400", "max_age_seconds = 864000"))
    assert scene.run().status == 0
    late = scene.run(now=DAY_AFTER)
    assert (late.status, late.events) == (3, ["bundle.stale"])
    metrics = parsed(scene.metrics)
    assert (metrics["por_job_stale", ""], metrics["por_job_verdict", "PASS"]) == ("1", "1")
    assert (
        int(metrics["por_job_last_success_timestamp_seconds", ""])
        == int(metrics["por_job_last_run_timestamp_seconds", ""]) - 86_400
    )
    back = scene.run()
    assert (back.status, parsed(scene.metrics)["por_job_stale", ""]) == (0, "0")


def test_stale_makes_no_refuted_bundle_undecided(scene: Scene) -> None:
    inflated(scene)
    scene.write('directory = "lie"')
    assert scene.run(now=DAY_AFTER).status == 1


def test_t34_an_older_bundle_than_a_verified_one_is_named(scene: Scene) -> None:
    first = published(scene.exchange, scene.folder / "1")
    published(scene.exchange, scene.folder / "2", sequence=2, previous=first)
    scene.write('directory = "1"')
    assert scene.run().status == 0
    scene.write('directory = "2"')
    assert scene.run().status == 0
    scene.write('directory = "1"')
    back = scene.run()
    assert (back.status, back.events) == (3, ["bundle.rival"])


def test_t34_two_bundles_of_one_sequence_are_named(scene: Scene) -> None:
    expires = bundle_v1.read((scene.bundle / "bundle.json").read_bytes()).expires
    published(scene.exchange, scene.folder / "1")
    scene.write('directory = "1"')
    assert scene.run().status == 0
    published(scene.exchange, scene.folder / "2", expires=replace(expires, seconds=expires.seconds + 1))
    # Control proofs are over the expiry, so the second is refuted too.
    scene.write('directory = "2"')
    ran = scene.run()
    assert ran.status == 1
    assert "bundle.rival" in ran.events


def test_a_subdirectory_that_cannot_be_read_makes_the_newest_uncertain(scene: Scene) -> None:
    published(scene.exchange, scene.folder / "shelf" / "1")
    (scene.folder / "shelf" / "2").mkdir()
    scene.write('directory = "shelf"\neach = true')
    for _ in range(2):
        ran = scene.run()
        assert (ran.status, "bundle.unreadable" in ran.events) == (3, True)


# --- a server


def test_a_bundle_on_a_server(scene: Scene) -> None:
    with BundleServer(scene.bundle) as server:
        scene.write(f'url = "{server.url}"')
        ran = scene.run()
        assert (ran.status, ran.err) == (0, "")
        asked = len(server.asked)
        assert scene.run().status == 0
        assert server.names()[asked:] == ["/bundle.json"]
    assert "s3cret" not in json.dumps(scene.log()) + scene.metrics


def test_a_server_that_is_gone_is_3_with_the_old_verdict_in_the_metrics(scene: Scene) -> None:
    with BundleServer(scene.bundle) as server:
        scene.write(f'url = "{server.url}"')
        assert scene.run().status == 0
    ran = scene.run()
    assert (ran.status, ran.events) == (3, ["run.stopped"])
    assert "connection refused" in ran.lines[0]["reason"]
    assert "s3cret" not in ran.err
    metrics = parsed(scene.metrics)
    assert (metrics["por_job_verdict", "PASS"], metrics["por_job_exit_status", ""]) == ("1", "3")
    assert ("por_job_coverage_ratio", str(scene.exchange.coin)) in metrics


def test_the_registry_names_the_bundle(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = scene.folder / "shelf"
    shutil.copytree(scene.bundle, shelf / scene.digest.value.hex())
    monkeypatch.setattr(run, "registered_digest", lambda *_: scene.digest)
    with BundleServer(shelf) as server:
        scene.write(f'url = "{server.url}"\nregistry = true')
        ran = scene.run()
        assert (ran.status, ran.err) == (0, "")
        asked = len(server.asked)
        assert scene.run().status == 0
        assert len(server.asked) == asked


def test_a_policy_without_a_registry_names_no_bundle(scene: Scene) -> None:
    scene.write('url = "https://127.0.0.1/"\nregistry = true')
    ran = scene.run()
    assert ran.status == 3
    assert "[registry]" in ran.lines[0]["reason"]


def test_a_registry_that_cannot_be_asked_is_3(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(*_: object) -> Digest:
        raise UnavailableError("nobody answers")

    monkeypatch.setattr(run, "registered_digest", silent)
    scene.write('url = "https://127.0.0.1/"\nregistry = true')
    assert scene.run().status == 3


# --- the job's own files


def test_a_history_of_a_newer_release_is_2_and_nothing_is_done(scene: Scene) -> None:
    scene.write()
    scene.state.mkdir()
    with sqlite3.connect(scene.state / "history.sqlite") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    ran = scene.run()
    assert (ran.status, ran.events) == (2, ["job.unusable"])
    assert "newer release" in ran.lines[0]["reason"]
    assert not (scene.state / "runs").exists()


@pytest.mark.parametrize("name", ["verdict.json", "recording.json"])
def test_a_document_that_is_gone_before_the_run_is_done_is_2(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    scene.write()

    def lost(work: object) -> str:
        (path,) = scene.state.glob(f"runs/*/{name}")
        path.unlink()
        raise UnavailableError("stopped here")

    with monkeypatch.context() as spoiled:
        spoiled.setitem(EXAMINATION, "record", lost)
        assert scene.run().status == 3
    ran = scene.run()
    assert (ran.status, ran.events[-1]) == (2, "job.unusable")
    assert name in ran.lines[-1]["reason"]


def test_a_verdict_that_was_changed_before_it_was_recorded_is_2(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    inflated(scene)
    scene.write('directory = "lie"')

    def changed(work: object) -> str:
        (path,) = scene.state.glob("runs/*/verdict.json")
        path.write_bytes(path.read_bytes().replace(b'"FAIL"', b'"PASS"').replace(b'"exit":1', b'"exit":0'))
        raise UnavailableError("stopped here")

    with monkeypatch.context() as spoiled:
        spoiled.setitem(EXAMINATION, "record", changed)
        scene.run()
    ran = scene.run()
    assert ran.status == 2
    assert "changed since" in ran.lines[-1]["reason"]


def test_folders_of_finished_runs_may_be_removed(scene: Scene) -> None:
    scene.write()
    scene.run()
    shutil.rmtree(scene.state / "runs")
    shutil.rmtree(scene.state / "bundles")
    ran = scene.run()
    assert (ran.status, ran.err) == (0, "")
    assert ("por_job_verdict", "PASS") not in parsed(scene.metrics)


def test_metrics_that_cannot_be_written_are_2(scene: Scene) -> None:
    path = scene.write()
    path.write_text(path.read_text().replace('"por.prom"', '"gone/por.prom"'))
    ran = scene.run()
    assert ran.status == 2
    assert "por.prom" in ran.lines[-1]["reason"]


def test_a_directory_that_cannot_be_made_is_2(scene: Scene) -> None:
    scene.write()
    scene.state.write_text("a file")
    assert scene.run().status == 2


@pytest.mark.parametrize(
    ("one", "other", "both"), [(0, 0, 0), (0, 3, 3), (3, 0, 3), (1, 3, 1), (3, 1, 1), (0, 1, 1), (1, 1, 1), (3, 3, 3)]
)
def test_refuted_is_worse_than_inconclusive_and_that_than_verified(one: int, other: int, both: int) -> None:
    assert worse(one, other) == both


def test_a_job_that_does_not_attest_has_no_attester_to_ask(scene: Scene) -> None:
    job = load_job(scene.write(), {})
    unused = Run("x", RunKey(scene.digest, job.policy.digest, "none"), 1, finished=False)
    work = Work(job, None, unused, None, None, None, None)  # type: ignore[arg-type]
    with pytest.raises(FormatError, match=r"no \[attest\]"):
        sign(work)
