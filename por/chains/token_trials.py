"""Ask a token for a balance as if other words stood in its storage (state override of `eth_call`)."""

from collections.abc import Callable, Mapping
from functools import cache

from por.chains.bulk import BulkSource
from por.errors import SourceError
from por.model import BlockRef, Call

# Small ones: of some words only the low bits are the balance.
MAGIC = (0x5E_EDB0_A4E1, 0xB5A1_7E4D, 1, 0)
# Bits that are neighbours, and that are not.
_PATTERNS = tuple(int.from_bytes(bytes([byte]) * 32) for byte in (0x55, 0xAA, 0x0F, 0xF0))
_WHOLE_WORD = 2**256 - 1


class BalanceTrials:
    """Hold one token's question for one holder's balance, at one block, of one source."""

    def __init__(self, source: BulkSource, block: BlockRef, question: Call, progress: Callable[[str], None]) -> None:
        """Keep the arguments; nothing is asked yet."""
        self._source, self._block, self._question = source, block, question
        self.say = progress
        self._told_truly = cache(lambda: whole_number(source.calls(block, [question])[0]))

    def told(self, words: Mapping[str, Mapping[bytes, int]]) -> int | None:
        """Return the balance that is told with these words in storage, by account and key; None for none.

        Raises: SourceError when the source does not answer the plain question either.
        """
        overrides = {
            address: {key: word.to_bytes(32, "big") for key, word in slots.items()} for address, slots in words.items()
        }
        try:
            return whole_number(self._source.trial(self._block, self._question, overrides))
        except SourceError:
            # A strange word may lead code anywhere; a source that is gone, or takes no override, fails without it.
            self._source.trial(self._block, self._question, {self._question.to: {b"\xff" * 32: bytes(32)}})
            return None

    def depends(self, address: str, key: bytes, word: int) -> bool:
        """Tell whether another word here changes what is told."""
        return self.told({address: {key: word}}) != self._told_truly()

    def carries(self, address: str, key: bytes) -> bool:
        """Tell whether small numbers put here are told as they are."""
        return all(self.told({address: {key: number}}) == number for number in MAGIC)

    def mask(self, address: str, key: bytes) -> int | None:
        """Return the bits of a word that are told; None where some change more than themselves."""
        mask = self.told({address: {key: _WHOLE_WORD}})
        if mask is None:
            mask = self._bit_by_bit(address, key)
        words = [*_PATTERNS, *(bit | MAGIC[0] & mask for bit in _bits(_WHOLE_WORD & ~mask))]
        for number, word in enumerate(words, 1):
            self.say(f"trying bits {number} of {len(words)}")
            if self.told({address: {key: word}}) != word & mask:
                return None
        return mask

    def _bit_by_bit(self, address: str, key: bytes) -> int:
        mask = 0
        for number, bit in enumerate(_bits(_WHOLE_WORD), 1):
            self.say(f"trying bit {number} of 256")
            if self.told({address: {key: bit}}) == bit:
                mask |= bit
        return mask


def whole_number(answer: bytes | None) -> int | None:
    """Read a 32-byte number that a call gave; None for any other answer."""
    return int.from_bytes(answer) if answer is not None and len(answer) == 32 else None


def _bits(word: int) -> list[int]:
    return [1 << number for number in range(256) if word >> number & 1]
