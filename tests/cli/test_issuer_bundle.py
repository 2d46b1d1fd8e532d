"""`por issuer bundle`: what it publishes, what it keeps back and opens to an auditor, and what it refuses."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from por.chains.embedded.token import TOKEN_CODE_HASH
from por.encoding import control_opening_v1, control_signature_v1
from por.encoding.media_types import CONTROL_OPENING, CONTROL_SIGNATURE, EVM_CODE, EVM_WITNESS
from por.issuer.signing import ensure_signing_key
from por.model import Bundle, Encumbrance, EncumbranceKind
from por.simulator.exchange import ISSUER, WALLET
from tests.cli.issuer_desk import WHOLE, Desk, laid, refused
from tests.simulator import Exchange, Run, open_exchange, por, shown_to_auditor


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    with open_exchange(tmp_path_factory.mktemp("exchange"), customers=6) as opened:
        yield opened


@pytest.fixture
def desk(exchange: Exchange, tmp_path: Path) -> Iterator[Desk]:
    yield laid(exchange, tmp_path)
    exchange.distortion = None


@pytest.fixture
def signed(desk: Desk) -> Desk:
    """Every account is challenged and has signed."""
    for step in (desk.challenge(WHOLE), desk.collect(WHOLE)):
        assert step.status == 0, step.talk
    return desk


def kinds(bundle: Bundle) -> set[str]:
    return {entry.media_type for entry in bundle.evidence}


# --- control proofs as a set


def test_control_proofs_are_committed_to_and_opened(signed: Desk) -> None:
    run = signed.bundle(signed.listed(WHOLE))
    assert run.status == 0, run.talk
    made = signed.made()
    assert made.control_set is not None
    assert made.control_set.count == len(WHOLE)
    assert CONTROL_OPENING in kinds(made)
    assert CONTROL_SIGNATURE not in kinds(made)
    assert "no control proof" not in run.talk
    for row in made.reserves:
        assert row.control is not None
        opening = control_opening_v1.read((signed.out / "bundle/evidence" / row.control.value.hex()).read_bytes())
        assert control_signature_v1.read(opening.record).account == row.account


def test_withheld_proofs_are_committed_to_and_not_published(signed: Desk) -> None:
    run = signed.bundle(signed.listed(WHOLE), "--withhold-control", "all")
    assert run.status == 0, run.talk
    made = signed.made()
    assert made.control_set is not None
    assert made.control_set.count == len(WHOLE)
    assert {row.control for row in made.reserves} == {None}
    assert not kinds(made) & {CONTROL_OPENING, CONTROL_SIGNATURE}
    assert f"{len(WHOLE)} control proofs are committed to and not published" in run.out
    published = b"".join(path.read_bytes() for path in (signed.out / "bundle").rglob("*") if path.is_file())
    for file in (signed.out / "control").iterdir():
        assert control_signature_v1.read(file.read_bytes()).signature.hex().encode() not in published


def test_a_file_names_what_is_withheld(signed: Desk) -> None:
    names = signed.folder / "withheld.txt"
    names.write_text(f"{signed.exchange.account('hot')}\n{signed.exchange.account(WALLET)}\n")
    run = signed.bundle(signed.listed(WHOLE), "--withhold-control", names)
    assert run.status == 0, run.talk
    withheld = {row.account for row in signed.made().reserves if row.control is None}
    assert withheld == {signed.exchange.account("hot"), signed.exchange.account(WALLET)}
    opened = por("issuer", "open", signed.out, signed.exchange.account("hot"), "--out", signed.folder / "for-auditor")
    assert opened.status == 0, opened.talk


def judged(signed: Desk, *more: object) -> Run:
    """Verify what was published, as somebody who knows the issuer's key."""
    key = ensure_signing_key(signed.folder / "por-signing.key", ISSUER)[0].verifier
    policy = signed.folder / "policy.toml"
    policy.write_text(signed.exchange.policy().read_text().replace(str(signed.exchange.signing_key.verifier), str(key)))
    command = shown_to_auditor(signed.exchange, signed.out / "bundle", policy)
    return por(*command, *more)


def control(run: Run) -> dict[str, str]:
    assert run.verdict is not None, run.talk
    return {item.subject: str(item.outcome) for item in run.verdict.of("reserves.control")}


