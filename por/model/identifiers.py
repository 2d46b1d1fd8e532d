"""Name chains, accounts and assets by the Chain Agnostic standards, in one canonical form.

EVM addresses are lower-case hexadecimal here: two spellings of one account would be two accounts (T46). Every EVM
chain's own coin is slip44:60 on that chain: a second number would be the same coins a second time (T46).
Sources: CAIP-2 (chain), CAIP-10 (account), CAIP-19 (asset).
"""

import re
from dataclasses import dataclass

from por.errors import FormatError

EVM_COIN = "60"
STAKED = "staked"
EVM_DECIMALS = 18

_CHAIN = re.compile(r"(?P<namespace>[-a-z0-9]{3,8}):(?P<reference>[-_a-zA-Z0-9]{1,32})", re.ASCII)
_EVM_ADDRESS = re.compile(r"0x[0-9a-f]{40}", re.ASCII)
_EVM_ANY_CASE = re.compile(r"0x[0-9a-fA-F]{40}", re.ASCII)
_ADDRESS = re.compile(r"[-.%a-zA-Z0-9]{1,128}", re.ASCII)
_ASSET_TYPE = re.compile(r"(?P<namespace>[-a-z0-9]{3,8}):(?P<reference>[-.%a-zA-Z0-9]{1,128})", re.ASCII)
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,17}", re.ASCII)


@dataclass(frozen=True, order=True, slots=True)
class ChainId:
    """Name a chain (CAIP-2), such as `eip155:1`."""

    namespace: str
    reference: str

    @classmethod
    def parse(cls, text: str) -> "ChainId":
        """Read a CAIP-2 chain id. Raises: FormatError."""
        match = _CHAIN.fullmatch(text)
        if match is None:
            raise FormatError("not a CAIP-2 chain id such as eip155:1")
        if match["namespace"] == "eip155" and not _DECIMAL.fullmatch(match["reference"]):
            raise FormatError("the reference of an eip155 chain is a decimal number without leading zeros")
        return cls(match["namespace"], match["reference"])

    def __str__(self) -> str:
        """Give the canonical text."""
        return f"{self.namespace}:{self.reference}"


@dataclass(frozen=True, order=True, slots=True)
class ChainAccount:
    """Name an on-chain account (CAIP-10), such as `eip155:1:0x…`. A customer's account id is something else."""

    chain: ChainId
    address: str

    @classmethod
    def parse(cls, text: str) -> "ChainAccount":
        """Read a CAIP-10 account id in canonical form. Raises: FormatError."""
        chain_text, _, address = text.rpartition(":")
        chain = ChainId.parse(chain_text)
        _require_address(chain, address)
        return cls(chain, address)

    def __str__(self) -> str:
        """Give the canonical text."""
        return f"{self.chain}:{self.address}"


@dataclass(frozen=True, order=True, slots=True)
class AssetId:
    """Name an asset (CAIP-19 asset type), such as `eip155:1/slip44:60` or `eip155:1/erc20:0x…`."""

    chain: ChainId
    namespace: str
    reference: str

    @classmethod
    def parse(cls, text: str) -> "AssetId":
        """Read a CAIP-19 asset type in canonical form. Raises: FormatError."""
        chain_text, slash, rest = text.partition("/")
        match = _ASSET_TYPE.fullmatch(rest)
        if not slash or match is None:
            raise FormatError("not a CAIP-19 asset id such as eip155:1/slip44:60")
        chain = ChainId.parse(chain_text)
        if match["namespace"] == "erc20":
            _require_address(chain, match["reference"])
        if match["namespace"] == "slip44" and not _DECIMAL.fullmatch(match["reference"]):
            raise FormatError("the reference of a slip44 asset is a decimal number without leading zeros")
        if match["namespace"] == "slip44" and chain.namespace == "eip155" and match["reference"] != EVM_COIN:
            raise FormatError(f"an EVM chain's own coin is written slip44:{EVM_COIN} here, whatever it is called")
        if match["namespace"] == STAKED and (chain.namespace, match["reference"]) != ("eip155", EVM_COIN):
            raise FormatError(f"coins at stake are those of an EVM chain, written {STAKED}:{EVM_COIN}")
        return cls(chain, match["namespace"], match["reference"])

    @property
    def token(self) -> str | None:
        """Return the contract address of an ERC-20 asset, or None."""
        return self.reference if self.namespace == "erc20" else None

    @property
    def native(self) -> bool:
        """Tell whether this is a chain's own coin (a slip44 asset)."""
        return self.namespace == "slip44"

    @property
    def staked(self) -> bool:
        """Tell whether this is an EVM chain's own coin at stake."""
        return self.namespace == STAKED

    @property
    def evm_coin(self) -> bool:
        """Tell whether this is an EVM chain's own coin, also at stake: its decimals are known to everybody."""
        return self.chain.namespace == "eip155" and (self.native or self.staked)

    def __str__(self) -> str:
        """Give the canonical text."""
        return f"{self.chain}/{self.namespace}:{self.reference}"


def own_coin(chain: ChainId) -> AssetId:
    """Name an EVM chain's own coin."""
    return AssetId(chain, "slip44", EVM_COIN)


def own_stake(chain: ChainId) -> AssetId:
    """Name an EVM chain's own coin at stake, which has the coin's decimals and is another asset."""
    return AssetId(chain, STAKED, EVM_COIN)


def evm_account(text: str) -> ChainAccount:
    """Read an account or contract of an EVM chain (CAIP-10). Raises: FormatError."""
    account = ChainAccount.parse(text)
    if account.chain.namespace != "eip155":
        raise FormatError("not an account of an EVM chain such as eip155:1:0x…")
    return account


def _require_address(chain: ChainId, address: str) -> None:
    if chain.namespace != "eip155":
        if not _ADDRESS.fullmatch(address):
            raise FormatError("not an account address")
    elif not _EVM_ADDRESS.fullmatch(address):
        if _EVM_ANY_CASE.fullmatch(address):
            raise FormatError(f"an EVM address is written in lower case here: {address.lower()}")
        raise FormatError("not an EVM address: 0x and 40 lower-case hexadecimal digits")
