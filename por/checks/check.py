"""Say what a check is: its id for ever, its question, and what each answer means."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """Describe one check: what PASS, FAIL and INCONCLUSIVE mean for it, and what it does not show."""

    id: str
    question: str
    evidence: str
    passes: str
    fails: str
    inconclusive: str
    limits: str
    needs_chain: bool = False
