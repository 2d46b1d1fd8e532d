"""Hold the sources that a command was given."""

from collections.abc import Mapping
from dataclasses import dataclass

from por.model import ChainId, Digest, Source


@dataclass(frozen=True, slots=True)
class Sources:
    """Hold the sources given to a command; `recording` is the digest of the recording they replay, if they do."""

    by_chain: Mapping[ChainId, Source]
    recording: Digest | None = None
