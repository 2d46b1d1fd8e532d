"""Everything that a certificate's check can find, found once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from por.checks.certificate import Given, check_certificate
from por.checks.evidence import OpenBundle
from por.commitments.anchors import anchor_id
from por.commitments.statements import committee_id
from por.model import ChainAccount, Digest, Instant, LawTrust, Outcome, Verdict
from tests import attesting as a
from tests.checks import scenery


def certificate_verdicts() -> Iterator[Verdict]:
    """Judge good and bad certificates, and what a reader has beside them."""
    good = a.certificate()
    trusting = a.policy(committee_id(good.committee))
    account = ChainAccount(a.REGISTRY.chain, a.ISSUER)
    own = OpenBundle(scenery.bundle(anchored_by=account), a.BUNDLE, None, Path())
    thief = OpenBundle(
        scenery.bundle(anchored_by=ChainAccount(account.chain, "0x" + "77" * 20)), a.POLICY, None, Path()
    )
    back = a.certificate(said=a.revocation(a.statement()))
    for policy, given, now in (
        (trusting, Given(), a.NOW),
        (trusting, Given(bundle=own, entry=anchor_id(a.ENTRY)), a.NOW),
        (trusting, Given(bundle=thief, entry=bytes(32)), a.NOW),
        (trusting, Given(revocations=(back,)), a.NOW),
        (trusting, Given(), Instant(a.OBSERVED.seconds - 1)),
        (trusting, Given(), a.EXPIRES),
        (a.policy(bytes(32), law=LawTrust(rulebooks=("jp-exchange",))), Given(), a.NOW),
        (a.policy(bytes(32), digest=Digest(bytes(32))), Given(), a.NOW),
        (a.policy(bytes(32), digest=Digest(bytes(32)), accepted_policies=(a.POLICY,)), Given(), a.NOW),
    ):
        yield check_certificate(good, policy, given, now=now)
    for other in (Outcome.FAIL, Outcome.INCONCLUSIVE):
        made = a.certificate(said=a.statement(outcome=other))
        yield check_certificate(made, trusting, Given(), now=a.NOW)
    alone = replace(good, signers=good.signers[:1], signatures=good.signatures[:1], reports=good.reports[:1])
    yield check_certificate(alone, trusting, Given(), now=a.NOW)
