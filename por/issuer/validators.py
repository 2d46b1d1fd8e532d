"""Make the evidence of validators out of a beacon state that the issuer downloaded."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from por.encoding import validators_v1
from por.encoding.validators_v1 import MAX_VALIDATORS, ValidatorProof, ValidatorsDocument
from por.errors import EvidenceError, FormatError
from por.model import BeaconChain, Header
from por.proofs.beacon.containers import read_header
from por.proofs.beacon.state import BeaconState, balance_branches, read_state, validator_branches
from por.proofs.beacon.validators import parent_beacon_root, proven_validators, stake
from por.proofs.state.account import address_bytes

_CREDENTIALS, _SLASHED = slice(48, 80), 88


@dataclass(frozen=True, slots=True)
class Stake:
    """Hold the wei at stake for an account, and the evidence files that show it."""

    units: int
    documents: tuple[bytes, ...]


def prove_stakes(
    state: bytes, beacon: BeaconChain, header: Header, withdrawals: Sequence[bytes], addresses: Collection[str]
) -> Mapping[str, Stake]:
    """Return what validators hold for each lower-case address that has any, from the state below the snapshot block.

    `state` is serialized, `withdrawals` are those of the snapshot block. Slashed validators are left out. Raises:
    FormatError for a state that is not the one below the block.
    """
    try:
        below = read_state(state)
        given, needed = read_header(below.header), parent_beacon_root(header)
        if given.root != needed:
            raise EvidenceError(
                f"the state of slot {given.slot} is not the one below block {header.number}; "
                f"download that of the beacon block 0x{needed.hex()}"
            )
        found = _found(below, addresses)
        proofs = _proofs(below, [index for indices in found.values() for index in indices])
        return {
            address: _stake(beacon, header, withdrawals, below, address, [proofs[index] for index in indices])
            for address, indices in found.items()
        }
    except EvidenceError as error:
        raise FormatError(str(error), "--beacon-state") from error


def _found(state: BeaconState, addresses: Iterable[str]) -> dict[str, list[int]]:
    wanted = {bytes(11) + address_bytes(address): address for address in addresses}
    found: dict[str, list[int]] = {}
    for index in range(state.count):
        record = state.record(index)
        credentials = record[_CREDENTIALS]
        address = wanted.get(credentials[1:]) if credentials[0] in {1, 2} else None
        if address is not None and not record[_SLASHED]:
            found.setdefault(address, []).append(index)
    return found


def _proofs(state: BeaconState, indices: Sequence[int]) -> dict[int, ValidatorProof]:
    records, balances = validator_branches(state, indices), balance_branches(state, indices)
    return {
        index: ValidatorProof(index, state.record(index), records[index], state.balances(index), balances[index])
        for index in indices
    }


def _stake(
    beacon: BeaconChain,
    header: Header,
    withdrawals: Sequence[bytes],
    state: BeaconState,
    address: str,
    proofs: Sequence[ValidatorProof],
) -> Stake:
    documents = [
        ValidatorsDocument(
            beacon.chain, header.hash, state.header, tuple(withdrawals), tuple(proofs[start : start + MAX_VALIDATORS])
        )
        for start in range(0, len(proofs), MAX_VALIDATORS)
    ]
    units = stake(proven_validators(beacon, header, documents), address)
    return Stake(units, tuple(validators_v1.write(document) for document in documents))
