"""Every list that we have, as its ORIGIN says: what verifies, what is unsigned, what repeats, what cannot be judged."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from por.encoding import bundle_v1, published_signature_v1
from por.encoding.published_signature_v1 import PublishedSignature
from por.errors import EvidenceError, UnsupportedEvidenceError
from por.formats.coins import place_address, shipped_coins
from por.formats.conversion import Conversion, Standing, convert
from por.formats.conversion_report import count_assets
from por.formats.known import read_wallets
from por.model import ChainAccount, Instant, format_coins
from por.proofs.control.published import published_signers

HTX_MONTHS = (
    "2023-02-21",
    "2023-07-10",
    "2023-10-18",
    "2024-04-11",
    "2024-08-13",
    "2025-01-06",
    "2025-10-20",
    "2026-02-09",
)
REFUSED = (EvidenceError, UnsupportedEvidenceError)


@cache
def converted(path: Path) -> Conversion:
    wallets = read_wallets(path.read_bytes())
    instant = Instant.parse("2026-11-01T00:00:00Z")
    return convert(wallets, shipped_coins(), "exchange.example", instant, lambda message: None)


def htx(vectors: Path, month: str) -> Conversion:
    return converted(vectors / "htx" / f"signed-wallets-{month}.csv")


def okx(vectors: Path, name: str) -> Conversion:
    return converted(vectors / "okx-v1" / f"wallets-{name}.csv")


def standings(conversion: Conversion) -> Counter[str]:
    return Counter(str(wallet.standing) for wallet in conversion.wallets)


def documents(vectors: Path) -> list[PublishedSignature]:
    lists = [*sorted((vectors / "htx").glob("*.csv")), *sorted((vectors / "okx-v1").glob("*.csv"))]
    found = {}
    for path in lists:
        for wallet in converted(path).wallets:
            if wallet.standing is Standing.VALID and wallet.document is not None:
                found[wallet.document.account, wallet.document.signatures] = wallet.document
    return list(found.values())


@pytest.mark.parametrize("month", HTX_MONTHS)
def test_htx_counts_are_those_of_the_origin(vectors: Path, month: str) -> None:
    row = re.search(
        rf"^\| {month} \| \w+ \| (\d+) \| (\d+) \| (\d+) \|$", (vectors / "htx" / "ORIGIN.md").read_text(), re.MULTILINE
    )
    assert row is not None
    rows, signed, unsigned = map(int, row.groups())
    conversion = htx(vectors, month)
    assert len(conversion.wallets) == rows
    assert standings(conversion) == {"valid": signed, "unsigned": unsigned}
    assert bundle_v1.read(bundle_v1.write(conversion.bundle)) == conversion.bundle


def test_htx_mixes_six_digests(vectors: Path) -> None:
    found = {wallet.reason for month in HTX_MONTHS for wallet in htx(vectors, month).wallets if wallet.document}
    assert found == {"p2pkh", "keccak", "eip191", "tron-32-of-keccak", "tron-32", "raw"}


def test_t46_htx_repeats_rows_that_are_flagged(vectors: Path) -> None:
    repeated = {month: sum(wallet.again for wallet in htx(vectors, month).wallets) for month in HTX_MONTHS}
    assert [month for month, count in repeated.items() if not count] == list(HTX_MONTHS[:3])
    assert repeated["2026-02-09"] == 8
    accounts = [row.account for row in htx(vectors, "2026-02-09").bundle.reserves]
    assert len(accounts) > len(set(accounts))


def test_t49_htx_unsigned_coins_are_in_no_proven_sum(vectors: Path) -> None:
    counts = {str(count.asset): count for count in count_assets(htx(vectors, "2026-02-09").wallets)}
    doge = counts["bip122:1a91e3dace36e2be3bf030a65679fe82/slip44:3"]
    assert (doge.proven, doge.unproven // 10**8) == (0, 461_459_547)
    assert counts["xrpl:0/slip44:144"].proven == 0
    assert counts["solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp/slip44:501"].proven == 0
    ether = counts["eip155:1/slip44:60"]
    assert (format_coins(ether.proven, 18), format_coins(ether.unproven, 18)) == ("2333.86", "10180.09")


def test_t43_htx_signatures_stand_unchanged_for_years(vectors: Path) -> None:
    def signatures(month: str) -> dict[ChainAccount, bytes]:
        read = map(published_signature_v1.read, htx(vectors, month).files.values())
        return {document.account: document.signature for document in read}

    old, new = signatures("2023-02-21"), signatures("2026-02-09")
    both = set(old) & set(new)
    assert len(both) >= 10
    assert all(old[account] == new[account] for account in both)


@pytest.mark.parametrize(
    ("name", "layout", "expected"),
    [
        ("7col-2022-11", "7 columns", {"valid": 33}),
        ("11col-2024-11", "11 columns", {"valid": 2, "unsupported": 1}),
        ("11col-2024-2026", "11 columns", {"valid": 2, "unsupported": 3}),
        ("12col-staking-2026", "12 columns", {"valid": 1, "unsupported": 2}),
        ("aup-9col-2025", "audit", {"valid": 7, "unsupported": 2}),
    ],
)
def test_okx_lists(vectors: Path, name: str, layout: str, expected: dict[str, int]) -> None:
    conversion = okx(vectors, name)
    assert conversion.layout == f"okx-wallets, {layout}"
    assert standings(conversion) == expected


def test_okx_2022_rows_by_variant_and_sum(vectors: Path) -> None:
    conversion = okx(vectors, "7col-2022-11")
    variants = Counter(wallet.reason for wallet in conversion.wallets)
    assert variants == {
        "ethereum-32-of-keccak": 17,
        "tron-32-of-keccak": 7,
        "p2wsh 2-of-3": 6,
        "p2sh 2-of-3": 3,
    }
    sums = {str(count.asset): format_coins(count.proven, count.decimals) for count in count_assets(conversion.wallets)}
    assert sums["bip122:000000000019d6689c085ae165831e93/slip44:0"] == "449.51400581"
    assert sums["eip155:10/erc20:0x94b008aa00579c1307b0ef2c499ad98a8ce58e58"] == "132.513768"


def test_t47_okx_contracts_and_validators_are_not_proven_by_their_owners(vectors: Path) -> None:
    for name in ("11col-2024-11", "11col-2024-2026", "12col-staking-2026"):
        owned = [wallet for wallet in okx(vectors, name).wallets if wallet.placed.row.owners]
        assert owned
        assert {wallet.standing for wallet in owned} == {Standing.UNSUPPORTED}


def test_t43_okx_signs_contracts_with_the_owners_own_signatures(vectors: Path) -> None:
    rows = {wallet.placed.row.address: wallet.placed.row for wallet in okx(vectors, "11col-2024-11").wallets}
    contract = next(row for row in rows.values() if row.owners)
    assert contract.signatures == tuple(rows[owner].signatures[0] for owner in contract.owners)


def test_every_change_of_a_real_signature_message_or_account_is_refused(vectors: Path) -> None:
    real = documents(vectors)
    assert len(real) > 100
    for number, document in enumerate(real):
        other = real[number - 1]
        text = document.signatures[0]
        middle = len(text) // 2
        swapped = text[:middle] + ("1" if text[middle] != "1" else "2") + text[middle + 1 :]
        for changed in (
            replace(document, message=document.message + "."),
            replace(document, signatures=(swapped, *document.signatures[1:])),
            replace(document, signatures=other.signatures)
            if other.account != document.account
            else replace(document, signatures=()),
            replace(document, account=other.account)
            if other.account != document.account
            else replace(document, signatures=()),
        ):
            with pytest.raises(REFUSED):
                published_signers(changed)


def test_t47_the_same_key_twice_never_makes_a_real_multisig(vectors: Path) -> None:
    scripts = [document for document in documents(vectors) if document.key and len(document.signatures) == 2]
    assert len(scripts) >= 9
    for document in scripts:
        first, second = document.signatures
        for signatures in ((first, first), (second, second), (first,), (second,)):
            with pytest.raises(EvidenceError):
                published_signers(replace(document, signatures=signatures))
        assert document.key is not None
        with pytest.raises(EvidenceError):
            published_signers(replace(document, key="51" + document.key[2:]))


VERIFIED = {
    "TestVerifyUtxoCoinSignature": 10,
    "TestVerifyEvmCoinSignature": 8,
    "TestVerifyEd25519CoinSignature": 6,
    "TestVerifyEcdsaCoinSignature": 5,
    "TestTRXVerifySignature": 2,
    "TestVerifyTemplate": 13,
    "TestVerifyStarkCoinSignature": 0,
    "TestBETHVerifySignature": 0,
}


@pytest.mark.parametrize(("group", "count"), VERIFIED.items())
def test_t49_the_peers_own_cases_verify_or_are_said_to_be_unread(vectors: Path, group: str, count: int) -> None:
    cases = json.loads((vectors / "okx-v1" / "signature-vectors.json").read_text())[group]
    verified = 0
    for case in (each for each in cases if "addr" in each):
        coin = shipped_coins().resolve(case.get("coin") or ("TRX" if "TRX" in group else "BETH"), None)
        chain, address = place_address(coin.network, case["addr"])
        signatures = tuple(filter(None, (case.get("sign"), case.get("sign1"), case.get("sign2"))))
        document = PublishedSignature(
            ChainAccount(chain, address),
            coin.code,
            coin.network.scheme,
            case["msg"],
            signatures,
            case.get("script") or case.get("pub") or case.get("pubKey") or None,
        )
        try:
            verified += bool(published_signers(document).signers)
        except UnsupportedEvidenceError:
            continue
    assert verified == count
