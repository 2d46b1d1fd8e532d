"""Say an English text in another language: gettext catalogues, keyed by the text and by what it is for.

English is the source, and costs nothing: Babel is imported when another language is asked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from por.errors import FormatError

LANGUAGES = ("en", "ja")
LOCALE = Path(__file__).parent / "locale"


@dataclass(frozen=True, slots=True)
class Translator:
    """Say texts in one language; what its catalogue lacks, or has for an English text since changed, stays English.

    `known` maps context (the text's key, or nothing) and English text to the translation.
    """

    language: str
    known: Mapping[tuple[str, str], str] = field(repr=False)

    def __call__(self, text: str) -> str:
        """Translate a text that has no key."""
        return self.known.get(("", text), text)

    def pgettext(self, key: str, text: str) -> str:
        """Translate the text of a key."""
        return self.known.get((key, text), text)


IN_ENGLISH = Translator("en", {})


@cache
def translator(language: str) -> Translator:
    """Return what says texts in a language. Raises: FormatError naming the languages there are."""
    if language not in LANGUAGES:
        raise FormatError(f"no language is called {language!r}; there are {', '.join(LANGUAGES)}")
    return IN_ENGLISH if language == "en" else Translator(language, _read(catalogue_path(language)))


def catalogue_path(language: str) -> Path:
    """Name the file that holds a language's translations."""
    return LOCALE / language / "LC_MESSAGES" / "por.po"


def _read(path: Path) -> Mapping[tuple[str, str], str]:
    # Whoever reads English does without the library.
    from babel.messages.pofile import read_po  # noqa: PLC0415

    with path.open("rb") as file:
        catalogue = read_po(file, abort_invalid=True)
    return {
        (message.context or "", message.id): message.string
        for message in catalogue
        if isinstance(message.id, str) and isinstance(message.string, str)
        if message.id and message.string and not message.fuzzy
    }
