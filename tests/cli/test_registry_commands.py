"""`por registry …` as its callers see it: what is printed, the exit status, and what is sent."""

from __future__ import annotations

import argparse
import json
import re
import shlex
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from por.cli.output import Progress
from por.commitments.anchors import anchor_id
from por.errors import PublishError
from por.model import Digest
from por.publish import delivery, deployment
from por.publish.contracts import artifact
from por.publish.node import Node
from por.publish.transactions import Wallet
from tests.cli.registry_desk import ROWS, Commands
from tests.publish.registry_story import Story, tell
from tests.publish.registry_world import REGISTRY, digest, secret, world

NOWHERE = "0x" + "16" * 20


@pytest.fixture(scope="module")
def story() -> Iterator[Story]:
    with world("embedded") as made:
        yield tell(made)


@pytest.fixture
def commands(story: Story, monkeypatch: pytest.MonkeyPatch) -> Commands:
    return Commands(story.world, monkeypatch)


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> Iterator[Commands]:
    """Lend a chain with no contract."""
    with world("embedded", contracts=False) as made:
        yield Commands(made, monkeypatch)


@pytest.mark.parametrize("name", list(ROWS))
def test_every_command_takes_its_example_and_explains_its_options(name: str) -> None:
    module = import_module(ROWS[name][0])
    parser = argparse.ArgumentParser()
    module.add(parser)
    words = shlex.split(module.EXAMPLE)
    assert words[:3] == ["por", *name.split()]
    parser.parse_args(words[3:])
    assert all(action.help for action in parser._actions)


# --- deploy


def test_deploying_writes_where_all_stands_and_what_a_policy_says(bare: Commands, tmp_path: Path) -> None:
    target = tmp_path / "contracts.json"
    run = bare.run("registry", "deploy", "--payer", bare.signer("payer"), "--output", target)
    assert run.status == 0, run.talk
    made = deployment.read(target.read_bytes())
    assert sorted(made.contracts) == sorted(deployment.CONTRACTS)
    assert "the deterministic deployer, is not on" in run.talk
    assert f'contract = "{bare.world.id}:{made.contracts[REGISTRY]}"\nfrom_block = {made.block}\n' in run.out
    assert all(f"{name} " in run.out and address in run.out for name, address in made.contracts.items())


def test_deploying_again_finds_all_and_leaves_the_file_alone(bare: Commands, tmp_path: Path) -> None:
    command = ("registry", "deploy", "--output", tmp_path / "contracts.json", "--payer")
    assert bare.run(*command, bare.signer("payer")).status == 0
    before = (tmp_path / "contracts.json").read_bytes()
    again = bare.run(*command, bare.signer("payer"))
    assert (again.status, again.out.count("was there")) == (0, len(deployment.CONTRACTS))
    assert "says the same already" in again.talk
    assert (tmp_path / "contracts.json").read_bytes() == before


def test_deploying_one_alone_says_nothing_of_a_policy_without_the_registry(bare: Commands, tmp_path: Path) -> None:
    target = tmp_path / "contracts.json"
    options = ("--payer", bare.signer("payer"), "--output", target, "--only", "AttestationRegistry")
    run = bare.run("registry", "deploy", *options)
    assert run.status == 0, run.talk
    assert list(deployment.read(target.read_bytes()).contracts) == ["AttestationRegistry"]
    assert "[registry]" not in run.out


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"something else", "contracts.json: not JSON"),
        (b'{"block":1,"chain":"eip155:1","contracts":{}}', "of eip155:1; choose another name"),
    ],
)
def test_a_file_that_is_there_is_not_written_over(
    commands: Commands, tmp_path: Path, content: bytes, words: str
) -> None:
    target = tmp_path / "contracts.json"
    target.write_bytes(content)
    run = commands.run("registry", "deploy", "--payer", commands.signer("payer"), "--output", target)
    assert run.status == 2
    assert words in run.talk
    assert target.read_bytes() == content


def count_of_transactions(bare: Commands) -> int:
    return bare.world.wallet("payer")._node.nonce(bare.world.account("payer").address)


