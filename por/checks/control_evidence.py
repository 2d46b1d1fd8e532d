"""Compute what each account's control proof implies: a signer, a contract's approval, or what it was made for."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from eth_utils.crypto import keccak

from por.checks.control_reasons import Brought, Misuse, brought_bundles, challenge_of, misuse, repeated
from por.checks.evidence import OpenBundle
from por.checks.observation import Broken, Missing, Observation, Seen, observe, then
from por.checks.witness_evidence import read_witnesses
from por.commitments.control_set import implied_root
from por.encoding import control_opening_v1, control_signature_v1, evm_code_v1, media_types, published_signature_v1
from por.encoding.published_signature_v1 import PublishedSignature
from por.errors import FormatError
from por.model import (
    ChainAccount,
    Challenge,
    ControlOpening,
    ControlScheme,
    ControlSignature,
    Digest,
    Header,
    Policy,
    ReserveAccount,
    Witness,
)
from por.proofs.control.contract import Approval, require_approval
from por.proofs.control.delegation import delegate_of
from por.proofs.control.evm import SUPPORTED_SCHEMES, signer

MAX_SEARCHES = 1000


@dataclass(frozen=True, slots=True)
class Signed:
    """Hold whose key signed the challenge; `misuse` is what it was made for, where that is not the account's."""

    scheme: str
    signer: str
    misuse: Misuse | None = None


@dataclass(frozen=True, slots=True)
class Approved:
    """Hold what a contract account's own code approved at the snapshot block."""

    scheme: str
    approval: Approval


@dataclass(frozen=True, slots=True)
class Unasked:
    """Hold the accounts whose code would judge, each with the code's hash, where the policy does not believe it.

    Such code is not even run: it could keep the verifier's machine busy.
    """

    scheme: str
    codes: tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Published:
    """Hold who signed a text that is bound to no snapshot, or, unverified, where else the very signature stands."""

    text: str
    signers: tuple[str, ...]
    misuse: Misuse | None = None


Said = Signed | Approved | Unasked | Published


@dataclass(frozen=True, slots=True)
class ControlEvidence:
    """Hold what a control proof implies.

    `leaf` is its place in the control set with the root that its opening implies, None where there is no set.
    `delegates` pair hashes of code with the accounts to which such code delegates (EIP-7702).
    """

    said: Said
    leaf: tuple[int, bytes] | None = None
    delegates: tuple[tuple[bytes, str], ...] = ()


