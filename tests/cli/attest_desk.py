"""What lies on an attester's desk: an anchored bundle, answers about chain and registry, keys, a committee."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from por.chains.recording import RecordingSource
from por.checks.chain_view import Sources
from por.checks.evidence import open_bundle
from por.checks.policy import load_policy
from por.checks.registry_reading import policys_view
from por.checks.verify import verify
from por.commitments.statements import committee_id
from por.encoding import attestation_v1, attester_key_v1, certificate_v1, committee_v1, recording_v1
from por.encoding.digests import digest_of
from por.model import AttesterKey, Certificate, Committee, SignedStatement
from por.publish.signers.making import new_bls_key
from tests import attesting as a
from tests.checks import registry_scenery as r
from tests.checks import scenery
from tests.cli.desk import POLICY
from tests.contracts import attesters
from tests.publish.registry_world import secret

NOW = str(scenery.AN_HOUR_LATER)
PASSWORD = "a password of tests"
NAMES = ("ann", "bob", "carol")
ROWS = {
    "attest": ("por.cli.attest", "attesters: verify a bundle, and sign what was found"),
    "attest collect": ("por.cli.attest_collect", "join what a committee's members signed into a certificate"),
    "attest check": ("por.cli.attest_check", "say what a certificate is worth to you, offline"),
    "attest submit": ("por.cli.attest_submit", "record a certificate on a chain"),
    "attest revoke": ("por.cli.attest_revoke", "attesters: sign that an attestation is taken back"),
    "attest committee": ("por.cli.attest_committee", "write a committee down, and print its id"),
    "attest key": ("por.cli.attest_key", "attesters: make a key, or name the one in a file"),
}

_REGISTRY = f"""
[registry]
contract = "{r.REGISTRY}"
issuer = "{r.ISSUERS}"
from_block = {r.PIN.from_block}
max_delay_seconds = {r.DAY}
"""


def environment() -> dict[str, str]:
    """Return what holds the secrets: keys of three attesters and of who pays, and the password of key files."""
    pairs = zip(NAMES, a.accounts().signers, strict=True)
    keys = {f"TEST_{name.upper()}": signer.key.hex().removeprefix("0x") for name, signer in pairs}
    return {**keys, "TEST_PAYER": secret("payer").hex(), "POR_PASSWORD": PASSWORD}


@dataclass(frozen=True)
class AttestDesk:
    """The files of three attesters and one issuer."""

    folder: Path

    @classmethod
    def laid(cls, folder: Path, registry: r.Registry | None = None) -> AttestDesk:
        made = cls(folder)
        scenery.write_bundle(folder / "bundle", r.bundle())
        scenery.write_records(folder / "records.csv")
        (folder / "committee.json").write_bytes(committee_v1.write(a.committee_of(a.accounts())))
        committees = [committee_id(a.committee_of(each)) for each in (a.accounts(), a.keyholders())]
        text = POLICY.partition("[[waive]]")[0] + "[[layout]]" + POLICY.partition("[[layout]]")[2] + _REGISTRY
        named = ", ".join(f'"0x{each.hex()}"' for each in committees)
        text = text.replace("recordings = ", f"committees = [{named}]\nrecordings = ")
        made.policy.write_text(text.format(recording=f"sha256:{'00' * 32}"))
        answers = made.recorded(registry or r.anchored())
        made.file("answers.json").write_bytes(answers)
        made.policy.write_text(text.format(recording=digest_of(answers)))
        return made

    def file(self, name: str) -> Path:
        return self.folder / name

    @property
    def policy(self) -> Path:
        return self.file("policy.toml")

    def recorded(self, registry: r.Registry) -> bytes:
        """Record what two honest nodes answer to an attester."""
        recorder = RecordingSource(registry.source())
        opened, rules = open_bundle(self.file("bundle")), load_policy(self.policy)
        sources = Sources({scenery.CHAIN: recorder})
        verify(opened, rules, sources, now=scenery.AN_HOUR_LATER)
        policys_view(rules, sources, opened.bundle.instant)
        return recording_v1.write(RecordingSource.joined([recorder]))

    def attest(self, name: str, *more: object, now: str = NOW, output: str = "") -> list[str]:
        """Return the command of one attester."""
        command = ["attest", self.file("bundle"), "--policy", self.policy, "--replay", self.file("answers.json")]
        command += ["--ledger", self.file("records.csv"), "--committee", self.file("committee.json"), "--now", now]
        signer = f"env:TEST_{name.upper()}"
        return list(map(str, (*command, "--signer", signer, "--output", self.file(output or f"{name}.json"), *more)))

    def collect(self, *names: str, output: str = "certificate.json", committee: str = "committee.json") -> list[str]:
        files = [str(self.file(f"{name}.json")) for name in names]
        more = ("--committee", self.file(committee), "--output", self.file(output))
        return ["attest", "collect", *files, *map(str, more)]

    def check(self, *more: object, certificate: str = "certificate.json", now: str = NOW) -> list[str]:
        command = ("attest", "check", self.file(certificate), "--policy", self.policy, "--now", now, *more)
        return list(map(str, command))

    def signed(self, name: str) -> SignedStatement:
        return attestation_v1.read(self.file(f"{name}.json").read_bytes())

    def certificate(self, name: str = "certificate.json") -> Certificate:
        return certificate_v1.read(self.file(name).read_bytes())

    def committee(self, name: str = "committee.json") -> Committee:
        return committee_v1.read(self.file(name).read_bytes())

    def bls_key(self, name: str) -> Path:
        """Make a key file that costs little, and the document to hand out."""
        path = self.file(f"{name}-key.json")
        key = new_bls_key(path, PASSWORD, cost=2)
        self.file(f"{name}-public.json").write_bytes(attester_key_v1.write(AttesterKey(key.key, key.possession())))
        return path


def bls_public(number: int) -> AttesterKey:
    """Return a key whose secret is a small number, with its proof."""
    return AttesterKey(attesters.Keyholders((number,), 1).keys[0], a.proof_of(number))