def test_a_file_of_fewer_contracts_is_gone_on_with(bare: Commands, tmp_path: Path) -> None:
    target = tmp_path / "contracts.json"
    command = ("registry", "deploy", "--output", target, "--payer")
    assert bare.run(*command, bare.signer("payer"), "--only", REGISTRY).status == 0
    first = deployment.read(target.read_bytes())
    run = bare.run(*command, bare.signer("payer"))
    assert run.status == 0, run.talk
    made = deployment.read(target.read_bytes())
    assert sorted(made.contracts) == sorted(deployment.CONTRACTS)
    assert (made.contracts[REGISTRY], made.block) == (first.contracts[REGISTRY], first.block)
    assert count_of_transactions(bare) == len(deployment.CONTRACTS)


@pytest.mark.parametrize("written", [True, False])
def test_an_outage_between_two_contracts_makes_nobody_pay_twice(
    bare: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, written: bool
) -> None:
    target, send = tmp_path / "contracts.json", Wallet.send
    sent: list[Any] = []

    def break_down(self: Wallet, *args: Any, **options: Any) -> Any:
        if len(sent) == 2:
            raise PublishError("the node is gone")
        sent.append(args)
        return send(self, *args, **options)

    command = ("registry", "deploy", "--output", target, "--payer")
    monkeypatch.setattr(Wallet, "send", break_down)
    assert bare.run(*command, bare.signer("payer")).status == 3
    assert len(deployment.read(target.read_bytes()).contracts) == 2
    if not written:  # killed after it sent, before it wrote
        target.unlink()
    monkeypatch.setattr(Wallet, "send", send)
    run = bare.run(*command, bare.signer("payer"))
    assert (run.status, run.out.count("was there")) == (0, 2), run.talk
    assert count_of_transactions(bare) == len(deployment.CONTRACTS)


def test_a_place_that_cannot_be_written_is_told_before_anything_is_paid(bare: Commands, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for target in (tmp_path / "nowhere" / "contracts.json", tmp_path / "file" / "contracts.json"):
        run = bare.run("registry", "deploy", "--payer", bare.signer("payer"), "--output", target)
        assert run.status == 2
        assert f"{target}: cannot be written" in run.talk
    assert count_of_transactions(bare) == 0


def test_an_interrupted_run_says_what_may_be_out(
    bare: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Node, "receipt", lambda self, transaction: None)
    monkeypatch.setattr("por.publish.delivery.time.sleep", interrupt)
    run = bare.run("registry", "deploy", "--payer", bare.signer("payer"), "--output", tmp_path / "contracts.json")
    assert run.status == 130
    assert re.search(r"por: transaction 0x[0-9a-f]{64} may be out, .* running the command again is safe", run.talk)


def test_what_is_waited_for_is_told(bare: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(Progress, "__call__", lambda self, message: told.append(message))
    is_final, looks = delivery.Delivery._is_final, []

    def late(self: Any, block: Any) -> bool:
        looks.append(block)
        return is_final(self, block) and len(looks) > 1

    monkeypatch.setattr(delivery.Delivery, "_is_final", late)
    command = ("registry", "deploy", "--only", REGISTRY, "--output", tmp_path / "contracts.json")
    assert bare.run(*command, "--payer", bare.signer("payer")).status == 0
    assert re.fullmatch(r"sent 0x[0-9a-f]{64}; waiting until block \d+ is final \(now \d+\)", told[0])
    assert told[-1] == ""


@pytest.mark.parametrize(
    ("option", "name", "words"),
    [
        ("--registry", "AttestationRegistry", "is our AttestationRegistry, not a ReserveRegistry"),
        ("--registry", "", "no contract stands at"),
        ("--attestations", "ReserveRegistry", "is our ReserveRegistry, not an AttestationRegistry"),
        ("--challenges", "ReserveRegistry", "not a LiabilityProofs or an EvmReserveProof"),
        ("--factory", "ReserveRegistry", "not a ReserveFeedFactory"),
    ],
)
def test_an_index_of_another_contract_is_refused(
    commands: Commands, tmp_path: Path, option: str, name: str, words: str
) -> None:
    named = {"--registry": str(commands.world.at(REGISTRY))}
    named[option] = str(commands.world.at(name)) if name else f"{commands.world.id}:{NOWHERE}"
    options = [word for pair in named.items() for word in pair]
    run = commands.run("registry", "index", *options, "--database", tmp_path / "history.sqlite")
    assert (run.status, run.out) == (2, "")
    assert option in run.talk
    assert words in run.talk
    assert not (tmp_path / "history.sqlite").exists()


def test_a_file_of_contracts_that_are_gone_is_not_written_over(bare: Commands, tmp_path: Path) -> None:
    target = tmp_path / "contracts.json"
    named = deployment.Deployment(bare.world.id, {REGISTRY: NOWHERE}, 1)
    target.write_bytes(deployment.write(named))
    run = bare.run("registry", "deploy", "--output", target, "--payer", bare.signer("payer"), "--only", REGISTRY)
    assert run.status == 2
    assert "names other contracts" in run.talk
    assert deployment.read(target.read_bytes()) == named


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--only", "Token"), "Token is none of ReserveRegistry"),
        (("--max-fee", "much"), "--max-fee"),
        (("--max-fee", "0.0000000001"), "--max-fee"),
    ],
)
def test_wrong_options_of_deploy_are_named(
    commands: Commands, tmp_path: Path, options: tuple[str, ...], words: str
) -> None:
    target = tmp_path / "contracts.json"
    run = commands.run("registry", "deploy", "--payer", commands.signer("payer"), "--output", target, *options)
    assert (run.status, run.out) == (2, "")
    assert words in run.talk
    assert not target.exists()


