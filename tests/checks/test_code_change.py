"""Code that a token or an account did not run at the snapshot before is found (T60)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import rlp
from eth_utils.crypto import keccak
from trie.hexary import HexaryTrie

from por.checks.code_change import code
from por.checks.code_view import own_address, proven_codes
from por.checks.evidence import OpenBundle
from por.checks.examination import Beside, Examination, examine
from por.checks.observation import Missing
from por.checks.verify import verify
from por.encoding import evm_witness_v1, media_types
from por.encoding.evm_witness_v1 import WitnessDocument
from por.model import (
    AccountProof,
    Bundle,
    CallMethod,
    ClaimedHolding,
    Digest,
    Finding,
    Grade,
    Implementation,
    Instant,
    Outcome,
    Policy,
    ReserveAccount,
    SnapshotBlock,
    TokenCall,
    Witness,
)
from por.proofs.state.header import header_from_rlp
from tests.checks import scenery as s
from tests.checks.scenery import CHAIN, ETH, NO_CODE, NOON, USDC

COLD, TOKEN = s.account("cold"), USDC.reference
BEHIND, ELSEWHERE, SAFE = (f"0x{digit * 40}" for digit in "678")
OLD, NEW, OTHER = (keccak(name) for name in (b"old", b"new", b"other"))
A_DAY_BEFORE = Instant(NOON.seconds - 86_400)

Codes = Mapping[str, bytes]
HONEST: Codes = {COLD.address: NO_CODE, TOKEN: OLD}


class World:
    """One block's accounts with their code hashes, and a bundle that proves them."""

    def __init__(self, codes: Codes) -> None:
        self.nodes: dict[bytes, bytes] = {}
        trie = HexaryTrie(self.nodes)
        for address, code_hash in codes.items():
            trie[keccak(bytes.fromhex(address[2:]))] = rlp.encode([1, 5, s.NO_STORAGE, code_hash])
        self.root = trie.root_hash

    def proof(self, address: str) -> AccountProof:
        trie: Any = HexaryTrie(self.nodes, self.root)
        nodes = trie.get_proof(keccak(bytes.fromhex(address[2:])))
        return AccountProof(address, tuple(rlp.encode(node) for node in nodes), ())


def opened(
    directory: Path,
    codes: Codes,
    *,
    token: tuple[str, ...] = (TOKEN,),
    judges: tuple[str, ...] = (),
    witness: bool = False,
    of_coins: bool = True,
    **changes: object,
) -> OpenBundle:
    """Write a bundle of one account, whose coins and tokens it proves by these contracts."""
    world, have = World(codes), s.Files()
    header = header_from_rlp(s.header_bytes(s.NUMBER, NOON.seconds - 5, b"\x11" * 32, world.root))
    child = header_from_rlp(s.header_bytes(s.NUMBER + 1, NOON.seconds + 7, header.hash, bytes(32)))

    def witnessed(addresses: tuple[str, ...]) -> Digest:
        accounts = tuple(Witness(world.proof(address), (), None) for address in sorted(addresses))
        document = evm_witness_v1.write(WitnessDocument(CHAIN, header.hash, accounts))
        return have.add(document, media_types.EVM_WITNESS)

    alone = (witnessed(token),) if witness else tuple(have.proof(world.proof(a), header.hash) for a in token)
    coins = ClaimedHolding(ETH, 5, (have.proof(world.proof(COLD.address), header.hash),))
    held = (ClaimedHolding(USDC, 0, alone), *([coins] if of_coins else []))
    row = s.bundle().reserves[0]
    state = (witnessed(judges),) if judges else ()
    reserves = (ReserveAccount(row.account, row.role, row.custody, held, None, state),)
    blocks = (SnapshotBlock(CHAIN, header.ref, have.header(header), have.header(child)),)
    made = s.bundle(blocks=blocks, reserves=reserves, **changes)
    return s.open_in(directory, s.listed(made, have), have)


