"""Lie about which bundle is the issuer's, of when it is, and what is in it; then the lies that nothing reveals."""

from dataclasses import replace
from pathlib import Path

from por.issuer.signing import ensure_signing_key
from por.model import Instant
from por.simulator.exchange import CUSTOMER, ISSUER, Exchange
from por.simulator.lie import DOCUMENT, Draft, Lie, at_the_time, shown_to_auditor, shown_to_customer
from por.simulator.lies_liabilities import altered, holdings_of, honest_proof, signed_note

IDENTIFIED = "publication.identified"


def _signed_by_a_stranger(exchange: Exchange, stage: Path) -> list[str]:
    stranger = ensure_signing_key(stage / "stranger.key", ISSUER)[0]
    return shown_to_auditor(exchange, Draft.of(exchange).publish(stage / "bundle", stranger))


def _note_of_another_bundle(exchange: Exchange, stage: Path) -> list[str]:
    draft = Draft.of(exchange)
    note = (exchange.bundle / "bundle.note").read_bytes()
    draft.bundle = replace(draft.bundle, sequence=2, previous=draft.bundle.evidence[0].digest)
    bundle = draft.publish(stage / "bundle", exchange.signing_key)
    (bundle / "bundle.note").write_bytes(note)
    return shown_to_auditor(exchange, bundle)


def _signature_spoiled(exchange: Exchange, stage: Path) -> list[str]:
    bundle = Draft.of(exchange).publish(stage / "bundle", exchange.signing_key)
    note = (bundle / "bundle.note").read_text()
    body, _, last = note.rstrip("\n").rpartition(" ")
    spoiled = last[:20] + ("B" if last[20] == "A" else "A") + last[21:]
    (bundle / "bundle.note").write_text(f"{body} {spoiled}\n")
    return shown_to_auditor(exchange, bundle)


def _another_issuers_bundle(exchange: Exchange, stage: Path) -> list[str]:
    policy = exchange.policy().read_text().replace(f'id = "{ISSUER}"', 'id = "other.example"')
    (stage / "policy.toml").write_text(policy)
    return shown_to_auditor(exchange, exchange.bundle, stage / "policy.toml")


def _two_bundles(exchange: Exchange, stage: Path) -> list[str]:
    rows = Draft.of(exchange).bundle.liabilities
    signed_note(exchange, stage, rows[1:])
    proof = altered(stage, honest_proof(exchange, stage))
    shown = shown_to_customer(exchange, proof, CUSTOMER, *holdings_of(exchange, CUSTOMER))
    return [*shown, "--bundle", str(stage / "bundle")]


def _root_of_its_own(exchange: Exchange, stage: Path) -> list[str]:
    proof = honest_proof(exchange, stage)
    shown = shown_to_customer(exchange, altered(stage, proof), CUSTOMER, *holdings_of(exchange, CUSTOMER))
    return [*shown, "--root", "11" * 32]


def _unsigned_proof(exchange: Exchange, stage: Path) -> list[str]:
    proof = replace(honest_proof(exchange, stage), note="")
    return shown_to_customer(exchange, altered(stage, proof), CUSTOMER, *holdings_of(exchange, CUSTOMER))


def _evidence_altered(exchange: Exchange, stage: Path) -> list[str]:
    draft = Draft.of(exchange)
    bundle = draft.publish(stage / "bundle", exchange.signing_key)
    path = bundle / "evidence" / draft.bundle.evidence[0].digest.value.hex()
    data = path.read_bytes()
    path.write_bytes(data[:50] + bytes([data[50] ^ 1]) + data[51:])
    return shown_to_auditor(exchange, bundle)


def _evidence_withheld(exchange: Exchange, stage: Path) -> list[str]:
    draft = Draft.of(exchange)
    bundle = draft.publish(stage / "bundle", exchange.signing_key)
    (bundle / "evidence" / draft.bundle.evidence[0].digest.value.hex()).unlink()
    return shown_to_auditor(exchange, bundle)


