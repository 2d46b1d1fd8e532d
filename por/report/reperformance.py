"""Say how a verdict is made again from an evidence pack: one command, and what it must give."""

import shlex
from collections.abc import Sequence

from por.model import Verdict
from por.report.language import Translator
from por.report.words import word

AGAIN = "again.json"


def reperform_text(verdict: Verdict, command: Sequence[str], say: Translator) -> str:
    """Write the text that goes with a pack; `command` are the arguments of `por`, their paths below the pack."""
    line = shlex.join(["por", *command, "--output", AGAIN])
    asked = "pack.replayed" if "--replay" in command else "pack.no_sources"
    parts = [
        f"# {word('pack.title', say)}",
        word("pack.command", say),
        f"    {line}",
        word("pack.compare", say, exit=verdict.exit_code),
        f"    cmp verdict.json {AGAIN}",
        word(asked, say),
        word("pack.digests", say),
        *([word("pack.ledger", say)] if "--ledger" in command else []),
        word("pack.no_opinion", say),
    ]
    return "\n\n".join(parts) + "\n"
