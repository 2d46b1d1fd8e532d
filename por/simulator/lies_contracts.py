"""Lie about contracts: who signs for a wallet that is one, and what a token's own code tells."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from eth_utils.crypto import keccak

from por.chains import open_source
from por.encoding import control_signature_v1, evm_code_v1, evm_witness_v1
from por.encoding.media_types import CONTROL_SIGNATURE, EVM_CODE, EVM_WITNESS
from por.issuer.witnesses import Document, fetch_witnesses, witness_documents
from por.model import (
    AssetId,
    Call,
    ChainAccount,
    Challenge,
    ClaimedHolding,
    ControlScheme,
    ControlSignature,
    Digest,
    Header,
    ReserveAccount,
)
from por.proofs.control.contract import approval_calls
from por.proofs.state.token_call import balance_call
from por.simulator.exchange import OWNER, WALLET, Exchange
from por.simulator.lie import Draft, Lie, shown_to_auditor
from por.simulator.lies_reserves import claim
from por.simulator.wallet import BOASTER_CODE

CONTROL, BALANCE = "reserves.control", "reserves.balance"
SCHEME = ControlScheme.EIP1271_EIP712
FORTUNE = 10**15

_CALL = """
[[call]]
asset = "{asset}"
codes = ["0x{code}"]
method = "balanceOf"
"""


def _state(exchange: Exchange, header: Header, calls: Sequence[Call]) -> tuple[Document, ...]:
    """Bring the part of the state that calls need at a block."""
    source = open_source(exchange.chain.chain, [exchange.url])
    return tuple(witness_documents(source.chain, header, fetch_witnesses(source, header, calls)))


def _header(exchange: Exchange, number: int | None = None) -> Header:
    at = exchange.workspace.snapshot().blocks[0].block.number if number is None else number
    return open_source(exchange.chain.chain, [exchange.url]).header(at)


def _listed(draft: Draft, documents: Sequence[Document]) -> tuple[Digest, ...]:
    return tuple(draft.files.add(*document) for document in documents)


def _control(challenge: Challenge, signature: bytes, scheme: ControlScheme = SCHEME) -> Document:
    return control_signature_v1.write(ControlSignature(challenge.account, scheme, signature)), CONTROL_SIGNATURE


def _shown(exchange: Exchange, stage: Path, draft: Draft, policy: Path | None = None) -> list[str]:
    return shown_to_auditor(exchange, draft.publish(stage / "bundle", exchange.signing_key), policy)


def _wallets_state(
    change: Callable[[Exchange, Draft, ReserveAccount], tuple[Digest, ...]],
) -> Callable[[Exchange, Path], list[str]]:
    """Change the state in which the wallet judges its owner's honest signature."""

    def tell(exchange: Exchange, stage: Path) -> list[str]:
        draft = Draft.of(exchange)
        position = draft.position(exchange, WALLET)
        draft.account(position, control_state=change(exchange, draft, draft.bundle.reserves[position]))
        return _shown(exchange, stage, draft)

    return tell


def _without_slot(exchange: Exchange, draft: Draft, row: ReserveAccount) -> tuple[Digest, ...]:
    documents = ((draft.files.data[digest], draft.files.entries[digest].media_type) for digest in row.control_state)
    return _listed(draft, [_keyless(document) for document in documents])


def _with_code(exchange: Exchange, draft: Draft, row: ReserveAccount) -> tuple[Digest, ...]:
    kept = [digest for digest in row.control_state if draft.files.entries[digest].media_type != EVM_CODE]
    return (*kept, draft.files.add(evm_code_v1.write(BOASTER_CODE), EVM_CODE))


def _none(exchange: Exchange, draft: Draft, row: ReserveAccount) -> tuple[Digest, ...]:
    return ()


