"""scripts/bench --reserves: it measures what was really done, and says so in one line each."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from por.chains.transport import Transport
from scripts import bench_reserves
from scripts.bench_reserves import Holdings, Rate
from tests.components import anvil, running_anvil


@pytest.fixture(scope="module")
def holdings() -> Iterator[Holdings]:
    with running_anvil("--hardfork", "prague") as url:
        yield Holdings.put(url, 30, 2)


def test_it_prints_rates_requests_and_ratios(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("POR_ANVIL", str(anvil()))
    monkeypatch.setattr(bench_reserves, "SIGNATURES", 2)
    assert bench_reserves.main(4, 2) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "4 accounts, each with coins and 2 tokens, on anvil"
    measured = [line for line in lines if "requests/account" in line]
    assert len(measured) == 4
    assert all(
        re.search(r"\d accounts/s +\d+\.\d\d requests/account +\d+\.\d\d x the calls", line) for line in measured
    )
    found = [line for line in lines if "signers found" in line]
    assert len(found) == 2
    assert all(line.endswith("x eth-account's own loop") for line in found)


def test_batches_ask_far_less_than_once_a_holding(holdings: Holdings) -> None:
    plain = holdings.looped(bench_reserves.said_by_call)
    assert plain.requests == 30 * 3
    for batched in (holdings.proven(), holdings.read()):
        assert batched.accounts == 30
        assert batched.requests * 5 < plain.requests


def test_a_loop_ends_in_time(holdings: Holdings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_reserves, "LOOP_SECONDS", 0)
    rate = holdings.looped(bench_reserves.shown_by_proof)
    assert (rate.accounts, rate.requests) == (1, 3)


def test_what_was_not_done_is_not_measured(holdings: Holdings) -> None:
    stranger = Holdings(holdings.url, ("0x" + "ee" * 20,), holdings.tokens)
    for measured in (stranger.proven, stranger.read):
        with pytest.raises(RuntimeError, match="went wrong"):
            measured()
    with pytest.raises(RuntimeError, match="went wrong"):
        bench_reserves.ask(holdings.url, [("por_noSuchMethod",)])


def test_counting_ends_with_its_block() -> None:
    post = Transport.post
    with pytest.raises(ValueError), bench_reserves.counted():  # noqa: PT011 - any error ends it
        raise ValueError
    assert Transport.post is post


def test_speed_is_accounts_a_second() -> None:
    assert Rate(30, 2.0, 5).speed == 15
