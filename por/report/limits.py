"""State what a PASS does not show; every rendering of a verdict carries this list."""

LIMITS = (
    "that other customers are in the list, unless they look: whoever never looks is never counted",
    "liabilities that are in no tree: loans, money in banks, side letters",
    "that coins were not borrowed or pledged with their owner's consent",
    "that everybody was shown the same list, unless publication.unequivocal passed",
    "that the coins are still there: later loss, freeze or seizure",
    "that no thief holds a copy of the keys and has not moved yet",
    "ownership in law, or any opinion on the issuer; this is a set of procedures and what they found",
)
