"""Tokens of every kind on a real node: what storage proves, what only code tells, and what is swapped or lies.

Whatever the kind, the balance is the right one, or undecided, and never another.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from eth_utils.crypto import keccak

from por.issuer.signing import ensure_signing_key
from por.model import Finding
from por.simulator.lie import Draft
from tests.components import rpc
from tests.end_to_end.anvil_story import (
    CHAIN,
    COIN,
    ISSUER,
    Story,
    address,
    bundling,
    challenge,
    node,
    publish,
    signatures,
)
from tests.end_to_end.contract_wallets import call, deploy
from tests.simulator import Run, por

NAMESPACED = 0x52C63247E1F47DB19D5CE0460030C497F067CA4CEBF71BA98EEADABE20BACE00
IMPLEMENTATION = 0x360894A13BA1A3210667C828492DB98DCA3E2076CC3735A920A3CA505D382BBC
UNITS = {"cold": 1000 * 10**6, "hot": 300 * 10**6}
CALL = """[[call]]
asset = "{token}"
codes = [{codes}]
method = "{method}"
{underlying}"""
LAYOUT = """[[layout]]
asset = "{token}"
code_hash = "{code}"
base_slot = "0x{slot:02x}"
order = "{order}"
{implementation}
"""


@pytest.fixture(scope="module")
def running() -> Iterator[str]:
    with node() as url:
        yield url


@pytest.fixture
def story(running: str, tmp_path: Path) -> Iterator[Story]:
    """Let a test have the node without a token yet, and two accounts with coins."""
    mark = rpc(running, "evm_snapshot")
    own = Story(tmp_path, running, accounts={name: address(name) for name in UNITS})
    own.mine()
    for name, coins in (("cold", 3), ("hot", 2)):
        own.send(to=own.accounts[name], value=hex(coins * COIN))
    yield own
    assert rpc(running, "evm_revert", mark)


def rows(story: Story) -> list[tuple[str, str, str]]:
    return [(story.accounts[name], "customer", name) for name in UNITS]


def minted(story: Story, token: str, name: str = "LiarToken") -> str:
    """Let both accounts have units of a token, and let it be the one that customers are owed."""
    story.token = token
    for holder, units in UNITS.items():
        call(story, token, name, "mint", story.accounts[holder], units)
    return token


def code(story: Story, contract: str) -> str:
    hashed: bytes = keccak(bytes.fromhex(rpc(story.url, "eth_getCode", contract, "latest")[2:]))
    return f"0x{hashed.hex()}"


def asset(token: str) -> str:
    return f"{CHAIN}/erc20:{token}"


def by_call(story: Story, *contracts: str, method: str = "balanceOf", underlying: str = "") -> str:
    """Write a row by which the token's own code tells balances."""
    codes = ", ".join(f'"{code(story, each)}"' for each in contracts)
    worth = f'underlying = "{underlying}"\n' if underlying else ""
    return CALL.format(token=asset(story.token), codes=codes, method=method, underlying=worth)


def by_slot(story: Story, slot: int, *, order: str = "key-slot", implementation: str = "") -> str:
    """Write a row by which storage tells balances."""
    behind = ""
    if implementation:
        behind = f'implementation_slot = "0x{IMPLEMENTATION:x}"\n'
        behind += f'implementation_code_hash = "{code(story, implementation)}"'
    return LAYOUT.format(
        token=asset(story.token), code=code(story, story.token), slot=slot, order=order, implementation=behind
    )


def balances(run: Run, story: Story) -> dict[str, Finding]:
    """Return what was found of the token's balances, by account."""
    assert run.verdict is not None, run.talk
    names = {f"{CHAIN}:{holder}/erc20:{story.token}": name for name, holder in story.accounts.items()}
    return {names[item.subject]: item for item in run.verdict.of("reserves.balance") if item.subject in names}


def held(run: Run, story: Story) -> dict[str, tuple[str, str | None]]:
    return {name: (str(item.outcome), item.actual) for name, item in balances(run, story).items()}


