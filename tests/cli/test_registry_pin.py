"""The customer's root, taken from a registry on a chain that answers over HTTP; and what the options refuse."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak

from por.chains.embedded import EmbeddedChain
from por.cli import sources as cli_sources
from por.cli.main import main
from por.encoding import inclusion_proof_v1, verdict_v1
from por.encoding.digests import digest_of
from por.model import Anchor, ChainId, Instant, Verdict
from tests.checks import registry_scenery, scenery
from tests.checks.registry_scenery import DAY, ISSUERS, NAMES, PIN, REGISTRY, Registry, anchored, totals_of, values_of
from tests.checks.scenery import ISSUER, KEY, NOON
from tests.checks.test_equivocation import OTHER_LIST
from tests.cli.desk import MINE, NOW, WHO, Desk, por
from tests.contracts.chain import artifact

_ANCHOR = "anchor((uint64,uint64,uint64,bytes32,bytes32,bytes32,bytes32,uint64),(bytes32,uint128,uint128)[])"
_TYPES = ["(uint64,uint64,uint64,bytes32,bytes32,bytes32,bytes32,uint64)", "(bytes32,uint128,uint128)[]"]


@dataclass
class Node:
    """A chain that serves a registry, in which the faucet is the issuer."""

    chain: EmbeddedChain
    url: str
    contract: str

    def anchor(self, **changes: Any) -> None:
        made = registry_scenery.bundle()
        anchor: Anchor = registry_scenery.anchor_of(made, **changes)
        rows = [(total.asset, total.liabilities, total.reserves) for total in registry_scenery.totals(made)]
        self.chain.send(self.contract, keccak(text=_ANCHOR)[:4] + encode(_TYPES, [values_of(anchor), rows]))
        self.chain.mine()

    @property
    def issuer(self) -> str:
        account: bytes = self.chain._faucet
        return "0x" + account.hex()

    def options(self, **changes: str) -> tuple[str, ...]:
        named = {
            "--registry": f"{self.chain.chain}:{self.contract}",
            "--registry-issuer": self.issuer,
            "--source": f"{self.chain.chain}={self.url}",
            **changes,
        }
        return tuple(part for pair in named.items() for part in pair)


@pytest.fixture
def node() -> Iterator[Node]:
    chain = EmbeddedChain(Instant(NOON.seconds - 60))
    contract = chain.deploy(bytes.fromhex(artifact("ReserveRegistry")["bytecode"].removeprefix("0x")))
    chain.mine(Instant(NOON.seconds + 1))
    with chain.serve() as url:
        yield Node(chain, url, contract)


@pytest.fixture
def proof(tmp_path: Path) -> str:
    """Write Alice's proof without any note of the issuer."""
    path = tmp_path / "unsigned.json"
    path.write_bytes(inclusion_proof_v1.write(scenery.proof_of("alice", note="")))
    return str(path)


def asked(proof: str, tmp_path: Path, *options: str) -> tuple[int, Verdict]:
    target = tmp_path / f"verdict-{len(list(tmp_path.iterdir()))}.json"
    status = main(["verify-inclusion", proof, *WHO, *MINE, "--now", NOW, "--output", str(target), *options])
    return status, verdict_v1.read(target.read_bytes())


def message(verdict: Verdict, check: str = "publication.identified") -> str:
    return verdict.of(check)[0].message.rpartition(".")[2]


# --- on a chain


def test_t34_the_root_comes_from_the_registry_alone_and_the_first_line_says_so(
    node: Node, proof: str, tmp_path: Path
) -> None:
    node.anchor()
    run = por("verify-inclusion", proof, *WHO, *MINE, "--now", NOW, *node.options())
    assert (run.status, run.err) == (0, "")
    first = run.out.splitlines()[0]
    assert first.startswith("VERIFIED: ")
    assert f"pinned by what the address {node.chain.chain}:{node.issuer} anchored" in first
    assert f"(that it is an address of {ISSUER} is unverified)" in first
    assert first.endswith("this does not show that the list is whole.")
    assert "1 source: http://127.0.0.1:" in run.out
    assert f"the name {ISSUER} is unverified" in run.out


def test_t35_t38_t36_on_a_chain_another_list_another_instant_or_none_do_not_pass(
    node: Node, proof: str, tmp_path: Path
) -> None:
    assert asked(proof, tmp_path, *node.options())[0] == 3
    node.anchor(instant=Instant(NOON.seconds - 1))
    status, verdict = asked(proof, tmp_path, *node.options())
    assert (status, message(verdict)) == (1, "other_instant")
    node.anchor()
    assert asked(proof, tmp_path, *node.options())[0] == 0
    node.anchor(commitments_root=b"\x01" * 32, supersedes=2)
    status, verdict = asked(proof, tmp_path, *node.options())
    assert (status, message(verdict)) == (1, "root_superseded")


