"""Run web3 over our own transport: methods of a closed list alone, and no answer taken that is not to the question."""

import itertools
import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from web3.providers.base import JSONBaseProvider
from web3.types import RPCEndpoint, RPCResponse

from por.chains.rpc_errors import source_error
from por.chains.transport import Transport
from por.encoding import strict_json
from por.errors import FormatError, SourceError, UnavailableError
from por.model import printable


class CheckedProvider(JSONBaseProvider):
    """Provide web3 with answers whose JSON, id and completeness were checked; every failure is a SourceError.

    A subclass names the methods it sends, and those that may be answered with null. CCIP-Read (EIP-3668) is off:
    no contract makes `por` fetch a URL.
    """

    methods: ClassVar[frozenset[str]] = frozenset()
    may_be_null: ClassVar[frozenset[str]] = frozenset()
    global_ccip_read_enabled = False

    def __init__(self, transport: Transport) -> None:
        """Send over `transport`."""
        super().__init__()
        self._transport = transport
        self._ids = itertools.count(1)

    def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        """Ask one question. Raises: SourceError; LookupError for a method that is not on the list (T66)."""
        number, call = self._call(method, params)
        return self._checked(self._exchange(call), {number: method})

    def make_batch_request(self, requests: Sequence[tuple[RPCEndpoint, Any]]) -> list[RPCResponse]:
        """Ask many questions at once; the answers stand in the order of the questions.

        Raises: SourceError, also when an answer is missing, comes twice or is an error; LookupError as above.
        """
        calls = [self._call(method, params) for method, params in requests]
        methods = {number: method for (number, _), (method, _) in zip(calls, requests, strict=True)}
        answers = self._exchange([call for _, call in calls])
        if not isinstance(answers, list):
            self._checked(answers, methods)
            raise self._unusable("one answer to a batch")
        checked = {answer["id"]: answer for answer in (self._checked(each, methods) for each in answers)}
        if len(answers) != len(calls) or len(checked) != len(calls):
            raise self._unusable(f"{len(answers)} answers, {len(checked)} of them different, to {len(calls)} questions")
        return [checked[number] for number, _ in calls]

    def _call(self, method: str, params: Any) -> tuple[int, Mapping[str, object]]:
        if method not in self.methods:
            raise LookupError(f"{method} is not one of the methods that {type(self).__name__} sends")
        number = next(self._ids)
        return number, {"jsonrpc": "2.0", "id": number, "method": method, "params": params}

    def _exchange(self, message: object) -> object:
        data = self._transport.post(json.dumps(message).encode())
        try:
            return strict_json.load(data, max_bytes=self._transport.limits.max_bytes)
        except FormatError as error:
            reason = printable(self._transport.redact(error.reason))
        raise self._unusable(f"a body that is not strict JSON: {reason}")

    def _checked(self, answer: object, methods: Mapping[int, str]) -> RPCResponse:
        if not isinstance(answer, dict):
            raise self._unusable("something that is no JSON-RPC answer")
        number = answer.get("id")
        method = methods.get(number) if type(number) is int else None
        if answer.get("error") is not None:
            place = f"{self._transport.origin}: {method or 'a question'}"
            raise self._refusal(place, answer["error"])
        if answer.get("jsonrpc") != "2.0" or method is None:
            raise self._unusable("an answer to a question that was not asked")
        if answer.get("result") is None and not (method in self.may_be_null and "result" in answer):
            raise self._unusable(f"no result for {method}")
        return RPCResponse(jsonrpc="2.0", id=number, result=answer["result"])

    def _refusal(self, place: str, error: object) -> SourceError:
        return source_error(place, error, self._transport.redact)

    def _unusable(self, what: str) -> UnavailableError:
        return UnavailableError(f"{self._transport.origin}: it answers with {what}")
