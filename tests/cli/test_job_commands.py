"""`por job init`, `check` and `run`."""

from __future__ import annotations

import argparse
import socket
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from por.chains.evm import EvmSource
from por.chains.transport import Limits
from por.cli import job_check, job_init, job_run
from por.cli.dispatch import Command
from por.encoding import committee_v1, job_v1
from por.errors import FormatError, PolicyError
from por.jobs.lock import exclusive
from por.model import Committee, SignatureScheme
from por.publish.signers.account import Account
from por.simulator.exchange import Exchange, open_exchange
from tests.chains.honest_chain import HonestChain
from tests.chains.lying_server import SECRETS, LyingServer
from tests.jobs import fake_attester
from tests.jobs.scene import Scene

SECRET = bytes(range(1, 33))
PRIVATE = (SECRET.hex(), "s3cret-path", "s3cret-query", "s3cret-user", "s3cret-pass")


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    with open_exchange(tmp_path_factory.mktemp("exchange"), customers=12) as opened:
        yield opened


@pytest.fixture
def scene(exchange: Exchange, tmp_path: Path) -> Scene:
    return Scene(tmp_path, exchange)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    defaults = EvmSource.__init__.__kwdefaults__
    assert defaults is not None
    limits = Limits(connect_ms=500, read_ms=5_000, total_ms=10_000, attempts=1, pause_ms=10)
    monkeypatch.setitem(defaults, "limits", limits)


def run(command: Command, *arguments: object) -> int:
    """Run a command as the dispatcher does."""
    parser = argparse.ArgumentParser()
    command.add(parser)
    return command.run(parser.parse_args([str(argument) for argument in arguments]))


def dead_url() -> str:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    return f"http://s3cret-user:s3cret-pass@127.0.0.1:{port}/v3/s3cret-path?key=s3cret-query"


def started(text: str) -> job_v1.JobSettings:
    return job_v1.read(text.encode())


# --- init


def test_init_writes_a_job_with_a_row_for_each_node_that_the_policy_wants(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    scene.write()
    policy = scene.folder / "policy.toml"
    policy.write_text(policy.read_text().replace("sources = 1", "sources = 3"))
    target = scene.folder / "new.toml"
    assert run(job_init, "--policy", "policy.toml", "--bundle", "published", "--output", target) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert f"por job check {target}" in err
    job = started(target.read_text())
    assert (job.bundle.directory, job.metrics, job.attest) == ("published", "por.prom", None)
    names = [f"secrets/eip155-{scene.exchange.chain.chain.reference}-{number}.url" for number in (1, 2, 3)]
    assert [source.address.value for source in job.sources] == names
    assert {source.chain for source in job.sources} == {scene.exchange.chain.chain}


def test_init_without_a_policy_says_to_make_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(job_init, "--bundle", "https://exchange.example/por/") == 0
    assert "por policy init" in capsys.readouterr().err
    job = started((tmp_path / "job.toml").read_text())
    assert job.bundle.address is not None
    assert (job.policy, job.sources) == ("policy.toml", ())


def test_every_entry_that_init_comments_out_is_one_that_is_read(tmp_path: Path) -> None:
    run(job_init, "--output", tmp_path / "job.toml")
    text = (tmp_path / "job.toml").read_text()
    for line in ("# retries", "# each", "# [attest]", "# [attest.submit]", "# [[source]]"):
        assert line in text
    kept = [line.removeprefix("# ") for line in text.splitlines() if "=" in line or line.startswith(("[", "# ["))]
    whole = "\n".join(line for line in kept if not line.startswith("registry"))
    whole = whole.replace("0x…", "0x" + "11" * 20)
    assert tomllib.loads(whole)
    job = started(whole)
    assert job.attest is not None
    assert job.attest.submission is not None
    assert job.bundle.each


def test_init_writes_over_nothing(tmp_path: Path) -> None:
    target = tmp_path / "job.toml"
    target.write_text("mine")
    with pytest.raises(SystemExit) as caught:
        run(job_init, "--output", target)
    assert caught.value.code == 2
    assert target.read_text() == "mine"


def test_init_writes_over_nothing_by_default_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "job.toml").write_text("mine")
    with pytest.raises(SystemExit):
        run(job_init)
    assert (tmp_path / "job.toml").read_text() == "mine"


@pytest.mark.parametrize("where", ["ftp://exchange.example/por", "file:///etc/passwd", "s3://bucket"])
def test_init_refuses_what_no_job_fetches_from(tmp_path: Path, where: str) -> None:
    with pytest.raises(FormatError, match="https"):
        run(job_init, "--bundle", where, "--output", tmp_path / "job.toml")
    assert not (tmp_path / "job.toml").exists()


def test_init_refuses_a_policy_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text("version = 9")
    with pytest.raises(FormatError):
        run(job_init, "--output", tmp_path / "job.toml")


