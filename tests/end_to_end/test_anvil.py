"""The whole story on a real Ethereum node, by the commands alone; then the node fails, forks, disagrees and is gone."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from por.chains.evm import EvmSource
from por.chains.transport import Limits
from por.cli.output import Progress
from por.encoding.digests import digest_of
from tests.components import rpc
from tests.end_to_end.anvil_story import ALICE, CHAIN, COIN, Story, address, begin, node, publish, second_origin
from tests.simulator import Run, por

IMPATIENT = Limits(connect_ms=1000, read_ms=5000, total_ms=10_000, attempts=2, pause_ms=10)


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Story]:
    """Start a node of the test's own, with token and coins, and nothing published yet."""
    with node() as url:
        story = Story(tmp_path, url)
        begin(story)
        yield story


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """Publish a bundle on a node that no test changes."""
    with node() as url:
        story = Story(tmp_path_factory.mktemp("anvil"), url)
        begin(story)
        publish(story)
        yield story


def reason(run: Run, check: str) -> str:
    assert run.verdict is not None, run.talk
    return "\n".join(finding.facts.get("reason", "") for finding in run.verdict.of(check))


def test_the_auditor_verifies_every_asset(told: Story) -> None:
    run = told.verify(told.url)
    assert (run.status, run.outcome) == (0, "PASS"), run.out
    assert run.out.startswith("VERIFIED: for 2 of 2 assets, coins that exchange.example controlled at ")
    assert run.verdict is not None
    coverage = {finding.subject: finding for finding in run.verdict.of("solvency.coverage")}
    coin = coverage[f"{CHAIN}/slip44:60"]
    assert (coin.expected, coin.actual) == ("4.25", "5")
    dollars = coverage[f"{CHAIN}/erc20:{told.token}"]
    assert (dollars.expected, dollars.actual, dollars.facts["apart"]) == ("1250.25", "1300", "5000")
    assert len(run.verdict.of("reserves.control")) == 3
    assert len(run.verdict.of("reserves.balance")) == 6


def test_both_ways_to_sign_are_among_them(told: Story) -> None:
    schemes = [line.split(",")[1] for line in (told.directory / "signatures.csv").read_text().splitlines()[1:]]
    assert sorted(set(schemes)) == ["eip191", "eip712"]


def test_the_customer_finds_what_is_hers(told: Story, tmp_path: Path) -> None:
    proof = tmp_path / "alice.json"
    told.command("prove", told.snapshot, ALICE, "--output", proof)
    known = [proof, "--policy", told.policy(), "--account", ALICE, *told.assets, "--now", "2026-11-01T12:00:00Z"]
    mine = ["--holding", "COIN=1.5", "--holding", "USDX=250.25"]
    run = por("verify-inclusion", *known, *mine)
    assert (run.status, run.outcome) == (0, "PASS"), run.out
    assert run.out.startswith(
        "VERIFIED: your 1.5 COIN and 250.25 USDX are in the list that exchange.example signed for"
    )
    assert por("verify-inclusion", *known, *mine, "--bundle", told.bundle).status == 0
    assert por("verify-inclusion", *known, "--holding", "COIN=1.50000001", "--holding", "USDX=250.25").status == 1
    assert por("verify-inclusion", *known).status == 3
    another = [word if word != ALICE else "bob@example.com" for word in known]
    assert por("verify-inclusion", *another, "--holding", "COIN=1.5").status == 1


def test_a_run_is_repeated_offline_to_the_same_bytes_after_the_node_is_gone(tmp_path: Path) -> None:
    answers = tmp_path / "answers.json"
    with node() as url:
        story = Story(tmp_path, url)
        begin(story)
        publish(story)
        recorded = story.verify(url, options=["--record", answers, "--json"])
        assert recorded.status == 0
    runs = [replay(story, answers) for _ in range(2)]
    assert [run.status for run in runs] == [0, 0], runs[0].out
    assert runs[0].out == runs[1].out
    # The policy differs by the recording it names, and the verdict by the policy's digest; by nothing else.
    live, again = recorded.verdict, runs[0].verdict
    assert live is not None
    assert again is not None
    assert runs[0].out.replace(str(again.policy), str(live.policy)) == recorded.out