@dataclass(frozen=True)
class ControlReader:
    """Read control proofs of a bundle, with openings and other bundles that the verifier brought beside it."""

    opened: OpenBundle
    policy: Policy
    brought: tuple[Brought, ...]
    openings: Mapping[ChainAccount, ControlOpening]
    searches: Iterator[int] = field(default_factory=lambda: iter(range(MAX_SEARCHES)))

    def look(self, account: ReserveAccount, header: Observation[Header]) -> Observation[ControlEvidence]:
        """Look at one account's control proof; `header` is that of its chain's snapshot block."""
        if account.control is None:
            return self._withheld(account, header)
        entry = self.opened.entry(account.control)
        kind = media_types.CONTROL_SIGNATURE if entry is None else entry.media_type
        if kind == media_types.CONTROL_OPENING:
            return self._read(account.control, kind, lambda data: self._opening(account, data, header))
        if kind == media_types.PUBLISHED_SIGNATURE:
            return self._read(account.control, kind, lambda data: self._published(account, data))
        if self.opened.bundle.control_set is not None:
            return Broken("the bundle commits to a set of control proofs, and this is no opening of it")
        kind = media_types.CONTROL_SIGNATURE
        return self._read(account.control, kind, lambda data: self._document(account, data, None, header))

    def _read(
        self, digest: Digest, kind: str, look: Callable[[bytes], Observation[ControlEvidence]]
    ) -> Observation[ControlEvidence]:
        return then(self.opened.read(digest, kind), look)

    def _withheld(self, account: ReserveAccount, header: Observation[Header]) -> Observation[ControlEvidence]:
        brought = self.openings.get(account.account)
        if brought is not None:
            return self._of_opening(account, brought, header)
        if self.opened.bundle.control_set is None:
            return Missing("the bundle gives no control proof for this account")
        return Missing(
            f"the bundle commits to {self.opened.bundle.control_set.count} control proofs and gives none for this "
            "account; if there is one, the issuer can open it to you (por issuer open): give it by --opening"
        )

    def _opening(
        self, account: ReserveAccount, data: bytes, header: Observation[Header]
    ) -> Observation[ControlEvidence]:
        opening = observe(lambda: control_opening_v1.read(data))
        return then(opening, lambda seen: self._of_opening(account, seen, header))

    def _of_opening(
        self, account: ReserveAccount, opening: ControlOpening, header: Observation[Header]
    ) -> Observation[ControlEvidence]:
        committed = self.opened.bundle.control_set
        if committed is None:
            return Broken("an opening of a control set, and the bundle commits to none")
        root = observe(lambda: implied_root(opening, committed.count))
        if isinstance(root, Seen) and root.value != committed.root:
            # Whose record it is does not matter: the check compares the roots first.
            return Seen(ControlEvidence(Signed("", ""), (opening.index, root.value)))
        return then(root, lambda seen: self._document(account, opening.record, (opening.index, seen), header))

    def _document(
        self, account: ReserveAccount, data: bytes, leaf: tuple[int, bytes] | None, header: Observation[Header]
    ) -> Observation[ControlEvidence]:
        signature = observe(lambda: control_signature_v1.read(data))
        said = then(signature, lambda seen: self._said(account, seen, header))
        delegates = _delegates(self.opened, account)
        return then(said, lambda seen: Seen(ControlEvidence(seen, leaf, delegates)))

    def _said(
        self, account: ReserveAccount, signature: ControlSignature, header: Observation[Header]
    ) -> Observation[Said]:
        challenge = challenge_of(self.opened.bundle, account.account)
        if challenge is None:
            return Missing(f"the bundle names no snapshot block of {account.account.chain}")
        if signature.scheme not in set(ControlScheme):
            return Missing(f"control proofs of scheme {signature.scheme} are not verified by this release")
        if signature.account != account.account:
            return Broken("the control proof is of another account")
        if signature.scheme in SUPPORTED_SCHEMES:
            return observe(lambda: self._signed(challenge, signature))
        return then(header, lambda seen: self._approved(account, challenge, signature, seen))

    def _signed(self, challenge: Challenge, signature: ControlSignature) -> Signed:
        found = signer(challenge, signature.scheme, signature.signature)
        if found == challenge.account.address:
            return Signed(signature.scheme, found)
        # To name what a signature was made for takes a hundred trials: the first thousand tell the story.
        if next(self.searches, None) is None:
            return Signed(signature.scheme, found)
        instead = misuse(self.opened.bundle, self.policy, self.brought, signature, challenge)
        return Signed(signature.scheme, found, instead)

    def _approved(
        self, account: ReserveAccount, challenge: Challenge, signature: ControlSignature, header: Header
    ) -> Observation[Said]:
        if not account.control_state:
            return Missing("the bundle gives no state in which the account's contract could judge the signature")
        witnesses = read_witnesses(self.opened, account.control_state, account.account.chain, header)
        return then(witnesses, partial(self._asked, challenge, signature, header))

    def _asked(
        self, challenge: Challenge, signature: ControlSignature, header: Header, witnesses: Sequence[Witness]
    ) -> Observation[Said]:
        given = ((item.proof.address, keccak(item.code)) for item in witnesses if item.code is not None)
        unknown = tuple(row for row in given if row[1] not in self.policy.wallets)
        if unknown:
            return Seen(Unasked(signature.scheme, unknown))
        scheme, data = ControlScheme(signature.scheme), signature.signature
        return observe(lambda: Approved(scheme, require_approval(challenge, scheme, data, header, witnesses)))

    def _published(self, account: ReserveAccount, data: bytes) -> Observation[ControlEvidence]:
        document = observe(lambda: published_signature_v1.read(data))
        said = then(document, lambda seen: self._of_text(account, seen))
        return then(said, lambda seen: Seen(ControlEvidence(seen)))

    def _of_text(self, account: ReserveAccount, document: PublishedSignature) -> Observation[Published]:
        # Lists of many chains: their libraries are for those alone who bring such lists.
        from por.proofs.control.published import published_signer  # noqa: PLC0415

        if document.account != account.account:
            return Broken("the published signature is of another account")
        again = repeated(self.opened.bundle, self.brought, account.account, document.signature)
        if again is not None:
            return Seen(Published(document.message, (), again))
        return observe(lambda: Published(document.message, published_signer(document)))


def control_reader(
    opened: OpenBundle,
    policy: Policy,
    previous: OpenBundle | None = None,
    others: Sequence[OpenBundle] = (),
    openings: Sequence[bytes] = (),
) -> ControlReader:
    """Make a reader. Raises: FormatError for an opening brought that cannot be read, or that has no place here."""
    brought = tuple(brought_bundles(previous, *others))
    return ControlReader(opened, policy, brought, _openings(opened, openings))


def _openings(opened: OpenBundle, documents: Sequence[bytes]) -> dict[ChainAccount, ControlOpening]:
    """Key openings by account; those of accounts whose proof the bundle has itself are not needed."""
    listed = {row.account for row in opened.bundle.reserves}
    found: dict[ChainAccount, ControlOpening] = {}
    for number, document in enumerate(documents, 1):
        place = f"--opening number {number}"
        try:
            opening = control_opening_v1.read(document)
            account = control_signature_v1.read(opening.record).account
        except FormatError as error:
            raise error.within(f"{place}:") from error
        if opened.bundle.control_set is None:
            raise FormatError("the bundle commits to no set of control proofs that this could open", place)
        if account not in listed:
            raise FormatError(f"the bundle does not list {account}", place)
        if found.setdefault(account, opening) != opening:
            raise FormatError(f"a second opening for {account}", place)
    return found


def _delegates(opened: OpenBundle, account: ReserveAccount) -> tuple[tuple[bytes, str], ...]:
    """Pair the hash of each given code that delegates with the account that it names; other codes are not read here."""
    if not account.control_state:
        return ()

    def look(data: bytes) -> tuple[bytes, str] | None:
        code = evm_code_v1.read(data)
        delegate = delegate_of(code)
        return None if delegate is None else (keccak(code), delegate)

    entries = (opened.entry(digest) for digest in account.control_state)
    codes = (entry for entry in entries if entry is not None and entry.media_type == media_types.EVM_CODE)
    seen = (then(opened.intact(entry), lambda data: observe(lambda: look(data))) for entry in codes)
    return tuple(item.value for item in seen if isinstance(item, Seen) and item.value is not None)
