"""Record certificates on chain, once, whoever else does it too (`contracts/interfaces/IAttestationRegistry.sol`)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from por.commitments.statements import OUTCOMES, committee_id, statement_digest
from por.errors import PublishError
from por.model import Attestation, Certificate, Committee, Instant, Revocation, SignatureScheme
from por.proofs import bls
from por.proofs.attestation import reports_digest, require_possession, signers
from por.publish.asking import ask
from por.publish.contracts import Artifact, RevertedError, artifact, encode_call
from por.publish.reading import Reading
from por.publish.transactions import Wallet

CONTRACT = "AttestationRegistry"

_KEY_GAS = 500_000
_COMMITTEE_GAS, _COMMITTEE_GAS_A_KEY = 250_000, 40_000
_BLS_GAS, _BLS_GAS_A_KEY = 350_000, 2_000


@dataclass(frozen=True, slots=True)
class Status:
    """Say when a registry recorded a committee's attestation and its revocation; None where it did not."""

    attested_at: Instant | None
    revoked_at: Instant | None


@dataclass(frozen=True, slots=True)
class Submission:
    """Say what stands in the registry now, since when, and whether it stood there before."""

    committee: bytes
    digest: bytes
    at: Instant
    was_there: bool


class Attestations:
    """Speak through a wallet to the attestation registry at one address."""

    def __init__(self, wallet: Wallet, address: str) -> None:
        """Keep the arguments; nothing is sent yet."""
        self._wallet = wallet
        self._address = address

    def status(self, committee: bytes, digest: bytes, reading: Reading | None = None) -> Status:
        """Return what is recorded of an attestation, by its digest, after the newest block or as `reading` has it.

        Raises: PublishError, SourceError.
        """
        ((attested, revoked, _),) = ask(reading or self._wallet, CONTRACT, self._address, "status", committee, digest)
        return Status(Instant(attested) if attested else None, Instant(revoked) if revoked else None)

    def knows(self, committee: Committee) -> bool:
        """Tell whether a committee is registered. Raises: PublishError, SourceError."""
        ((_, threshold, _),) = ask(self._wallet, CONTRACT, self._address, "committeeOf", committee_id(committee))
        return bool(threshold)

    def register(self, committee: Committee) -> bytes:
        """Register a committee, and its members' keys, unless they are; return the committee's id.

        Raises: PublishError; SourceError; EvidenceError for a committee that no registry takes.
        """
        identifier = committee_id(committee)
        if committee.scheme is SignatureScheme.CONTRACT and committee.chain_id != int(self._wallet.chain.reference):
            raise PublishError(f"the committee is one of eip155:{committee.chain_id}, not of {self._wallet.chain}")
        if not self.knows(committee):
            self._register(committee)
        return identifier

    def submit(self, certificate: Certificate) -> Submission:
        """Record an attestation or a revocation, unless it is recorded, and wait until that is final.

        Raises: PublishError, also for an attestation that was revoked here or is signed by too few; SourceError;
        EvidenceError for signatures that do not hold.
        """
        said = certificate.statement.content
        if len(signers(certificate).all) < certificate.committee.threshold:
            raise PublishError("fewer members signed than the committee's threshold")
        committee = self.register(certificate.committee)
        if isinstance(said, Revocation):
            return self._revoke(certificate, said, committee)
        return self._attest(certificate, said, committee)

    def _attest(self, certificate: Certificate, said: Attestation, committee: bytes) -> Submission:
        digest = statement_digest(said)

        def recorded(reading: Reading) -> Instant | None:
            status = self.status(committee, digest, reading)
            if status.revoked_at is not None:
                raise PublishError(f"0x{digest.hex()} was revoked at {status.revoked_at}; it cannot be recorded")
            return status.attested_at

        reports = reports_digest(certificate.reports)
        arguments = [attestation_values(said), committee, *_signed_by(certificate), reports]
        return self._put(committee, digest, recorded, "attest", arguments, certificate)

    def _revoke(self, certificate: Certificate, said: Revocation, committee: bytes) -> Submission:
        def recorded(reading: Reading) -> Instant | None:
            return self.status(committee, said.attestation, reading).revoked_at

        arguments = [(said.attestation, said.reason), committee, *_signed_by(certificate)]
        return self._put(committee, said.attestation, recorded, "revoke", arguments, certificate)

    def _put(
        self,
        committee: bytes,
        digest: bytes,
        recorded: Callable[[Reading], Instant | None],
        function: str,
        arguments: Sequence[object],
        certificate: Certificate,
    ) -> Submission:
        before = recorded(self._wallet)
        if before is not None:
            self._wait_until_recorded(recorded)
            return Submission(committee, digest, before, was_there=True)
        bls_gas = _BLS_GAS + _BLS_GAS_A_KEY * len(certificate.signers)
        gas = bls_gas if certificate.committee.scheme is SignatureScheme.BLS else None
        self._send_once(lambda: recorded(self._wallet) is not None, function, arguments, gas)
        self._wait_until_recorded(recorded)
        after = recorded(self._wallet)
        if after is None:
            raise PublishError("the transaction is final, and nothing is recorded: not an attestation registry")
        return Submission(committee, digest, after, was_there=False)

    def _wait_until_recorded(self, recorded: Callable[[Reading], Instant | None]) -> None:
        self._wallet.wait_until_final(self._address, lambda final: recorded(final) is not None)

    def _register(self, committee: Committee) -> None:
        function, gas = "registerCommittee", None
        arguments: list[object] = [(int(committee.scheme), committee.threshold, list(committee.members))]
        if committee.scheme is SignatureScheme.BLS:
            self._register_keys(committee)
            function, gas = "registerBlsCommittee", _COMMITTEE_GAS + _COMMITTEE_GAS_A_KEY * len(committee.keys)
            arguments = [committee.threshold, b"".join(map(bls.key_point, committee.keys))]
        self._send_once(lambda: self.knows(committee), function, arguments, gas)

    def _register_keys(self, committee: Committee) -> None:
        require_possession(committee, committee.members)
        for key, proof in zip(committee.keys, committee.possessions, strict=True):
            point = bls.key_point(key)
            if not self._knows_key(point):
                arguments = [point, bls.signature_point(proof)]
                self._send_once(partial(self._knows_key, point), "registerKey", arguments, _KEY_GAS)

    def _knows_key(self, point: bytes) -> bool:
        """Ask for a committee of this key alone: the one question that the contract answers about a key."""
        data = encode_call(self._contract, "registerBlsCommittee", [1, point])
        try:
            self._wallet.read(self._address, data, contract=self._contract)
        except RevertedError as error:
            return error.name == "CommitteeAlreadyRegistered"
        return True

    def _send_once(self, done: Callable[[], bool], function: str, arguments: Sequence[object], gas: int | None) -> None:
        """Send, and be content where it fails because another sender was first."""
        try:
            data = encode_call(self._contract, function, arguments)
            self._wallet.send(self._address, data, gas=gas, contract=self._contract)
        except PublishError:
            if not done():
                raise

    @property
    def _contract(self) -> Artifact:
        return artifact(CONTRACT)


def attestation_values(said: Attestation) -> tuple[object, ...]:
    """Return an attestation as the contracts' struct."""
    what = (said.commitment, said.policy.value, said.rulebooks, OUTCOMES[said.outcome], said.figures)
    return (*what, said.observed_at.seconds, said.expires_at.seconds)


def _signed_by(certificate: Certificate) -> tuple[int, bytes]:
    """Write the signers as bits and their signatures as the contract takes them, by scheme."""
    scheme, members = certificate.committee.scheme, certificate.committee.members
    bits = sum(1 << members.index(member) for member in certificate.signers)
    if scheme is SignatureScheme.BLS:
        return bits, bls.signature_point(certificate.signatures[0])
    if scheme is SignatureScheme.CONTRACT:
        return bits, b"".join(len(each).to_bytes(2) + each for each in certificate.signatures)
    return bits, b"".join(certificate.signatures)
