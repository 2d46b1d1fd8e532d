"""Hold what the arithmetic of a rule answers, before the engine grades it and makes it a finding."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from por.model import Grade, Outcome
from por.model.declarations import Topic


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer one rule about one subject: an asset class, a series, a name; empty for the entity as a whole.

    `topics` are the declared inputs that the answer rests on, `grade` the weakest evidence of all other inputs, None
    where it rests on declarations alone. `applies` is false where the rule does not concern this issuer; the outcome
    then decides nothing. `expected` and `actual` are exact text. `recomputed` says that the verifier computed it from
    the bundle itself: where nothing then has a grade, the answer has none, and is nobody's word.
    """

    outcome: Outcome
    message: str
    subject: str = ""
    expected: str | None = None
    actual: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    topics: tuple[Topic, ...] = ()
    grade: Grade | None = None
    applies: bool = True
    recomputed: bool = False


INPUT_MISSING = "rulebook.answer.input_missing"


def absent(topic: Topic, what: str, subject: str = "") -> Answer:
    """Answer that an input is missing, and name it; there is no evidence then that could be graded."""
    return Answer(
        Outcome.INCONCLUSIVE,
        INPUT_MISSING,
        subject,
        facts={"input": str(topic), "what": what},
        topics=(topic,),
    )


def not_concerned(why: str, *topics: Topic) -> Answer:
    """Answer that the rule does not concern this issuer, and why; declared `topics` are what says so."""
    return Answer(
        Outcome.INCONCLUSIVE, "rulebook.answer.not_applicable", facts={"why": why}, topics=topics, applies=False
    )
