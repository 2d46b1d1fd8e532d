"""Every fault of a node's answers, met by whole commands: the auditor's, and the issuer's who makes a bundle."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from por.simulator.exchange import ANCHORING
from tests.adversarial.examinations import BALANCE, CANONICAL, reasons, verify
from tests.adversarial.served_chain import ServedChain
from tests.chains.lying_server import BATCH_LIES, FAULTS, LIES, SECRETS, LyingServer
from tests.simulator import Draft, Exchange, Run, por, shown_to_auditor, slug

pytestmark = [pytest.mark.thorough, pytest.mark.usefixtures("impatient")]
# What is tried again, and what leaves an answer right.
HARMLESS = {
    "lying words",
    "bare keys",
    "bare hash only",
    "reset twice",
    "503 twice",
    "429 once",
    "truncated once",
}
WITHOUT_BATCHES = [fault for fault in FAULTS if fault not in BATCH_LIES]


@contextmanager
def faulty(exchange: Exchange, fault: str) -> Iterator[LyingServer]:
    with LyingServer(ServedChain(exchange.chain), fault) as node:
        yield node


@pytest.mark.parametrize("fault", WITHOUT_BATCHES, ids=lambda fault: slug((), fault))
def test_t64_no_fault_of_a_node_refutes_verifies_or_crashes(fault: str, exchange: Exchange) -> None:
    with faulty(exchange, fault) as node:
        run = verify(exchange, node.url)
    if fault == "another fork":
        assert run.status == 1
        assert run.outcomes(CANONICAL) == {"FAIL"}
    elif fault in HARMLESS or not about_blocks(fault, exchange):
        assert run.status == 0, run.out
    else:
        assert run.status == 3, run.out
        assert run.outcomes(CANONICAL) == {"INCONCLUSIVE"}
    assert not any(secret in run.out + run.talk for secret in SECRETS), "T96"


@pytest.fixture(scope="module")
def unproven(exchange: Exchange, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Publish a bundle that proves no holding, and claims twice what the hot account has."""
    draft = Draft.of(exchange)
    for position, row in enumerate(draft.bundle.reserves):
        times = 2 if row.account == exchange.account("hot") else 1
        claims = (replace(claim, amount=claim.amount * times, evidence=()) for claim in row.holdings)
        draft.account(position, holdings=tuple(claims))
    return draft.publish(tmp_path_factory.mktemp("unproven"), exchange.signing_key)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: slug((), fault))
def test_t64_what_a_verifier_asks_for_itself_is_right_or_undecided(
    fault: str, exchange: Exchange, unproven: Path
) -> None:
    command = shown_to_auditor(exchange, unproven)
    with faulty(exchange, fault) as node:
        command[command.index("--source") + 1] = f"{exchange.chain.chain}={node.url}"
        run = por(*command)
    hot = str(exchange.account("hot"))
    assert run.verdict is not None, run.talk
    found = run.verdict.of(BALANCE)
    claimed_twice = {str(each.outcome) for each in found if each.subject.startswith(hot)}
    claimed_right = {str(each.outcome) for each in found if not each.subject.startswith(hot)}
    assert "PASS" not in claimed_twice, run.out
    assert "FAIL" not in claimed_right or fault == "another fork", run.out
    if fault in HARMLESS:
        assert (claimed_right, claimed_twice) == ({"PASS"}, {"FAIL"}), run.out
    assert run.status in {1, 3}
    assert not any(secret in run.out + run.talk for secret in SECRETS), "T96"


@pytest.mark.parametrize("fault", ["redirect to another host", "moved"], ids=lambda fault: slug(("T95",), fault))
def test_a_redirect_is_named_and_not_followed(fault: str, exchange: Exchange) -> None:
    with faulty(exchange, fault) as node:
        run = verify(exchange, node.url)
        assert node.posts == 1
    assert "redirects are not followed" in reasons(run, CANONICAL)


def test_t66_only_questions_are_asked(exchange: Exchange) -> None:
    with LyingServer(ServedChain(exchange.chain)) as node:
        assert verify(exchange, node.url).status == 0
    assert set(node.asked) == {"eth_chainId", "eth_getBlockByNumber"}


def about_blocks(fault: str, exchange: Exchange) -> bool:
    """Tell whether a fault changes what is answered about chain and blocks, which is all that an auditor asks."""
    if fault not in LIES:
        return True
    calls: list[dict[str, Any]] = [
        {"id": 1, "method": "eth_chainId", "params": []},
        {"id": 2, "method": "eth_getBlockByNumber", "params": ["0x1", False]},
    ]
    with faulty(exchange, fault) as node:
        honest = [{"jsonrpc": "2.0", "id": call["id"], **node.honest(call["method"], call["params"])} for call in calls]
        return [node.answer(call) for call in calls * 2] != honest * 2


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: slug((), fault))
def test_t64_an_issuer_gets_a_right_bundle_or_none(fault: str, exchange: Exchange, tmp_path: Path) -> None:
    run, bundle = rebuilt(exchange, tmp_path, fault)
    honest = (exchange.bundle / "bundle.json").read_bytes()
    if fault in HARMLESS:
        assert run.status == 0, run.talk
    if run.status == 0:
        assert (bundle / "bundle.json").read_bytes() == honest
    else:
        assert run.status in {1, 2, 3}, run.talk
        assert not bundle.exists()
        assert run.talk.strip().rpartition("\n")[2].startswith("por: ")
    assert not any(secret in run.out + run.talk for secret in SECRETS), "T96"


def rebuilt(exchange: Exchange, folder: Path, fault: str) -> tuple[Run, Path]:
    """Make the honest snapshot's bundle once more, from what a faulty node proves."""
    work = folder / "snapshot"
    work.mkdir()
    for name in ("commitments.json", "snapshot", "control"):
        (work / name).symlink_to(exchange.workspace.directory / name)
    layouts = folder / "layouts.toml"
    layouts.write_text(exchange.tables())
    table = ["--assets", exchange.directory / "assets.toml", "--layouts", layouts]
    with faulty(exchange, fault) as node:
        run = por(
            "issuer",
            "bundle",
            work,
            "--accounts",
            exchange.directory / "accounts.csv",
            "--key",
            exchange.directory / "por-signing.key",
            "--source",
            f"{exchange.chain.chain}={node.url}",
            "--anchored-by",
            exchange.account(ANCHORING),
            *table,
        )
    return run, work / "bundle"
