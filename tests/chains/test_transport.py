"""The one way out: bounded, without redirects, without the environment, without secrets in what it says."""

from __future__ import annotations

import json
import logging
import time
import traceback
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace

import pytest

from por.chains.transport import Limits, Transport, below, origin
from por.errors import FormatError, UnavailableError
from tests.chains.honest_chain import HonestChain
from tests.chains.lying_server import ENDLESS, HASTY, QUICK, SECRETS, TRANSFERS, LyingServer, patience, refused_url

QUESTION = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "eth_chainId", "params": []}).encode()
HONEST = {"jsonrpc": "2.0", "id": 1, "result": "0x1"}
RECOVERED = {"reset twice": 3, "503 twice": 3, "429 once": 2, "truncated once": 2}
AT_ONCE = {
    "204",
    "400",
    "401",
    "403",
    "404",
    "redirect to another host",
    *(REDIRECTS := ("moved", "moved with an endless body", "moved to a byte", "moved to half an address")),
    *(LENGTHS := ("length of 5000 digits", "length of other digits")),
    "not there, without end",
    "gzip",
    "50 MB",
    "50 MB unannounced",
    "trickle",
}
AGAIN = {
    "reset",
    "hang up",
    "silent",
    "truncated body",
    "cut chunk",
    "429",
    "429 for a day",
    "500",
    "503",
    "503 with a balance",
}


@pytest.fixture
def node() -> Iterator[LyingServer]:
    with LyingServer(HonestChain(head=0)) as server:
        yield server


def test_an_honest_answer_comes_back_as_it_was_sent(node: LyingServer) -> None:
    assert json.loads(Transport(node.url, QUICK).post(QUESTION)) == HONEST


def test_one_session_serves_many_questions(node: LyingServer) -> None:
    transport = Transport(node.url, QUICK)
    assert len({transport.post(QUESTION) for _ in range(5)}) == 1
    assert node.posts == 5
    transport.close()


def test_every_fault_is_in_one_of_the_tables() -> None:
    assert AT_ONCE | AGAIN | RECOVERED.keys() == TRANSFERS.keys()


@pytest.mark.parametrize("fault", sorted(AT_ONCE))
def test_t64_what_another_attempt_cannot_mend_is_not_tried_again(node: LyingServer, fault: str) -> None:
    node.fault = fault
    with pytest.raises(UnavailableError, match=r"\(1 attempt\)"):
        Transport(node.url, patience(fault)).post(QUESTION)
    assert node.posts == 1


@pytest.mark.parametrize("fault", sorted(AGAIN))
def test_t64_a_lasting_fault_is_tried_again_and_then_named(node: LyingServer, fault: str) -> None:
    node.fault = fault
    with pytest.raises(UnavailableError, match=r"\([23] attempts\)|no whole answer"):
        Transport(node.url, patience(fault)).post(QUESTION)
    assert 2 <= node.posts <= HASTY.attempts


@pytest.mark.parametrize("fault", sorted(RECOVERED))
def test_a_passing_fault_is_survived(node: LyingServer, fault: str) -> None:
    node.fault = fault
    assert json.loads(Transport(node.url, QUICK).post(QUESTION)) == HONEST
    assert node.posts == RECOVERED[fault]


def test_t64_a_refused_connection_is_tried_again_and_named() -> None:
    with pytest.raises(UnavailableError, match=r"connection refused \(3 attempts\)"):
        Transport(refused_url(), QUICK).post(QUESTION)


@pytest.mark.parametrize("fault", ["trickle", "silent", "reset", "503", "429 for a day"])
def test_t64_the_deadline_covers_all_attempts_and_pauses(node: LyingServer, fault: str) -> None:
    node.fault = fault
    begun = time.monotonic()
    with pytest.raises(UnavailableError):
        Transport(node.url, replace(HASTY, attempts=1000)).post(QUESTION)
    assert time.monotonic() - begun < 2


def test_the_transport_works_again_after_a_deadline(node: LyingServer) -> None:
    node.fault = "trickle"
    transport = Transport(node.url, HASTY)
    with pytest.raises(UnavailableError, match=r"no whole answer within 0\.9 s"):
        transport.post(QUESTION)
    node.fault = None
    assert json.loads(transport.post(QUESTION)) == HONEST


