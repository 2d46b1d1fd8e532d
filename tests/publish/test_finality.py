"""A run that finds its work done waits until that is final: the run that did it may have been killed before."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from por.errors import PublishError
from por.publish import transactions
from por.publish.anchoring import anchor
from por.publish.attestations import Attestations
from por.publish.deployment import deploy
from por.publish.feeds import Parameters, make
from por.publish.settling import settle
from por.publish.signers.account import Account
from por.publish.transactions import Finalized, Patience, Wallet, WalletLimits
from tests.publish.registry_world import (
    ASSET,
    POLICY,
    REGISTRY,
    Attesters,
    World,
    entry,
    now,
    revocation,
    secret,
)

pytestmark = pytest.mark.thorough

# Does one kind of work through a wallet; the first time it sends, and as the last thing in the chain.
Work = Callable[[Wallet], Any]


def anchoring(at: World, folder: Path) -> Work:
    opened = at.bundle(folder, "runner")
    return lambda wallet: anchor(opened, at.at(REGISTRY), wallet, at.source()).block


def attesting(at: World, _: Path) -> Work:
    attesters, about = Attesters("late"), at.anchor(at.wallet("issuer"), entry("late"))
    certificate = attesters.certify(attesters.statement(about, now(at)))
    return lambda wallet: None if submitted(at, wallet, certificate).was_there else "sent"


def revoking(at: World, _: Path) -> Work:
    attesters, about = Attesters("late"), at.anchor(at.wallet("issuer"), entry("late"))
    said = attesters.statement(about, now(at))
    at.attest(attesters.certify(said))
    certificate = attesters.certify(revocation(said))
    return lambda wallet: None if submitted(at, wallet, certificate).was_there else "sent"


def submitted(at: World, wallet: Wallet, certificate: Any) -> Any:
    return Attestations(wallet, at.contracts["AttestationRegistry"]).submit(certificate)


def parameters(at: World, attesters: Attesters) -> Parameters:
    return Parameters(at.account("issuer").address, attesters.id, POLICY, str(ASSET), 18, "reserves")


def making(at: World, _: Path) -> Work:
    return lambda wallet: make(wallet, at.contracts["ReserveFeedFactory"], parameters(at, Attesters("late"))).block


def settling(at: World, _: Path) -> Work:
    attesters = Attesters("late")
    feed = make(at.wallet("issuer"), at.contracts["ReserveFeedFactory"], parameters(at, attesters)).feed
    about = at.anchor(at.wallet("issuer"), entry("late"))
    certificate = attesters.certify(attesters.statement(about, now(at)), about)
    at.attest(certificate)
    return lambda wallet: settle(wallet, feed, certificate, lambda *_: about).block


def deploying(at: World, _: Path) -> Work:
    known: dict[str, str] = {}

    def work(wallet: Wallet) -> Any:
        (made,) = deploy(wallet, at.source(), ["AttestationRegistry"], known=dict(known))
        known[made.name] = made.address
        return made.gas

    return work


KINDS = [anchoring, attesting, revoking, making, settling, deploying]


def runner(at: World, seconds: int) -> Wallet:
    patience = Patience(receipt_seconds=seconds, finality_seconds=0, poll_ms=10)
    return Wallet(at.id, at.url, Account.from_secret(secret("runner")), WalletLimits(100 * 10**9, patience))


@pytest.fixture(params=KINDS, ids=lambda kind: kind.__name__)
def done(fresh: World, tmp_path: Path, request: pytest.FixtureRequest) -> Work:
    """Do the work once, and let the chain be as it was before that was final."""
    work: Work = request.param(fresh, tmp_path)
    assert work(fresh.wallet("runner")) is not None
    return work


# With a lag of 100 not even the contracts are final.
@pytest.fixture(params=[1, 100], ids=["not final", "nothing final"])
def late(fresh: World, done: Work, request: pytest.FixtureRequest) -> World:
    del done
    assert fresh.chain is not None
    fresh.chain.lag = request.param
    return fresh


def test_t40_what_is_there_and_not_final_is_waited_for(
    late: World, done: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert late.chain is not None
    wanted, looks = late.chain.head, []

    def look_again(_: float) -> None:
        looks.append(late.chain)
        late.mine()

    monkeypatch.setattr(transactions, "time", SimpleNamespace(monotonic=time.monotonic, sleep=look_again))
    nonce = late.wallet("runner")._node.nonce(late.account("runner").address)
    assert done(late.wallet("runner")) is None
    assert late.chain.finalized.number >= wanted.number
    assert len(looks) == late.chain.lag
    assert late.wallet("runner")._node.nonce(late.account("runner").address) == nonce


def test_t40_what_does_not_become_final_is_told_with_the_cure(late: World, done: Work) -> None:
    wallet = runner(late, 0)
    with pytest.raises(PublishError, match="is not final after 0 s; running the command again is safe"):
        done(wallet)
    wallet.close()


def test_what_is_final_is_not_waited_for(fresh: World, done: Work) -> None:
    wallet = runner(fresh, 0)
    assert done(wallet) is None
    wallet.close()


def test_t56_what_a_reorganisation_took_away_is_sent_again(fresh: World, tmp_path: Path) -> None:
    assert fresh.chain is not None
    work = anchoring(fresh, tmp_path)
    fresh.wallet("runner")
    before = fresh.chain.head.number
    assert work(fresh.wallet("runner")) is not None
    fresh.chain.rewind(before)
    fresh.mine()
    assert work(fresh.wallet("runner")) is not None


def test_contracts_are_read_as_they_were_after_the_last_final_block(fresh: World) -> None:
    assert fresh.chain is not None
    wallet = fresh.wallet("runner")
    made = fresh.put("AttestationRegistry")
    fresh.chain.lag = 1
    assert wallet.code(made)
    assert Finalized(wallet).code(made) == b""
    fresh.mine()
    assert Finalized(wallet).code(made) == wallet.code(made)
