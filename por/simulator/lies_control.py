"""Lie about who can sign: signatures made for something else, and openings of a set of control proofs."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from por.commitments.control_set import SALT_BYTES, leaf_data
from por.encoding import control_opening_v1, control_signature_v1
from por.encoding.media_types import CONTROL_OPENING, CONTROL_SIGNATURE
from por.issuer.control_set import ControlSetTree
from por.model import Bundle, Challenge, ControlOpening, ControlSignature, Digest, Instant
from por.simulator.exchange import Exchange
from por.simulator.lie import Draft, Lie, shown_to_auditor

CONTROL = "reserves.control"
MONTH, YEARS = 30 * 86_400, 10 * 365 * 86_400


def challenge_in(bundle: Bundle, exchange: Exchange, name: str) -> Challenge:
    """Write the challenge of an account in a bundle of the cheat's making."""
    block = bundle.blocks[0].block
    return Challenge(
        bundle.issuer, bundle.snapshot, exchange.account(name), block.number, block.hash, str(bundle.expires)
    )


def signed(exchange: Exchange, challenge: Challenge, key: str = "cold") -> bytes:
    """Sign a challenge and write the control proof of the account in it."""
    signature = exchange.keys[key].sign(challenge, "eip712")
    return control_signature_v1.write(ControlSignature(challenge.account, "eip712", signature))


def _two_bundles(change: Callable[[Bundle], Bundle], option: str) -> Callable[[Exchange, Path], list[str]]:
    """Show a signature made for a changed bundle, to a verifier who has that bundle too."""

    def tell(exchange: Exchange, stage: Path) -> list[str]:
        there, here = Draft.of(exchange), Draft.of(exchange)
        there.bundle = change(there.bundle)
        document = signed(exchange, challenge_in(there.bundle, exchange, "cold"))
        for draft in (there, here):
            digest = draft.files.add(document, CONTROL_SIGNATURE)
            draft.account(draft.position(exchange, "cold"), control=digest)
        known = there.publish(stage / "known", exchange.signing_key)
        shown = here.publish(stage / "bundle", exchange.signing_key)
        return [*shown_to_auditor(exchange, shown), option, str(known)]

    return tell


def _month_before(bundle: Bundle) -> Bundle:
    before, ends = Instant(bundle.instant.seconds - MONTH), Instant(bundle.expires.seconds - MONTH)
    return replace(bundle, instant=before, expires=ends)


def _of_another(bundle: Bundle) -> Bundle:
    return replace(bundle, issuer="other.example")


def _never_expiring(exchange: Exchange, stage: Path) -> list[str]:
    draft = Draft.of(exchange)
    draft.bundle = replace(draft.bundle, expires=Instant(draft.bundle.instant.seconds + YEARS))
    for name in ("cold", "hot"):
        digest = draft.files.add(signed(exchange, challenge_in(draft.bundle, exchange, name), name), CONTROL_SIGNATURE)
        draft.account(draft.position(exchange, name), control=digest)
    return shown_to_auditor(exchange, draft.publish(stage / "bundle", exchange.signing_key))


@dataclass(frozen=True)
class ProofSet:
    """Hold the control proofs of a bundle as a set, in the order of its accounts."""

    records: tuple[bytes, ...]
    tree: ControlSetTree

    @classmethod
    def of(cls, draft: Draft, salt: bytes = b"\x05") -> "ProofSet":
        """Commit to a bundle's control proofs; one salt for all will do for a cheat."""
        digests = [row.control for row in draft.bundle.reserves if row.control is not None]
        records = tuple(draft.files.data[digest] for digest in digests)
        return cls(records, ControlSetTree([leaf_data(salt * SALT_BYTES, record) for record in records]))

    def opening(self, index: int, salt: bytes = b"\x05") -> bytes:
        """Open one of them."""
        return control_opening_v1.write(
            ControlOpening(index, salt * SALT_BYTES, self.records[index], self.tree.path(index))
        )


def _in_a_set(change: Callable[[Exchange, Draft, ProofSet], bytes | None]) -> Callable[[Exchange, Path], list[str]]:
    """Commit to the honest control proofs, and give for the cold account what the cheat makes of its opening."""

    def tell(exchange: Exchange, stage: Path) -> list[str]:
        draft = Draft.of(exchange)
        made = ProofSet.of(draft)
        wrong = change(exchange, draft, made)
        for position in range(len(draft.bundle.reserves)):
            draft.account(position, control=draft.files.add(made.opening(position), CONTROL_OPENING))
        draft.bundle = replace(draft.bundle, control_set=made.tree.commitment)
        draft.account(draft.position(exchange, "cold"), control=_listed(draft, wrong))
        return shown_to_auditor(exchange, draft.publish(stage / "bundle", exchange.signing_key))

    return tell


def _listed(draft: Draft, document: bytes | None) -> Digest | None:
    if document is None:
        return None
    is_opening = b'"path"' in document
    return draft.files.add(document, CONTROL_OPENING if is_opening else CONTROL_SIGNATURE)


def _anothers(exchange: Exchange, draft: Draft, made: ProofSet) -> bytes:
    return made.opening(draft.position(exchange, "hot"))


def _of_another_set(exchange: Exchange, draft: Draft, made: ProofSet) -> bytes:
    return ProofSet.of(draft, b"\x06").opening(draft.position(exchange, "cold"), b"\x06")


def _at_another_place(exchange: Exchange, draft: Draft, made: ProofSet) -> bytes:
    opening = control_opening_v1.read(made.opening(draft.position(exchange, "cold")))
    return control_opening_v1.write(replace(opening, index=opening.index + len(made.records)))


def _outside(exchange: Exchange, draft: Draft, made: ProofSet) -> bytes:
    return made.records[draft.position(exchange, "cold")]


def _withheld(exchange: Exchange, draft: Draft, made: ProofSet) -> None:
    return None


LIES = (
    Lie(
        "last month's signature",
        ("T43", "T44"),
        "shows last month's signature to who kept last month's bundle",
        CONTROL,
        _two_bundles(_month_before, "--previous"),
    ),
    Lie(
        "another issuer's signature",
        ("T43", "T45"),
        "shows the signature in another issuer's bundle",
        CONTROL,
        _two_bundles(_of_another, "--other"),
    ),
    Lie(
        "a signature for ten years",
        ("T44",),
        "lets a signature be good for ten years",
        CONTROL,
        _never_expiring,
    ),
    Lie(
        "another account's opening",
        ("T09", "T47"),
        "opens one account's control proof for two",
        CONTROL,
        _in_a_set(_anothers),
    ),
    Lie(
        "an opening of another set",
        ("T09", "T43"),
        "opens another set of control proofs than it committed to",
        CONTROL,
        _in_a_set(_of_another_set),
    ),
    Lie(
        "an opening beyond the set",
        ("T13", "T17"),
        "opens a place that the set does not have",
        CONTROL,
        _in_a_set(_at_another_place),
    ),
    Lie(
        "a proof outside the set",
        ("T43",),
        "shows a control proof beside the set that it committed to",
        CONTROL,
        _in_a_set(_outside),
    ),
    Lie(
        "an opening withheld",
        ("T49",),
        "commits to a control proof and opens it to nobody",
        CONTROL,
        _in_a_set(_withheld),
        "INCONCLUSIVE",
    ),
)
