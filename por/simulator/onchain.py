"""Play what happens on chain: three attesters sign by two schemes, a feed follows, a gate reads it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from io import StringIO

from por.chains.embedded import EmbeddedChain
from por.chains.embedded.server import LoopbackServer
from por.checks.policy import load_policy
from por.commitments.statements import committee_id
from por.encoding import committee_v1
from por.errors import PublishError
from por.model import ChainAccount
from por.publish.asking import ask
from por.publish.attestations import Attestations
from por.publish.contracts import artifact, creation_code
from por.publish.feeds import RATIO_DECIMALS, Parameters, feed_of
from por.simulator.attacks import ATTACKS, Attack, Stage, revocation
from por.simulator.exchange import ANCHORING, GENESIS, WALLET_LIMITS, Exchange
from por.simulator.scene import (
    ATTESTERS,
    PAYER,
    Program,
    Scene,
    bls_file,
    secrets_in_environment,
    variable,
    write_committees,
)

SECOND_CHAIN = 2026
DAY = 86_400
PAR = 10**8


@dataclass(frozen=True, slots=True)
class Step:
    """Hold a command of the story, and the keys that it finds in the environment."""

    words: str
    command: list[str]
    keys: tuple[str, ...] = field(default=())


@contextmanager
def set_up(exchange: Exchange) -> Iterator[tuple[Scene, Scene]]:
    """Put all contracts on the exchange's chain and on a second one, which is served until the block ends."""
    folder = exchange.directory / "onchain"
    folder.mkdir()
    first = _scene(exchange, exchange.chain, exchange.url, exchange.registry_contract)
    second = EmbeddedChain(GENESIS, instant_mining=True, chain_id=SECOND_CHAIN)
    while second.instant(second.head.number) < first.now:
        second.mine(at=first.now)
    with LoopbackServer(second.answer) as server:
        registry = second.deploy(artifact("ReserveRegistry").creation)
        second.mine()
        there = _scene(exchange, second, server.url, ChainAccount(second.chain, registry))
        first.deploy()
        there.deploy()
        yield first, there


def _scene(exchange: Exchange, chain: EmbeddedChain, url: str, registry: ChainAccount) -> Scene:
    def fund(address: str) -> None:
        chain.fund(address, 10**18)
        chain.mine()

    return Scene(
        directory=exchange.directory / "onchain",
        chain=chain.chain,
        url=url,
        bundle=exchange.bundle,
        records=exchange.records,
        policy=exchange.registry_policy(),
        registry=registry,
        issuer=exchange.keys[ANCHORING].address,
        coin=exchange.coin,
        now=chain.instant(chain.head.number),
        limits=WALLET_LIMITS,
        fund=fund,
    )


def attesting(scene: Scene, scheme: str) -> Iterator[Step]:
    """Let three attesters sign: the first drafts, the others verify and sign just that; the last one records it."""
    committee = scene.committee(scheme)
    draft = ["--draft", scene.signed(committee, ATTESTERS[0])]
    others = [word for name in ATTESTERS[:2] for word in ("--signature", scene.signed(committee, name))]
    recorded = ["--certificate", scene.certificate(committee), "--submit", scene.contract("AttestationRegistry")]
    paid = ["--payer", f"env:{variable(PAYER)}", "--max-fee", "1000"]
    for name, words, more in (
        (ATTESTERS[0], "verifies, and drafts an attestation", []),
        (ATTESTERS[1], "verifies, finds the same, and signs the draft", draft),
        (ATTESTERS[2], "signs too, and records what all three signed", [*draft, *others, *recorded, *paid]),
    ):
        signer = f"env:{variable(name)}" if scheme == "ecdsa" else f"file:{bls_file(scene, name)}"
        yield Step(f"{name} {words}", scene.attesting(committee, name, signer, *more), (name, PAYER))


