"""Find transactions in the blocks of the embedded chain, and write their receipts and logs as JSON-RPC has them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import rlp
from eth_utils.crypto import keccak

from por.chains.embedded.parameters import fixed
from por.chains.embedded.server import RefusedQuestionError

Value = dict[str, object]


def receipt_value(chain: Any, wanted: bytes) -> Value | None:
    """Return the receipt of a transaction that stands in a block, else None."""
    place = _place(chain, wanted)
    if place is None:
        return None
    block, index = place
    receipts = block.get_receipts(chain.chaindb)
    transaction, receipt = block.transactions[index], receipts[index]
    before = receipts[index - 1].gas_used if index else 0
    price = min(
        transaction.max_fee_per_gas, transaction.max_priority_fee_per_gas + (block.header.base_fee_per_gas or 0)
    )
    created = keccak(rlp.encode([transaction.sender, transaction.nonce]))[12:]
    return _place_value(block, index) | {
        "type": hex(transaction.type_id or 0),
        "status": hex(int.from_bytes(receipt.state_root, "big")),
        "from": "0x" + transaction.sender.hex(),
        "to": "0x" + transaction.to.hex() if transaction.to else None,
        "contractAddress": None if transaction.to else "0x" + created.hex(),
        "gasUsed": hex(receipt.gas_used - before),
        "cumulativeGasUsed": hex(receipt.gas_used),
        "effectiveGasPrice": hex(price),
        "logsBloom": "0x" + receipt.bloom.to_bytes(256, "big").hex(),
        "logs": [value for at, value in _logs(chain, block) if at == index],
    }


def log_values(chain: Any, numbers: range, wanted: Mapping[str, object]) -> list[Value]:
    """Return the logs in blocks that a filter's addresses and topics let through. Raises: RefusedQuestionError."""
    addresses = _choices(wanted.get("address"), 20)
    topics = wanted.get("topics") or []
    if not isinstance(topics, list) or len(topics) > 4:
        raise RefusedQuestionError(-32602, "invalid params: topics are a list of at most 4")
    positions = [_choices(each, 32) for each in topics]
    return [
        value
        for number in numbers
        for _, value in _logs(chain, chain.get_canonical_block_by_number(number))
        if _passes([value["address"]], [addresses]) and _passes(value["topics"], positions)
    ]


def _passes(texts: Any, positions: Sequence[frozenset[str] | None]) -> bool:
    return len(texts) >= len(positions) and all(
        choices is None or text in choices for text, choices in zip(texts, positions, strict=False)
    )


def _choices(value: object, length: int) -> frozenset[str] | None:
    """Read one place of a filter: None lets all through, and so does an empty list."""
    if value is None or value == []:
        return None
    many = value if isinstance(value, list) else [value]
    return frozenset("0x" + fixed(each, length).hex() for each in many)


def _place(chain: Any, wanted: bytes) -> tuple[Any, int] | None:
    # The database goes on naming the places of transactions in blocks that are rewound.
    from eth.exceptions import TransactionNotFound  # noqa: PLC0415

    try:
        number, index = chain.chaindb.get_transaction_index(wanted)
    except TransactionNotFound:
        return None
    if number >= chain.get_block().number:
        return None
    block = chain.get_canonical_block_by_number(number)
    found = block.transactions[index : index + 1]
    return (block, index) if [each.hash for each in found] == [wanted] else None


def _place_value(block: Any, index: int) -> Value:
    return {
        "transactionHash": "0x" + block.transactions[index].hash.hex(),
        "transactionIndex": hex(index),
        "blockHash": "0x" + block.hash.hex(),
        "blockNumber": hex(block.number),
    }


def _logs(chain: Any, block: Any) -> Iterator[tuple[int, Value]]:
    """Yield all logs of a block, each with the index of its transaction."""
    count = 0
    for index, receipt in enumerate(block.get_receipts(chain.chaindb)):
        for log in receipt.logs:
            yield (
                index,
                _place_value(block, index)
                | {
                    "logIndex": hex(count),
                    "address": "0x" + log.address.hex(),
                    "topics": ["0x" + topic.to_bytes(32, "big").hex() for topic in log.topics],
                    "data": "0x" + log.data.hex(),
                    "removed": False,
                },
            )
            count += 1
