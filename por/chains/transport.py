"""Send requests out, bounded in time, bytes and attempts: nothing else in `por` calls another machine.

A URL comes from the caller alone, never from evidence or an answer: redirects are refused (T95). A URL may
hold a key, so errors, names and log records show its origin only, `scheme://host:port` (T96). The environment
is not asked: no proxy, no .netrc, no certificate bundle is taken from it.
"""

import logging
import os
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar
from urllib.parse import SplitResult, unquote, urlsplit

import requests
import urllib3

from por.errors import FormatError, UnavailableError

_PRINTABLE = re.compile(r"[!-\[\]-~]+", re.ASCII)
_LENGTH = re.compile(r"[0-9]{1,15}", re.ASCII)
_SECONDS = re.compile(r"[0-9]{1,6}", re.ASCII)
_PORTS = {"http": 80, "https": 443}
_HINTS = {
    400: "it refuses the request",
    401: "it asks for a key; give it in the URL",
    403: "it refuses this key or caller",
    404: "nothing is served at this path",
    413: "it finds the request too large",
    429: "it limits the rate of requests; ask again later",
}

Worked = TypeVar("Worked")


@dataclass(frozen=True, slots=True)
class Limits:
    """Bound one request: times in milliseconds, sizes in bytes.

    `read_ms` is the longest silence; `total_ms` covers all attempts with the pauses between them. A pause
    doubles from `pause_ms`, or is what the server asks for, up to `max_pause_ms`.
    """

    connect_ms: int = 5_000
    read_ms: int = 20_000
    total_ms: int = 60_000
    attempts: int = 4
    pause_ms: int = 250
    max_pause_ms: int = 8_000
    max_bytes: int = 16 * 2**20


DEFAULT_LIMITS = Limits()


class OversizedError(UnavailableError):
    """Report a question that the server does not take, or an answer larger than the limit: less at once may do."""


class BusyError(UnavailableError):
    """Report a server that limits the rate of requests: fewer, smaller or later ones may do."""


@dataclass(frozen=True, slots=True)
class _Trouble:
    reason: str
    again: bool
    pause_ms: int = 0
    kind: type[UnavailableError] = UnavailableError
    status: int = 0


def origin(url: str) -> str:
    """Return what of a URL may be shown: `scheme://host:port`.

    Raises: FormatError, which does not show the URL.
    """
    parts = _split(url)
    host = (parts.hostname or "").rstrip(".")
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}:{parts.port or _PORTS[parts.scheme]}"


def below(url: str, path: str) -> str:
    """Return the URL of `path`, which begins with a slash, below a server's URL; its query, maybe a key, stays.

    Raises: FormatError, which does not show the URL.
    """
    parts = _split(url)
    return parts._replace(path=parts.path.rstrip("/") + path).geturl()


def _split(url: str) -> SplitResult:
    refusal = FormatError(
        "not an http or https URL such as https://node.example/ (it may hold a key, so it is not shown)"
    )
    if not _PRINTABLE.fullmatch(url):
        raise refusal
    try:
        parts = urlsplit(url)
        usable = parts.scheme in _PORTS and parts.hostname and parts.port != 0 and not parts.fragment
    except ValueError:
        usable = None
    if not usable:
        raise refusal
    return parts


class Transport:
    """Talk to one URL over one session; used by one thread at a time."""

    def __init__(self, url: str, limits: Limits = DEFAULT_LIMITS) -> None:
        """Keep the URL; nothing is sent yet. Raises: FormatError."""
        self.origin = origin(url)
        self.limits = limits
        self._url = url
        self._secrets = tuple(sorted(_secrets(_split(url)), key=len, reverse=True))
        self._session = _session()

    def post(self, body: bytes) -> bytes:
        """Send JSON and return the body of the answer with status 200.

        Refused and broken connections, silence, cut answers and statuses 429 and 5xx are tried again, so that what is
        sent may arrive more than once: questions change nothing, and a signed transaction counts once. Raises:
        UnavailableError; OversizedError for statuses 400 and 413 too; BusyError for status 429.
        """
        return self._told(self._settled("POST", body))

    def get(self) -> bytes:
        """Return the document at the URL, answered with status 200, tried like `post`. Raises: UnavailableError."""
        return self._told(self._settled("GET", None))

    def get_if_present(self) -> bytes | None:
        """Return the document at the URL like `get`, or None where the server answers that there is none (404).

        A 404 says so only if the server is known to serve such documents. Raises: UnavailableError.
        """
        outcome = self._settled("GET", None)
        absent = isinstance(outcome, _Trouble) and outcome.status == 404
        return None if absent else self._told(outcome)

    def redact(self, text: str) -> str:
        """Return text from outside without the parts of the URL that may be a key."""
        for secret in self._secrets:
            text = text.replace(secret, "…")
        return text

    def close(self) -> None:
        """Close idle connections."""
        self._session.close()

    def _told(self, outcome: bytes | _Trouble) -> bytes:
        if isinstance(outcome, _Trouble):
            raise outcome.kind(f"{self.origin}: {outcome.reason}")
        return outcome

    def _settled(self, method: str, body: bytes | None) -> bytes | _Trouble:
        deadline = time.monotonic() + self.limits.total_ms / 1000
        attempt = 1
        while isinstance(outcome := self._attempt(method, body, deadline), _Trouble):
            pause = self._pause(outcome, attempt)
            if not outcome.again or attempt >= self.limits.attempts or time.monotonic() + pause >= deadline:
                tries = "1 attempt" if attempt == 1 else f"{attempt} attempts"
                return replace(outcome, reason=f"{outcome.reason} ({tries})")
            time.sleep(pause)
            attempt += 1
        return outcome

    def _pause(self, trouble: _Trouble, attempt: int) -> float:
        wanted = trouble.pause_ms or self.limits.pause_ms << (attempt - 1)
        return min(wanted, self.limits.max_pause_ms) / 1000

    def _attempt(self, method: str, body: bytes | None, deadline: float) -> bytes | _Trouble:
        seconds = deadline - time.monotonic()
        session = self._session
        outcome = _within(seconds, lambda: self._exchange(session, method, body, deadline))
        if outcome is None:
            # The thread left behind still holds the old session.
            self._session = _session()
            return _Trouble(f"no whole answer within {self.limits.total_ms / 1000:g} s", again=False)
        return outcome

    def _exchange(
        self, session: requests.Session, method: str, body: bytes | None, deadline: float
    ) -> bytes | _Trouble:
        limits = self.limits
        try:
            with session.request(
                method,
                self._url,
                data=body,
                headers=None if body is None else {"Content-Type": "application/json"},
                timeout=(limits.connect_ms / 1000, limits.read_ms / 1000),
                allow_redirects=False,
                stream=True,
            ) as response:
                refusal = _refused(response.status_code, response.headers, limits)
                return refusal or _body(response, deadline, limits)
        except requests.Timeout:
            return _Trouble("no answer in time", again=True)
        except requests.exceptions.SSLError:
            return _Trouble("its TLS certificate or handshake is not acceptable", again=False)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            return _Trouble(_reason(error), again=True)


