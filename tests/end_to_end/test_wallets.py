"""Accounts that are contracts, on a real node: the Safe, wallets of one owner, of tomorrow, and keys that delegate.

What is listed is proven by the code that stood at the snapshot block, or is undecided, or is refuted; never wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from eth_utils.crypto import keccak

from por.encoding import control_opening_v1, control_signature_v1, evm_code_v1
from por.encoding.media_types import CONTROL_SIGNATURE, EVM_CODE
from por.issuer.signing import ensure_signing_key
from por.model import ControlSignature, Finding
from por.simulator.lie import Draft
from por.simulator.wallet import WALLET_CODE
from tests.components import rpc
from tests.contracts.chain import artifact
from tests.end_to_end.anvil_story import CHAIN, COIN, ISSUER, Signing, Story, address, begin, bundling, node, publish
from tests.end_to_end.anvil_story import challenge as take_snapshot
from tests.end_to_end.anvil_story import signatures as signature_lines
from tests.end_to_end.contract_wallets import (
    Counterfactual,
    Safes,
    call,
    challenge,
    delegate,
    deploy,
    signed_digest,
)
from tests.simulator import Run, por

BRIDGE = """
[[bridge]]
escrow = "{escrow}"
asset = "{chain}/slip44:60"
minted = "{chain}/erc20:0x4200000000000000000000000000000000000042"
"""
OWNERS = ("ann", "bob", "carol")
FACTORY_CODE: bytes = keccak(bytes.fromhex(artifact("WalletFactory")["deployedBytecode"][2:]))


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """Start a node with coins and tokens in three accounts."""
    with node() as url:
        story = Story(tmp_path_factory.mktemp("wallets"), url)
        begin(story)
        yield story


@pytest.fixture
def story(prepared: Story, tmp_path: Path) -> Iterator[Story]:
    """Let a test have the node as it was prepared, and a folder of its own."""
    mark = rpc(prepared.url, "evm_snapshot")
    own = replace(prepared, directory=tmp_path, accounts=dict(prepared.accounts), wallets={})
    own.entries = f'wallets = ["0x{keccak(WALLET_CODE).hex()}", "0x{FACTORY_CODE.hex()}"]\n'
    yield own
    assert rpc(prepared.url, "evm_revert", mark)


def rows(story: Story, wallet: str) -> list[tuple[str, str, str]]:
    """List a contract beside the hot account, which alone holds less than is owed."""
    return [(story.accounts["hot"], "customer", "hot"), (wallet, "customer", "cold")]


def fund(story: Story, wallet: str) -> str:
    story.fund(wallet, 3 * COIN, 1000 * 10**6)
    return wallet


def control(run: Run, account: str) -> Finding:
    assert run.verdict is not None, run.talk
    (found,) = (item for item in run.verdict.of("reserves.control") if item.subject == f"{CHAIN}:{account}")
    return found


def said(run: Run, account: str) -> tuple[str, str]:
    found = control(run, account)
    return str(found.outcome), f"{found.message} {found.facts.get('reason', '')}"


def signing(scheme: str, sign: Callable[[bytes], bytes]) -> Signing:
    """Sign the challenge in one of its two forms."""
    return lambda story, account: (scheme, sign(challenge(story, account, typed=scheme.endswith("712"))))


def refused(story: Story, listed: Sequence[tuple[str, str, str]], *collecting: object) -> str:
    """Take the issuer's steps with signatures that do not hold; return the words in which one step is refused."""
    signers = take_snapshot(story, listed)
    lines = signature_lines(story, [account for account, _, _ in signers])
    (story.directory / "signatures.csv").write_text(lines)
    run = por("issuer", "collect", story.snapshot, story.directory / "signatures.csv", *collecting)
    if run.status == 0:
        run = por("issuer", "bundle", *bundling(story))
    assert run.status == 1, run.talk
    assert not (story.snapshot / "bundle").exists()
    return run.talk.strip().rpartition("\n")[2]


def altered(story: Story, account: str, change: Callable[[Draft, int], None]) -> Run:
    """Verify what was published with something changed about an account, signed again, its control proofs bare."""
    draft = Draft.read(story.bundle)
    for position, row in enumerate(draft.bundle.reserves):
        if row.control is not None:
            record = control_opening_v1.read(draft.files.data[row.control]).record
            draft.account(position, control=draft.files.add(record, CONTROL_SIGNATURE))
    draft.bundle = replace(draft.bundle, control_set=None)
    place = [row.account.address for row in draft.bundle.reserves].index(account)
    change(draft, place)
    key = ensure_signing_key(story.directory / "por-signing.key", ISSUER)[0]
    folder = draft.publish(story.directory / "altered", key)
    known = ["--policy", story.policy(), "--ledger", story.snapshot / "records.csv", *story.source]
    return por("verify", folder, *known, "--now", "2026-11-01T12:00:00Z")