def opened(signed: Desk, names: Sequence[str]) -> Path:
    folder = signed.folder / f"for-auditor-of-{len(names)}"
    run = por("issuer", "open", signed.out, *(signed.exchange.account(name) for name in names), "--out", folder)
    assert run.status == 0, run.talk
    return folder


@pytest.mark.parametrize("scheme", ["eip191", "eip712"])
def test_t49_what_is_withheld_is_open_until_it_is_opened(desk: Desk, scheme: str) -> None:
    for step in (desk.challenge(WHOLE), desk.collect(WHOLE, scheme)):
        assert step.status == 0, step.talk
    assert desk.bundle(desk.listed(WHOLE), "--withhold-control", "all").status == 0
    closed = judged(desk)
    assert closed.status == 3, closed.out
    assert set(control(closed).values()) == {"INCONCLUSIVE"}
    assert "por issuer open" in closed.out
    some = judged(desk, "--opening", opened(desk, ["cold", WALLET]))
    expected = {str(desk.exchange.account(name)): "INCONCLUSIVE" for name in WHOLE}
    expected |= {str(desk.exchange.account(name)): "PASS" for name in ("cold", WALLET)}
    assert control(some) == expected
    assert some.status == 3, some.out
    whole = judged(desk, "--opening", opened(desk, WHOLE))
    assert set(control(whole).values()) == {"PASS"}
    assert whole.status == 0, whole.out


def test_t09_a_changed_opening_is_no_leaf_of_the_set(signed: Desk) -> None:
    assert signed.bundle(signed.listed(WHOLE), "--withhold-control", "all").status == 0
    folder = opened(signed, WHOLE)
    file = min(folder.iterdir())
    opening = control_opening_v1.read(file.read_bytes())
    other = control_opening_v1.read(max(folder.iterdir()).read_bytes())
    salt = bytes([opening.salt[0] ^ 1]) + opening.salt[1:]
    beside = (opening.index + 1) % len(WHOLE)
    for changed in (
        replace(opening, salt=salt),
        replace(opening, path=tuple(reversed(opening.path))),
        replace(opening, path=opening.path[:-1]),
        replace(opening, index=beside),
        replace(opening, salt=other.salt, path=other.path, index=other.index),
    ):
        file.write_bytes(control_opening_v1.write(changed))
        run = judged(signed, "--opening", folder)
        assert sorted(control(run).values()) == ["FAIL", "PASS", "PASS", "PASS"]
        assert run.status == 1, run.out


def test_t43_an_opening_of_another_collection_of_signatures_is_refused(signed: Desk) -> None:
    """The same signatures, collected anew: other salts make another set."""
    assert signed.bundle(signed.listed(WHOLE), "--withhold-control", "all").status == 0
    folder = opened(signed, WHOLE)
    for name in ("control", "salts", "bundle"):
        shutil.rmtree(signed.out / name)
    assert signed.collect(WHOLE).status == 0
    assert signed.bundle(signed.listed(WHOLE), "--withhold-control", "all").status == 0
    run = judged(signed, "--opening", folder)
    assert set(control(run).values()) == {"FAIL"}
    assert run.status == 1, run.out


@pytest.mark.parametrize("line", ["", "everybody", "eip155:1:0x12", "{stranger}"])
def test_t68_what_is_withheld_is_named_exactly(signed: Desk, line: str) -> None:
    stranger = f"{signed.exchange.chain.chain}:{signed.exchange.keys['stranger'].address}"
    names = signed.folder / "withheld.txt"
    names.write_text(f"{signed.exchange.account('hot')}\n{line.format(stranger=stranger)}\n")
    refused(signed.bundle(signed.listed(WHOLE), "--withhold-control", names), "withheld.txt:2")
    assert not (signed.out / "bundle").exists()


def test_nothing_is_withheld_without_a_set(signed: Desk) -> None:
    """Published plainly, they would not be withheld."""
    for file in (signed.out / "salts").iterdir():
        file.unlink()
    refused(signed.bundle(signed.listed(WHOLE), "--withhold-control", "all"), "por issuer collect anew")
    assert not (signed.out / "bundle").exists()


# --- contracts


