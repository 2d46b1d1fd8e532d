"""Whole verifications agree: every finding, the first sentence and every message, in both languages."""

from __future__ import annotations

import pytest

from por.encoding import inclusion_proof_v1
from tests.checks.scenery import proof_of
from tests.web.engines import Engine
from tests.web.scenes import Scene, outcome_in_page, outcome_in_python, scenes, tampered

SCENES = scenes()
_ANSWERS: dict[Engine, dict[str, dict[str, object]]] = {}


def answers(engine: Engine) -> dict[str, dict[str, object]]:
    if engine not in _ANSWERS:
        found = engine([one.job() for one in SCENES.values()])
        _ANSWERS[engine] = dict(zip(SCENES, map(outcome_in_page, found), strict=True))
    return _ANSWERS[engine]


@pytest.mark.parametrize("name", SCENES)
def test_the_page_finds_what_python_finds(name: str, engine: Engine) -> None:
    assert answers(engine)[name] == outcome_in_python(SCENES[name])


def test_scenes_are_of_every_outcome_and_mostly_not_good() -> None:
    outcomes = [outcome_in_python(one).get("outcome", "refused") for one in SCENES.values()]
    assert {*outcomes} == {"PASS", "FAIL", "INCONCLUSIVE", "refused"}
    assert 3 * sum(outcome != "PASS" for outcome in outcomes) >= 2 * len(outcomes)


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_t16_t20_t86_a_proof_spoiled_at_any_place_is_judged_alike(who: str, engine: Engine) -> None:
    document = inclusion_proof_v1.write(proof_of(who))
    named = {name: Scene((spoiled,), account=who, expected=()) for name, spoiled in tampered(document)}
    found = engine([one.job() for one in named.values()])
    passed = 0
    for (name, one), answer in zip(named.items(), found, strict=True):
        assert outcome_in_page(answer) == outcome_in_python(one), name
        passed += answer.get("ok", {}).get("outcome") == "PASS"
    assert passed == 0
    assert len(named) > 500
