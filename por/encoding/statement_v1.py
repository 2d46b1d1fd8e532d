"""Read and write what attesters sign, within the documents that carry it (`por/spec/attestation.md`)."""

from por.encoding.entry_v1 import entry_value, read_entry
from por.encoding.liability_v1 import Json
from por.encoding.reader import Reader
from por.model import AssetId, Attestation, Figure, Outcome, Revocation, Statement

MAX_FIGURES = 4096
MAX_RULEBOOKS = 64
MAX_REASON = 1000


def read_statement(reader: Reader) -> Statement:
    """Read an attestation or a revocation; that digests are of what stands beside them is not looked at.

    Raises: FormatError.
    """
    if not isinstance(reader.value, dict):
        raise reader.fail("not an object")
    if "type" not in reader.value:
        raise reader.fail("member 'type' is missing")
    kind = Reader(reader.value["type"], f"{reader.place}/type")
    if kind.text(32) == "attestation":
        return _read_attestation(reader)
    if kind.value == "revocation":
        return _read_revocation(reader)
    raise kind.fail("neither attestation nor revocation")


def statement_value(statement: Statement) -> Json:
    """Write a statement as a JSON value."""
    content = statement.content
    if isinstance(content, Revocation):
        return {
            "type": "revocation",
            "attestation": "0x" + content.attestation.hex(),
            "reason": statement.reason,
            "reasonDigest": "0x" + content.reason.hex(),
        }
    return {
        "type": "attestation",
        "commitment": "0x" + content.commitment.hex(),
        "entry": None if statement.entry is None else entry_value(statement.entry),
        "policy": str(content.policy),
        "rulebooks": [str(digest) for digest in statement.rulebooks],
        "rulebooksDigest": "0x" + content.rulebooks.hex(),
        "outcome": str(content.outcome),
        "figures": [
            {
                "asset": str(figure.asset),
                "liabilities": str(figure.liabilities),
                "reserves": str(figure.reserves),
            }
            for figure in statement.figures
        ],
        "figuresDigest": "0x" + content.figures.hex(),
        "observedAt": str(content.observed_at),
        "expiresAt": str(content.expires_at),
    }


def _read_attestation(reader: Reader) -> Statement:
    (_, commitment, entry, policy, rulebooks, rulebooks_digest, outcome, figures, figures_digest, observed, expires) = (
        reader.members(
            "type",
            "commitment",
            "entry",
            "policy",
            "rulebooks",
            "rulebooksDigest",
            "outcome",
            "figures",
            "figuresDigest",
            "observedAt",
            "expiresAt",
        )
    )
    content = Attestation(
        commitment=commitment.data(32, 32),
        policy=policy.digest(),
        rulebooks=rulebooks_digest.data(32, 32),
        outcome=outcome.choice(Outcome),
        figures=figures_digest.data(32, 32),
        observed_at=observed.instant(),
        expires_at=expires.instant(),
    )
    if content.expires_at <= content.observed_at:
        raise expires.fail("an attestation expires after it was observed")
    statement = Statement(
        content,
        figures=tuple(_read_figure(item) for item in figures.items(MAX_FIGURES)),
        rulebooks=tuple(item.digest() for item in rulebooks.items(MAX_RULEBOOKS)),
        entry=entry.optional(read_entry),
    )
    figures.require_ascending([str(figure.asset) for figure in statement.figures])
    rulebooks.require_ascending([str(digest) for digest in statement.rulebooks])
    return statement


def _read_figure(reader: Reader) -> Figure:
    asset, liabilities, reserves = reader.members("asset", "liabilities", "reserves")
    return Figure(asset.parse(AssetId.parse), liabilities.units(), reserves.units())


def _read_revocation(reader: Reader) -> Statement:
    _, attestation, reason, digest = reader.members("type", "attestation", "reason", "reasonDigest")
    return Statement(
        Revocation(attestation.data(32, 32), digest.data(32, 32)),
        reason=reason.text(MAX_REASON),
    )
