"""Attest as one member of a committee: `Attester` over the layer that publishes."""

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

from por.checks.evidence import load_document
from por.checks.observation import Seen
from por.checks.registry_reading import entry_with
from por.checks.sources import Sources
from por.encoding import attestation_v1, certificate_v1, committee_v1, verdict_v1
from por.encoding.digests import digest_of
from por.encoding.job_v1 import AttestSettings
from por.errors import EvidenceError, FormatError, PublishError, UnavailableError
from por.jobs.attesting import Collection, Examined, RefusedSignatureError, Signing
from por.jobs.configuration import Job, open_sources
from por.model import (
    AnchoredEntry,
    Attestation,
    Committee,
    Instant,
    SignatureScheme,
    SignedStatement,
    Statement,
)
from por.publish.attestations import Attestations
from por.publish.attesting import Tolerance, commitment_of, is_later, require_same, statement_of
from por.publish.collecting import collected, require_countable, require_proven, signed_by
from por.publish.contracts import RevertedError
from por.publish.reading import ContractReader, Reading
from por.publish.signers import Signer, open_signer
from por.publish.signers.account import Account
from por.publish.transactions import Wallet, WalletLimits

# What the registry calls a certificate's fault that is one of its signatures.
_SIGNATURE_FAULTS = (
    "SignatureMismatch",
    "ContractRefused",
    "MalformedSignature",
    "MalleableSignature",
    "SignatureMissing",
    "SignaturesTooLong",
)
_PATH = re.compile(r"(?P<before>(?:|.*=)(?:file|hex):)(?P<path>.+)", re.ASCII)


