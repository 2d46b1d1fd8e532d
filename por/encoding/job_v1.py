"""Read a job's settings, which are TOML (`por/spec/job.md`, loading steps 1 to 4).

Paths are text here, relative to the file's own directory; secrets are named by file or environment, never shown.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from por.encoding import toml
from por.encoding.reader import Reader
from por.errors import FormatError, UnsupportedVersionError
from por.model import ChainAccount, ChainId

VERSION = 1
MAX_PATH = 1024
MAX_URL = 2048
MAX_SECONDS = 2**40
MAX_RETRIES = 1000
MAX_GWEI = 1_000_000
DEFAULT_RETRIES = 10

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}", re.ASCII)
_SIGNER = re.compile(r"[a-z][a-z0-9-]{1,31}:[!-~]{1,1000}", re.ASCII)


class AddressKind(StrEnum):
    """Say where a URL is written: in the job's file, in a file of its own, or in the environment."""

    HERE = "url"
    FILE = "url_file"
    ENVIRONMENT = "url_env"


@dataclass(frozen=True, slots=True)
class Address:
    """Name a URL, which may hold a key and is not shown; `place` is the entry that names it."""

    kind: AddressKind
    value: str = field(repr=False)
    place: str


@dataclass(frozen=True, slots=True)
class BundlePlace:
    """Say where bundles are: a directory (or its subdirectories), or a server, asked for one or for the registry's."""

    directory: str | None
    each: bool
    address: Address | None
    registry: bool


@dataclass(frozen=True, slots=True)
class ChainAddress:
    """Name one source of a chain."""

    chain: ChainId
    address: Address


@dataclass(frozen=True, slots=True)
class Submission:
    """Name the attestation registry, the signer that pays for sending to it, and the most it pays: wei per gas."""

    attestations: ChainAccount
    payer: str
    max_fee: int


@dataclass(frozen=True, slots=True)
class AttestSettings:
    """Say how to attest: committee file, signer, the statement's life, and where attesters exchange what they signed.

    One attester of a committee proposes what all of them sign; the others wait for it.
    """

    committee: str
    signer: str
    propose: bool
    expires_in: int
    inbox: str
    outbox: str
    submission: Submission | None


@dataclass(frozen=True, slots=True)
class JobSettings:
    """Hold everything a job's file says; `max_staleness` is seconds, `retries` further examinations."""

    policy: str
    directory: str
    bundle: BundlePlace
    sources: tuple[ChainAddress, ...]
    attest: AttestSettings | None
    text_report: bool
    metrics: str | None
    max_staleness: int
    retries: int


def read(data: bytes) -> JobSettings:
    """Read a job's file. Raises: FormatError naming the entry."""
    top = toml.table(
        toml.load(data),
        "",
        ("version", "policy", "directory", "bundle", "max_staleness_seconds"),
        ("retries", "source", "attest", "report", "metrics"),
    )
    if top["version"].integer(1, 2**31) != VERSION:
        raise UnsupportedVersionError(f"a job of another version; this release reads {VERSION}", top["version"].place)
    retries = top["retries"].optional(lambda item: item.integer(0, MAX_RETRIES))
    return JobSettings(
        policy=_path(top["policy"]),
        directory=_path(top["directory"]),
        bundle=_bundle(top["bundle"]),
        sources=tuple(_source(item) for item in toml.rows(top["source"])),
        attest=top["attest"].optional(_attest),
        text_report=top["report"].optional(_text_report) is not False,
        metrics=top["metrics"].optional(_metrics),
        max_staleness=top["max_staleness_seconds"].integer(1, MAX_SECONDS),
        retries=DEFAULT_RETRIES if retries is None else retries,
    )


def _bundle(reader: Reader) -> BundlePlace:
    entry = toml.table(reader.value, reader.place, (), ("directory", "each", "registry", *AddressKind))
    directory = entry["directory"].optional(_path)
    address = _address(entry, reader)
    each = entry["each"].optional(_flag) or False
    registry = entry["registry"].optional(_flag) or False
    if (directory is None) == (address is None):
        raise reader.fail("exactly one of directory, url, url_file and url_env says where bundles are")
    if each and directory is None:
        raise entry["each"].fail("each goes with a directory")
    if registry and address is None:
        raise entry["registry"].fail("the registry names a digest; url, url_file or url_env says who serves it")
    return BundlePlace(directory, each, address, registry)


def _source(reader: Reader) -> ChainAddress:
    entry = toml.table(reader.value, reader.place, ("chain",), tuple(AddressKind))
    address = _address(entry, reader)
    if address is None:
        raise reader.fail("a source is named by one of url, url_file and url_env")
    return ChainAddress(entry["chain"].parse(ChainId.parse), address)


def _address(entry: Mapping[str, Reader], reader: Reader) -> Address | None:
    given = [kind for kind in AddressKind if entry[kind].value is not None]
    if len(given) > 1:
        raise reader.fail(f"{' and '.join(given)} are two addresses; give one")
    if not given:
        return None
    kind, item = given[0], entry[given[0]]
    read_value = {AddressKind.HERE: _url, AddressKind.FILE: _path, AddressKind.ENVIRONMENT: _variable}[kind]
    return Address(kind, read_value(item), item.place)


def _attest(reader: Reader) -> AttestSettings:
    entry = toml.table(
        reader.value,
        reader.place,
        ("committee", "signer", "expires_in_seconds", "inbox", "outbox"),
        ("propose", "submit"),
    )
    settings = AttestSettings(
        committee=_path(entry["committee"]),
        signer=entry["signer"].parse(_signer),
        propose=entry["propose"].optional(_flag) is not False,
        expires_in=entry["expires_in_seconds"].integer(1, MAX_SECONDS),
        inbox=_path(entry["inbox"]),
        outbox=_path(entry["outbox"]),
        submission=entry["submit"].optional(_submission),
    )
    if settings.inbox == settings.outbox:
        raise entry["outbox"].fail("inbox and outbox are two directories")
    return settings


def _submission(reader: Reader) -> Submission:
    entry = toml.table(reader.value, reader.place, ("attestations", "payer", "max_fee_gwei"))
    contract = entry["attestations"].parse(ChainAccount.parse)
    if contract.chain.namespace != "eip155":
        raise entry["attestations"].fail("attestations are submitted to a contract of an EVM chain")
    return Submission(contract, entry["payer"].parse(_signer), entry["max_fee_gwei"].integer(1, MAX_GWEI) * 10**9)


def _text_report(reader: Reader) -> bool:
    return toml.table(reader.value, reader.place, (), ("text",))["text"].optional(_flag) is not False


def _metrics(reader: Reader) -> str:
    return _path(toml.table(reader.value, reader.place, ("file",))["file"])


def _flag(reader: Reader) -> bool:
    if not isinstance(reader.value, bool):
        raise reader.fail("neither true nor false")
    return reader.value


def _path(reader: Reader) -> str:
    text = reader.text(MAX_PATH)
    if not text.strip():
        raise reader.fail("an empty path")
    return text


def _url(reader: Reader) -> str:
    return reader.text(MAX_URL)


def _variable(reader: Reader) -> str:
    def read_name(text: str) -> str:
        if not _VARIABLE.fullmatch(text):
            raise FormatError("not the name of an environment variable")
        return text

    return reader.parse(read_name)


def _signer(text: str) -> str:
    if not _SIGNER.fullmatch(text):
        raise FormatError("not a signer such as file:attester.json or env:NAME; a key itself is never written here")
    return text
