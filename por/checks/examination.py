"""Look at everything a bundle offers and everything the sources say, once, and keep it for the checks."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from por.checks.chain_view import ChainView, Sources, header_evidence, named_header, reread, view_of
from por.checks.control_evidence import ControlEvidence, control_reader
from por.checks.declared import declared_of
from por.checks.evidence import OpenBundle
from por.checks.holdings import ProvenHolding, proven_holding
from por.checks.light_client import LightChain, light_chain
from por.checks.movement_view import MovementView, movement_view
from por.checks.note import read_signatures
from por.checks.observation import Missing, Observation, observe, then
from por.checks.recomputation import Recomputation
from por.checks.registry_reading import policys_view, reread_registry
from por.checks.registry_view import RegistryView, recent
from por.checks.staked import staked_holding
from por.checks.supplies import TokenSupply, read_supplies
from por.checks.unproven import read_unproven
from por.model import (
    AssetId,
    Bundle,
    ChainId,
    ClaimedHolding,
    Header,
    Instant,
    Policy,
    ReserveAccount,
)
from por.model.declarations import Declarations
from por.model.identity import Identity
from por.model.movements import Movements
from por.model.record import IntroducedCustomers
from por.proofs.signed_note import NoteContents

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Beside:
    """Hold what a verifier brings beside the bundle: the issuer's one before it, other issuers', openings of its set.

    `openings` are whole documents of control proofs that the bundle commits to and does not publish. `introduced` are
    intermediaries' own lists of the customers that they introduced, by the intermediary's id. `movements` are what the
    issuer says moved since `previous`.
    """

    previous: OpenBundle | None = None
    others: tuple[OpenBundle, ...] = ()
    openings: tuple[bytes, ...] = ()
    introduced: Mapping[str, IntroducedCustomers] = field(default_factory=dict)
    movements: Movements | None = None


@dataclass(frozen=True)
class Examination:
    """Hold the bundle, the policy, the clock and all observations; a check reads nothing else.

    Accounts are keyed by their position in the bundle, since a bundle may list one account twice. `identity` is None
    where the verifier brought no identity document. `previous` is the issuer's bundle before this one, and `others` are
    other issuers', where the verifier brought them. `declared` is None where the bundle names no declarations.
    """

    opened: OpenBundle
    policy: Policy
    now: Instant
    note: Observation[NoteContents]
    headers: Mapping[ChainId, Observation[Header]]
    children: Mapping[ChainId, Observation[Header]]
    views: Mapping[ChainId, Observation[ChainView]]
    signers: Mapping[int, Observation[ControlEvidence]]
    holdings: Mapping[tuple[int, AssetId], Observation[ProvenHolding]]
    recomputation: Observation[Recomputation]
    registry: Observation[RegistryView]
    identity: Observation[Identity] | None
    previous: OpenBundle | None = None
    others: tuple[OpenBundle, ...] = ()
    light: Mapping[ChainId, Observation[LightChain]] = field(default_factory=dict)
    movement: MovementView | None = None
    declared: Observation[Declarations] | None = None
    introduced: Mapping[str, IntroducedCustomers] = field(default_factory=dict)
    supplies: Mapping[AssetId, Observation[TokenSupply]] = field(default_factory=dict)
    movements: Movements | None = None

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
    beside: Beside | None = None,
) -> Examination:
    """Make every observation; sources are asked first and once more at the end.

    Raises: FormatError for an opening of a control proof that cannot be read, or that opens nothing here.
    """
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
    given = Beside() if beside is None else beside
    reader = control_reader(opened, policy, given.previous, given.others, given.openings)
    control: dict[int, Observation[ControlEvidence]] = {}
    holdings: dict[tuple[int, AssetId], Observation[ProvenHolding]] = {}
    at = partial(_snapshot_header, bundle, headers)
    snapshot_headers = {chain: at(chain) for chain in sorted({row.account.chain for row in bundle.reserves})}
    declared = declared_of(opened)
    for i, account in enumerate(bundle.reserves):
        progress(f"examining account {i + 1} of {len(bundle.reserves)}")
        header = snapshot_headers[account.account.chain]
        control[i] = reader.look(account, header)
        for claim in account.holdings:
            if claim.evidence:
                holdings[i, claim.asset] = _holding(opened, account, claim, header, policy)
    holdings |= read_unproven(bundle, policy, sources, snapshot_headers, progress)
    moved = movement_view(bundle, policy, sources, holdings, now, progress)
    supplies = read_supplies(declared, policy, sources, at, progress)
    return Examination(
        opened=opened,
        policy=policy,
        now=now,
        note=_note(opened, policy),
        headers=headers,
        children=children,
        views={chain: reread(view, sources.by_chain.get(chain)) for chain, view in views.items()},
        signers=control,
        holdings=holdings,
        recomputation=recomputation,
        registry=recent(reread_registry(registry, sources), now),
        identity=identity,
        previous=given.previous,
        others=given.others,
        light={block.chain: light_chain(opened, block, policy) for block in bundle.blocks},
        movement=moved,
        declared=declared,
        supplies=supplies,
        movements=given.movements,
        introduced=given.introduced,
    )


def _note(opened: OpenBundle, policy: Policy) -> Observation[NoteContents]:
    if opened.note is None:
        return Missing("there is no bundle.note beside the bundle")
    return read_signatures(opened.note, policy.keys)


def _snapshot_header(
    bundle: Bundle, headers: Mapping[ChainId, Observation[Header]], chain: ChainId
) -> Observation[Header]:
    block = next((block for block in bundle.blocks if block.chain == chain), None)
    if block is None:
        return Missing(f"the bundle names no snapshot block of {chain}")
    return then(headers[chain], lambda header: observe(lambda: named_header(block, header)))


def _holding(
    opened: OpenBundle,
    account: ReserveAccount,
    claim: ClaimedHolding,
    header: Observation[Header],
    policy: Policy,
) -> Observation[ProvenHolding]:
    if claim.asset.staked:
        return then(header, lambda seen: staked_holding(opened, account.account, claim, seen, policy.beacons))
    return then(header, lambda seen: proven_holding(opened, account.account, claim, seen, policy.layouts, policy.calls))