def test_nodes_of_one_chain_are_needed(commands: Commands, tmp_path: Path) -> None:
    command = ("registry", "deploy", "--payer", commands.signer("payer"), "--output", tmp_path / "x")
    other = ("--source", "eip155:1=http://127.0.0.1:9/")
    for run in (commands.alone(*command), commands.run(*command, *other)):
        assert run.status == 2
        assert "--source: name nodes of exactly one chain" in run.talk


def test_a_price_of_gas_above_the_limit_is_not_paid(bare: Commands, tmp_path: Path) -> None:
    target = tmp_path / "contracts.json"
    options = ("--payer", bare.signer("payer"), "--output", target, "--max-fee", "0.000001")
    run = bare.run("registry", "deploy", *options)
    assert run.status == 3, run.talk
    assert not target.exists()


@pytest.mark.parametrize("words", [(), ("--payer", "0x" + "11" * 32), ("--payer", "env:NOT_SET_ANYWHERE")])
def test_t80_a_payer_that_does_not_do_is_refused_without_a_secret(
    commands: Commands, tmp_path: Path, words: tuple[str, ...]
) -> None:
    run = commands.run("registry", "deploy", *words, "--output", tmp_path / "x")
    assert run.status == 2
    assert "11" * 32 not in run.talk + run.out


# --- verify


@pytest.mark.parametrize("name", list(deployment.CONTRACTS))
def test_a_contract_is_named_with_what_it_is_bound_to(commands: Commands, name: str) -> None:
    run = commands.run("registry", "verify", commands.world.at(name))
    assert run.status == 0, run.talk
    assert run.out.startswith(f"{commands.world.at(name)} is {name}\n")
    assert artifact(name).input_sha256 in run.out
    assert "its hash is proven at the last final block" in run.out
    assert "creation   not shown by the address" in run.out
    for other in deployment.CONTRACTS[name]:
        assert commands.world.contracts[other] in run.out


def test_the_same_as_json(commands: Commands) -> None:
    run = commands.run("registry", "verify", commands.world.at("LiabilityProofs"), "--json")
    assert json.loads(run.out) == {
        "address": str(commands.world.at("LiabilityProofs")),
        "codeIsProven": True,
        "contract": "LiabilityProofs",
        "compiler": artifact("LiabilityProofs").compiler,
        "input": f"sha256:{artifact('LiabilityProofs').input_sha256}",
        "immutables": {"registry": commands.world.contracts[REGISTRY]},
        "createdByCommittedCode": False,
    }


def test_another_contract_is_told_by_the_nearest_one(commands: Commands) -> None:
    assert commands.world.chain is not None
    runtime = bytearray(artifact(REGISTRY).runtime)
    runtime[100] ^= 1
    creation = bytes.fromhex("61" + len(runtime).to_bytes(2).hex() + "80600a5f395ff3") + bytes(runtime)
    place = commands.world.chain.deploy(creation)
    commands.world.mine()
    run = commands.run("registry", "verify", f"{commands.world.id}:{place}")
    assert run.status == 1
    assert "nearest is ReserveRegistry: byte 100 is the first that differs" in run.out
    told = json.loads(commands.run("registry", "verify", f"{commands.world.id}:{place}", "--json").out)
    assert (told["contract"], told["nearest"], told["byte"]) == (None, REGISTRY, 100)