_KINDS = {400: OversizedError, 413: OversizedError, 429: BusyError}


class _Session(requests.Session):
    """Follow no redirect, and read nothing of one: `requests` would read its whole body to prepare for the next."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Find no redirect in any answer."""
        del resp


def _session() -> requests.Session:
    session = _Session()
    session.trust_env = False
    session.headers.update(
        {
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": "por",
        }
    )
    return session


def _within(seconds: float, work: Callable[[], Worked]) -> Worked | None:
    # Name resolution, a handshake and trickling headers obey no timeout; a thread can be left behind.
    outcome: list[Worked] = []
    thread = threading.Thread(target=lambda: outcome.append(work()), daemon=True)
    thread.start()
    thread.join(max(seconds, 0))
    if thread.is_alive():
        return None
    if not outcome:
        raise RuntimeError("a request ended in an error that is not the server's; it is printed above")
    return outcome[0]


def _refused(status: int, headers: Mapping[str, str], limits: Limits) -> _Trouble | None:
    if status == 200:
        encoding = headers.get("Content-Encoding", "identity")
        length = headers.get("Content-Length", "0")
        if encoding != "identity":
            return _Trouble("it compresses its answer unasked", again=False)
        if not _LENGTH.fullmatch(length) or int(length) > limits.max_bytes:
            return _oversized(limits)
        return None
    if 300 <= status < 400:
        return _Trouble(f"HTTP {status}: redirects are not followed; name the final URL", again=False)
    return _Trouble(
        f"HTTP {status}: {_HINTS.get(status, 'it gives no answer')}",
        again=status == 429 or status >= 500,
        pause_ms=_retry_after(headers),
        status=status,
        kind=_KINDS.get(status, UnavailableError),
    )


def _oversized(limits: Limits) -> _Trouble:
    return _Trouble(f"an answer of more than {limits.max_bytes} bytes", again=False, kind=OversizedError)


def _retry_after(headers: Mapping[str, str]) -> int:
    text = headers.get("Retry-After", "")
    return int(text) * 1000 if _SECONDS.fullmatch(text) else 0


def _body(response: requests.Response, deadline: float, limits: Limits) -> bytes | _Trouble:
    data = bytearray()
    while chunk := response.raw.read1(65_536, decode_content=False):
        data += chunk
        if len(data) > limits.max_bytes:
            return _oversized(limits)
        if time.monotonic() > deadline:
            return _Trouble("its answer trickles", again=False)
    return bytes(data)


def _reason(error: BaseException) -> str:
    for cause in _causes(error):
        if isinstance(cause, TimeoutError | urllib3.exceptions.ReadTimeoutError):
            return "no answer in time"
        if isinstance(cause, socket.gaierror):
            return "its name cannot be resolved"
        if isinstance(cause, OSError) and cause.errno:
            return os.strerror(cause.errno).lower()
    return "the connection broke before the answer was whole"


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        each = waiting.pop()
        if isinstance(each, BaseException) and each not in seen:
            seen.append(each)
            yield each
            waiting += [each.__cause__, each.__context__, getattr(each, "reason", None)]


def _secrets(parts: SplitResult) -> Iterator[str]:
    pieces = [parts.username or "", parts.password or "", *parts.path.split("/"), parts.query]
    pieces += re.split(r"[&=]", parts.query)
    for piece in pieces:
        yield from {text for text in (piece, unquote(piece)) if len(text) >= 4}


class _WithoutValues(logging.Filter):
    """Keep what a record says and drop whom it says it of: urllib3 logs paths, where keys are."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.args = None
        return True


for _name in ("urllib3.connectionpool", "urllib3.util.retry"):
    logging.getLogger(_name).addFilter(_WithoutValues())