def replay(story: Story, answers: Path) -> Run:
    """Examine the bundle offline, under a policy that names the recording."""
    policy = story.policy(recording=str(digest_of(answers.read_bytes())))
    known = ["--policy", policy, "--ledger", story.snapshot / "records.csv", "--now", "2026-11-01T12:00:00Z"]
    return por("verify", story.bundle, *known, "--replay", answers, "--json")


def test_t56_a_reorganisation_after_the_snapshot_is_named(fresh: Story) -> None:
    publish(fresh)
    assert fresh.verify(fresh.url).status == 0
    rpc(fresh.url, "anvil_reorg", 6, [])
    fresh.mine(3)
    run = fresh.verify(fresh.url)
    assert run.status == 1, run.out
    assert run.outcomes("snapshot.canonical") == {"FAIL"}
    assert run.verdict is not None
    (canonical,) = run.verdict.of("snapshot.canonical")
    assert canonical.message == "snapshot.canonical.other_hash"
    assert {finding.message for finding in run.verdict.of("reserves.balance")} == {"reserves.balance.off_chain"}
    assert run.outcomes("solvency.coverage") == {"FAIL"}


def test_t56_a_reorganisation_during_the_run_is_named(fresh: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(fresh)
    during(monkeypatch, lambda: rpc(fresh.url, "anvil_reorg", 6, []))
    run = fresh.verify(fresh.url)
    assert run.status == 3, run.out
    assert run.outcomes("snapshot.canonical") == run.outcomes("reserves.balance") == {"INCONCLUSIVE"}
    assert "reorganised while it was read" in reason(run, "snapshot.canonical")


def during(monkeypatch: pytest.MonkeyPatch, happen: Callable[[], object]) -> None:
    """Let something happen in the middle of an examination, once: when the first account is looked at."""
    waiting = [happen]

    def progress(_: Progress, message: str) -> None:
        if message.startswith("examining account") and waiting:
            waiting.pop()()

    monkeypatch.setattr(Progress, "__call__", progress)


def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    defaults = EvmSource.__init__.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "limits", IMPATIENT)


def test_t64_a_node_killed_in_mid_run_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    impatient(monkeypatch)
    with ExitStack() as stack:
        story = Story(tmp_path, stack.enter_context(node()))
        begin(story)
        publish(story)
        during(monkeypatch, stack.close)
        answers = tmp_path / "answers.json"
        run = story.verify(story.url, options=["--record", answers])
    assert run.status == 3, run.out
    assert run.outcomes("snapshot.canonical") == run.outcomes("reserves.balance") == {"INCONCLUSIVE"}
    assert story.url in reason(run, "snapshot.canonical")
    assert replay(story, answers).status == 3


