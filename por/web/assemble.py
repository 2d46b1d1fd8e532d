"""Make `verify.html` out of what lies in `page/`: one file, the same bytes every time (`por/spec/page.md`).

Modules become functions in one script, in the order below; their texts and tables come from Python's own.
"""

import base64
import html
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from por.checks.policy import shipped_tables
from por.checks.registry_view import COMMITTED_ADDRESS, UNSEEN_CREATION
from por.encoding import bundle_v1
from por.encoding.canonical import dumps
from por.encoding.media_types import DECLARATIONS, DOCUMENT, EVIDENCE
from por.errors import FormatError
from por.issuer.assets import AssetTable
from por.model import Custody, EncumbranceKind, Role
from por.report.limits import LIMITS
from por.report.page_words import PAGE
from por.report.texts import exported
from por.web.format_tables import format_tables

SOURCES = Path(__file__).parent / "page"

MODULES = (
    "bytes",
    "text",
    "strict",
    "identifiers",
    "reader",
    "scheme",
    "proof",
    "bundle",
    "note",
    "findings",
    "formats/figures",
    "formats/tree",
    "formats/fields",
    "formats/path_file",
    "formats/sibling_lists",
    "formats/records",
    "formats/whole_lists",
    "formats/left",
    "formats/published",
    "formats/judgement",
    "fresh",
    "keccak",
    "registry",
    "inclusion",
    "receipt",
    "compare",
    "say",
    "formats/sentence",
    "published",
    "files",
    "judge",
    "picture",
    "result",
    "page",
)

CHECKS = (
    "liabilities.inclusion.",
    "liabilities.scheme.known",
    "liabilities.scheme.unknown",
    "liabilities.scheme.not_bound",
    "liabilities.scheme.own_decimals",
    "liabilities.scheme.decimals",
    "liabilities.nonnegative.along_path",
    "publication.identified.signed",
    "publication.identified.pinned",
    "publication.identified.root_",
    "publication.identified.other_note",
    "publication.identified.other_issuer",
    "publication.identified.other_bundle",
    "publication.identified.other_root",
    "publication.identified.other_instant",
    "publication.unequivocal.only",
    "publication.unequivocal.correction",
    "publication.unequivocal.superseded",
    "publication.unequivocal.two_bundles",
    "publication.unequivocal.not_anchored",
    "publication.unequivocal.others_unread",
    "publication.bound.unverified",
    "snapshot.fresh.",
    "evidence.",
    "published.",
)
WORDS = (
    "page.",
    "limit.",
    "sentence.customer.",
    "sentence.published.",
    "phrase.and",
    "phrase.debt",
    "phrase.holding",
    "phrase.not_decided",
    "phrase.not_whole",
    "phrase.nothing_decided",
    "phrase.nothing_required",
    "phrase.pin.",
    "phrase.published.",
    "phrase.undecided",
    "phrase.your_",
    "label.VERIFIED",
    "label.REFUTED",
    "label.INCONCLUSIVE",
    "label.outcome.",
    "label.limits",
    "label.information",
    "fact.and_more",
    "fact.comma",
    "fact.commitments_root",
    "fact.creation",
    "fact.days",
    "fact.decimals",
    "fact.either_decimals",
    "fact.hours",
    "fact.minutes",
    "fact.nothing",
    "fact.seconds",
    "fact.semicolon",
    "fact.sources",
    "fact.unknown_decimals",
    "fact.your_record",
    "variant.",
)

CARD = ("digest_bits", "name", "title", "sums", "leaf", "identity")

