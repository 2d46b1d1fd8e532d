"""A small Electra or Fulu state, made by remerkleable, which is another's reading of the specification."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from remerkleable.basic import boolean, uint64
from remerkleable.bitfields import Bitvector
from remerkleable.byte_arrays import ByteList, Bytes4, Bytes32, Bytes48, Bytes96, ByteVector
from remerkleable.complex import Container, List, Vector

from por.proofs.beacon import ssz
from por.proofs.beacon.state import ELECTRA_STATE, FULU_STATE

# The library makes types by subscripts, which a checker of types does not follow.
_SIZES: Mapping[int, Any] = {4: Bytes4, 8: uint64, 32: Bytes32, 48: Bytes48, 96: Bytes96}
listof: Any = List
vectorof: Any = Vector
bits: Any = Bitvector
bytelist: Any = ByteList
bytevector: Any = ByteVector


def their(kind: ssz.Kind) -> Any:
    """Make the library's type of one of ours."""
    if isinstance(kind, ssz.Container):
        fields = {name: their(field) for name, field in kind.fields}
        if kind.name == "Validator":
            fields["slashed"] = boolean
        return type(kind.name, (Container,), {"__annotations__": fields})
    if isinstance(kind, ssz.Plain):
        return _SIZES[kind.size] if kind.size in _SIZES else _small(kind.size)
    if isinstance(kind, ssz.Bits):
        return bits[kind.count]
    if isinstance(kind, ssz.ByteList):
        return bytelist[kind.limit]
    if isinstance(kind, ssz.Vector):
        return vectorof[their(kind.item), kind.count]
    assert isinstance(kind, ssz.ListOf)
    return listof[their(kind.item), kind.limit]


def _small(size: int) -> Any:
    from remerkleable.basic import uint8  # noqa: PLC0415

    return uint8 if size == 1 else bytevector[size]


def state(slot: int, records: list[bytes], balances: list[int], *, fulu: bool = False, moved_on: int = 0) -> Any:
    """Make the state right after the block of a slot, or moved on by some slots without one."""
    kind = FULU_STATE if fulu else ELECTRA_STATE
    made = their(kind)()
    validator = their(dict(kind.fields)["validators"].item)  # type: ignore[union-attr]
    made.slot = slot
    made.latest_block_header.slot = slot
    made.latest_block_header.proposer_index = 7
    made.latest_block_header.body_root = b"\x44" * 32
    for record, balance in zip(records, balances, strict=True):
        made.validators.append(validator.decode_bytes(record))
        made.balances.append(balance)
        made.inactivity_scores.append(3)
        made.previous_epoch_participation.append(5)
        made.current_epoch_participation.append(7)
    made.latest_execution_payload_header.extra_data = b"por"
    made.justification_bits[1] = True
    made.block_roots[5] = b"\x55" * 32
    made.pending_consolidations.append(their(dict(kind.fields)["pending_consolidations"].item)(source=1, target=2))  # type: ignore[union-attr]
    made.pending_deposits.append(their(dict(kind.fields)["pending_deposits"].item)(amount=9))  # type: ignore[union-attr]
    if moved_on:
        made.latest_block_header.state_root = made.hash_tree_root()
        made.slot = slot + moved_on
    return made


def header_of(made: Any) -> bytes:
    """Return the header of the block that a state comes after."""
    copy = made.latest_block_header.copy()
    copy.state_root = made.hash_tree_root()
    data: bytes = copy.encode_bytes()
    return data
