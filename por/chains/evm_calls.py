"""Ask an EVM node what calls give, what they read, and which code stands at an address."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, islice

from eth_utils.crypto import keccak

from por.chains.bulk import AccessList
from por.chains.evm_answers import read_access, read_bytes
from por.chains.evm_node import EvmNode
from por.chains.multicall import MULTICALL3, MULTICALL3_CODES, pack, unpack
from por.chains.rpc_errors import RevertedError, TooMuchAskedError
from por.errors import FormatError, UnavailableError
from por.model import BlockRef, Call

MAX_CALLS = 1_000_000
MAX_CALL_DATA = 2**17
MAX_RETURNED = 2**17
MAX_RETURNED_IN_ALL = 64 * 2**20
MAX_PACKED = 100
MAX_PACKED_BYTES = 2**17
MAX_CODE = 2**17


class CallReader:
    """Read calls, many to one contract at once where Multicall3 stands; CCIP-Read (EIP-3668) is a revert here.

    One `aggregate3` calls one contract alone: each call in it sees what those before it wrote, so that a hostile
    contract beside an honest one could change what the honest one answers. What fails inside it is called again by
    itself: only what the node then says reverts, reverted.
    """

    def __init__(self, node: EvmNode) -> None:
        """Ask `node`."""
        self._node = node
        self._has_multicall: dict[bytes, bool] = {}

    def calls(self, block: BlockRef, calls: Sequence[Call]) -> tuple[bytes | None, ...]:
        """Return what each call gives; None for one that reverts.

        Raises: SourceError, also for more than 128 KiB from one call or 64 MiB from all; FormatError for more than
        1,000,000 calls, or for call data of more than 128 KiB.
        """
        checked = [self._checked(call) for call in calls]
        if len(checked) > MAX_CALLS:
            raise FormatError(f"more than {MAX_CALLS} calls; ask for fewer at once")
        self._node.require_chain()
        distinct = sorted(set(checked))
        told: dict[Call, bytes | None] = dict(self._packed(block, distinct))
        told |= self._plain(block, [call for call in distinct if call not in told])
        if sum(len(answer or b"") for answer in told.values()) > MAX_RETURNED_IN_ALL:
            raise TooMuchAskedError(f"{self._node.origin}: calls return more than {MAX_RETURNED_IN_ALL} bytes")
        return tuple(told[call] for call in checked)

    def access(self, block: BlockRef, call: Call) -> AccessList:
        """Return the addresses and keys that the node says a call reads; the called contract may be left out.

        Raises: SourceError.
        """
        checked = self._checked(call)
        self._node.require_chain()
        ((answer,),) = self._node.ask_at("eth_createAccessList", block, [[_question(checked)]])
        return self._node.read(f"eth_createAccessList of {_named(checked)}", read_access, answer)

    def codes(self, block: BlockRef, addresses: Sequence[str]) -> tuple[bytes, ...]:
        """Return the codes that the node says stand at addresses. Raises: SourceError."""
        named = [self._node.address(address) for address in addresses]
        self._node.require_chain()
        batches = self._node.ask_at("eth_getCode", block, [[address] for address in named])
        told = (answer for answers in batches for answer in answers)
        return tuple(
            self._node.read(f"eth_getCode of {address}", read_bytes, answer, MAX_CODE)
            for address, answer in zip(named, told, strict=True)
        )

    def trial(self, block: BlockRef, call: Call, overrides: Mapping[str, Mapping[bytes, bytes]]) -> bytes | None:
        """Return what a call would give if storage held other words; None where it reverts.

        Raises: SourceError; FormatError for a key or word of another length.
        """
        checked = self._checked(call)
        if any(len(word) != 32 for words in overrides.values() for each in words.items() for word in each):
            raise FormatError("a storage key and a storage word are 32 bytes each")
        state = {
            self._node.address(address): {"stateDiff": {_hex(key): _hex(word) for key, word in words.items()}}
            for address, words in overrides.items()
        }
        self._node.require_chain()
        ((outcome,),) = self._node.call_at(block, [[_question(checked)]], state)
        return self._returned(checked, outcome)

    def _checked(self, call: Call) -> Call:
        if len(call.data) > MAX_CALL_DATA:
            raise FormatError(f"call data of more than {MAX_CALL_DATA} bytes")
        return Call(self._node.address(call.to), call.data)

    def _plain(self, block: BlockRef, calls: Sequence[Call]) -> dict[Call, bytes | None]:
        batches = self._node.call_at(block, [[_question(call)] for call in calls])
        told = (outcome for outcomes in batches for outcome in outcomes)
        return {call: self._returned(call, outcome) for call, outcome in zip(calls, told, strict=True)}

    def _packed(self, block: BlockRef, calls: Sequence[Call]) -> Iterator[tuple[Call, bytes]]:
        packs = [some for some in _packs(calls) if len(some) > 1]
        if not packs or not self._finds_multicall(block):
            return
        questions = [[_question(Call(MULTICALL3, pack(some)))] for some in packs]
        asked = iter(packs)
        try:
            for outcomes in self._node.call_at(block, questions):
                for some, outcome in zip(islice(asked, len(outcomes)), outcomes, strict=True):
                    yield from self._unpacked(some, outcome)
        except TooMuchAskedError:
            # Each by itself may do; what was answered stays.
            return

    def _unpacked(self, calls: Sequence[Call], outcome: object) -> Iterator[tuple[Call, bytes]]:
        if isinstance(outcome, RevertedError):
            return
        question = f"aggregate3 of {len(calls)} calls of {calls[0].to}"
        for call, answer in zip(calls, self._node.read(question, unpack, outcome, len(calls)), strict=True):
            if answer is not None:
                yield call, self._bounded(call, answer)

    def _finds_multicall(self, block: BlockRef) -> bool:
        if block.hash not in self._has_multicall:
            (code,) = self.codes(block, [MULTICALL3])
            self._has_multicall[block.hash] = keccak(code) in MULTICALL3_CODES
        return self._has_multicall[block.hash]

    def _returned(self, call: Call, outcome: object) -> bytes | None:
        if isinstance(outcome, RevertedError):
            return None
        return self._node.read(f"eth_call of {_named(call)}", read_bytes, outcome, MAX_RETURNED)

    def _bounded(self, call: Call, answer: bytes) -> bytes:
        if len(answer) > MAX_RETURNED:
            raise UnavailableError(f"{self._node.origin}: {_named(call)} returns more than {MAX_RETURNED} bytes")
        return answer


def _packs(calls: Sequence[Call]) -> Iterator[list[Call]]:
    for _, same in groupby(calls, key=lambda call: call.to):
        some: list[Call] = []
        for call in same:
            if len(some) == MAX_PACKED or sum(len(each.data) for each in (*some, call)) > MAX_PACKED_BYTES:
                yield some
                some = []
            some.append(call)
        yield some


def _question(call: Call) -> dict[str, str]:
    return {"to": call.to, "data": _hex(call.data)}


def _named(call: Call) -> str:
    return f"{call.to} with {_hex(call.data[:4])}"


def _hex(data: bytes) -> str:
    return "0x" + data.hex()
