"""Read a rulebook, which is TOML, and give it its digest (`por/spec/rulebook.md`, reading steps 1 to 6)."""

import re
from collections.abc import Mapping
from datetime import date

from por.encoding import toml
from por.encoding.digests import digest_of
from por.encoding.reader import Reader
from por.errors import FormatError
from por.model.declarations import Topic
from por.model.rulebook import Citation, Confidence, Cure, Rule, Rulebook, RuleScope, RuleStatus, Severity
from por.model.text import plain_text

LANGUAGES = ("en", "ja")
MAX_RULES = 500

_BOOK = re.compile(r"[a-z][a-z0-9-]{1,40}", re.ASCII)
_RULE = re.compile(r"[A-Z][A-Z0-9]{0,11}(?:-[A-Z0-9]{1,12}){1,4}", re.ASCII)
_CHECK = re.compile(r"[a-z]+\.[a-z]+", re.ASCII)
_CALENDAR = re.compile(r"[A-Z]{2,4}(?:/[a-z_]{1,16})?", re.ASCII)
_PARAMETER = re.compile(r"[a-z][a-z0-9_]{0,31}", re.ASCII)


def read(data: bytes) -> Rulebook:
    """Read a rulebook; that its checks exist and take its parameters is asked where they are known.

    Raises: FormatError naming the entry.
    """
    names = ("id", "version", "jurisdiction", "calendar", "zone", "currency", "title", "notice", "rule")
    top = toml.table(toml.load(data), "", names)
    rules = tuple(_rule(item) for item in top["rule"].items(MAX_RULES))
    if not rules:
        raise top["rule"].fail("a rulebook has rules")
    seen: set[str] = set()
    for rule in rules:
        if rule.id in seen:
            raise top["rule"].fail(f"{rule.id} stands here twice")
        seen.add(rule.id)
    zone = top["zone"]
    if type(zone.value) is not int or not -12 <= zone.value <= 14:
        raise zone.fail("hours east of UTC, from -12 to 14")
    return Rulebook(
        id=top["id"].parse(lambda text: _matching(text, _BOOK, "an id such as jp-exchange")),
        version=top["version"].text(64),
        title=_texts(top["title"]),
        jurisdiction=top["jurisdiction"].text(64),
        calendar=top["calendar"].parse(lambda text: _matching(text, _CALENDAR, "a calendar such as JP or JP/bank")),
        zone=zone.value,
        currency=top["currency"].text(16),
        notice=_texts(top["notice"]),
        rules=rules,
        digest=digest_of(data),
    )


def _rule(reader: Reader) -> Rule:
    required = ("id", "title", "citations", "status", "scope", "check", "severity", "confidence")
    optional = ("since", "until", "superseded_by", "inputs", "parameters", "cure", "reason")
    entry = toml.table(reader.value, reader.place, required, optional)
    since, until = entry["since"].optional(Reader.day), entry["until"].optional(Reader.day)
    _require_order(since, until, reader)
    rule = Rule(
        id=entry["id"].parse(lambda text: _matching(text, _RULE, "an id such as JP-SEG-01")),
        title=_texts(entry["title"]),
        citations=tuple(_citation(item) for item in entry["citations"].items(16)),
        status=entry["status"].choice(RuleStatus),
        since=since,
        until=until,
        superseded_by=entry["superseded_by"].optional(lambda item: item.text(256)),
        scope=entry["scope"].choice(RuleScope),
        inputs=tuple(item.choice(Topic) for item in toml.rows(entry["inputs"])),
        check=entry["check"].parse(lambda text: _matching(text, _CHECK, "a check such as segregation.hot")),
        parameters=_parameters(entry["parameters"]),
        severity=entry["severity"].choice(Severity),
        cure=entry["cure"].optional(_cure),
        confidence=entry["confidence"].choice(Confidence),
        reason=entry["reason"].optional(_texts) or {},
    )
    if (rule.check == "rulebook.uncomputable") != bool(rule.reason):
        raise entry["reason"].fail("a reason is given where nothing computes the rule, and only there")
    if not rule.citations and rule.status is not RuleStatus.DERIVED:
        raise entry["citations"].fail("only a derived rule cites nothing")
    if rule.severity is Severity.BLOCKING and rule.confidence in {Confidence.C, Confidence.D}:
        raise entry["severity"].fail(f"a rule of confidence {rule.confidence} never blocks")
    return rule


def _citation(reader: Reader) -> Citation:
    entry = toml.table(reader.value, reader.place, ("text", "source"), ("since", "until"))
    since, until = entry["since"].optional(Reader.day), entry["until"].optional(Reader.day)
    _require_order(since, until, reader)
    return Citation(entry["text"].text(500), entry["source"].text(500), since, until)


def _cure(reader: Reader) -> Cure:
    entry = toml.table(reader.value, reader.place, ("days", "business"))
    if not isinstance(entry["business"].value, bool):
        raise entry["business"].fail("neither true nor false")
    return Cure(entry["days"].integer(0, 3660), entry["business"].value)


def _texts(reader: Reader) -> Mapping[str, str]:
    entry = toml.table(reader.value, reader.place, LANGUAGES)
    return {language: entry[language].text(2000) for language in LANGUAGES}


def _parameters(reader: Reader) -> Mapping[str, object]:
    """Take texts, whole numbers, true and false, and lists of texts; never a floating-point number."""
    if reader.value is None:
        return {}
    if not isinstance(reader.value, dict):
        raise reader.fail("not a table")
    return {
        _matching(str(name), _PARAMETER, "a parameter's name"): _parameter(Reader(value, f"{reader.place}/{name}"))
        for name, value in reader.value.items()
    }


def _parameter(reader: Reader) -> object:
    value = reader.value
    if isinstance(value, list):
        return tuple(item.text(256) for item in reader.items(256))
    if isinstance(value, str):
        return plain_text(value, 512)
    if type(value) is int or isinstance(value, bool):
        return value
    raise reader.fail("neither text, whole number, true or false, nor a list of texts; write a ratio as text")


def _require_order(since: date | None, until: date | None, reader: Reader) -> None:
    if since is not None and until is not None and until < since:
        raise reader.fail("until is before since")


def _matching(text: str, pattern: re.Pattern[str], what: str) -> str:
    if not pattern.fullmatch(text):
        raise FormatError(f"not {what}")
    return text
