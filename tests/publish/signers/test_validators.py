"""Keys of consensus validators: a beacon node's word counts only if it is one, and synchronised."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from eth_utils.crypto import keccak

from por.errors import FormatError, IncapableError, SourceError, UnavailableError
from por.publish.signers.bls_key import BlsKey
from por.publish.signers.validators import require_no_validator
from tests.chains.lying_server import QUICK, refused_url

KEY = BlsKey(keccak(text="a secret")).key
SYNCHRONISED = {"head_slot": "1", "sync_distance": "0", "is_syncing": False, "is_optimistic": False}
VALIDATOR = {"execution_optimistic": False, "finalized": False, "data": {"index": "1", "status": "active_ongoing"}}
Answer = tuple[int, bytes]


class Beacon:
    """Answer as a beacon node does, or as `syncing` and `validator` say."""

    def __init__(self) -> None:
        self.syncing: Answer = 200, json.dumps({"data": SYNCHRONISED}).encode()
        self.validator: Answer = 404, json.dumps({"code": 404, "message": "Validator not found"}).encode()
        self.asked: list[str] = []
        beacon = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                beacon.asked.append(self.path)
                status, body = beacon.syncing if "/node/syncing" in self.path else beacon.validator
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"


@pytest.fixture
def beacon() -> Iterator[Beacon]:
    node = Beacon()
    thread = threading.Thread(target=node.server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield node
    node.server.shutdown()
    node.server.server_close()
    thread.join()


def test_a_key_that_no_validator_has_is_let_through(beacon: Beacon) -> None:
    require_no_validator(KEY, beacon.url + "/s3cret/?key=1", QUICK)
    assert beacon.asked == [
        "/s3cret/eth/v1/node/syncing?key=1",
        f"/s3cret/eth/v1/beacon/states/head/validators/0x{KEY.hex()}?key=1",
    ]


@pytest.mark.parametrize("status", ["active_ongoing", "pending_queued", "exited_slashed", "withdrawal_done"])
def test_t39_a_validators_key_is_refused_whatever_its_state(beacon: Beacon, status: str) -> None:
    beacon.validator = 200, json.dumps(VALIDATOR | {"data": {"status": status}}).encode()
    with pytest.raises(FormatError, match=r"is a consensus validator's key.*por attest key") as caught:
        require_no_validator(KEY, beacon.url, QUICK)
    assert KEY.hex() in str(caught.value)


def test_t39_an_answer_that_makes_no_sense_is_not_read_as_absence(beacon: Beacon) -> None:
    beacon.validator = 200, b"null"
    with pytest.raises(FormatError, match="is a consensus validator's key"):
        require_no_validator(KEY, beacon.url, QUICK)


@pytest.mark.parametrize("status", [204, 301, 400, 403, 405, 410, 429, 500, 503])
def test_t39_any_other_answer_decides_nothing(beacon: Beacon, status: int) -> None:
    beacon.validator = status, b""
    with pytest.raises(UnavailableError, match=f"HTTP {status}"):
        require_no_validator(KEY, beacon.url, QUICK)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (json.dumps({"data": SYNCHRONISED | {"is_syncing": True}}).encode(), "not synchronised yet"),
        (json.dumps({"data": SYNCHRONISED | {"is_syncing": "false"}}).encode(), "not a beacon node's answer"),
        (json.dumps({"data": SYNCHRONISED | {"is_syncing": 0}}).encode(), "not a beacon node's answer"),
        (json.dumps({"data": [SYNCHRONISED]}).encode(), "not a beacon node's answer"),
        (json.dumps(SYNCHRONISED).encode(), "not a beacon node's answer"),
        (b"[]", "not a beacon node's answer"),
        (b"<html>Welcome</html>", "not a beacon node's answer: not JSON"),
        (b'{"data":{"is_syncing":false,"is_syncing":true}}', "'is_syncing' appears twice"),
        (b"", "not a beacon node's answer"),
    ],
)
def test_t39_the_404_of_what_is_no_ready_beacon_node_is_no_absence(beacon: Beacon, body: bytes, words: str) -> None:
    beacon.syncing = 200, body
    with pytest.raises(SourceError, match=words):
        require_no_validator(KEY, beacon.url, QUICK)
    assert len(beacon.asked) == 1


def test_t39_the_404_of_a_wrong_path_is_no_absence(beacon: Beacon) -> None:
    beacon.syncing = 404, b"not found"
    with pytest.raises(UnavailableError, match="HTTP 404"):
        require_no_validator(KEY, beacon.url, QUICK)


def test_t39_no_beacon_node_is_no_absence() -> None:
    with pytest.raises(UnavailableError, match="connection refused"):
        require_no_validator(KEY, refused_url(), QUICK)


def test_t96_a_url_that_may_hold_a_key_is_not_shown(beacon: Beacon) -> None:
    beacon.syncing = 200, b"{}"
    with pytest.raises(IncapableError) as caught:
        require_no_validator(KEY, beacon.url + "/s3cret", QUICK)
    assert "s3cret" not in str(caught.value)
    with pytest.raises(FormatError, match="so it is not shown"):
        require_no_validator(KEY, "beacon.example/s3cret", QUICK)
