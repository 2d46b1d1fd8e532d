"""Make the vectors of `por.proofs` (families header, account-proof, control, signed-note), without the code under test.

Everything is synthetic: tries built by `trie`, and keys that are hashes of their names. One note is another's: the
example of the C2SP specification.
"""

from __future__ import annotations

from collections.abc import Iterator

from scripts.proof_vectors import control, headers, notes, state, tokens
from scripts.proof_vectors.case import Case


def cases() -> Iterator[Case]:
    yield from headers.header_cases()
    yield from headers.json_block_cases()
    yield from state.account_cases()
    yield from state.storage_cases()
    yield from tokens.token_cases()
    yield from control.control_cases()
    yield from notes.note_cases()
    yield from notes.key_cases()
    yield from notes.bundle_text_cases()