class CommitteeMember:
    """Be an `Attester` with one signer."""

    def __init__(self, job: Job, settings: AttestSettings, now: Instant) -> None:
        """Load the committee; the signer is opened when it is needed. Raises: FormatError."""
        self._job = job
        self._settings = settings
        self._now = now
        self._committee = load_committee(job.at(settings.committee))
        self._opened: dict[str, Signer] = {}

    @cached_property
    def signer(self) -> Signer:
        """Open the signer. Raises: FormatError, also for one that is no member; PublishError."""
        signer = self._open(self._settings.signer)
        if signer.member not in self._committee.members:
            raise FormatError(f"{signer.name} is no member of the committee", "/attest/signer")
        return signer

    @cached_property
    def wallet(self) -> Wallet | None:
        """Open the account that pays, and the first source of its chain; None where nothing is submitted.

        Raises: FormatError, PublishError.
        """
        submission = self._settings.submission
        if submission is None:
            return None
        chain = submission.attestations.chain
        url = next((url for named, url in self._job.sources if named == chain), None)
        if url is None:
            raise FormatError(f"no [[source]] of {chain}, to which certificates are submitted", "/attest/submit")
        payer = self._open(submission.payer)
        if not isinstance(payer, Account):
            raise FormatError("this signer is no account, which could pay", "/attest/submit/payer")
        return Wallet(chain, url, payer, WalletLimits(submission.max_fee))

    def sign(self, examined: Examined, drafts: Sequence[bytes]) -> Signing:
        """Sign another member's draft that says what was found, or one's own where this job proposes.

        Raises: PublishError; SourceError.
        """
        own = statement_of(examined.verdict, examined.expires, self._entry(examined))
        if self._settings.propose:
            return Signing(self._signed(own, examined))
        tolerance = Tolerance(validity=self._settings.expires_in)
        refused: list[str] = []
        for draft in sorted(_about(own, drafts), key=_observed, reverse=True):
            try:
                require_proven(draft, self._committee, self._reading)
                if _observed(draft)[0] <= self._now.seconds and is_later(draft.statement, own, tolerance):
                    return Signing(None, tuple(refused), outdated=True)
                same = require_same(draft.statement, own, self._now, tolerance)
            except PublishError as error:
                refused.append(str(error))
            else:
                return Signing(self._signed(same, examined), tuple(refused))
        return Signing(None, tuple(refused))

    def certify(self, own: bytes, others: Sequence[bytes]) -> Collection:
        """Join the signatures over the own statement. Raises: PublishError."""
        mine = attestation_v1.read(own)
        joined, refused = {mine.member: mine}, []
        for other in _about(mine.statement, others):
            try:
                require_countable(other, mine.statement, self._committee)
                if other.member not in joined:
                    require_proven(other, self._committee, self._reading)
            except PublishError as error:
                refused.append(str(error))
            else:
                joined.setdefault(other.member, other)
        threshold = self._committee.threshold
        if len(joined) < threshold:
            return Collection(None, len(joined), threshold, tuple(refused))
        certificate = collected(list(joined.values()), self._committee)
        return Collection(certificate_v1.write(certificate), len(joined), threshold, tuple(refused))

    def submit(self, certificate: bytes) -> str:
        """Record the certificate in the registry, unless it stands there. Raises: PublishError, SourceError."""
        if self._settings.submission is None or self.wallet is None:
            raise FormatError("nowhere to submit to", "/attest")
        registry = Attestations(self.wallet, self._settings.submission.attestations.address)
        try:
            done = registry.submit(certificate_v1.read(certificate))
        except EvidenceError as error:
            raise RefusedSignatureError(f"the registry would not take the certificate: {error}") from error
        except RevertedError as error:
            if error.name in _SIGNATURE_FAULTS:
                raise RefusedSignatureError(f"the registry would refuse a signature: {error}") from error
            raise
        return f"0x{done.digest.hex()} since {done.at}"

    @cached_property
    def _reading(self) -> Reading | None:
        """Read the chain of a committee of contracts, which alone accept what is theirs."""
        if self._committee.scheme is not SignatureScheme.CONTRACT:
            return None
        here = f"eip155:{self._committee.chain_id}"
        found = next(((chain, url) for chain, url in self._job.sources if str(chain) == here), None)
        return None if found is None else ContractReader(*found)

    def _open(self, spec: str) -> Signer:
        # A key in the environment can be taken once, and may be that of both signer and payer.
        if spec not in self._opened:
            self._opened[spec] = open_signer(spec_at(spec, self._job.folder))
        return self._opened[spec]

    def _signed(self, statement: Statement, examined: Examined) -> bytes:
        report = digest_of(verdict_v1.write(examined.verdict))
        pin, anchoring = self._job.policy.registry, examined.opened.bundle.anchored_by
        named = None if anchoring is None else anchoring.address
        issuer = named if pin is None else pin.issuer
        return attestation_v1.write(signed_by(self.signer, statement, self._committee, report, issuer))

    def _entry(self, examined: Examined) -> AnchoredEntry | None:
        """Find the entry that readers may compare with. Raises: UnavailableError."""
        if self._job.policy.registry is None:
            return None
        instant, wanted = examined.opened.bundle.instant, commitment_of(examined.verdict)
        found = entry_with(self._job.policy, Sources(open_sources(self._job)), instant, wanted)
        if not isinstance(found, Seen):
            raise UnavailableError(found.reason)
        return found.value


def load_committee(path: Path) -> Committee:
    """Load a committee's file. Raises: FormatError."""
    return load_document(path, committee_v1.MAX_BYTES, committee_v1.read)


def spec_at(spec: str, folder: Path) -> str:
    """Return a signer's spec with its file's path relative to `folder`."""
    match = _PATH.fullmatch(spec)
    return spec if match is None else f"{match['before']}{folder / match['path']}"


def _about(own: Statement, documents: Sequence[bytes]) -> Iterator[SignedStatement]:
    """Read the statements about the own entry; others in the inbox are about other bundles, or of other programs."""
    for document in documents:
        try:
            signed = attestation_v1.read(document)
        except FormatError:
            continue
        said, mine = signed.statement.content, own.content
        if isinstance(said, Attestation) and isinstance(mine, Attestation) and said.commitment == mine.commitment:
            yield signed


def _observed(signed: SignedStatement) -> tuple[int, bytes]:
    """Order drafts: whoever proposes anew, having lost the first proposal, is followed."""
    content = signed.statement.content
    observed = content.observed_at.seconds if isinstance(content, Attestation) else 0
    return observed, signed.member