def feeding(scene: Scene, feed: str) -> Iterator[Step]:
    """Bring the certificate to the feed, and show it."""
    paid = ["--source", scene.source, "--payer", f"env:{variable(PAYER)}", "--max-fee", "1000"]
    certificate = scene.certificate(scene.committee("ecdsa"))
    named = str(ChainAccount(scene.chain, feed))
    settle = ["feed", "settle", named, str(certificate), "--registry", str(scene.registry), *paid]
    yield Step("anybody brings the certificate to the feed", settle, (PAYER,))
    yield Step("contracts read the feed", ["feed", "show", named, "--source", scene.source])


def feed_parameters(scene: Scene) -> Parameters:
    """Say what the feed is made for: the coin's proven reserves over its liabilities, as the committee attests them."""
    committee = committee_v1.read(scene.committee("ecdsa").read_bytes())
    policy = load_policy(scene.policy).digest
    return Parameters(scene.issuer, committee_id(committee), policy, str(scene.coin), RATIO_DECIMALS, "ratio")


def making_feed(scene: Scene) -> Step:
    """Have the feed made."""
    made_for = feed_parameters(scene)
    what = ["--issuer", made_for.issuer, "--committee", f"0x{made_for.committee.hex()}", "--policy", str(scene.policy)]
    kind = ["--asset", made_for.asset, "--decimals", str(made_for.decimals), "--kind", made_for.kind]
    factory = ["--factory", str(scene.contract("ReserveFeedFactory"))]
    paid = ["--source", scene.source, "--payer", f"env:{variable(PAYER)}", "--max-fee", "1000"]
    return Step("a protocol has its feed made", ["feed", "deploy", *factory, *what, *kind, *paid], (PAYER,))


def feed_of_protocol(scene: Scene) -> str:
    """Return the feed's address, made or not."""
    return feed_of(scene.wallet(), scene.contracts["ReserveFeedFactory"], feed_parameters(scene))


def gate_on(scene: Scene, feed: str) -> str:
    """Put the example gate on a chain, which asks for at least as much as is owed, not older than a day."""
    contract = artifact("ReserveGate")
    made = scene.wallet().send(None, creation_code(contract, [feed, DAY, PAR, 0]), contract=contract)
    if made.contract is None:
        raise LookupError("the gate was not created")
    return made.contract


def gate_is_open(scene: Scene, gate: str) -> bool:
    """Ask the gate."""
    return bool(ask(scene.wallet(), "ReserveGate", gate, "isOpen")[0])


def take_back(scene: Scene) -> None:
    """Let the committee revoke its attestation, on the chain where the feed is."""
    Attestations(scene.wallet(), scene.contracts["AttestationRegistry"]).submit(revocation(scene))


def refusal(attack: Attack, stage: Stage) -> str | None:
    """Return the words in which an attack was refused by the name it must be refused by, else nothing."""
    try:
        attack.run(stage)
    except PublishError as error:
        return str(error) if attack.refused_by in str(error) else None
    return None


def play(scenes: tuple[Scene, Scene], program: Program, say: Callable[[str], None]) -> bool:
    """Play all of it; tell whether everything that must succeed did, and every attack was refused by its name."""
    here, there = scenes
    write_committees(here, program)
    good = all(_played(step, program, say) for step in (*attesting(here, "ecdsa"), *attesting(here, "bls")))
    good &= _played(making_feed(here), program, say)
    feed = feed_of_protocol(here)
    gate = gate_on(here, feed)
    states = [gate_is_open(here, gate)]
    good &= all(_played(step, program, say) for step in feeding(here, feed))
    states.append(gate_is_open(here, gate))
    say("the example gate, which was closed without a round, is open")
    for attack in ATTACKS:
        words = refusal(attack, Stage(here, there, feed))
        good &= words is not None
        said = f"refused {attack.refused_by}" if words is not None else "ACCEPTED"
        say(f"{said}: {attack.sentence} ({', '.join(attack.threats)})")
    states.append(gate_is_open(here, gate))
    take_back(here)
    states.append(gate_is_open(here, gate))
    say("the attesters take their attestation back: the feed answers 0, and the gate is closed")
    return good and states == [False, True, True, False]


def _played(step: Step, program: Program, say: Callable[[str], None]) -> bool:
    say(step.words)
    with secrets_in_environment(*step.keys), redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        return program(step.command) == 0
