"""Lie about what holdings are worth: others' coins, claims on coins, coins of a day, coins that nobody proves."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from por.model import AssetId, ClaimedHolding
from por.simulator.exchange import Exchange
from por.simulator.lie import Draft, Lie, shown_to_auditor
from por.simulator.lies_reserves import claim

COVERAGE, BALANCE, ELIGIBLE = "solvency.coverage", "reserves.balance", "reserves.eligible"

_ENCUMBERED = """
[[encumbered]]
account = "{account}"
asset = "{asset}"
kind = "pledged"
amount = "{amount}"
"""
_BRIDGE = """
[[bridge]]
escrow = "{account}"
asset = "{asset}"
minted = "eip155:10/erc20:0x4200000000000000000000000000000000000042"
"""
_MOVEMENT = """
[movement]
before_seconds = [30]
after_seconds = [60]
threshold = "0.1"
"""


def _policy(exchange: Exchange, stage: Path, more: str = "", changes: Mapping[str, str] | None = None) -> Path:
    """Write the policy of a verifier who knows more than the usual one."""
    text = exchange.policy().read_text()
    for old, new in (changes or {}).items():
        text = text.replace(old, new)
    path = stage / "policy.toml"
    path.write_text(text + more)
    return path


def _known_to_the_verifier(table: str) -> Callable[[Exchange, Path], list[str]]:
    """Show the honest bundle to a verifier who knows something about the cold account's coins."""

    def tell(exchange: Exchange, stage: Path) -> list[str]:
        amount = Draft.of(exchange).row(exchange, "cold").holdings[1].amount
        known = table.format(account=exchange.account("cold"), asset=exchange.coin, amount=amount * 9 // 10)
        return shown_to_auditor(exchange, exchange.bundle, _policy(exchange, stage, known))

    return tell


def _overstated(exchange: Exchange, stage: Path) -> list[str]:
    """Say of more coins than there are that they are pledged, so that what is left seems to be little."""
    draft = Draft.of(exchange)
    known = _ENCUMBERED.format(
        account=exchange.account("hot"),
        asset=exchange.coin,
        amount=draft.row(exchange, "hot").holdings[1].amount + 1,
    )
    return shown_to_auditor(exchange, exchange.bundle, _policy(exchange, stage, known))


def _claims(kind: str, more: str = "") -> Callable[[Exchange, Path], list[str]]:
    """Count claims on coins, which the cold account has, in the place of the hot account's coins, which are pledged."""

    def tell(exchange: Exchange, stage: Path) -> list[str]:
        draft = Draft.of(exchange)
        cold, hot = draft.position(exchange, "cold"), draft.row(exchange, "hot")
        share = ClaimedHolding(exchange.share, _minted(exchange), ())
        rows = sorted((*draft.bundle.reserves[cold].holdings, share), key=lambda row: str(row.asset))
        draft.account(cold, holdings=tuple(rows))
        member = f'members = [{{ asset = "{exchange.coin}", decimals = 18 }}'
        known = {member: f'{member}, {{ asset = "{exchange.share}", decimals = 18, kind = "{kind}" }}'}
        layout = exchange.tables().partition("[[layout]]")[2].replace(str(exchange.dollar), str(exchange.share))
        pledge = _ENCUMBERED.format(account=hot.account, asset=exchange.coin, amount=hot.holdings[1].amount)
        policy = _policy(exchange, stage, f"{pledge}\n[[layout]]{layout}{more}", known)
        return shown_to_auditor(exchange, draft.publish(stage / "bundle", exchange.signing_key), policy)

    return tell


def _minted(exchange: Exchange) -> int:
    owed = exchange.workspace.commitments().liabilities
    return sum(item.total for item in owed if item.asset == exchange.coin and not item.is_debt)


def _staked(exchange: Exchange, stage: Path) -> list[str]:
    draft = Draft.of(exchange)
    position = draft.position(exchange, "cold")
    stake = ClaimedHolding(AssetId(exchange.chain.chain, "staked", "60"), 32 * 10**18, ())
    rows = sorted((*draft.bundle.reserves[position].holdings, stake), key=lambda row: str(row.asset))
    draft.account(position, holdings=tuple(rows))
    return shown_to_auditor(exchange, draft.publish(stage / "bundle", exchange.signing_key))


def _for_a_day(exchange: Exchange, stage: Path) -> list[str]:
    """Have coins come shortly before the snapshot, and send them back shortly after."""
    chain = exchange.chain
    lent = chain.account(exchange.account("hot").address).balance * 9 // 10
    exchange.pay("hot", exchange.account("stranger").address, lent)
    for _ in range(2):
        chain.mine()
    return shown_to_auditor(exchange, exchange.bundle, _policy(exchange, stage, _MOVEMENT))


def _its_own_node(exchange: Exchange, stage: Path) -> list[str]:
    """Prove nothing, and let the verifier's only node prove another account's balance."""
    draft = Draft.of(exchange)
    hot, cold = exchange.account("hot").address, exchange.account("cold").address
    richer = draft.row(exchange, "cold").holdings[1].amount
    claim(draft, draft.position(exchange, "hot"), 1, amount=richer, evidence=())

    def distorted(method: str, said: object) -> object:
        if method == "eth_getProof" and isinstance(said, dict) and said["address"] == hot:
            block = exchange.workspace.snapshot().blocks[0].block
            proof = exchange.chain.answer("eth_getProof", [cold, [], hex(block.number)])
            return said | {"accountProof": proof["accountProof"]} if isinstance(proof, dict) else said
        return said

    exchange.distortion = distorted
    return shown_to_auditor(exchange, draft.publish(stage / "bundle", exchange.signing_key))


def _of_two_issuers(exchange: Exchange, stage: Path) -> list[str]:
    """List an account that another issuer lists as well, each with its own valid signature."""
    other = Draft.of(exchange)
    other.bundle = replace(other.bundle, issuer="other.example", reserves=(other.row(exchange, "cold"),))
    known = other.publish(stage / "other", exchange.signing_key)
    return [*shown_to_auditor(exchange, exchange.bundle), "--other", str(known)]


LIES = (
    Lie(
        "pledged coins",
        ("T52",),
        "counts coins that it has pledged to a lender",
        COVERAGE,
        _known_to_the_verifier(_ENCUMBERED),
    ),
    Lie(
        "more pledged than held",
        ("T46", "T52"),
        "has pledged more coins than an account holds",
        ELIGIBLE,
        _overstated,
    ),
    Lie(
        "coins in escrow",
        ("T54",),
        "counts the coins that a bridge holds for others",
        ELIGIBLE,
        _known_to_the_verifier(_BRIDGE),
    ),
    Lie(
        "coins lent out",
        ("T54", "T63"),
        "counts claims on borrowers as coins",
        COVERAGE,
        _claims("lent"),
    ),
    Lie(
        "a share without a rate",
        ("T59", "T60"),
        "counts shares of a vault as coins, one for one",
        ELIGIBLE,
        _claims("vault", '\n[coverage]\nkinds = ["vault"]\n'),
        "INCONCLUSIVE",
    ),
    Lie(
        "stake that nobody proves",
        ("T49",),
        "claims staked coins and proves no validator",
        BALANCE,
        _staked,
        "INCONCLUSIVE",
    ),
    Lie(
        "coins of a day",
        ("T51", "T58"),
        "borrows coins over the snapshot, under a policy that looks before and after",
        "reserves.movement",
        _for_a_day,
    ),
    Lie(
        "a node of its own",
        ("T55", "T64"),
        "proves nothing and has a node say what is wanted",
        BALANCE,
        _its_own_node,
        "INCONCLUSIVE",
    ),
    Lie(
        "an account of two issuers",
        ("T45",),
        "shares an account with another issuer",
        "reserves.unshared",
        _of_two_issuers,
    ),
)
