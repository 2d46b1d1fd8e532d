"""The job attests whatever it found, once, and goes on where it waits."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from por.errors import FormatError, UnavailableError
from por.jobs import attesting
from por.jobs.attesting import Examined, RefusedSignatureError, Signing, drafts
from por.jobs.log import Log
from tests.jobs import fake_attester
from tests.jobs.fake_attester import FakeAttester, use
from tests.jobs.scene import NOON, Scene
from tests.jobs.test_metrics import parsed
from tests.jobs.test_run import inflated, withheld


@pytest.fixture
def alice(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> FakeAttester:
    """Let alice attest; two of her committee must sign."""
    fake = FakeAttester(scene.folder / "registry")
    use(monkeypatch, fake)
    return fake


def statement(scene: Scene) -> dict[str, object]:
    (path,) = (scene.folder / "outbox").iterdir()
    said: dict[str, object] = json.loads(path.read_bytes())
    return said


def dropped(scene: Scene, name: str, **changes: object) -> None:
    """Let another member sign what alice signed, or something else."""
    said = statement(scene)["said"]
    assert isinstance(said, dict)
    (scene.folder / "inbox" / f"{name}.json").write_text(json.dumps({"by": name, "said": {**said, **changes}}))


def submitted(scene: Scene) -> list[dict[str, object]]:
    path = scene.folder / "registry"
    return [json.loads(line) for line in path.read_bytes().splitlines()] if path.exists() else []


def test_a_job_signs_waits_collects_and_submits_once(scene: Scene, alice: FakeAttester) -> None:
    scene.write(more=fake_attester.lay(scene.folder))
    first = scene.run()
    assert (first.status, first.err) == (0, "")
    assert statement(scene)["said"] == {
        "bundle": str(scene.digest),
        "outcome": "PASS",
        "expires": "2026-11-01T13:00:00Z",
    }
    assert parsed(scene.metrics)["por_job_attested", ""] == "0"
    assert scene.rows("SELECT finished FROM runs") == [(None,)]
    assert scene.run().status == 0
    assert submitted(scene) == []
    dropped(scene, "bob")
    third = scene.run()
    assert (third.status, third.err) == (0, "")
    assert [each["by"] for each in submitted(scene)] == [["alice", "bob"]]
    assert parsed(scene.metrics)["por_job_attested", ""] == "1"
    assert alice.asked.count("sign") == 1
    asked = list(alice.asked)
    scene.run()
    assert alice.asked == asked
    assert scene.rows("SELECT made FROM steps WHERE name = 'submit'") == [("entry 0",)]


def test_a_refuted_bundle_is_attested_as_refuted(scene: Scene, alice: FakeAttester) -> None:
    alice.threshold = 1
    inflated(scene)
    scene.write('directory = "lie"', more=fake_attester.lay(scene.folder))
    assert scene.run().status == 1
    (said,) = submitted(scene)
    assert said["said"]["outcome"] == "FAIL"  # type: ignore[index]
    assert scene.run().status == 1


def test_an_undecided_bundle_is_attested_when_no_retry_is_left(scene: Scene, alice: FakeAttester) -> None:
    alice.threshold = 1
    withheld(scene)
    scene.write('directory = "copy"', top="retries = 1", more=fake_attester.lay(scene.folder))
    assert scene.run().status == 3
    assert alice.asked == []
    assert scene.run().status == 3
    assert alice.asked == ["sign", "certify", "submit"]
    (said,) = submitted(scene)
    assert said["said"]["outcome"] == "INCONCLUSIVE"  # type: ignore[index]
    assert scene.run().status == 3
    assert len(submitted(scene)) == 1


def test_a_member_that_does_not_propose_waits_for_a_draft(scene: Scene, alice: FakeAttester) -> None:
    alice.propose = False
    scene.write(more=fake_attester.lay(scene.folder, propose=False))
    assert scene.run().status == 0
    assert list((scene.folder / "outbox").iterdir()) == []
    said = {"bundle": str(scene.digest), "outcome": "PASS", "expires": "2026-11-03T00:00:00Z"}
    (scene.folder / "inbox" / "bob.json").write_text(json.dumps({"by": "bob", "said": said}))
    assert scene.run().status == 0
    assert statement(scene)["said"] == said
    assert [each["by"] for each in submitted(scene)] == [["alice", "bob"]]


def test_a_draft_that_says_something_else_is_refused_by_name_and_not_signed(scene: Scene, alice: FakeAttester) -> None:
    alice.propose = False
    scene.write(more=fake_attester.lay(scene.folder, propose=False))
    said = {"bundle": str(scene.digest), "outcome": "FAIL", "expires": "2026-11-03T00:00:00Z"}
    (scene.folder / "inbox" / "bob.json").write_text(json.dumps({"by": "bob", "said": said}))
    ran = scene.run()
    assert (ran.status, ran.events) == (0, ["draft.refused"])
    assert ran.lines[0]["reason"] == "bob found FAIL"
    assert list((scene.folder / "outbox").iterdir()) == []


def test_a_certificate_whose_signatures_are_refused_is_collected_again(scene: Scene, alice: FakeAttester) -> None:
    def refuse(certificate: bytes) -> str:
        raise RefusedSignatureError("ContractRefused(position=1)")

    alice.threshold = 1
    scene.write(more=fake_attester.lay(scene.folder))
    honest = alice.submit
    alice.submit = refuse  # type: ignore[method-assign]
    for _ in range(2):
        ran = scene.run()
        assert (ran.status, ran.events) == (3, ["run.stopped"])
    alice.submit = honest  # type: ignore[method-assign]
    assert scene.run().status == 0
    assert (alice.asked.count("sign"), alice.asked.count("certify")) == (1, 3)
    assert len(submitted(scene)) == 1


def test_t37_a_draft_of_a_later_look_is_signed_after_another_look(
    scene: Scene, alice: FakeAttester, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[str] = []

    def outdated(examined: Examined, drafts: Sequence[bytes]) -> Signing:
        looks.append(str(examined.verdict.checked_at))
        return Signing(None, outdated=looks[-1] == NOON)

    alice.propose = False
    monkeypatch.setattr(alice, "sign", outdated)
    scene.write(more=fake_attester.lay(scene.folder, propose=False))
    again = scene.run()
    assert (again.status, again.events) == (3, ["bundle.reexamined", "run.stopped"])
    later = scene.run(now="2026-11-01T12:30:00Z")
    assert (later.status, later.events) == (0, ["bundle.reexamined"])
    assert looks[-2:] == [NOON, "2026-11-01T12:30:00Z"]


def test_another_statement_counts_for_nothing_and_is_named(scene: Scene, alice: FakeAttester) -> None:
    scene.write(more=fake_attester.lay(scene.folder))
    scene.run()
    dropped(scene, "bob", outcome="FAIL")
    ran = scene.run()
    assert (ran.status, ran.events) == (0, ["signature.refused"])
    assert submitted(scene) == []


@pytest.mark.parametrize("step", ["sign", "certify", "submit"])
def test_trouble_is_3_and_the_next_run_goes_on(scene: Scene, alice: FakeAttester, step: str) -> None:
    alice.threshold, alice.trouble = 1, step
    scene.write(more=fake_attester.lay(scene.folder))
    ran = scene.run()
    assert (ran.status, ran.events) == (3, ["run.stopped"])
    assert ran.lines[0]["reason"] == f"no {step} today"
    assert parsed(scene.metrics)["por_job_attested", ""] == "0"
    alice.trouble = ""
    assert scene.run().status == 0
    assert len(submitted(scene)) == 1
    assert scene.rows("SELECT number FROM runs") == [(1,)]


def test_a_key_that_cannot_be_opened_is_2_and_the_verdict_stands(
    scene: Scene, alice: FakeAttester, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: object) -> None:
        raise FormatError("not the password", "attester.json")

    alice.threshold = 1
    scene.write(more=fake_attester.lay(scene.folder))
    with monkeypatch.context() as patch:
        patch.setattr(alice, "sign", locked)
        ran = scene.run()
    assert (ran.status, ran.events) == (2, ["job.unusable"])
    assert scene.rows("SELECT outcome FROM verdicts") == [("PASS",)]
    assert scene.run().status == 0
    assert len(submitted(scene)) == 1


def test_trouble_makes_no_refuted_bundle_undecided(scene: Scene, alice: FakeAttester) -> None:
    alice.trouble = "sign"
    inflated(scene)
    scene.write('directory = "lie"', more=fake_attester.lay(scene.folder))
    assert scene.run().status == 1
    assert scene.run().status == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("expires_in_seconds = 3600", "expires_in_seconds = 7200"),
        ('signer = "env:POR_ATTESTER"', 'signer = "env:OTHER"'),
        ("0x1111111111111111111111111111111111111111", "0x2222222222222222222222222222222222222222"),
    ],
)
def test_another_way_to_attest_is_another_run(scene: Scene, alice: FakeAttester, old: str, new: str) -> None:
    alice.threshold = 1
    path = scene.write(more=fake_attester.lay(scene.folder))
    scene.run()
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    scene.run()
    assert len(scene.rows("SELECT id FROM runs")) == 2
    (scene.folder / "committee.json").write_text('{"another": 1}')
    scene.run()
    assert len(scene.rows("SELECT id FROM runs")) == 3


def test_where_drafts_are_exchanged_makes_no_other_run(scene: Scene, alice: FakeAttester) -> None:
    alice.threshold = 1
    path = scene.write(more=fake_attester.lay(scene.folder))
    scene.run()
    path.write_text(path.read_text().replace('"outbox"', '"elsewhere"').replace("gwei = 50", "gwei = 60"))
    scene.run()
    assert len(scene.rows("SELECT id FROM runs")) == 1


def test_a_statement_that_was_changed_is_not_built_on(scene: Scene, alice: FakeAttester) -> None:
    scene.write(more=fake_attester.lay(scene.folder))
    scene.run()
    (path,) = scene.state.glob("runs/*/statement.json")
    path.write_bytes(path.read_bytes().replace(b"PASS", b"FAIL"))
    ran = scene.run()
    assert (ran.status, ran.events) == (2, ["job.unusable"])


def test_a_job_without_a_registry_certifies_and_submits_nothing(scene: Scene, alice: FakeAttester) -> None:
    alice.threshold = 1
    entries = fake_attester.lay(scene.folder).partition("[attest.submit]")[0]
    scene.write(more=entries)
    assert scene.run().status == 0
    assert alice.asked == ["sign", "certify"]
    assert parsed(scene.metrics)["por_job_attested", ""] == "1"
    assert list(scene.state.glob("runs/*/certificate.json"))


def test_what_lies_in_an_inbox_is_bounded_and_never_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attesting, "MAX_DRAFT_BYTES", 100)
    (tmp_path / "b.json").write_bytes(b"two")
    (tmp_path / "a.json").write_bytes(b"one")
    (tmp_path / "large.json").write_bytes(b"x" * 101)
    (tmp_path / "endless.json").symlink_to("/dev/zero")
    (tmp_path / "gone.json").symlink_to(tmp_path / "nothing")
    (tmp_path / "folder.json").mkdir()
    (tmp_path / ".half.json").write_bytes(b"ha")
    (tmp_path / "note.txt").write_bytes(b"hello")
    os.mkfifo(tmp_path / "pipe.json")
    stream = io.StringIO()
    assert list(drafts(tmp_path, Log(stream))) == [b"one", b"two"]
    told = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert {line["event"] for line in told} == {"draft.unreadable"}
    assert sorted(line["file"] for line in told) == [
        "endless.json",
        "folder.json",
        "gone.json",
        "large.json",
        "pipe.json",
    ]


def test_an_inbox_that_is_gone_or_overfull_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnavailableError, match="cannot be read"):
        list(drafts(tmp_path / "gone", Log(io.StringIO())))
    monkeypatch.setattr(attesting, "MAX_DRAFTS", 1)
    for name in ("a", "b"):
        (tmp_path / f"{name}.json").write_bytes(b"{}")
    with pytest.raises(UnavailableError, match="at most 1"):
        list(drafts(tmp_path, Log(io.StringIO())))


def test_a_lost_inbox_stops_a_job_that_waits(scene: Scene, alice: FakeAttester) -> None:
    scene.write(more=fake_attester.lay(scene.folder))
    (scene.folder / "inbox").rmdir()
    ran = scene.run()
    assert (ran.status, ran.events) == (3, ["run.stopped"])