def with_signature(scheme: str, signature: bytes) -> Callable[[Draft, int], None]:
    """Give an account another signature in the same state."""

    def change(draft: Draft, place: int) -> None:
        account = draft.bundle.reserves[place].account
        document = control_signature_v1.write(ControlSignature(account, scheme, signature))
        draft.account(place, control=draft.files.add(document, CONTROL_SIGNATURE))

    return change


@pytest.fixture
def safes(story: Story) -> Safes:
    return Safes(story)


def safe_of(story: Story, safes: Safes, signers: Sequence[str], scheme: str = "eip1271-eip712") -> str:
    """Make a funded Safe of two of three, and let some of its owners sign."""
    safe = fund(story, safes.make(OWNERS, 2))
    story.wallets[safe] = signing(scheme, lambda hashed: safes.signature(safe, hashed, signers))
    return safe


@pytest.mark.parametrize("scheme", ["eip1271-eip191", "eip1271-eip712"])
def test_t47_a_safe_is_signed_for_by_two_of_three(story: Story, safes: Safes, scheme: str) -> None:
    safe = safe_of(story, safes, ("carol", "ann"), scheme)
    publish(story, rows(story, safe))
    run = story.verify(story.url)
    assert run.status == 0, run.out
    found = control(run, safe)
    assert (str(found.outcome), found.message) == ("PASS", "reserves.control.approved")
    assert all(part in found.facts["codes"] for part in (safe, safes.singleton, safes.handler))


def test_t47_the_safes_own_code_need_not_be_named_by_a_policy(story: Story, safes: Safes) -> None:
    story.entries = ""
    safe = safe_of(story, safes, OWNERS[:2])
    publish(story, rows(story, safe))
    assert story.verify(story.url).status == 0


def test_t47_a_safe_whose_handler_says_yes_to_everything_is_refused(story: Story, safes: Safes) -> None:
    safes.handler = deploy(story, "Delegate")
    safe = safe_of(story, safes, OWNERS[:2])
    assert "approves whatever it is asked" in refused(story, rows(story, safe))


def test_t47_a_proxy_of_the_safes_handler_alone_is_nobodys(story: Story, safes: Safes) -> None:
    """All of its code is the Safe's own, and there is no Safe that the handler could ask."""
    proxy = safes.proxy(safes.handler)
    rpc(story.url, "anvil_setBalance", proxy, hex(3 * COIN))
    story.mine()
    story.wallets[proxy] = signing("eip1271-eip191", lambda _: bytes(65))
    assert f"{CHAIN}:{proxy}" in refused(story, rows(story, proxy))


@pytest.mark.parametrize("collecting", [False, True])
def test_t47_one_of_three_is_refused_to_the_issuer(story: Story, safes: Safes, collecting: bool) -> None:
    safe = safe_of(story, safes, ("bob",))
    options = story.source if collecting else []
    assert f"{CHAIN}:{safe}" in refused(story, rows(story, safe), *options)


def bare(safes: Safes, safe: str, hashed: bytes) -> bytes:
    """Sign the challenge itself, not the Safe's message about it."""
    return b"".join(signed_digest(name, hashed) for name in sorted(OWNERS[:2], key=address))


def descending(safes: Safes, safe: str, hashed: bytes) -> bytes:
    signed = safes.signature(safe, hashed, OWNERS[:2])
    return signed[65:] + signed[:65]


def twice_the_same(safes: Safes, safe: str, hashed: bytes) -> bytes:
    return safes.signature(safe, hashed, ("ann", "ann"))


def with_a_stranger(safes: Safes, safe: str, hashed: bytes) -> bytes:
    return safes.signature(safe, hashed, ("ann", "stranger"))


def too_few(safes: Safes, safe: str, hashed: bytes) -> bytes:
    return safes.signature(safe, hashed, ("ann",))


def of_another_digest(safes: Safes, safe: str, hashed: bytes) -> bytes:
    return safes.signature(safe, keccak(hashed), OWNERS[:2])


def nothing(safes: Safes, safe: str, hashed: bytes) -> bytes:
    """Ask the Safe for what was approved before, which nothing was."""
    return b"\0"


WRONG = (too_few, with_a_stranger, twice_the_same, descending, bare, of_another_digest, nothing)


