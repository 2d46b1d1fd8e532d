"""A run that is killed anywhere loses nothing: the next one ends with the same bytes as one that was let live."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from por.jobs.steps import ATTESTING, EXAMINATION
from por.simulator.exchange import Exchange
from tests.jobs import fake_attester
from tests.jobs.bundle_server import BundleServer
from tests.jobs.fake_attester import FakeAttester
from tests.jobs.scene import Scene

pytestmark = pytest.mark.thorough

DIE = """
import os, signal
from por.jobs import files, run, steps
from tests.jobs import fake_attester
fake_attester.install({folder!r})

def die():
    os.kill(os.getpid(), signal.SIGKILL)

"""
AT_A_STEP = """
name, moment = {name!r}, {moment!r}
inner, take = {{**run.EXAMINATION, **run.ATTESTING}}[name], run._take

def step(work):
    inner(work)
    die()

def taken(work, at, each):
    done = take(work, at, each)
    if at == name:
        die()
    return done

if moment == "after":
    run._take = taken
else:
    (run.EXAMINATION if name in run.EXAMINATION else run.ATTESTING)[name] = step
"""
AT_THE_END = """
publish = run._publish

def published(*arguments, **more):
    if {moment!r} == "after":
        publish(*arguments, **more)
    die()

run._publish = published
"""
AT_A_WRITE = """
count, fsync = 0, os.fsync

def counted(descriptor):
    global count
    count += 1
    if count == {count}:
        die()
    fsync(descriptor)

files.os.fsync = counted
"""


@pytest.fixture(scope="module")
def whole(exchange: Exchange, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Run once without being killed."""
    scene = Scene(tmp_path_factory.mktemp("whole"), exchange)
    scene.write(more=fake_attester.lay(scene.folder))
    with pytest.MonkeyPatch.context() as patch:
        fake_attester.use(patch, FakeAttester(scene.folder / "registry", threshold=1))
        assert scene.run().status == 0
        yield scene


def killed(scene: Scene, spoil: str) -> None:
    ran = scene.ended(scene.start(spoil=DIE.format(folder=str(scene.folder)) + spoil))
    assert ran.status == -signal.SIGKILL, ran.err


def ends_as(scene: Scene, whole: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run to the end, and compare everything with the run that was not killed."""
    fake_attester.use(monkeypatch, FakeAttester(scene.folder / "registry", threshold=1))
    ran = scene.run()
    assert (ran.status, ran.err) == (0, "")
    assert scene.made() == whole.made()
    assert outbox(scene) == outbox(whole)
    assert (scene.folder / "registry").read_bytes() == (whole.folder / "registry").read_bytes()
    for query in (
        "SELECT id, number, begun, finished FROM runs",
        "SELECT run, name, made FROM steps WHERE name <> 'submit' ORDER BY rowid",
        "SELECT * FROM verdicts",
        "SELECT * FROM bundles",
    ):
        assert scene.rows(query) == whole.rows(query)


def outbox(scene: Scene) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (scene.folder / "outbox").iterdir()}


@pytest.mark.parametrize("moment", ["inside", "after"])
@pytest.mark.parametrize("name", [*EXAMINATION, *ATTESTING])
def test_killed_at_a_step(scene: Scene, whole: Scene, monkeypatch: pytest.MonkeyPatch, name: str, moment: str) -> None:
    scene.write(more=fake_attester.lay(scene.folder))
    killed(scene, AT_A_STEP.format(name=name, moment=moment))
    done = [step for (step,) in scene.rows("SELECT name FROM steps ORDER BY rowid")]
    names = [*EXAMINATION, *ATTESTING]
    assert done == names[: names.index(name) + (moment == "after")]
    ends_as(scene, whole, monkeypatch)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_at_the_end(scene: Scene, whole: Scene, monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    scene.write(more=fake_attester.lay(scene.folder))
    killed(scene, AT_THE_END.format(moment=moment))
    assert (scene.folder / "por.prom").exists() == (moment == "after")
    ends_as(scene, whole, monkeypatch)
    assert (scene.folder / "por.prom").exists()


def test_killed_again_and_again_in_the_midst_of_its_writes(
    scene: Scene, whole: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From a server, so that it also shows that nothing that was fetched is fetched twice."""
    with BundleServer(scene.bundle) as server:
        scene.write(f'url = "{server.url}"', more=fake_attester.lay(scene.folder))
        spoil = DIE.format(folder=str(scene.folder)) + AT_A_WRITE.format(count=9)
        statuses: list[int] = []
        while not statuses or statuses[-1]:
            statuses.append(scene.ended(scene.start(spoil=spoil)).status)
            assert len(statuses) < 20
        asked = [name for name in server.names() if "evidence" in name]
    assert set(statuses[:-1]) == {-signal.SIGKILL}
    assert len(statuses) > 3
    # The file that was being written when the run was killed is the only one that is fetched anew.
    assert len(asked) <= len(set(asked)) + len(statuses)
    scene.write(more=fake_attester.lay(scene.folder))
    ends_as(scene, whole, monkeypatch)


def test_a_run_that_is_interrupted_leaves_what_it_did(
    scene: Scene, whole: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(work: object) -> str:
        raise KeyboardInterrupt

    scene.write(more=fake_attester.lay(scene.folder))
    with monkeypatch.context() as patch:
        fake_attester.use(patch, FakeAttester(scene.folder / "registry", threshold=1))
        patch.setitem(EXAMINATION, "report", interrupted)
        with pytest.raises(KeyboardInterrupt):
            scene.run()
    assert [name for (name,) in scene.rows("SELECT name FROM steps ORDER BY rowid")] == ["fetch", "verify", "record"]
    ends_as(scene, whole, monkeypatch)


def test_what_a_killed_run_left_unfinished_is_hidden(scene: Scene) -> None:
    scene.write(more=fake_attester.lay(scene.folder))
    killed(scene, AT_A_WRITE.format(count=6))
    assert [name for name in scene.made() if "/." in name]
    assert not [path for path in (scene.state / "bundles").iterdir() if not path.name.startswith(".")]
