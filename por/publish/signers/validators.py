"""Refuse keys of consensus validators as attester keys.

They sign in the same suite: a signature given for one purpose could be taken for the other, and a stake hangs on them.
"""

from por.chains.transport import DEFAULT_LIMITS, Limits, Transport, below
from por.encoding import strict_json
from por.errors import FormatError, IncapableError, UnavailableError

_VALIDATORS = (12381, 3600)
_CURE = "make a key of its own with: por attest key"
_MAX_BYTES = 2**20


def require_no_validator_path(path: str) -> None:
    """Require that a key file's path, empty or as EIP-2334 writes it, is not that of a validator's key.

    An empty path shows nothing: ask the chain too. Raises: FormatError.
    """
    steps = tuple(int(step) for step in path.split("/")[1:])
    if steps[:2] == _VALIDATORS:
        raise FormatError(
            f"{path} is the path of a consensus validator's key (EIP-2334), with which nobody attests: it signs in "
            f"the same suite, so that one signature could pass for the other; {_CURE}",
            "/path",
        )


def require_no_validator(key: bytes, beacon_url: str, limits: Limits = DEFAULT_LIMITS) -> None:
    """Require that a synchronised beacon node knows no validator with this 48-byte key.

    It speaks of its own network alone. Raises: FormatError where it knows one; SourceError where it does not say.
    """
    _require_synchronised(beacon_url, limits)
    place = f"/eth/v1/beacon/states/head/validators/0x{key.hex()}"
    transport = Transport(below(beacon_url, place), limits)
    if transport.get_if_present() is not None:
        raise FormatError(f"0x{key.hex()} is a consensus validator's key, with which nobody attests; {_CURE}")


def _require_synchronised(beacon_url: str, limits: Limits) -> None:
    """Tell a beacon node, whose 404 means something, from any other server and from one that knows no state yet."""
    transport = Transport(below(beacon_url, "/eth/v1/node/syncing"), limits)
    try:
        answer = strict_json.load(transport.get(), max_bytes=_MAX_BYTES)
    except FormatError as error:
        raise IncapableError(f"{transport.origin}: not a beacon node's answer: {error}") from error
    data = answer.get("data") if isinstance(answer, dict) else None
    syncing = data.get("is_syncing") if isinstance(data, dict) else None
    if syncing is not False:
        if syncing is True:
            raise UnavailableError(f"{transport.origin}: the beacon node is not synchronised yet; ask again later")
        raise IncapableError(f"{transport.origin}: not a beacon node's answer; name one that serves the standard API")
