"""Every chain, account, asset, digest, issuer and segment has one spelling."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.errors import FormatError
from por.model import AssetId, ChainAccount, ChainId, Digest, Instant, issuer_id, segment_name, snapshot_id
from tests.documents import accounts, assets, chains, digests, evm_addresses, hashes, issuers, segments

ADDRESS = "0xde0b295669a9fd93d5f28d9ec85e40f4cb697bae"
CHECKSUMMED = "0xde0B295669a9FD93d5F28D9Ec85E40f4cb697BAe"
OTHER = "0x" + "11" * 20


@given(chain=chains, account=accounts(), asset=assets(), digest=digests)
def test_identifiers_are_read_back_from_their_text(
    chain: ChainId, account: ChainAccount, asset: AssetId, digest: Digest
) -> None:
    assert ChainId.parse(str(chain)) == chain
    assert ChainAccount.parse(str(account)) == account
    assert AssetId.parse(str(asset)) == asset
    assert Digest.parse(str(digest)) == digest


@given(text=st.text(max_size=80))
@pytest.mark.parametrize("parse", [ChainId.parse, ChainAccount.parse, AssetId.parse, Digest.parse])
def test_any_text_is_an_identifier_in_its_only_spelling_or_refused(parse: Callable[[str], object], text: str) -> None:
    try:
        parsed = parse(text)
    except FormatError:
        return
    assert str(parsed) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":",
        "eip155",
        "eip155:",
        ":1",
        "eip155:1:2",
        "EIP155:1",
        "ei:1",
        "eip155eip1:1",
        "eip155:" + "1" * 33,
        "eip155:1 ",
        " eip155:1",
        "eip155:1\n",
        "eip155:１",
        "eip155:1/",
        "eip155:\u202e1",
    ],
)
def test_a_malformed_chain_is_refused(text: str) -> None:
    with pytest.raises(FormatError, match=r"CAIP-2|decimal number"):
        ChainId.parse(text)


@pytest.mark.parametrize("text", ["eip155:01", "eip155:0x1", "eip155:mainnet", "eip155:-1", "eip155:" + "9" * 19])
def test_t53_a_chain_has_one_spelling(text: str) -> None:
    with pytest.raises(FormatError, match="decimal number without leading zeros"):
        ChainId.parse(text)


def test_t53_an_account_of_a_test_chain_is_another_account() -> None:
    main, test = (ChainAccount.parse(f"eip155:{number}:{ADDRESS}") for number in (1, 11155111))
    assert main != test
    assert main.address == test.address


@pytest.mark.parametrize(
    "address", [CHECKSUMMED, ADDRESS.upper().replace("0X", "0x"), ADDRESS[:-1] + "E", "0xABCDEF" + "0" * 34]
)
def test_t46_a_second_spelling_of_an_account_is_refused_with_the_first(address: str) -> None:
    for parse, text in (
        (ChainAccount.parse, f"eip155:1:{address}"),
        (AssetId.parse, f"eip155:1/erc20:{address}"),
    ):
        with pytest.raises(FormatError, match=f"lower case here: {address.lower()}"):
            parse(text)


@given(address=evm_addresses)
def test_t46_one_account_is_never_two(address: str) -> None:
    spellings = {address, address.upper().replace("0X", "0x"), address.replace("a", "A"), address.swapcase()}
    read = set()
    for spelling in spellings:
        try:
            read.add(ChainAccount.parse(f"eip155:1:{spelling}"))
        except FormatError:
            continue
    assert read == {ChainAccount(ChainId("eip155", "1"), address)}


@pytest.mark.parametrize(
    "text",
    [
        "",
        ADDRESS,
        f"eip155:1{ADDRESS}",
        f"eip155:1/{ADDRESS}",
        f"eip155:1:{ADDRESS[:-1]}",
        f"eip155:1:{ADDRESS}0",
        f"eip155:1:{ADDRESS[2:]}",
        f"eip155:1:{ADDRESS} ",
        f"eip155:1:0X{ADDRESS[2:]}",
        f"eip155:1:{ADDRESS}\x1b[31m",
        f"eip155:1:eip155:1:{ADDRESS}",
        "bip122:000000000019d6689c085ae165831e93:",
        "bip122:000000000019d6689c085ae165831e93:bc1 q",
        "bip122:000000000019d6689c085ae165831e93:" + "q" * 129,
    ],
)
def test_a_malformed_account_is_refused(text: str) -> None:
    with pytest.raises(FormatError):
        ChainAccount.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ETH",
        "eip155:1",
        "eip155:1/",
        "eip155:1/slip44",
        "eip155:1/slip44:",
        "eip155:1/slip44:060",
        "eip155:1/slip44:-60",
        "eip155:1/slip44:60/1",
        "eip155:1/SLIP44:60",
        "/slip44:60",
        "slip44:60",
        "eip155:01/slip44:60",
        f"eip155:1/erc20:{ADDRESS[:-1]}",
        f"eip155:1/erc20:{ADDRESS[2:]}",
        "eip155:1//slip44:60",
        "eip155:1/slip44:60 ",
    ],
)
def test_a_malformed_asset_is_refused(text: str) -> None:
    with pytest.raises(FormatError):
        AssetId.parse(text)


@pytest.mark.parametrize("symbol", ["ETH", "USDT", "usdt", "$USDT", "USDТ"])
def test_t61_a_symbol_names_no_asset(symbol: str) -> None:
    with pytest.raises(FormatError, match="CAIP-19"):
        AssetId.parse(symbol)


def test_t61_two_contracts_are_two_assets_whatever_they_call_themselves() -> None:
    assert AssetId.parse(f"eip155:1/erc20:{ADDRESS}") != AssetId.parse(f"eip155:1/erc20:{OTHER}")
    assert AssetId.parse(f"eip155:1/erc20:{ADDRESS}") != AssetId.parse(f"eip155:56/erc20:{ADDRESS}")


@pytest.mark.parametrize("coin", ["1", "0", "61", "966", "2147483708"])
def test_t46_an_evm_chain_has_one_own_coin(coin: str) -> None:
    with pytest.raises(FormatError, match="slip44:60"):
        AssetId.parse(f"eip155:137/slip44:{coin}")


def test_an_asset_says_what_it_is() -> None:
    coin, token = AssetId.parse("eip155:1/slip44:60"), AssetId.parse(f"eip155:1/erc20:{ADDRESS}")
    other = AssetId.parse("eip155:1/erc721:0x06012c8cf97BEaD5deAe237070F9587f8E7A266d")
    assert (coin.native, coin.token) == (True, None)
    assert (token.native, token.token) == (False, ADDRESS)
    assert (other.native, other.token) == (False, None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sha256:",
        "sha256:" + "0" * 63,
        "sha256:" + "0" * 65,
        "sha256:" + "A" * 64,
        "SHA256:" + "0" * 64,
        "sha1:" + "0" * 40,
        "md5:" + "0" * 32,
        "sha512:" + "0" * 128,
        "0" * 64,
        "sha256:" + "0" * 62 + " 0",
        "sha256:" + "0" * 64 + "\n",
        "sha256:../../../../etc/passwd",
    ],
)
def test_t11_t88_a_digest_is_a_whole_sha256_and_never_a_path(text: str) -> None:
    with pytest.raises(FormatError, match="64 lower-case hexadecimal digits"):
        Digest.parse(text)


@given(value=hashes)
def test_a_digest_is_written_by_its_algorithm(value: bytes) -> None:
    assert str(Digest(value)) == "sha256:" + value.hex()


@given(issuer=issuers, segment=segments)
def test_issuers_and_segments_are_returned_as_they_are(issuer: str, segment: str) -> None:
    assert issuer_id(issuer) == issuer
    assert segment_name(segment) == segment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Exchange.example",
        "exchange.example.",
        ".example",
        "-example",
        "example-",
        "exchange example",
        "exchange@example",
        "exchange/example",
        "exсhange.example",
        "exchange.example\n",
        "a" * 64,
        "exchange\u200b.example",
        "../exchange",
    ],
)
def test_t93_an_issuer_is_a_domain_name_without_tricks(text: str) -> None:
    with pytest.raises(FormatError, match="domain name"):
        issuer_id(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Spot",
        "1spot",
        "spot ",
        "spot:",
        ":spot",
        "spot::x",
        "via:broker:7",
        "debt/margin",
        "s" * 32,
        "via:" + "b" * 64,
        "spot\n",
        "spot\u202e",
        "spöt",
    ],
)
def test_t93_a_segment_is_a_plain_name(text: str) -> None:
    with pytest.raises(FormatError, match="not a segment"):
        segment_name(text)


def test_a_snapshot_is_named_by_issuer_and_instant_alone() -> None:
    assert snapshot_id("exchange.example", Instant(0)) == "exchange.example@1970-01-01T00:00:00Z"


@pytest.mark.parametrize("text", ["eip155:1/staked:61", "eip155:1/staked:060", "eip155:1/staked:0", "tron:1/staked:60"])
def test_t46_coins_at_stake_have_one_name(text: str) -> None:
    """A second name would be the same validators a second time."""
    assert str(AssetId.parse("eip155:1/staked:60")) == "eip155:1/staked:60"
    with pytest.raises(FormatError):
        AssetId.parse(text)
