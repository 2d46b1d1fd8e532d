"""What published-lists.md shows is what the code reads and writes."""

from __future__ import annotations

import re

from por.encoding import published_signature_v1
from por.formats.coins import shipped_coins
from por.formats.conversion import convert
from por.formats.known import WALLET_FORMATS, read_wallets
from por.model import Instant
from por.proofs.control.bitcoin_address import NETWORKS
from por.proofs.control.evm_message import evm_digests
from por.proofs.control.published import SCHEMES, published_signers
from por.proofs.control.tron import tron_digests
from tests import pages

PAGE = "published-lists.md"
TEXT = pages.text(PAGE)
BLOCKS = pages.blocks(PAGE)


def test_the_example_is_converted_as_shown() -> None:
    wallets = read_wallets(BLOCKS["csv htx-wallets"].encode())
    found = convert(wallets, shipped_coins(), "exchange.example", Instant.parse("2026-11-01T00:00:00Z"), lambda _: None)
    (evidence,) = found.files.values()
    assert evidence == BLOCKS["json published-signature"].rstrip("\n").encode()
    assert published_signers(published_signature_v1.read(evidence)).variant == "eip191"
    for account in found.bundle.reserves:
        (holding,) = account.holdings
        assert str(holding.amount) in TEXT
        assert f"`{holding.asset}`" in TEXT
    assert [account.control is None for account in found.bundle.reserves] == [False, True]


def test_the_tables_name_every_member_scheme_and_format() -> None:
    shown = pages.document(PAGE, "published-signature")
    assert pages.named_in_tables(PAGE, "Evidence file") == set(shown) - {"mediaType"}
    assert all(f"`{scheme}`" in TEXT for scheme in SCHEMES)
    assert all(f"| `{name}` |" in TEXT for name in WALLET_FORMATS)


def test_every_digest_is_named() -> None:
    for name, _ in (*evm_digests(b""), *tron_digests(b"")):
        assert name in TEXT
    for network in NETWORKS.values():
        assert network.header.endswith(b" Signed Message:\n")
    assert [int(number) for number in re.findall(r"\*\*D(\d+)\*\*", TEXT)] == list(range(1, 15))