_IMPORT = re.compile(r'^import \{\s*([^}]+?),?\s*\} from "(\.[a-z_./]+)\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const) ([A-Za-z0-9_$]+))", re.MULTILINE)
_PLACE = re.compile(r"\{\{([a-z_.]+)(?:\|([a-z]+))?\}\}")


def page() -> bytes:
    """Return the page whole."""
    code, style = script(MODULES), (SOURCES / "page.css").read_text("utf-8")
    texts = exported()
    given = {"policy": policy(code, style), "style": style, "script": code}

    def place(match: re.Match[str]) -> str:
        name, language = match.groups()
        if name in given:
            return given[name]
        return html.escape(texts[name][language or "en"])

    return _PLACE.sub(place, (SOURCES / "page.html").read_text("utf-8")).encode()


def policy(code: str, style: str) -> str:
    """Write the Content-Security-Policy: this script, this style, and nothing from or to anywhere."""
    return (
        f"default-src 'none'; script-src '{_source(code)}'; style-src '{_source(style)}'; connect-src 'none'; "
        "base-uri 'none'; form-action 'none'"
    )


def script(modules: Iterable[str], extra: Mapping[str, str] | None = None, end: str = "$page.start();") -> str:
    """Join modules into one script that ends in `end`; `extra` are more of them, by name, with their source.

    Raises: FormatError for an import that no earlier module exports.
    """
    exports: dict[str, list[str]] = {"data": list(tables())}
    parts = [
        _DATA.format(rows="\n".join(f"const {name} = {text};" for name, text in _written()), names=_names(exports))
    ]
    more = extra or {}
    for name in (*modules, *more):
        source = more.get(name) or (SOURCES / f"{name}.js").read_text("utf-8")
        parts.append(_function(name, source, exports))
    return '"use strict";\n(() => {\n' + "".join(parts) + f"{end}\n}})();\n"


_DATA = "const $data = (() => {{\n{rows}\nreturn {{ {names} }};\n}})();\n"


def _names(exports: Mapping[str, Iterable[str]]) -> str:
    return ", ".join(exports["data"])


def _function(name: str, source: str, exports: dict[str, list[str]]) -> str:
    """Make a function of a module, which returns what the module exports."""
    taken = []
    for names, path in _IMPORT.findall(source):
        other = os.path.normpath(Path(name).parent / f"{path}.js").removesuffix(".js")
        known = exports.get(other, [])
        wanted = [each.strip() for each in names.split(",") if each.strip()]
        missing = [each for each in wanted if each not in known]
        if missing:
            raise FormatError(f"{other} exports no {missing[0]}, or stands after it", f"{name}.js")
        taken.append(f"const {{ {', '.join(wanted)} }} = ${_identifier(other)};\n")
    body = _IMPORT.sub("", source)
    exports[name] = _EXPORT.findall(body)
    body = _EXPORT.sub("", body)
    if re.search(r"^(?:import|export)\b", body, re.MULTILINE):
        raise FormatError("an import or export of another form than the assembler knows", f"{name}.js")
    returned = f"return {{ {', '.join(exports[name])} }};\n"
    return f"const ${_identifier(name)} = (() => {{\n{''.join(taken)}{body}{returned}}})();\n"


def _identifier(name: str) -> str:
    return name.replace("/", "_")


def _source(text: str) -> str:
    return f"sha256-{base64.b64encode(sha256(text.encode()).digest()).decode()}"


def tables() -> Mapping[str, object]:
    """Return the texts and tables that the page is given, by the name of the constant that holds each."""
    texts = exported()
    formats = _formats()
    titles = {f"format.{row['card']['name']}.title" for row in formats}
    wanted = [key for key in texts if key.startswith((*CHECKS, *WORDS)) or key in titles]
    shipped = shipped_tables()
    symbols = AssetTable.load().names
    return {
        "TEXTS": {key: [texts[key]["en"], texts[key]["ja"]] for key in wanted},
        "LIMITS": [f"limit.{number}" for number, _ in enumerate(LIMITS, 1)],
        "DECIMALS": {str(row.asset): row.decimals for group in shipped.classes for row in group.members},
        "SYMBOLS": [
            {"symbol": name, "id": str(row.asset), "decimals": row.decimals}
            for name, row in symbols.items()
            if name != str(row.asset)
        ],
        "REGISTRIES": [f"0x{code.hex()}" for code in shipped.registries],
        "COMMITTED_ADDRESS": COMMITTED_ADDRESS,
        "UNSEEN_CREATION": UNSEEN_CREATION,
        "ROLES": list(Role),
        "CUSTODIES": list(Custody),
        "ENCUMBRANCES": list(EncumbranceKind),
        "EVIDENCE": {
            kind: {"most": bundle_v1.max_evidence_bytes(kind), "declared": kind in {DECLARATIONS, DOCUMENT}}
            for kind in sorted(EVIDENCE)
        },
        "FORMAT_TABLES": {"formats": formats},
    }


def _formats() -> list[dict[str, Any]]:
    """Return the published formats' tables, of their cards only what is judged by or shown here."""
    rows: Any = format_tables()["formats"]
    return [{**row, "card": {name: row["card"][name] for name in CARD}} for row in rows]


def _written() -> Iterator[tuple[str, str]]:
    # Inside a script element, only a less-than sign could end it.
    for name, value in tables().items():
        yield name, dumps(value).decode().replace("<", "\\u003c")


def unused() -> list[str]:
    """List the page's own texts that nothing in its sources names."""
    sources = "".join(path.read_text("utf-8") for path in sorted(SOURCES.rglob("*")) if path.suffix in {".js", ".html"})
    stems = ("page.kind.", "page.side.", "page.change.", "page.path.", "page.previous.")
    return [key for key in PAGE if key not in sources and not key.startswith(stems)]
