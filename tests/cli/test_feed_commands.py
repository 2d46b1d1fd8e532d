"""`por feed …` as its callers see it: what is printed, the exit status, and what is sent."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from eth_utils.crypto import keccak

from por.chains.embedded.server import LoopbackServer
from por.encoding import certificate_v1
from por.model import Attestation, Certificate, Outcome
from tests.cli.registry_desk import Commands
from tests.documents import canonical
from tests.issuer.ledgers import NOON
from tests.publish.registry_world import ASSET, POLICY, REGISTRY, Attesters, World, entry, now, revocation, world

NOWHERE = "0x" + "17" * 20
HOUR = 3600


@pytest.fixture(scope="module")
def shared() -> Iterator[World]:
    with world("embedded") as made:
        yield made


class Desk:
    """An issuer and its attesters, and files of theirs."""

    def __init__(self, commands: Commands, name: str, folder: Path) -> None:
        self.commands = commands
        self.world = commands.world
        self.folder = folder
        self.name = name
        self.issuer = self.world.account(name).address
        self.attesters = Attesters(name)
        self.entries = 0

    def deploying(self, **changes: object) -> tuple[object, ...]:
        options = {
            "--factory": self.world.at("ReserveFeedFactory"),
            "--issuer": self.issuer,
            "--committee": "0x" + self.attesters.id.hex(),
            "--policy": POLICY,
            "--asset": ASSET,
            "--decimals": "18",
            "--kind": "reserves",
        } | {f"--{name}": value for name, value in changes.items()}
        words = [str(word) for pair in options.items() if pair[1] is not None for word in pair]
        return ("feed", "deploy", *words, "--payer", self.commands.signer("payer"))

    def feed(self, **changes: object) -> str:
        run = self.commands.run(*self.deploying(**changes))
        assert run.status == 0, run.talk
        return run.out.split()[1]

    def certificate(self, *, carried: bool = True, recorded: bool = True, outcome: Outcome = Outcome.PASS) -> Path:
        """Anchor an entry, let it be attested, and write the certificate."""
        self.entries += 1
        about = self.world.anchor(
            self.world.wallet(self.name), entry(f"{self.name} {self.entries}", NOON.seconds + self.entries * HOUR)
        )
        content = self.attesters.statement(about, now(self.world), outcome=outcome)
        made = self.attesters.certify(content, about if carried else None)
        if recorded:
            self.world.attest(made)
        return self.write(made)

    def write(self, made: Certificate) -> Path:
        path = self.folder / f"certificate-{self.entries}.json"
        path.write_bytes(certificate_v1.write(made))
        return path

    def settling(self, feed: str, certificate: Path, *more: object) -> tuple[object, ...]:
        registry = ("--registry", self.world.at(REGISTRY), "--payer", self.commands.signer("payer"))
        return ("feed", "settle", feed, certificate, *registry, *more)


@pytest.fixture
def desk(shared: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, request: pytest.FixtureRequest) -> Desk:
    return Desk(Commands(shared, monkeypatch), request.node.name, tmp_path)


# --- deploy


def test_a_feed_is_made_and_its_address_printed_once(desk: Desk) -> None:
    first = desk.commands.run(*desk.deploying())
    assert first.status == 0, first.talk
    chain = re.escape(str(desk.world.id))
    assert re.fullmatch(rf"feed  {chain}:0x[0-9a-f]{{40}}\nmade in block \d+, final; \d+ gas\n", first.out)
    second = desk.commands.run(*desk.deploying())
    assert second.status == 0
    assert second.out == first.out.splitlines()[0] + "\nwas there already\n"


def test_a_ratio_has_its_decimals_by_itself(desk: Desk) -> None:
    assert desk.feed(kind="ratio", decimals=None) == desk.feed(kind="ratio", decimals="8")


def test_a_policy_file_stands_for_its_digest(desk: Desk, tmp_path: Path) -> None:
    from por.checks.policy import load_policy  # noqa: PLC0415

    path = tmp_path / "policy.toml"
    path.write_text(
        'version = 1\nprofile = "auditor"\n[issuer]\nid = "exchange.example"\n'
        "[snapshot]\nmax_age_seconds = 1\nmax_skew_seconds = 1\n"
    )
    assert desk.feed(policy=path) == desk.feed(policy=load_policy(path).digest)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"issuer": "0x11"}, "--issuer"),
        ({"issuer": "0x" + "AB" * 20}, "--issuer"),
        ({"committee": "11" * 32}, "--committee"),
        ({"committee": "0x" + "11" * 31}, "--committee"),
        ({"policy": "sha256:11"}, "--policy"),
        ({"policy": "no-such-file.toml"}, "no-such-file.toml"),
        ({"asset": "ETH"}, "--asset"),
        ({"decimals": "39"}, "--decimals"),
        ({"decimals": None}, "--decimals"),
        ({"decimals": "1e3"}, "--decimals"),
        ({"kind": "ratio"}, "--decimals"),
        ({"kind": "balance"}, "--kind"),
        ({"factory": NOWHERE}, "--factory"),
    ],
)
def test_an_impossible_feed_is_refused_by_option(desk: Desk, changes: dict[str, object], words: str) -> None:
    run = desk.commands.run(*desk.deploying(**changes))
    assert (run.status, run.out) == (2, "")
    assert words in run.talk


def test_a_factory_that_is_none_makes_no_feed(desk: Desk) -> None:
    for place in (f"{desk.world.id}:{NOWHERE}", desk.world.at(REGISTRY)):
        run = desk.commands.run(*desk.deploying(factory=place))
        assert (run.status, run.out) == (3, "")


# --- settle


def test_a_certificate_starts_a_round_once(desk: Desk) -> None:
    feed, certificate = desk.feed(), desk.certificate()
    first = desk.commands.run(*desk.settling(feed, certificate))
    assert first.status == 0, first.talk
    assert re.fullmatch(r"round 1 started in block \d+, final; \d+ gas\n", first.out)
    second = desk.commands.run(*desk.settling(feed, certificate))
    assert (second.status, second.out) == (0, "round 1 was there already\n")


def test_the_entry_is_found_in_logs_or_in_an_index(desk: Desk, tmp_path: Path) -> None:
    feed = desk.feed()
    in_logs = desk.commands.run(*desk.settling(feed, desk.certificate(carried=False)))
    assert in_logs.status == 0, in_logs.talk
    certificate, database = desk.certificate(carried=False), tmp_path / "history.sqlite"
    desk.commands.run("registry", "index", "--registry", desk.world.at(REGISTRY), "--database", database)
    in_index = desk.commands.run(*desk.settling(feed, certificate, "--database", database))
    assert in_index.out.startswith("round 2 started"), in_index.talk


def test_an_index_that_lacks_the_entry_says_so(desk: Desk, tmp_path: Path) -> None:
    feed, database = desk.feed(), tmp_path / "history.sqlite"
    desk.commands.run("registry", "index", "--registry", desk.world.at(REGISTRY), "--database", database)
    run = desk.commands.run(*desk.settling(feed, desk.certificate(carried=False), "--database", database))
    assert (run.status, run.out) == (2, "")
    assert "run por registry index to go on reading" in run.talk


def test_t68_an_inconclusive_certificate_is_refused_with_the_reason(desk: Desk) -> None:
    feed, certificate = desk.feed(), desk.certificate(outcome=Outcome.INCONCLUSIVE)
    run = desk.commands.run(*desk.settling(feed, certificate))
    assert (run.status, run.out) == (3, "")
    assert "INCONCLUSIVE: it decided nothing, starts no round" in run.talk


def test_a_certificate_that_nobody_recorded_is_refused_by_name(desk: Desk) -> None:
    run = desk.commands.run(*desk.settling(desk.feed(), desk.certificate(recorded=False)))
    assert run.status == 3
    assert "nothing was sent: it would revert: NotAttested(digest=0x" in run.talk


@pytest.mark.parametrize("data", [b"", b"{}", canonical({"mediaType": "application/vnd.por.bundle.v1+json"})])
def test_what_is_no_certificate_is_refused(desk: Desk, tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "something.json"
    path.write_bytes(data)
    run = desk.commands.run(*desk.settling(f"{desk.world.id}:{NOWHERE}", path))
    assert (run.status, run.out) == (2, "")
    assert "something.json" in run.talk


def test_feed_and_registry_are_on_one_chain(desk: Desk) -> None:
    run = desk.commands.run(*desk.settling(f"eip155:10:{NOWHERE}", desk.certificate()))
    assert run.status == 2
    assert "--registry: not on eip155:10" in run.talk


# --- show


def show(desk: Desk, feed: str, *more: object) -> tuple[object, ...]:
    return ("feed", "show", feed, "--now", "2026-11-01T14:00:00Z", *more)


def test_a_feed_without_a_round(desk: Desk) -> None:
    feed = desk.feed()
    run = desk.commands.run(*show(desk, feed))
    assert run.status == 0, run.talk
    assert re.sub(r"block \d+ of \S+", "block", run.out) == (
        f"feed         {feed}\n"
        f"issuer       {desk.issuer}\n"
        f"committee    0x{desk.attesters.id.hex()}\n"
        f"policy       {POLICY}\n"
        f"asset        {ASSET}\n"
        "decimals     18\n"
        "kind         reserves\n"
        "read at      block\n"
        "round        none yet\n"
    )


def test_a_feed_with_a_round_shows_answer_age_and_origin(desk: Desk) -> None:
    feed = desk.feed()
    desk.commands.run(*desk.settling(feed, desk.certificate()))
    run = desk.commands.run(*show(desk, feed))
    assert run.status == 0, run.talk
    assert "round        1, of entry 1\nanswer       4\nas of        2026-11-01T13:00:00Z, 1 h ago\n" in run.out
    assert "not compared with a factory" in run.talk


def test_the_same_as_json(desk: Desk) -> None:
    feed = desk.feed()
    path = desk.certificate()
    desk.commands.run(*desk.settling(feed, path))
    run = desk.commands.run(*show(desk, feed, "--json", "--factory", desk.world.at("ReserveFeedFactory")))
    told = json.loads(run.out)
    assert told["isOfFactory"] is True
    assert told["parameters"]["policy"] == str(POLICY)
    assert told["round"] == {
        "number": 1,
        "answer": str(4 * 10**18),
        "answerAsDecimal": "4",
        "updatedAt": "2026-11-01T13:00:00Z",
        "ageSeconds": 3600,
        "isVoid": False,
        "sequence": 1,
        "attestation": told["round"]["attestation"],
        "attested": str(4 * 10**18),
    }


def test_a_void_round_is_shown_as_void(desk: Desk) -> None:
    feed, path = desk.feed(), desk.certificate()
    desk.commands.run(*desk.settling(feed, path))
    content = certificate_v1.read(path.read_bytes()).statement.content
    assert isinstance(content, Attestation)
    desk.world.attest(desk.attesters.certify(revocation(content)))
    run = desk.commands.run(*show(desk, feed))
    assert "answer       0  VOID: revoked or refuted; 4000000000000000000 was attested\n" in run.out


def test_a_feed_of_another_factory_is_warned_of(desk: Desk) -> None:
    sources = [desk.world.contracts[name] for name in (REGISTRY, "AttestationRegistry", "LiabilityProofs")]
    made_for = (desk.issuer, desk.attesters.id, POLICY.value, str(ASSET), 18, 0)
    forged = desk.world.put("ReserveFeed", made_for, (*sources, desk.world.contracts["EvmReserveProof"]))
    factory = ("--factory", desk.world.at("ReserveFeedFactory"))
    run = desk.commands.run(*show(desk, f"{desk.world.id}:{forged}", *factory))
    assert run.status == 1
    assert "WARNING" in run.talk
    assert "rely on nothing of it" in run.talk
    assert (
        json.loads(desk.commands.run(*show(desk, f"{desk.world.id}:{forged}", *factory, "--json")).out)["isOfFactory"]
        is False
    )
    own = desk.commands.run(*show(desk, desk.feed(), *factory))
    assert (own.status, own.talk) == (0, "")
    assert f"factory      {desk.world.at('ReserveFeedFactory')} names it for these parameters\n" in own.out


def test_t55_nodes_that_tell_a_feed_differently_are_named_and_nothing_is_shown(desk: Desk) -> None:
    feed = desk.feed()
    desk.commands.run(*desk.settling(feed, desk.certificate()))
    chain = desk.world.chain
    assert chain is not None
    void = "0x" + keccak(text="roundOrigin(uint80)")[:4].hex()

    def lie(method: str, parameters: Sequence[Any]) -> Any:
        said = chain.answer(method, parameters)
        if method == "eth_call" and parameters[0]["data"].startswith(void):
            return str(said)[:-1] + "1"
        return said

    with LoopbackServer(lie) as server:
        for urls in ((server.url, desk.world.url), (desk.world.url, server.url)):
            options = [word for url in urls for word in ("--source", f"{desk.world.id}={url}")]
            run = desk.commands.alone(*show(desk, feed), *options)
            assert (run.status, run.out) == (3, "")
            assert all(f"{url.rstrip('/')} says 0x" in run.talk for url in urls)


def test_t37_a_node_that_lags_behind_shows_nothing(desk: Desk) -> None:
    feed, chain = desk.feed(), desk.world.chain
    assert chain is not None

    def lag(method: str, parameters: Sequence[Any]) -> Any:
        old = ["0x1", *parameters[1:]] if parameters[:1] == ["latest"] else parameters
        return chain.answer(method, old)

    with LoopbackServer(lag) as server:
        run = desk.commands.run(*show(desk, feed), "--source", f"{desk.world.id}={server.url}")
    assert (run.status, run.out) == (3, "")
    assert "one lags behind" in run.talk


def test_one_node_twice_is_no_second_opinion(desk: Desk) -> None:
    run = desk.commands.run(*show(desk, desk.feed()), *desk.world.option)
    assert run.status == 2
    assert "is given twice" in run.talk


def test_a_feed_is_settled_from_its_own_registry_alone(desk: Desk) -> None:
    feed, other = desk.feed(), desk.world.put(REGISTRY)
    words = ["feed", "settle", feed, desk.certificate(), "--registry", f"{desk.world.id}:{other}"]
    run = desk.commands.run(*words, "--payer", desk.commands.signer("payer"))
    assert run.status == 2
    assert (
        f"--registry: {feed.rpartition(':')[2]} is a feed of the registry {desk.world.contracts[REGISTRY]}" in run.talk
    )


def test_another_contract_of_ours_is_told_by_name(desk: Desk) -> None:
    run = desk.commands.run(*show(desk, str(desk.world.at(REGISTRY))))
    assert run.status == 3
    assert "is our ReserveRegistry, not a ReserveFeed" in run.talk


def test_doubtful_feeds_are_warned_of(desk: Desk) -> None:
    run = desk.commands.run(*desk.deploying(decimals="6"))
    assert run.status == 0
    warnings = [line for line in run.talk.splitlines() if line.startswith("WARNING: ")]
    assert len(warnings) == 3
    assert f"{ASSET} has 18 decimals; this feed says 6" in warnings[0]
    assert "is not registered yet" in warnings[1]
    assert f"{desk.issuer} has anchored nothing yet" in warnings[2]
    desk.certificate()
    assert "WARNING" not in desk.commands.run(*desk.deploying()).talk


def test_an_asset_with_escapes_is_shown_without_them(desk: Desk) -> None:
    sources = [desk.world.contracts[name] for name in (REGISTRY, "AttestationRegistry", "LiabilityProofs")]
    made_for = (desk.issuer, desk.attesters.id, POLICY.value, "\x1b[2Jgold", 18, 0)
    forged = desk.world.put("ReserveFeed", made_for, (*sources, desk.world.contracts["EvmReserveProof"]))
    for more in ((), ("--json",)):
        run = desk.commands.run(*show(desk, f"{desk.world.id}:{forged}", *more))
        assert run.status == 0, run.talk
        assert "\x1b" not in run.out


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("eip155:77:" + NOWHERE,), 2),
        ((NOWHERE,), 2),
        (("{chain}:" + NOWHERE,), 3),
        (("{registry}",), 3),
        (("{registry}", "--factory", "eip155:1:" + NOWHERE), 2),
        (("{registry}", "--now", "yesterday"), 2),
    ],
)
def test_what_is_no_feed_is_not_shown(desk: Desk, words: tuple[str, ...], status: int) -> None:
    filled = [word.format(chain=desk.world.id, registry=desk.world.at(REGISTRY)) for word in words]
    run = desk.commands.run("feed", "show", *filled)
    assert (run.status, run.out) == (status, "")
    assert run.talk.startswith("por: ")


def test_a_dead_node_shows_nothing(desk: Desk) -> None:
    feed = desk.feed()
    run = desk.commands.alone("feed", "show", feed, "--source", f"{desk.world.id}=http://127.0.0.1:9/")
    assert (run.status, run.out) == (3, "")
