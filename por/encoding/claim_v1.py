"""Read and write an estimate of what comes first to customers (`por/spec/claims.md`)."""

import re
from fractions import Fraction

from por.encoding import canonical
from por.encoding.media_types import CLAIM
from por.encoding.reader import Reader
from por.errors import FormatError
from por.model import MAX_DECIMALS, AssetId, Digest, Outcome, decimal_text, issuer_id, segment_name
from por.model.claims import Claim, CoinClaim, Judged, Lack, Lacking, Loss, MoneyClaim, Payment, Shares

MAX_BYTES = 16 * 2**20
MAX_ROWS = 10_000
MAX_SEGMENTS = 4096
MAX_DIGITS = 4000

_RATIO = re.compile(r"(?P<over>0|[1-9][0-9]*)/(?P<under>[1-9][0-9]*)", re.ASCII)
_CURRENCY = re.compile(r"[A-Z][A-Z0-9]{2,11}", re.ASCII)

Json = dict[str, object]


def read(data: bytes) -> Claim:
    """Read the canonical document.

    Raises: FormatError, also for figures that do not follow from their shares, and for a refuted inclusion proof.
    """
    top = Reader(canonical.load(data, max_bytes=MAX_BYTES))
    names = ("bundle", "policy", "examined", "inclusion", "computedAt", "currency", "loss", "money", "coins", "missing")
    issuer, instant, bundle, policy, examined, inclusion, at, currency, loss, money, coins, missing = top.document(
        CLAIM, "issuer", "instant", *names
    )
    found = inclusion.optional(_read_inclusion)
    claim = Claim(
        issuer=issuer.parse(issuer_id),
        instant=instant.instant(),
        bundle=bundle.digest(),
        policy=policy.digest(),
        examined=_read_judged(*examined.members("verdict", "outcome")),
        inclusion=None if found is None else found[0],
        proofs=() if found is None else found[1],
        computed_at=at.instant(),
        currency=currency.optional(_read_currency),
        loss=_read_loss(loss),
        money=tuple(_read_money(row) for row in money.items(MAX_ROWS)),
        coins=tuple(_read_coins(row) for row in coins.items(MAX_ROWS)),
        missing=tuple(_read_lacking(row) for row in missing.items(MAX_ROWS)),
    )
    money.require_ascending([row.currency for row in claim.money])
    coins.require_ascending([str(row.asset) for row in claim.coins])
    missing.require_ascending([(str(row.what), row.subject) for row in claim.missing])
    if not claim.missing and any(shares.total is None for row in claim.coins for shares in (row.proven, row.claimed)):
        raise missing.fail("a figure is missing, and no input is said to be")
    return claim


def write(claim: Claim) -> bytes:
    """Write the canonical document; the same claim always gives the same bytes."""
    return canonical.dumps(
        {
            "mediaType": CLAIM,
            "issuer": claim.issuer,
            "instant": str(claim.instant),
            "bundle": str(claim.bundle),
            "policy": str(claim.policy),
            "examined": _judged_value(claim.examined),
            "inclusion": None
            if claim.inclusion is None
            else {**_judged_value(claim.inclusion), "proofs": [str(digest) for digest in claim.proofs]},
            "computedAt": str(claim.computed_at),
            "currency": claim.currency,
            "loss": {
                "hot": claim.loss.hot,
                "coins": [{"asset": str(asset), "amount": decimal_text(amount)} for asset, amount in claim.loss.coins],
            },
            "money": [_money_value(row) for row in claim.money],
            "coins": [_coins_value(row) for row in claim.coins],
            "missing": [{"what": str(row.what), "subject": row.subject} for row in claim.missing],
        }
    )


def share_text(share: Fraction) -> str:
    """Write a share exactly, as over/under in lowest terms."""
    return f"{share.numerator}/{share.denominator}"


def _judged_value(judged: Judged) -> Json:
    return {"verdict": str(judged.verdict), "outcome": str(judged.outcome)}


def _money_value(row: MoneyClaim) -> Json:
    return {
        "currency": row.currency,
        "owed": decimal_text(row.owed),
        "held": decimal_text(row.held),
        "share": share_text(row.share),
    }


def _coins_value(row: CoinClaim) -> Json:
    return {
        "asset": str(row.asset),
        "kind": str(row.kind),
        "decimals": row.decimals,
        "segments": list(row.segments),
        "units": str(row.units),
        "proven": _shares_value(row.proven, row.units),
        "claimed": _shares_value(row.claimed, row.units),
    }


def _shares_value(shares: Shares, units: int) -> Json:
    return {
        "perKind": _payment_value(shares.per_kind, units),
        "singlePool": _payment_value(shares.single_pool, units),
    }


def _payment_value(payment: Payment, units: int) -> Json:
    return {
        "preferential": _part_value(payment.preferential, units),
        "general": _part_value(payment.general, units),
    }


