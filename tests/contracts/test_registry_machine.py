"""The registry beside a model of it, over random histories of three issuers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from tests.contracts.anchors import COIN, TOKEN, Anchored, Entry, Total, put
from tests.contracts.chain import Chain, revert_reason

NOTHING = bytes(32)
ISSUERS = st.integers(0, 2)
DIGESTS = st.binary(min_size=32, max_size=32)
AMOUNTS = st.integers(0, 2**128 - 1)


@st.composite
def total_lists(draw: st.DrawFn) -> list[Total]:
    assets = draw(st.lists(st.sampled_from([NOTHING, COIN, TOKEN]), max_size=3))
    return [(asset, draw(AMOUNTS), draw(AMOUNTS)) for asset in assets]


@dataclass
class Model:
    """Hold one issuer's list and say what it would refuse, in the words of the contract."""

    entries: list[Anchored] = field(default_factory=list)
    anchored_at: int = 0

    @property
    def head(self) -> list[Any]:
        if not self.entries:
            return [NOTHING, 0, 0, 0]
        newest = self.entries[-1]
        return [newest.id, len(self.entries), newest.entry.instant, self.anchored_at]

    def refusal(self, entry: Entry, totals: list[Total], now: int) -> str | None:
        newest, count = self.head[2], len(self.entries)
        if NOTHING in {entry.commitments_root, entry.bundle_digest, entry.reserve_set_root}:
            return "ZeroDigest"
        if entry.supersedes:
            if entry.supersedes != count:
                return "NotNewest"
            if entry.instant != newest:
                return "InstantNotSame"
        elif entry.instant <= newest:
            return "InstantNotLater"
        elif entry.instant > now:
            return "InstantInFuture"
        if not totals:
            return "TotalCount"
        assets = [asset for asset, _, _ in totals]
        return None if assets == sorted(set(assets)) else "AssetsNotAscending"


class Histories(RuleBasedStateMachine):
    """Let three issuers anchor what is right and what is not."""

    def __init__(self, chain: Chain, registry: Any) -> None:
        super().__init__()
        self.chain = chain
        self.undo = chain.rewound()
        self.undo.__enter__()
        self.registry = registry
        self.start = chain.now - 100
        self.models = [Model() for _ in range(3)]

    def teardown(self) -> None:
        self._every_entry_ever_anchored_stands_and_is_chained()
        self.undo.__exit__(None, None, None)

    @rule(issuer=ISSUERS, step=st.integers(-1, 3), commitments=DIGESTS, totals=total_lists())
    def publish(self, issuer: int, step: int, commitments: bytes, totals: list[Total]) -> None:
        newest = self.models[issuer].head[2] or self.start
        self._anchor(issuer, Entry(newest + step, commitments_root=commitments), totals)

    @rule(issuer=ISSUERS, back=st.integers(-1, 1), step=st.integers(-1, 1), bundle=DIGESTS)
    def correct(self, issuer: int, back: int, step: int, bundle: bytes) -> None:
        _, sequence, instant, _ = self.models[issuer].head
        entry = Entry(max(0, instant + step), bundle_digest=bundle, supersedes=max(0, sequence - back))
        self._anchor(issuer, entry, [(COIN, 1, 1)])

    @rule(issuer=ISSUERS, ahead=st.integers(-2, 1000))
    def publish_near_now(self, issuer: int, ahead: int) -> None:
        # Nothing is expected between the newest block and the next one, whose time the chain chooses.
        ahead = ahead if ahead <= 0 else ahead + 100_000
        self._anchor(issuer, Entry(self.chain.now + ahead), [(COIN, 0, 0)])

    @rule(seconds=st.integers(1, 1000))
    def wait(self, seconds: int) -> None:
        self.chain.wait(seconds)

    @invariant()
    def heads_are_the_models(self) -> None:
        for account, model in zip(self.chain.accounts, self.models, strict=False):
            assert list(self.chain.ask(self.registry.functions.head(account))) == model.head

    @invariant()
    def instants_never_go_back_and_stand_still_only_for_corrections(self) -> None:
        for model in self.models:
            for before, after in zip(model.entries, model.entries[1:], strict=False):
                step = after.entry.instant - before.entry.instant
                assert (step == 0) == (after.entry.supersedes == before.sequence)
                assert step >= 0

    def _every_entry_ever_anchored_stands_and_is_chained(self) -> None:
        for model in self.models:
            previous = NOTHING
            for sequence, anchored in enumerate(model.entries, start=1):
                assert anchored.sequence == sequence
                assert anchored.previous == previous
                previous = anchored.id
                assert self.chain.ask(self.registry.functions.idAt(anchored.issuer, sequence)) == previous
                correction = sum(each.sequence for each in model.entries if each.entry.supersedes == sequence)
                assert self.chain.ask(self.registry.functions.supersededBy(anchored.issuer, sequence)) == correction

    def _anchor(self, issuer: int, entry: Entry, totals: list[Total]) -> None:
        model = self.models[issuer]
        expected = model.refusal(entry, totals, self.chain.now)
        if expected is None:
            model.entries.append(put(self.chain, self.registry, entry, totals, sender=issuer))
            model.anchored_at = self.chain.now
            return
        call = self.registry.functions.anchor(entry.values, totals)
        reason = revert_reason(call, sender=self.chain.accounts[issuer])
        assert (reason or "").partition("(")[0] == expected


def test_the_registry_is_its_model(tester: Chain) -> None:
    registry = tester.deploy("ReserveRegistry")

    class Lent(Histories):
        def __init__(self) -> None:
            super().__init__(tester, registry)

    run_state_machine_as_test(Lent, settings=settings(settings(), max_examples=8, stateful_step_count=15))
