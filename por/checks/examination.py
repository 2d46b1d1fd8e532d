"""Look at everything a bundle offers and everything the sources say, once, and keep it for the checks."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from por.checks.chain_view import ChainView, Sources, header_evidence, reread, view_of
from por.checks.evidence import OpenBundle
from por.checks.holdings import ProvenHolding, proven_holding
from por.checks.note import read_signatures
from por.checks.observation import Missing, Observation, observe, then
from por.checks.recomputation import Recomputation
from por.checks.registry_reading import policys_view, reread_registry
from por.checks.registry_view import RegistryView, recent
from por.encoding import control_signature_v1, media_types
from por.errors import EvidenceError
from por.model import (
    AssetId,
    Bundle,
    ChainId,
    Challenge,
    ClaimedHolding,
    ControlSignature,
    Header,
    Instant,
    Policy,
    ReserveAccount,
)
from por.model.identity import Identity
from por.proofs.control.evm import SUPPORTED_SCHEMES, signer
from por.proofs.signed_note import NoteContents

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Examination:
    """Hold the bundle, the policy, the clock and all observations; a check reads nothing else.

    Accounts are keyed by their position in the bundle, since a bundle may list one account twice. `identity` is None
    where the verifier brought no identity document.
    """

    opened: OpenBundle
    policy: Policy
    now: Instant
    note: Observation[NoteContents]
    headers: Mapping[ChainId, Observation[Header]]
    children: Mapping[ChainId, Observation[Header]]
    views: Mapping[ChainId, Observation[ChainView]]
    signers: Mapping[int, Observation[str]]
    holdings: Mapping[tuple[int, AssetId], Observation[ProvenHolding]]
    recomputation: Observation[Recomputation]
    registry: Observation[RegistryView]
    identity: Observation[Identity] | None

    @property
    def bundle(self) -> Bundle:
        """Return the bundle under examination."""
        return self.opened.bundle

    def accounts(self) -> Iterator[tuple[int, ReserveAccount]]:
        """Iterate over the reserve accounts with their positions."""
        return enumerate(self.bundle.reserves)

    def claims(self) -> Iterator[tuple[int, ReserveAccount, ClaimedHolding]]:
        """Iterate over all claimed holdings."""
        return ((i, account, claim) for i, account in self.accounts() for claim in account.holdings)


def examine(
    opened: OpenBundle,
    policy: Policy,
    sources: Sources,
    recomputation: Observation[Recomputation],
    now: Instant,
    progress: Progress,
    identity: Observation[Identity] | None = None,
) -> Examination:
    """Make every observation; sources are asked first and once more at the end."""
    bundle = opened.bundle
    views = {block.chain: view_of(block, sources, policy) for block in bundle.blocks}
    registry = policys_view(policy, sources, bundle.instant)
    headers = {block.chain: header_evidence(opened, block.chain, block.header) for block in bundle.blocks}
    children: dict[ChainId, Observation[Header]] = {
        block.chain: header_evidence(opened, block.chain, block.child)
        if block.child is not None
        else Missing("the bundle gives no header of the next block")
        for block in bundle.blocks
    }
    control: dict[int, Observation[str]] = {}
    holdings: dict[tuple[int, AssetId], Observation[ProvenHolding]] = {}
    for i, account in enumerate(bundle.reserves):
        progress(f"examining account {i + 1} of {len(bundle.reserves)}")
        control[i] = _signer(opened, account)
        header = _snapshot_header(bundle, headers, account.account.chain)
        for claim in account.holdings:
            holdings[i, claim.asset] = _holding(opened, account, claim, header, policy)
    return Examination(
        opened=opened,
        policy=policy,
        now=now,
        note=Missing("there is no bundle.note beside the bundle")
        if opened.note is None
        else read_signatures(opened.note, policy.keys),
        headers=headers,
        children=children,
        views={chain: reread(view, sources.by_chain.get(chain)) for chain, view in views.items()},
        signers=control,
        holdings=holdings,
        recomputation=recomputation,
        registry=recent(reread_registry(registry, sources), now),
        identity=identity,
    )


def _snapshot_header(
    bundle: Bundle, headers: Mapping[ChainId, Observation[Header]], chain: ChainId
) -> Observation[Header]:
    block = next((block for block in bundle.blocks if block.chain == chain), None)
    if block is None:
        return Missing(f"the bundle names no snapshot block of {chain}")

    def named(header: Header) -> Header:
        if header.ref != block.block:
            raise EvidenceError("the header evidence is not of the block the bundle names")
        return header

    return then(headers[chain], lambda header: observe(lambda: named(header)))


def _holding(
    opened: OpenBundle,
    account: ReserveAccount,
    claim: ClaimedHolding,
    header: Observation[Header],
    policy: Policy,
) -> Observation[ProvenHolding]:
    return then(header, lambda seen: proven_holding(opened, account.account, claim, seen, policy.layouts))


def _signer(opened: OpenBundle, account: ReserveAccount) -> Observation[str]:
    digest = account.control
    if digest is None:
        return Missing("the bundle gives no control proof for this account")
    data = opened.read(digest, media_types.CONTROL_SIGNATURE)
    signature = then(data, lambda seen: observe(lambda: control_signature_v1.read(seen)))
    return then(signature, lambda seen: _recovered(opened.bundle, account, seen))


def _recovered(bundle: Bundle, account: ReserveAccount, signature: ControlSignature) -> Observation[str]:
    block = next((block for block in bundle.blocks if block.chain == account.account.chain), None)
    if block is None:
        return Missing(f"the bundle names no snapshot block of {account.account.chain}")
    if signature.scheme not in SUPPORTED_SCHEMES:
        return Missing(f"control proofs of scheme {signature.scheme} are not verified by this release")
    challenge = Challenge(
        issuer=bundle.issuer,
        snapshot=bundle.snapshot,
        account=account.account,
        block_number=block.block.number,
        block_hash=block.block.hash,
        expires=str(bundle.expires),
    )

    def recover() -> str:
        if signature.account != account.account:
            raise EvidenceError("the control proof is of another account")
        return signer(challenge, signature.scheme, signature.signature)

    return observe(recover)
