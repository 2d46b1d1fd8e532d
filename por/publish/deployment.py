"""Put the contracts on a chain, at the same addresses on every chain where the deterministic deployer stands."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from por.encoding import canonical
from por.encoding.reader import Reader
from por.errors import FormatError, PublishError, UnavailableError
from por.model import ChainAccount, ChainId, Source
from por.publish.contracts import artifact, creation_code
from por.publish.reading import Reading
from por.publish.runtimes import (
    DEPLOYER,
    DEPLOYER_CODE,
    SALT,
    Recognised,
    deterministic_address,
    first_block_with_code,
    recognise,
)
from por.publish.transactions import Wallet

# Each contract with those whose addresses it is created with; these come before it.
CONTRACTS: Mapping[str, tuple[str, ...]] = {
    "ReserveRegistry": (),
    "AttestationRegistry": (),
    "LiabilityProofs": ("ReserveRegistry",),
    "EvmReserveProof": ("ReserveRegistry",),
    "ReserveFeedFactory": ("ReserveRegistry", "AttestationRegistry", "LiabilityProofs", "EvmReserveProof"),
}
MAX_BYTES = 2**16

Talk = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Deployed:
    """Say where a contract stands; `block` is not after that in which it was created, `gas` None if it was there."""

    name: str
    address: str
    block: int
    gas: int | None


@dataclass(frozen=True, slots=True)
class Deployment:
    """Hold what stands on a chain, as `contracts.json` has it; events begin at `block`."""

    chain: ChainId
    contracts: Mapping[str, str]
    block: int


def deploy(
    wallet: Wallet,
    source: Source,
    names: Sequence[str] = (),
    *,
    known: Mapping[str, str] | None = None,
    deployer: str = DEPLOYER,
) -> Iterator[Deployed]:
    """Create what is not there yet, one contract after another, each final before the next, also what was there.

    `names` are all for none. `known` are addresses from an earlier run, which are looked at first.
    Raises: PublishError when a contract is wanted without one that it asks; SourceError.
    """
    maker = _Maker(wallet, source, known or {}, deployer, wallet.code(deployer) == DEPLOYER_CODE)
    for name in CONTRACTS:
        if not names or name in names:
            made = maker.make(name)
            maker.places[name] = made.address
            yield made


class _Maker:
    def __init__(
        self, wallet: Wallet, source: Source, known: Mapping[str, str], deployer: str, is_deterministic: bool
    ) -> None:
        self.places: dict[str, str] = {}
        self._wallet = wallet
        self._source = source
        self._known = known
        self._deployer = deployer
        self._is_deterministic = is_deterministic

    def make(self, name: str) -> Deployed:
        args = tuple(self._needed(name, other) for other in CONTRACTS[name])
        there = self._known.get(name)
        if there is not None and self._stands(name, there, args):
            return self._found(name, there, args)
        if not self._is_deterministic:
            # An earlier run may have been killed after it sent, before it wrote anything down.
            for lately in self._wallet.created_lately(len(CONTRACTS)):
                if self._stands(name, lately, args):
                    return self._found(name, lately, args)
            receipt = self._wallet.send(None, creation_code(artifact(name), args), contract=artifact(name))
            if receipt.contract is None:
                raise UnavailableError(f"the receipt of {name}'s creation names no contract")
            return self._checked(Deployed(name, receipt.contract, receipt.block.number, receipt.gas), args)
        place = deterministic_address(artifact(name), args, self._deployer)
        if self._stands(name, place, args):
            return self._found(name, place, args)
        try:
            receipt = self._wallet.send(self._deployer, SALT + creation_code(artifact(name), args))
        except PublishError:
            # Of two runs at once, the second finds the place taken.
            if not self._stands(name, place, args):
                raise
            return self._found(name, place, args)
        return self._checked(Deployed(name, place, receipt.block.number, receipt.gas), args)

    def _needed(self, name: str, other: str) -> str:
        if other not in self.places:
            args = tuple(self._needed(other, each) for each in CONTRACTS[other])
            places = [self._known[other]] if other in self._known else []
            if self._is_deterministic:
                places.append(deterministic_address(artifact(other), args, self._deployer))
            standing = [place for place in places if self._stands(other, place, args)]
            if not standing:
                raise PublishError(f"{name} asks {other}, which is not there; deploy that too")
            self.places[other] = standing[0]
        return self.places[other]

    def _stands(self, name: str, place: str, args: tuple[str, ...], reading: Reading | None = None) -> bool:
        return _stands(reading or self._wallet, name, place, args)

    def _found(self, name: str, place: str, args: tuple[str, ...]) -> Deployed:
        self._wallet.wait_until_final(place, lambda final: self._stands(name, place, args, final))
        return Deployed(name, place, first_block_with_code(self._source, place), None)

    def _checked(self, made: Deployed, args: tuple[str, ...]) -> Deployed:
        if not self._stands(made.name, made.address, args):
            raise PublishError(f"{made.address} does not hold the code of {made.name}: ask another node")
        return made


def require_standing(reading: Reading, contracts: Mapping[str, str]) -> None:
    """Raise: PublishError for one of these contracts that does not stand where it is said to, bound to the others."""
    for name, place in contracts.items():
        if not _stands(reading, name, place, tuple(contracts.get(each, "") for each in CONTRACTS[name])):
            raise PublishError(f"at {place} on {reading.chain} there is no {name} bound to the others named")


def _stands(reading: Reading, name: str, place: str, args: tuple[str, ...]) -> bool:
    """Tell whether a contract stands at a place, created with these addresses, of which an empty one is not known."""
    code = reading.code(place)
    found = recognise(code) if code else None
    if not isinstance(found, Recognised) or found.name != name:
        return False
    if name == "AttestationRegistry":
        return True
    return all(wanted in {"", held} for held, wanted in zip(found.immutables.values(), args, strict=True))


def write(deployment: Deployment) -> bytes:
    """Write `contracts.json`."""
    contracts = dict(sorted(deployment.contracts.items()))
    return canonical.dumps({"chain": str(deployment.chain), "contracts": contracts, "block": deployment.block})


def read(data: bytes) -> Deployment:
    """Read `contracts.json`. Raises: FormatError."""
    chain, contracts, block = Reader(canonical.load(data, max_bytes=MAX_BYTES)).members("chain", "contracts", "block")
    named = chain.parse(ChainId.parse)
    if not isinstance(contracts.value, dict) or not contracts.value.keys() <= CONTRACTS.keys():
        raise contracts.fail(f"not an object with some of the members {', '.join(CONTRACTS)}")
    addresses = {
        name: Reader(value, f"/contracts/{name}").parse(lambda text: ChainAccount.parse(f"{named}:{text}").address)
        for name, value in contracts.value.items()
    }
    return Deployment(named, addresses, block.integer(0, 2**53 - 1))


def policy_entries(deployment: Deployment) -> str:
    """Write what a verifier's policy says of the registry, as far as it follows from where that stands."""
    registry = ChainAccount(deployment.chain, deployment.contracts["ReserveRegistry"])
    return f'[registry]\ncontract = "{registry}"\nfrom_block = {deployment.block}\n'


def require_names(names: Sequence[str]) -> None:
    """Raise: FormatError for what is none of the contracts."""
    for name in names:
        if name not in CONTRACTS:
            raise FormatError(f"{name} is none of {', '.join(CONTRACTS)}", "--only")
