"""A beacon node on this machine that answers from a light client's documents, as JSON or serialized."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from por.encoding.light_client_v1 import Bootstrap, CommitteeUpdate, Signed, SignedBlock
from por.proofs.beacon import ssz
from por.proofs.beacon.light_client_records import BOOTSTRAPS, FINALITIES, UPDATES, any_of
from tests.loopback import Loopback
from tests.proofs.beacon import worlds

NO_EXECUTION = worlds.execution(0, 0, bytes(32))


def light_header(header: bytes, execution: bytes = NO_EXECUTION, branch: tuple[bytes, ...] = (bytes(32),) * 4) -> bytes:
    return header + (112 + 4 + 128).to_bytes(4, "little") + b"".join(branch) + execution


def joined(head: list[bytes | None], tail: list[bytes]) -> bytes:
    """Put offsets where a part without a fixed size stands."""
    at = sum(4 if piece is None else len(piece) for piece in head)
    moving = iter(tail)
    written = b""
    for piece in head:
        if piece is None:
            written += at.to_bytes(4, "little")
            at += len(next(moving))
        else:
            written += piece
    return written + b"".join(tail)


def aggregate(signed: Signed) -> list[bytes | None]:
    return [signed.participants, signed.signature, signed.slot.to_bytes(8, "little")]


def bootstrap(document: Bootstrap, padding: int = 0) -> bytes:
    branch = b"".join((*[bytes(32)] * padding, *document.branch))
    return joined([None, document.committee, branch], [light_header(document.header)])


def update(document: CommitteeUpdate, padding: int = 0) -> bytes:
    zeros = [bytes(32)] * padding
    branch, final = b"".join((*zeros, *document.branch)), b"".join((*zeros, *document.finality.branch))
    head = [None, document.committee, branch, None, final, *aggregate(document.signed)]
    return joined(head, [light_header(document.signed.header), light_header(document.finality.header)])


def finality(document: SignedBlock, padding: int = 0) -> bytes:
    assert document.finality is not None
    branch = b"".join((*[bytes(32)] * padding, *document.finality.branch))
    final = light_header(document.finality.header, document.execution, document.branch)
    head = [None, None, branch, *aggregate(document.signed)]
    return joined(head, [light_header(document.signed.header), final])


def said(kind: ssz.Kind, data: bytes, name: str = "") -> Any:
    """Say a serialized value as the beacon API does."""
    if isinstance(kind, ssz.Container):
        cut = ssz.parts(kind, data)
        return {field: said(inner, cut[field], field) for field, inner in kind.fields}
    if isinstance(kind, ssz.Vector):
        return [said(kind.item, item) for item in ssz.items(kind, data)]
    if isinstance(kind, ssz.Plain) and (kind.size == 8 or name == "base_fee_per_gas"):
        return str(ssz.number(data))
    return "0x" + data.hex()


def answer(kinds: tuple[ssz.Container, ...], data: bytes) -> dict[str, Any]:
    return any_of(kinds, lambda kind: {"version": "electra", "data": said(kind, data)})


class BeaconServer(Loopback):
    """Serve a bootstrap, updates by period, what is final, and withdrawals by slot; a context manager."""

    def __init__(
        self,
        first: bytes,
        updates: Mapping[int, bytes],
        final: bytes,
        *,
        serialized: bool = False,
        withdrawals: object = None,
    ) -> None:
        self.first, self.updates, self.final = first, updates, final
        self.serialized = serialized
        self.withdrawals = withdrawals
        self.asked: list[str] = []
        self.body: bytes | None = None
        self.status = 200
        super().__init__(_handler(self))

    def tell(self, target: str) -> bytes:
        self.asked.append(target)
        if self.body is not None:
            return self.body
        parts = urlsplit(target)
        query = parse_qs(parts.query)
        if "/bootstrap/" in parts.path:
            return self._told(BOOTSTRAPS, self.first)
        if parts.path.endswith("/finality_update"):
            return self._told(FINALITIES, self.final)
        if parts.path.endswith("/updates"):
            start, count = int(query["start_period"][0]), int(query["count"][0])
            found = [self.updates[period] for period in range(start, start + count) if period in self.updates]
            if self.serialized:
                return b"".join((len(item) + 4).to_bytes(8, "little") + b"fork" + item for item in found)
            return json.dumps([answer(UPDATES, item) for item in found]).encode()
        payload = {"withdrawals": self.withdrawals, "block_number": "1"}
        return json.dumps({"data": {"message": {"body": {"execution_payload": payload}}}}).encode()

    def _told(self, kinds: tuple[ssz.Container, ...], data: bytes) -> bytes:
        return data if self.serialized else json.dumps(answer(kinds, data)).encode()


def _handler(server: BeaconServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            data = server.tell(self.path)
            self.send_response(server.status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
