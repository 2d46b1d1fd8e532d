"""Load a job's file with its policy, and look up the URLs that files and the environment hold."""

import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from por.chains import open_source
from por.chains.bulk import BulkSource
from por.chains.transport import Transport, origin
from por.checks.evidence import read_document
from por.checks.policy import load_policy
from por.checks.requirements import required_checks
from por.encoding import job_v1, toml
from por.encoding.job_v1 import Address, AddressKind, JobSettings
from por.errors import FormatError
from por.model import ChainId, Policy
from por.publish.signers.passwords import from_file

_LINE = re.compile(r"[!-~]+", re.ASCII)


@dataclass(frozen=True)
class Job:
    """Hold a job's settings with its policy and URLs; paths are relative to `folder`. No URL is shown."""

    folder: Path
    settings: JobSettings
    policy: Policy
    bundle_url: str | None = field(repr=False)
    sources: tuple[tuple[ChainId, str], ...] = field(repr=False)

    def at(self, path: str) -> Path:
        """Return a path of the settings."""
        return self.folder / path

    @property
    def directory(self) -> Path:
        """Return the directory in which the job keeps everything."""
        return self.at(self.settings.directory)

    def redactors(self) -> tuple[Callable[[str], str], ...]:
        """Return what takes each URL's possible keys out of a text."""
        urls = [url for _, url in self.sources]
        if self.bundle_url is not None and self.settings.bundle.address is not None:
            written = self.settings.bundle.address.kind is AddressKind.HERE
            # A path that stands in the job's own file is no secret, and may be of common words.
            urls.append(urlsplit(self.bundle_url)._replace(path="/").geturl() if written else self.bundle_url)
        return tuple(Transport(url).redact for url in urls)


def load_job(path: Path, environment: Mapping[str, str]) -> Job:
    """Load a job's file and all that it names before a run. Raises: FormatError, PolicyError."""
    folder = path.parent
    data = read_document(path, toml.MAX_BYTES)
    try:
        settings = job_v1.read(data)
        bundle = settings.bundle.address
        bundle_url = None if bundle is None else url_at(bundle, folder, environment)
        sources = tuple((item.chain, url_at(item.address, folder, environment)) for item in settings.sources)
    except FormatError as error:
        raise error.within(f"{path}:") from error
    job = Job(folder, settings, load_policy(folder / settings.policy), bundle_url, sources)
    open_sources(job)
    return job


def misfits(job: Job) -> Iterator[str]:
    """Say how a job's sources do not fit its policy, so that it could decide nothing, each with the cure."""
    for rule in job.policy.chains.values():
        count = sum(chain == rule.chain for chain, _ in job.sources)
        if count < rule.sources:
            yield (
                f"the policy asks for {rule.sources} of {rule.chain}, the job names {count}; "
                f'add {rule.sources - count} [[source]] with chain = "{rule.chain}"'
            )
    for chain in sorted({chain for chain, _ in job.sources} - set(job.policy.chains)):
        yield f"the policy has no [[chain]] for {chain}; add it there, or take the [[source]] out"


def doubts(policy: Policy) -> Iterator[str]:
    """Say why a job could never end with 0 under a policy, with the cure."""
    waived = {waiver.check for waiver in policy.waivers}
    beyond = [check for check in required_checks(policy) if check not in waived and _is_beyond_a_job(check)]
    if beyond:
        yield (
            f"no job can ever pass under profile {policy.profile}, which requires {', '.join(beyond)}: "
            'a job has no ledger, inclusion proof or certificate; use profile = "job", or waive that by name'
        )


def require_fitting(job: Job) -> None:
    """Raise: FormatError that names every misfit of a job's sources and policy."""
    found = tuple(misfits(job))
    if found:
        raise FormatError("; ".join(found), "/source")


def url_at(address: Address, folder: Path, environment: Mapping[str, str]) -> str:
    """Return the URL that an address names. Raises: FormatError, which does not show the URL (T96)."""
    try:
        url = _looked_up(address, folder, environment)
        plain = origin(url).startswith("http://")
    except FormatError as error:
        raise FormatError(error.reason, address.place) from None
    if plain and not _is_loopback(urlsplit(url).hostname or ""):
        raise FormatError("http is for this machine alone; name an https URL (it is not shown)", address.place)
    return url


def open_sources(job: Job) -> dict[ChainId, BulkSource]:
    """Open the sources of every chain; nothing is sent yet. Raises: FormatError."""
    urls: dict[ChainId, list[str]] = {}
    for chain, url in job.sources:
        urls.setdefault(chain, []).append(url)
    return {chain: open_source(chain, given, genesis=genesis_of(job, chain)) for chain, given in urls.items()}


def genesis_of(job: Job, chain: ChainId) -> bytes | None:
    """Return the genesis hash that the policy pins for a chain, if it does."""
    rule = job.policy.chains.get(chain)
    return None if rule is None else rule.genesis


def _is_beyond_a_job(check: str) -> bool:
    return check in {"liabilities.recomputed", "liabilities.nonnegative", "liabilities.inclusion"} or check.startswith(
        "attestation."
    )


def _looked_up(address: Address, folder: Path, environment: Mapping[str, str]) -> str:
    if address.kind is AddressKind.HERE:
        return address.value
    if address.kind is AddressKind.FILE:
        return _one_line(from_file(folder / address.value))
    text = environment.get(address.value)
    if text is None:
        raise FormatError(f"the environment variable {address.value} is not set")
    return _one_line(text)


def _one_line(text: str) -> str:
    if not _LINE.fullmatch(text):
        raise FormatError("does not hold one URL in one line")
    return text


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
