"""What the pages of light clients and stake show is what the code writes, and the code cites their steps."""

from __future__ import annotations

import re

import pytest

from por.encoding import light_client_v1, validators_v1
from por.encoding.light_client_v1 import SignedBlock
from por.proofs.beacon.forks import EXECUTION_PAYLOAD, places_at
from por.proofs.beacon.light_client import follow
from por.proofs.beacon.validators import proven_validators, stake
from tests import pages
from tests.proofs.beacon import worlds
from tests.proofs.beacon.worlds import BEACON, bootstrap, record, staking, withdrawal

START = 8192 + 320
WORLD = staking({3: record(b"\x11" * 20)}, {3: 32_000_000_123}, [withdrawal(9, 3, b"\x11" * 20, 123)])


def test_the_block_is_followed_from_the_pages_checkpoint() -> None:
    text = pages.blocks("light-client.md")["json light-client block"].strip().encode()
    document = light_client_v1.read(text)
    assert isinstance(document, SignedBlock)
    assert light_client_v1.write(document) == text
    first = bootstrap(START)
    checkpoint = worlds.root(first.header)
    assert f"`0x{checkpoint.hex()}`" in pages.text("light-client.md")
    assert follow(BEACON, checkpoint, [first, document]).finalized


def test_the_validator_holds_what_the_page_says() -> None:
    text = pages.blocks("staked.md")["json validators"].strip().encode()
    document = validators_v1.read(text)
    assert validators_v1.write(document) == text
    assert f"`0x{WORLD.header.hash.hex()}`" in pages.text("staked.md")
    assert stake(proven_validators(BEACON, WORLD.header, [document]), "0x" + "11" * 20) == 32 * 10**18


def test_the_tables_name_every_member_and_place() -> None:
    bundle = pages.text("light-client.md")
    for name in ("header", "committee", "branch", "signed", "finality", "execution", "participants", "signature"):
        assert f"`{name}`" in bundle
    for slot, column in ((0, 2), (512 * 32, 3)):
        places = places_at(BEACON, slot)
        assert places is not None
        rows = re.findall(r"^\| (?:the .+?) \| (?:state|body) \| (\d+) \| (\d+) \|$", bundle, re.MULTILINE)
        shown = [int(row[column - 2]) for row in rows]
        assert shown == [places.current_committee, places.next_committee, places.finalized_root, EXECUTION_PAYLOAD]
    for name in ("withdrawals", "validators", "record", "recordBranch", "balances", "balancesBranch"):
        assert f"`{name}`" in pages.text("staked.md")


@pytest.mark.parametrize("page", ["light-client.md", "staked.md"])
def test_a_page_has_its_parts_and_the_code_cites_its_steps(page: str) -> None:
    text = pages.text(page)
    for part in ("## Example", "## Conventions", "## Verification", "## What this does not show"):
        assert f"\n{part}\n" in text
    named = set(re.findall(r"`(por/proofs/[a-z_/]+\.py)`", text))
    assert named
    for path in named:
        assert f"por/spec/{page}" in (pages.SPEC.parent.parent / path).read_text(encoding="utf-8")