def test_another_address_another_contract_and_a_late_beginning_show_nothing(
    node: Node, proof: str, tmp_path: Path
) -> None:
    node.anchor()
    stranger = "0x" + "99" * 20
    for changes, why in (
        ({"--registry-issuer": stranger}, "has anchored nothing for this instant"),
        ({"--registry": f"{node.chain.chain}:{stranger}"}, "no registry that is known"),
        ({"--from-block": "9999"}, "is read from block 9999 on"),
    ):
        status, verdict = asked(proof, tmp_path, *node.options(**changes))
        assert status == 3
        assert why in verdict.of("publication.identified")[0].facts["reason"]
    status, verdict = asked(proof, tmp_path, *node.options(**{"--from-block": "0"}))
    assert status == 0
    node.anchor(instant=Instant(NOON.seconds + 1))
    begun = str(node.chain.head.number)
    status, verdict = asked(proof, tmp_path, *node.options(**{"--from-block": begun}))
    assert (status, message(verdict)) == (3, "history")


def test_t56_a_run_is_recorded_and_replayed_under_a_policy_that_names_the_recording(
    node: Node, proof: str, tmp_path: Path
) -> None:
    node.anchor()
    record, policy = tmp_path / "answers.json", tmp_path / "policy.toml"
    assert asked(proof, tmp_path, *node.options(), "--record", str(record))[0] == 0
    digest = digest_of(record.read_bytes())
    policy.write_text(policy_text(f"{node.chain.chain}:{node.contract}", node.issuer, sources=1, recording=str(digest)))
    status, verdict = asked(proof, tmp_path, "--policy", str(policy), "--replay", str(record))
    assert (status, message(verdict)) == (0, "root_anchored")
    assert verdict.of("publication.bound") == ()
    policy.write_text(policy_text(f"{node.chain.chain}:{node.contract}", node.issuer, sources=1))
    status, verdict = asked(proof, tmp_path, "--policy", str(policy), "--replay", str(record))
    assert status == 3
    assert "self-declared" in verdict.of("publication.identified")[0].facts["reason"]


def test_t55_a_recording_without_policy_is_self_declared(node: Node, proof: str, tmp_path: Path) -> None:
    node.anchor()
    record = tmp_path / "answers.json"
    asked(proof, tmp_path, *node.options(), "--record", str(record))
    options = node.options()
    status, verdict = asked(proof, tmp_path, *options[:4], "--replay", str(record))
    assert status == 3
    assert "self-declared" in verdict.of("publication.identified")[0].facts["reason"]


def test_t96_a_nodes_key_is_not_in_the_verdict(node: Node, proof: str, tmp_path: Path) -> None:
    node.anchor()
    source = {"--source": f"{node.chain.chain}={node.url}/v2/SECRETKEY"}
    run = por("verify-inclusion", proof, *WHO, *MINE, "--now", NOW, *node.options(**source), "--all")
    assert run.status == 0
    assert "SECRETKEY" not in run.out + run.err


# --- a policy


def policy_text(contract: str, issuer: str, *, sources: int = 2, recording: str | None = None, keys: str = "") -> str:
    named = f'"{recording}"' if recording else ""
    return f"""version = 1
profile = "job"
recordings = [{named}]
[issuer]
id = "{ISSUER}"
keys = [{keys}]
[snapshot]
max_age_seconds = 86400
max_skew_seconds = 600
[[chain]]
id = "{contract.rpartition(":")[0]}"
sources = {sources}
[registry]
contract = "{contract}"
issuer = "{issuer}"
from_block = {PIN.from_block if sources == 2 else 0}
max_delay_seconds = {DAY}
"""


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    path = tmp_path / "registry.toml"
    path.write_text(policy_text(str(REGISTRY), ISSUERS))
    return path


@pytest.fixture
def behind(monkeypatch: pytest.MonkeyPatch) -> list[Registry]:
    """Put a registry behind every URL; a test may put another one in its place."""
    held = [anchored()]

    def opening(chain: ChainId, urls: Sequence[str], *, genesis: bytes | None = None) -> object:
        return held[0].source(names=NAMES[: len(urls)])

    monkeypatch.setattr(cli_sources, "open_source", opening)
    return held


TWO = ("--source", "eip155:1=https://node-a.example/", "--source", "eip155:1=https://node-b.example/")


def test_a_policys_registry_pins_the_root(policy: Path, proof: str, tmp_path: Path, behind: list[Registry]) -> None:
    status, verdict = asked(proof, tmp_path, "--policy", str(policy), *TWO)
    assert (status, message(verdict)) == (0, "root_anchored")
    assert message(verdict, "publication.unequivocal") == "only"
    status, verdict = asked(proof, tmp_path, "--policy", str(policy), *TWO[:2])
    assert status == 3
    behind[0] = anchored(OTHER_LIST)
    status, verdict = asked(proof, tmp_path, "--policy", str(policy), *TWO)
    assert (status, message(verdict)) == (1, "other_root_anchored")


