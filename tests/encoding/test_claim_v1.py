"""The claim file: one canonical form, and no figure that does not follow from its share."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.encoding import claim_v1
from por.errors import FormatError, UnsupportedVersionError
from por.model import Outcome
from por.model.claims import Claim, CoinClaim, Judged, Lack, Lacking, Loss, MoneyClaim, Payment, Shares
from scripts.document_vectors.claims import DOCUMENT
from tests.documents import amounts, assets, canonical, digests, instants, issuers, places, put, segments

shares_between = st.fractions(min_value=0, max_value=1, max_denominator=10**30)
decimals = st.integers(0, 10**40).map(lambda number: Fraction(number, 10**18))


@st.composite
def payments(draw: st.DrawFn, known: bool) -> Payment:
    if not known and draw(st.booleans()):
        return Payment(None, None)
    first = draw(shares_between)
    return Payment(first, None if not known and draw(st.booleans()) else (1 - first) * draw(shares_between))


@st.composite
def coins(draw: st.DrawFn, known: bool) -> CoinClaim:
    asset, kind = draw(assets()), draw(assets())
    shares = Shares(kind, draw(payments(known)), draw(payments(known)))
    segment_names = tuple(sorted(draw(st.lists(segments, min_size=1, max_size=3, unique=True))))
    return CoinClaim(asset, kind, draw(st.integers(0, 36)), segment_names, draw(amounts), shares, shares)


@st.composite
def money(draw: st.DrawFn) -> MoneyClaim:
    return MoneyClaim(draw(st.from_regex(r"[A-Z]{3}", fullmatch=True)), draw(decimals), draw(decimals))


@st.composite
def claims(draw: st.DrawFn) -> Claim:
    known = draw(st.booleans())
    rows = draw(st.lists(coins(known), max_size=3, unique_by=lambda row: str(row.asset)))
    lacks = [] if known else draw(st.lists(st.sampled_from(Lack), min_size=1, unique=True))
    proofs = tuple(sorted(draw(st.lists(digests, max_size=2, unique=True))))
    lost = draw(st.lists(assets(), max_size=2, unique_by=str))
    return Claim(
        issuer=draw(issuers),
        instant=draw(instants),
        bundle=draw(digests),
        policy=draw(digests),
        examined=Judged(draw(digests), draw(st.sampled_from(Outcome))),
        inclusion=Judged(draw(digests), draw(st.sampled_from([Outcome.PASS, Outcome.INCONCLUSIVE])))
        if proofs
        else None,
        proofs=proofs,
        computed_at=draw(instants),
        currency=draw(st.none() | st.just("JPY")),
        loss=Loss(draw(st.booleans()), tuple((asset, draw(decimals)) for asset in sorted(lost, key=str))),
        money=tuple(
            sorted(
                draw(st.lists(money(), max_size=2, unique_by=lambda row: row.currency)), key=lambda row: row.currency
            )
        ),
        coins=tuple(sorted(rows, key=lambda row: str(row.asset))),
        missing=tuple(sorted(Lacking(what, "") for what in lacks)),
    )


@given(claims())
def test_what_is_written_is_read(claim: Claim) -> None:
    data = claim_v1.write(claim)
    assert claim_v1.read(data) == claim
    assert claim_v1.write(claim_v1.read(data)) == data


@given(st.binary(max_size=200))
def test_t86_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        claim = claim_v1.read(data)
    except FormatError:
        return
    assert claim_v1.write(claim) == data


@given(
    st.sampled_from(list(places(DOCUMENT))), st.none() | st.integers() | st.text(max_size=8) | st.lists(st.integers())
)
def test_t86_any_value_in_any_place_is_read_or_refused(place: str, value: object) -> None:
    data = canonical(put(DOCUMENT, place, value))
    try:
        claim = claim_v1.read(data)
    except FormatError:
        return
    assert claim_v1.write(claim) == data


def test_units_are_rounded_down_and_exact_beyond_floating_point() -> None:
    claim = claim_v1.read(canonical(DOCUMENT))
    assert claim.coins[0].proven.single_pool.preferential == Fraction(218, 235)
    assert DOCUMENT["coins"][0]["proven"]["singlePool"]["preferential"]["units"] == "139148936"


def test_t70_another_version_is_named() -> None:
    with pytest.raises(UnsupportedVersionError, match=r"claim\.v2"):
        claim_v1.read(canonical({**DOCUMENT, "mediaType": "application/vnd.por.claim.v2+json"}))


def test_t84_a_share_of_many_digits_is_read_up_to_the_limit() -> None:
    long = Fraction(1, 10**3999)
    text = claim_v1.share_text(long)
    place = "/coins/0/proven/perKind/general"
    zero = {"share": text, "units": "0"}
    made = put(put(DOCUMENT, place, zero), place.replace("proven", "claimed"), zero)
    assert claim_v1.read(canonical(made)).coins[0].proven.per_kind.general == long
