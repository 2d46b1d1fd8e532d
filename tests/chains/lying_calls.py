"""What a node may say in place of what a call gives, reads or runs, one lie or refusal at a time, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.chains.honest_chain import MULTICALL3, OTHER_HOLDER, TOKEN, balance_of, packed_answer

if TYPE_CHECKING:
    from tests.chains.lying_server import LyingServer

Told = dict[str, Any]
Lie = Callable[["LyingServer", dict[str, Any], Told], Told]
WORD = "0x" + "00" * 31 + "07"


def is_packed(call: dict[str, Any]) -> bool:
    return bool(call["method"] == "eth_call" and call["params"][0]["to"] == MULTICALL3)


def _calls(result: object) -> Lie:
    """Lie about what a contract gives, be it called by itself or with others."""

    def lie(_: LyingServer, call: dict[str, Any], told: Told) -> Told:
        if call["method"] != "eth_call" or call["params"][0]["to"] == MULTICALL3:
            return told
        return told | {"result": result}

    return lie


def _each(result: bytes | None) -> Lie:
    """Say the same of all calls of the token, also inside `aggregate3`."""

    def lie(node: LyingServer, call: dict[str, Any], told: Told) -> Told:
        if is_packed(call):
            count = len(node.chain.unpacked(call["params"][0]["data"]))
            return told | {"result": packed_answer([result] * count)}
        if call["method"] != "eth_call":
            return told
        if result is None:
            return _told(told["id"], 3, "execution reverted")
        return told | {"result": "0x" + result.hex()}

    return lie


def _told(number: object, code: int, words: str) -> Told:
    return {"jsonrpc": "2.0", "id": number, "error": {"code": code, "message": words}}


def _refused(method: str, code: int, words: str) -> Lie:
    return lambda _, call, told: _told(told["id"], code, words) if call["method"] == method else told


def _packed(change: Callable[[bytes], bytes]) -> Lie:
    """Change the bytes that `aggregate3` answers."""

    def lie(_: LyingServer, call: dict[str, Any], told: Told) -> Told:
        return told | {"result": "0x" + change(bytes.fromhex(told["result"][2:])).hex()} if is_packed(call) else told

    return lie


def _packed_refused(code: int, words: str) -> Lie:
    return lambda _, call, told: _told(told["id"], code, words) if is_packed(call) else told


def _failed_first(data: bytes) -> bytes:
    # The first result's flag stands behind the head, the count and the offsets.
    place = 64 + int.from_bytes(data[64:96], "big")
    return data[:place] + bytes(32) + data[place + 32 :]


def _flag_two(data: bytes) -> bytes:
    place = 64 + int.from_bytes(data[64:96], "big")
    return data[:place] + (2).to_bytes(32, "big") + data[place + 32 :]


def _one_place(data: bytes) -> bytes:
    count = int.from_bytes(data[32:64], "big")
    return data[:64] + data[64:96] * count + data[64 + 32 * count :]


def _fewer(data: bytes) -> bytes:
    return data[:32] + (int.from_bytes(data[32:64], "big") - 1).to_bytes(32, "big") + data[64:]


def _other_holder(node: LyingServer, call: dict[str, Any], told: Told) -> Told:
    if is_packed(call):
        answers = [
            node.chain.call(TOKEN, balance_of(OTHER_HOLDER), 5) for _ in node.chain.unpacked(call["params"][0]["data"])
        ]
        return told | {"result": packed_answer(answers)}
    if call["method"] != "eth_call" or call["params"][0]["to"] != TOKEN:
        return told
    return {
        "jsonrpc": "2.0",
        "id": told["id"],
        "result": "0x" + (node.chain.call(TOKEN, balance_of(OTHER_HOLDER), 5) or b"").hex(),
    }


def _yesterday(node: LyingServer, call: dict[str, Any], told: Told) -> Told:
    if call["method"] != "eth_call":
        return told
    asked = call["params"][0]
    number = (node.chain.number_of(call["params"][1]) or 1) - 1
    answer = node.chain.call(asked["to"], bytes.fromhex(asked["data"][2:]), number)
    return told if answer is None else told | {"result": "0x" + answer.hex()}


def _turned(node: LyingServer, call: dict[str, Any], told: Told) -> Told:
    if not is_packed(call):
        return told
    return told | {"result": packed_answer(node.chain.unpacked_answers(call["params"][0]["data"], 5)[::-1])}


def _revert_with_result(_: LyingServer, call: dict[str, Any], told: Told) -> Told:
    if call["method"] != "eth_call":
        return told
    return _told(told["id"], 3, "execution reverted") | {"result": WORD}


def _revert_of_nothing(_: LyingServer, call: dict[str, Any], told: Told) -> Told:
    return _told(None, 3, "execution reverted") if call["method"] == "eth_call" else told


def _bare_hash_only(_: LyingServer, call: dict[str, Any], told: Told) -> Told:
    if call["method"] == "eth_call" and not isinstance(call["params"][1], str):
        return _told(told["id"], -32602, "invalid argument 1: json: cannot unmarshal object into Go value")
    return told


def _codes(result: object) -> Lie:
    return lambda _, call, told: told | {"result": result} if call["method"] == "eth_getCode" else told


def _access(result: object) -> Lie:
    return lambda _, call, told: told | {"result": result} if call["method"] == "eth_createAccessList" else told


def _listed(**members: object) -> Lie:
    return _access({"accessList": [{"address": TOKEN, "storageKeys": []} | members], "gasUsed": "0x1"})


# Which a node alone is believed in, as what calls give is only its word.
BELIEVED: dict[str, Lie] = {
    "call gives zero": _each(bytes(32)),
    "call gives nothing": _each(b""),
    "call reverts": _each(None),
    "call of another holder": _other_holder,
    "call of yesterday": _yesterday,
    "packed results turned": _turned,
}
UNHARMED: dict[str, Lie] = {
    "calls by bare hash only": _bare_hash_only,
    "packed reverts": _packed_refused(3, "execution reverted: no"),
    "packed runs out of gas": _packed_refused(-32000, "out of gas"),
    "packed first failed": _packed(_failed_first),
    "no multicall": _codes("0x"),
    "other multicall": _codes("0x6001"),
}
CALL_LIES: dict[str, Lie] = {
    **BELIEVED,
    **UNHARMED,
    "call as null": _calls(None),
    "call of odd data": _calls("0x0"),
    "call as a number": _calls(7),
    "call as a list": _calls([WORD]),
    "call without 0x": _calls(WORD[2:]),
    "call in upper case": _calls("0x" + "AB" * 32),
    "call of 128 KiB and a byte": _calls("0x" + "00" * (2**17 + 1)),
    "call reverts with a result": _revert_with_result,
    "call reverts of nothing": _revert_of_nothing,
    "call out of gas": _refused("eth_call", -32000, "out of gas"),
    "call of an invalid opcode": _refused("eth_call", -32000, "invalid opcode: INVALID"),
    "call times out": _refused("eth_call", -32000, "execution aborted (timeout = 5s)"),
    "call pruned": _refused("eth_call", -32000, "missing trie node 12 (path ) state 0x12 is not available"),
    "call not canonical": _refused("eth_call", -32000, "hash 12 is not currently canonical"),
    "call of an unknown block": _refused("eth_call", -32000, "header not found"),
    "call limited": _refused("eth_call", -32005, "rate limit"),
    "no calls": _refused("eth_call", -32601, "the method eth_call does not exist/is not available"),
    "calls in no form": _refused("eth_call", -32602, "invalid params"),
    "packed empty": _packed(lambda _: b""),
    "packed short": _packed(lambda data: data[:-32]),
    "packed long": _packed(lambda data: data + bytes(32)),
    "packed one fewer": _packed(_fewer),
    "packed cut to its head": _packed(lambda data: data[:64]),
    "packed of endless count": _packed(lambda data: data[:32] + b"\xff" * 32 + data[64:]),
    "packed of endless place": _packed(lambda data: data[:64] + b"\xff" * 32 + data[96:]),
    "packed in one place": _packed(_one_place),
    "packed with a flag of two": _packed(_flag_two),
    "packed with dirty padding": _packed(lambda data: data[:31] + b"\x40" + data[32:]),
}
CODE_LIES: dict[str, Lie] = {
    "code as null": _codes(None),
    "code of odd data": _codes("0x0"),
    "code as a number": _codes(0),
    "code of 128 KiB and a byte": _codes("0x" + "00" * (2**17 + 1)),
    "no codes": _refused("eth_getCode", -32601, "the method eth_getCode does not exist/is not available"),
    "code pruned": _refused("eth_getCode", -32000, "historical state 12 is not available"),
}
ACCESS_LIES: dict[str, Lie] = {
    "access as null": _access(None),
    "access as a list": _access([]),
    "access without its list": _access({"gasUsed": "0x1"}),
    "access of no address": _listed(address=None),
    "access of a short address": _listed(address=TOKEN[:-2]),
    "access of a short key": _listed(storageKeys=["0x07"]),
    "access of keys as text": _listed(storageKeys="0x"),
    "access without keys": _access({"accessList": [{"address": TOKEN}], "gasUsed": "0x1"}),
    "access of nothing": _access({"accessList": [None], "gasUsed": "0x1"}),
    "access of too much": _access({"accessList": [{"address": TOKEN, "storageKeys": []}] * 5000, "gasUsed": "0x1"}),
    "no access lists": _refused("eth_createAccessList", -32601, "the method eth_createAccessList does not exist"),
    "access pruned": _refused("eth_createAccessList", -32000, "missing trie node 12"),
}
ASKED_LIES = CALL_LIES | CODE_LIES | ACCESS_LIES
