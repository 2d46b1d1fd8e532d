"""Several endpoints: all say the same, or nothing is said."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pytest

from por.chains import open_source
from por.chains.bulk import AccessList, BulkSource, Progress, ProofRequest
from por.chains.evm import EvmSource
from por.chains.quorum import QuorumSource
from por.errors import DisagreementError, FormatError, IncapableError, SourceError, UnavailableError
from por.model import AccountProof, BlockRef, Call, ChainId, Header, Log
from tests.chains.honest_chain import POOR, RICH, TOKEN, TOPIC, HonestChain, balance_of
from tests.chains.lying_calls import BELIEVED
from tests.chains.lying_server import QUICK, SECRETS, LyingServer
from tests.chains.true_logs import true_logs

ONE = ChainId("eip155", "1")
BLOCK = BlockRef(5, b"\x05" * 32)
PROOF = AccountProof(RICH, (b"\x80",), ())


def ref(number: int, version: int = 0) -> BlockRef:
    return BlockRef(number, bytes([version]) * 24 + number.to_bytes(8))


class Told:
    """A source that says what it is told to, or raises it."""

    def __init__(
        self,
        name: str,
        *,
        final: BlockRef | SourceError = ref(6),  # noqa: B008
        version: int | SourceError = 0,
        proofs: SourceError | None = None,
        logs: tuple[Log, ...] | SourceError = (),
        chain: ChainId = ONE,
    ) -> None:
        self.name = name
        self.final = final
        self.version = version
        self.proofs = proofs
        self.told_logs = logs
        self.told_calls: Mapping[Call, bytes | None] | SourceError = {}
        self.knows: SourceError | None = None
        self._chain = chain
        self.asked: list[str] = []

    @property
    def chain(self) -> ChainId:
        return self._chain

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name,)

    def finalized(self) -> BlockRef:
        self.asked.append("finalized")
        if isinstance(self.final, SourceError):
            raise self.final
        return self.final

    def header(self, number: int) -> Header:
        self.asked.append("header")
        if isinstance(self.version, SourceError):
            raise self.version
        at = ref(number, self.version)
        return Header(number, at.hash, bytes(32), bytes(32), number, at.hash)

    def account_proof(self, block: BlockRef, address: str, keys: Sequence[bytes]) -> AccountProof:
        return self.account_proofs(block, [(address, keys)])[0]

    def account_proofs(
        self, block: BlockRef, requests: Sequence[ProofRequest], progress: Progress | None = None
    ) -> tuple[AccountProof, ...]:
        self.asked.append("proofs")
        if self.proofs is not None:
            raise self.proofs
        return tuple(PROOF for _ in requests)

    def logs(self, address: str, topics: tuple[bytes, ...], first: int, last: int) -> tuple[Log, ...]:
        self.asked.append("logs")
        if isinstance(self.told_logs, SourceError):
            raise self.told_logs
        return self.told_logs

    def calls(self, block: BlockRef, calls: Sequence[Call]) -> tuple[bytes | None, ...]:
        self.asked.append("calls")
        if isinstance(self.told_calls, SourceError):
            raise self.told_calls
        return tuple(self.told_calls[call] for call in calls)

    def access(self, block: BlockRef, call: Call) -> AccessList:
        self._know("access")
        return ((self.name, (call.data,)),)

    def codes(self, block: BlockRef, addresses: Sequence[str]) -> tuple[bytes, ...]:
        self._know("codes")
        return (self.name.encode(),) * len(addresses)

    def trial(self, block: BlockRef, call: Call, overrides: Mapping[str, Mapping[bytes, bytes]]) -> bytes | None:
        self._know("trial")
        return self.name.encode()

    def _know(self, question: str) -> None:
        self.asked.append(question)
        if self.knows is not None:
            raise self.knows


DOWN = UnavailableError("http://b:1: connection refused")
UNABLE = IncapableError("http://b:1: it has no state of that block any more")


def test_agreement_is_the_answer() -> None:
    quorum: BulkSource = QuorumSource([Told("http://a:1"), Told("http://b:1"), Told("http://c:1")])
    assert quorum.header(3).ref == ref(3)
    assert quorum.finalized() == ref(6)
    assert quorum.names == ("http://a:1", "http://b:1", "http://c:1")
    assert quorum.chain == ONE


def test_one_source_is_a_quorum_of_one() -> None:
    assert QuorumSource([Told("http://a:1")]).finalized() == ref(6)


def test_the_lowest_final_block_is_taken_and_asked_for_once() -> None:
    sources = [Told("http://a:1", final=ref(9)), Told("http://b:1", final=ref(6)), Told("http://c:1", final=ref(7))]
    quorum = QuorumSource(sources)
    assert quorum.finalized() == quorum.finalized() == ref(6)
    assert [source.asked.count("header") for source in sources] == [3, 0, 1]


@pytest.mark.parametrize("liar", [0, 1, 2])
def test_t55_one_other_answer_is_a_disagreement_that_names_all(liar: int) -> None:
    sources = [Told(f"http://{name}:1", version=7 if i == liar else 0) for i, name in enumerate("abc")]
    with pytest.raises(DisagreementError) as caught:
        QuorumSource(sources).header(3)
    said = str(caught.value)
    assert said.startswith("block 3 of eip155:1: ")
    assert said.count("http://") == 3
    assert said.count("says 0x00000000") == 2
    assert said.count("says 0x07070707") == 1


def test_t55_the_majority_is_not_followed() -> None:
    sources = [Told(f"http://{i}:1") for i in range(9)]
    with pytest.raises(DisagreementError):
        QuorumSource([*sources, Told("http://liar:1", version=1)]).header(3)


def test_t55_a_final_block_with_another_hash_is_a_disagreement() -> None:
    quorum = QuorumSource([Told("http://a:1"), Told("http://b:1", final=ref(6, 7))])
    with pytest.raises(DisagreementError, match="finalized block 6"):
        quorum.finalized()


def test_t55_a_lower_final_block_must_be_on_the_chain_of_the_others() -> None:
    quorum = QuorumSource([Told("http://a:1", final=ref(9)), Told("http://b:1", final=ref(6, 7))])
    with pytest.raises(DisagreementError, match="finalized block 6"):
        quorum.finalized()


@pytest.mark.parametrize("error", [DOWN, UNABLE])
def test_t55_one_that_is_silent_is_not_outvoted(error: SourceError) -> None:
    others = [Told("http://a:1"), Told("http://c:1")]
    with pytest.raises(type(error), match="http://b:1"):
        QuorumSource([*others, Told("http://b:1", version=error)]).header(3)
    with pytest.raises(type(error), match="http://b:1"):
        QuorumSource([*others, Told("http://b:1", final=error)]).finalized()


def test_t55_an_outage_passes_and_the_final_block_is_asked_for_again() -> None:
    source = Told("http://b:1", final=DOWN)
    quorum = QuorumSource([Told("http://a:1"), source])
    with pytest.raises(UnavailableError):
        quorum.finalized()
    source.final = ref(5)
    assert quorum.finalized() == ref(5)


@pytest.mark.parametrize(("behind", "agree"), [(3600, True), (3601, False), (10**6, False)])
def test_t37_a_source_that_lags_far_behind_does_not_choose_the_moment(behind: int, agree: bool) -> None:
    quorum = QuorumSource([Told("http://a:1", final=ref(2_000_000)), Told("http://b:1", final=ref(2_000_000 - behind))])
    if agree:
        assert quorum.finalized() == ref(2_000_000 - behind)
    else:
        with pytest.raises(DisagreementError, match=r"http://b:1 says .*; one lags behind"):
            quorum.finalized()


def test_one_able_source_is_enough_for_a_proof() -> None:
    sources = [
        Told("http://a:1", proofs=UNABLE),
        Told("http://b:1", proofs=DOWN),
        Told("http://c:1"),
        Told("http://d:1"),
    ]
    quorum = QuorumSource(sources)
    assert quorum.account_proof(BLOCK, RICH, []) == PROOF
    assert quorum.account_proofs(BLOCK, [(RICH, []), (RICH, [])]) == (PROOF, PROOF)
    assert sources[3].asked == []


@pytest.mark.parametrize(
    ("errors", "kind"),
    [([UNABLE, UNABLE], IncapableError), ([UNABLE, DOWN], UnavailableError), ([DOWN, DOWN], UnavailableError)],
)
def test_without_an_able_source_all_reasons_are_named(errors: list[SourceError], kind: type[SourceError]) -> None:
    sources = [Told(f"http://{i}:1", proofs=error) for i, error in enumerate(errors)]
    with pytest.raises(kind) as caught:
        QuorumSource(sources).account_proof(BLOCK, RICH, [])
    assert type(caught.value) is kind
    assert str(caught.value) == "; ".join(str(error) for error in errors)


LOGS = tuple(Log(TOKEN, (TOPIC,), b"\x07", ref(number), 0) for number in (3, 4, 6))


def test_logs_that_all_have_are_the_answer() -> None:
    sources = [Told(f"http://{name}:1", logs=LOGS) for name in "abc"]
    assert QuorumSource(sources).logs(TOKEN, (TOPIC,), 0, 9) == LOGS
    assert [source.asked for source in sources] == [["logs"]] * 3
    assert QuorumSource([Told("http://a:1"), Told("http://b:1")]).logs(TOKEN, (TOPIC,), 0, 9) == ()


@pytest.mark.parametrize(
    ("others", "block"),
    [
        (LOGS[1:], 3),
        (LOGS[:1] + LOGS[2:], 4),
        (LOGS[:2], 6),
        ((), 3),
        ((*LOGS, Log(TOKEN, (TOPIC,), b"\x07", ref(8), 0)), 8),
        ((*LOGS[:2], replace(LOGS[2], data=b"\x08")), 6),
        ((*LOGS[:2], replace(LOGS[2], topics=(TOPIC, TOPIC))), 6),
        ((*LOGS[:2], replace(LOGS[2], index=1)), 6),
        ((*LOGS[:2], replace(LOGS[2], block=ref(6, 7))), 6),
    ],
)
@pytest.mark.parametrize("liar", [0, 1, 2])
def test_t55_one_log_more_or_less_or_other_is_a_disagreement(others: tuple[Log, ...], block: int, liar: int) -> None:
    sources = [Told(f"http://{name}:1", logs=others if i == liar else LOGS) for i, name in enumerate("abc")]
    with pytest.raises(DisagreementError) as caught:
        QuorumSource(sources).logs(TOKEN, (TOPIC,), 2, 9)
    said = str(caught.value)
    assert said.startswith(f"logs of {TOKEN} in blocks 2 to 9 of eip155:1, which differ from block {block} on: ")
    for i, name in enumerate("abc"):
        assert f"http://{name}:1 says {len(others if i == liar else LOGS)} logs" in said


@pytest.mark.parametrize("error", [DOWN, UNABLE])
def test_t55_one_that_gives_no_logs_is_not_outvoted(error: SourceError) -> None:
    quorum = QuorumSource(
        [Told("http://a:1", logs=LOGS), Told("http://c:1", logs=LOGS), Told("http://b:1", logs=error)]
    )
    with pytest.raises(type(error), match="http://b:1"):
        quorum.logs(TOKEN, (TOPIC,), 0, 9)


@pytest.mark.parametrize("fault", ["log left out", "log of other data"])
def test_t55_a_node_that_hides_a_log_is_caught_beside_an_honest_one(fault: str) -> None:
    chain = HonestChain()
    with LyingServer(chain, fault) as liar, LyingServer(chain) as honest:
        quorum = QuorumSource([EvmSource(ONE, node.url, limits=QUICK) for node in (liar, honest)])
        with pytest.raises(DisagreementError, match="which differ from block 1 on") as caught:
            quorum.logs(TOKEN, (TOPIC,), 0, 9)
        assert f"{honest.origin} says 9 logs" in str(caught.value)
        assert f"{liar.origin} says {8 if fault == 'log left out' else 9} logs" in str(caught.value)
        liar.fault = None
        assert quorum.logs(TOKEN, (TOPIC,), 0, 9) == true_logs(chain, 0, 9)


CALL, OTHER_CALL = Call(TOKEN, b"\x01" * 36), Call(RICH, b"\x02" * 37)
GIVEN = {CALL: b"\x07" * 32, OTHER_CALL: None}


def calling(*answers: Mapping[Call, bytes | None] | SourceError) -> tuple[QuorumSource, list[Told]]:
    told = [Told(f"http://node-{place}:1") for place in range(len(answers))]
    for source, answer in zip(told, answers, strict=True):
        source.told_calls = answer
    return QuorumSource(told), told


def test_what_all_say_that_a_call_gives_is_the_answer() -> None:
    quorum, told = calling(GIVEN, GIVEN, GIVEN)
    assert quorum.calls(BLOCK, [CALL, OTHER_CALL, CALL]) == (b"\x07" * 32, None, b"\x07" * 32)
    assert quorum.calls(BLOCK, []) == ()
    assert [source.asked for source in told] == [["calls", "calls"]] * 3


@pytest.mark.parametrize("liar", [0, 1, 2])
@pytest.mark.parametrize("lie", [b"\x08" * 32, b"", b"\x07" * 31, b"\x07" * 33, bytes(32), None])
def test_t55_one_other_answer_to_one_call_is_a_disagreement_that_names_it(liar: int, lie: bytes | None) -> None:
    answers: list[Mapping[Call, bytes | None] | SourceError] = [GIVEN, GIVEN, GIVEN]
    answers[liar] = GIVEN | {CALL: lie}
    quorum, _ = calling(*answers)
    with pytest.raises(DisagreementError) as caught:
        quorum.calls(BLOCK, [OTHER_CALL, CALL])
    said = str(caught.value)
    assert said.startswith(f"call of {TOKEN} with 0x{'01' * 36} at block 5 of eip155:1: http://node-0:1 says ")
    shown = "that it reverts" if lie is None else f"0x{lie.hex()}"
    assert f"http://node-{liar}:1 says {shown}" in said
    assert "0x" + "07" * 32 in said


def test_t55_a_revert_that_others_do_not_see_is_a_disagreement() -> None:
    quorum, _ = calling(GIVEN, GIVEN | {OTHER_CALL: bytes(32)})
    with pytest.raises(DisagreementError, match=r"with 0x(02){36}… at block 5 .* says that it reverts; .* says 0x00"):
        quorum.calls(BLOCK, [CALL, OTHER_CALL])


@pytest.mark.parametrize("error", [DOWN, UNABLE])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_t55_one_that_does_not_call_is_not_outvoted(error: SourceError, place: int) -> None:
    answers: list[Mapping[Call, bytes | None] | SourceError] = [GIVEN, GIVEN, GIVEN]
    answers[place] = error
    with pytest.raises(type(error)):
        calling(*answers)[0].calls(BLOCK, [CALL])


@pytest.mark.parametrize("fault", sorted(fault for fault in BELIEVED if fault.startswith("call ")))
def test_t55_a_node_that_lies_about_calls_is_caught_beside_an_honest_one(fault: str) -> None:
    chain = HonestChain(multicall=True)
    calls = [Call(TOKEN, balance_of(holder)) for holder in (RICH, POOR)]
    with LyingServer(chain, fault) as liar, LyingServer(chain) as honest:
        sources = [EvmSource(ONE, node.url, limits=QUICK) for node in (honest, liar)]
        with pytest.raises(DisagreementError, match=f"call of {TOKEN}"):
            QuorumSource(sources).calls(BlockRef(5, chain.hash(5)), calls)


QUESTIONS: list[Callable[[QuorumSource], object]] = [
    lambda quorum: quorum.access(BLOCK, CALL),
    lambda quorum: quorum.codes(BLOCK, [TOKEN]),
    lambda quorum: quorum.trial(BLOCK, CALL, {}),
]


@pytest.mark.parametrize("question", QUESTIONS)
def test_what_issuers_ask_the_first_able_source_answers(question: Callable[[QuorumSource], object]) -> None:
    told = [Told("http://a:1"), Told("http://b:1"), Told("http://c:1")]
    told[0].knows = UNABLE
    answer = question(QuorumSource(told))
    assert answer in (((("http://b:1", (CALL.data,)),)), (b"http://b:1",), b"http://b:1")
    assert not told[2].asked


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize(("errors", "kind"), [((UNABLE, UNABLE), IncapableError), ((UNABLE, DOWN), UnavailableError)])
def test_without_an_able_source_what_issuers_ask_has_no_answer(
    question: Callable[[QuorumSource], object], errors: tuple[SourceError, ...], kind: type[SourceError]
) -> None:
    told = [Told(f"http://{place}.example:1") for place in range(2)]
    for source, error in zip(told, errors, strict=True):
        source.knows = error
    with pytest.raises(kind, match="; "):
        question(QuorumSource(told))


def test_t55_no_source_is_refused() -> None:
    with pytest.raises(FormatError, match="no sources"):
        QuorumSource([])


def test_t55_one_origin_twice_is_one_source_and_refused() -> None:
    with pytest.raises(FormatError, match="http://a:1 is given twice"):
        QuorumSource([Told("http://a:1"), Told("http://b:1"), Told("http://a:1")])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("https://node.example/v3/one", "https://node.example/v3/two"),
        ("https://node.example/", "https://node.example:443/"),
        ("https://one:pass@node.example/", "https://NODE.example./?key=two"),
    ],
)
def test_t55_two_keys_of_one_provider_are_one_source(first: str, second: str) -> None:
    with pytest.raises(FormatError, match="given twice") as caught:
        open_source(ONE, [first, second])
    assert "one" not in str(caught.value).partition(" is given")[0]


def test_t53_sources_of_two_chains_are_refused() -> None:
    with pytest.raises(FormatError, match="different chains"):
        QuorumSource([Told("http://a:1"), Told("http://b:1", chain=ChainId("eip155", "5"))])


def test_one_url_opens_one_source_and_several_a_quorum() -> None:
    assert isinstance(open_source(ONE, ["http://a:1"]), EvmSource)
    assert isinstance(open_source(ONE, ["http://a:1", "http://b:1"]), QuorumSource)
    with pytest.raises(FormatError):
        open_source(ONE, [])


def test_t53_the_genesis_is_pinned_for_each_of_them() -> None:
    chain = HonestChain()
    with LyingServer(chain) as honest, LyingServer(HonestChain(salt=b"copy")) as copy:
        pinned = open_source(ONE, [honest.url, copy.url], genesis=chain.hash(0))
        with pytest.raises(IncapableError, match=copy.origin):
            pinned.finalized()


def test_t55_real_endpoints_with_one_dead() -> None:
    chain = HonestChain()
    with LyingServer(chain) as one, LyingServer(chain) as two:
        quorum = QuorumSource([EvmSource(ONE, node.url, limits=QUICK) for node in (one, two)])
        assert quorum.finalized() == BlockRef(6, chain.hash(6))
        two.fault = "503"
        with pytest.raises(UnavailableError, match=two.origin):
            quorum.header(5)
        assert quorum.account_proof(BlockRef(5, chain.hash(5)), RICH, []).address == RICH


def test_t96_a_quorum_shows_no_key() -> None:
    chain = HonestChain()
    with LyingServer(chain, "another fork") as liar, LyingServer(chain) as honest:
        quorum = open_source(ONE, [liar.url, honest.url])
        with pytest.raises(DisagreementError) as caught:
            quorum.header(5)
    said = str(caught.value) + repr(quorum) + str(quorum.names)
    assert [secret for secret in SECRETS if secret in said] == []
