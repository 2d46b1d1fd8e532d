"""Read an exceptions register, which is TOML (`por/spec/report.md`)."""

from por.encoding import toml
from por.encoding.reader import Reader
from por.model.remark import Engagement, Observer, RecordingOrigin, Register, Remark, RemarkStatus

MAX_TEXT = 4096
VERSION = 1

_ENGAGEMENT = ("engaging_party", "practitioner", "intended_users", "standard", "independence")


def read(data: bytes) -> Register:
    """Read a register. Raises: FormatError naming the entry."""
    top = toml.table(toml.load(data), "", ("version",), ("engagement", "recording", "remark"))
    top["version"].integer(VERSION, VERSION)
    origins = tuple(_origin(item) for item in toml.rows(top["recording"]))
    seen = [origin.digest for origin in origins]
    if len(set(seen)) != len(seen):
        raise top["recording"].fail("one recording is named twice")
    return Register(
        engagement=top["engagement"].optional(_engagement) or Engagement(),
        recordings=origins,
        remarks=tuple(_remark(item) for item in toml.rows(top["remark"])),
    )


def _engagement(reader: Reader) -> Engagement:
    entry = toml.table(reader.value, reader.place, (), _ENGAGEMENT)
    return Engagement(**{name: entry[name].optional(_text) or "" for name in _ENGAGEMENT})


def _origin(reader: Reader) -> RecordingOrigin:
    entry = toml.table(reader.value, reader.place, ("digest", "observer", "made_by"))
    return RecordingOrigin(entry["digest"].digest(), entry["observer"].choice(Observer), _text(entry["made_by"]))


def _remark(reader: Reader) -> Remark:
    entry = toml.table(reader.value, reader.place, ("ref", "text", "by", "at", "status"), ("response",))
    ref = entry["ref"].text(4096)
    if "@" not in ref:
        raise entry["ref"].fail("not the ref of a finding: check@subject")
    return Remark(
        ref=ref,
        text=_text(entry["text"]),
        by=_text(entry["by"]),
        at=entry["at"].instant(),
        status=entry["status"].choice(RemarkStatus),
        response=entry["response"].optional(_text) or "",
    )


def _text(reader: Reader) -> str:
    return reader.text(MAX_TEXT)
