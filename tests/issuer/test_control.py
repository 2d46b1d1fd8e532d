"""What the issuer hands out to be signed, and what it takes back: keys are recovered, contracts are asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from por.encoding import control_signature_v1
from por.errors import EvidenceError, FormatError, UnavailableError
from por.issuer.accounts import ListedAccount
from por.issuer.control import ask_contracts, challenge_files, collect, file_name
from por.issuer.snapshot import Snapshot
from por.model import BlockRef, Call, ChainAccount, ChainId, ControlScheme, ControlSignature, Custody, Role
from por.proofs.control.contract import APPROVAL, approval_calls
from tests.checks import scenery
from tests.checks.scenery import CHAIN, FakeSource, account

SNAPSHOT = Snapshot(scenery.ISSUER, scenery.NOON, scenery.EXPIRES, scenery.bundle().blocks)
BLOCK = scenery.bundle().blocks[0].block
SAFE = account("cold")
CONTRACT_SCHEMES = [scheme for scheme in ControlScheme if scheme.contract]


def wrapped(inner: bytes) -> bytes:
    """Wrap a signature as EIP-6492 says: factory, call data, signature, the magic end."""
    words = [bytes(12) + b"\xfa" * 20, (96).to_bytes(32, "big"), (160).to_bytes(32, "big")]
    data = (4).to_bytes(32, "big") + b"make".ljust(32, b"\0")
    padded = inner + bytes(-len(inner) % 32)
    return b"".join(words) + data + len(inner).to_bytes(32, "big") + padded + b"\x64\x92" * 16


def signature_for(scheme: ControlScheme, of: ChainAccount = SAFE) -> ControlSignature:
    inner = b"two owners' words"
    return ControlSignature(of, scheme, wrapped(inner) if scheme.startswith("eip6492") else inner)


def files(*signatures: ControlSignature) -> dict[str, bytes]:
    return {f"{file_name(item.account)}.json": control_signature_v1.write(item) for item in signatures}


class Node(FakeSource):
    """Answer every call by its data's first question, or fail."""

    def __init__(self, answers: Mapping[Call, bytes | None] | None = None, otherwise: bytes | None = None) -> None:
        super().__init__()
        self.answers = dict(answers or {})
        self.otherwise = otherwise
        self.asked_at: list[tuple[BlockRef, int]] = []

    def calls(self, block: BlockRef, calls: Sequence[Call]) -> tuple[bytes | None, ...]:
        self.asked_at.append((block, len(calls)))
        return tuple(self.answers.get(call, self.otherwise) for call in calls)


def approving(*signatures: ControlSignature) -> Node:
    """Approve just these signatures over their challenges."""
    answers: dict[Call, bytes | None] = {}
    for item in signatures:
        *_, question, _ = approval_calls(SNAPSHOT.challenge(item.account), ControlScheme(item.scheme), item.signature)
        answers[question] = APPROVAL
    return Node(answers, bytes(32))


# --- Contracts are asked


@pytest.mark.parametrize("scheme", CONTRACT_SCHEMES)
def test_t47_a_contract_that_approves_is_taken(scheme: ControlScheme) -> None:
    signature = signature_for(scheme)
    node = approving(signature)
    assert ask_contracts(SNAPSHOT, files(signature), {CHAIN: node}) == ()
    assert node.asked_at == [(BLOCK, 2)]


REFUSALS: dict[str, bytes | None] = {
    "reverts": None,
    "nothing": b"",
    "zero": bytes(32),
    "true": (1).to_bytes(32, "big"),
    "the magic value at the other end": APPROVAL[:4].rjust(32, b"\0"),
    "four bytes": APPROVAL[:4],
    "one byte more": APPROVAL + b"\0",
    "the older magic value": bytes.fromhex("20c13b0b").ljust(32, b"\0"),
}


@pytest.mark.parametrize("what", REFUSALS)
def test_t47_a_contract_that_does_not_approve_is_named(what: str) -> None:
    signature = signature_for(ControlScheme.EIP1271_EIP191)
    with pytest.raises(EvidenceError, match="does not approve") as caught:
        ask_contracts(SNAPSHOT, files(signature), {CHAIN: Node(otherwise=REFUSALS[what])})
    assert str(SAFE) in str(caught.value)


@pytest.mark.parametrize("scheme", CONTRACT_SCHEMES)
def test_t47_a_contract_that_approves_anything_shows_nothing(scheme: ControlScheme) -> None:
    with pytest.raises(EvidenceError, match="approves any"):
        ask_contracts(SNAPSHOT, files(signature_for(scheme)), {CHAIN: Node(otherwise=APPROVAL)})


def test_t43_the_approval_of_another_challenge_does_not_serve() -> None:
    signature = signature_for(ControlScheme.EIP1271_EIP712)
    typed = signature_for(ControlScheme.EIP1271_EIP191)
    with pytest.raises(EvidenceError, match="does not approve"):
        ask_contracts(SNAPSHOT, files(signature), {CHAIN: approving(typed)})