def proven(times: float = 1) -> dict[str, tuple[str, str | None]]:
    return {name: ("PASS", str(int(units * times))) for name, units in UNITS.items()}


def refused(story: Story) -> str:
    """Take the issuer's steps up to the bundle, which is refused; return the last words."""
    listed = challenge(story, rows(story))
    (story.directory / "signatures.csv").write_text(signatures(story, [account for account, _, _ in listed]))
    story.command("collect", story.snapshot, story.directory / "signatures.csv")
    run = por("issuer", "bundle", *bundling(story))
    assert run.status in {1, 2}, run.talk
    assert not (story.snapshot / "bundle").exists()
    return run.talk.strip().rpartition("\n")[2]


def without_evidence(story: Story) -> Run:
    """Verify the bundle with the evidence of all holdings left out: the verifier asks its node."""
    draft = Draft.read(story.bundle)
    for position, row in enumerate(draft.bundle.reserves):
        draft.account(position, holdings=tuple(replace(claim, evidence=()) for claim in row.holdings))
    key = ensure_signing_key(story.directory / "por-signing.key", ISSUER)[0]
    folder = draft.publish(story.directory / "bare", key)
    return por("verify", folder, *known(story))


def known(story: Story) -> list[object]:
    told = ["--policy", story.policy(), "--ledger", story.snapshot / "records.csv", *story.source]
    return [*told, "--now", "2026-11-01T12:00:00Z"]


@pytest.mark.parametrize(
    ("slot", "vyper"), [(9, False), (NAMESPACED, False), (3, True)], ids=["9", "namespace", "vyper"]
)
def test_balances_are_read_wherever_they_are_kept(story: Story, slot: int, vyper: bool) -> None:
    minted(story, deploy(story, "LaidOutToken", slot.to_bytes(32), vyper))
    story.told = by_slot(story, slot, order="slot-key" if vyper else "key-slot")
    publish(story, rows(story))
    run = story.verify(story.url)
    assert run.status == 0, run.out
    assert held(run, story) == proven()
    live = without_evidence(story)
    assert (live.status, held(live, story)) == (0, proven())


@pytest.mark.parametrize("wrong", ["slot", "order"])
def test_t60_a_layout_that_is_wrong_gives_no_coins(story: Story, wrong: str) -> None:
    """An auditor's wrong row does not find the balance: at best it refutes a claim, and never confirms a larger one."""
    minted(story, deploy(story, "LaidOutToken", (9).to_bytes(32), False))
    story.told = by_slot(story, 9)
    publish(story, rows(story))
    right = story.told
    story.told = by_slot(story, 8) if wrong == "slot" else right.replace("key-slot", "slot-key")
    run = story.verify(story.url)
    assert run.status in {1, 3}, run.out
    assert "PASS" not in {outcome for outcome, _ in held(run, story).values()}


@pytest.mark.parametrize("index", [1, 1.5, 0.5])
def test_t60_a_rebasing_token_is_told_by_its_proven_code(story: Story, index: float) -> None:
    token = minted(story, deploy(story, "RebasingToken"))
    call(story, token, "RebasingToken", "rebase", int(index * 10**18))
    story.told = by_call(story, token)
    publish(story, rows(story))
    call(story, token, "RebasingToken", "rebase", 10**20)
    story.mine(3)
    run = story.verify(story.url)
    assert held(run, story) == proven(index)
    assert run.status == (0 if index >= 1 else 1), run.out


def test_t60_the_shares_of_a_rebasing_token_are_not_its_balances(story: Story) -> None:
    """A row that takes shares for balances contradicts what the token's code tells."""
    token = minted(story, deploy(story, "RebasingToken"))
    call(story, token, "RebasingToken", "rebase", 2 * 10**18)
    story.told = by_call(story, token)
    publish(story, rows(story))
    story.told = by_slot(story, 1)
    run = story.verify(story.url)
    assert "PASS" not in {outcome for outcome, _ in held(run, story).values()}
    assert run.status in {1, 3}


