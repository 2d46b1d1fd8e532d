"""Read what the contracts log (`contracts/interfaces`), but for `Anchored`, which checks read too."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError
from eth_utils.crypto import keccak

from por.errors import FormatError
from por.model import Log

# In the order of the contract's enumeration.
FEED_KINDS = ("reserves", "liabilities", "ratio")

_ATTESTATION = "(bytes32,bytes32,bytes32,uint8,bytes32,uint64,uint64)"


@dataclass(frozen=True, eq=False)
class Event:
    """Name an event's arguments with their types; the indexed ones come first in all of these contracts.

    Texts are read as bytes: whoever makes a feed chooses them, and need not choose UTF-8.
    """

    name: str
    indexed: dict[str, str]
    plain: dict[str, str]

    @cached_property
    def signature(self) -> str:
        """Write the event as its topic is computed from."""
        return f"{self.name}({','.join((*self.indexed.values(), *self.plain.values()))})"

    @cached_property
    def topic(self) -> bytes:
        """Return the first topic of every such log."""
        return keccak(text=self.signature)

    def read(self, log: Log) -> dict[str, Any]:
        """Return the arguments by name. Raises: FormatError for a log that this event does not leave."""
        if log.topics[:1] != (self.topic,) or len(log.topics) != 1 + len(self.indexed):
            raise FormatError(f"not a log of {self.name}", place_of(log))
        try:
            topics = [decode([kind], word)[0] for kind, word in zip(self.indexed.values(), log.topics[1:], strict=True)]
            data = decode([kind.replace("string", "bytes") for kind in self.plain.values()], log.data)
        except (DecodingError, OverflowError) as error:
            raise FormatError(f"not the data of {self.name}: {type(error).__name__}", place_of(log)) from error
        return dict(zip((*self.indexed, *self.plain), (*topics, *data), strict=True))


def place_of(log: Log) -> str:
    """Name a log's place in its chain."""
    return f"log {log.index} of block {log.block.number}"


ANCHORED = Event(
    "Anchored",
    {"issuer": "address", "sequence": "uint64", "id": "bytes32"},
    {
        "previous": "bytes32",
        "entry": "(uint64,uint64,uint64,bytes32,bytes32,bytes32,bytes32,uint64)",
        "totals": "(bytes32,uint128,uint128)[]",
    },
)
COMMITTEE_REGISTERED = Event("CommitteeRegistered", {"id": "bytes32"}, {"committee": "(uint8,uint8,bytes32[])"})
KEY_REGISTERED = Event("KeyRegistered", {"member": "bytes32"}, {"key": "bytes"})
ATTESTED = Event(
    "Attested",
    {"commitment": "bytes32", "committee": "bytes32", "digest": "bytes32"},
    {"attestation": _ATTESTATION, "signers": "uint256", "reports": "bytes32"},
)
REVOKED = Event("Revoked", {"committee": "bytes32", "digest": "bytes32"}, {"reason": "bytes32", "signers": "uint256"})
SUM_REFUTED = Event(
    "SumRefuted",
    {"id": "bytes32", "issuer": "address", "root": "bytes32"},
    {"recorded": "uint128", "own": "uint256", "level": "uint256"},
)
BALANCE_REFUTED = Event(
    "BalanceRefuted",
    {"id": "bytes32", "issuer": "address", "account": "address"},
    {"claimed": "uint128", "balance": "uint256"},
)
BLOCK_REFUTED = Event(
    "BlockRefuted",
    {"id": "bytes32", "issuer": "address"},
    {"number": "uint64", "committed": "bytes32", "canonical": "bytes32"},
)
ACCOUNT_DISPUTED = Event(
    "AccountDisputed",
    {"account": "bytes32", "first_id": "bytes32", "second_id": "bytes32"},
    {"first": "address", "second": "address"},
)
FEED_DEPLOYED = Event(
    "FeedDeployed",
    {"feed": "address", "issuer": "address", "committee": "bytes32"},
    {"parameters": "(address,bytes32,bytes32,string,uint8,uint8)"},
)
ROUND_STARTED = Event(
    "RoundStarted",
    {"round": "uint80", "sequence": "uint64", "attestation": "bytes32"},
    {"outcome": "uint8"},
)
ANSWER_UPDATED = Event("AnswerUpdated", {"current": "int256", "round": "uint256"}, {"updated_at": "uint256"})

OF_A_FEED = (ROUND_STARTED, ANSWER_UPDATED)
# By the role in which an index watches a contract.
OF_ROLE: Mapping[str, tuple[Event, ...]] = {
    "registry": (ANCHORED,),
    "attestations": (COMMITTEE_REGISTERED, KEY_REGISTERED, ATTESTED, REVOKED),
    "challenges": (SUM_REFUTED, BALANCE_REFUTED, BLOCK_REFUTED, ACCOUNT_DISPUTED),
    "factory": (FEED_DEPLOYED,),
}
EVENTS = (*(event for events in OF_ROLE.values() for event in events), *OF_A_FEED)