def test_init_quotes_what_it_is_given(tmp_path: Path) -> None:
    name = 'odd "name" \\ here'
    assert run(job_init, "--bundle", name, "--policy", name, "--output", tmp_path / "job.toml") == 0
    job = started((tmp_path / "job.toml").read_text())
    assert (job.bundle.directory, job.policy) == (name, name)


# --- check


def checked(scene: Scene, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, str], str]:
    status = run(job_check, scene.folder / "job.toml")
    out, err = capsys.readouterr()
    assert err == ""
    lines = {line[11:22].strip(): line[:11].strip() for line in out.splitlines()}
    return status, lines, out


def test_check_tries_everything_and_leaves_nothing(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    scene.write()
    status, lines, out = checked(scene, capsys)
    assert (status, set(lines.values())) == (0, {"ok"})
    assert set(lines) == {"policy", "directory", "metrics", "lock", "source 1", "bundle"}
    assert str(scene.digest) in out
    assert sorted(path.name for path in scene.state.iterdir()) == ["lock"]
    assert sorted(path.name for path in scene.folder.iterdir()) == ["job.toml", "policy.toml", "state"]


def test_check_of_a_dead_node_is_3_and_shows_its_origin_alone(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    scene.write(url=dead_url())
    status, lines, out = checked(scene, capsys)
    assert (status, lines["source 1"], lines["bundle"]) == (3, "NO ANSWER", "ok")
    assert "http://127.0.0.1:" in out
    assert not [secret for secret in PRIVATE if secret in out]


def test_check_of_a_place_without_a_bundle_is_3(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    scene.write('directory = "nothing"')
    status, lines, _ = checked(scene, capsys)
    assert (status, lines["bundle"]) == (3, "NO ANSWER")


def test_check_counts_the_sources_that_the_policy_wants(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    scene.write(more='\n[[source]]\nchain = "eip155:10"\nurl = "http://127.0.0.1:1"\n')
    policy = scene.folder / "policy.toml"
    policy.write_text(policy.read_text().replace("sources = 1", "sources = 2"))
    status, _, out = checked(scene, capsys)
    assert status == 2
    assert "the policy asks for 2" in out
    assert "no [[chain]] for eip155:10" in out


def test_check_and_init_warn_of_a_policy_that_no_job_can_pass(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    scene.write()
    policy = scene.folder / "policy.toml"
    policy.write_text(policy.read_text().replace('profile = "job"', 'profile = "auditor"'))
    status = run(job_check, scene.folder / "job.toml")
    out, _ = capsys.readouterr()
    (line,) = [line for line in out.splitlines() if line.startswith("WARNING")]
    assert status == 0
    assert "liabilities.recomputed" in line
    assert 'profile = "job"' in line
    assert run(job_init, "--policy", "policy.toml", "--output", scene.folder / "new.toml") == 0
    assert "warning: no job can ever pass under profile auditor" in capsys.readouterr().err


def test_init_warns_of_nothing_where_a_job_can_pass(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    scene.write()
    assert run(job_init, "--policy", "policy.toml", "--output", scene.folder / "new.toml") == 0
    assert "warning" not in capsys.readouterr().err


def test_check_says_when_a_run_is_under_way(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    scene.write()
    scene.state.mkdir()
    with exclusive(scene.state / "lock", 0):
        status, _, out = checked(scene, capsys)
    assert status == 0
    assert "a run is under way" in out


def test_check_of_paths_that_are_no_directories_is_2(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    path = scene.write()
    path.write_text(path.read_text().replace('"por.prom"', '"gone/por.prom"'))
    scene.state.write_text("a file")
    status, lines, _ = checked(scene, capsys)
    assert (status, lines["directory"], lines["metrics"], lines["lock"]) == (2, "WRONG", "WRONG", "WRONG")


def attesting(scene: Scene, monkeypatch: pytest.MonkeyPatch, secret: str = SECRET.hex()) -> None:
    """Let the job attest with a key in the environment, without submitting."""
    entries = fake_attester.lay(scene.folder).partition("[attest.submit]")[0]
    scene.write(more=entries)
    member = Account.from_secret(SECRET).member
    committee = Committee(SignatureScheme.ECDSA, 1, 0, (member,))
    (scene.folder / "committee.json").write_bytes(committee_v1.write(committee))
    monkeypatch.setenv("POR_ATTESTER", secret)


def test_check_opens_the_signer_and_signs_nothing(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    attesting(scene, monkeypatch)

    def refuse(*_: object) -> bytes:
        raise AssertionError("signed")

    monkeypatch.setattr(Account, "sign_digest", refuse)
    status, lines, out = checked(scene, capsys)
    assert (status, lines["signer"], lines["inbox"], lines["outbox"]) == (0, "ok", "ok", "ok")
    assert Account.from_secret(SECRET).address in out
    assert SECRET.hex() not in out


@pytest.mark.parametrize("secret", ["", "11" * 31, "nonsense", "00" * 32])
def test_t80_check_of_a_signer_that_is_none_is_2_and_shows_no_key(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], secret: str
) -> None:
    attesting(scene, monkeypatch, secret)
    status, lines, out = checked(scene, capsys)
    assert (status, lines["signer"]) == (2, "WRONG")
    assert not secret or secret not in out


def test_check_of_an_inbox_that_is_not_there_is_2(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    attesting(scene, monkeypatch)
    (scene.folder / "inbox").rmdir()
    assert checked(scene, capsys)[0] == 2


def test_check_of_a_file_that_is_none_raises(scene: Scene) -> None:
    with pytest.raises(FormatError, match=r"job\.toml"):
        run(job_check, scene.folder / "job.toml")
    path = scene.write()
    policy = scene.folder / "policy.toml"
    policy.write_text(policy.read_text() + '\n[[waive]]\ncheck = "reserves.control"\nreason = "r"\n')
    with pytest.raises(PolicyError):
        run(job_check, path)


# --- run


def test_run_needs_once_and_says_so(scene: Scene) -> None:
    path = scene.write()
    with pytest.raises(FormatError, match="give --once"):
        run(job_run, path)
    assert not scene.state.exists()


@pytest.mark.parametrize("now", ["yesterday", "2026-11-01", "2026-11-01T12:00:00+09:00", ""])
def test_run_takes_an_instant(scene: Scene, now: str) -> None:
    scene.write()
    with pytest.raises(FormatError):
        scene.run("--now", now)


def test_run_without_a_clock_takes_the_machines(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(job_run, "--once", scene.write()) in {0, 1, 3}
    assert capsys.readouterr().out == ""


def test_run_in_a_folder_takes_its_job(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.write()
    monkeypatch.chdir(scene.folder)
    assert run(job_run, "--once", "--now", "2026-11-01T12:00:00Z") == 0
    assert (scene.folder / "state" / "history.sqlite").exists()


def test_run_of_a_file_that_is_none_is_2_in_json(scene: Scene) -> None:
    ran = scene.run()
    assert (ran.status, ran.out, ran.events) == (2, "", ["job.unusable"])
    scene.write()
    (scene.folder / "policy.toml").write_text("version = 9")
    assert (scene.run().status, scene.state.exists()) == (2, False)


def test_t96_no_key_is_in_anything_that_a_run_writes(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """By file and by environment; the node is dead, and every word about it is read."""
    attesting(scene, monkeypatch)
    url = dead_url()
    (scene.folder / "node.url").write_text(url)
    (scene.folder / "node.url").chmod(0o600)
    monkeypatch.setenv("POR_SHELF", url)
    path = scene.folder / "job.toml"
    lines = path.read_text().splitlines()
    for place, entry in (('url = "', 'url_file = "node.url"'), ('directory = "/', 'url_env = "POR_SHELF"')):
        number = next(i for i, line in enumerate(lines) if line.startswith(place))
        lines[number] = entry
    path.write_text("\n".join(lines) + "\n")
    ran = scene.run("--verbose")
    assert ran.status == 3
    assert "run.stopped" in ran.events
    files = [file for file in scene.folder.rglob("*") if file.is_file() and file.name != "node.url"]
    written = [ran.out, ran.err, *(file.read_bytes().decode("utf-8", "replace") for file in files)]
    assert not [secret for secret in PRIVATE for text in written if secret in text]
    assert "http://127.0.0.1:" in ran.err


def test_t96_a_node_that_repeats_the_key_is_not_repeated(scene: Scene) -> None:
    """Its key stands in its own words, within an answer that a finding quotes."""
    with LyingServer(HonestChain()) as node:
        node.answer = lambda call: {  # type: ignore[method-assign]
            "jsonrpc": "2.0",
            "id": call["id"],
            "error": {"code": -32000, "message": f"key {SECRETS[2]} of {SECRETS[0]} is over quota"},
        }
        scene.write(url=node.url)
        ran = scene.run("--verbose")
    assert ran.status == 3
    files = [file for file in scene.state.rglob("*") if file.is_file()]
    written = [ran.err, scene.metrics, *(file.read_bytes().decode("utf-8", "replace") for file in files)]
    assert not [secret for secret in SECRETS for text in written if secret in text]


def test_a_configuration_that_cannot_be_looked_up_names_the_variable(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("POR_NOWHERE", raising=False)
    scene.write('url_env = "POR_NOWHERE"')
    ran = scene.run()
    assert ran.status == 2
    assert "POR_NOWHERE is not set" in ran.lines[0]["reason"]
    assert "/bundle/url_env" in ran.lines[0]["reason"]


def test_a_committee_that_is_none_is_2_before_anything_is_done(scene: Scene) -> None:
    scene.write(more=fake_attester.lay(scene.folder))
    ran = scene.run()
    assert (ran.status, ran.events) == (2, ["job.unusable"])
    assert "committee.json" in ran.lines[0]["reason"]
    assert not scene.state.exists()
