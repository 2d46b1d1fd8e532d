"""Runs that are killed in the middle and started again: nothing that was answered is asked for twice."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from eth_account import Account

from por.chains.embedded.server import LoopbackServer, RefusedQuestionError
from por.chains.kept import BATCH
from por.encoding import verdict_v1
from por.issuer.signing import ensure_signing_key
from por.simulator.lie import Draft
from tests.components import RpcError, rpc
from tests.end_to_end.anvil_story import CHAIN, ISSUER, Story, begin, bundling, challenge, node, signatures
from tests.simulator import por

pytestmark = pytest.mark.thorough

ROOT = Path(__file__).resolve().parents[2]
ACCOUNTS = 70


@dataclass
class Proxy:
    """Hand questions on to a node, and remember those about state that it answers; then `after` happens.

    What `over` serves, nobody waits for any more.
    """

    url: str
    over: set[threading.Thread] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    after: Callable[[int], None] = lambda count: None

    def answer(self, method: str, parameters: Sequence[object]) -> object:
        try:
            answer = rpc(self.url, method, *parameters)
        except RpcError as error:
            raise RefusedQuestionError(-32000, str(error)) from error
        if method in {"eth_getProof", "eth_getCode"} and threading.current_thread() not in self.over:
            self.asked.append(f"{method} {list(parameters)}")
            self.after(len(self.asked))
        return answer


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """List many accounts, take the signatures, and prove nothing yet."""
    with node() as url:
        story = Story(tmp_path_factory.mktemp("resume"), url)
        begin(story)
        strangers = [Account.from_key(number.to_bytes(32)).address.lower() for number in range(1, ACCOUNTS)]
        own = [(story.accounts[name], "customer", name) for name in ("cold", "hot")]
        listed = challenge(story, [*own, *((each, "customer", "cold") for each in strangers)])
        (story.directory / "signatures.csv").write_text(signatures(story, [account for account, _, _ in listed]))
        story.command("collect", story.snapshot, story.directory / "signatures.csv")
        yield story


@pytest.fixture
def story(published: Story, tmp_path: Path) -> Story:
    """Let a test have a copy of the issuer's folder."""
    shutil.copytree(published.directory, tmp_path / "issuer")
    return replace(published, directory=tmp_path / "issuer")


@contextmanager
def served(story: Story) -> Iterator[tuple[Proxy, Story]]:
    proxy = Proxy(story.url)
    with LoopbackServer(proxy.answer) as server:
        yield proxy, replace(story, url=server.url)


def killed(proxy: Proxy, at: int, command: Sequence[object]) -> list[str]:
    """Run a command of `por` and kill it while it waits for an answer; return what it asked for."""
    entry = "import sys\nfrom por.cli.main import main\nsys.exit(main())\n"
    words = [sys.executable, "-c", entry, *map(str, command)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(words, cwd=ROOT, env=environment, stderr=subprocess.PIPE) as process:

        def kill(count: int) -> None:
            if count == at:
                proxy.over.add(threading.current_thread())
                process.kill()
                process.wait()

        proxy.after = kill
        _, talk = process.communicate(timeout=100)
    assert process.returncode == -9, talk.decode()
    proxy.after = lambda count: None
    asked, proxy.asked = proxy.asked, []
    return asked


def settled(asked: Sequence[str]) -> set[str]:
    """Tell what was answered in whole batches, by which the killed run had it on the disk."""
    return set(asked[: (len(asked) - 1) // BATCH * BATCH])


@pytest.mark.parametrize("at", [5, 50, 73])
def test_a_bundle_is_made_of_what_was_asked_for_once(story: Story, at: int) -> None:
    with served(story) as (proxy, through):
        first = killed(proxy, at, ["issuer", "bundle", *bundling(through)])
        assert not story.bundle.exists()
        through.command("bundle", *bundling(through))
        again = list(proxy.asked)
    assert not settled(first) & set(again)
    assert len(again) == len(set(again))
    whole = (story.bundle / "bundle.json").read_bytes()
    shutil.rmtree(story.bundle)
    story.command("bundle", *bundling(story))
    assert (story.bundle / "bundle.json").read_bytes() == whole


def bare(story: Story) -> Path:
    """Publish a bundle that proves no holding: whoever verifies it asks for all of it."""
    story.command("bundle", *bundling(story))
    key = ensure_signing_key(story.directory / "por-signing.key", ISSUER)[0]
    story.key = str(key.verifier)
    draft = Draft.read(story.bundle)
    for position, row in enumerate(draft.bundle.reserves):
        draft.account(position, holdings=tuple(replace(claim, evidence=()) for claim in row.holdings))
    return draft.publish(story.directory / "bare", key)


@pytest.mark.parametrize("at", [5, 60])
def test_a_verifier_goes_on_where_it_was_killed(story: Story, at: int) -> None:
    bundle, kept, written = bare(story), story.directory / "kept.sqlite", story.directory / "verdict.json"
    known = ["--policy", story.policy(), "--ledger", story.snapshot / "records.csv", "--now", "2026-11-01T12:00:00Z"]
    command = ["verify", bundle, *known, "--resume", kept, "--output", written]
    with served(story) as (proxy, through):
        first = killed(proxy, at, [*command, *through.source])
        assert not written.exists()
        run = por(*command, *through.source)
        again = list(proxy.asked)
    assert run.status == 3, run.talk  # most accounts are unsigned, and what they hold is nothing
    assert not settled(first) & set(again)
    balances = verdict_v1.read(written.read_bytes()).of("reserves.balance")
    assert len(balances) == 2 * (ACCOUNTS + 1)
    assert {str(item.outcome) for item in balances} == {"PASS"}


def test_t64_what_was_kept_of_a_reorganised_block_is_of_no_use(story: Story) -> None:
    """What is kept is kept by its block's hash; the block that stands there now is another, and nothing passes."""
    bundle, kept = bare(story), story.directory / "kept.sqlite"
    known = ["--policy", story.policy(), "--now", "2026-11-01T12:00:00Z", "--resume", kept]
    assert por("verify", bundle, *known, *story.source).outcomes("reserves.balance") == {"PASS"}
    with node() as elsewhere:
        Story(story.directory, elsewhere).mine(30)
        run = por("verify", bundle, *known, "--source", f"{CHAIN}={elsewhere}")
    assert run.outcomes("snapshot.canonical") == {"FAIL"}
    assert "PASS" not in run.outcomes("reserves.balance")