def test_an_address_without_code_is_no_contract(commands: Commands) -> None:
    run = commands.run("registry", "verify", f"{commands.world.id}:{NOWHERE}")
    assert (run.status, run.out) == (1, f"{commands.world.id}:{NOWHERE}: there is no code\n")
    told = json.loads(commands.run("registry", "verify", f"{commands.world.id}:{NOWHERE}", "--json").out)
    assert (told["contract"], told["why"]) == (None, "there is no code")


def test_t63_a_node_that_does_not_answer_refutes_nothing(commands: Commands) -> None:
    place = commands.world.at(REGISTRY)
    run = commands.alone("registry", "verify", place, "--source", f"{commands.world.id}=http://127.0.0.1:9/")
    assert (run.status, run.out) == (3, "")


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("0x" + "11" * 20, "ADDRESS: "),
        ("eip155:1:0x" + "AA" * 20, "lower case"),
        ("bip122:000000000019d6689c085ae165831e93:x", "not an account of an EVM chain"),
        ("eip155:77:0x" + "11" * 20, "name a node of eip155:77"),
    ],
)
def test_what_is_no_address_here_is_refused(commands: Commands, address: str, words: str) -> None:
    run = commands.run("registry", "verify", address)
    assert (run.status, run.out) == (2, "")
    assert words in run.talk


# --- anchor


def anchoring(commands: Commands, folder: Path, name: str, *more: str) -> tuple[object, ...]:
    return (
        "registry",
        "anchor",
        folder,
        "--registry",
        commands.world.at(REGISTRY),
        "--signer",
        commands.signer(name),
        *more,
    )


def test_anchoring_prints_the_entry_and_does_it_once(commands: Commands, tmp_path: Path) -> None:
    opened = commands.world.bundle(tmp_path, "cli issuer")
    first = commands.run(*anchoring(commands, tmp_path, "cli issuer"))
    assert first.status == 0, first.talk
    assert re.search(
        r"^entry     1 of 0x[0-9a-f]{40}\nid        0x[0-9a-f]{64}\nblock     \d+, final; \d+ gas\n", first.out
    )
    second = commands.run(*anchoring(commands, tmp_path, "cli issuer"))
    assert second.status == 0
    assert second.out.startswith("anchored already; nothing was sent\nentry     1 of")
    assert opened.bundle.anchored_by == commands.world.account("cli issuer")


def test_a_correction_is_told_as_one(commands: Commands, tmp_path: Path) -> None:
    wrong = commands.world.bundle(tmp_path / "wrong", "cli corrector")
    commands.run(*anchoring(commands, tmp_path / "wrong", "cli corrector"))
    commands.world.bundle(tmp_path / "right", "cli corrector", sequence=2, supersedes=wrong.digest)
    run = commands.run(*anchoring(commands, tmp_path / "right", "cli corrector"))
    assert run.status == 0, run.talk
    assert "entry     2 of" in run.out
    assert "corrects  entry 1" in run.out
    again = commands.run(*anchoring(commands, tmp_path / "wrong", "cli corrector"))
    assert "anchored already, and corrected since by entry 2; nothing was sent" in again.out


def test_t36_two_bundles_for_one_instant_are_refused(commands: Commands, tmp_path: Path) -> None:
    commands.world.bundle(tmp_path / "one", "cli twice")
    commands.run(*anchoring(commands, tmp_path / "one", "cli twice"))
    commands.world.bundle(tmp_path / "two", "cli twice", sequence=2)
    run = commands.run(*anchoring(commands, tmp_path / "two", "cli twice"))
    assert (run.status, run.out) == (3, "")
    assert "two bundles for one instant" in run.talk


def test_t39_somebody_elses_bundle_is_refused(commands: Commands, tmp_path: Path) -> None:
    commands.world.bundle(tmp_path, "cli owner")
    run = commands.run(*anchoring(commands, tmp_path, "cli thief"))
    assert (run.status, run.out) == (3, "")
    assert "the bundle says that" in run.talk


