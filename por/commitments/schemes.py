"""List the liability schemes that `por` knows; evidence only names one of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from por.errors import UnsupportedVersionError


@dataclass(frozen=True, slots=True)
class Scheme:
    """Describe a scheme by what its root binds."""

    name: str
    hash_name: str
    binds_child_sums: bool


POR_SUM = Scheme("por-sum-sha256-v1", "sha256", binds_child_sums=True)
SCHEMES: Mapping[str, Scheme] = MappingProxyType({POR_SUM.name: POR_SUM})


def scheme(name: str) -> Scheme:
    """Return a scheme by its name. Raises: UnsupportedVersionError."""
    if name not in SCHEMES:
        raise UnsupportedVersionError(f"the liability scheme {name[:64]!r} is not known; known: {', '.join(SCHEMES)}")
    return SCHEMES[name]
