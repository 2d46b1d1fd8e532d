"""Run web3 over our own transport: methods of a closed list alone, and no answer taken that is not to the question."""

import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, TypeVar

from web3.providers.base import JSONBaseProvider
from web3.types import RPCEndpoint, RPCResponse

from por.chains.rpc_errors import RevertedError, source_error
from por.chains.transport import Transport
from por.encoding import strict_json
from por.errors import FormatError, SourceError, UnavailableError
from por.model import printable

Told = TypeVar("Told")


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
        answers = self._answers(requests, self._result)
        return [RPCResponse(jsonrpc="2.0", id=number, result=result) for number, result in answers]

    def outcomes(self, method: str, questions: Sequence[Sequence[object]]) -> list[object]:
        """Ask one method many times at once; the result or, where the call reverted, a RevertedError, for each.

        Raises: as `make_batch_request`.
        """
        return [outcome for _, outcome in self._answers([(method, list(each)) for each in questions], self._outcome)]

    def _answers(
        self, requests: Sequence[tuple[str, Any]], read: Callable[[Any, Mapping[int, str]], tuple[int, Told]]
    ) -> list[tuple[int, Told]]:
        calls = [self._call(method, params) for method, params in requests]
        methods = {number: method for (number, _), (method, _) in zip(calls, requests, strict=True)}
        answers = self._exchange([call for _, call in calls])
        if not isinstance(answers, list):
            self._checked(answers, methods)
            raise self._unusable("one answer to a batch")
        told = dict(read(each, methods) for each in answers)
        if len(answers) != len(calls) or len(told) != len(calls):
            raise self._unusable(f"{len(answers)} answers, {len(told)} of them different, to {len(calls)} questions")
        return [(number, told[number]) for number, _ in calls]

    def _result(self, answer: object, methods: Mapping[int, str]) -> tuple[int, object]:
        checked = self._checked(answer, methods)
        return int(checked["id"] or 0), checked["result"]

    def _outcome(self, answer: Any, methods: Mapping[int, str]) -> tuple[int, object]:
        try:
            return self._result(answer, methods)
        except RevertedError as error:
            return int(answer["id"]), error

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
            refusal = self._refusal(f"{self._transport.origin}: {method or 'a question'}", answer["error"])
            if isinstance(refusal, RevertedError) and (method is None or answer.get("result") is not None):
                raise self._unusable("a revert of what was not called, or that has a result too")
            raise refusal
        if answer.get("jsonrpc") != "2.0" or method is None:
            raise self._unusable("an answer to a question that was not asked")
        if answer.get("result") is None and not (method in self.may_be_null and "result" in answer):
            raise self._unusable(f"no result for {method}")
        return RPCResponse(jsonrpc="2.0", id=number, result=answer["result"])

    def _refusal(self, place: str, error: object) -> SourceError:
        return source_error(place, error, self._transport.redact)

    def _unusable(self, what: str) -> UnavailableError:
        return UnavailableError(f"{self._transport.origin}: it answers with {what}")
