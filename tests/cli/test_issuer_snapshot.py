"""The issuer's commands with a chain: challenge, collect, bundle; what they refuse, and what they say."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from por.encoding.digests import digest_of
from por.model import Outcome
from por.simulator.exchange import WALLET
from tests.cli.issuer_desk import NAMES, WHOLE, Desk, laid, option, refused
from tests.simulator import Exchange, open_exchange, por, shown_to_auditor


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    with open_exchange(tmp_path_factory.mktemp("exchange"), customers=12) as opened:
        yield opened


@pytest.fixture
def desk(exchange: Exchange, tmp_path: Path) -> Desk:
    return laid(exchange, tmp_path)


# --- from challenges to a bundle


@pytest.mark.parametrize("scheme", ["eip191", "eip712"])
def test_the_whole_way_says_what_was_signed_owed_and_proven(desk: Desk, scheme: str) -> None:
    assert desk.challenge(WHOLE).status == 0
    collected = desk.collect(WHOLE, scheme)
    assert (collected.status, collected.out) == (0, "")
    assert "control proofs that hold: 3 of 4" in collected.talk
    assert f"1 signatures for contracts, such as {desk.exchange.account(WALLET)}" in collected.talk
    assert "inconclusive" not in collected.talk
    run = desk.bundle(desk.listed(WHOLE))
    assert run.status == 0, run.talk
    figures = {line.split()[4]: line for line in run.out.splitlines() if line.startswith("owed ")}
    assert set(figures) == {str(desk.exchange.coin), str(desk.exchange.dollar)}
    assert all("LESS THAN OWED" not in line for line in figures.values())


def test_less_than_owed_is_said_before_it_is_published(desk: Desk) -> None:
    assert desk.challenge(["hot"]).status == 0
    assert desk.collect(["hot"]).status == 0
    run = desk.bundle(desk.listed(["hot"]))
    assert run.status == 0, run.talk
    assert run.out.count("LESS THAN OWED") == 2


def test_t47_every_account_proves_the_chains_own_coin_and_so_that_it_has_no_code(desk: Desk) -> None:
    """The list names the token alone; without the coin's proof, control of each account would stay open."""
    for step in (desk.challenge(WHOLE), desk.collect(WHOLE), signed := desk.bundle(desk.listed(WHOLE))):
        assert step.status == 0, step.talk
    made = desk.made()
    assert {len(row.holdings) for row in made.reserves} == {2}
    assert all(any(claim.asset.native for claim in row.holdings) for row in made.reserves)
    command = shown_to_auditor(desk.exchange, desk.out / "bundle")
    key = next(line.split()[1] for line in signed.out.splitlines() if line.startswith("key "))
    policy = desk.folder / "policy.toml"
    policy.write_text(desk.exchange.policy().read_text().replace(str(desk.exchange.signing_key.verifier), key))
    run = por(*option(command, "--policy", policy))
    assert run.verdict is not None, run.talk
    assert {f.outcome for f in run.verdict.of("reserves.control")} == {Outcome.PASS}
    assert run.status == 0, run.out


# --- challenge


@pytest.mark.parametrize(
    "there", [("snapshot",), ("challenges", "control"), ("bundle",), ("snapshot", "challenges", "control", "bundle")]
)
def test_challenge_names_all_that_is_in_its_way(desk: Desk, there: Sequence[str]) -> None:
    for name in there:
        (desk.out / name).mkdir()
    run = desk.challenge()
    refused(run, "remove", *(str(desk.out / name) for name in there))
    assert sorted(path.name for path in desk.out.iterdir()) == sorted(["commitments.json", *there])


def test_bundle_says_that_one_is_there_before_it_asks_anybody(desk: Desk) -> None:
    assert desk.challenge().status == 0
    (desk.out / "bundle").mkdir()
    gone = ("--accounts", desk.folder / "gone.csv", "--source", "eip155:1=http://127.0.0.1:9/")
    refused(por("issuer", "bundle", desk.out, *gone), str(desk.out / "bundle"), "already made")


# --- collect


def test_collect_says_how_many_of_how_many_and_who_is_missing(desk: Desk) -> None:
    assert desk.challenge().status == 0
    run = desk.collect(NAMES[:2])
    assert run.status == 0, run.talk
    assert "control proofs that hold: 2 of 3" in run.talk
    missing = str(desk.exchange.account("house")).replace(":", "_")
    assert missing in run.talk
    assert "inconclusive" in run.talk


