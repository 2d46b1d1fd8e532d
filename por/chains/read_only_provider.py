"""List the questions by which a chain is read, and send no other."""

from por.chains.checked_provider import CheckedProvider

READ_METHODS = frozenset(
    {
        "eth_call",
        "eth_chainId",
        "eth_createAccessList",
        "eth_getBlockByNumber",
        "eth_getCode",
        "eth_getLogs",
        "eth_getProof",
    }
)


class ReadOnlyProvider(CheckedProvider):
    """Send read methods alone (T66)."""

    methods = READ_METHODS
    may_be_null = frozenset({"eth_getBlockByNumber"})