def test_t60_a_token_that_lies_counts_by_nobodys_word(story: Story) -> None:
    """Nobody has read its code: the issuer's own tool makes no bundle, and a verifier decides nothing."""
    token = minted(story, deploy(story, "LiarToken"))
    story.told = "\n"
    assert "add a [[layout]] or a [[call]]" in refused(story)
    story.told = by_call(story, token)
    story.command("bundle", *rewritten(story))
    story.key = key_of(story)
    assert held(story.verify(story.url), story) == proven(1000)
    story.told = "\n"
    run = story.verify(story.url)
    assert run.status == 3, run.out
    assert {outcome for outcome, _ in held(run, story).values()} == {"INCONCLUSIVE"}
    live = without_evidence(story)
    assert {outcome for outcome, _ in held(live, story).values()} == {"INCONCLUSIVE"}


def rewritten(story: Story) -> list[object]:
    (story.directory / "layouts.toml").write_text(story.tables())
    return bundling(story)


def key_of(story: Story) -> str:
    return str(ensure_signing_key(story.directory / "por-signing.key", ISSUER)[0].verifier)


def test_t60_who_pins_a_liars_code_is_told_what_the_code_says(story: Story) -> None:
    """A row says that a person has read that code; by its storage the same token holds a thousandth."""
    token = minted(story, deploy(story, "LiarToken"))
    story.told = by_call(story, token)
    publish(story, rows(story))
    assert held(story.verify(story.url), story) == proven(1000)
    story.told = by_slot(story, 0)
    live = without_evidence(story)
    assert {(outcome, actual) for outcome, actual in held(live, story).values()} == {
        ("FAIL", str(units)) for units in UNITS.values()
    }


def proxied(story: Story) -> tuple[str, str, str]:
    """Deploy a proxy whose implementation is the first of two; return all three."""
    first, second = deploy(story, "TokenFirst"), deploy(story, "TokenSecond")
    return minted(story, deploy(story, "TokenProxy", first), "TokenFirst"), first, second


def test_t60_a_proxy_is_read_by_the_code_that_it_ran(story: Story) -> None:
    proxy, first, second = proxied(story)
    story.told = by_slot(story, 0, implementation=first)
    publish(story, rows(story))
    call(story, proxy, "TokenProxy", "upgradeTo", second)
    story.mine(3)
    run = story.verify(story.url)
    assert run.status == 0, run.out
    assert held(run, story) == proven()


def test_t60_a_proxy_swapped_before_the_snapshot_is_no_longer_read_so(story: Story) -> None:
    """The proxy's own code is the same; what runs behind it is not what the row pins."""
    proxy, first, second = proxied(story)
    story.told = by_slot(story, 0, implementation=first)
    call(story, proxy, "TokenProxy", "upgradeTo", second)
    refused(story)
    story.told = by_call(story, proxy, second)
    story.command("bundle", *rewritten(story))
    story.key = key_of(story)
    assert held(story.verify(story.url), story) == proven(0.5)
    story.told = by_call(story, proxy, first)
    run = story.verify(story.url)
    assert {outcome for outcome, _ in held(run, story).values()} == {"INCONCLUSIVE"}
    story.told = by_slot(story, 0, implementation=first)
    for again in (story.verify(story.url), without_evidence(story)):
        assert "PASS" not in {outcome for outcome, _ in held(again, story).values()}
        assert again.status in {1, 3}


def test_t60_a_proxy_swapped_between_two_snapshots_is_named(story: Story, tmp_path: Path) -> None:
    proxy, first, second = proxied(story)
    story.told = by_call(story, proxy, first, second)
    publish(story, rows(story))
    before = replace(story, directory=tmp_path / "next", accounts=dict(story.accounts))
    before.directory.mkdir()
    shutil.copy(tmp_path / "por-signing.key", before.directory)
    call(story, proxy, "TokenProxy", "upgradeTo", second)
    publish(before, rows(before), ["--previous", story.bundle])
    both = changed(before, story)
    assert set(both.values()) == {"PASS"}
    before.told = by_call(story, proxy, first)
    assert changed(before, story)[asset(proxy)] in {"FAIL", "INCONCLUSIVE"}
    assert story.verify(story.url).status == 0