@pytest.mark.parametrize("text", ["account,scheme,signature\n", "account,scheme,signature\n\n"])
def test_t68_collect_refuses_a_file_without_signatures(desk: Desk, text: str) -> None:
    assert desk.challenge().status == 0
    path = desk.folder / "signatures.csv"
    path.write_text(text)
    refused(por("issuer", "collect", desk.out, path), "signatures.csv")
    assert not (desk.out / "control").exists()


def test_t46_collect_refuses_an_account_that_was_not_challenged(desk: Desk) -> None:
    """Its signature would hold, and end in no bundle: the account list was another one."""
    assert desk.challenge(NAMES[:2]).status == 0
    run = desk.collect(NAMES)
    refused(run, "signatures.csv:4", str(desk.exchange.account("house")), "account list")
    assert not (desk.out / "control").exists()


def test_t48_collect_names_the_line_of_a_signature_that_is_not_the_accounts_own(desk: Desk) -> None:
    assert desk.challenge().status == 0
    path = desk.signatures(["cold", "hot"])
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines[:2], lines[2].rpartition(",")[0] + "," + lines[1].rpartition(",")[2]]) + "\n")
    run = por("issuer", "collect", desk.out, path)
    assert run.status == 1
    assert "signatures.csv:3" in run.talk
    assert not (desk.out / "control").exists()


def test_t46_collect_refuses_two_signatures_of_one_account(desk: Desk) -> None:
    assert desk.challenge().status == 0
    refused(desk.collect(["cold", "hot", "cold"]), "signatures.csv:4", "second signature")


# --- bundle


def test_bundle_refuses_a_control_proof_of_an_account_that_is_not_listed(desk: Desk) -> None:
    assert desk.challenge().status == 0
    assert desk.collect(NAMES).status == 0
    run = desk.bundle(desk.listed(NAMES[:2]))
    stray = str(desk.exchange.account("house")).replace(":", "_")
    refused(run, f"control/{stray}.json")
    assert not (desk.out / "bundle").exists()
    assert not (desk.folder / "por-signing.key").exists()


def test_t57_bundle_refuses_a_chain_that_the_snapshot_has_no_block_of(desk: Desk) -> None:
    assert desk.challenge().status == 0
    elsewhere = f"eip155:1:0x{'ab' * 20},customer,cold,ETH"
    run = desk.bundle(desk.accounts(*(desk.row(name) for name in NAMES), elsewhere))
    refused(run, "no block of eip155:1", "por issuer challenge anew")
    assert not (desk.out / "bundle").exists()


def test_bundle_refuses_accounts_without_a_source_before_any_work(desk: Desk) -> None:
    assert desk.challenge().status == 0
    run = por(
        "issuer", "bundle", desk.out, "--accounts", desk.listed(), "--assets", desk.exchange.directory / "assets.toml"
    )
    refused(run, "--source", str(desk.exchange.chain.chain))
    assert not (desk.folder / "por-signing.key").exists()


def test_t49_accounts_without_control_proof_are_counted(desk: Desk) -> None:
    assert desk.challenge().status == 0
    assert desk.collect(NAMES[:2]).status == 0
    run = desk.bundle(desk.listed())
    assert run.status == 0, run.talk
    assert f"1 accounts have no control proof, such as {desk.exchange.account('house')}" in run.talk


def test_a_bundle_is_corrected_by_another_of_its_instant_that_names_it(desk: Desk) -> None:
    """Follow the recipe of `publish-a-bundle.md`, with the account list corrected."""
    for step in (desk.challenge(NAMES[:1]), desk.collect(NAMES[:1]), desk.bundle(desk.listed(NAMES[:1]))):
        assert step.status == 0, step.talk
    wrong, folder = desk.made(), desk.folder / "corrected"
    folder.mkdir()
    shutil.copytree(
        desk.out, folder / "out", ignore=shutil.ignore_patterns("bundle", "snapshot", "challenges", "control", "salts")
    )
    corrected = Desk(desk.exchange, folder)
    for step in (corrected.challenge(), corrected.collect(NAMES)):
        assert step.status == 0, step.talk
    layouts = desk.folder / "layouts.toml"
    names = (
        "--key",
        desk.folder / "por-signing.key",
        "--previous",
        desk.out / "bundle",
        "--supersedes",
        desk.out / "bundle",
    )
    run = corrected.step("bundle", "--accounts", corrected.listed(), "--layouts", layouts, *names)
    assert run.status == 0, run.talk
    made, before = corrected.made(), digest_of((desk.out / "bundle" / "bundle.json").read_bytes())
    assert (made.instant, made.sequence, made.previous, made.supersedes) == (wrong.instant, 2, before, before)