def test_a_policys_registry_and_key_must_both_hold(
    desk: Desk, policy: Path, tmp_path: Path, behind: list[Registry]
) -> None:
    policy.write_text(policy_text(str(REGISTRY), ISSUERS, keys=f'"{KEY}"'))
    options = ("--policy", str(policy))
    assert asked(desk.alice_json, tmp_path, *options)[0] == 0
    assert asked(desk.alice_json, tmp_path, *options, *TWO)[0] == 0
    behind[0] = anchored(OTHER_LIST)
    status, verdict = asked(desk.alice_json, tmp_path, *options, *TWO)
    assert (status, message(verdict)) == (1, "other_root_anchored")


def test_the_auditors_command_reads_the_policys_registry(desk: Desk, tmp_path: Path, behind: list[Registry]) -> None:
    made = registry_scenery.bundle()
    scenery.write_bundle(tmp_path / "bundle", made)
    text = Path(desk.policy_toml).read_text().split("[[waive]]")[0]
    layout = "[[layout]]" + Path(desk.policy_toml).read_text().split("[[layout]]")[1]
    registry = "[registry]" + policy_text(str(REGISTRY), ISSUERS).split("[registry]")[1]
    (tmp_path / "policy.toml").write_text(text + layout + registry)
    target = tmp_path / "verdict.json"
    command = ["verify", str(tmp_path / "bundle"), "--policy", str(tmp_path / "policy.toml"), *TWO]
    run = [*command, "--ledger", desk.records_csv, "--now", NOW]
    assert main([*run, "--output", str(target)]) == 0
    verdict = verdict_v1.read(target.read_bytes())
    assert message(verdict, "publication.anchored") == "in_time"
    assert message(verdict, "publication.unequivocal") == "only"
    assert verdict.of("publication.anchored")[0].facts["entry"].startswith("0x")
    behind[0] = anchored(issuer=registry_scenery.THIEFS)
    assert main(run) == 3
    behind[0] = anchored(replace(made, expires=Instant(made.expires.seconds + 1)))
    assert main(run) == 1


# --- what the options refuse


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--registry", str(REGISTRY)), "--registry-issuer"),
        (("--registry-issuer", ISSUERS), "--registry"),
        (("--from-block", "1"), "--registry"),
        (("--registry", "0x" + "77" * 20, "--registry-issuer", ISSUERS), "--registry"),
        (("--registry", str(REGISTRY).upper(), "--registry-issuer", ISSUERS), "--registry"),
        (("--registry", "bip122:000000000019d6689c085ae165831e93:1abc", "--registry-issuer", ISSUERS), "--registry"),
        (("--registry", str(REGISTRY), "--registry-issuer", ISSUER), "--registry-issuer"),
        (("--registry", str(REGISTRY), "--registry-issuer", f"eip155:1:{ISSUERS}"), "--registry-issuer"),
        (("--registry", str(REGISTRY), "--registry-issuer", ISSUERS, "--from-block", "-1"), "--from-block"),
        (("--registry", str(REGISTRY), "--registry-issuer", ISSUERS, "--from-block", "0x1"), "--from-block"),
        (("--registry", str(REGISTRY), "--registry-issuer", ISSUERS, "--from-block", "٣"), "--from-block"),
        (TWO, "--registry, --policy"),
        (("--source", "eip155:1"), "--registry"),
    ],
)
def test_t46_t86_options_that_do_not_fit_together_are_refused_by_name(
    desk: Desk, options: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify-inclusion", desk.alice_json, *WHO, *MINE, "--now", NOW, *options]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err


def test_two_registries_are_refused(desk: Desk, policy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pin = ("--registry", str(REGISTRY), "--registry-issuer", ISSUERS)
    command = ["verify-inclusion", desk.alice_json, "--policy", str(policy), *WHO, *MINE, "--now", NOW]
    assert main([*command, *pin]) == 2
    assert "names a registry already" in capsys.readouterr().err


def test_a_registry_that_nobody_is_asked_about_is_undecided(desk: Desk) -> None:
    pin = ("--registry", str(REGISTRY), "--registry-issuer", ISSUERS)
    run = por("verify-inclusion", desk.alice_json, *WHO, *MINE, "--now", NOW, *pin, "--json")
    assert run.status == 3
    (found,) = [f for f in json.loads(run.out)["findings"] if f["check"] == "publication.identified"]
    assert "--source" in found["facts"]["reason"]


def test_totals_are_written_as_the_contract_takes_them() -> None:
    (entry,) = [entry for entry, _ in anchored().rows]
    assert totals_of(entry) == [
        (t.asset, t.liabilities, t.reserves) for t in registry_scenery.totals(registry_scenery.bundle())
    ]
