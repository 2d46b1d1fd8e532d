"""Many holdings are proven in few questions, and each by evidence that a verifier reads by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from por.chains.holding_proofs import HOLDERS as AT_ONCE
from por.chains.kept import KeptSource
from por.chains.quorum import QuorumSource
from por.encoding import evm_account_proof_v1, evm_code_v1, evm_witness_v1
from por.encoding.media_types import EVM_ACCOUNT_PROOF, EVM_CODE, EVM_WITNESS
from por.errors import EvidenceError, FormatError, IncapableError, PorError, SourceError, UnavailableError
from por.issuer.holdings import Known, Shown, prove_holdings
from por.model import AssetId, KeyOrder
from por.proofs.state.account import EMPTY_CODE_HASH, account_state
from por.proofs.state.tokens import token_holding
from tests.issuer.token_scene import HOLDERS, RICH, TokenScene, code_hash, open_scene


@pytest.fixture(scope="module")
def opened() -> Iterator[TokenScene]:
    with open_scene() as scene:
        yield scene


@pytest.fixture
def scene(opened: TokenScene) -> Iterator[TokenScene]:
    opened.asked.clear()
    yield opened
    opened.distortion = None


def quiet(done: int) -> None:
    del done


def shown(
    scene: TokenScene, asset: AssetId, holders: Sequence[str] = HOLDERS[:4], known: Known | None = None
) -> list[Shown]:
    found = prove_holdings(scene.source, scene.header, {asset: holders}, known or scene.known, quiet)
    assert list(found) == [(holder, asset) for holder in holders]
    return list(found.values())


def units(found: Sequence[Shown]) -> list[int]:
    return [each.amount for each in found]


# --- amounts and evidence


def test_coins_are_shown_by_one_file_each(scene: TokenScene) -> None:
    found = shown(scene, scene.coin)
    assert units(found) == [10**18, 2 * 10**18, 3 * 10**18, 0]
    for each, holder in zip(found, HOLDERS, strict=False):
        ((document, media_type),) = each.evidence
        read = evm_account_proof_v1.read(document)
        assert (media_type, read.proof.address, read.proof.storage_nodes) == (EVM_ACCOUNT_PROOF, holder, ())
        state = account_state(scene.header.state_root, holder, read.proof.account_nodes)
        assert (state.balance, each.code_hash) == (each.amount, EMPTY_CODE_HASH)


def test_t47_an_account_with_code_is_known_by_its_coins(scene: TokenScene) -> None:
    (found,) = shown(scene, scene.coin, [scene.contracts["first"]])
    assert found.code_hash == code_hash("TokenFirst")


@pytest.mark.parametrize(("name", "each"), [("plain", 1000), ("proxied", 100)])
def test_words_of_many_holders_come_in_one_question_and_leave_in_a_file_each(
    scene: TokenScene, name: str, each: int
) -> None:
    found = shown(scene, scene.token(name))
    assert units(found) == [each, 2 * each, 3 * each, 0]
    layout = scene.layout(name)
    for item, holder in zip(found, HOLDERS, strict=False):
        proofs = [evm_account_proof_v1.read(document).proof for document, _ in item.evidence]
        assert {media_type for _, media_type in item.evidence} == {EVM_ACCOUNT_PROOF}
        assert token_holding(layout, holder, scene.header.state_root, proofs).units == item.amount
        with pytest.raises(EvidenceError):
            token_holding(layout, HOLDERS[9], scene.header.state_root, proofs[::-1] or proofs)


def test_all_holders_share_the_proof_of_what_is_behind_the_proxy(scene: TokenScene) -> None:
    found = shown(scene, scene.token("proxied"), HOLDERS[:3])
    assert len({item.evidence[1] for item in found}) == 1
    assert len({item.evidence[0] for item in found}) == len(found)


def test_what_the_tokens_code_tells_is_shown_by_witness_and_code(scene: TokenScene) -> None:
    found = shown(scene, scene.token("rebasing"))
    assert units(found) == [300, 600, 900, 0]
    for each in found:
        kinds = [media_type for _, media_type in each.evidence]
        assert kinds == [EVM_WITNESS, EVM_CODE]
        witness = evm_witness_v1.read(each.evidence[0][0])
        assert witness.block_hash == scene.header.hash
        assert len(evm_code_v1.read(each.evidence[1][0])) > 100


def test_each_holders_witness_shows_no_other_holders_words(scene: TokenScene) -> None:
    """The index is everybody's; the shares are the holder's own."""
    words = []
    for each in shown(scene, scene.token("rebasing"), HOLDERS[:3]):
        witnesses = evm_witness_v1.read(each.evidence[0][0]).accounts
        (token,) = (item for item in witnesses if item.proof.address == scene.contracts["rebasing"])
        words.append(set(token.keys))
    assert {len(keys) for keys in words} == {2}
    assert set.intersection(*words) == {bytes(32)}


def test_a_vaults_shares_are_shown_with_all_that_makes_their_worth(scene: TokenScene) -> None:
    asset = scene.token("rebasing")
    seen = codes_of(scene, scene.call("vault", bytes(32), underlying=asset))
    known = Known((), (scene.call("vault", *seen, underlying=asset),))
    found = shown(scene, scene.token("vault"), known=known)
    assert units(found) == [100, 200, 300, 0]
    assert [media_type for _, media_type in found[0].evidence] == [EVM_WITNESS, EVM_CODE, EVM_CODE]


def codes_of(scene: TokenScene, row: Any) -> tuple[bytes, ...]:
    """Learn what is to be read, one refusal after the other."""
    codes: tuple[bytes, ...] = ()
    for _ in range(5):
        known = Known((), (replace(row, codes=codes or (bytes(32),)),))
        try:
            shown(scene, row.asset, [RICH], known)
        except FormatError as error:
            words = error.reason.split("accepts: ")[1]
            codes = (*codes, bytes.fromhex(words.partition("0x")[2][:64]))
        else:
            return codes
    raise AssertionError("no end")


# --- how much is asked


def test_questions_grow_with_batches_and_not_with_holders(scene: TokenScene) -> None:
    """230 holders of one token are three questions, beside those on its code."""
    found = shown(scene, scene.token("proxied"), HOLDERS)
    assert units(found)[:3] == [100, 200, 300]
    assert len(HOLDERS) == 230
    batches = -(-len(HOLDERS) // AT_ONCE)
    assert scene.asked["eth_getProof"] == 3 + batches
    assert scene.asked["eth_getCode"] == scene.asked["eth_call"] == 0


def test_the_index_and_the_code_are_asked_once_for_all_holders(scene: TokenScene) -> None:
    shown(scene, scene.token("rebasing"), HOLDERS[:40])
    assert scene.asked["eth_getCode"] == 1
    # The code hash, the account, the index, the machine's caller, and one word a holder.
    assert scene.asked["eth_getProof"] <= 40 + 6


def test_progress_counts_every_holding(scene: TokenScene) -> None:
    said: list[int] = []
    wanted = {scene.coin: HOLDERS[:5], scene.token("plain"): HOLDERS[:7]}
    prove_holdings(scene.source, scene.header, wanted, scene.known, said.append)
    assert said == list(range(1, 13))


def test_what_is_kept_is_not_asked_again(scene: TokenScene, tmp_path: Path) -> None:
    wanted = dict.fromkeys((scene.coin, scene.token("plain"), scene.token("proxied")), HOLDERS[:120])
    wanted[scene.token("rebasing")] = HOLDERS[:5]
    with KeptSource(scene.source, tmp_path / "proofs.sqlite") as source:
        first = prove_holdings(source, scene.header, wanted, scene.known, quiet)
    scene.asked.clear()
    with KeptSource(scene.source, tmp_path / "proofs.sqlite") as source:
        again = prove_holdings(source, scene.header, wanted, scene.known, quiet)
        assert source.requests == 0
    assert again == first
    assert not scene.asked["eth_getProof"]
    assert not scene.asked["eth_getCode"]


# --- what cannot be shown, with its account and asset


def refused(scene: TokenScene, kind: type[PorError], asset: AssetId, known: Known | None = None) -> str:
    with pytest.raises(kind) as caught:
        shown(scene, asset, HOLDERS[:3], known)
    assert type(caught.value) is kind
    assert str(asset) in str(caught.value)
    assert RICH in str(caught.value)
    return str(caught.value)


def test_t65_a_token_of_which_nothing_is_known(scene: TokenScene) -> None:
    words = refused(scene, FormatError, scene.token("rebasing"), Known(()))
    assert f"0x{code_hash('RebasingToken').hex()}" in words
    assert "[[layout]]" in words
    assert "por policy token" in words


def test_t65_a_layout_for_other_code_is_none(scene: TokenScene) -> None:
    other = replace(scene.layout("plain"), code_hash=b"\x11" * 32)
    refused(scene, FormatError, scene.token("plain"), Known((other,)))
    behind = scene.layout("proxied").implementation
    assert behind is not None
    swapped = replace(scene.layout("proxied"), implementation=replace(behind, code_hash=b"\x11" * 32))
    words = refused(scene, FormatError, scene.token("proxied"), Known((swapped,)))
    assert f"0x{code_hash('TokenFirst').hex()}" in words


def test_t65_code_that_nobody_accepted_is_named(scene: TokenScene) -> None:
    row = scene.call("rebasing", b"\x11" * 32)
    words = refused(scene, FormatError, scene.token("rebasing"), Known((), (row,)))
    assert f"0x{code_hash('RebasingToken').hex()}" in words
    assert "once you have read it" in words


def test_the_first_row_that_accepts_the_code_serves(scene: TokenScene) -> None:
    rows = [scene.call("rebasing", code) for code in (b"\x11" * 32, code_hash("RebasingToken"), b"\x22" * 32)]
    assert units(shown(scene, scene.token("rebasing"), known=Known((), tuple(rows)))) == [300, 600, 900, 0]


def test_a_holding_of_another_kind_of_asset(scene: TokenScene) -> None:
    refused(scene, FormatError, AssetId(scene.chain.chain, "erc721", RICH))


def test_t54_no_code_no_token(scene: TokenScene) -> None:
    nowhere = AssetId(scene.chain.chain, "erc20", "0x" + "ee" * 20)
    layout = replace(scene.layout("plain"), asset=nowhere)
    refused(scene, FormatError, nowhere, Known((layout,)))
    row = replace(scene.call("rebasing", code_hash("RebasingToken")), asset=nowhere)
    refused(scene, EvidenceError, nowhere, Known((), (row,)))


def test_t65_a_wrong_layout_reads_what_the_chain_has_and_nothing_else(scene: TokenScene) -> None:
    """The issuer trusts its own layouts; the verifier has its own."""
    wrong = replace(scene.layout("plain"), base_slot=77, order=KeyOrder.SLOT_KEY)
    assert units(shown(scene, scene.token("plain"), known=Known((wrong,)))) == [0, 0, 0, 0]


def spoiled(method: str, parameters: Sequence[object], told: object) -> object:
    """Change the last node of every account proof."""
    del parameters
    if method == "eth_getProof" and isinstance(told, dict):
        nodes = told["accountProof"]
        return {**told, "accountProof": [*nodes[:-1], nodes[-1][:-2] + "00"]}
    return told


def truncated(method: str, parameters: Sequence[object], told: object) -> object:
    """Leave one storage proof out."""
    del parameters
    if method == "eth_getProof" and isinstance(told, dict) and told["storageProof"]:
        return {**told, "storageProof": told["storageProof"][:-1]}
    return told


def void(method: str, parameters: Sequence[object], told: object) -> object:
    del parameters
    return None if method == "eth_getProof" else told


def other_code(method: str, parameters: Sequence[object], told: object) -> object:
    del parameters
    return "0x60015ff3" if method == "eth_getCode" else told


@pytest.mark.parametrize("name", ["coin", "plain", "proxied", "rebasing"])
@pytest.mark.parametrize("lie", [spoiled, truncated, void, other_code])
def test_t64_a_node_that_lies_is_an_error_or_without_effect_and_never_zero(
    scene: TokenScene, lie: Any, name: str
) -> None:
    asset = scene.coin if name == "coin" else scene.token(name)
    true = units(shown(scene, asset, HOLDERS[:3]))
    scene.distortion = lie
    harmless = (lie is truncated and name == "coin") or (lie is other_code and name != "rebasing")
    if harmless:
        assert units(shown(scene, asset, HOLDERS[:3])) == true
        return
    with pytest.raises(SourceError) as caught:
        shown(scene, asset, HOLDERS[:3])
    assert str(asset) in str(caught.value)
    assert RICH in str(caught.value)
    assert "127.0.0.1" in str(caught.value)


def test_t64_silence_is_unavailable_and_a_refusal_incapable(scene: TokenScene) -> None:
    header, source = scene.header, scene.source

    class Silent:
        def __init__(self, error: SourceError) -> None:
            self.error = error

        def __getattr__(self, name: str) -> Any:
            return getattr(source, name)

        def account_proofs(self, *_: object) -> Any:
            raise self.error

    for kind in (UnavailableError, IncapableError):
        with pytest.raises(kind, match="it is so"):
            prove_holdings(Silent(kind("it is so")), header, {scene.coin: [RICH]}, scene.known, quiet)


def test_a_quorum_proves_as_one_does(scene: TokenScene) -> None:
    quorum = QuorumSource([scene.source])
    found = prove_holdings(quorum, scene.header, {scene.token("rebasing"): [RICH]}, scene.known, quiet)
    assert units(list(found.values())) == [300]
