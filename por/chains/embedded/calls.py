"""Run calls on the embedded chain that no transaction pays for: `eth_call` and `eth_estimateGas`."""

from collections.abc import Mapping
from typing import Any

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError
from eth_utils.exceptions import ValidationError

from por.chains.embedded.parameters import data, fixed, quantity
from por.chains.embedded.server import RefusedQuestionError

_ERROR_STRING = bytes.fromhex("08c379a0")
_MAX_EXCESS_PERCENT = 2
_STIPEND = 2_300


def called(chain: Any, header: Any, call: Mapping[str, object], overrides: object = None) -> bytes:
    """Return what a call returns on the state of a block; `overrides` may put code and storage words there first.

    Raises: RefusedQuestionError, with the data of a revert.
    """
    computation = _run(chain, header, call, _limit(header, call), overrides)
    if computation.is_error:
        raise _failure(computation)
    output: bytes = computation.output
    return output


def estimated(chain: Any, header: Any, call: Mapping[str, object]) -> int:
    """Return the gas with which a call succeeds, at most two hundredths too much.

    Raises: RefusedQuestionError, with the data of a revert.
    """
    most = _limit(header, call)
    computation = _run(chain, header, call, most)
    if computation.is_error:
        raise _failure(computation)
    spent = most - computation.get_gas_remaining()
    floor = spent - computation.get_gas_refund() + computation.data_floor_gas
    least = max(spent, floor) - 1
    # What it spent is enough unless it calls on with a part of its gas.
    guesses = [(spent + _STIPEND) * 64 // 63, least + 1]
    while (most - least) * 100 > most * _MAX_EXCESS_PERCENT and most - least > 1:
        tried = guesses.pop() if guesses else (least + most) // 2
        if tried >= most:
            continue
        if _succeeds(chain, header, call, tried):
            most = tried
        else:
            least = tried
    return most


def _succeeds(chain: Any, header: Any, call: Mapping[str, object], gas: int) -> bool:
    try:
        return not _run(chain, header, call, gas).is_error
    except RefusedQuestionError:
        return False


def _limit(header: Any, call: Mapping[str, object]) -> int:
    most: int = header.gas_limit
    return min(quantity(call["gas"]), most) if call.get("gas") is not None else most


def _run(chain: Any, header: Any, call: Mapping[str, object], gas: int, overrides: object = None) -> Any:
    state = _free_state(chain, header)
    for address, members in _overrides(overrides):
        if "code" in members:
            state.set_code(address, data(members["code"]))
        for key, word in _words(members.get("stateDiff", {})):
            state.set_storage(address, key, word)
    try:
        return state.apply_transaction(_unsigned(chain, state, call, gas))
    except ValidationError as error:
        raise RefusedQuestionError(-32000, str(error)) from error


def _free_state(chain: Any, header: Any) -> Any:
    """Return the state after a block, seen from that block, where gas costs nothing."""
    vm = chain.get_vm(header)
    free = header.copy(base_fee_per_gas=0)
    return vm.build_state(chain.chaindb.db, free, vm.chain_context, vm.previous_hashes)


def _unsigned(chain: Any, state: Any, call: Mapping[str, object], gas: int) -> Any:
    # py-evm comes with the extra `demo`.
    from eth.vm.spoof import SpoofTransaction  # noqa: PLC0415

    sender = fixed(call.get("from") or "0x" + "00" * 20, 20)
    to, sent = call.get("to"), call.get("input") or call.get("data") or "0x"
    unsigned = chain.get_transaction_builder().new_unsigned_dynamic_fee_transaction(
        chain_id=chain.chain_id,
        nonce=state.get_nonce(sender),
        max_priority_fee_per_gas=0,
        max_fee_per_gas=0,
        gas=gas,
        to=b"" if to is None else fixed(to, 20),
        value=quantity(call.get("value") or "0x0"),
        data=data(sent),
        access_list=(),
    )
    return SpoofTransaction(unsigned, from_=sender)


def _overrides(overrides: object) -> list[tuple[bytes, Mapping[str, object]]]:
    if overrides is None:
        return []
    if not isinstance(overrides, dict):
        raise _no_override()
    for members in overrides.values():
        if not isinstance(members, dict) or not members or members.keys() - {"code", "stateDiff"}:
            raise _no_override()
    return [(fixed(address, 20), members) for address, members in overrides.items()]


def _words(words: object) -> list[tuple[int, int]]:
    if not isinstance(words, dict):
        raise _no_override()
    return [(_number(fixed(key, 32)), _number(fixed(word, 32))) for key, word in words.items()]


def _no_override() -> RefusedQuestionError:
    return RefusedQuestionError(-32602, "invalid params: only code and stateDiff may be overridden")


def _number(word: bytes) -> int:
    return int.from_bytes(word, "big")


def _failure(computation: Any) -> RefusedQuestionError:
    from eth.exceptions import OutOfGas, Revert  # noqa: PLC0415

    error = computation.error
    if isinstance(error, Revert):
        output: bytes = computation.output
        return RefusedQuestionError(3, _revert_words(output), output)
    return RefusedQuestionError(-32000, "out of gas" if isinstance(error, OutOfGas) else str(error))


def _revert_words(output: bytes) -> str:
    if output[:4] == _ERROR_STRING:
        try:
            return f"execution reverted: {decode(['string'], output[4:])[0]}"
        except DecodingError:
            pass
    return "execution reverted"