def test_t47_no_other_signature_of_a_safe_passes(story: Story, safes: Safes) -> None:
    safe = safe_of(story, safes, OWNERS[:2])
    publish(story, rows(story, safe))
    hashed = challenge(story, safe, typed=True)
    for wrong in WRONG:
        run = altered(story, safe, with_signature("eip1271-eip712", wrong(safes, safe, hashed)))
        assert said(run, safe)[0] == "FAIL", wrong.__name__
        assert run.status == 1, wrong.__name__
    again = altered(story, safe, with_signature("eip1271-eip712", safes.signature(safe, hashed, OWNERS[:2])))
    assert again.status == 0, again.out


def wallet_of(story: Story, owner: str, signer: str | None = None) -> str:
    """Make a funded wallet of one owner, for which somebody signs."""
    wallet = fund(story, deploy(story, "OwnableWallet", address(owner)))
    story.wallets[wallet] = signing("eip1271-eip191", lambda hashed: signed_digest(signer or owner, hashed))
    return wallet


def hand_on(story: Story, wallet: str, owner: str, heir: str) -> None:
    """Let the owner give the wallet away, in a block of its own."""
    rpc(story.url, "anvil_setBalance", address(owner), hex(COIN))
    rpc(story.url, "anvil_impersonateAccount", address(owner))
    sent = deploy_call(story, wallet, heir)
    story.next_block_at()
    story.receipt(rpc(story.url, "eth_sendTransaction", {"from": address(owner), **sent}))


def deploy_call(story: Story, wallet: str, heir: str) -> dict[str, str]:
    selector: bytes = keccak(b"handOn(address)")[:4]
    return {"to": wallet, "data": "0x" + selector.hex() + bytes(12).hex() + address(heir)[2:]}


def test_t47_the_owner_of_before_does_not_sign(story: Story) -> None:
    wallet = wallet_of(story, "ann")
    hand_on(story, wallet, "ann", "bob")
    assert "does not approve the signature" in refused(story, rows(story, wallet))


def test_t47_the_owner_at_the_snapshot_signs_whoever_owns_it_later(story: Story) -> None:
    """Proofs are of the snapshot block: years later the wallet may be anybody's, or the node may have forgotten."""
    wallet = wallet_of(story, "ann")
    publish(story, rows(story, wallet))
    hand_on(story, wallet, "ann", "bob")
    story.mine(200)
    run = story.verify(story.url)
    assert run.status == 0, run.out
    later = signed_digest("bob", challenge(story, wallet))
    run = altered(story, wallet, with_signature("eip1271-eip191", later))
    assert said(run, wallet)[0] == "FAIL"


def test_t47_a_wallet_of_code_that_no_policy_names_is_undecided(story: Story) -> None:
    wallet = wallet_of(story, "ann")
    publish(story, rows(story, wallet))
    story.entries = ""
    run = story.verify(story.url)
    assert run.status == 3, run.out
    assert said(run, wallet)[0] == "INCONCLUSIVE"


def undeployed(story: Story, signer: str = "ann") -> Counterfactual:
    """Make a funded account whose wallet does not stand yet."""
    wallet = Counterfactual(story, deploy(story, "WalletFactory"), "ann")
    fund(story, wallet.address)
    wrapped = lambda hashed: wallet.wrapped(signed_digest(signer, hashed))  # noqa: E731
    story.wallets[wallet.address] = signing("eip6492-eip191", wrapped)
    return wallet


def test_t47_a_wallet_of_tomorrow_is_signed_for(story: Story) -> None:
    wallet = undeployed(story)
    publish(story, rows(story, wallet.address))
    run = story.verify(story.url)
    assert run.status == 0, run.out
    assert control(run, wallet.address).message == "reserves.control.approved_undeployed"
    wallet.deploy()
    story.mine(3)
    assert story.verify(story.url).status == 0


def test_t47_a_wrapped_signature_holds_for_a_wallet_that_stands(story: Story) -> None:
    wallet = undeployed(story)
    wallet.deploy()
    publish(story, rows(story, wallet.address))
    run = story.verify(story.url)
    assert run.status == 0, run.out
    assert control(run, wallet.address).message == "reserves.control.approved"


def test_t47_a_strangers_signature_for_a_wallet_of_tomorrow_is_refused(story: Story) -> None:
    wallet = undeployed(story, signer="stranger")
    assert "does not approve the signature" in refused(story, rows(story, wallet.address))


