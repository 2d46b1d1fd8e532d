"""Write logs into an index, after recomputing all that they name by a hash."""

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from eth_abi.abi import encode
from eth_utils.crypto import keccak

from por.commitments.anchors import anchor_id
from por.commitments.statements import OUTCOMES, attestation_digest
from por.errors import DisagreementError, EvidenceError, FormatError
from por.model import AnchoredEntry, Attestation, ChainId, Digest, Instant, Log, Outcome, SignatureScheme, printable
from por.proofs.state.registry import entry_of
from por.publish.events import (
    ACCOUNT_DISPUTED,
    ANCHORED,
    ANSWER_UPDATED,
    ATTESTED,
    BALANCE_REFUTED,
    BLOCK_REFUTED,
    COMMITTEE_REGISTERED,
    FEED_DEPLOYED,
    FEED_KINDS,
    KEY_REGISTERED,
    REVOKED,
    ROUND_STARTED,
    SUM_REFUTED,
    Event,
    place_of,
)

MAX_TEXT = 1024

_OUTCOME_OF = {number: outcome for outcome, number in OUTCOMES.items()}


@dataclass(frozen=True, slots=True)
class Place:
    """Say where logs are written to: the database, the chain they are of, and the time of a log's block."""

    rows: sqlite3.Connection
    chain: ChainId
    time_of: Callable[[Log], int]

    def put(self, table: str, *values: object) -> None:
        """Insert a row."""
        marks = ", ".join("?" * len(values))
        self.rows.execute(f"INSERT INTO {table} VALUES ({marks})", values)  # noqa: S608 - a table of the schema


def write_log(place: Place, event: Event, log: Log) -> None:
    """Write one log.

    Raises: DisagreementError naming the log where it contradicts itself or what stands before it: then the node left
    logs out or made them up, or this is another contract.
    """
    try:
        _WRITERS[event](place, log)
    except (EvidenceError, FormatError) as error:
        raise _wrong(log, str(error)) from error
    except sqlite3.IntegrityError as error:
        raise _wrong(log, f"{event.name} a second time of the same") from error
    except OverflowError as error:
        raise _wrong(log, f"{event.name} with a number that no such contract takes") from error


def _wrong(log: Log, what: str) -> DisagreementError:
    return DisagreementError(f"{place_of(log)}, of {log.address}: {what}")


def _entry(place: Place, log: Log) -> None:
    entry = entry_of(log)
    _require_next(place.rows, entry, f"entry {entry.sequence} of {entry.issuer}")
    anchor, computed = entry.anchor, anchor_id(entry)
    place.put(
        "entries",
        _hex(computed),
        entry.issuer,
        entry.sequence,
        _hex(entry.previous),
        anchor.instant.seconds,
        str(anchor.snapshot_chain),
        str(anchor.snapshot_block),
        _hex(anchor.snapshot_hash),
        _hex(anchor.commitments_root),
        str(anchor.bundle),
        _hex(anchor.reserve_set_root),
        anchor.supersedes,
        place.time_of(log),
        log.block.number,
        log.index,
    )
    for total in entry.totals:
        amounts = (str(total.liabilities), str(total.reserves))
        place.put("totals", _hex(computed), _hex(total.asset), *amounts, log.block.number)


def _require_next(rows: sqlite3.Connection, entry: AnchoredEntry, title: str) -> None:
    newest = "SELECT sequence, id, instant FROM entries WHERE issuer = ? ORDER BY sequence DESC LIMIT 1"
    sequence, identifier, instant = rows.execute(newest, (entry.issuer,)).fetchone() or (0, _hex(bytes(32)), 0)
    if entry.sequence != sequence + 1:
        raise EvidenceError(f"{title} follows entry {sequence}: what is between them is missing")
    if _hex(entry.previous) != identifier:
        raise EvidenceError(f"{title} follows {_hex(entry.previous)}, and entry {sequence} is {identifier}")
    anchor = entry.anchor
    corrects = anchor.supersedes == sequence and anchor.instant.seconds == instant
    if not (corrects if anchor.supersedes else anchor.instant.seconds > instant):
        raise EvidenceError(f"{title} is neither later than entry {sequence} nor a correction of it")


def _committee(place: Place, log: Log) -> None:
    told = COMMITTEE_REGISTERED.read(log)
    scheme, threshold, members = told["committee"]
    chain_id = int(place.chain.reference) if scheme == SignatureScheme.CONTRACT else 0
    values = [scheme, threshold, chain_id, members]
    computed = keccak(encode(["uint8", "uint8", "uint256", "bytes32[]"], values))
    _require_equal("the committee", told["id"], computed)
    place.put("committees", _hex(computed), scheme, threshold, " ".join(map(_hex, members)), log.block.number)


def _key(place: Place, log: Log) -> None:
    # py_ecc is slow to load, and few histories have keys.
    from por.proofs.bls import key_of_point  # noqa: PLC0415

    told = KEY_REGISTERED.read(log)
    key = key_of_point(told["key"])
    _require_equal("the key", told["member"], keccak(key))
    place.put("keys", _hex(told["member"]), _hex(key), log.block.number)


