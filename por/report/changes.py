"""Say what differs between two documents, as text or as JSON."""

import json
from collections.abc import Sequence
from itertools import groupby

from por.model import printable
from por.model.changes import Change
from por.report.facts import said
from por.report.language import IN_ENGLISH, Translator

CHANGES = {
    "change.none": "Nothing differs.",
    "change.count": "{count} differences; nothing in either was verified.",
    "change.bundle": "The bundle:",
    "change.commitment": "Totals committed to:",
    "change.scheme": "How they are committed to:",
    "change.block": "Snapshot blocks:",
    "change.account": "Reserve accounts (role, custody):",
    "change.control": "Control proofs:",
    "change.holding": "Claimed holdings:",
    "change.encumbrance": "What stands on holdings, as the issuer says:",
    "change.declared": "What the issuer declares:",
    "change.verdict": "The verdict:",
    "change.finding": "Findings:",
    "change.added": "+ {subject}: {after}",
    "change.removed": "- {subject}: was {before}",
    "change.changed": "~ {subject}: {after}, was {before}",
}


def render_changes(changes: Sequence[Change], say: Translator = IN_ENGLISH) -> str:
    """Write what differs as plain text, by what it is of."""
    if not changes:
        return _told("none", say) + "\n"
    lines = [_told("count", say, count=str(len(changes)))]
    for what, group in groupby(changes, key=lambda change: change.what):
        lines += ["", _told(what, say)]
        for change in group:
            before, after = (said("actual", text or "", say) for text in (change.before, change.after))
            places = {"subject": change.subject, "before": before, "after": after}
            lines.append("  " + _told(change.kind, say, **places))
    return "\n".join(lines) + "\n"


def changes_json(changes: Sequence[Change]) -> str:
    """Write what differs as indented JSON."""
    rows = [
        {"what": row.what, "subject": row.subject, "kind": row.kind, "before": row.before, "after": row.after}
        for row in changes
    ]
    return json.dumps(rows, indent=2, ensure_ascii=False) + "\n"


def _told(name: str, say: Translator, **places: str) -> str:
    return printable(say.pgettext(f"change.{name}", CHANGES[f"change.{name}"]).format_map(places))