def compared(
    tmp_path: Path,
    then: Codes,
    now: Codes,
    *,
    rules: Policy | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> Examination:
    first = opened(tmp_path / "before", then, instant=A_DAY_BEFORE, sequence=1, **(before or {}))
    second = opened(
        tmp_path / "after",
        now,
        **{"sequence": 2, "previous": first.digest, **(after or {})},
    )
    return examined(second, first, rules)


def examined(bundle: OpenBundle, before: OpenBundle | None, rules: Policy | None = None) -> Examination:
    missing = Missing("no record list was given")
    chosen = s.policy() if rules is None else rules
    return examine(bundle, chosen, s.sources(), missing, s.AN_HOUR_LATER, s.quiet, None, Beside(before))


def found(examination: Examination) -> dict[str, Finding]:
    return {finding.subject: finding for finding in code(examination)}


def told(examination: Examination) -> dict[str, tuple[str, str]]:
    names = {str(USDC): "token", str(COLD): "account"}
    return {
        names[subject]: (str(finding.outcome), finding.message.rpartition(".")[2])
        for subject, finding in found(examination).items()
    }


def test_what_runs_the_same_code_passes_and_says_which(tmp_path: Path) -> None:
    examination = compared(tmp_path, HONEST, HONEST)
    assert told(examination) == {"token": ("PASS", "same"), "account": ("PASS", "same")}
    findings = found(examination)
    assert (findings[str(USDC)].expected, findings[str(USDC)].actual) == ("0x" + OLD.hex(),) * 2
    assert findings[str(COLD)].actual == "no code"
    assert findings[str(USDC)].facts["before"] == f"{s.ISSUER}@{A_DAY_BEFORE}"


def test_t60_the_bundle_before_is_taken_at_its_word(tmp_path: Path) -> None:
    """Nobody agreed on its blocks: nothing that is compared with them is better than self-declared."""
    assert {f.grade for f in code(compared(tmp_path, HONEST, HONEST))} == {Grade.SELF_DECLARED}


CHANGES: dict[str, tuple[Codes, tuple[str, str], tuple[str, str]]] = {
    "other code": ({TOKEN: NEW}, ("INCONCLUSIVE", "changed"), ("PASS", "same")),
    "token destroyed": ({TOKEN: NO_CODE}, ("INCONCLUSIVE", "lost"), ("PASS", "same")),
    "account got code": ({COLD.address: NEW}, ("PASS", "same"), ("INCONCLUSIVE", "got")),
    "both": ({TOKEN: NEW, COLD.address: NEW}, ("INCONCLUSIVE", "changed"), ("INCONCLUSIVE", "got")),
}


@pytest.mark.parametrize("what", CHANGES)
def test_t60_code_that_changed_is_found_and_both_hashes_are_named(tmp_path: Path, what: str) -> None:
    changes, token, account = CHANGES[what]
    examination = compared(tmp_path, HONEST, {**HONEST, **changes})
    assert told(examination) == {"token": token, "account": account}
    if token[1] == "changed":
        finding = found(examination)[str(USDC)]
        assert (finding.expected, finding.actual) == ("0x" + OLD.hex(), "0x" + NEW.hex())


def test_t60_an_account_that_lost_its_code_is_found(tmp_path: Path) -> None:
    examination = compared(tmp_path, {**HONEST, COLD.address: OLD}, HONEST)
    assert told(examination)["account"] == ("INCONCLUSIVE", "lost")
    assert found(examination)[str(COLD)].expected == "0x" + OLD.hex()


PINS: dict[str, tuple[dict[str, object], bool]] = {
    "a layout": ({"layouts": (replace(s.LAYOUT, code_hash=NEW),)}, True),
    "a call": ({"calls": (TokenCall(USDC, (OTHER, NEW), CallMethod.BALANCE_OF, None),)}, True),
    "behind a proxy": ({"layouts": (replace(s.LAYOUT, implementation=Implementation(bytes(32), NEW)),)}, True),
    "the old code": ({"layouts": (replace(s.LAYOUT, code_hash=OLD),)}, False),
    "other code": ({"calls": (TokenCall(USDC, (OTHER,), CallMethod.BALANCE_OF, None),)}, False),
    "nothing": ({"layouts": ()}, False),
}


@pytest.mark.parametrize("what", PINS)
def test_t60_new_code_that_the_policy_names_passes_with_a_note(tmp_path: Path, what: str) -> None:
    rules, known = PINS[what]
    examination = compared(tmp_path, HONEST, {**HONEST, TOKEN: NEW}, rules=s.policy(**rules))
    assert told(examination)["token"] == (("PASS", "known") if known else ("INCONCLUSIVE", "changed"))


def test_t53_t60_code_that_the_policy_names_on_another_chain_is_not_known_here(tmp_path: Path) -> None:
    elsewhere = replace(USDC, chain=replace(CHAIN, reference="10"))
    rules = s.policy(layouts=(replace(s.LAYOUT, asset=elsewhere, code_hash=NEW),))
    examination = compared(tmp_path, HONEST, {**HONEST, TOKEN: NEW}, rules=rules)
    assert told(examination)["token"] == ("INCONCLUSIVE", "changed")


# --- proxies: the code behind is compared, wherever it stands


@pytest.mark.parametrize("witness", [False, True])
def test_t60_a_proxy_swapped_to_another_contract_is_found(tmp_path: Path, witness: bool) -> None:
    then = {**HONEST, BEHIND: OTHER}
    now = {**HONEST, ELSEWHERE: NEW}
    examination = compared(
        tmp_path,
        then,
        now,
        before={"token": (TOKEN, BEHIND), "witness": witness},
        after={"token": (TOKEN, ELSEWHERE), "witness": witness},
    )
    assert told(examination)["token"] == ("INCONCLUSIVE", "changed")
    assert "0x" + NEW.hex() in (found(examination)[str(USDC)].actual or "")


def test_a_proxy_moved_to_the_same_code_elsewhere_passes(tmp_path: Path) -> None:
    examination = compared(
        tmp_path,
        {**HONEST, BEHIND: OTHER},
        {**HONEST, ELSEWHERE: OTHER},
        before={"token": (TOKEN, BEHIND)},
        after={"token": (TOKEN, ELSEWHERE), "witness": True},
    )
    assert told(examination)["token"] == ("PASS", "same")


def test_t60_accounts_without_code_in_a_witness_are_no_code_of_the_token(tmp_path: Path) -> None:
    after = {"token": (TOKEN, COLD.address), "witness": True}
    assert told(compared(tmp_path, HONEST, HONEST, after=after))["token"] == ("PASS", "same")


# --- contract accounts: what judged the control proof is compared where both bundles show it

CONTRACT: Codes = {COLD.address: OTHER, TOKEN: OLD, SAFE: OLD}


def test_t47_t60_a_wallet_whose_code_behind_was_swapped_is_found(tmp_path: Path) -> None:
    both = {"judges": (COLD.address, SAFE)}
    examination = compared(tmp_path, CONTRACT, {**CONTRACT, SAFE: NEW}, before=both, after=both)
    assert told(examination) == {"token": ("PASS", "same"), "account": ("INCONCLUSIVE", "changed")}


@pytest.mark.parametrize("shown", ["before", "after"])
def test_what_judged_is_not_compared_where_one_bundle_does_not_show_it(tmp_path: Path, shown: str) -> None:
    examination = compared(tmp_path, CONTRACT, CONTRACT, **{shown: {"judges": (COLD.address, SAFE)}})  # type: ignore[arg-type]
    assert told(examination)["account"] == ("PASS", "same")


def test_t68_an_account_whose_own_code_one_bundle_alone_shows_is_not_called_the_same(tmp_path: Path) -> None:
    after = {"judges": (SAFE,), "of_coins": False}
    assert "account" not in told(compared(tmp_path, CONTRACT, CONTRACT, after=after))


# --- the bundle before


def test_no_bundle_before_finds_nothing(tmp_path: Path) -> None:
    assert list(code(examined(opened(tmp_path, HONEST), None))) == []


def test_t43_another_bundle_than_the_one_named_shows_nothing(tmp_path: Path) -> None:
    first = opened(tmp_path / "a", HONEST, instant=A_DAY_BEFORE, sequence=7, previous=Digest(bytes(32)))
    second = opened(tmp_path / "b", HONEST, sequence=2, previous=Digest(b"\x05" * 32))
    for before, bundle in ((first, second), (second, second), (first, opened(tmp_path / "c", HONEST, sequence=1))):
        finding = s.one(code(examined(bundle, before)))
        assert (finding.outcome, finding.message) == ("INCONCLUSIVE", "evidence.missing")
        assert str(before.digest) in finding.facts["reason"]


def test_t38_a_second_bundle_in_the_place_of_the_one_before_fails(tmp_path: Path) -> None:
    first = opened(tmp_path / "a", HONEST, instant=A_DAY_BEFORE, sequence=1)
    second = opened(tmp_path / "b", HONEST, sequence=2, previous=Digest(b"\x05" * 32))
    assert s.told(code(examined(second, first))) == [("FAIL", "evidence.broken")]


def test_t45_another_issuers_bundle_is_not_the_one_before(tmp_path: Path) -> None:
    first = opened(tmp_path / "a", HONEST, instant=A_DAY_BEFORE, sequence=1)
    strangers = replace(first, bundle=replace(first.bundle, issuer="other.example"))
    second = opened(tmp_path / "b", HONEST, sequence=2, previous=Digest(b"\x05" * 32))
    assert s.told(code(examined(second, strangers))) == [("INCONCLUSIVE", "evidence.missing")]


def test_t68_tokens_that_only_one_bundle_proves_are_not_compared(tmp_path: Path) -> None:
    before = opened(tmp_path / "before", HONEST, instant=A_DAY_BEFORE, of_coins=False)
    after = opened(tmp_path / "after", HONEST, sequence=2, previous=before.digest)
    assert set(told(examined(after, before))) == {"token"}


def spoiled(bundle: OpenBundle, **changes: object) -> OpenBundle:
    return replace(bundle, bundle=replace(bundle.bundle, **changes))  # type: ignore[arg-type]


def test_t38_evidence_that_is_broken_or_gone_shows_no_code(tmp_path: Path) -> None:
    whole = opened(tmp_path / "a", HONEST)
    assert proven_codes(whole) == {USDC: {TOKEN: OLD}, COLD: {COLD.address: NO_CODE}}
    block = whole.bundle.blocks[0]
    assert block.child is not None
    for other in (
        spoiled(whole, blocks=()),
        spoiled(whole, evidence=()),
        spoiled(whole, blocks=(replace(block, header=block.child),)),
        spoiled(whole, blocks=(replace(block, block=replace(block.block, hash=bytes(32))),)),
        replace(whole, directory=tmp_path / "nowhere"),
    ):
        assert proven_codes(other) == {}


def test_t38_a_proof_of_another_block_shows_no_code(tmp_path: Path) -> None:
    whole = opened(tmp_path / "a", HONEST)
    other = opened(tmp_path / "b", {**HONEST, TOKEN: NEW})
    mixed = s.Files()
    for bundle in (whole, other):
        for entry in bundle.bundle.evidence:
            mixed.add((bundle.directory / "evidence" / entry.digest.value.hex()).read_bytes(), entry.media_type)
    made: Bundle = s.bundle(blocks=whole.bundle.blocks, reserves=other.bundle.reserves)
    assert proven_codes(s.open_in(tmp_path / "c", s.listed(made, mixed), mixed)) == {}


def test_an_address_is_that_of_the_token_or_the_account() -> None:
    assert (own_address(USDC), own_address(COLD)) == (TOKEN, COLD.address)


def test_t60_a_verdict_asks_for_it_when_the_bundle_before_is_brought(tmp_path: Path) -> None:
    first = opened(tmp_path / "before", HONEST, instant=A_DAY_BEFORE)
    second = opened(tmp_path / "after", {**HONEST, TOKEN: NEW}, sequence=2, previous=first.digest)
    for beside, expected in ((None, set()), (Beside(first), {"PASS", "INCONCLUSIVE"})):
        verdict = verify(second, s.policy(), s.sources(), now=s.AN_HOUR_LATER, beside=beside)
        assert {str(f.outcome) for f in verdict.of("reserves.code")} == expected
        assert all(f.required for f in verdict.of("reserves.code"))


def test_t60_code_that_was_only_shown_before_is_new_where_it_runs_now(tmp_path: Path) -> None:
    """The issuer can plant tomorrow's code in today's witness; the account did not run it."""
    judges = {"judges": (COLD.address, SAFE)}
    later = {**HONEST, COLD.address: NEW, SAFE: NEW}
    planted = compared(tmp_path / "account", {**HONEST, SAFE: NEW}, later, before=judges, after=judges)
    assert [f.outcome for f in code(planted) if f.subject == str(COLD)] == [Outcome.INCONCLUSIVE]
    beside = {"token": (TOKEN, BEHIND), "witness": True}
    later = {**HONEST, TOKEN: NEW}
    token = compared(tmp_path / "token", {**HONEST, BEHIND: NEW}, later, before=beside, after={"witness": True})
    assert Outcome.INCONCLUSIVE in {f.outcome for f in code(token)}
