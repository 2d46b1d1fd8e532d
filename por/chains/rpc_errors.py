"""Turn a node's error into one of ours, naming the cure."""

import re
from collections.abc import Callable

from por.chains.transport import BusyError
from por.errors import DisagreementError, IncapableError, SourceError, UnavailableError
from por.model import printable


class ParametersRefusedError(IncapableError):
    """Report that a node does not understand the form of a question."""


class TooMuchAskedError(IncapableError):
    """Report that as much is not answered, or not read, at once."""


class RevertedError(UnavailableError):
    """Report that what was called reverted: the one error that is an answer to a call."""


_Kind = tuple[type[SourceError], str]

_PRUNED: _Kind = (
    IncapableError,
    "it has no state of that block any more; ask an archive node, or fetch proofs when the snapshot is taken",
)
_MOVED: _Kind = (DisagreementError, "that block is not on its canonical chain any more")
_UNKNOWN: _Kind = (
    UnavailableError,
    "it does not know that block: it is not synchronised, or the block was reorganised away",
)
_UNSERVED: _Kind = (IncapableError, "it does not serve this question; ask another node")
_FORM: _Kind = (ParametersRefusedError, "it does not understand this question; ask another node")
_WIDE: _Kind = (TooMuchAskedError, "it does not answer as much at once; ask about fewer blocks, or another node")
_HEAVY: _Kind = (TooMuchAskedError, "the call takes more gas than it spends on one; ask another node")
_REVERTED: _Kind = (RevertedError, "the call reverted")
_BUSY: _Kind = (BusyError, "it limits the rate of requests; ask again later, or another node")

_PLAIN_WORDS = (
    (r"missing trie node|pruned|archive|historical (state|proof)|proof window|no state|too old", _PRUNED),
    (r"state.{0,90} (is not available|unavailable)", _PRUNED),
    (r"not.{0,20} canonical", _MOVED),
    (r"beyond (current )?head|out of range", _UNKNOWN),
    (r"(block|limited|max)[^.]{0,90}\brange|\brange[^.]{0,40}(limit|exceed|too|large|wide)", _WIDE),
    (r"(more than|exceeds?|max)[^.]{0,40} (logs|results)|too many (logs|results)|logs matched|query timeout", _WIDE),
    (r"response.{0,40}(too (big|large)|size|larger|greater)", _WIDE),
    (r"out of gas|gas required exceeds|exceeds? (block )?gas limit|gas limit (too|is) ", _HEAVY),
    (r"(block|header|resource).{0,90} not found|unknown block|(cannot|could not) find", _UNKNOWN),
)
_REVERT_WORDS = re.compile(r"execution reverted(:|, data:|$)|vm exception while processing transaction: revert( |$)")
_CODES = {
    -32001: _UNKNOWN,
    -32004: _UNSERVED,
    -32005: _BUSY,
    -32600: _FORM,
    -32601: _UNSERVED,
    -32602: _FORM,
    429: _BUSY,
}
_LOOSE_WORDS = (
    (r"batch|invalid (argument|param|type)|cannot unmarshal|failed to (parse|deserialize|decode)", _FORM),
    (r"method.{0,90} not |not supported|unsupported|not implemented", _UNSERVED),
    (r"\brate\b|limit|too many|capacity|quota|throttl", _BUSY),
)


def source_error(place: str, error: object, redact: Callable[[str], str]) -> SourceError:
    """Make, without raising, the error for a JSON-RPC error object; `place` names source and question.

    Codes are those of JSON-RPC 2.0, EIP-1474 and EIP-1898; nodes agree on few of them: plain words go first.
    """
    code = error.get("code") if isinstance(error, dict) else None
    words = error.get("message") if isinstance(error, dict) else error
    text = printable(redact(words if isinstance(words, str) else ""))[:200]
    known = code if type(code) is int else 0
    kind, cure = _REVERTED if _is_revert(known, text.lower(), error) else _kind(known, text.lower())
    return kind(f"{place}: {cure} (the node says: {text!r}, code {code if type(code) is int else 'none'})")


def _is_revert(code: int, text: str, error: object) -> bool:
    """Say whether an error is what nodes are known to say of a revert; the contract chose whatever follows its name.

    Code 3 is geth's, erigon's, reth's and anvil's, for a revert with data; without, they and besu say -32000.
    """
    if code == 3:
        return text.startswith(("execution reverted", "vm exception while processing transaction: revert"))
    if code == -32000:
        return _REVERT_WORDS.match(text) is not None
    data = error.get("data") if isinstance(error, dict) else None
    return code == -32015 and isinstance(data, str) and data.startswith("Reverted 0x")


def _kind(code: int, text: str) -> _Kind:
    for pattern, kind in _PLAIN_WORDS:
        if re.search(pattern, text):
            return kind
    if code in _CODES:
        return _CODES[code]
    for pattern, kind in _LOOSE_WORDS:
        if re.search(pattern, text):
            return kind
    return UnavailableError, "it answers with an error"
