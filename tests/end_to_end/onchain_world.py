"""An exchange whose bundle is anchored, and a second chain, both with all contracts: embedded, or on two real nodes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from por.model import AssetId, ChainAccount, ChainId, Instant
from por.publish.contracts import artifact
from por.publish.runtimes import DEPLOYER, SALT, deterministic_address
from por.publish.transactions import DEFAULT_PATIENCE
from por.simulator import onchain
from por.simulator.exchange import ANCHORING, WALLET_LIMITS, open_exchange
from por.simulator.scene import PAYER, Scene, secrets_in_environment, variable
from por.simulator.signer import SimulatedKey
from tests.components import rpc, running_anvil
from tests.end_to_end import anvil_story
from tests.end_to_end.anvil_story import CHAIN, Story
from tests.publish.registry_world import mined
from tests.simulator import por

OTHER_CHAIN = "eip155:2026"
COINS = 10**20
REGISTRY_POLICY = """
[registry]
contract = "{contract}"
issuer = "{issuer}"
from_block = {block}
max_delay_seconds = 86400

"""


@contextmanager
def scenes(kind: str, folder: Path) -> Iterator[tuple[Scene, Scene]]:
    """Set up both chains, with nothing attested yet."""
    with ExitStack() as stack:
        if kind == "embedded":
            exchange = stack.enter_context(open_exchange(folder, customers=12))
            yield stack.enter_context(onchain.set_up(exchange))
        else:
            yield stack.enter_context(_anvils(folder))


@contextmanager
def _anvils(folder: Path) -> Iterator[tuple[Scene, Scene]]:
    with looking_often():
        yield from _real_nodes(folder)


@contextmanager
def looking_often() -> Iterator[None]:
    """Let commands look for their transactions every few milliseconds: here a block is final in a tenth of a second."""
    usual = DEFAULT_PATIENCE.poll_ms
    object.__setattr__(DEFAULT_PATIENCE, "poll_ms", 50)
    try:
        yield
    finally:
        object.__setattr__(DEFAULT_PATIENCE, "poll_ms", usual)


def _real_nodes(folder: Path) -> Iterator[tuple[Scene, Scene]]:
    second = ("--chain-id", OTHER_CHAIN.partition(":")[2], *anvil_story.OPTIONS)
    with anvil_story.node() as url, running_anvil(*second) as other_url:
        story = Story(folder, url)
        anvil_story.begin(story)
        creation = artifact("ReserveRegistry").creation
        story.send(to=DEPLOYER, data="0x" + (SALT + creation).hex())
        registry = deterministic_address(artifact("ReserveRegistry"), ())
        block = int(rpc(url, "eth_blockNumber"), 16)
        issuer = SimulatedKey.from_seed(ANCHORING).address
        anvil_story.publish(story, more=["--anchored-by", f"{CHAIN}:{issuer}"])
        while _time(other_url) < _time(url):
            rpc(other_url, "anvil_setNextBlockTimestamp", _time(url))
            rpc(other_url, "evm_mine")
        with mined(url), mined(other_url):
            policy = story.directory / "registry-policy.toml"
            pin = REGISTRY_POLICY.format(contract=f"{CHAIN}:{registry}", issuer=issuer, block=block)
            policy.write_text(story.policy().read_text().replace(anvil_story.WAIVERS, pin))
            here = _scene(story, CHAIN, url, f"{CHAIN}:{registry}", policy)
            _anchor(here)
            here.now = Instant(_time(url))
            there = _scene(story, OTHER_CHAIN, other_url, f"{OTHER_CHAIN}:{registry}", policy)
            here.deploy()
            there.deploy()
            yield here, there


def _scene(story: Story, chain: str, url: str, registry: str, policy: Path) -> Scene:
    folder = story.directory / "onchain"
    folder.mkdir(exist_ok=True)
    return Scene(
        directory=folder,
        chain=ChainId.parse(chain),
        url=url,
        bundle=story.bundle,
        records=story.snapshot / "records.csv",
        policy=policy,
        registry=ChainAccount.parse(registry),
        issuer=SimulatedKey.from_seed(ANCHORING).address,
        coin=AssetId.parse(f"{CHAIN}/slip44:60"),
        now=Instant(0),
        limits=WALLET_LIMITS,
        fund=lambda address: rpc(url, "anvil_setBalance", address, hex(COINS)),
    )


def _anchor(scene: Scene) -> None:
    """Anchor the bundle by the issuer's command."""
    scene.fund(scene.issuer)
    with secrets_in_environment(ANCHORING, PAYER):
        signer = ["--signer", f"env:{variable(ANCHORING)}", "--max-fee", "1000"]
        run = por("registry", "anchor", scene.bundle, "--registry", scene.registry, "--source", scene.source, *signer)
    if run.status != 0:
        raise RuntimeError(run.talk)


def _time(url: str) -> int:
    return int(rpc(url, "eth_getBlockByNumber", "latest", False)["timestamp"], 16)
