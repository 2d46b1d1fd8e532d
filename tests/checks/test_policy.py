"""A policy that can be used, or a refusal that says why; the shipped tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from por.checks.catalogue import CATALOGUE
from por.checks.policy import load_policy, require_usable, shipped_tables
from por.checks.policy_text import starting_policy
from por.checks.requirements import NEVER_WAIVED
from por.checks.rules.catalogue import RULE_CATALOGUE
from por.errors import FormatError, PolicyError
from por.model import Waiver
from tests.checks.scenery import ETH, ISSUER, KEY, USDC, policy


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "policy.toml"
    path.write_text(text)
    return path


START = starting_policy(ISSUER, [KEY], "auditor", ["eip155:1=2"])
OF_RULES = {entry.id for entry in RULE_CATALOGUE}


def test_the_policy_to_start_from_can_be_used(tmp_path: Path) -> None:
    rules = load_policy(written(tmp_path, START))
    assert (rules.issuer, rules.keys, rules.profile) == (ISSUER, (KEY,), "auditor")
    assert rules.classes == shipped_tables().classes


def test_the_shipped_tables_know_the_large_assets_once() -> None:
    decimals = {m.asset: m.decimals for group in shipped_tables().classes for m in group.members}
    assert (decimals[ETH], decimals[USDC]) == (18, 6)
    members = [m.asset for group in shipped_tables().classes for m in group.members]
    assert len(set(members)) == len(members)
    assert shipped_tables() is shipped_tables()


@pytest.mark.parametrize("check", NEVER_WAIVED)
@pytest.mark.parametrize("profile", ["auditor", "job"])
def test_t68_what_must_stand_cannot_be_waived(tmp_path: Path, check: str, profile: str) -> None:
    text = START.replace('"auditor"', f'"{profile}"') + f'[[waive]]\ncheck = "{check}"\nreason = "we trust them"\n'
    with pytest.raises(PolicyError, match=f"{check} cannot be waived"):
        load_policy(written(tmp_path, text))


@pytest.mark.parametrize("check", sorted({entry.id for entry in CATALOGUE} - set(NEVER_WAIVED) - OF_RULES))
def test_anything_else_is_waived_by_name_and_reason(tmp_path: Path, check: str) -> None:
    rules = load_policy(written(tmp_path, START + f'[[waive]]\ncheck = "{check}"\nreason = "because"\n'))
    assert rules.waivers == (Waiver(check, "because"),)


@pytest.mark.parametrize("check", sorted(OF_RULES))
def test_t68_a_check_of_many_rules_is_not_waived_for_all_of_them(tmp_path: Path, check: str) -> None:
    with pytest.raises(PolicyError, match=f"{check} is the check of many rules"):
        load_policy(written(tmp_path, START + f'[[waive]]\ncheck = "{check}"\nreason = "because"\n'))


@pytest.mark.parametrize("name", sorted(OF_RULES))
def test_t68_what_only_a_rulebook_judges_is_not_required_in_vain(tmp_path: Path, name: str) -> None:
    """Nothing would run it, and the verdict would not say so."""
    with pytest.raises(PolicyError, match=f"requires {name}, which is judged as a rulebook has it"):
        load_policy(written(tmp_path, START.replace("version = 1", f'version = 1\nrequire = ["{name}"]', 1)))


def test_a_rule_may_be_waived_by_its_name(tmp_path: Path) -> None:
    text = START + '[[waive]]\ncheck = "jp-exchange/JP-REC-01"\nreason = "because"\n'
    assert load_policy(written(tmp_path, text)).waivers == (Waiver("jp-exchange/JP-REC-01", "because"),)


def test_a_waiver_changes_the_policys_digest(tmp_path: Path) -> None:
    plain = load_policy(written(tmp_path, START))
    one = load_policy(written(tmp_path, START + '[[waive]]\ncheck = "snapshot.fresh"\nreason = "a"\n'))
    other = load_policy(written(tmp_path, START + '[[waive]]\ncheck = "snapshot.fresh"\nreason = "b"\n'))
    assert len({plain.digest, one.digest, other.digest}) == 3


@pytest.mark.parametrize("entry", ["require", "waive"])
@pytest.mark.parametrize("name", ["reserves.balanced", "solvency.net", "reserves.contro"])
def test_an_unknown_check_is_refused_not_ignored(tmp_path: Path, entry: str, name: str) -> None:
    text = START.replace("[issuer]", f'require = ["{name}"]\n\n[issuer]', 1)
    if entry == "waive":
        text = START + f'[[waive]]\ncheck = "{name}"\nreason = "r"\n'
    with pytest.raises(PolicyError, match="no check"):
        load_policy(written(tmp_path, text))


def test_a_check_is_not_waived_for_all_of_its_kind(tmp_path: Path) -> None:
    for name in ("reserves", "*", "reserves.*", ""):
        with pytest.raises((FormatError, PolicyError)):
            load_policy(written(tmp_path, START + f'[[waive]]\ncheck = "{name}"\nreason = "r"\n'))


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_waiver_without_reason_is_refused(tmp_path: Path, reason: str) -> None:
    with pytest.raises(FormatError, match="reason"):
        load_policy(written(tmp_path, START + f'[[waive]]\ncheck = "snapshot.fresh"\nreason = "{reason}"\n'))


@pytest.mark.parametrize(
    "key",
    [
        "",
        "exchange.example",
        KEY[:-4],
        KEY.replace("exchange", "Exchange"),
        KEY + "A",
        "exchange.example+00000000+AQ==",
    ],
)
def test_t39_a_malformed_key_is_refused_while_the_policy_is_read(key: str) -> None:
    with pytest.raises(PolicyError, match=r"issuer\.keys"):
        require_usable(policy(keys=(KEY, key)))


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("version = 1", "version = 2", "/version"),
        ('profile = "auditor"', 'profile = "customer"', "/profile"),
        ('profile = "auditor"', 'profile = "anyone"', "/profile"),
        ("max_age_seconds = 3024000", "max_age_seconds = -1", "/snapshot/max_age_seconds"),
        ("max_age_seconds = 3024000", "max_age = 1", "/snapshot"),
        ('ratio = "1"', 'ratio = "0"', "/coverage/ratio"),
        ('ratio = "1"', "ratio = 1.0", "/coverage/ratio"),
        ('ratio = "1"', 'ratio = "nan"', "/coverage/ratio"),
        ("sources = 2", "sources = 0", "/chain/0/sources"),
        ("version = 1", "version = 1\ntrust_everything = true", "trust_everything"),
        ("bundles = []", 'bundles = ["sha256:00"]', "/issuer/bundles/0"),
    ],
)
def test_t67_t70_t92_a_policy_of_another_form_is_refused_with_the_place(
    tmp_path: Path, old: str, new: str, place: str
) -> None:
    assert old in START
    with pytest.raises(FormatError) as caught:
        load_policy(written(tmp_path, START.replace(old, new, 1)))
    assert place in str(caught.value)
    assert "policy.toml:" in str(caught.value)


def test_a_policy_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"gone\.toml: cannot be read"):
        load_policy(tmp_path / "gone.toml")


def test_t84_a_policy_beyond_its_size_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="at most"):
        load_policy(written(tmp_path, START + "#" * 2**20))