def test_the_call_is_printed_for_an_issuer_that_is_a_contract(commands: Commands, tmp_path: Path) -> None:
    opened = commands.world.bundle(tmp_path, "cli safe")
    words = ("registry", "anchor", tmp_path, "--registry", commands.world.at(REGISTRY), "--calldata")
    run = commands.run(*words)
    assert run.status == 0, run.talk
    call = json.loads(run.out)
    assert (call["from"], call["to"]) == (str(opened.bundle.anchored_by), str(commands.world.at(REGISTRY)))
    assert call["value"] == "0"
    receipt = commands.world.wallet("cli safe").send(
        commands.world.contracts[REGISTRY], bytes.fromhex(call["data"][2:])
    )
    assert receipt.logs
    again = commands.run(*words)
    assert again.out == "anchored already as entry 1; there is nothing to send\n"


@pytest.mark.parametrize(
    ("changes", "more", "status", "words"),
    [
        ({}, ("--signer", "env:X"), 2, "leave out --signer"),
        ({"anchored_by": None}, (), 3, "names no account that anchors it"),
        ({"supersedes": Digest(digest("x")), "liabilities": (), "reserves": ()}, (), 3, "without totals"),
    ],
)
def test_a_call_that_cannot_be_is_not_printed(
    commands: Commands, tmp_path: Path, changes: dict[str, object], more: tuple[str, ...], status: int, words: str
) -> None:
    from tests.checks import scenery  # noqa: PLC0415

    made = {"anchored_by": commands.world.account("cli nobody"), **changes}
    scenery.write_bundle(tmp_path, scenery.bundle(**made))
    registry = ("--registry", commands.world.at(REGISTRY))
    run = commands.run("registry", "anchor", tmp_path, *registry, "--calldata", *more)
    assert (run.status, run.out) == (status, "")
    assert words in run.talk


def test_a_bundle_that_is_none_is_refused(commands: Commands, tmp_path: Path) -> None:
    (tmp_path / "bundle.json").write_bytes(b"{}")
    run = commands.run(*anchoring(commands, tmp_path, "cli issuer"))
    assert run.status == 2
    assert "bundle.json" in run.talk


# --- index, history, preimage


def indexing(commands: Commands, path: Path) -> tuple[object, ...]:
    at = commands.world.at
    challenges = ("--challenges", at("LiabilityProofs"), "--challenges", at("EvmReserveProof"))
    others = ("--attestations", at("AttestationRegistry"), "--factory", at("ReserveFeedFactory"))
    return ("registry", "index", "--registry", at(REGISTRY), *challenges, *others, "--database", path)


@pytest.fixture
def database(commands: Commands, tmp_path: Path) -> Path:
    path = tmp_path / "history.sqlite"
    run = commands.run(*indexing(commands, path))
    assert run.status == 0, run.talk
    return path


def test_indexing_says_how_far_it_came_and_goes_on(commands: Commands, database: Path) -> None:
    run = commands.run(*indexing(commands, database))
    assert run.status == 0
    assert re.fullmatch(r"\d+ entries; read up to block \d+, 0x[0-9a-f]{64}\n", run.out)
    assert run.talk == ""


def test_indexing_other_contracts_into_it_is_refused(commands: Commands, database: Path) -> None:
    before = database.read_bytes()
    words = ("registry", "index", "--registry", commands.world.at(REGISTRY), "--database", database)
    for more in ((), ("--from-block", "1")):
        run = commands.run(*words, *more)
        assert run.status == 2
        assert "name the same contracts and block, or another file" in run.talk
    assert database.read_bytes() == before


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--from-block", "latest"), "--from-block"),
        (("--from-block", "-1"), "--from-block"),
        (("--challenges", "0x" + "11" * 20), "--challenges"),
        (("--factory", "eip155:1:0x" + "11" * 20), "an index is of one chain"),
    ],
)
def test_wrong_options_of_index_are_named(
    commands: Commands, tmp_path: Path, more: tuple[str, ...], words: str
) -> None:
    base = ("registry", "index", "--registry", commands.world.at(REGISTRY), "--database", tmp_path / "x")
    run = commands.run(*base, *more)
    assert (run.status, run.out) == (2, "")
    assert words in run.talk
    assert not (tmp_path / "x").exists()


def test_an_index_of_a_dead_node_is_inconclusive(commands: Commands, tmp_path: Path) -> None:
    words = ("registry", "index", "--registry", commands.world.at(REGISTRY), "--database", tmp_path / "x")
    run = commands.alone(*words, "--source", f"{commands.world.id}=http://127.0.0.1:9/")
    assert (run.status, run.out) == (3, "")


