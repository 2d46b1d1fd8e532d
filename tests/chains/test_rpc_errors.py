"""What nodes say in their own words becomes one of three errors, each with its cure."""

from __future__ import annotations

import pytest

from por.chains.rpc_errors import ParametersRefusedError, RevertedError, TooMuchAskedError, source_error
from por.chains.transport import BusyError
from por.errors import DisagreementError, IncapableError, SourceError, UnavailableError

WORDS = [
    # geth, its forks, and hosted nodes
    (-32000, "missing trie node 5b2b (path ) state 0x5b2b is not available", IncapableError, "archive node"),
    (-32000, "historical state 5b2b is not available", IncapableError, "archive node"),
    (-32000, "required historical state unavailable (reexec=128)", IncapableError, "archive node"),
    (-32000, "project ID does not have access to archive state", IncapableError, "archive node"),
    (-32000, "header not found", UnavailableError, "does not know that block"),
    (-32000, "header for hash not found", UnavailableError, "does not know that block"),
    (-32000, "hash is not currently canonical", DisagreementError, "not on its canonical chain"),
    (-39001, "Unknown block", UnavailableError, "does not know that block"),
    (-32601, "the method eth_getProof does not exist/is not available", IncapableError, "ask another node"),
    (-32602, "invalid argument 2: hex string without 0x prefix", ParametersRefusedError, "does not understand"),
    # reth, erigon, nethermind, besu
    (-32000, "distance to target block exceeds maximum proof window", IncapableError, "archive node"),
    (-32000, "requested block is too old, block must be within 100000 blocks", IncapableError, "archive node"),
    (-32000, "No state available for block 0x12", IncapableError, "archive node"),
    (-32000, "World state unavailable", IncapableError, "archive node"),
    (-32001, "block not found", UnavailableError, "does not know that block"),
    (-32001, "Resource not found", UnavailableError, "does not know that block"),
    # by code alone
    (-32001, "", UnavailableError, "does not know that block"),
    (-32004, "", IncapableError, "ask another node"),
    (-32005, "", BusyError, "rate of requests"),
    (-32600, "", ParametersRefusedError, "does not understand"),
    (-32601, "", IncapableError, "ask another node"),
    (-32602, "", ParametersRefusedError, "does not understand"),
    (429, "", BusyError, "rate of requests"),
    # by words alone
    (None, "Your app has exceeded its compute units per second capacity", BusyError, "rate of requests"),
    (-32000, "too many requests", BusyError, "rate of requests"),
    (-32000, "proofs are not supported by this node", IncapableError, "ask another node"),
    (-32000, "batch requests are disabled", ParametersRefusedError, "does not understand"),
    (-32000, "failed to parse request", ParametersRefusedError, "does not understand"),
    # logs of too many blocks, or too many logs
    (-32005, "query returned more than 10000 results", TooMuchAskedError, "fewer blocks"),
    (-32602, "query returned more than 10000 results. Try with this block range", TooMuchAskedError, "fewer blocks"),
    (-32602, "Log response size exceeded. You can make requests with up to a 2K block range", TooMuchAskedError, ""),
    (-32600, "You can make eth_getLogs requests with up to a 10 block range", TooMuchAskedError, "fewer blocks"),
    (-32614, "eth_getLogs is limited to a 10,000 range", TooMuchAskedError, "fewer blocks"),
    (-32600, "block range is too wide", TooMuchAskedError, "fewer blocks"),
    (-32000, "exceed maximum block range: 5000", TooMuchAskedError, "fewer blocks"),
    (-32602, "query exceeds max block range 100000", TooMuchAskedError, "fewer blocks"),
    (-32602, "query exceeds max results 20000, retry with the range 1-2", TooMuchAskedError, "fewer blocks"),
    (-32005, "Requested range exceeds maximum range limit", TooMuchAskedError, "fewer blocks"),
    (-32005, "Too many logs requested. Max logs per response is 20000", TooMuchAskedError, "fewer blocks"),
    (
        -32047,
        "'fromBlock'-'toBlock' range too large. Max range: 800",
        TooMuchAskedError,
        "",
    ),
    (-32000, "logs matched by query exceeds limit of 10000", TooMuchAskedError, "fewer blocks"),
    (-32000, "response size should not greater than 10000000", TooMuchAskedError, "fewer blocks"),
    (-32020, "backend response too large", TooMuchAskedError, "fewer blocks"),
    (-32000, "query timeout exceeded", TooMuchAskedError, "fewer blocks"),
    (-32602, "block range extends beyond current head block", UnavailableError, "does not know that block"),
    (-32000, "block number out of range", UnavailableError, "does not know that block"),
    # calls that take too much
    (-32000, "out of gas", TooMuchAskedError, "more gas"),
    (-32000, "gas required exceeds allowance (50000000)", TooMuchAskedError, "more gas"),
    # reverts: the contract chose what follows their name
    (3, "execution reverted", RevertedError, "reverted"),
    (3, "execution reverted: missing trie node 12 (path ) state 0x12 is not available", RevertedError, "reverted"),
    (3, "execution reverted: rate limit, too many requests", RevertedError, "reverted"),
    (-32000, "execution reverted", RevertedError, "reverted"),
    (-32000, "execution reverted: block not found", RevertedError, "reverted"),
    (-32000, "Execution reverted", RevertedError, "reverted"),
    (-32000, "VM Exception while processing transaction: revert", RevertedError, "reverted"),
    # what is not clearly a revert
    (-32000, "invalid opcode: INVALID", UnavailableError, "answers with an error"),
    (-32000, "stack underflow (0 <=> 1)", UnavailableError, "answers with an error"),
    (-32000, "was the execution reverted?", UnavailableError, "answers with an error"),
    (-32000, "execution revertedly", UnavailableError, "answers with an error"),
    (-32603, "execution reverted", UnavailableError, "answers with an error"),
    (-32015, "VM execution error.", UnavailableError, "answers with an error"),
    (3, "", UnavailableError, "answers with an error"),
    (3, "limit exceeded", BusyError, "rate of requests"),
    (3.0, "execution reverted", UnavailableError, "code none"),
    ("3", "execution reverted", UnavailableError, "code none"),
    (True, "execution reverted", UnavailableError, "code none"),
    # nothing that is known
    (-32000, "execution timeout", UnavailableError, "answers with an error"),
    (-32603, "Internal error", UnavailableError, "answers with an error"),
    (0, "", UnavailableError, "answers with an error"),
    (True, "", UnavailableError, "code none"),
    ("-32601", "", UnavailableError, "code none"),
]