def _handed_on(exchange: Exchange) -> None:
    """Give the wallet another owner, after the snapshot."""
    wallet, next_owner = exchange.account(WALLET).address, exchange.account("stranger").address
    data = keccak(b"handOn(address)")[:4] + bytes.fromhex(next_owner[2:]).rjust(32, b"\0")
    exchange.chain.fund(exchange.keys[OWNER].address, 10**18)
    exchange.chain.mine()
    exchange.pay(OWNER, wallet, 0, data)


def _later_owner(exchange: Exchange, stage: Path, *, with_later_state: bool = False) -> list[str]:
    """Let whoever owns the wallet by now sign for it."""
    _handed_on(exchange)
    draft = Draft.of(exchange)
    position = draft.position(exchange, WALLET)
    challenge = exchange.workspace.snapshot().challenge(exchange.account(WALLET))
    signature = exchange.keys["stranger"].sign(challenge, SCHEME)
    state = draft.bundle.reserves[position].control_state
    if with_later_state:
        later = _header(exchange, exchange.chain.head.number)
        documents = _state(exchange, later, approval_calls(challenge, SCHEME, signature))
        state = _listed(draft, [_relabelled(document, _header(exchange)) for document in documents])
    draft.account(position, control=draft.files.add(*_control(challenge, signature)), control_state=state)
    return _shown(exchange, stage, draft)


def _relabelled(document: Document, header: Header) -> Document:
    data, kind = document
    if kind != EVM_WITNESS:
        return document
    return evm_witness_v1.write(replace(evm_witness_v1.read(data), block_hash=header.hash)), kind


def _later_state(exchange: Exchange, stage: Path) -> list[str]:
    return _later_owner(exchange, stage, with_later_state=True)


def _owners_key(exchange: Exchange, stage: Path) -> list[str]:
    """Show the owner's signature as if the wallet's address were a key's."""
    draft = Draft.of(exchange)
    challenge = exchange.workspace.snapshot().challenge(exchange.account(WALLET))
    signature = exchange.keys[OWNER].sign(challenge, "eip712")
    document = _control(challenge, signature, ControlScheme.EIP712)
    draft.account(draft.position(exchange, WALLET), control=draft.files.add(*document))
    return _shown(exchange, stage, draft)


def _unknown_wallet(exchange: Exchange, stage: Path) -> list[str]:
    """Show the honest wallet to a verifier who does not know its code."""
    policy = stage / "policy.toml"
    lines = exchange.policy().read_text().splitlines(keepends=True)
    policy.write_text("".join(line for line in lines if not line.startswith("wallets =")))
    return shown_to_auditor(exchange, exchange.bundle, policy)


def _says_yes(exchange: Exchange, stage: Path) -> list[str]:
    """List a contract as an account that approves whatever it is asked."""
    draft = Draft.of(exchange)
    account = ChainAccount(exchange.chain.chain, exchange.boaster)
    challenge = exchange.workspace.snapshot().challenge(account)
    state = _state(exchange, _header(exchange), approval_calls(challenge, SCHEME, b"\x01"))
    row = replace(
        draft.row(exchange, WALLET),
        account=account,
        holdings=(ClaimedHolding(exchange.coin, 0, ()),),
        control=draft.files.add(*_control(challenge, b"\x01")),
        control_state=_listed(draft, state),
    )
    rows = sorted((*draft.bundle.reserves, row), key=lambda each: str(each.account))
    draft.bundle = replace(draft.bundle, reserves=tuple(rows))
    policy = stage / "policy.toml"
    known = exchange.policy().read_text()
    policy.write_text(known.replace('wallets = ["', f'wallets = ["0x{keccak(BOASTER_CODE).hex()}", "', 1))
    return _shown(exchange, stage, draft, policy)