def _part_value(share: Fraction | None, units: int) -> Json | None:
    """Write a share with what it is of the units, rounded down."""
    return None if share is None else {"share": share_text(share), "units": str(int(units * share))}


def _read_judged(verdict: Reader, outcome: Reader) -> Judged:
    return Judged(verdict.digest(), outcome.choice(Outcome))


def _read_inclusion(reader: Reader) -> tuple[Judged, tuple[Digest, ...]]:
    verdict, outcome, proofs = reader.members("verdict", "outcome", "proofs")
    judged = _read_judged(verdict, outcome)
    if judged.outcome is Outcome.FAIL:
        raise outcome.fail("a refuted inclusion proof claims nothing")
    digests = tuple(item.digest() for item in proofs.items(MAX_SEGMENTS))
    if not digests:
        raise proofs.fail("no proof is named")
    proofs.require_ascending([str(digest) for digest in digests])
    return judged, digests


def _read_currency(reader: Reader) -> str:
    text = reader.text(16)
    if not _CURRENCY.fullmatch(text):
        raise reader.fail("not a currency such as JPY")
    return text


def _read_loss(reader: Reader) -> Loss:
    hot, coins = reader.members("hot", "coins")
    if not isinstance(hot.value, bool):
        raise hot.fail("neither true nor false")
    rows = [row.members("asset", "amount") for row in coins.items(MAX_ROWS)]
    loss = Loss(hot.value, tuple((asset.parse(AssetId.parse), amount.decimal()) for asset, amount in rows))
    coins.require_ascending([str(asset) for asset, _ in loss.coins])
    return loss


def _read_money(reader: Reader) -> MoneyClaim:
    currency, owed, held, share = reader.members("currency", "owed", "held", "share")
    row = MoneyClaim(_read_currency(currency), owed.decimal(), held.decimal())
    if _read_share(share) != row.share:
        raise share.fail(f"what is held is {share_text(row.share)} of what is owed")
    return row


def _read_coins(reader: Reader) -> CoinClaim:
    asset, kind, decimals, segments, units, proven, claimed = reader.members(
        "asset", "kind", "decimals", "segments", "units", "proven", "claimed"
    )
    amount, of_kind = units.parse(_read_units), kind.parse(AssetId.parse)
    row = CoinClaim(
        asset=asset.parse(AssetId.parse),
        kind=of_kind,
        decimals=decimals.integer(0, MAX_DECIMALS),
        segments=tuple(item.parse(segment_name) for item in segments.items(MAX_SEGMENTS)),
        units=amount,
        proven=_read_shares(proven, of_kind, amount),
        claimed=_read_shares(claimed, of_kind, amount),
    )
    segments.require_ascending(list(row.segments))
    for low, high in ((row.proven.per_kind, row.claimed.per_kind), (row.proven.single_pool, row.claimed.single_pool)):
        for less, more in ((low.preferential, high.preferential), (low.total, high.total)):
            if less is not None and more is not None and less > more:
                raise claimed.fail("what is claimed pays less than what is proven")
    return row


def _read_units(text: str) -> int:
    # Totals of several segments may be beyond what one commitment holds.
    if not re.fullmatch(r"0|[1-9][0-9]{0,59}", text, re.ASCII):
        raise FormatError("not an amount: decimal digits without sign, leading zero, exponent or separator")
    return int(text)


def _read_shares(reader: Reader, kind: AssetId, units: int) -> Shares:
    per_kind, single_pool = reader.members("perKind", "singlePool")
    return Shares(kind, _read_payment(per_kind, units), _read_payment(single_pool, units))


def _read_payment(reader: Reader, units: int) -> Payment:
    first, rest = reader.members("preferential", "general")
    payment = Payment(
        first.optional(lambda part: _read_part(part, units)), rest.optional(lambda part: _read_part(part, units))
    )
    if payment.preferential is None and payment.general is not None:
        raise rest.fail("what comes second is known, and what comes first is not")
    if payment.total is not None and payment.total > 1:
        raise reader.fail("more is paid than is owed")
    return payment


def _read_part(reader: Reader, units: int) -> Fraction:
    share, amount = reader.members("share", "units")
    part = _read_share(share)
    if amount.parse(_read_units) != int(units * part):
        raise amount.fail("not the share of the units, rounded down")
    return part


def _read_share(reader: Reader) -> Fraction:
    text = reader.text(2 * MAX_DIGITS + 1)
    match = _RATIO.fullmatch(text)
    if match is None or max(len(match["over"]), len(match["under"])) > MAX_DIGITS:
        raise reader.fail("not an exact share such as 4/5")
    share = Fraction(int(match["over"]), int(match["under"]))
    if share > 1 or share_text(share) != text:
        raise reader.fail("not a share of at most 1/1 in lowest terms")
    return share


def _read_lacking(reader: Reader) -> Lacking:
    what, subject = reader.members("what", "subject")
    return Lacking(what.choice(Lack), subject.text(256))