def test_t47_no_factory_makes_another_account_ones_own(story: Story) -> None:
    """A wallet of the same owner under another salt stands elsewhere, and an unwrapped signature needs code."""
    wallet = undeployed(story)
    publish(story, rows(story, wallet.address))
    hashed = challenge(story, wallet.address)
    signed = signed_digest("ann", hashed)
    elsewhere = Counterfactual(story, wallet.factory, "ann", salt=1)
    for scheme, signature in (
        ("eip6492-eip191", elsewhere.wrapped(signed)),
        ("eip6492-eip191", wallet.wrapped(signed)[:-1]),
        ("eip6492-eip191", signed),
        ("eip1271-eip191", signed),
        ("eip191", signed),
    ):
        run = altered(story, wallet.address, with_signature(scheme, signature))
        assert said(run, wallet.address)[0] == "FAIL", scheme
        assert run.status == 1


def delegating(story: Story) -> str:
    """Let the cold account's key run the code of a contract that says yes to every signature."""
    cold = story.accounts["cold"]
    delegate(story, "cold", deploy(story, "Delegate"))
    code = rpc(story.url, "eth_getCode", cold, "latest")
    assert code.startswith("0xef0100")
    return cold


def test_t47_a_key_that_delegates_still_signs(story: Story) -> None:
    cold = delegating(story)
    publish(story, rows(story, cold))
    run = story.verify(story.url)
    assert run.status == 0, run.out
    found = control(run, cold)
    assert found.message == "reserves.control.delegated"
    assert found.facts["delegate"] == "0x" + rpc(story.url, "eth_getCode", cold, "latest")[8:]


def test_t47_what_a_key_delegates_to_does_not_sign_for_it(story: Story) -> None:
    cold = delegating(story)
    story.wallets[cold] = signing("eip1271-eip191", lambda hashed: signed_digest("stranger", hashed))
    assert "approves whatever it is asked" in refused(story, rows(story, cold))


def test_t47_without_the_delegations_code_nothing_is_decided(story: Story) -> None:
    cold = delegating(story)
    publish(story, rows(story, cold))
    other = bytes.fromhex("ef0100") + bytes.fromhex(address("stranger")[2:])
    for codes in ((), (other,)):

        def change(draft: Draft, place: int, codes: tuple[bytes, ...] = codes) -> None:
            state = tuple(draft.files.add(evm_code_v1.write(code), EVM_CODE) for code in codes)
            draft.account(place, control_state=state)

        run = altered(story, cold, change)
        assert said(run, cold)[0] == "INCONCLUSIVE"
        assert run.status == 3


def test_t47_a_delegating_account_is_not_its_delegates(story: Story) -> None:
    cold = delegating(story)
    publish(story, rows(story, cold))
    wrong = signed_digest("stranger", challenge(story, cold))
    run = altered(story, cold, with_signature("eip191", wrong))
    assert said(run, cold)[0] == "FAIL"


def test_t56_a_reorganisation_that_takes_the_snapshot_takes_the_wallets_owner_along(story: Story) -> None:
    wallet = wallet_of(story, "ann")
    publish(story, rows(story, wallet))
    assert story.verify(story.url).status == 0
    rpc(story.url, "anvil_reorg", 6, [])
    story.mine(3)
    run = story.verify(story.url)
    assert run.status == 1, run.out
    assert run.outcomes("snapshot.canonical") == {"FAIL"}
    assert run.outcomes("solvency.coverage") == {"FAIL"}


def test_t53_a_node_of_another_chain_decides_nothing(story: Story) -> None:
    wallet = wallet_of(story, "ann")
    publish(story, rows(story, wallet))
    with node("--chain-id", "1337") as elsewhere:
        run = story.verify(elsewhere)
    assert run.status == 3, run.out
    assert "PASS" not in run.outcomes("solvency.coverage")


def test_t54_what_a_bridge_holds_is_others(story: Story) -> None:
    """The escrow's owner signs for it, and all of it is claimed: the policy knows whose coins they are."""
    escrow = deploy(story, "BridgeEscrow", address("ann"))
    call(story, escrow, "BridgeEscrow", "lock", address("customer"), wei=3 * COIN)
    story.fund(escrow, 0, 1000 * 10**6)
    story.wallets[escrow] = signing("eip1271-eip191", lambda hashed: signed_digest("ann", hashed))
    code: bytes = keccak(bytes.fromhex(rpc(story.url, "eth_getCode", escrow, "latest")[2:]))
    story.entries = f'wallets = ["0x{code.hex()}"]\n'
    publish(story, rows(story, escrow))
    assert story.verify(story.url).status == 0
    story.more = BRIDGE.format(escrow=f"{CHAIN}:{escrow}", chain=CHAIN)
    run = story.verify(story.url)
    assert run.status == 1, run.out
    assert run.outcomes("reserves.eligible") == {"PASS", "FAIL"}