def changed(story: Story, before: Story) -> dict[str, str]:
    """Return what is found of code that changed since the bundle before; what a policy has reviewed is no finding."""
    run = story.verify(story.url, options=["--previous", before.bundle])
    assert run.verdict is not None, run.talk
    return {item.subject: str(item.outcome) for item in run.verdict.of("reserves.code")}


@pytest.mark.parametrize(("rate", "expected"), [(0.5, "FAIL"), (0.96, "FAIL"), (1, "PASS"), (2, "PASS")])
def test_t59_t60_shares_of_a_vault_count_by_the_proven_rate(story: Story, rate: float, expected: str) -> None:
    """1,250.25 are owed; there are 1,300 shares, which count by what the vault has for them, where vaults count."""
    dollar = deploy(story, "LaidOutToken", bytes(32), False)
    vault = minted(story, deploy(story, "Vault", dollar), "Vault")
    call(story, dollar, "LaidOutToken", "mint", vault, int(sum(UNITS.values()) * rate))
    story.told = by_call(story, vault, dollar, method="convertToAssets", underlying=asset(dollar))
    publish(story, rows(story))
    policy = story.policy()
    share = f'members = [{{ asset = "{asset(vault)}", decimals = 6 }}]'
    assert share in policy.read_text()
    both = (
        f'{{ asset = "{asset(dollar)}", decimals = 6 }}, {{ asset = "{asset(vault)}", decimals = 6, kind = "vault" }}'
    )
    text = policy.read_text().replace(share, f"members = [{both}]")
    for more, outcome in (('\n[coverage]\nkinds = ["vault"]\n', expected), ("", "FAIL")):
        policy.write_text(text + more)
        run = por("verify", story.bundle, *known_with(story, policy))
        assert held(run, story) == proven()
        assert coverage(run, dollar) == {outcome}, run.out


def known_with(story: Story, policy: Path) -> list[object]:
    told = ["--policy", policy, "--ledger", story.snapshot / "records.csv", *story.source]
    return [*told, "--now", "2026-11-01T12:00:00Z"]


def coverage(run: Run, token: str) -> set[str]:
    assert run.verdict is not None, run.talk
    return {str(item.outcome) for item in run.verdict.of("solvency.coverage") if item.subject == asset(token)}


def test_t49_t64_a_word_of_the_sources_is_taken_where_the_policy_says_so(story: Story) -> None:
    """The fall-back of tokens that nothing proves: graded as what one source says, or undecided."""
    token = minted(story, deploy(story, "RebasingToken"))
    story.told = by_call(story, token)
    publish(story, rows(story))
    story.told = "\n"
    story.entries = f'quorum_tokens = ["{asset(token)}"]\n'
    run = without_evidence(story)
    assert held(run, story) == proven()
    assert {item.message for item in balances(run, story).values()} == {"reserves.balance.told"}
    story.entries = ""
    assert {outcome for outcome, _ in held(without_evidence(story), story).values()} == {"INCONCLUSIVE"}


def test_t49_staked_coins_without_a_beacon_proof_are_not_claimed(story: Story) -> None:
    minted(story, deploy(story, "LaidOutToken", (1).to_bytes(32), False))
    story.told = by_slot(story, 1)
    listed = challenge(story, rows(story))
    (story.directory / "signatures.csv").write_text(signatures(story, [account for account, _, _ in listed]))
    story.command("collect", story.snapshot, story.directory / "signatures.csv")
    accounts = story.directory / "accounts.csv"
    accounts.write_text(accounts.read_text() + f"{CHAIN}:{story.accounts['cold']},customer,cold,{CHAIN}/staked:60\n")
    run = por("issuer", "bundle", *bundling(story))
    assert run.status == 2, run.talk
    assert not story.bundle.exists()
