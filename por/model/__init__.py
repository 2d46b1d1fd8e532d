"""Hold every noun of `por`, frozen: no input or output, no hashing."""

from por.model.amounts import MAX_DECIMALS, UINT128_MAX, checked_sum, format_coins, parse_coins, parse_units
from por.model.anchor import Anchor, AnchoredEntry, AssetTotal, RegistryPin
from por.model.attestation import Attestation, Committee, Figure, Revocation, SignatureScheme
from por.model.bundle import Bundle, EvidenceEntry, SnapshotBlock
from por.model.certificate import AttesterKey, Certificate, SignedStatement, Statement
from por.model.chain import AccountProof, AccountState, BlockRef, Header, Log, Source
from por.model.digest import Digest
from por.model.identifiers import AssetId, ChainAccount, ChainId
from por.model.instant import Instant
from por.model.liability import (
    MAX_DEPTH,
    CaseRule,
    Expectation,
    InclusionProof,
    LiabilityCommitment,
    PathStep,
    RecordProof,
    TreeProof,
    issuer_id,
    segment_name,
    snapshot_id,
)
from por.model.policy import (
    AssetClass,
    ChainRule,
    Denomination,
    Implementation,
    KeyOrder,
    Policy,
    TokenLayout,
    Waiver,
)
from por.model.reserve import Challenge, ClaimedHolding, ControlSignature, Custody, ReserveAccount, Role
from por.model.text import plain_text, printable
from por.model.verdict import Finding, Grade, Outcome, Verdict

__all__ = [
    "MAX_DECIMALS",
    "MAX_DEPTH",
    "UINT128_MAX",
    "AccountProof",
    "AccountState",
    "Anchor",
    "AnchoredEntry",
    "AssetClass",
    "AssetId",
    "AssetTotal",
    "Attestation",
    "AttesterKey",
    "BlockRef",
    "Bundle",
    "CaseRule",
    "Certificate",
    "ChainAccount",
    "ChainId",
    "ChainRule",
    "Challenge",
    "ClaimedHolding",
    "Committee",
    "ControlSignature",
    "Custody",
    "Denomination",
    "Digest",
    "EvidenceEntry",
    "Expectation",
    "Figure",
    "Finding",
    "Grade",
    "Header",
    "Implementation",
    "InclusionProof",
    "Instant",
    "KeyOrder",
    "LiabilityCommitment",
    "Log",
    "Outcome",
    "PathStep",
    "Policy",
    "RecordProof",
    "RegistryPin",
    "ReserveAccount",
    "Revocation",
    "Role",
    "SignatureScheme",
    "SignedStatement",
    "SnapshotBlock",
    "Source",
    "Statement",
    "TokenLayout",
    "TreeProof",
    "Verdict",
    "Waiver",
    "checked_sum",
    "format_coins",
    "issuer_id",
    "parse_coins",
    "parse_units",
    "plain_text",
    "printable",
    "segment_name",
    "snapshot_id",
]
