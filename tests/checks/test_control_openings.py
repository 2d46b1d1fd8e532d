"""Control proofs that a bundle commits to as a set, and opens, or leaves to be opened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from por.checks.control import control as ask
from por.checks.examination import Beside, examine
from por.checks.observation import Missing
from por.encoding import control_opening_v1, control_signature_v1, media_types
from por.errors import FormatError
from por.issuer.control_set import control_openings
from por.model import (
    Bundle,
    ControlOpening,
    Finding,
)
from tests.checks import scenery
from tests.checks.scenery import (
    Files,
    account,
    bundle,
    files,
    listed,
    signature,
    told,
    with_account,
)

COLD = str(account("cold"))


def committed(made: Bundle, have: Files, withheld: Sequence[str] = ()) -> tuple[Bundle, dict[str, bytes]]:
    """Commit to all control proofs of a bundle; return it with its openings but for `withheld`, and all openings."""
    proofs = {str(row.account): have.data[row.control] for row in made.reserves if row.control is not None}
    chosen, openings = control_openings(proofs, {name: sha256(name.encode()).digest() for name in proofs})
    names = {str(account(name)) for name in withheld}
    rows = tuple(
        replace(row, control=have.add(openings[str(row.account)], media_types.CONTROL_OPENING))
        if str(row.account) in openings and str(row.account) not in names
        else replace(row, control=None)
        for row in made.reserves
    )
    return listed(replace(made, reserves=rows, control_set=chosen), have), openings


def outcomes(tmp_path: Path, made: Bundle, have: Files, *openings: bytes) -> dict[str, Finding]:
    opened = scenery.open_in(tmp_path / "bundle", made, have)
    seen = examine(
        opened,
        scenery.policy(),
        scenery.sources(),
        Missing("no record list"),
        scenery.AN_HOUR_LATER,
        scenery.quiet,
        beside=Beside(openings=openings),
    )
    return {f.subject: f for f in ask(seen)}


def test_a_bundle_that_opens_all_of_its_set_passes(tmp_path: Path) -> None:
    have = files()
    found = outcomes(tmp_path, committed(bundle(), have)[0], have)
    assert told(found.values()) == [("PASS", "reserves.control.signed")] * 4
    assert sorted(f.facts["leaf"] for f in found.values()) == ["1 of 4", "2 of 4", "3 of 4", "4 of 4"]


def test_t49_what_is_withheld_is_undecided_until_it_is_opened(tmp_path: Path) -> None:
    have = files()
    made, openings = committed(bundle(), have, withheld=["cold", "hot"])
    found = outcomes(tmp_path / "a", made, have)
    assert {f.subject for f in found.values() if f.outcome != "PASS"} == {COLD, str(account("hot"))}
    assert found[COLD].message == "evidence.missing"
    assert "4 control proofs" in found[COLD].facts["reason"]
    found = outcomes(tmp_path / "b", made, have, openings[COLD])
    assert found[COLD].outcome == "PASS"
    assert found[str(account("hot"))].outcome == "INCONCLUSIVE"


def test_t49_nothing_of_a_set_need_be_published(tmp_path: Path) -> None:
    have = files()
    made, openings = committed(bundle(), have, withheld=list(scenery.ACCOUNTS))
    assert {f.outcome for f in outcomes(tmp_path / "a", made, have).values()} == {"INCONCLUSIVE"}
    assert {f.outcome for f in outcomes(tmp_path / "b", made, have, *openings.values()).values()} == {"PASS"}


def test_an_opening_brought_for_what_the_bundle_has_itself_changes_nothing(tmp_path: Path) -> None:
    have = files()
    made, openings = committed(bundle(), have)
    assert (
        told(outcomes(tmp_path, made, have, *openings.values()).values()) == [("PASS", "reserves.control.signed")] * 4
    )


def changed_opening(**changes: object) -> Callable[[ControlOpening], ControlOpening]:
    return lambda opening: replace(opening, **changes)  # type: ignore[arg-type]


FORGED: dict[str, tuple[Callable[[ControlOpening], ControlOpening], str]] = {
    "another salt": (changed_opening(salt=bytes(32)), "reserves.control.other_set"),
    "another record": (changed_opening(record=b"{}"), "reserves.control.other_set"),
    "the record of a proof made afterwards": (
        changed_opening(record=control_signature_v1.write(signature("cold", "hot"))),
        "reserves.control.other_set",
    ),
    "other siblings": (
        lambda opening: replace(opening, path=tuple(bytes(32) for _ in opening.path)),
        "reserves.control.other_set",
    ),
    "siblings in another order": (
        lambda opening: replace(opening, path=opening.path[::-1]),
        "reserves.control.other_set",
    ),
    "the other side": (lambda opening: replace(opening, index=opening.index ^ 1), "reserves.control.other_set"),
    "a shortened path": (lambda opening: replace(opening, path=opening.path[1:]), "evidence.broken"),
    "a lengthened path": (lambda opening: replace(opening, path=(*opening.path, bytes(32))), "evidence.broken"),
    "no path": (changed_opening(path=()), "evidence.broken"),
    "a place beyond the set": (changed_opening(index=4), "evidence.broken"),
}


@pytest.mark.parametrize("what", FORGED)
@pytest.mark.parametrize("published", [True, False])
def test_t09_t13_t17_an_opening_of_anything_else_fails(tmp_path: Path, what: str, published: bool) -> None:
    forge, expected = FORGED[what]
    have = files()
    made, openings = committed(bundle(), have, withheld=["cold"])
    forged = control_opening_v1.write(forge(control_opening_v1.read(openings[COLD])))
    if published:
        made = listed(with_account("cold", made, control=have.add(forged, media_types.CONTROL_OPENING)), have)
        found = outcomes(tmp_path, made, have)[COLD]
    elif what == "another record":
        with pytest.raises(FormatError, match="opening number 1"):
            outcomes(tmp_path, made, have, forged)
        return
    else:
        found = outcomes(tmp_path, made, have, forged)[COLD]
    assert (str(found.outcome), found.message) == ("FAIL", expected)


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8])
def test_t13_another_count_in_the_bundle_takes_no_opening_of_another_shape(tmp_path: Path, count: int) -> None:
    have = files()
    made, _ = committed(bundle(), have)
    assert made.control_set is not None
    made = replace(made, control_set=replace(made.control_set, count=count))
    found = outcomes(tmp_path, made, have)
    same = {3: 2}.get(count, 0)  # two of three leaves have the siblings that they have among four
    assert sum(f.outcome == "PASS" for f in found.values()) == same


def test_t43_the_opening_of_an_earlier_set_fails(tmp_path: Path) -> None:
    have = files()
    _, earlier = committed(bundle(reserves=bundle().reserves[:2]), have)
    made, _ = committed(bundle(), have)
    proof = have.add(earlier[COLD], media_types.CONTROL_OPENING)
    found = outcomes(tmp_path, listed(with_account("cold", made, control=proof), have), have)[COLD]
    assert found.outcome == "FAIL"


def test_t45_the_opening_of_one_account_does_not_serve_another(tmp_path: Path) -> None:
    have = files()
    made, openings = committed(bundle(), have)
    proof = have.add(openings[str(account("hot"))], media_types.CONTROL_OPENING)
    found = outcomes(tmp_path, listed(with_account("cold", made, control=proof), have), have)[COLD]
    assert (found.outcome, found.message) == ("FAIL", "evidence.broken")
    assert "another account" in found.facts["reason"]


def test_an_opened_proof_is_judged_as_any_other(tmp_path: Path) -> None:
    have = files()
    forged = have.control(signature("cold", "stranger"))
    made, _ = committed(with_account("cold", control=forged), have)
    found = outcomes(tmp_path, made, have)[COLD]
    assert (found.outcome, found.message) == ("FAIL", "reserves.control.other_signer")
    assert found.facts["leaf"].endswith("of 4")


def test_a_bare_signature_beside_a_set_is_no_opening_of_it(tmp_path: Path) -> None:
    have = files()
    made, _ = committed(bundle(), have)
    made = listed(with_account("cold", made, control=have.control(signature("cold"))), have)
    found = outcomes(tmp_path, made, have)[COLD]
    assert (found.outcome, found.message) == ("FAIL", "evidence.broken")


def test_an_opening_without_a_set_fails(tmp_path: Path) -> None:
    have = files()
    made, _ = committed(bundle(), have)
    found = outcomes(tmp_path, replace(made, control_set=None), have)
    assert {(f.outcome, f.message) for f in found.values()} == {("FAIL", "evidence.broken")}


@pytest.mark.parametrize("document", [b"{}", b"[]", b"no", b"\xff", control_signature_v1.write(signature("cold"))])
def test_an_opening_that_cannot_be_read_breaks_or_stops(tmp_path: Path, document: bytes) -> None:
    have = files()
    made, _ = committed(bundle(), have, withheld=["cold"])
    with pytest.raises(FormatError, match="--opening number 1"):
        outcomes(tmp_path / "a", made, have, document)
    proof = have.add(document, media_types.CONTROL_OPENING)
    found = outcomes(tmp_path / "b", listed(with_account("cold", made, control=proof), have), have)[COLD]
    assert (found.outcome, found.message) == ("FAIL", "evidence.broken")


def test_an_opening_that_has_no_place_here_stops(tmp_path: Path) -> None:
    have = files()
    made, openings = committed(bundle(), have)
    with pytest.raises(FormatError, match="commits to no set"):
        outcomes(tmp_path / "a", bundle(), files(), openings[COLD])
    stranger = replace(made, reserves=made.reserves[1:])
    with pytest.raises(FormatError, match="does not list"):
        outcomes(tmp_path / "b", listed(stranger, have), have, openings[COLD])
    again = control_opening_v1.write(replace(control_opening_v1.read(openings[COLD]), salt=bytes(32)))
    with pytest.raises(FormatError, match="number 2: a second opening"):
        outcomes(tmp_path / "c", made, have, openings[COLD], again)
