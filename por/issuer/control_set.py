"""Commit to all control proofs of a snapshot, and open each of them (`por/spec/control-proof.md`, S1 to S4)."""

from collections.abc import Mapping, Sequence
from hashlib import sha256

from por.commitments.control_set import leaf_data
from por.encoding import control_opening_v1, control_signature_v1
from por.errors import FormatError
from por.model import ControlOpening, ControlSet


class ControlSetTree:
    """Hold all levels of the set's tree, leaves first."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        """Hash the data of the leaves, at least one, and all nodes above; a node without a sibling moves up."""
        self._levels = [[sha256(data).digest() for data in leaves]]
        while len(self._levels[-1]) > 1:
            below = self._levels[-1]
            pairs = [sha256(left + right).digest() for left, right in zip(below[::2], below[1::2], strict=False)]
            self._levels.append([*pairs, *below[2 * len(pairs) :]])

    @property
    def commitment(self) -> ControlSet:
        """Return root and number of leaves."""
        return ControlSet(self._levels[-1][0], len(self._levels[0]))

    def path(self, index: int) -> tuple[bytes, ...]:
        """Return the siblings of a leaf, leaf level first; a level on which it has none is left out."""
        places = ((level, (index >> height) ^ 1) for height, level in enumerate(self._levels))
        return tuple(level[place] for level, place in places if place < len(level))


def control_openings(
    control_files: Mapping[str, bytes], salts: Mapping[str, bytes]
) -> tuple[ControlSet, dict[str, bytes]]:
    """Commit to control proofs, ordered by account; return the set and each proof's opening as a document.

    All are keyed by file name: canonical control signatures in, 32-byte salts beside them, openings out.
    Raises: FormatError for no proof, one that cannot be read, or one without salt.
    """
    if not control_files:
        raise FormatError("there is no control proof to commit to; run por issuer collect first")
    for name in control_files:
        if name not in salts:
            raise FormatError("has no salt; remove control/ and salts/ and run por issuer collect anew", name)
    names = sorted(control_files, key=lambda name: str(control_signature_v1.read(control_files[name]).account))
    tree = ControlSetTree([leaf_data(salts[name], control_files[name]) for name in names])
    openings = (ControlOpening(i, salts[name], control_files[name], tree.path(i)) for i, name in enumerate(names))
    documents = (control_opening_v1.write(opening) for opening in openings)
    return tree.commitment, dict(zip(names, documents, strict=True))
