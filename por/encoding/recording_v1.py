"""Read and write the recording of chain sources (`por/spec/recording.md`)."""

from itertools import pairwise

from por.encoding import canonical
from por.encoding.media_types import RECORDING
from por.encoding.reader import Reader
from por.model import AccountProof, BlockRef, ChainAccount, ChainId, Log
from por.model.recording import ChainRecording, RecordedCall, RecordedHeader, RecordedLogs, RecordedProof, Recording

MAX_BYTES = 256 * 2**20
MAX_ITEMS = 16_000_000
MAX_CHAINS = 1024
MAX_SOURCES = 64
MAX_HEADERS = 65_536
MAX_HEADER = 16 * 1024
MAX_PROOFS = 1_000_000
MAX_KEYS = 64
MAX_NODES = 64
MAX_NODE = 1024
MAX_QUESTIONS = 65_536
MAX_LOGS = 1_000_000
MAX_TOPICS = 4
MAX_LOG_DATA = 2**20
MAX_CALLS = 1_000_000
MAX_CALL_BYTES = 2**17
MAX_NUMBER = 2**53 - 1

Json = dict[str, object]


def read(data: bytes) -> Recording:
    """Read the canonical document.

    Raises: FormatError, also for chains out of order, and for a source or a question twice.
    """
    (chains,) = Reader(canonical.load(data, max_bytes=MAX_BYTES, max_items=MAX_ITEMS)).document(RECORDING, "chains")
    recorded = tuple(_read_chain(item) for item in chains.items(MAX_CHAINS))
    names = [str(item.chain) for item in recorded]
    if names != sorted(set(names)):
        raise chains.fail("chains out of order, or named twice")
    return Recording(recorded)


def write(recording: Recording) -> bytes:
    """Write the canonical document."""
    chains = sorted(recording.chains, key=lambda item: str(item.chain))
    return canonical.dumps({"mediaType": RECORDING, "chains": [_chain_value(item) for item in chains]})


def _read_chain(reader: Reader) -> ChainRecording:
    chain, sources, finalized, headers, proofs, logs, calls = reader.members(
        "chain", "sources", "finalized", "headers", "proofs", "logs", "calls"
    )
    chain_id = chain.parse(ChainId.parse)
    names = tuple(item.text(256) for item in sources.items(MAX_SOURCES))
    if not names or len(set(names)) != len(names):
        raise sources.fail("no source, or one named twice")
    recorded = tuple(_read_proof(item, chain_id) for item in proofs.items(MAX_PROOFS))
    if len({(item.block, item.proof.address, item.keys) for item in recorded}) != len(recorded):
        raise proofs.fail("one question about proofs is answered twice")
    return ChainRecording(
        chain=chain_id,
        sources=names,
        finalized=finalized.optional(_read_block),
        headers=tuple(_read_header(item) for item in headers.items(MAX_HEADERS)),
        proofs=recorded,
        logs=_read_questions(logs, chain_id),
        calls=_read_calls(calls, chain_id),
    )


def _read_block(reader: Reader) -> BlockRef:
    number, block_hash = reader.members("number", "hash")
    return BlockRef(number.integer(0, MAX_NUMBER), block_hash.data(32, 32))


def _read_header(reader: Reader) -> RecordedHeader:
    number, rlp = reader.members("number", "rlp")
    return RecordedHeader(number.integer(0, MAX_NUMBER), rlp.data(1, MAX_HEADER))


def _read_proof(reader: Reader, chain: ChainId) -> RecordedProof:
    block, address, account, storage = reader.members("block", "address", "accountProof", "storageProofs")
    named = _read_address(address, chain)
    keyed = [item.members("key", "nodes") for item in storage.items(MAX_KEYS)]
    proof = AccountProof(named, _read_nodes(account), tuple(_read_nodes(nodes) for _, nodes in keyed))
    return RecordedProof(block.data(32, 32), tuple(key.data(32, 32) for key, _ in keyed), proof)


def _read_address(reader: Reader, chain: ChainId) -> str:
    return reader.parse(lambda text: ChainAccount.parse(f"{chain}:{text}")).address


def _read_questions(reader: Reader, chain: ChainId) -> tuple[RecordedLogs, ...]:
    recorded = tuple(_read_logs(item, chain) for item in reader.items(MAX_QUESTIONS))
    if any(one.question >= two.question for one, two in pairwise(recorded)):
        raise reader.fail("questions about logs out of order, or one answered twice")
    return recorded