def _stale(exchange: Exchange, stage: Path) -> list[str]:
    shown = shown_to_auditor(exchange, exchange.bundle)
    position = shown.index("--now")
    return [*shown[:position], *at_the_time(exchange, 90_000)]


def _from_the_future(exchange: Exchange, stage: Path) -> list[str]:
    shown = shown_to_auditor(exchange, exchange.bundle)
    return [*shown[: shown.index("--now")], *at_the_time(exchange, -60)]


def _other_instant(exchange: Exchange, stage: Path) -> list[str]:
    draft = Draft.of(exchange)
    draft.bundle = replace(draft.bundle, instant=Instant(draft.bundle.instant.seconds + 60))
    return shown_to_auditor(exchange, draft.publish(stage / "bundle", exchange.signing_key))


def _spare_text(exchange: Exchange, stage: Path) -> list[str]:
    bundle = Draft.of(exchange).publish(stage / "bundle", exchange.signing_key)
    path = bundle / "bundle.json"
    path.write_bytes(path.read_bytes().replace(b'"issuer":', b'"issuer":"audited.example","issuer":', 1))
    return shown_to_auditor(exchange, bundle)


def _honestly(exchange: Exchange, stage: Path) -> list[str]:
    return shown_to_auditor(exchange, exchange.bundle)


LIES = (
    Lie(
        "signed by a stranger",
        ("T34", "T39"),
        "signs with a key of its own",
        IDENTIFIED,
        _signed_by_a_stranger,
        "INCONCLUSIVE",
    ),
    Lie(
        "note of another bundle",
        ("T34", "T36"),
        "puts an old signature beside a new bundle",
        IDENTIFIED,
        _note_of_another_bundle,
    ),
    Lie(
        "signature spoiled",
        ("T39",),
        "hopes that nobody checks the signature",
        IDENTIFIED,
        _signature_spoiled,
    ),
    Lie(
        "another issuer's bundle",
        ("T38",),
        "passes off its bundle as another issuer's",
        IDENTIFIED,
        _another_issuers_bundle,
    ),
    Lie(
        "two bundles for one instant",
        ("T35",),
        "signs one list for customers, one for others",
        IDENTIFIED,
        _two_bundles,
    ),
    Lie(
        "a root of its own",
        ("T34",),
        "shows a root beside its proof that is not the published one",
        IDENTIFIED,
        _root_of_its_own,
    ),
    Lie(
        "unsigned proof",
        ("T34",),
        "hands out a proof that nobody signed",
        IDENTIFIED,
        _unsigned_proof,
        "INCONCLUSIVE",
    ),
    Lie(
        "evidence altered",
        ("T42",),
        "changes one bit of an evidence file",
        "snapshot.complete",
        _evidence_altered,
    ),
    Lie(
        "evidence withheld",
        ("T68",),
        "leaves an evidence file out",
        "snapshot.complete",
        _evidence_withheld,
        "INCONCLUSIVE",
    ),
    Lie("stale snapshot", ("T37", "T74"), "shows last week's snapshot as today's", "snapshot.fresh", _stale),
    Lie(
        "snapshot of tomorrow",
        ("T37",),
        "dates the snapshot into the future",
        "snapshot.fresh",
        _from_the_future,
    ),
    Lie(
        "instants mixed",
        ("T38", "T57"),
        "joins liabilities of one instant with coins of another",
        "snapshot.simultaneous",
        _other_instant,
    ),
    Lie("a name twice", ("T86",), "writes two issuers into one document", DOCUMENT, _spare_text),
)

UNSEEN = (
    Lie(
        "a customer who never looks",
        ("T23",),
        "leaves out a customer who never asks for a proof",
        None,
        _honestly,
    ),
    Lie("debts off the books", ("T72",), "owes a loan that is in no ledger", None, _honestly),
    Lie(
        "coins borrowed for the day",
        ("T51", "T58"),
        "borrows the missing coins over the snapshot",
        None,
        _honestly,
    ),
    Lie("keys shared with a thief", ("T44",), "signs with keys that somebody else holds too", None, _honestly),
)
