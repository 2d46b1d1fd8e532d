"""Hold what differs between two documents."""

from dataclasses import dataclass


@dataclass(frozen=True, order=True, slots=True)
class Change:
    """Hold one difference: of what, of which one, and what it was and is; None where it was or is not there."""

    what: str
    subject: str
    before: str | None
    after: str | None

    @property
    def kind(self) -> str:
        """Say in a word what happened: added, removed or changed."""
        if self.before is None:
            return "added"
        return "removed" if self.after is None else "changed"
