"""The examples on the specification's pages are what the code writes and reads, byte for byte."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_utils.crypto import keccak

import por
from por.checks.control_reasons import MAX_CHAINS
from por.commitments.control_set import TAG, implied_root
from por.encoding import control_opening_v1, control_signature_v1, evm_account_proof_v1, evm_header_v1
from por.model import AssetId, ChainAccount, Challenge, ControlScheme, Implementation, KeyOrder, TokenLayout
from por.proofs.control.challenge import MAX_PERIOD, challenge_text, challenge_typed_data
from por.proofs.control.evm import SUPPORTED_SCHEMES, signer
from por.proofs.control.replay import USUAL_DAYS
from por.proofs.signed_note import (
    VerifierKey,
    private_key_from_text,
    private_key_text,
    read_bundle_note_text,
    sign,
    signers,
)
from por.proofs.state.account import account_state
from por.proofs.state.header import header_from_rlp
from por.proofs.state.tokens import TokenHolding, storage_keys, token_holding

SIBLINGS = ("sibling 0", "sibling 2")
SPEC = Path(por.__file__).parent / "spec"
BLOCKS = re.compile(r"^```(?P<title>[^\n]+)\n(?P<body>.*?)\n```$", re.MULTILINE | re.DOTALL)


def blocks(page: str) -> dict[str, str]:
    return {match["title"]: match["body"] for match in BLOCKS.finditer((SPEC / page).read_text(encoding="utf-8"))}


@pytest.fixture(scope="module")
def challenge() -> Challenge:
    lines = blocks("control-proof.md")["text challenge"].split("\n")[3:]
    said = dict(line.split(": ", 1) for line in lines)
    return Challenge(
        issuer=said["issuer"],
        snapshot=said["snapshot"],
        account=ChainAccount.parse(said["account"]),
        block_number=int(said["block number"]),
        block_hash=bytes.fromhex(said["block hash"][2:]),
        expires=said["expires"],
    )


def test_the_challenge(challenge: Challenge) -> None:
    page = blocks("control-proof.md")
    assert challenge_text(challenge) == page["text challenge"]
    assert len(page["text challenge"]) == 419
    assert challenge_typed_data(challenge) == json.loads(page["json typed-data"])
    key = hashlib.sha256(b"por spec example account").digest()
    assert Account.from_key(key).address.lower() == challenge.account.address


def test_the_signatures_of_the_challenge(challenge: Challenge) -> None:
    for scheme in SUPPORTED_SCHEMES:
        document = blocks("control-proof.md")[f"json control-signature {scheme}"].encode()
        signature = control_signature_v1.read(document)
        assert control_signature_v1.write(signature) == document
        assert (signature.account, signature.scheme) == (challenge.account, scheme)
        assert signer(challenge, scheme, signature.signature) == challenge.account.address


def test_the_digests_that_are_signed(challenge: Challenge) -> None:
    page = (SPEC / "control-proof.md").read_text(encoding="utf-8")
    text = challenge_text(challenge).encode()
    message = encode_typed_data(full_message=challenge_typed_data(challenge))
    for preimage in (
        b"\x19Ethereum Signed Message:\n" + str(len(text)).encode() + text,
        b"\x19\x01" + message.header + message.body,
    ):
        assert f"The digest that is signed is `0x{keccak(preimage).hex()}`." in page


def test_the_opening_of_a_control_set() -> None:
    page, text = blocks("control-proof.md"), (SPEC / "control-proof.md").read_text(encoding="utf-8")
    document = page["json control-opening"].encode()
    opening = control_opening_v1.read(document)
    assert control_opening_v1.write(opening) == document
    said = {name: hashlib.sha256(f"por spec example {name}".encode()).digest() for name in ("salt", *SIBLINGS)}
    assert opening.salt == said["salt"]
    assert opening.path == tuple(said[name] for name in SIBLINGS)
    assert opening.record == page["json control-signature eip191"].encode()
    tag = b"por control set v1, salted record"
    leaf = hashlib.sha256(tag + opening.salt + opening.record).digest()
    node = hashlib.sha256(opening.path[0] + leaf).digest()
    root = hashlib.sha256(node + opening.path[1]).digest()
    assert implied_root(opening, 3) == root
    assert f"Its leaf is `{leaf.hex()}`." in text
    assert f"whose root is `{root.hex()}`" in text


def test_the_page_of_control_proofs_has_the_numbers_of_the_code() -> None:
    page = (SPEC / "control-proof.md").read_text(encoding="utf-8")
    assert all(f"`{scheme}`" in page for scheme in ControlScheme)
    assert f"The tag is the {len(TAG)} bytes of ASCII `{TAG.decode()}`" in page
    assert f"at most {MAX_PERIOD // 86_400} days after it" in page
    *days, last = USUAL_DAYS
    assert f"an expiry {', '.join(map(str, days))} or {last} days after" in page
    assert f"({MAX_CHAINS} chains at most)" in page
    assert f"at most {control_opening_v1.MAX_PATH}; a level" in page


def test_the_state_proofs() -> None:
    page = blocks("state-proof.md")
    chain, encoded = evm_header_v1.read(page["json evm-header"].encode())
    header = header_from_rlp(encoded)
    assert evm_header_v1.write(chain, encoded).decode() == page["json evm-header"]
    assert f"its hash is `0x{header.hash.hex()}`" in (SPEC / "state-proof.md").read_text(encoding="utf-8")
    titles = [f"json evm-account-proof {what}" for what in ("holder", "token", "implementation")]
    documents = [evm_account_proof_v1.read(page[title].encode()) for title in titles]
    assert [evm_account_proof_v1.write(document).decode() for document in documents] == [
        page[title] for title in titles
    ]
    assert {(document.chain, document.block_hash) for document in documents} == {(chain, header.hash)}
    holder, *token = (document.proof for document in documents)
    account = account_state(header.state_root, holder.address, holder.account_nodes)
    assert (account.nonce, account.balance) == (3, 1_500_000_000_000_000_000)
    layout = layout_of(page["toml layout"])
    assert token_holding(layout, holder.address, header.state_root, token) == TokenHolding(1_250_000_000, 0)
    assert len(storage_keys(layout, holder.address)) == len(token[0].storage_nodes)


def layout_of(text: str) -> TokenLayout:
    row: dict[str, str] = tomllib.loads(text)["layout"][0]
    data = {name: bytes.fromhex(value[2:]) for name, value in row.items() if value.startswith("0x")}
    return TokenLayout(
        asset=AssetId.parse(row["asset"]),
        code_hash=data["code_hash"],
        base_slot=int.from_bytes(data["base_slot"], "big"),
        order=KeyOrder(row["order"]),
        mask=int.from_bytes(data["mask"], "big"),
        implementation=Implementation(data["implementation_slot"], data["implementation_code_hash"]),
    )


def test_the_note() -> None:
    page = blocks("signed-note.md")
    note, key = page["text note"] + "\n", VerifierKey.parse(page["text verifier-key"])
    contents = signers(note, [key])
    assert contents.names == (f"{key.name}+{key.id.hex()}",)
    said = read_bundle_note_text(contents.text)
    assert said.issuer == key.name
    name, private = private_key_from_text(page["text signing-key"])
    assert private_key_text(name, private) == page["text signing-key"]
    assert sign(contents.text, name, private) == note
    seed = hashlib.sha256(b"por spec example note key").digest()
    assert private.private_bytes_raw() == Ed25519PrivateKey.from_private_bytes(seed).private_bytes_raw()


@pytest.mark.parametrize("page", ["control-proof.md", "state-proof.md", "signed-note.md"])
def test_a_page_has_its_parts_and_the_code_cites_its_steps(page: str) -> None:
    text = (SPEC / page).read_text(encoding="utf-8")
    for part in ("## Example", "## Conventions", "## Verification", "## What this does not show"):
        assert f"\n{part}\n" in text
    named = set(re.findall(r"`(por/proofs/[a-z_/]+\.py)`", text))
    assert named
    for path in named:
        assert f"por/spec/{page}" in (SPEC.parent.parent / path).read_text(encoding="utf-8")