def _fortune(codes: Callable[[Exchange], str] | None) -> Callable[[Exchange, Path], list[str]]:
    """Claim what a token's own code tells; `codes` are those that the verifier accepts for it, None for no row."""

    def tell(exchange: Exchange, stage: Path) -> list[str]:
        draft = Draft.of(exchange)
        position = draft.position(exchange, "cold")
        fortune = AssetId(exchange.chain.chain, "erc20", exchange.boaster)
        asked = balance_call(exchange.boaster, exchange.account("cold").address)
        documents = _state(exchange, _header(exchange), [asked])
        held = ClaimedHolding(fortune, FORTUNE, _listed(draft, documents))
        rows = sorted((*draft.bundle.reserves[position].holdings, held), key=lambda row: str(row.asset))
        draft.account(position, holdings=tuple(rows))
        policy = stage / "policy.toml"
        row = "" if codes is None else _CALL.format(asset=fortune, code=codes(exchange))
        policy.write_text(exchange.policy().read_text() + row)
        return _shown(exchange, stage, draft, policy)

    return tell


def _slot_left_out(exchange: Exchange, stage: Path) -> list[str]:
    """Prove the token's code, and not the word that it reads."""
    draft = Draft.of(exchange)
    position = draft.position(exchange, "cold")
    holder = draft.bundle.reserves[position].account.address
    documents = _state(exchange, _header(exchange), [balance_call(exchange.token, holder)])
    claim(draft, position, 0, evidence=_listed(draft, [_keyless(document) for document in documents]))
    policy = stage / "policy.toml"
    code = exchange.chain.account(exchange.token).code_hash.hex()
    policy.write_text(exchange.policy().read_text() + _CALL.format(asset=exchange.dollar, code=code))
    return _shown(exchange, stage, draft, policy)


def _keyless(document: Document) -> Document:
    data, kind = document
    if kind != EVM_WITNESS:
        return document
    witness = evm_witness_v1.read(data)
    bare = (replace(item, keys=(), proof=replace(item.proof, storage_nodes=())) for item in witness.accounts)
    return evm_witness_v1.write(replace(witness, accounts=tuple(bare))), kind


def _another_code(exchange: Exchange) -> str:
    return exchange.chain.account(exchange.token).code_hash.hex()


LIES = (
    Lie(
        "an owner who came later",
        ("T47",),
        "has a wallet signed for by whoever owned it after the snapshot",
        CONTROL,
        _later_owner,
    ),
    Lie(
        "a wallet's later state",
        ("T47", "T55"),
        "shows a wallet's owner of a later block as that of the snapshot's",
        CONTROL,
        _later_state,
    ),
    Lie(
        "an owner's key for a wallet",
        ("T47",),
        "shows the owner's key as the wallet's own",
        CONTROL,
        _owners_key,
    ),
    Lie(
        "a witness without a slot",
        ("T55",),
        "leaves out the slot that names a wallet's owners",
        CONTROL,
        _wallets_state(_without_slot),
    ),
    Lie(
        "a wallet's code altered",
        ("T42", "T47"),
        "puts other code in the place of a wallet's",
        CONTROL,
        _wallets_state(_with_code),
    ),
    Lie(
        "a wallet without state",
        ("T49",),
        "gives no state in which a wallet could judge",
        CONTROL,
        _wallets_state(_none),
        "INCONCLUSIVE",
    ),
    Lie(
        "a wallet that nobody knows",
        ("T47",),
        "has a wallet whose code the verifier does not know",
        CONTROL,
        _unknown_wallet,
        "INCONCLUSIVE",
    ),
    Lie(
        "a wallet that approves anything",
        ("T47",),
        "lists a contract that takes every signature",
        CONTROL,
        _says_yes,
    ),
    Lie(
        "a token that tells a fortune",
        ("T60", "T61"),
        "counts what a token's code says, which nobody has read",
        BALANCE,
        _fortune(None),
        "INCONCLUSIVE",
    ),
    Lie(
        "a token of other code",
        ("T60",),
        "counts what a token says by other code than was read",
        BALANCE,
        _fortune(_another_code),
        "INCONCLUSIVE",
    ),
    Lie(
        "a balance left unproven",
        ("T55", "T60"),
        "proves a token's code, and not the balance that it reads",
        BALANCE,
        _slot_left_out,
    ),
)