@pytest.mark.parametrize("scheme", CONTRACT_SCHEMES)
def test_t49_without_a_source_the_signature_is_kept_and_named_unchecked(scheme: ControlScheme) -> None:
    signature = signature_for(scheme)
    assert ask_contracts(SNAPSHOT, files(signature), {}) == (SAFE,)
    assert ask_contracts(SNAPSHOT, files(signature), {ChainId("eip155", "10"): Node()}) == (SAFE,)


def test_t49_an_account_without_code_is_unchecked_by_eip_6492_alone() -> None:
    signature = signature_for(ControlScheme.EIP6492_EIP191)
    assert ask_contracts(SNAPSHOT, files(signature), {CHAIN: Node(otherwise=b"")}) == (SAFE,)
    with pytest.raises(EvidenceError):
        ask_contracts(SNAPSHOT, files(signature), {CHAIN: Node(otherwise=None)})


@pytest.mark.parametrize("raw", [b"\x00", b"\x64\x92" * 16, wrapped(b"x")[:-1], b"\x01" + wrapped(b"x")])
def test_t48_an_eip_6492_signature_of_no_form_is_refused(raw: bytes) -> None:
    lie = ControlSignature(SAFE, ControlScheme.EIP6492_EIP191, raw)
    with pytest.raises(EvidenceError, match="EIP-6492"):
        ask_contracts(SNAPSHOT, files(lie), {CHAIN: Node(otherwise=APPROVAL)})


def test_keys_are_not_asked_and_all_contracts_in_one_go() -> None:
    contracts = [signature_for(ControlScheme.EIP1271_EIP191, account(name)) for name in ("hot", "house", "guarantee")]
    node = approving(*contracts)
    made = {**files(*contracts), **files(scenery.signature("cold"))}
    assert ask_contracts(SNAPSHOT, made, {CHAIN: node}) == ()
    assert node.asked_at == [(BLOCK, 6)]
    idle = Node()
    assert ask_contracts(SNAPSHOT, files(scenery.signature("cold")), {CHAIN: idle}) == ()
    assert idle.asked_at == []


def test_t64_a_node_that_fails_is_no_approval() -> None:
    class Down(Node):
        def calls(self, block: BlockRef, calls: Sequence[Call]) -> tuple[bytes | None, ...]:
            raise UnavailableError("node-a: connection refused")

    with pytest.raises(UnavailableError):
        ask_contracts(SNAPSHOT, files(signature_for(ControlScheme.EIP1271_EIP191)), {CHAIN: Down()})


# --- Rows of signatures


NAMES = [f"{file_name(account(name))}.txt" for name in scenery.ACCOUNTS]


def row(signature: ControlSignature, scheme: str | None = None) -> str:
    return f"{signature.account},{scheme or signature.scheme},0x{signature.signature.hex()}"


def collected(tmp_path: Path, *rows: str) -> dict[str, bytes]:
    path = tmp_path / "signatures.csv"
    path.write_text("\n".join(["account,scheme,signature", *rows]) + "\n")
    return collect(SNAPSHOT, NAMES, path)


@pytest.mark.parametrize("scheme", CONTRACT_SCHEMES)
def test_signatures_for_contracts_are_read_and_kept(tmp_path: Path, scheme: ControlScheme) -> None:
    signature = signature_for(scheme)
    assert collected(tmp_path, row(signature), row(scenery.signature("hot"))) == files(
        signature, scenery.signature("hot")
    )


@pytest.mark.parametrize("scheme", ["eip1271", "eip6492", "bip322", "", "EIP191", "eip1271-EIP191", "published"])
def test_t49_another_scheme_is_refused_and_the_known_ones_are_named(tmp_path: Path, scheme: str) -> None:
    with pytest.raises(FormatError, match="eip1271-eip191, eip1271-eip712") as caught:
        collected(tmp_path, row(scenery.signature("cold"), scheme or "-"))
    assert caught.value.place.endswith("signatures.csv:2")


def test_t48_a_key_signs_for_no_contract_scheme_unasked(tmp_path: Path) -> None:
    """What is not recovered is not said to hold: it waits for the contract."""
    made = collected(tmp_path, row(scenery.signature("cold"), "eip1271-eip191"))
    assert ask_contracts(SNAPSHOT, made, {}) == (SAFE,)
    with pytest.raises(EvidenceError):
        ask_contracts(SNAPSHOT, made, {CHAIN: Node(otherwise=b"")})


def test_t43_a_signature_of_another_text_names_its_line(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match=r"signatures\.csv:3"):
        collected(tmp_path, row(scenery.signature("hot")), row(scenery.signature("cold", block_number=1)))


# --- Many accounts


def test_challenges_of_thousands_of_accounts_are_linear_work() -> None:
    """Each is two files, of a text and of typed data; nothing is asked of anybody for them."""

    def listed(count: int) -> list[ListedAccount]:
        accounts = [ChainAccount(CHAIN, f"0x{number:040x}") for number in range(count)]
        return [ListedAccount(account, Role.CUSTOMER, Custody.COLD, ()) for account in accounts]

    few, lots = listed(500), listed(2000)
    assert scenery.calls(lambda: challenge_files(SNAPSHOT, lots)) < 5 * scenery.calls(
        lambda: challenge_files(SNAPSHOT, few)
    )
    made = challenge_files(SNAPSHOT, lots)
    assert len(made) == len(set(made.values())) == 4000
