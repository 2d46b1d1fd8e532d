"""Lie about what is held, who holds it, and whose it is."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from por.encoding import control_signature_v1, evm_account_proof_v1
from por.encoding.media_types import CONTROL_SIGNATURE, EVM_ACCOUNT_PROOF
from por.model import (
    AssetId,
    ChainAccount,
    ChainId,
    Challenge,
    ClaimedHolding,
    ControlSignature,
    Instant,
    Role,
)
from por.simulator.exchange import Exchange
from por.simulator.lie import Draft, Lie, shown_to_auditor

CONTROL = "reserves.control"


def _published(exchange: Exchange, stage: Path, draft: Draft, policy: str = "") -> list[str]:
    bundle = draft.publish(stage / "bundle", exchange.signing_key)
    return shown_to_auditor(exchange, bundle, exchange.policy(policy))


def _signed(
    change: Callable[[Challenge, Exchange], Challenge], signer: str = "cold"
) -> Callable[[Exchange, Path], list[str]]:
    """Tell a lie about control: sign a changed challenge for the cold account, or with another key."""

    def tell(exchange: Exchange, stage: Path) -> list[str]:
        draft = Draft.of(exchange)
        account = exchange.account("cold")
        challenge = change(exchange.workspace.snapshot().challenge(account), exchange)
        signature = exchange.keys[signer].sign(challenge, "eip712")
        document = control_signature_v1.write(ControlSignature(account, "eip712", signature))
        digest = draft.files.add(document, CONTROL_SIGNATURE)
        draft.account(draft.position(exchange, "cold"), control=digest)
        return _published(exchange, stage, draft)

    return tell


def _earlier(challenge: Challenge, exchange: Exchange) -> Challenge:
    instant = exchange.workspace.commitments().instant
    return replace(challenge, snapshot=f"{challenge.issuer}@{Instant(instant.seconds - 86_400)}")


def _other_issuer(challenge: Challenge, exchange: Exchange) -> Challenge:
    return replace(challenge, issuer="other.example", snapshot=challenge.snapshot.replace("exchange.", "other.", 1))


def _other_chain(challenge: Challenge, exchange: Exchange) -> Challenge:
    return replace(challenge, account=ChainAccount(ChainId("eip155", "1"), challenge.account.address))


def _unchanged(challenge: Challenge, exchange: Exchange) -> Challenge:
    return challenge


def _unsigned(exchange: Exchange, stage: Path) -> list[str]:
    draft = Draft.of(exchange)
    draft.account(draft.position(exchange, "cold"), control=None)
    return _published(exchange, stage, draft)


def _another_accounts_signature(exchange: Exchange, stage: Path) -> list[str]:
    draft = Draft.of(exchange)
    draft.account(draft.position(exchange, "cold"), control=draft.row(exchange, "hot").control)
    return _published(exchange, stage, draft)


def _listed_again(role: Role) -> Callable[[Exchange, Path], list[str]]:
    def tell(exchange: Exchange, stage: Path) -> list[str]:
        draft = Draft.of(exchange)
        again = replace(draft.row(exchange, "cold"), role=role)
        draft.bundle = replace(draft.bundle, reserves=(*draft.bundle.reserves, again))
        return _published(exchange, stage, draft)

    return tell


def _own_token(exchange: Exchange, stage: Path) -> list[str]:
    return _published(exchange, stage, Draft.of(exchange), f'own_assets = ["{exchange.dollar}"]\n')


def claim(draft: Draft, position: int, holding: int, **changes: object) -> None:
    """Change one claimed holding of one account."""
    holdings = list(draft.bundle.reserves[position].holdings)
    holdings[holding] = replace(holdings[holding], **changes)  # type: ignore[arg-type]
    draft.account(position, holdings=tuple(holdings))


def _inflated(exchange: Exchange, stage: Path) -> list[str]:
    draft = Draft.of(exchange)
    position = draft.position(exchange, "hot")
    amount = draft.bundle.reserves[position].holdings[1].amount
    claim(draft, position, 1, amount=amount * 2)
    return _published(exchange, stage, draft)


def _proof_edited(exchange: Exchange, stage: Path) -> list[str]:
    draft = Draft.of(exchange)
    position = draft.position(exchange, "cold")
    digest = draft.bundle.reserves[position].holdings[1].evidence[0]
    document = evm_account_proof_v1.read(draft.files.data[digest])
    last = document.proof.account_nodes[-1]
    nodes = (*document.proof.account_nodes[:-1], last[:-1] + bytes([last[-1] ^ 1]))
    forged = replace(document, proof=replace(document.proof, account_nodes=nodes))
    claim(draft, position, 1, evidence=(draft.files.add(evm_account_proof_v1.write(forged), EVM_ACCOUNT_PROOF),))
    return _published(exchange, stage, draft)


def _proof_of_another_account(exchange: Exchange, stage: Path) -> list[str]:
    draft = Draft.of(exchange)
    richest = draft.row(exchange, "cold").holdings[1]
    position = draft.position(exchange, "hot")
    claim(draft, position, 1, amount=richest.amount, evidence=richest.evidence)
    return _published(exchange, stage, draft)


def _no_evidence(exchange: Exchange, stage: Path) -> list[str]:
    """Prove nothing, and hope that nobody asks the chain."""
    draft = Draft.of(exchange)
    position = draft.position(exchange, "hot")
    amount = draft.bundle.reserves[position].holdings[1].amount
    claim(draft, position, 1, amount=amount * 2, evidence=())
    return _published(exchange, stage, draft)


def _look_alike_token(exchange: Exchange, stage: Path) -> list[str]:
    draft = Draft.of(exchange)
    position = draft.position(exchange, "cold")
    fake = AssetId(exchange.chain.chain, "erc20", exchange.account("stranger").address)
    holdings = sorted(
        (*draft.bundle.reserves[position].holdings[1:], ClaimedHolding(fake, 10**15, ())),
        key=lambda h: str(h.asset),
    )
    draft.account(position, holdings=tuple(holdings))
    return _published(exchange, stage, draft)


def _short(exchange: Exchange, stage: Path) -> list[str]:
    draft = Draft.of(exchange)
    kept = tuple(row for row in draft.bundle.reserves if row.account != exchange.account("cold"))
    draft.bundle = replace(draft.bundle, reserves=kept)
    return _published(exchange, stage, draft)


def _debt_as_reserve(exchange: Exchange, stage: Path) -> list[str]:
    draft = Draft.of(exchange)
    position = draft.position(exchange, "hot")
    draft.account(position, holdings=draft.bundle.reserves[position].holdings[1:])
    return _published(exchange, stage, draft)


def _house_as_customer(exchange: Exchange, stage: Path) -> list[str]:
    draft = Draft.of(exchange)
    draft.account(draft.position(exchange, "house"), role=Role.CUSTOMER)
    return _published(exchange, stage, draft)


LIES = (
    Lie(
        "replayed signature",
        ("T43",),
        "shows the signature of an earlier snapshot",
        CONTROL,
        _signed(_earlier),
    ),
    Lie(
        "signature for another issuer",
        ("T43", "T45"),
        "shows one made for another issuer",
        CONTROL,
        _signed(_other_issuer),
    ),
    Lie(
        "signature for another chain",
        ("T53",),
        "shows one made for another chain",
        CONTROL,
        _signed(_other_chain),
    ),
    Lie(
        "somebody else's key",
        ("T47", "T48"),
        "signs with another key",
        CONTROL,
        _signed(_unchanged, "stranger"),
    ),
    Lie(
        "unsigned account",
        ("T49",),
        "lists an account that nobody signed for",
        CONTROL,
        _unsigned,
        "INCONCLUSIVE",
    ),
    Lie(
        "borrowed signature",
        ("T45", "T48"),
        "uses one account's signature for two",
        CONTROL,
        _another_accounts_signature,
    ),
    Lie(
        "account listed twice",
        ("T46",),
        "lists its largest account twice",
        "reserves.distinct",
        _listed_again(Role.CUSTOMER),
    ),
    Lie(
        "commingled account",
        ("T52",),
        "uses one account for customers and house",
        "reserves.distinct",
        _listed_again(Role.HOUSE),
    ),
    Lie("own token as reserve", ("T63",), "counts a token it issues itself", "reserves.eligible", _own_token),
    Lie("inflated balance", ("T55",), "claims twice what an account holds", "reserves.balance", _inflated),
    Lie(
        "proof edited",
        ("T42", "T55"),
        "changes a byte inside a state proof",
        "reserves.balance",
        _proof_edited,
    ),
    Lie(
        "another account's proof",
        ("T46", "T55"),
        "proves one account's coins for two",
        "reserves.balance",
        _proof_of_another_account,
    ),
    Lie(
        "holding without evidence",
        ("T64", "T68"),
        "claims twice what an account has and proves nothing",
        "reserves.balance",
        _no_evidence,
    ),
    Lie(
        "look-alike token",
        ("T61", "T62"),
        "counts a token of the same name",
        "solvency.coverage",
        _look_alike_token,
    ),
    Lie("not enough coins", ("T24",), "holds less than it owes", "solvency.coverage", _short),
    Lie(
        "debt as reserve",
        ("T25", "T72"),
        "counts what customers owe it as if it were coins",
        "solvency.coverage",
        _debt_as_reserve,
    ),
)

UNSEEN = (
    Lie(
        "house coins called customers' coins",
        ("T52",),
        "calls its own coins customers' coins on the day of the snapshot",
        None,
        _house_as_customer,
    ),
)