def made(error: object) -> SourceError:
    return source_error("http://node:1: eth_getProof", error, lambda text: text.replace("KEY", "…"))


@pytest.mark.parametrize(("code", "words", "kind", "cure"), WORDS)
def test_t64_an_error_is_never_an_answer(code: object, words: str, kind: type[SourceError], cure: str) -> None:
    error = made({"code": code, "message": words})
    assert type(error) is kind
    assert str(error).startswith("http://node:1: eth_getProof: ")
    assert cure in str(error)


@pytest.mark.parametrize("error", ["no", "", 7, [], {}, True, {"message": None}, {"code": None, "message": 7}])
def test_t64_an_error_of_no_known_form_is_still_an_error(error: object) -> None:
    assert isinstance(made(error), UnavailableError)


def test_t96_the_nodes_words_are_redacted_cut_and_made_printable() -> None:
    said = str(made({"code": 1, "message": "KEY\x1b[2J\u202e" + "x" * 10_000}))
    assert "KEY" not in said
    assert "\x1b" not in said
    assert "\u202e" not in said
    assert len(said) < 400


def test_a_revert_as_openethereum_and_nethermind_say_it() -> None:
    assert type(made({"code": -32015, "message": "VM execution error.", "data": "Reverted 0x"})) is RevertedError


@pytest.mark.parametrize("data", [None, "", "0x", "Bad instruction fe", "reverted 0x", ["Reverted 0x"]])
def test_t64_what_is_no_revert_as_openethereum_says_it_is_none(data: object) -> None:
    assert type(made({"code": -32015, "message": "VM execution error.", "data": data})) is UnavailableError
