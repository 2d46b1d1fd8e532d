"""Compute, from evidence files, what validators hold for an account (`por/spec/staked.md`)."""

from collections.abc import Mapping

from por.checks.evidence import OpenBundle
from por.checks.holdings import ProvenHolding
from por.checks.observation import Missing, Observation, Seen, observe, then
from por.encoding import media_types, validators_v1
from por.encoding.validators_v1 import ValidatorsDocument
from por.model import BeaconChain, ChainAccount, ChainId, ClaimedHolding, Header
from por.proofs.beacon.containers import read_header
from por.proofs.beacon.forks import places_at
from por.proofs.beacon.validators import Validator, proven_validators, stake


def staked_holding(
    opened: OpenBundle,
    account: ChainAccount,
    claim: ClaimedHolding,
    header: Header,
    beacons: Mapping[ChainId, BeaconChain],
) -> Observation[ProvenHolding]:
    """Prove the wei at stake that are withdrawn to an account, at a header whose hash was computed.

    A slashed validator is not decided: what it loses yet is not known.
    """
    beacon = beacons.get(account.chain)
    if beacon is None:
        return Missing(f"neither the policy nor the shipped table has the beacon chain of {account.chain}")
    if not claim.evidence:
        return Missing("the bundle gives no evidence for this holding")
    documents: list[ValidatorsDocument] = []
    for digest in claim.evidence:
        data = opened.read(digest, media_types.VALIDATORS)
        seen = then(data, lambda text: observe(lambda: validators_v1.read(text)))
        if not isinstance(seen, Seen):
            return seen
        documents.append(seen.value)
    places = observe(lambda: [places_at(beacon, read_header(document.header).slot) for document in documents])
    if isinstance(places, Seen) and None in places.value:
        return Missing("the validators are of a fork of the beacon chain that this release does not read")
    validators = observe(lambda: proven_validators(beacon, header, documents))
    return then(validators, lambda found: _stake(account, found))


def _stake(account: ChainAccount, validators: tuple[Validator, ...]) -> Observation[ProvenHolding]:
    units = observe(lambda: stake(validators, account.address))
    slashed = [validator.index for validator in validators if validator.slashed]
    if isinstance(units, Seen) and slashed:
        return Missing(f"validator {slashed[0]} is slashed, and what it loses yet is not known; leave it out")
    return then(units, lambda held: Seen(ProvenHolding(held, 0, None)))
