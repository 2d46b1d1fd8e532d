"""Lie about what is anchored, when, by whom, and what a node says of it."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from por.checks.evidence import open_bundle
from por.commitments.anchors import anchor_of, totals_of
from por.model import AssetTotal, Instant
from por.proofs.state.registry import ANCHORED
from por.publish.anchoring import anchor_values
from por.publish.contracts import artifact, encode_call
from por.simulator.exchange import ANCHORING, CUSTOMER, Exchange, anchor_bundle
from por.simulator.lie import Draft, Lie, at_the_time, shown_to_auditor, shown_to_customer
from por.simulator.lies_liabilities import altered, holdings_of, honest_proof, signed_note

ANCHORED_CHECK = "publication.anchored"
UNEQUIVOCAL = "publication.unequivocal"
IDENTIFIED = "publication.identified"

THIEF = "stranger"


def _auditor(exchange: Exchange, bundle: Path) -> list[str]:
    return shown_to_auditor(exchange, bundle, exchange.registry_policy())


def registry_options(exchange: Exchange) -> list[str]:
    """Return the options by which a customer takes the root from the registry alone."""
    pin = ["--registry", str(exchange.registry_contract), "--registry-issuer", exchange.keys[ANCHORING].address]
    return [*pin, "--from-block", str(exchange.registry_block), "--source", exchange.source]


def shown_from_registry(exchange: Exchange, proof: Path) -> list[str]:
    """Return the command of a customer who has no policy and trusts the registry's root."""
    shown = shown_to_customer(exchange, proof, CUSTOMER, *holdings_of(exchange, CUSTOMER))
    at = shown.index("--policy")
    return [*shown[:at], *shown[at + 2 :], *registry_options(exchange)]


def _other_bundle(exchange: Exchange, stage: Path, *, corrects: bool) -> Path:
    draft = Draft.of(exchange)
    first = open_bundle(exchange.bundle).digest
    draft.bundle = replace(draft.bundle, sequence=2, previous=first, supersedes=first if corrects else None)
    return draft.publish(stage / "bundle", exchange.signing_key)


def _second_bundle(exchange: Exchange, stage: Path) -> list[str]:
    return _auditor(exchange, _other_bundle(exchange, stage, corrects=False))


def _corrected_since(exchange: Exchange, stage: Path) -> list[str]:
    anchor_bundle(exchange, _other_bundle(exchange, stage, corrects=True))
    return _auditor(exchange, exchange.bundle)


def _list_corrected_since(exchange: Exchange, stage: Path) -> list[str]:
    proof = altered(stage, honest_proof(exchange, stage))
    rows = Draft.of(exchange).bundle.liabilities
    signed_note(exchange, stage, rows[1:])
    draft = Draft(open_bundle(stage / "bundle").bundle)
    first = open_bundle(exchange.bundle).digest
    draft.bundle = replace(draft.bundle, sequence=2, previous=first, supersedes=first)
    draft.files = Draft.of(exchange).files
    anchor_bundle(exchange, draft.publish(stage / "corrected", exchange.signing_key))
    return shown_from_registry(exchange, proof)


def _stolen(exchange: Exchange, stage: Path) -> list[str]:
    exchange.chain.fund(exchange.keys[THIEF].address, 10**18)
    exchange.chain.mine()
    _anchor_anyhow(exchange, exchange.bundle, THIEF)
    policy = exchange.registry_policy().read_text()
    path = stage / "policy.toml"
    path.write_text(policy.replace(exchange.keys[ANCHORING].address, exchange.keys[THIEF].address))
    return shown_to_auditor(exchange, exchange.bundle, path)


def _anchor_anyhow(
    exchange: Exchange, bundle: Path, name: str, totals: Sequence[AssetTotal] | None = None, supersedes: int = 0
) -> None:
    opened, contract = open_bundle(bundle), artifact("ReserveRegistry")
    anchor = anchor_of(opened.bundle, opened.digest, exchange.chain.chain, supersedes)
    rows = [(row.asset, row.liabilities, row.reserves) for row in totals or totals_of(opened.bundle)]
    call = encode_call(contract, "anchor", [anchor_values(anchor), rows])
    exchange.wallet(name).send(exchange.registry, call, contract=contract)


def _other_totals(exchange: Exchange, stage: Path) -> list[str]:
    totals = [replace(row, reserves=row.reserves * 2) for row in totals_of(open_bundle(exchange.bundle).bundle)]
    _anchor_anyhow(exchange, exchange.bundle, ANCHORING, totals, supersedes=1)
    return _auditor(exchange, exchange.bundle)


def _too_late(exchange: Exchange, stage: Path) -> list[str]:
    instant = open_bundle(exchange.bundle).bundle.instant
    _before_anchoring(exchange)
    exchange.chain.mine(at=Instant(instant.seconds + 2 * 86_400))
    anchor_bundle(exchange, exchange.bundle)
    shown = _auditor(exchange, exchange.bundle)
    return [*shown[: shown.index("--now")], *at_the_time(exchange, 2 * 86_400 + 3600)]


