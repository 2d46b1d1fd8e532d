"""Fetch for the page what it asks of a registry's chain; the page itself asks nobody (`por/spec/page.md`)."""

import json

from eth_utils.crypto import keccak

from por.chains.transport import DEFAULT_LIMITS, Limits, Transport
from por.commitments.words import address_word
from por.encoding import strict_json
from por.errors import FormatError, UnavailableError
from por.model import RegistryPin
from por.proofs.state.registry import ANCHORED

Question = dict[str, object]

HEAD: bytes = keccak(text="head(address)")[:4]


def questions(pin: RegistryPin) -> list[Question]:
    """Write the questions about an issuer's entries, as the page writes them: chain, final block, code, head, logs."""
    registry, issuer = pin.contract.address, address_word(pin.issuer)
    logs = {
        "address": registry,
        "fromBlock": hex(pin.from_block),
        "toBlock": "finalized",
        "topics": [f"0x{ANCHORED.hex()}", f"0x{issuer.hex()}"],
    }
    asked: list[tuple[str, list[object]]] = [
        ("eth_chainId", []),
        ("eth_getBlockByNumber", ["finalized", False]),
        ("eth_getCode", [registry, "finalized"]),
        ("eth_call", [{"to": registry, "data": f"0x{(HEAD + issuer).hex()}"}, "finalized"]),
        ("eth_getLogs", [logs]),
    ]
    return [
        {"jsonrpc": "2.0", "id": number, "method": method, "params": parameters}
        for number, (method, parameters) in enumerate(asked, 1)
    ]


def answer(pin: RegistryPin, url: str, limits: Limits = DEFAULT_LIMITS) -> str:
    """Put the questions to a node one by one, and return its answers as the page takes them.

    What they say is the node's word, and is judged in the page alone. Raises: FormatError for a URL of no form;
    SourceError.
    """
    transport = Transport(url, limits)
    try:
        return json.dumps([_asked(transport, question) for question in questions(pin)], separators=(",", ":"))
    finally:
        transport.close()


def _asked(transport: Transport, question: Question) -> dict[str, object]:
    told = transport.post(json.dumps(question).encode())
    try:
        read = strict_json.load(told, max_bytes=transport.limits.max_bytes)
    except FormatError as error:
        raise UnavailableError(f"{transport.origin}: {question['method']}: unusable answer: {error}") from error
    if not isinstance(read, dict) or "result" not in read:
        raise UnavailableError(f"{transport.origin}: it has no answer to {question['method']}")
    return {"id": question["id"], "result": read["result"]}
