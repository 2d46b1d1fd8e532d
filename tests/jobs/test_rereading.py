"""What was found is looked at again when time or the registry says that it may be so no more."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from por.checks import registry_reading
from por.checks.observation import Broken, Missing, Observation, Seen
from por.checks.registry_view import Anchoring, RegistryView
from por.errors import UnavailableError
from por.jobs.configuration import Job, load_job
from por.jobs.history import VerdictRow
from por.jobs.rereading import outdated, superseded
from por.model import BlockRef, ChainAccount, Digest, Finding, Instant, Outcome, RegistryPin, Verdict
from tests import attesting as a
from tests.jobs.scene import Scene

OWN = a.ENTRY.anchor.bundle
OTHER = Digest(b"o" * 32)
NOW = Instant(a.ENTRY.anchor.instant.seconds + 3600)
PIN = RegistryPin(ChainAccount.parse("eip155:1:0x" + "11" * 20), a.ENTRY.issuer, 0, 86_400)


@dataclass
class Registry:
    """Be what sources show of a registry."""

    job: Job
    shown: Observation[RegistryView]

    def asked(self, verdict: Verdict | None, bundle: Digest = OWN) -> str:
        return superseded(self.job, bundle, a.ENTRY.anchor.instant, NOW, verdict)

    def has(self, *bundles: Digest, gap: str = "", final_at: Instant = NOW) -> None:
        entries = tuple(
            Anchoring(replace(a.ENTRY, anchor=replace(a.ENTRY.anchor, bundle=bundle)), bundle.value, BLOCK, NOW, True)
            for bundle in bundles
        )
        self.shown = Seen(RegistryView(PIN, NOW, ("node",), BLOCK, final_at, entries, (), (), gap))


BLOCK = BlockRef(1, bytes(32))


@pytest.fixture
def registry(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Registry:
    job = load_job(scene.write(), {})
    made = Registry(replace(job, policy=replace(job.policy, registry=PIN)), Missing("nobody answers"))
    monkeypatch.setattr(registry_reading, "policys_view", lambda *_: made.shown)
    return made


def about(entry: bytes | None) -> Verdict:
    facts = {} if entry is None else {"entry": f"0x{entry.hex()}"}
    finding = Finding("publication.anchored", "x", Outcome.PASS, "publication.anchored.in_time", facts=facts)
    return Verdict("job", "x", OWN, None, NOW, NOW, (finding,))


def test_the_entry_that_the_verdict_is_about_is_nothing_new(registry: Registry) -> None:
    registry.has(OWN)
    assert registry.asked(about(OWN.value)) == ""
    assert registry.asked(None) == ""
    registry.has()
    assert registry.asked(about(None)) == ""


def test_t37_another_bundles_entry_is_new_until_a_verdict_is_about_it(registry: Registry) -> None:
    registry.has(OWN, OTHER)
    for verdict in (about(OWN.value), about(None), None):
        assert str(OTHER) in registry.asked(verdict)
    assert registry.asked(about(OTHER.value)) == ""


def test_t42_a_bundle_that_is_anchored_late_is_looked_at_again(registry: Registry) -> None:
    registry.has(OWN)
    assert "is of this bundle" in registry.asked(about(None))


def test_t37_a_registry_that_is_not_shown_shows_nothing(registry: Registry) -> None:
    for shown in (Missing("nobody answers"), Broken("nonsense")):
        registry.shown = shown
        with pytest.raises(UnavailableError, match="not read again"):
            registry.asked(about(OWN.value))
    registry.has(OWN, gap="the newest entry given is 1, the proven one 2")
    with pytest.raises(UnavailableError, match="the proven one 2"):
        registry.asked(about(OWN.value))
    registry.has(OWN, final_at=Instant(NOW.seconds - 40 * 86_400))
    with pytest.raises(UnavailableError, match="the last final block"):
        registry.asked(about(OWN.value))


def test_a_policy_without_a_registry_has_none_to_read(scene: Scene) -> None:
    job = load_job(scene.write(), {})
    assert superseded(job, OWN, NOW, NOW, None) == ""


@pytest.mark.parametrize(
    ("checked", "now", "old"), [(0, 100, False), (100, 100, False), (0, 101, True), (100, 101, True), (101, 200, False)]
)
def test_t37_a_snapshot_grows_too_old_once(registry: Registry, checked: int, now: int, old: bool) -> None:
    policy = replace(registry.job.policy, max_age=100)
    row = VerdictRow(Outcome.PASS, 0, Instant(checked), OWN, OWN)
    assert bool(outdated(policy, row, Instant(0), Instant(now))) is old
