"""Two runs at once do the work once."""

from __future__ import annotations

import time

import pytest

from por.jobs.lock import exclusive
from tests.jobs import fake_attester
from tests.jobs.scene import Scene

pytestmark = pytest.mark.thorough

SLOW = """
import time
from por.jobs import run
inner = run.EXAMINATION["verify"]

def slow(work):
    time.sleep(1)
    return inner(work)

run.EXAMINATION["verify"] = slow
"""


def test_two_at_once_do_the_work_once_and_both_say_what_it_found(scene: Scene) -> None:
    scene.write()
    processes = [scene.start(spoil=SLOW) for _ in range(3)]
    runs = [scene.ended(process) for process in processes]
    assert [(ran.status, ran.out, ran.err) for ran in runs] == [(0, "", "")] * 3
    assert scene.rows("SELECT count(*) FROM runs") == [(1,)]
    assert scene.rows("SELECT name, count(*) FROM steps GROUP BY name HAVING count(*) > 1") == []
    assert scene.rows("SELECT status FROM calls") == [(0,)] * 3
    events = [line["event"] for line in scene.log()]
    assert (events.count("bundle.fetched"), events.count("bundle.known")) == (1, 2)


def test_two_that_attest_at_once_submit_once(scene: Scene) -> None:
    scene.write(more=fake_attester.lay(scene.folder))
    install = f"from tests.jobs import fake_attester\nfake_attester.install({str(scene.folder)!r})\n"
    processes = [scene.start(spoil=install + SLOW) for _ in range(2)]
    assert [scene.ended(process).status for process in processes] == [0, 0]
    assert len((scene.folder / "registry").read_bytes().splitlines()) == 1
    assert len(list((scene.folder / "outbox").iterdir())) == 1


def test_one_that_does_not_wait_says_so_and_ends_with_3(scene: Scene) -> None:
    scene.write()
    scene.state.mkdir()
    with exclusive(scene.state / "lock", 0):
        ran = scene.run("--wait", "0")
    assert (ran.status, ran.out, ran.events) == (3, "", ["lock.busy"])
    assert not (scene.state / "history.sqlite").exists()
    assert scene.run("--wait", "0").status == 0


def test_one_that_waits_takes_over_from_one_that_is_killed(scene: Scene) -> None:
    scene.write()
    hanging = scene.start(spoil=SLOW.replace("sleep(1)", "sleep(60)"))
    deadline = time.monotonic() + 60
    while not (scene.state / "bundles").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    waiting = scene.start("--wait", "60")
    time.sleep(0.5)
    assert waiting.poll() is None
    hanging.kill()
    scene.ended(hanging)
    ran = scene.ended(waiting)
    assert (ran.status, ran.err) == (0, "")
    assert scene.rows("SELECT count(*) FROM verdicts") == [(1,)]


@pytest.mark.parametrize("word", ["-1", "ten", "1.5", "", "1000000", "１"])
def test_a_wait_is_a_number_of_seconds(scene: Scene, word: str, capsys: pytest.CaptureFixture[str]) -> None:
    scene.write()
    with pytest.raises(SystemExit) as caught:
        scene.run(f"--wait={word}")
    assert caught.value.code == 2