def test_the_server_may_ask_for_a_pause_up_to_a_cap(node: LyingServer) -> None:
    node.fault = "429 for a day"
    begun = time.monotonic()
    with pytest.raises(UnavailableError, match="limits the rate"):
        Transport(node.url, replace(QUICK, max_pause_ms=100, total_ms=5000)).post(QUESTION)
    assert time.monotonic() - begun >= 0.2


@pytest.mark.parametrize("fault", ["50 MB", "50 MB unannounced"])
def test_t64_an_answer_is_cut_at_the_cap(node: LyingServer, fault: str) -> None:
    node.fault = fault
    with pytest.raises(UnavailableError, match="more than 1048576 bytes"):
        Transport(node.url, patience(fault)).post(QUESTION)


@pytest.mark.parametrize("fault", ["redirect to another host", *REDIRECTS])
def test_t95_a_redirect_is_not_followed(node: LyingServer, fault: str) -> None:
    """Also where it leads to what is no address at all: nobody tries to read that."""
    node.fault = fault
    with pytest.raises(UnavailableError, match="redirects are not followed"):
        Transport(node.url, QUICK).post(QUESTION)
    assert node.posts == 1


@pytest.mark.parametrize("fault", ["moved with an endless body", "not there, without end"])
def test_t84_t95_the_body_of_a_refusal_is_never_read(node: LyingServer, fault: str) -> None:
    """What the server got rid of is what the machine's own buffers hold, and nothing of it is kept here."""
    node.fault = fault
    tracemalloc.start()
    try:
        with pytest.raises(UnavailableError, match=r"\(1 attempt\)"):
            Transport(node.url, QUICK).post(QUESTION)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8 * 2**20
    assert node.sent < ENDLESS // 8


@pytest.mark.parametrize("fault", LENGTHS)
def test_t84_a_length_that_is_none_is_refused_before_the_body(node: LyingServer, fault: str) -> None:
    node.fault = fault
    with pytest.raises(UnavailableError, match="more than 1048576 bytes"):
        Transport(node.url, QUICK).post(QUESTION)


def test_a_document_comes_back_as_it_stands(node: LyingServer) -> None:
    transport = Transport(node.url, QUICK)
    assert transport.get() == transport.get_if_present() == node.document
    assert node.asked == [f"GET /v3/{SECRETS[2]}?key={SECRETS[3]} None None"] * 2


def test_one_session_both_asks_and_fetches(node: LyingServer) -> None:
    transport = Transport(node.url, QUICK)
    assert transport.get() == node.document
    assert json.loads(transport.post(QUESTION)) == HONEST
    assert transport.get() == node.document


@pytest.mark.parametrize("fault", sorted(AT_ONCE))
def test_t64_fetching_gives_up_at_once_where_asking_does(node: LyingServer, fault: str) -> None:
    node.fault = fault
    with pytest.raises(UnavailableError, match=r"\(1 attempt\)"):
        Transport(node.url, patience(fault)).get()
    assert node.posts == 1


@pytest.mark.parametrize("fault", ["reset", "hang up", "truncated body", "503"])
def test_t64_fetching_tries_again_where_asking_does(node: LyingServer, fault: str) -> None:
    node.fault = fault
    with pytest.raises(UnavailableError, match=r"\([23] attempts\)|no whole answer"):
        Transport(node.url, patience(fault)).get_if_present()
    assert 2 <= node.posts <= QUICK.attempts


@pytest.mark.parametrize("fault", sorted(RECOVERED))
def test_fetching_survives_a_passing_fault(node: LyingServer, fault: str) -> None:
    node.fault = fault
    assert Transport(node.url, QUICK).get_if_present() == node.document


@pytest.mark.parametrize("fault", ["404", "not there, without end"])
def test_what_is_not_there_is_told_from_what_cannot_be_fetched(node: LyingServer, fault: str) -> None:
    node.fault = fault
    transport = Transport(node.url, QUICK)
    assert transport.get_if_present() is None
    with pytest.raises(UnavailableError, match="HTTP 404: nothing is served at this path"):
        transport.get()


@pytest.mark.parametrize("fault", sorted(AT_ONCE - {"404", "not there, without end"}))
def test_t64_no_other_fault_reads_as_absence(node: LyingServer, fault: str) -> None:
    node.fault = fault
    with pytest.raises(UnavailableError):
        Transport(node.url, patience(fault)).get_if_present()


