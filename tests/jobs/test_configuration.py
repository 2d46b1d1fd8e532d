"""A job is loaded whole or refused with the entry that is wrong, and no URL is ever shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from por.encoding.job_v1 import Address, AddressKind
from por.errors import FormatError, PorError
from por.jobs.configuration import Job, load_job, open_sources, url_at
from por.model import ChainId
from tests.jobs.scene import Scene

SECRET = "s3cret-0123456789abcdef"
URL = f"https://user:{SECRET}@node.example/v3/{SECRET}?key={SECRET}"


def address(kind: AddressKind, value: str) -> Address:
    return Address(kind, value, "/source/0/" + kind)


def secret_file(folder: Path, text: str = URL + "\n", mode: int = 0o600) -> Path:
    path = folder / "node.url"
    path.write_text(text)
    path.chmod(mode)
    return path


def refused(path: Path, place: str, environment: dict[str, str] | None = None) -> str:
    with pytest.raises(PorError) as caught:
        load_job(path, environment or {})
    assert SECRET not in str(caught.value)
    assert place in str(caught.value)
    return str(caught.value)


def test_a_job_is_loaded_with_its_policy(scene: Scene) -> None:
    job = load_job(scene.write(), {})
    assert (job.folder, job.directory) == (scene.folder, scene.state)
    assert job.policy.profile == "job"
    assert [str(chain) for chain, _ in job.sources] == [str(scene.exchange.chain.chain)]
    assert list(open_sources(job)) == [scene.exchange.chain.chain]


@pytest.mark.parametrize("kind", AddressKind)
def test_a_url_is_in_the_file_in_a_file_or_in_the_environment(tmp_path: Path, kind: AddressKind) -> None:
    secret_file(tmp_path)
    value = {AddressKind.HERE: URL, AddressKind.FILE: "node.url", AddressKind.ENVIRONMENT: "NODE"}[kind]
    assert url_at(address(kind, value), tmp_path, {"NODE": URL}) == URL


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.3.2.1:8545", "localhost:8545", "[::1]:8545", "127.0.0.1:1/path?key=1"]
)
def test_http_is_for_this_machine(tmp_path: Path, host: str) -> None:
    assert url_at(address(AddressKind.HERE, f"http://{host}"), tmp_path, {}) == f"http://{host}"


@pytest.mark.parametrize(
    "url",
    [
        f"http://node.example/{SECRET}",
        f"http://10.0.0.1/{SECRET}",
        f"http://169.254.169.254/{SECRET}",
        f"http://127.0.0.1.node.example/{SECRET}",
        f"http://localhost.node.example/{SECRET}",
        f"http://127.0.0.1@node.example/{SECRET}",
        f"http://[::ffff:10.0.0.1]/{SECRET}",
        f"http://2130706433.example/{SECRET}",
        f"HTTP://node.example/{SECRET}",
        f"ftp://node.example/{SECRET}",
        f"file:///etc/{SECRET}",
        f"https:///{SECRET}",
        f"https://node.example/{SECRET}#part",
        f"https://node example/{SECRET}",
        f"https://node.example:port/{SECRET}",
        f"//node.example/{SECRET}",
        SECRET,
        "",
    ],
)
@pytest.mark.parametrize("kind", AddressKind)
def test_t95_t96_any_other_url_is_refused_and_not_shown(tmp_path: Path, kind: AddressKind, url: str) -> None:
    secret_file(tmp_path, url)
    value = {AddressKind.HERE: url, AddressKind.FILE: "node.url", AddressKind.ENVIRONMENT: "NODE"}[kind]
    with pytest.raises(FormatError) as caught:
        url_at(address(kind, value), tmp_path, {"NODE": url})
    assert SECRET not in str(caught.value)
    assert caught.value.place == f"/source/0/{kind}"


@pytest.mark.parametrize("text", [f"{URL}\n{URL}\n", f" {URL}", f"{URL}\t", "\n", f"{URL}\u00e9", f"# url\n{URL}"])
def test_t96_a_secret_that_is_not_one_line_is_refused_and_not_shown(tmp_path: Path, text: str) -> None:
    secret_file(tmp_path, text)
    for kind, value in ((AddressKind.FILE, "node.url"), (AddressKind.ENVIRONMENT, "NODE")):
        with pytest.raises(FormatError) as caught:
            url_at(address(kind, value), tmp_path, {"NODE": text})
        assert SECRET not in str(caught.value)


def test_t80_a_secret_that_others_may_read_is_refused(tmp_path: Path) -> None:
    for mode in (0o644, 0o640, 0o620, 0o604):
        secret_file(tmp_path, mode=mode)
        with pytest.raises(FormatError, match="others may read"):
            url_at(address(AddressKind.FILE, "node.url"), tmp_path, {})


def test_a_secret_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="cannot be read"):
        url_at(address(AddressKind.FILE, "node.url"), tmp_path, {})
    with pytest.raises(FormatError, match="environment variable NODE is not set"):
        url_at(address(AddressKind.ENVIRONMENT, "NODE"), tmp_path, {"OTHER": URL})


def test_t96_neither_job_nor_redactors_show_a_url(scene: Scene) -> None:
    scene.write(url=URL)
    job = load_job(scene.write('url_env = "SHELF"', url=URL), {"SHELF": f"https://shelf.example/{SECRET}/por"})
    assert SECRET not in repr(job) + str(job)
    text = f"{URL} and https://shelf.example/{SECRET}/por, and a word such as verdict"
    for redact in job.redactors():
        text = redact(text)
    assert SECRET not in text
    assert "verdict" in text


def test_words_of_a_public_path_are_not_taken_out(scene: Scene) -> None:
    job = load_job(scene.write('url = "https://shelf.example/bundle/2026?key=0123456789"'), {})
    text = "bundle 2026 0123456789"
    for redact in job.redactors():
        text = redact(text)
    assert text == "bundle 2026 …"


def test_what_is_wrong_is_named_with_the_file(scene: Scene) -> None:
    path = scene.write()
    text = path.read_text()
    for spoiled, place in (
        (text.replace("version = 1", "version = 2"), "job.toml:/version"),
        (text.replace("[bundle]", "[bundel]"), "job.toml"),
        (text.replace('url = "http://127', 'url = "http://10'), "job.toml:/source/0/url"),
        (text.replace('chain = "eip155:', 'chain = "EIP155:'), "job.toml:/source/0/chain"),
        (text.replace("86400", "0"), "job.toml:/max_staleness_seconds"),
    ):
        assert spoiled != text
        path.write_text(spoiled)
        refused(path, place)


def test_a_job_without_a_file_or_a_policy_is_refused(scene: Scene) -> None:
    refused(scene.folder / "job.toml", "job.toml: cannot be read")
    path = scene.write()
    (scene.folder / "policy.toml").unlink()
    refused(path, "policy.toml: cannot be read")
    (scene.folder / "policy.toml").write_text("version = 3")
    refused(path, "policy.toml:")


def test_a_policy_that_cannot_be_used_is_refused(scene: Scene) -> None:
    path = scene.write()
    policy = scene.folder / "policy.toml"
    policy.write_text(policy.read_text() + '\n[[waive]]\ncheck = "reserves.control"\nreason = "r"\n')
    refused(path, "cannot be waived")


def test_t55_two_urls_of_one_origin_are_not_two_sources(scene: Scene) -> None:
    refused(scene.write(sources=2), "not independent")


def test_sources_of_several_chains_are_kept_apart(scene: Scene) -> None:
    more = '[[source]]\nchain = "eip155:10"\nurl = "http://127.0.0.1:1"\n'
    job: Job = load_job(scene.write(more=more), {})
    assert set(open_sources(job)) == {scene.exchange.chain.chain, ChainId("eip155", "10")}