def test_t47_a_contract_that_does_not_approve_stops_it_before_anything_is_written(desk: Desk) -> None:
    assert desk.challenge(WHOLE).status == 0
    file = desk.signatures(WHOLE)
    wallet = str(desk.exchange.account(WALLET))
    lines = file.read_text().splitlines()
    other = lines[1].rpartition(",")[2]
    file.write_text("\n".join(f"{wallet},eip1271-eip191,{other}" if wallet in line else line for line in lines) + "\n")
    assert por("issuer", "collect", desk.out, file).status == 0
    run = desk.bundle(desk.listed(WHOLE))
    assert (run.status, run.out) == (1, "")
    assert wallet in run.talk
    assert "does not approve" in run.talk
    assert not (desk.out / "bundle").exists()


def test_t47_a_wallets_state_is_in_the_bundle(signed: Desk) -> None:
    run = signed.bundle(signed.listed(WHOLE))
    assert run.status == 0, run.talk
    made = signed.made()
    states = {row.account: row.control_state for row in made.reserves}
    assert states.pop(signed.exchange.account(WALLET))
    assert set(states.values()) == {()}
    assert {EVM_WITNESS, EVM_CODE} <= kinds(made)


# --- sources


def test_a_source_of_a_chain_without_accounts_is_not_asked(signed: Desk) -> None:
    run = signed.bundle(signed.listed(WHOLE), "--source", "eip155:10=http://127.0.0.1:9")
    assert run.status == 0, run.talk


# --- tokens


def test_a_tokens_own_code_may_tell(signed: Desk) -> None:
    asset = signed.exchange.dollar
    (signed.folder / "layouts.toml").write_text(f'[[call]]\nasset = "{asset}"\ncodes = ["0x{TOKEN_CODE_HASH.hex()}"]\n')
    assert signed.bundle(signed.listed(WHOLE)).status == 0
    told = {claim.amount for row in signed.made().reserves for claim in row.holdings if claim.asset == asset}
    by_call = signed.made()
    (signed.folder / "layouts.toml").unlink()
    (signed.out / "bundle").rename(signed.folder / "called")
    assert signed.bundle(signed.listed(WHOLE)).status == 0
    assert told == {claim.amount for row in signed.made().reserves for claim in row.holdings if claim.asset == asset}
    assert {EVM_WITNESS, EVM_CODE} <= kinds(by_call)


def test_t65_a_token_of_which_nothing_is_known_names_an_account(signed: Desk) -> None:
    (signed.folder / "layouts.toml").write_text("")
    run = signed.bundle(signed.listed(WHOLE))
    refused(run, str(signed.exchange.dollar), TOKEN_CODE_HASH.hex(), "[[call]]")
    assert any(signed.exchange.account(name).address in run.talk for name in WHOLE)
    assert not (signed.out / "bundle").exists()


def test_what_stands_on_a_holding_is_said_in_the_bundle(signed: Desk) -> None:
    path = signed.folder / "encumbered.csv"
    rows = [signed.row(name) + (",pledged,5" if name == "hot" else ",,") for name in WHOLE]
    path.write_text("\n".join(["account,role,custody,asset,encumbrance,encumbered", *rows]) + "\n")
    run = signed.bundle(path)
    assert (run.status, "of which 0.000005 are encumbered" in run.out) == (0, True), run.out
    found = {
        (row.account, claim.asset): claim.encumbrance
        for row in signed.made().reserves
        for claim in row.holdings
        if claim.encumbrance is not None
    }
    hot = (signed.exchange.account("hot"), signed.exchange.dollar)
    assert found == {hot: Encumbrance(EncumbranceKind.PLEDGED, 5)}


def test_t52_more_encumbered_than_is_held_is_refused_before_it_is_signed(signed: Desk) -> None:
    """One group of digits too many: base units are easily miscounted."""
    path = signed.folder / "encumbered.csv"
    rows = [signed.row(name) + (f",pledged,{10**40 // 10**3}" if name == "hot" else ",,") for name in WHOLE]
    path.write_text("\n".join(["account,role,custody,asset,encumbrance,encumbered", *rows]) + "\n")
    run = signed.bundle(path)
    refused(run, "--accounts", "base units", str(signed.exchange.account("hot")))
    assert not (signed.out / "bundle").exists()


def test_stake_without_its_evidence_is_refused(desk: Desk) -> None:
    chain = desk.exchange.chain.chain
    listed = desk.accounts(desk.row("cold"), f"{desk.exchange.account('cold')},customer,cold,{chain}/staked:60")
    assert desk.step("challenge", "--accounts", listed).status == 0
    refused(desk.bundle(listed), str(desk.exchange.account("cold")), "--beacon-state")
    assert not (desk.out / "bundle").exists()
