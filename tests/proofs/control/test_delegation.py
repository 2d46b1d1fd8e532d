"""Delegations of EIP-7702: 23 bytes that begin with ef0100, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.proofs.control.delegation import delegate_of

CODE = b"\xef\x01\x00" + b"\xab" * 20


def test_a_delegation_names_its_delegate() -> None:
    assert delegate_of(CODE) == "0x" + "ab" * 20


@pytest.mark.parametrize(
    "code",
    [
        b"",
        CODE[:-1],
        CODE + b"\0",
        b"\xef\x01\x01" + CODE[3:],
        b"\xef\x00" + CODE[2:],
        CODE[3:],
        b"\x60\x80" + CODE[2:],
    ],
)
def test_t47_other_code_is_no_delegation(code: bytes) -> None:
    assert delegate_of(code) is None


@given(st.binary(max_size=40))
def test_t47_only_the_exact_form_is_a_delegation(code: bytes) -> None:
    assert (delegate_of(code) is not None) == (len(code) == 23 and code[:3] == CODE[:3])
