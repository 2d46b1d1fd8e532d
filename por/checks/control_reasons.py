"""Say what a signature over another challenge was made for (`por/spec/control-proof.md`, R1 and R2)."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from por.checks.evidence import OpenBundle
from por.checks.observation import Seen
from por.encoding import control_opening_v1, control_signature_v1, media_types, published_signature_v1
from por.errors import FormatError
from por.model import (
    BlockRef,
    Bundle,
    ChainAccount,
    ChainId,
    Challenge,
    ControlScheme,
    ControlSignature,
    Policy,
    ReserveAccount,
)
from por.proofs.control.replay import KnownChallenge, Use, known_challenges, signers_of

MAX_CHAINS = 16
TEST_NETWORKS = tuple(ChainId("eip155", number) for number in ("1", "11155111", "560048", "17000", "31337"))


@dataclass(frozen=True, slots=True)
class Misuse:
    """Say what a signature was made for instead: whose snapshot, on which chain, in which form, until when."""

    use: Use
    issuer: str
    snapshot: str
    chain: ChainId
    scheme: str
    expires: str


@dataclass(frozen=True)
class Brought:
    """Hold a bundle that the verifier brought beside the one under examination, with its accounts by their names."""

    opened: OpenBundle
    rows: dict[ChainAccount, ReserveAccount] = field(init=False)

    def __post_init__(self) -> None:
        """Index the accounts; of one that is listed twice the first counts."""
        rows = {row.account: row for row in reversed(self.opened.bundle.reserves)}
        object.__setattr__(self, "rows", rows)

    def use(self, bundle: Bundle) -> Use:
        """Say whose challenges these are beside those of `bundle`."""
        return Use.REPLAYED if self.opened.bundle.issuer == bundle.issuer else Use.FOREIGN_ISSUER

    def signature(self, account: ChainAccount) -> tuple[str, bytes] | None:
        """Return scheme and signature of the control proof that this bundle has of an account, if it can be read."""
        row = self.rows.get(account)
        entry = None if row is None or row.control is None else self.opened.entry(row.control)
        data = None if entry is None else self.opened.intact(entry)
        if entry is None or not isinstance(data, Seen):
            return None
        try:
            return _signature(data.value, entry.media_type)
        except FormatError:
            return None


def challenge_of(bundle: Bundle, account: ChainAccount) -> Challenge | None:
    """Rebuild the challenge of an account; None where the bundle names no snapshot block of its chain."""
    block = next((block.block for block in bundle.blocks if block.chain == account.chain), None)
    if block is None:
        return None
    return Challenge(bundle.issuer, bundle.snapshot, account, block.number, block.hash, str(bundle.expires))


def misuse(
    bundle: Bundle, policy: Policy, brought: tuple[Brought, ...], signature: ControlSignature, challenge: Challenge
) -> Misuse | None:
    """Find the known challenge that the account's own key signed, or the bundle that has the same signature."""
    beside = [(item.use(bundle), challenge_of(item.opened.bundle, challenge.account)) for item in brought]
    known = known_challenges(
        challenge,
        ControlScheme(signature.scheme),
        chains=_other_chains(bundle, policy, challenge.account.chain),
        earlier=[there for use, there in beside if there is not None and use is Use.REPLAYED],
        foreign=[there for use, there in beside if there is not None and use is Use.FOREIGN_ISSUER],
    )
    for item, found in signers_of(known, signature.signature):
        if found == challenge.account.address:
            return _of_challenge(item)
    return repeated(bundle, brought, challenge.account, signature.signature)


def repeated(bundle: Bundle, brought: tuple[Brought, ...], account: ChainAccount, signature: bytes) -> Misuse | None:
    """Find the bundle of another snapshot that has the very same signature of the account."""
    for item in brought:
        there = item.opened.bundle
        found = None if there.snapshot == bundle.snapshot else item.signature(account)
        if found is not None and found[1] == signature:
            use = item.use(bundle)
            return Misuse(use, there.issuer, there.snapshot, account.chain, found[0], str(there.expires))
    return None


def _of_challenge(known: KnownChallenge) -> Misuse:
    said = known.challenge
    return Misuse(known.use, said.issuer, said.snapshot, said.account.chain, known.scheme, said.expires)


def _other_chains(bundle: Bundle, policy: Policy, own: ChainId) -> dict[ChainId, BlockRef | None]:
    """List chains on which the account could have signed: the bundle's, the policy's, and test networks."""
    chains: dict[ChainId, BlockRef | None] = {block.chain: block.block for block in bundle.blocks}
    for chain in (*sorted(policy.chains), *TEST_NETWORKS):
        chains.setdefault(chain, None)
    others = [chain for chain in chains if chain.namespace == "eip155" and chain != own]
    return {chain: chains[chain] for chain in others[:MAX_CHAINS]}


def _signature(data: bytes, media_type: str) -> tuple[str, bytes] | None:
    if media_type == media_types.PUBLISHED_SIGNATURE:
        return "published", published_signature_v1.read(data).signature
    if media_type == media_types.CONTROL_OPENING:
        data = control_opening_v1.read(data).record
    elif media_type != media_types.CONTROL_SIGNATURE:
        return None
    signature = control_signature_v1.read(data)
    return signature.scheme, signature.signature


def brought_bundles(*bundles: OpenBundle | None) -> Iterator[Brought]:
    """Index the bundles that there are."""
    return (Brought(bundle) for bundle in bundles if bundle is not None)