def test_t64_a_node_that_is_not_there_is_named(told: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    impatient(monkeypatch)
    with node() as gone:
        pass
    run = told.verify(gone)
    assert run.status == 3
    assert f"{gone}: connection refused" in reason(run, "snapshot.canonical")


def test_t64_a_node_without_the_block_is_named(told: Story) -> None:
    with node() as behind:
        run = told.verify(behind)
        assert run.status == 3
        assert f"{behind}: it has no block " in reason(run, "snapshot.canonical")
    assert run.outcomes("reserves.balance") == {"INCONCLUSIVE"}


def test_t56_a_block_that_is_not_final_yet_is_named(told: Story) -> None:
    with second_origin(told.url) as server:
        honest = server._http.answer

        def early(method: str, parameters: list[object]) -> object:
            return honest(method, ["0x1" if word == "finalized" else word for word in parameters])

        server._http.answer = early  # type: ignore[assignment]
        run = told.verify(server.url)
    assert run.status == 3
    assert run.verdict is not None
    assert [finding.message for finding in run.verdict.of("snapshot.canonical")] == ["snapshot.canonical.not_final"]


def test_t55_two_origins_that_agree_are_named_and_raise_the_grade(told: Story) -> None:
    with second_origin(told.url) as other:
        run = told.verify(told.url, other.url, sources=2)
        assert run.status == 0, run.out
        assert run.verdict is not None
        (canonical,) = run.verdict.of("snapshot.canonical")
        assert canonical.facts["sources"] == f"{told.url}, {other.url}"
    grades = {finding.grade.text for finding in run.verdict.of("reserves.balance") if finding.grade}
    assert grades == {"state proof against an agreed header"}
    assert told.verify(told.url, sources=2).status == 3


def test_t55_two_nodes_that_disagree_are_named(told: Story, tmp_path: Path) -> None:
    with node() as fork:
        forked = Story(tmp_path, fork)
        forked.mine(14)
        run = told.verify(told.url, fork, sources=2)
        words = reason(run, "snapshot.canonical")
        assert told.url in words
        assert fork in words
    assert run.status == 3
    assert run.outcomes("snapshot.canonical") == run.outcomes("reserves.balance") == {"INCONCLUSIVE"}


def test_t47_a_contract_is_not_controlled_by_a_key(fresh: Story) -> None:
    """The cold account's key signs; the account has code at the snapshot, and the code decides."""
    rpc(fresh.url, "anvil_setCode", fresh.accounts["cold"], "0x60006000fd")
    fresh.mine()
    publish(fresh)
    run = fresh.verify(fresh.url)
    assert run.status == 3, run.out
    assert run.verdict is not None
    control = {finding.subject: finding for finding in run.verdict.of("reserves.control")}
    assert str(control[f"{CHAIN}:{fresh.accounts['hot']}"].outcome) == "PASS"
    contract = control[f"{CHAIN}:{fresh.accounts['cold']}"]
    assert (str(contract.outcome), contract.message) == ("INCONCLUSIVE", "reserves.control.code")
    assert "the account has code" in run.out
    coin = next(item for item in run.verdict.of("solvency.coverage") if item.subject.endswith("slip44:60"))
    assert (coin.facts["lower"], coin.facts["upper"], coin.facts["required"]) == ("2", "5", "4.25")


def test_t47_a_deployed_contract_has_no_signature_and_is_named(fresh: Story) -> None:
    vault = fresh.send(data="0x" + "600a80600c6000396000f3" + "00" * 10)
    fresh.fund(vault, 0, 1000 * 10**6)
    rpc(fresh.url, "anvil_setBalance", vault, hex(9 * COIN))
    fresh.mine()
    publish(fresh, [(fresh.accounts["hot"], "customer", "hot"), (vault, "customer", "cold")])
    run = fresh.verify(fresh.url)
    assert run.status == 3, run.out
    assert run.verdict is not None
    control = {finding.subject: finding for finding in run.verdict.of("reserves.control")}
    assert control[f"{CHAIN}:{vault}"].message == "evidence.missing"
    assert "gives none for this account" in control[f"{CHAIN}:{vault}"].facts["reason"]
    assert run.outcomes("solvency.coverage") == {"INCONCLUSIVE"}


def test_t47_the_owners_signature_does_not_stand_for_a_contract(fresh: Story) -> None:
    vault = fresh.send(data="0x" + "600a80600c6000396000f3" + "00" * 10)
    fresh.mine()
    publish(fresh, [(fresh.accounts["hot"], "customer", "hot"), (vault, "customer", "cold")])
    lines = (fresh.directory / "signatures.csv").read_text().splitlines()
    lines.append(lines[1].replace(fresh.accounts["hot"], vault))
    (fresh.directory / "signatures.csv").write_text("\n".join(lines) + "\n")
    for folder in ("control", "salts", "bundle"):
        shutil.rmtree(fresh.snapshot / folder)
    run = por("issuer", "collect", fresh.snapshot, fresh.directory / "signatures.csv")
    assert run.status == 1
    assert f"not by {CHAIN}:{vault}" in run.talk
    assert not (fresh.snapshot / "control").exists()


def test_the_issuer_is_told_to_wait_until_the_instant_is_final(fresh: Story) -> None:
    (fresh.directory / "ledger.csv").write_text("account_id,segment,asset,amount\na@example.com,spot,ETH,1\n")
    (fresh.directory / "accounts.csv").write_text(
        f"account,role,custody,asset\n{CHAIN}:{address('cold')},customer,cold,COIN\n"
    )
    (fresh.directory / "assets.toml").write_text(
        f'[[asset]]\nsymbol = "COIN"\nid = "{CHAIN}/slip44:60"\ndecimals = 18\n'
    )
    fresh.command(
        "commit", fresh.directory / "ledger.csv", "--output", fresh.snapshot, "--instant", "2026-12-24T00:00:00Z"
    )
    listing = ["--accounts", fresh.directory / "accounts.csv", *fresh.assets, *fresh.source]
    run = por("issuer", "challenge", fresh.snapshot, *listing)
    assert run.status == 3
    assert "wait until a later one is final" in run.talk
    assert not (fresh.snapshot / "snapshot").exists()
    assert not (fresh.snapshot / "challenges").exists()
