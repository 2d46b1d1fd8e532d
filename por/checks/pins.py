"""Authenticate the commitments root of inclusion proofs by what the verifier already trusts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from por.checks.anchored_root import root_by_registry
from por.checks.evidence import OpenBundle
from por.checks.note import note_finding, pinned, read_note, read_signatures
from por.checks.observation import Broken, Missing, Observation, Seen, observe, then, unseen
from por.checks.registry_view import RegistryView
from por.errors import EvidenceError
from por.model import Bundle, CaseRule, Digest, Finding, InclusionProof, Outcome, Policy, RegistryPin
from por.model.identity import Identity
from por.proofs.inclusion import implied_commitments_root
from por.proofs.signed_note import BundleNote

CHECK = "publication.identified"

_WORST_FIRST = (Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.PASS)
_UNASKED = Missing("no source was asked about the registry; give --source CHAIN=URL")


@dataclass(frozen=True, slots=True)
class Pins:
    """Hold what authenticates a root: a policy, a bundle to compare with, commitments roots given by hand, a registry.

    `registry` is one named by hand, beside the policy's own; `view` is what either shows. `identity` is None where
    the customer brought no identity document.
    """

    policy: Policy | None = None
    bundle: OpenBundle | None = None
    roots: tuple[bytes, ...] = ()
    registry: RegistryPin | None = None
    view: Observation[RegistryView] = _UNASKED
    identity: Observation[Identity] | None = None

    @property
    def pinned_registry(self) -> RegistryPin | None:
        """Return the registry to look at, if there is one."""
        return self.registry or (self.policy.registry if self.policy else None)


def identified(subject: str, proofs: Sequence[InclusionProof], pins: Pins) -> Iterator[Finding]:
    """Ask: do all trees lie under one commitments root, and does a pin of the verifier's own authenticate it?

    Every pin that is given must hold: one of the roots, the bundle, the registry, the policy. A policy holds when it
    names the root, or one of its keys signed the note; the registry it names must not contradict that, and holds alone
    where it names neither. None given is INCONCLUSIVE.
    """
    root = observe(lambda: commitments_root(proofs))
    if not isinstance(root, Seen):
        yield unseen(CHECK, subject, root)
        return
    findings = list(_by_pins(subject, proofs, root.value, pins))
    if not findings:
        why = "no pin was given" if pins.policy is None else "your policy names neither a key nor this root"
        findings = [unseen(CHECK, subject, Missing(f"{why}; give a policy with the issuer's key, or --root"))]
    yield min(findings, key=lambda finding: _WORST_FIRST.index(finding.outcome))


def commitments_root(proofs: Sequence[InclusionProof]) -> bytes:
    """Return the one root under which all trees lie. Raises: EvidenceError."""
    roots = {implied_commitments_root(tree, proof.count) for proof in proofs for tree in proof.trees}
    if len(roots) > 1:
        raise EvidenceError("the trees of these proofs lead to different commitments roots")
    if not roots:
        raise EvidenceError("the proof opens no tree")
    return roots.pop()


def _by_pins(subject: str, proofs: Sequence[InclusionProof], root: bytes, pins: Pins) -> Iterator[Finding]:
    if pins.roots:
        yield _by_root(subject, root, pins.roots)
    if pins.bundle is not None:
        yield _by_bundle(subject, proofs, root, pins.bundle, pins.policy)
    named = [] if pins.policy is None else list(_by_policy(subject, proofs, root, pins.policy))
    yield from named
    if pins.pinned_registry is not None:
        by_registry = root_by_registry(subject, root, pins.view)
        if pins.registry is not None or not named or by_registry.outcome is Outcome.FAIL:
            yield by_registry


def _by_policy(subject: str, proofs: Sequence[InclusionProof], root: bytes, policy: Policy) -> Iterator[Finding]:
    if policy.issuer != proofs[0].issuer:
        message = f"{CHECK}.other_issuer"
        yield Finding(CHECK, subject, Outcome.FAIL, message, expected=policy.issuer, actual=proofs[0].issuer)
        return
    if root in policy.roots:
        yield _by_root(subject, root, policy.roots)
    elif policy.keys:
        yield _by_note(subject, proofs, root, policy)


def _by_root(subject: str, root: bytes, given: Sequence[bytes]) -> Finding:
    if root in given:
        return pinned(subject, f"{CHECK}.root_given", root.hex())
    expected = ", ".join(item.hex() for item in given)
    return Finding(CHECK, subject, Outcome.FAIL, f"{CHECK}.other_root", expected=expected, actual=root.hex())


def _by_bundle(
    subject: str, proofs: Sequence[InclusionProof], root: bytes, opened: OpenBundle, policy: Policy | None
) -> Finding:
    bundle = opened.bundle
    if bundle.snapshot != subject or bundle.commitments_root != root:
        expected = f"{bundle.snapshot} {bundle.commitments_root.hex()}"
        return Finding(CHECK, subject, Outcome.FAIL, f"{CHECK}.other_root", expected=expected, actual=root.hex())
    contradiction = next(_contradictions(proofs, bundle), None)
    if contradiction is not None:
        return unseen(CHECK, subject, Broken(contradiction))
    other = next(_other_bundles(proofs, opened, policy), None)
    if other is not None:
        message = f"{CHECK}.other_bundle"
        return Finding(CHECK, subject, Outcome.FAIL, message, expected=str(opened.digest), actual=str(other))
    if policy is not None and opened.digest in policy.bundles and policy.issuer == bundle.issuer:
        return pinned(subject, f"{CHECK}.pinned", str(opened.digest))
    if policy is not None and policy.keys and opened.note is not None:
        wanted = BundleNote(bundle.issuer, subject, opened.digest, root, bundle.case_rule)
        return note_finding(subject, read_signatures(opened.note, policy.keys), wanted)
    return unseen(CHECK, subject, Missing("the bundle is consistent, but no policy key or digest authenticates it"))


def _other_bundles(proofs: Sequence[InclusionProof], opened: OpenBundle, policy: Policy | None) -> Iterator[Digest]:
    """Name the bundles that the policy's keys signed in the proofs' notes, but the one given and what it supersedes.

    Two of them for one instant are a split view (T35).
    """
    for text in sorted({proof.note for proof in proofs} - {""}):
        signatures = read_signatures(text, policy.keys if policy else ())
        said = then(signatures, read_note)
        signed = isinstance(signatures, Seen) and signatures.value.names
        same = {opened.digest, opened.bundle.supersedes}
        if signed and isinstance(said, Seen) and said.value.bundle_digest not in same:
            yield said.value.bundle_digest


def _contradictions(proofs: Sequence[InclusionProof], bundle: Bundle) -> Iterator[str]:
    """Say where the proofs and the bundle state different things under one root: a total, an account id's spelling."""
    published = {commitment.ref: commitment for commitment in bundle.liabilities}
    for proof in proofs:
        if proof.case_rule is not bundle.case_rule:
            yield f"the proof writes account ids by the rule {proof.case_rule}, the bundle by {bundle.case_rule}"
        for shown in (tree.commitment for tree in proof.trees):
            stated = published.get(shown.ref)
            if stated is None:
                yield f"the bundle has no commitment for {shown.ref}"
            elif stated != shown:
                yield f"the proof and the bundle state different things about {shown.ref}"


def _by_note(subject: str, proofs: Sequence[InclusionProof], root: bytes, policy: Policy) -> Finding:
    texts = {proof.note for proof in proofs} - {""}
    if not texts:
        return unseen(CHECK, subject, Missing("the proof carries no signed note"))
    findings = [_signed(subject, text, root, proofs[0].case_rule, policy) for text in sorted(texts)]
    return next((finding for finding in findings if finding.outcome is not Outcome.PASS), findings[0])


def _signed(subject: str, text: str, root: bytes, case_rule: CaseRule, policy: Policy) -> Finding:
    signatures = read_signatures(text, policy.keys)
    said = then(signatures, read_note)
    if not isinstance(said, Seen):
        return unseen(CHECK, subject, said)
    note: BundleNote = said.value
    wanted = BundleNote(policy.issuer, subject, note.bundle_digest, root, case_rule)
    return note_finding(subject, signatures, wanted)
