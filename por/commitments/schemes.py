"""List the liability schemes that `por` knows; evidence only names one of them, and never describes it (T11)."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from por.errors import UnsupportedVersionError
from por.model import printable


@dataclass(frozen=True, slots=True)
class Scheme:
    """Describe a scheme by its hash function and by what its root binds.

    `binds_child_sums`: a node hashes both children's sums, not the added one alone (T01). `sum_bits`: sums are
    unsigned integers of so many bits, and every addition is checked (T06).
    """

    name: str
    digest: str
    binds_child_sums: bool
    sum_bits: int


POR_SUM = Scheme("por-sum-sha256-v1", "sha256", binds_child_sums=True, sum_bits=128)
SCHEMES: Mapping[str, Scheme] = MappingProxyType({POR_SUM.name: POR_SUM})


def scheme(name: str) -> Scheme:
    """Return a scheme by its name. Raises: UnsupportedVersionError (T70)."""
    if name not in SCHEMES:
        known = ", ".join(SCHEMES)
        raise UnsupportedVersionError(f"the liability scheme '{printable(name[:64])}' is not known; known: {known}")
    return SCHEMES[name]
