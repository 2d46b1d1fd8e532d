"""Search where a token keeps a holder's balance, by trying other words in its storage, and which code tells it.

What is found is for a person to read: a node that lies can make up all of it but the code hashes.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from por.chains.bulk import BulkSource
from por.chains.token_trials import BalanceTrials, whole_number
from por.errors import FormatError, SourceError
from por.model import MAX_DECIMALS, AssetId, Call, Header, Implementation, KeyOrder, TokenLayout
from por.proofs.state.account import EMPTY_CODE_HASH, account_state, storage_value
from por.proofs.state.token_call import balance_call, convert_call
from por.proofs.state.tokens import balance_key

# The storage of ERC20Upgradeable in OpenZeppelin's contracts since version 5 (ERC-7201).
NAMESPACED = 0x52C63247E1F47DB19D5CE0460030C497F067CA4CEBF71BA98EEADABE20BACE00
BASES = (*range(64), NAMESPACED)
BEACON = bytes.fromhex("a3f0ad74e5423aebfd80d3ef4346578335a9a72aeaee59ff6cb3582b35133d50")
# Where proxies name the code that they run: EIP-1967, OpenZeppelin's before it, EIP-1822.
PROXY_SLOTS: Mapping[bytes, str] = {
    bytes.fromhex("360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc"): "EIP-1967",
    bytes.fromhex("7050c9e0f4ca769c69bd3a8ef740bc37934f8e2c036e5a723fd8ee048ed3f8c3"): "OpenZeppelin before EIP-1967",
    bytes.fromhex("c5f16f0fcc639fa48a6947836d9850f504798523bf8c9a3a87d5876cf622bcf7"): "EIP-1822",
    BEACON: "EIP-1967 beacon",
}

_NOWHERE = int.from_bytes(b"\xde\xad" * 10)
_ASSET_OF_VAULT = bytes.fromhex("38d52e0f")
_DECIMALS = bytes.fromhex("313ce567")
_WHOLE_WORD = 2**256 - 1


@dataclass(frozen=True, slots=True)
class Pointer:
    """Hold a storage slot of the token that names other code which takes part."""

    slot: bytes
    kind: str
    target: str
    code_hash: bytes


@dataclass(frozen=True, slots=True)
class FoundToken:
    """Hold what was found of a token at one block, with a holder's balance there.

    `codes` are the accounts with code that tell the balance, the token's first, each with the code hash proven at the
    block; `worth` are those that tell what a vault's shares stand for. `layout` is None where no word alone carries the
    balance. `flags` are the bits of the holder's word that the layout does not count.
    """

    asset: AssetId
    holder: str
    balance: int
    decimals: int | None
    codes: tuple[tuple[str, bytes], ...]
    layout: TokenLayout | None = None
    flags: int = 0
    underlying: AssetId | None = None
    worth: tuple[tuple[str, bytes], ...] = ()
    remarks: tuple[str, ...] = ()


def search_token(
    source: BulkSource,
    header: Header,
    asset: AssetId,
    holder: str,
    bases: Iterable[int] = BASES,
    progress: Callable[[str], None] = lambda _: None,
) -> FoundToken:
    """Search the storage of a token's contract at a block; `bases` are the slots to try, in both key orders.

    Raises: SourceError; FormatError for what is no token, no holder, or has no code or balance there.
    """
    return _Search(source, header, asset, holder, progress).found(bases)


class _Search:
    def __init__(
        self, source: BulkSource, header: Header, asset: AssetId, holder: str, progress: Callable[[str], None]
    ) -> None:
        if asset.token is None or asset.chain != source.chain:
            raise FormatError(f"not a token of {source.chain} such as {source.chain}/erc20:0x…", str(asset))
        self._source, self._header = source, header
        self._asset, self._token, self._holder = asset, asset.token, holder
        self._question = balance_call(self._token, holder)
        self._trials = BalanceTrials(source, header.ref, self._question, progress)
        self._remarks: list[str] = []
        # What the balance is read from, by account; empty where the node cannot tell.
        self._read: dict[str, tuple[bytes, ...]] = {}

    def found(self, bases: Iterable[int]) -> FoundToken:
        """Find out all, in the order in which one thing needs another."""
        (code_hash,) = self._code_hashes([self._token])
        if code_hash == EMPTY_CODE_HASH:
            raise FormatError(f"no contract stands there at block {self._header.number}", str(self._asset))
        balance, decimals = self._numbers()
        self._read = dict(self._accesses(self._question))
        pointers = self._pointers()
        codes = self._codes(self._read, pointers)
        token = FoundToken(self._asset, self._holder, balance, decimals, codes)
        pinned = self._pinned(codes, pointers)
        layout = self._layout(code_hash, bases)
        if layout is not None and pinned is not None:
            token = self._measured(token, replace(layout, implementation=pinned[0] if pinned else None))
        elif layout is not None:
            self._remarks.append(
                f"the word at base slot {layout.base_slot:#x}, {layout.order}, carries the balance, but other code "
                "takes part that no layout could pin: a [[call]] names all of it"
            )
        token = self._vault(token)
        return replace(token, remarks=tuple(self._remarks))

    def _numbers(self) -> tuple[int, int | None]:
        balance = whole_number(self._source.calls(self._header.ref, [self._question])[0])
        if balance is None:
            raise FormatError(f"it tells no balance of {self._holder} at block {self._header.number}", str(self._asset))
        if not balance:
            self._remarks.append(f"{self._holder} has nothing at this block: name a holder that has, and compare")
        decimals = self._number(Call(self._token, _DECIMALS))
        return balance, decimals if decimals is not None and decimals <= MAX_DECIMALS else None

    def _number(self, call: Call) -> int | None:
        try:
            return whole_number(self._source.calls(self._header.ref, [call])[0])
        except SourceError:
            # Old code ends anyhow when it is asked what it does not know.
            return None

    def _accesses(self, call: Call) -> Sequence[tuple[str, tuple[bytes, ...]]]:
        try:
            return self._source.access(self._header.ref, call)
        except SourceError as error:
            self._remarks.append(f"what code and storage the token reads could not be asked: {error}")
            return ()

    def _pointers(self) -> list[Pointer]:
        """Find the slots of the token that name code, and of them those without which it answers otherwise."""
        slots = sorted({*PROXY_SLOTS, *self._read.get(self._token, ())})
        words = {slot: word for slot, word in zip(slots, self._words(slots), strict=True) if 0 < word < 2**160}
        targets = [f"0x{word:040x}" for word in words.values()]
        found = []
        for slot, target, code_hash in zip(words, targets, self._code_hashes(targets), strict=True):
            if code_hash != EMPTY_CODE_HASH and self._trials.depends(self._token, slot, _NOWHERE):
                found.append(Pointer(slot, PROXY_SLOTS.get(slot, "a slot of its own"), target, code_hash))
        return found

    def _codes(self, read: Mapping[str, object], pointers: Sequence[Pointer] = ()) -> tuple[tuple[str, bytes], ...]:
        others = dict.fromkeys((*(pointer.target for pointer in pointers), *read))
        addresses = [self._token, *(address for address in others if address != self._token)]
        pairs = zip(addresses, self._code_hashes(addresses), strict=True)
        return tuple((address, code_hash) for address, code_hash in pairs if code_hash != EMPTY_CODE_HASH)

    def _pinned(
        self, codes: Sequence[tuple[str, bytes]], pointers: Sequence[Pointer]
    ) -> tuple[Implementation, ...] | None:
        """Return what a layout has to pin beside the token's own code, and None where no layout can."""
        if len(codes) == 1:
            return ()
        for pointer in pointers:
            self._remarks.append(
                f"upgradeable: its slot 0x{pointer.slot.hex()} ({pointer.kind}) names the code at {pointer.target}; "
                "whoever may change that word changes what a balance is"
            )
        # Code that runs in the token's name keeps nothing of its own.
        plain = len(codes) == 2 and len(pointers) == 1 and not self._read.get(pointers[0].target)
        if plain and pointers[0].slot != BEACON:
            return (Implementation(pointers[0].slot, pointers[0].code_hash),)
        return None

    def _layout(self, code_hash: bytes, bases: Iterable[int]) -> TokenLayout | None:
        rows = [
            TokenLayout(self._asset, code_hash, base, order, _WHOLE_WORD, None) for base in bases for order in KeyOrder
        ]
        keys = {balance_key(row, self._holder): row for row in rows}
        read = self._read.get(self._token)
        tried = [key for key in keys if read is None or key in read]
        for number, key in enumerate(tried, 1):
            self._trials.say(f"trying slot {number} of {len(tried)}")
            if self._trials.carries(self._token, key):
                return keys[key]
        self._look_elsewhere(set(tried))
        return None

    def _look_elsewhere(self, tried: set[bytes]) -> None:
        """Say what else the balance comes from."""
        for address, keys in self._read.items():
            for key in keys:
                if address == self._token and key in tried:
                    told = self._trials.told({address: {key: 1}})
                    self._remarks.append(f"balanceOf computes: with 1 in the holder's word it tells {told}")
                elif self._trials.carries(address, key):
                    self._remarks.append(
                        f"the word 0x{key.hex()} of {address} carries the balance, and is at none of the slots tried "
                        "(--slot tries others), or not in the token's own storage"
                    )
        if not self._read:
            self._remarks.append("no slot tried carries the balance, or the node takes no state override")

    def _measured(self, token: FoundToken, layout: TokenLayout) -> FoundToken:
        """Find out which bits count, and compare with what the holder has."""
        key = balance_key(layout, self._holder)
        pinned = {key} if layout.implementation is None else {key, layout.implementation.slot}
        if self._depends_on_more(pinned):
            return token
        mask = self._trials.mask(self._token, key)
        (word,) = self._words([key])
        if mask is None or word & mask != token.balance:
            self._remarks.append(
                f"the word at base slot {layout.base_slot:#x} carries small balances and is 0x{word:x} here, while "
                f"balanceOf tells {token.balance}: a layout would not tell the same"
            )
            return token
        if mask != _WHOLE_WORD:
            self._remarks.append(
                "bits outside the mask do not count; what they mean is not shown, and por lets no holding count in "
                "which one is set"
            )
        return replace(token, layout=replace(layout, mask=mask), flags=word & ~mask)

    def _depends_on_more(self, pinned: set[bytes]) -> bool:
        """Tell whether the balance changes with a word that a layout does not name, such as a list of blocked ones."""
        for key in self._read.get(self._token, ()):
            if key not in pinned and any(self._trials.depends(self._token, key, word) for word in (0, 1, _WHOLE_WORD)):
                self._remarks.append(f"the word 0x{key.hex()} changes what a balance is, which no layout tells")
                return True
        return False

    def _vault(self, token: FoundToken) -> FoundToken:
        """See whether it is a vault (EIP-4626) whose shares stand for another asset."""
        convert = convert_call(self._token, token.balance)
        named = self._number(Call(self._token, _ASSET_OF_VAULT))
        if named is None or not 0 < named < 2**160 or self._number(convert) is None:
            return token
        underlying = AssetId(self._asset.chain, "erc20", f"0x{named:040x}")
        codes = self._codes({address: () for address, _ in (*token.codes, *self._accesses(convert))})
        return replace(token, underlying=underlying, worth=codes)

    def _words(self, slots: Sequence[bytes]) -> list[int]:
        proof = self._source.account_proof(self._header.ref, self._token, slots)
        root = account_state(self._header.state_root, self._token, proof.account_nodes).storage_root
        return [storage_value(root, *pair) for pair in zip(slots, proof.storage_nodes, strict=True)]

    def _code_hashes(self, addresses: Sequence[str]) -> list[bytes]:
        proofs = self._source.account_proofs(self._header.ref, [(address, ()) for address in addresses])
        root = self._header.state_root
        return [account_state(root, proof.address, proof.account_nodes).code_hash for proof in proofs]