@pytest.mark.parametrize(
    ("url", "whole"),
    [
        ("http://node.example", "http://node.example/eth/v1/node"),
        ("http://node.example/", "http://node.example/eth/v1/node"),
        (
            "https://user:pass@node.example:5052/key/?token=1",
            "https://user:pass@node.example:5052/key/eth/v1/node?token=1",
        ),
    ],
)
def test_a_path_goes_below_the_servers_own_and_keeps_its_key(url: str, whole: str) -> None:
    assert below(url, "/eth/v1/node") == whole


def test_t96_a_bad_url_gets_no_path_and_is_not_shown() -> None:
    with pytest.raises(FormatError, match="it may hold a key, so it is not shown"):
        below("node.example/secret", "/eth")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "node.example",
        "ftp://node.example/",
        "file:///etc/passwd",
        "unix:///run/node.sock",
        "ws://node.example/",
        "http://",
        "http:///path",
        "http://:8545/",
        "http://node.example:0/",
        "http://node.example:99999/",
        "http://node.example:port/",
        "http://[::1/",
        "http://node.example/#part",
        "http://node.example/\r\nHost: other",
        "http://node example/",
        " http://node.example/",
        "http://node.example\\@other.example/",
        "http://nöde.example/",
        "javascript:alert(1)",
    ],
)
def test_t95_only_plain_http_urls_are_taken_and_a_bad_one_is_not_shown(url: str) -> None:
    with pytest.raises(FormatError) as caught:
        Transport(url)
    assert str(caught.value) == (
        "not an http or https URL such as https://node.example/ (it may hold a key, so it is not shown)"
    )
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://node.example", "https://node.example:443"),
        ("http://node.example/", "http://node.example:80"),
        ("HTTPS://Node.Example:8545/v3/key", "https://node.example:8545"),
        ("https://user:pass@node.example/?key=1", "https://node.example:443"),
        ("https://node.example./", "https://node.example:443"),
        ("http://[::1]:8545/", "http://[::1]:8545"),
        ("http://127.0.0.1:8545", "http://127.0.0.1:8545"),
    ],
)
def test_t96_an_origin_shows_scheme_host_and_port_alone(url: str, shown: str) -> None:
    assert origin(url) == shown


@pytest.mark.parametrize("fault", sorted(TRANSFERS.keys() - RECOVERED.keys()))
def test_t96_no_error_or_log_record_shows_a_key(
    node: LyingServer, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    node.fault = fault
    caplog.set_level(logging.DEBUG)
    transport = Transport(node.url, replace(patience(fault), attempts=2))
    with pytest.raises(UnavailableError) as caught:
        transport.post(QUESTION)
    said = "".join(traceback.format_exception(caught.value)) + caplog.text + repr(transport)
    assert node.origin in said
    assert [secret for secret in SECRETS if secret in said] == []
    assert caught.value.__context__ is None


def test_t96_not_even_when_the_connection_is_refused(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(UnavailableError) as caught:
        Transport(refused_url(), QUICK).post(QUESTION)
    said = "".join(traceback.format_exception(caught.value)) + caplog.text
    assert [secret for secret in SECRETS if secret in said] == []


def test_t96_what_urllib3_logs_keeps_its_words_and_loses_its_values(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("urllib3.connectionpool").warning("Failed to parse headers (url=%s)", "http://h/key")
    assert "Failed to parse headers (url=%s)" in caplog.text
    assert "http://h/key" not in caplog.text


def test_t96_words_of_the_server_lose_the_key(node: LyingServer) -> None:
    transport = Transport("http://us%65r:p%40ss@127.0.0.1:1/v3/0123abcd?token=q%2Buery&x=1")
    heard = transport.redact("user us%65r p@ss p%40ss 0123abcd q+uery q%2Buery token v3 x=1")
    assert heard == "… … … … … … … … v3 x=1"


def test_the_environment_is_not_asked(node: LyingServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, refused_url())
    monkeypatch.setenv("NO_PROXY", "")
    assert json.loads(Transport(node.url, QUICK).post(QUESTION)) == HONEST


def test_limits_have_sane_defaults() -> None:
    limits = Limits()
    assert limits.connect_ms < limits.read_ms < limits.total_ms <= 60_000
    assert limits.max_bytes <= 16 * 2**20