def _attestation(place: Place, log: Log) -> None:
    told = ATTESTED.read(log)
    commitment, policy, rulebooks, outcome, figures, observed, expires = told["attestation"]
    made = Attestation(
        commitment, Digest(policy), rulebooks, _outcome(outcome), figures, Instant(observed), Instant(expires)
    )
    _require_equal("the attestation", told["digest"], attestation_digest(made))
    _require_equal("the attested entry", told["commitment"], commitment)
    place.put(
        "attestations",
        *map(_hex, (told["committee"], told["digest"], commitment)),
        str(made.policy),
        _hex(rulebooks),
        str(made.outcome),
        _hex(figures),
        observed,
        str(expires),
        hex(told["signers"]),
        _hex(told["reports"]),
        place.time_of(log),
        log.block.number,
        log.index,
    )


def _revocation(place: Place, log: Log) -> None:
    told = REVOKED.read(log)
    names = map(_hex, (told["committee"], told["digest"], told["reason"]))
    place.put("revocations", *names, hex(told["signers"]), place.time_of(log), log.block.number)


def _sum(place: Place, log: Log) -> None:
    told = SUM_REFUTED.read(log)
    subject = f"tree {_hex(told['root'])}, {told['level']} levels down"
    _refutation(place, log, told, "sum", subject, str(told["recorded"]), str(told["own"]))


def _balance(place: Place, log: Log) -> None:
    told = BALANCE_REFUTED.read(log)
    subject = f"{place.chain}:{told['account']}"
    _refutation(place, log, told, "balance", subject, str(told["claimed"]), str(told["balance"]))


def _block(place: Place, log: Log) -> None:
    told = BLOCK_REFUTED.read(log)
    _refutation(place, log, told, "block", str(told["number"]), _hex(told["committed"]), _hex(told["canonical"]))


def _refutation(
    place: Place, log: Log, told: Mapping[str, Any], kind: str, subject: str, claimed: str, found: str
) -> None:
    place.put("refutations", log.address, _hex(told["id"]), kind, subject, claimed, found, log.block.number)


def _dispute(place: Place, log: Log) -> None:
    told = ACCOUNT_DISPUTED.read(log)
    names = map(_hex, (told["account"], told["first_id"], told["second_id"]))
    place.put("disputes", log.address, *names, told["first"], told["second"], log.block.number, log.index)


def _feed(place: Place, log: Log) -> None:
    told = FEED_DEPLOYED.read(log)
    issuer, committee, policy, asset, decimals, kind = told["parameters"]
    if (issuer, committee) != (told["issuer"], told["committee"]) or kind >= len(FEED_KINDS):
        raise EvidenceError(f"the feed {told['feed']} is said to be of other parameters than its own")
    names = (told["feed"], issuer, _hex(committee), str(Digest(policy)), feed_text(asset))
    place.put("feeds", *names, decimals, FEED_KINDS[kind], log.block.number)


def _round(place: Place, log: Log) -> None:
    told = ROUND_STARTED.read(log)
    names = (log.address, told["round"], told["sequence"], _hex(told["attestation"]))
    place.put("rounds", *names, str(_outcome(told["outcome"])), "", 0, log.block.number)


def _answer(place: Place, log: Log) -> None:
    told = ANSWER_UPDATED.read(log)
    values = (str(told["current"]), told["updated_at"], log.address, told["round"])
    changed = place.rows.execute(
        "UPDATE rounds SET answer = ?, updated_at = ? WHERE feed = ? AND round = ? AND answer = ''", values
    )
    if changed.rowcount != 1:
        raise EvidenceError(f"round {told['round']} has an answer, and was not started")


_WRITERS: Mapping[Event, Callable[[Place, Log], None]] = {
    ANCHORED: _entry,
    COMMITTEE_REGISTERED: _committee,
    KEY_REGISTERED: _key,
    ATTESTED: _attestation,
    REVOKED: _revocation,
    SUM_REFUTED: _sum,
    BALANCE_REFUTED: _balance,
    BLOCK_REFUTED: _block,
    ACCOUNT_DISPUTED: _dispute,
    FEED_DEPLOYED: _feed,
    ROUND_STARTED: _round,
    ANSWER_UPDATED: _answer,
}


def feed_text(data: bytes) -> str:
    """Return the text of an asset that whoever made a feed chose, as it may be stored and shown."""
    return printable(data.decode("utf-8", errors="replace"))[:MAX_TEXT]


def _outcome(number: int) -> Outcome:
    if number not in _OUTCOME_OF:
        raise EvidenceError(f"an outcome of {number}, which is none of the three")
    return _OUTCOME_OF[number]


def _require_equal(what: str, named: bytes, computed: bytes) -> None:
    if named != computed:
        raise EvidenceError(f"{what} is named {_hex(named)}, and its fields give {_hex(computed)}")


def _hex(data: bytes) -> str:
    return "0x" + data.hex()
