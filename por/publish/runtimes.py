"""Recognise the project's contracts by their code, and by how an address follows from the code that made them."""

from collections.abc import Mapping
from dataclasses import dataclass

from eth_utils.crypto import keccak

from por.commitments.statements import NAME, VERSION
from por.errors import DisagreementError, EvidenceError, FormatError, IncapableError, SourceError
from por.model import AccountState, Source
from por.proofs.state.account import EMPTY_CODE_HASH, account_state
from por.publish.contracts import Artifact, artifact, artifact_names, creation_code, without_immutables
from por.publish.reading import Reading

DEPLOYER = "0x4e59b44847b379578588920ca78fbf26c0b4956c"
DEPLOYER_CODE = bytes.fromhex(
    "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
    "e03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3"
)
SALT = bytes(32)

_FEED_SOURCES = ("registry", "attestations", "liability challenges", "balance challenges")
# What the immutables are, in the order in which the sources declare them.
_IMMUTABLES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "AttestationRegistry": (("domain", "bytes32"),),
    "LiabilityProofs": (("registry", "address"),),
    "EvmReserveProof": (("registry", "address"),),
    "ReserveFeedFactory": tuple((name, "address") for name in _FEED_SOURCES),
    "ReserveFeed": (
        *((name, "address") for name in _FEED_SOURCES),
        ("issuer", "address"),
        ("committee", "bytes32"),
        ("policy", "bytes32"),
        ("asset", "bytes32"),
        ("kind", "number"),
        ("decimals", "number"),
    ),
    "ReserveGate": (("feed", "address"), ("maximum age", "number"), ("required ratio", "number")),
}
_DOMAIN = keccak(keccak(text="EIP712Domain(string name,string version)") + keccak(text=NAME) + keccak(text=VERSION))


@dataclass(frozen=True, slots=True)
class Recognised:
    """Say which contract a code is, and what was filled in when it was created, by name."""

    name: str
    immutables: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Unrecognised:
    """Say which contract a code is nearest to, and the first byte that differs from it; why where all bytes agree."""

    nearest: str
    first_difference: int
    why: str


@dataclass(frozen=True, slots=True)
class Examined:
    """Say what was found at an address: `found` is None where there is no code.

    `is_proven` tells whether the code's hash was proven at the last final block; `is_by_committed_code` whether the
    address shows that the committed code created the contract, so that nothing was put into its storage before.
    """

    found: Recognised | Unrecognised | None
    is_proven: bool
    is_by_committed_code: bool


def examine(source: Source, reading: Reading, address: str) -> Examined:
    """Find out which contract stands at an address. Raises: SourceError; DisagreementError where the node lies."""
    proven, code = proven_code_hash(source, address), reading.code(address)
    if proven is not None and keccak(code) != proven:
        raise DisagreementError(
            f"{address}: the node answers with a code whose hash is 0x{keccak(code).hex()}, and 0x{proven.hex()} is "
            "proven at the last final block: it was created or changed since, or the node lies"
        )
    found = recognise(code) if code else None
    by_committed_code = isinstance(found, Recognised) and address_of(found) == address
    return Examined(found, proven is not None, by_committed_code)


def recognise(code: bytes) -> Recognised | Unrecognised:
    """Compare a code with those of all contracts, apart from what is filled in at creation.

    How it came to its address, and with which storage it began, is not established: see `deterministic_address`.
    """
    differences = {name: _differences(artifact(name), code) for name in artifact_names()}
    nearest = min(sorted(differences), key=lambda name: len(differences[name]))
    if differences[nearest]:
        return Unrecognised(nearest, differences[nearest][0], "")
    contract = artifact(nearest)
    try:
        return Recognised(nearest, _immutables(contract, code))
    except EvidenceError as error:
        return Unrecognised(nearest, contract.immutables[0][0], str(error))


def deterministic_address(contract: Artifact, args: tuple[object, ...], deployer: str = DEPLOYER) -> str:
    """Return where the deterministic deployer puts a contract, with salt 0 (EIP-1014). Raises: FormatError."""
    code_hash = keccak(creation_code(contract, args))
    digest: bytes = keccak(b"\xff" + bytes.fromhex(deployer[2:]) + SALT + code_hash)
    return "0x" + digest[12:].hex()


def address_of(recognised: Recognised) -> str | None:
    """Return the address at which this contract stands if the committed code created it; None if that has no such.

    A contract that stands elsewhere may have been given another storage when it was created.
    """
    if recognised.name in {"ReserveFeed", "ReserveGate"}:
        return None
    args = () if recognised.name == "AttestationRegistry" else tuple(recognised.immutables.values())
    return deterministic_address(artifact(recognised.name), args)


def proven_code_hash(source: Source, address: str) -> bytes | None:
    """Return the code hash of an account at the last final block, by state proof; None where none is served.

    Raises: SourceError; DisagreementError for a proof that does not hold.
    """
    state = _state(source, source.finalized().number, address)
    return None if state is None else state.code_hash


def first_block_with_code(source: Source, address: str) -> int:
    """Find the block in which an account got its code, by state proofs; 0 where a node serves none of old states."""
    try:
        low, high = -1, source.finalized().number
        while high - low > 1:
            middle = (low + high) // 2
            state = _state(source, middle, address)
            if state is None:
                return 0
            low, high = (middle, high) if state.code_hash == EMPTY_CODE_HASH else (low, middle)
    except SourceError:
        return 0
    return high


def _state(source: Source, number: int, address: str) -> AccountState | None:
    header = source.header(number)
    try:
        proof = source.account_proof(header.ref, address, ())
        return account_state(header.state_root, address, proof.account_nodes)
    except IncapableError:
        return None
    except EvidenceError as error:
        raise DisagreementError(f"{', '.join(source.names)}: {error}") from error


def _differences(contract: Artifact, code: bytes) -> list[int]:
    masked, runtime = without_immutables(contract, code), contract.runtime
    shorter = min(len(masked), len(runtime))
    differing = [place for place in range(shorter) if masked[place] != runtime[place]]
    return differing + list(range(shorter, max(len(masked), len(runtime))))


def _immutables(contract: Artifact, code: bytes) -> Mapping[str, str]:
    names = _IMMUTABLES.get(contract.name, ())
    if len(names) != len(contract.slots):
        raise FormatError(f"{contract.name} has {len(contract.slots)} immutables; this release knows {len(names)}")
    values = {}
    for (name, kind), starts in zip(names, contract.slots, strict=True):
        words = {code[start : start + 32] for start in starts}
        if len(words) != 1:
            raise EvidenceError(f"its {name} is not the same in all places")
        values[name] = _shown(name, kind, words.pop())
    if contract.name == "AttestationRegistry" and values["domain"] != "0x" + _DOMAIN.hex():
        raise EvidenceError("its signatures are under another domain")
    return values


def _shown(name: str, kind: str, word: bytes) -> str:
    if kind == "address":
        if any(word[:12]):
            raise EvidenceError(f"its {name} is not an address")
        return "0x" + word[12:].hex()
    return str(int.from_bytes(word)) if kind == "number" else "0x" + word.hex()