def _never(exchange: Exchange, stage: Path) -> list[str]:
    instant = open_bundle(exchange.bundle).bundle.instant
    _before_anchoring(exchange)
    exchange.chain.mine(at=Instant(instant.seconds + 2 * 86_400))
    shown = _auditor(exchange, exchange.bundle)
    return [*shown[: shown.index("--now")], *at_the_time(exchange, 2 * 86_400 + 3600)]


def _before_anchoring(exchange: Exchange) -> None:
    exchange.chain.rewind(exchange.chain.head.number - 1)


def _registry_of_its_own(exchange: Exchange, stage: Path) -> list[str]:
    policy = exchange.registry_policy().read_text().replace(exchange.registry, exchange.token, 1)
    (stage / "policy.toml").write_text(policy)
    return shown_to_auditor(exchange, exchange.bundle, stage / "policy.toml")


def _history_rewritten(exchange: Exchange, stage: Path) -> list[str]:
    bundle = _other_bundle(exchange, stage, corrects=False)
    true, false = open_bundle(exchange.bundle).digest.value.hex(), open_bundle(bundle).digest.value.hex()

    def rewrite(method: str, said: object) -> object:
        logs = _events(method, said)
        return [{**log, "data": log["data"].replace(true, false)} for log in logs] if logs else said

    exchange.distortion = rewrite
    return _auditor(exchange, bundle)


def _history_cut(exchange: Exchange, stage: Path) -> list[str]:
    anchor_bundle(exchange, _other_bundle(exchange, stage, corrects=True))

    def cut(method: str, said: object) -> object:
        logs = _events(method, said)
        return logs[:-1] if logs else said

    exchange.distortion = cut
    return _auditor(exchange, exchange.bundle)


def _events(method: str, said: object) -> list[dict[str, Any]]:
    if method != "eth_getLogs" or not isinstance(said, list):
        return []
    return [log for log in said if log["topics"][0] == "0x" + ANCHORED.hex()]


def _frozen(exchange: Exchange, stage: Path) -> list[str]:
    shown = _auditor(exchange, exchange.bundle)
    return [*shown[: shown.index("--now")], *at_the_time(exchange, 2 * 86_400)]


def _root_not_anchored(exchange: Exchange, stage: Path) -> list[str]:
    rows = Draft.of(exchange).bundle.liabilities
    proof = honest_proof(exchange, stage)
    trees = tuple(replace(tree, position=0, opening=()) for tree in proof.trees if tree.commitment == rows[-1])
    return shown_from_registry(exchange, altered(stage, replace(proof, count=1, note="", trees=trees)))


LIES = (
    Lie(
        "a second bundle",
        ("T35",),
        "shows the auditor another bundle than the one it anchored",
        UNEQUIVOCAL,
        _second_bundle,
    ),
    Lie(
        "corrected since",
        ("T35", "T37"),
        "shows a bundle that it corrected on chain since",
        UNEQUIVOCAL,
        _corrected_since,
    ),
    Lie(
        "a list corrected since",
        ("T35", "T37"),
        "hands out a proof under a list that it corrected since",
        IDENTIFIED,
        _list_corrected_since,
    ),
    Lie(
        "a stolen bundle",
        ("T44", "T46"),
        "anchors somebody else's bundle as its own",
        ANCHORED_CHECK,
        _stolen,
    ),
    Lie("other totals", ("T38",), "anchors better totals than its bundle has", ANCHORED_CHECK, _other_totals),
    Lie("anchored late", ("T37", "T43"), "anchors days after the snapshot", ANCHORED_CHECK, _too_late),
    Lie("never anchored", ("T36",), "anchors nothing, and says that it did", ANCHORED_CHECK, _never),
    Lie(
        "a registry of its own",
        ("T36",),
        "anchors in a contract that can be rewritten",
        ANCHORED_CHECK,
        _registry_of_its_own,
        "INCONCLUSIVE",
    ),
    Lie(
        "history rewritten",
        ("T36",),
        "has a node tell another history of the registry",
        ANCHORED_CHECK,
        _history_rewritten,
        "INCONCLUSIVE",
    ),
    Lie(
        "history cut",
        ("T36", "T55"),
        "has a node leave out the newest entry",
        ANCHORED_CHECK,
        _history_cut,
        "INCONCLUSIVE",
    ),
    Lie(
        "history frozen",
        ("T37",),
        "has a node tell the registry as it was two days ago",
        UNEQUIVOCAL,
        _frozen,
        "INCONCLUSIVE",
    ),
    Lie(
        "a root not anchored",
        ("T34",),
        "hands out a proof under a root that it never anchored",
        IDENTIFIED,
        _root_not_anchored,
    ),
)
