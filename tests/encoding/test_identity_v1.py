"""What an issuer's domain says of it: one canonical form, and nothing else is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.encoding import identity_v1
from por.errors import FormatError, UnsupportedVersionError
from por.model import ChainAccount, ChainId
from por.model.identity import AnchoringAccount, Identity
from tests.documents import accounts, canonical, evm_chains, issuers, places, plain_texts, put

REGISTRY, ACCOUNT = "eip155:1:0x" + "11" * 20, "eip155:1:0x" + "22" * 20
EXAMPLE = {
    "mediaType": "application/vnd.por.identity.v1+json",
    "issuer": "exchange.example",
    "keys": ["exchange.example+00000000+AAAA", "exchange.example+11111111+AAAA"],
    "anchors": [
        {"registry": REGISTRY.replace(":1:", ":10:"), "account": ACCOUNT.replace(":1:", ":10:")},
        {"registry": REGISTRY, "account": ACCOUNT},
    ],
}


@st.composite
def anchors(draw: st.DrawFn) -> AnchoringAccount:
    chain = draw(evm_chains)
    return AnchoringAccount(draw(accounts(chain)), draw(accounts(chain)))


identities = st.builds(
    Identity,
    issuers,
    st.lists(plain_texts, max_size=4, unique=True).map(tuple),
    st.lists(anchors(), max_size=4, unique=True).map(tuple),
)


def test_the_example_is_read() -> None:
    identity = identity_v1.read(canonical(EXAMPLE))
    assert identity.issuer == "exchange.example"
    assert identity.keys == tuple(EXAMPLE["keys"])
    assert [str(row.account) for row in identity.anchors] == [ACCOUNT.replace(":1:", ":10:"), ACCOUNT]
    assert identity.anchors[1] == AnchoringAccount(
        ChainAccount(ChainId("eip155", "1"), "0x" + "11" * 20), ChainAccount(ChainId("eip155", "1"), "0x" + "22" * 20)
    )
    assert identity_v1.write(identity) == canonical(EXAMPLE)


@given(identities)
def test_what_is_written_is_read_in_order(identity: Identity) -> None:
    data = identity_v1.write(identity)
    again = identity_v1.read(data)
    assert (again.issuer, set(again.keys), set(again.anchors)) == (
        identity.issuer,
        set(identity.keys),
        set(identity.anchors),
    )
    assert identity_v1.write(again) == data


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        identity = identity_v1.read(data)
    except FormatError:
        return
    assert identity_v1.write(identity) == data


SPOILED: list[tuple[str, object, str]] = [
    ("/mediaType", "application/vnd.por.bundle.v1+json", "/mediaType"),
    ("/issuer", "Exchange.example", "/issuer"),
    ("/issuer", "https://exchange.example", "/issuer"),
    ("/issuer", None, "/issuer"),
    ("/keys", "exchange.example+00000000+AAAA", "/keys"),
    ("/keys", ["b", "a"], "/keys/1"),
    ("/keys", ["a", "a"], "/keys/1"),
    ("/keys/0", "k" * 513, "/keys/0"),
    ("/keys/0", "a\u202eb", "/keys/0"),
    ("/keys/0", 1, "/keys/0"),
    ("/keys", ["a"] * 1025, "/keys"),
    ("/anchors", {}, "/anchors"),
    ("/anchors/0", REGISTRY, "/anchors/0"),
    ("/anchors/0/registry", "0x" + "11" * 20, "/anchors/0/registry"),
    ("/anchors/0/registry", REGISTRY.replace("11", "AA"), "/anchors/0/registry"),
    ("/anchors/0/registry", "bip122:000000000019d6689c085ae165831e93:1abc", "/anchors/0/registry"),
    ("/anchors/1/account", ACCOUNT.replace(":1:", ":10:"), "/anchors/1/account"),
    ("/anchors/0/account", None, "/anchors/0/account"),
    ("/anchors", [EXAMPLE["anchors"][0]] * 2, "/anchors/1"),
    ("/anchors", list(reversed(EXAMPLE["anchors"])), "/anchors/1"),
    ("/url", "https://exchange.example/", "/"),
]


@pytest.mark.parametrize(("place", "value", "named"), SPOILED)
def test_t46_t93_t95_another_form_is_refused_with_its_place(place: str, value: object, named: str) -> None:
    with pytest.raises(FormatError) as caught:
        identity_v1.read(canonical(put(EXAMPLE, place, value)))
    assert caught.value.place == named


@pytest.mark.parametrize("place", [place for place in places(EXAMPLE) if not place[-1].isdigit()])
def test_no_member_may_be_left_out(place: str) -> None:
    above, _, name = place.rpartition("/")
    document = put(EXAMPLE, place, None)
    holder = document
    for step in above.split("/")[1:]:
        holder = holder[int(step)] if isinstance(holder, list) else holder[step]
    del holder[name]
    with pytest.raises(FormatError, match=f"member '{name}' is missing"):
        identity_v1.read(canonical(document))


@pytest.mark.parametrize("spare", [b"\n", b" ", b"\x00"])
def test_t86_spare_bytes_are_refused(spare: bytes) -> None:
    for data in (canonical(EXAMPLE) + spare, spare + canonical(EXAMPLE)):
        with pytest.raises(FormatError):
            identity_v1.read(data)


def test_t70_another_version_is_named() -> None:
    with pytest.raises(UnsupportedVersionError, match="v2"):
        identity_v1.read(canonical({**EXAMPLE, "mediaType": "application/vnd.por.identity.v2+json"}))


def test_t84_a_large_document_is_refused() -> None:
    keys = [f"{number:04}" + "k" * 400 for number in range(1000)]
    with pytest.raises(FormatError, match="at most"):
        identity_v1.read(canonical({**EXAMPLE, "keys": keys}))