def test_a_rewritten_chain_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with world("embedded") as made:
        commands = Commands(made, monkeypatch)
        assert made.chain is not None
        made.mine(2)
        assert commands.run(*indexing(commands, tmp_path / "x")).status == 0
        made.chain.rewind(made.chain.head.number - 1)
        made.mine(3)
        run = commands.run(*indexing(commands, tmp_path / "x"))
        assert run.status == 0
        assert "the chain was rewritten below finality: read anew from block 0 on" in run.talk


def test_the_history_shows_flags(commands: Commands, story: Story, database: Path) -> None:
    run = commands.alone("registry", "history", "--database", database)
    assert run.status == 0, run.talk
    lines = run.out.splitlines()
    assert any(line.startswith("  entry 1 of") and line.endswith("[superseded by entry 2]") for line in lines)
    assert any(line.endswith("[corrects entry 1]") for line in lines)
    assert any(line.endswith("[disputed (accuses nobody)]") for line in lines)
    assert any(line.endswith("[REFUTED (sum)]") for line in lines)
    assert any(line.endswith("[REFUTED (balance); disputed (accuses nobody)]") for line in lines)
    assert any("attested PASS by committee" in line and "REVOKED" in line for line in lines)
    assert any("attested FAIL by committee" in line and "REVOKED" not in line for line in lines)
    assert f"  feed {story.feed}: reserves of" in run.out
    assert "    round 1 of entry 2: 4000000000000000000, attested FAIL" in lines


def test_the_history_of_one_issuer(commands: Commands, story: Story, database: Path) -> None:
    run = commands.alone("registry", "history", story.liar, "--database", database, "--json")
    told = json.loads(run.out)
    assert [each["issuer"] for each in told["issuers"]] == [story.liar]
    assert [row["sequence"] for row in told["issuers"][0]["entries"]] == [1, 2, 3]


@pytest.mark.parametrize(
    ("words", "told"),
    [((NOWHERE,), "has no entry in this index"), (("0x11",), "ISSUER"), (("0x" + "AB" * 20,), "ISSUER")],
)
def test_a_history_of_nobody_is_refused(commands: Commands, database: Path, words: tuple[str, ...], told: str) -> None:
    run = commands.alone("registry", "history", *words, "--database", database)
    assert (run.status, run.out) == (2, "")
    assert told in run.talk


def test_a_history_of_an_empty_registry(bare: Commands, tmp_path: Path) -> None:
    place = f"{bare.world.id}:{bare.world.put(REGISTRY)}"
    path = tmp_path / "history.sqlite"
    assert bare.run("registry", "index", "--registry", place, "--database", path).status == 0
    run = bare.alone("registry", "history", "--database", path)
    assert run.status == 0
    assert len(run.out.splitlines()) == 1


def test_the_preimage_is_printed(commands: Commands, story: Story, database: Path) -> None:
    run = commands.alone("registry", "preimage", "--database", database, "--issuer", story.honest, "--sequence", "2")
    assert run.status == 0, run.talk
    shown = json.loads(run.out)
    assert shown["previousId"] == "0x" + anchor_id(story.entries["first"]).hex()
    assert shown["entry"]["supersedes"] == "1"


@pytest.mark.parametrize(
    ("issuer", "sequence", "words"),
    [
        (NOWHERE, "1", "has no entry 1"),
        ("0x11", "1", "--issuer"),
        (NOWHERE, "one", "--sequence"),
        (NOWHERE, "-1", "--sequence"),
        (NOWHERE, "9" * 16, "--sequence"),
    ],
)
def test_a_preimage_of_nothing_is_refused(
    commands: Commands, database: Path, issuer: str, sequence: str, words: str
) -> None:
    run = commands.alone("registry", "preimage", "--database", database, "--issuer", issuer, f"--sequence={sequence}")
    assert (run.status, run.out) == (2, "")
    assert words in run.talk


def test_t80_no_key_is_shown(commands: Commands, tmp_path: Path) -> None:
    commands.world.bundle(tmp_path, "cli secretive")
    run = commands.run(*anchoring(commands, tmp_path, "cli secretive"))
    assert secret("cli secretive").hex() not in run.out + run.talk
