"""A stablecoin on a real node, from declarations to the rulebook's findings, live and replayed without the node."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from por.encoding.digests import digest_of
from por.model import Finding, Grade
from por.model.declarations import Topic
from tests.end_to_end.anvil_story import CHAIN, Story, begin, node, publish, second_origin
from tests.simulator import Run, por

# The story's token: 1000 cold, 300 hot, 5000 the house's own, which are its treasury here.
COIN = """
[[stablecoins]]
name = "USDX"
kind = "trust"
currency = "JPY"

[[stablecoins.supply]]
asset = "USDX"
minted = "{minted}"
burned = "0"
unissued = "0"
treasury = "5000"
locked = "0"
frozen = "0"

[[stablecoins.reserves]]
id = "JGB"
kind = "government-bond"
issuer = "Japan"
currency = "JPY"
par = "{bonds}"
market_value = "{bonds}"
valued = 2026-11-01
maturity = 2027-01-20
custodian = "Example Trust Bank"
encumbered = "0"
early_termination = false
tokenised = false
separate = true

[[stablecoins.reserves]]
id = "deposit"
kind = "demand-deposit"
issuer = "Example Bank"
currency = "JPY"
par = "800"
market_value = "800"
valued = 2026-11-01
custodian = "Example Trust Bank"
encumbered = "0"
early_termination = false
tokenised = false
separate = true
"""
DOCUMENT = b"a trustee's certificate"
DOCUMENTS = """
[[documents]]
name = "trustee's certificate"
file = "trustee.pdf"
issued_by = "Example Trust Bank"
dated = 2026-11-01
covers = ["supply", "reserves"]
"""


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    with node() as url:
        told = Story(tmp_path, url)
        begin(told)
        yield told


def declare(story: Story, minted: int = 6300, bonds: str = "650") -> None:
    (story.directory / "trustee.pdf").write_bytes(DOCUMENT)
    path = story.directory / "declarations.toml"
    path.write_text(DOCUMENTS + COIN.format(minted=minted, bonds=bonds))
    publish(story, more=["--declarations", path])
    covers = ", ".join(f'"{topic}"' for topic in Topic)
    story.more = f'\n[[law.document]]\ndigest = "{digest_of(DOCUMENT)}"\ncovers = [{covers}]\n'


def found(run: Run) -> dict[str, Finding]:
    assert run.verdict is not None, run.talk
    rows = {finding.rule: finding for finding in run.verdict.findings if finding.rule}
    return {rule.removeprefix("jp-stablecoin/"): finding for rule, finding in rows.items()}


BOOK = ["--rulebook", "jp-stablecoin"]


def test_supply_and_backing_are_judged_on_what_the_node_says(story: Story) -> None:
    declare(story)
    with second_origin(story.url) as other:
        seen = found(story.verify(story.url, other.url, sources=2, options=BOOK))
    assert (str(seen["SC-00"].outcome), seen["SC-00"].grade) == ("PASS", Grade.QUORUM_VALUE)
    assert (seen["SC-00"].facts["on_chain"], seen["SC-00"].facts["circulation"]) == ("6300", "1300")
    # 650 of 1,300 issued is exactly half; of the 1,450 in reserve it is less.
    assert (str(seen["SC-01"].outcome), seen["SC-01"].facts["percent"]) == ("PASS", "111.538")
    assert (str(seen["SC-JP-01"].outcome), seen["SC-JP-01"].facts["reserves_percent"]) == ("PASS", "44.827")
    assert str(seen["SC-JP-02"].outcome) == "PASS"


def test_one_yen_more_of_bonds_refutes(story: Story) -> None:
    declare(story, bonds="651")
    run = story.verify(story.url, options=BOOK)
    assert run.status == 1
    assert str(found(run)["SC-JP-01"].outcome) == "FAIL"


def test_coins_minted_beside_the_declared_ones_refute(story: Story) -> None:
    declare(story, minted=6299)
    run = story.verify(story.url, options=BOOK)
    assert run.status == 1
    assert found(run)["SC-00"].facts["differ"] == f"{CHAIN}/erc20:{story.token}: 6300 on chain, 6299 declared"


def test_a_replayed_run_gives_the_same_findings_and_no_answer_none(story: Story, tmp_path: Path) -> None:
    declare(story)
    answers = tmp_path / "answers.json"
    live = found(story.verify(story.url, options=[*BOOK, "--record", answers]))
    policy = story.policy(recording=str(digest_of(answers.read_bytes())))
    known = ["--policy", policy, "--ledger", story.snapshot / "records.csv", "--now", "2026-11-01T12:00:00Z", *BOOK]
    assert found(por("verify", story.bundle, *known, "--replay", answers)) == live
    without = found(por("verify", story.bundle, *known))
    assert str(without["SC-00"].outcome) == "INCONCLUSIVE"
    assert story.token in without["SC-00"].facts["unread"]