def _read_logs(reader: Reader, chain: ChainId) -> RecordedLogs:
    address, topics, first, last, logs = reader.members("address", "topics", "first", "last", "logs")
    named, wanted, low = _read_address(address, chain), _read_topics(topics), first.integer(0, MAX_NUMBER)
    if not wanted:
        raise topics.fail("no topic")
    high = last.integer(low, MAX_NUMBER)
    found = tuple(_read_log(item, named, wanted, low, high) for item in logs.items(MAX_LOGS))
    for one, two in pairwise(found):
        if (one.block.number, one.index) >= (two.block.number, two.index):
            raise logs.fail("logs out of order, or one twice")
        if one.block.number == two.block.number and one.block != two.block:
            raise logs.fail(f"logs of two blocks with number {one.block.number}")
    return RecordedLogs(named, wanted, low, high, found)


def _read_log(reader: Reader, address: str, wanted: tuple[bytes, ...], first: int, last: int) -> Log:
    topics, data, number, block_hash, index = reader.members("topics", "data", "number", "hash", "index")
    named = _read_topics(topics)
    if named[: len(wanted)] != wanted:
        raise topics.fail("other first topics than those that were asked about")
    block = BlockRef(number.integer(first, last), block_hash.data(32, 32))
    return Log(address, named, data.data(0, MAX_LOG_DATA), block, index.integer(0, MAX_NUMBER))


def _read_calls(reader: Reader, chain: ChainId) -> tuple[RecordedCall, ...]:
    recorded = tuple(_read_call(item, chain) for item in reader.items(MAX_CALLS))
    if any(one.question >= two.question for one, two in pairwise(recorded)):
        raise reader.fail("calls out of order, or one answered twice")
    return recorded


def _read_call(reader: Reader, chain: ChainId) -> RecordedCall:
    block, to, data, answer = reader.members("block", "to", "data", "answer")
    return RecordedCall(
        block.data(32, 32),
        _read_address(to, chain),
        data.data(0, MAX_CALL_BYTES),
        answer.optional(lambda given: given.data(0, MAX_CALL_BYTES)),
    )


def _read_topics(reader: Reader) -> tuple[bytes, ...]:
    return tuple(item.data(32, 32) for item in reader.items(MAX_TOPICS))


def _read_nodes(reader: Reader) -> tuple[bytes, ...]:
    return tuple(node.data(1, MAX_NODE) for node in reader.items(MAX_NODES))


def _chain_value(recording: ChainRecording) -> Json:
    final = recording.finalized
    return {
        "chain": str(recording.chain),
        "sources": list(recording.sources),
        "finalized": None if final is None else {"number": final.number, "hash": _hex(final.hash)},
        "headers": [{"number": header.number, "rlp": _hex(header.rlp)} for header in recording.headers],
        "proofs": [_proof_value(item) for item in recording.proofs],
        "logs": [_logs_value(item) for item in sorted(recording.logs, key=lambda item: item.question)],
        "calls": [_call_value(item) for item in sorted(recording.calls, key=lambda item: item.question)],
    }


def _proof_value(recorded: RecordedProof) -> Json:
    keyed = zip(recorded.keys, recorded.proof.storage_nodes, strict=True)
    return {
        "block": _hex(recorded.block),
        "address": recorded.proof.address,
        "accountProof": [_hex(node) for node in recorded.proof.account_nodes],
        "storageProofs": [{"key": _hex(key), "nodes": [_hex(node) for node in nodes]} for key, nodes in keyed],
    }


def _logs_value(recorded: RecordedLogs) -> Json:
    return {
        "address": recorded.address,
        "topics": [_hex(topic) for topic in recorded.topics],
        "first": recorded.first,
        "last": recorded.last,
        "logs": [_log_value(log) for log in recorded.logs],
    }


def _log_value(log: Log) -> Json:
    return {
        "topics": [_hex(topic) for topic in log.topics],
        "data": _hex(log.data),
        "number": log.block.number,
        "hash": _hex(log.block.hash),
        "index": log.index,
    }


def _call_value(recorded: RecordedCall) -> Json:
    return {
        "block": _hex(recorded.block),
        "to": recorded.to,
        "data": _hex(recorded.data),
        "answer": None if recorded.answer is None else _hex(recorded.answer),
    }


def _hex(data: bytes) -> str:
    return "0x" + data.hex()
