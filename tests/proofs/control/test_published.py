"""Published signatures: each variant verifies for exactly its account, and nothing else does."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import base58
import pytest
from eth_keys.constants import SECPK1_N
from hypothesis import given
from hypothesis import strategies as st

from por.encoding.published_signature_v1 import PublishedSignature
from por.errors import EvidenceError, UnsupportedEvidenceError
from por.model import ChainAccount
from por.proofs.control.bitcoin_address import NETWORKS, address_kind, segwit_address
from por.proofs.control.published import published_signer, published_signers
from tests import published
from tests.published import BTC, ETHEREUM, MESSAGE, TRON, document, key, vrs

SAMPLES = published.samples("alice", "bob", "carol")
STRANGERS = published.samples("mallory", "oscar", "trudy")
NAMES = sorted(SAMPLES)
REFUSED = (EvidenceError, UnsupportedEvidenceError)


def refused(changed: PublishedSignature) -> None:
    with pytest.raises(REFUSED):
        published_signers(changed)


@pytest.mark.parametrize("name", NAMES)
def test_every_variant_verifies_and_is_named(name: str) -> None:
    sample = SAMPLES[name]
    found = published_signers(sample.document)
    assert found.variant == sample.variant
    assert found.signers == published_signer(sample.document) == (sample.document.account.address,)


@pytest.mark.parametrize("name", NAMES)
def test_t43_another_text_is_not_signed(name: str) -> None:
    for text in (MESSAGE + " ", MESSAGE.upper(), "", "I am an OKX address"):
        refused(replace(SAMPLES[name].document, message=text))


@pytest.mark.parametrize("name", NAMES)
def test_another_scheme_does_not_verify(name: str) -> None:
    sample = SAMPLES[name].document
    for scheme in {"evm", "tron", "bitcoin", "ed25519", "unread"} - {sample.scheme}:
        refused(replace(sample, scheme=scheme))


@pytest.mark.parametrize("name", NAMES)
def test_a_strangers_account_did_not_sign(name: str) -> None:
    for stranger in STRANGERS.values():
        refused(replace(SAMPLES[name].document, account=stranger.document.account))
    refused(replace(SAMPLES[name].document, signatures=STRANGERS[name].document.signatures))


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_t48_no_changed_signature_verifies(name: str, data: st.DataObject) -> None:
    sample = SAMPLES[name].document
    number = data.draw(st.integers(0, len(sample.signatures) - 1))
    raw = bytearray(decoded(sample.signatures[number]))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    texts = list(sample.signatures)
    texts[number] = encoded(bytes(raw), sample.signatures[number])
    changed = replace(sample, signatures=tuple(texts))
    try:
        published_signers(changed)
    except REFUSED:
        return
    # Only what says how the key is written, never what is signed, may differ: v, and the header byte.
    assert changed.signature == sample.signature


@pytest.mark.parametrize("name", NAMES)
@given(text=st.text(max_size=150))
def test_no_text_in_place_of_a_signature_does_anything_but_raise(name: str, text: str) -> None:
    refused(replace(SAMPLES[name].document, signatures=(text,)))


def decoded(text: str) -> bytes:
    try:
        return bytes.fromhex(text.removeprefix("0x"))
    except ValueError:
        return base64.b64decode(text)


def encoded(data: bytes, like: str) -> str:
    return data.hex() if like.startswith("0x") or len(like) == 128 else base64.b64encode(data).decode()


@pytest.mark.parametrize("name", NAMES)
def test_t48_cut_and_lengthened_signatures_are_refused(name: str) -> None:
    sample = SAMPLES[name].document
    raw = decoded(sample.signatures[0])
    for data in (raw[:-1], raw + b"\x00", b"", raw[1:]):
        refused(replace(sample, signatures=(encoded(data, sample.signatures[0]), *sample.signatures[1:])))


class TestEvm:
    ACCOUNT = f"{ETHEREUM}:{key('alice').public_key.to_address()}"
    DIGEST = published.evm_digests(MESSAGE)["eip191"]

    @pytest.mark.parametrize("first", [0, 27])
    def test_both_ways_to_write_v(self, first: int) -> None:
        row = document("evm", self.ACCOUNT, vrs(key("alice"), self.DIGEST, first=first))
        assert published_signers(row).variant == "eip191"

    @pytest.mark.parametrize("v", [2, 3, 26, 29, 35, 38, 255])
    def test_t48_other_v_are_refused(self, v: int) -> None:
        raw = bytes.fromhex(vrs(key("alice"), self.DIGEST)[2:])
        with pytest.raises(EvidenceError, match="v is"):
            published_signers(document("evm", self.ACCOUNT, (raw[:64] + bytes([v])).hex()))

    def test_t48_the_second_form_shows_the_same_key_and_is_the_same_signature(self) -> None:
        low, high = (document("evm", self.ACCOUNT, vrs(key("alice"), self.DIGEST, high=each)) for each in (False, True))
        assert published_signers(low) == published_signers(high)
        assert low.signatures != high.signatures
        assert low.signature == high.signature

    @pytest.mark.parametrize(
        ("r", "s"), [(0, 1), (1, 0), (SECPK1_N, 1), (1, SECPK1_N), (2**256 - 1, 1), (1, 2**256 - 1)]
    )
    def test_t48_numbers_out_of_range_are_refused(self, r: int, s: int) -> None:
        refused(document("evm", self.ACCOUNT, (r.to_bytes(32) + s.to_bytes(32) + b"\x1b").hex()))

    def test_t47_owners_that_signed_show_nothing_of_the_contract(self) -> None:
        owners = tuple(key(name).public_key.to_address() for name in ("alice", "bob"))
        signed = (vrs(key("alice"), self.DIGEST), vrs(key("bob"), self.DIGEST))
        contract = f"{ETHEREUM}:0x{'c0' * 20}"
        with pytest.raises(UnsupportedEvidenceError, match="nothing they signed names"):
            published_signers(document("evm", contract, *signed, owners=owners))
        with pytest.raises(EvidenceError, match="not by the key of"):
            published_signers(document("evm", contract, *signed[::-1], owners=owners))
        with pytest.raises(EvidenceError, match="2 signatures for 1 owners"):
            published_signers(document("evm", contract, *signed, owners=owners[:1]))

    def test_t47_an_owner_is_never_the_account_by_standing_beside_it(self) -> None:
        alice = key("alice").public_key.to_address()
        with pytest.raises(UnsupportedEvidenceError):
            published_signers(document("evm", self.ACCOUNT, vrs(key("alice"), self.DIGEST), owners=(alice,)))

    def test_t47_two_signatures_are_not_one_keys(self) -> None:
        one = vrs(key("alice"), self.DIGEST)
        with pytest.raises(EvidenceError):
            published_signers(document("evm", self.ACCOUNT, one, one))


class TestScripts:
    KEYS = tuple(published.compressed(key(name)) for name in ("alice", "bob", "carol"))
    DIGEST = published.bitcoin_digest(MESSAGE)

    def signed(self, *names: str, first: int = 31) -> tuple[str, ...]:
        return tuple(published.header_first(key(name), self.DIGEST, first) for name in names)

    def of(self, script: bytes, *signatures: str) -> PublishedSignature:
        return document("bitcoin", f"{BTC}:{published.p2sh(script)}", *signatures, key=script.hex())

    @pytest.mark.parametrize(
        "names", [("alice", "bob"), ("bob", "carol"), ("carol", "alice"), ("alice", "bob", "carol")]
    )
    def test_enough_distinct_keys(self, names: tuple[str, ...]) -> None:
        assert (
            published_signers(self.of(published.multisig(2, *self.KEYS), *self.signed(*names))).variant == "p2sh 2-of-3"
        )

    def test_t47_the_same_key_twice_counts_once(self) -> None:
        once = self.signed("alice")[0]
        other_spelling = base64.b64encode(malleated(base64.b64decode(once))).decode()
        for twice in ((once, once), (once, other_spelling), (once, *self.signed("alice", first=27))):
            with pytest.raises(EvidenceError, match="one key signed twice"):
                published_signers(self.of(published.multisig(2, *self.KEYS), *twice))

    @pytest.mark.parametrize(("threshold", "names"), [(2, ("alice",)), (3, ("alice", "bob")), (1, ())])
    def test_t47_the_threshold_is_the_scripts(self, threshold: int, names: tuple[str, ...]) -> None:
        refused(self.of(published.multisig(threshold, *self.KEYS), *self.signed(*names)))

    def test_t47_a_strangers_signature_is_not_made_good_by_two_others(self) -> None:
        with pytest.raises(EvidenceError, match="not by a key of the script"):
            published_signers(self.of(published.multisig(2, *self.KEYS), *self.signed("alice", "bob", "mallory")))

    def test_t47_a_script_that_names_a_key_twice_is_refused(self) -> None:
        script = published.multisig(2, self.KEYS[0], self.KEYS[0], self.KEYS[1])
        with pytest.raises(EvidenceError, match="one key twice"):
            published_signers(self.of(script, *self.signed("alice", "bob")))
        both_forms = published.multisig(2, self.KEYS[0], b"\x04" + key("alice").public_key.to_bytes(), self.KEYS[1])
        with pytest.raises(EvidenceError, match="one key twice"):
            published_signers(self.of(both_forms, *self.signed("alice", "bob")))

    def test_t47_a_script_of_another_address_is_refused(self) -> None:
        ours, theirs = published.multisig(2, *self.KEYS), published.multisig(1, *self.KEYS)
        changed = document("bitcoin", f"{BTC}:{published.p2sh(theirs)}", *self.signed("alice", "bob"), key=ours.hex())
        with pytest.raises(EvidenceError, match="hash is not"):
            published_signers(changed)

    @pytest.mark.parametrize(
        "script",
        [
            b"",
            b"\x51\xae",
            b"\x00" + published.multisig(2, *KEYS)[1:],
            published.multisig(2, *KEYS)[:-1] + b"\xaf",
            published.multisig(2, *KEYS) + b"\x75",
            b"\x75" + published.multisig(2, *KEYS),
            published.multisig(2, *KEYS)[:-2] + b"\x52\xae",
            published.multisig(4, *KEYS),
            published.multisig(2, KEYS[0], b"\x05" + KEYS[1][1:], KEYS[2]),
            published.multisig(2, KEYS[0], b"\x02" + b"\xff" * 32, KEYS[2]),
            published.multisig(2, KEYS[0], KEYS[1][:-1], KEYS[2]),
            bytes.fromhex("a914") + b"\x11" * 20 + b"\x87",
        ],
    )
    def test_t49_other_scripts_are_refused(self, script: bytes) -> None:
        refused(self.of(script, *self.signed("alice", "bob")))

    @given(script=st.binary(max_size=120))
    def test_no_script_does_anything_but_raise(self, script: bytes) -> None:
        refused(self.of(script, *self.signed("alice", "bob")))

    def test_t49_a_script_that_is_not_published_is_not_judged(self) -> None:
        address = published.p2sh(published.multisig(2, *self.KEYS))
        with pytest.raises(UnsupportedEvidenceError, match="does not publish the script"):
            published_signers(document("bitcoin", f"{BTC}:{address}", *self.signed("alice")))
        long = segwit_address("bc", b"\x07" * 32)
        with pytest.raises(UnsupportedEvidenceError, match="does not publish the script"):
            published_signers(document("bitcoin", f"{BTC}:{long}", *self.signed("alice")))

    def test_a_header_of_one_keys_address_is_not_a_scripts(self) -> None:
        refused(self.of(published.multisig(2, *self.KEYS), *self.signed("alice", first=35), *self.signed("bob")))


def malleated(data: bytes) -> bytes:
    s = SECPK1_N - int.from_bytes(data[33:])
    return bytes([27 + (data[0] - 27 ^ 1)]) + data[1:33] + s.to_bytes(32)


class TestBitcoinKeys:
    DIGEST = published.bitcoin_digest(MESSAGE)
    ADDRESS = published.p2pkh(published.compressed(key("alice")))

    @pytest.mark.parametrize("first", [27, 35, 39])
    def test_t48_the_header_byte_says_which_address(self, first: int) -> None:
        refused(document("bitcoin", f"{BTC}:{self.ADDRESS}", published.header_first(key("alice"), self.DIGEST, first)))

    @pytest.mark.parametrize("first", [0, 26, 43, 255])
    def test_t48_header_bytes_out_of_range(self, first: int) -> None:
        raw = base64.b64decode(published.header_first(key("alice"), self.DIGEST, 31))
        refused(document("bitcoin", f"{BTC}:{self.ADDRESS}", base64.b64encode(bytes([first]) + raw[1:]).decode()))

    @pytest.mark.parametrize("first", [31, 39])
    def test_segwit(self, first: int) -> None:
        address = segwit_address("bc", published.hash160(published.compressed(key("alice"))))
        signed = published.header_first(key("alice"), self.DIGEST, first)
        assert published_signers(document("bitcoin", f"{BTC}:{address}", signed)).variant == "p2wpkh"
        refused(document("bitcoin", f"{BTC}:{address}", published.header_first(key("alice"), self.DIGEST, 35)))

    def test_bip173s_own_examples(self) -> None:
        program = bytes.fromhex("751e76e8199196d454941c45d1b3a323f1433bd6")
        assert segwit_address("bc", program) == "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
        whole = bytes.fromhex("1863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262")
        assert segwit_address("tb", whole) == "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7"

    def test_the_output_script_must_be_the_addresss(self) -> None:
        signed = published.header_first(key("alice"), self.DIGEST, 31)
        own = "76a914" + published.hash160(published.compressed(key("alice"))).hex() + "88ac"
        assert published_signers(document("bitcoin", f"{BTC}:{self.ADDRESS}", signed, key=own)).variant == "p2pkh"
        refused(document("bitcoin", f"{BTC}:{self.ADDRESS}", signed, key="76a914" + "11" * 20 + "88ac"))

    @pytest.mark.parametrize("chain", sorted(NETWORKS))
    def test_t43_a_chains_header_is_its_own(self, chain: str) -> None:
        network = NETWORKS[chain]
        address = published.p2pkh(published.compressed(key("alice")), network.key_prefix)
        for header in {each.header for each in NETWORKS.values()}:
            signed = published.header_first(key("alice"), published.bitcoin_digest(MESSAGE, header), 31)
            row = document("bitcoin", f"{chain}:{address}", signed)
            if header == network.header:
                assert published_signers(row).variant == "p2pkh"
            else:
                refused(row)

    @pytest.mark.parametrize(
        "address",
        [
            "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
            "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3",
            "LectSLekhkxEQBHofNFHa3pVHndnb4Z9fN",
            "qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a",
            "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3",
        ],
    )
    def test_t49_other_addresses_are_not_judged(self, address: str) -> None:
        assert address_kind(NETWORKS[BTC], address) is None
        with pytest.raises(UnsupportedEvidenceError, match="not read"):
            published_signers(
                document("bitcoin", f"{BTC}:{address}", published.header_first(key("a"), self.DIGEST, 31))
            )

    def test_t49_a_chain_without_a_known_header_is_not_judged(self) -> None:
        with pytest.raises(UnsupportedEvidenceError):
            published_signers(document("bitcoin", f"listed:XYZ:{self.ADDRESS}", "x"))


class TestEd25519:
    SOLANA = "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp"
    SIGNED = published.ed25519("alice").sign(MESSAGE.encode())
    PUBLIC = published.ed25519("alice").public_key().public_bytes_raw()

    def of(self, chain: str, address: str, **members: Any) -> PublishedSignature:
        return document("ed25519", f"{chain}:{address}", self.SIGNED.hex(), **members)

    def test_hexadecimal_and_base64(self) -> None:
        address = base58.b58encode(self.PUBLIC).decode()
        row = document("ed25519", f"{self.SOLANA}:{address}", base64.b64encode(self.SIGNED).decode())
        assert published_signers(row).variant == "raw"
        assert row.signature == self.of(self.SOLANA, address).signature

    def test_t48_s_plus_the_order_is_refused(self) -> None:
        order = 2**252 + 27742317777372353535851937790883648493
        more = (int.from_bytes(self.SIGNED[32:], "little") + order).to_bytes(32, "little")
        address = base58.b58encode(self.PUBLIC).decode()
        refused(document("ed25519", f"{self.SOLANA}:{address}", (self.SIGNED[:32] + more).hex()))

    @pytest.mark.parametrize(
        "y",
        small_orders := sorted(
            {
                0,
                1,
                2**255 - 20,
                2707385501144840649318225287225658788936804267575313519463743609750303402022,
                55188659117513257062467267217118295137698188065244968500265048394206261417927,
                2**255 - 19,
                2**255 - 18,
                2**255 - 1,
            }
        ),
    )
    @pytest.mark.parametrize("sign", [0, 1])
    def test_t48_keys_under_which_anybody_signs_are_refused(self, y: int, sign: int) -> None:
        public = (y | sign << 255).to_bytes(32, "little")
        identity = (1).to_bytes(32, "little") + bytes(32)
        row = document("ed25519", f"{self.SOLANA}:{base58.b58encode(public).decode()}", identity.hex())
        with pytest.raises(EvidenceError, match="small order"):
            published_signers(row)

    def test_the_small_orders_are_of_order_eight(self) -> None:
        assert {order_eight(y) for y in self.small_orders if y < 2**255 - 19} == {True}

    def test_t49_a_key_that_no_rule_ties_to_the_address_is_not_judged(self) -> None:
        with pytest.raises(UnsupportedEvidenceError, match="not tied"):
            published_signers(self.of("listed:TON", "UQB1", key=self.PUBLIC.hex()))
        with pytest.raises(UnsupportedEvidenceError, match="no public key"):
            published_signers(self.of("listed:TON", "UQB1"))
        with pytest.raises(UnsupportedEvidenceError, match="not tied"):
            published_signers(self.of("aptos:1", "0x" + "de" * 32, key=self.PUBLIC.hex()))
        with pytest.raises(UnsupportedEvidenceError, match="not tied"):
            published_signers(self.of("near:mainnet", "exchange.near", key=self.PUBLIC.hex()))

    def test_an_implicit_account_is_its_key(self) -> None:
        row = self.of("near:mainnet", self.PUBLIC.hex(), key="0x" + self.PUBLIC.hex())
        assert published_signers(row).variant == "raw"
        with pytest.raises(UnsupportedEvidenceError):
            published_signers(self.of("near:mainnet", "00" * 32, key=self.PUBLIC.hex()))

    def test_t49_a_bad_signature_by_an_untied_key_is_still_bad(self) -> None:
        row = self.of("listed:TON", "UQB1", key=self.PUBLIC.hex())
        with pytest.raises(EvidenceError):
            published_signers(replace(row, message="another"))

    def test_anothers_key_beside_a_solana_address_is_refused(self) -> None:
        other = base58.b58encode(published.ed25519("bob").public_key().public_bytes_raw()).decode()
        with pytest.raises(EvidenceError):
            published_signers(self.of(self.SOLANA, other, key=self.PUBLIC.hex()))

    @pytest.mark.parametrize("address", ["1", "O0Il", "abc", "1" * 128])
    def test_addresses_that_are_none(self, address: str) -> None:
        refused(self.of(self.SOLANA, address))
        refused(self.of("algorand:wGHE2Pwdvd7S12BL5FaOP20EGYesN73k", address))


def order_eight(y: int) -> bool:
    """Tell whether eight times the point with this y is the identity: doubling needs y alone."""
    p = 2**255 - 19
    d = -121665 * pow(121666, -1, p) % p
    for _ in range(3):
        xx = (y * y - 1) * pow(d * y * y + 1, -1, p) % p
        k = d * xx * y * y % p
        y = (y * y + xx) * pow(1 - k, -1, p) % p
    return y == 1


def test_t49_an_unread_scheme_is_not_judged() -> None:
    with pytest.raises(UnsupportedEvidenceError, match="not read by this release"):
        published_signers(document("bls", "listed:BETH:0x82f5", "0x98"))


@pytest.mark.parametrize(
    ("account", "scheme"), [(f"{ETHEREUM}:0x{'11' * 20}", "ed25519"), (f"{BTC}:1abc", "evm"), (f"{TRON}:Tabc", "evm")]
)
def test_a_document_cannot_choose_another_scheme_than_its_chains(account: str, scheme: str) -> None:
    with pytest.raises(EvidenceError, match="do not sign by scheme"):
        published_signers(document(scheme, account, "x"))


def test_an_address_with_other_characters_is_read_back() -> None:
    owner = key("alice").public_key.to_address()
    digest = published.evm_digests(MESSAGE)["keccak"]
    account = "listed:TON:UQ%5Fx"
    with pytest.raises(UnsupportedEvidenceError, match="UQ_x"):
        published_signers(document("evm", account, vrs(key("alice"), digest), owners=(owner,)))
    assert ChainAccount.parse(account).address == "UQ%5Fx"
