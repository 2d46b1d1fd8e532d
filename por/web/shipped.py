"""Hand out the page as it is shipped: where it lies, its hash, and a copy with a registry's answer filled in."""

import json
import re
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from por.errors import FormatError

FILE = Path(__file__).parent / "verify.html"

_NOTHING_GIVEN = b'id="given">null</script>'
_POLICY = re.compile(rb'http-equiv="Content-Security-Policy" content="([^"]+)"')


def digest(document: bytes) -> str:
    """Return the SHA-256 of a page, 64 hexadecimal digits."""
    return sha256(document).hexdigest()


def policy_of(document: bytes) -> str:
    """Return the Content-Security-Policy that stands in a page. Raises: FormatError."""
    match = _POLICY.search(document)
    if match is None:
        raise FormatError("not the page: no policy stands in it")
    return match[1].decode("ascii")


def filled(document: bytes, given: Mapping[str, str]) -> bytes:
    """Return the page with fields filled in, which the reader sees and may change; its script stays the same.

    Names are those of `NAMES` in `page/page.js`. Raises: FormatError.
    """
    # A block of data is no script: the policy names the script's hash, and this is outside of it.
    text = json.dumps(dict(given), sort_keys=True).replace("<", "\\u003c")
    if document.count(_NOTHING_GIVEN) != 1:
        raise FormatError("not the page: nothing can be filled in")
    return document.replace(_NOTHING_GIVEN, f'id="given">{text}</script>'.encode())
