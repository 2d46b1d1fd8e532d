"""Documents of attesters: committees, keys, signed statements, certificates, each good and spoiled."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.attestation_vectors.making import (
    ACCOUNTS,
    ATTESTATION,
    BLS_COMMITTEE,
    CONTRACT_COMMITTEE,
    ECDSA_COMMITTEE,
    ETHER,
    FIGURES,
    KEYHOLDERS,
    REVOCATION,
    certificate_document,
    committee_document,
    committee_id,
    hexed,
    key_document,
    signed_document,
    statement_digest,
)
from scripts.document_vectors.case import (
    MISSING,
    Case,
    Json,
    Spoiled,
    canonical,
    case,
    changed,
    sha256,
    spelling_cases,
    spoiled_cases,
)

COMMITTEES, KEYS = "committee-document", "attester-key-document"
STATEMENTS, CERTIFICATES = "attestation-document", "certificate-document"

BAD_COMMITTEE: list[Spoiled] = [
    ("scheme_unknown", "a scheme that there is not", None, "/scheme", "schnorr"),
    ("threshold_zero", "nobody must sign", "T47", "/threshold", 0),
    ("threshold_above", "more must sign than there are members", "T47", "/threshold", 4),
    ("threshold_text", "a threshold as text", None, "/threshold", "2"),
    ("chain_named", "a chain, though no contract is a member", "T53", "/chain", "eip155:1"),
    ("members_none", "nobody", "T68", "/members", []),
    ("member_zero", "the zero address, which ecrecover gives for nonsense", "T47", "/members/0", "0x" + "00" * 20),
    ("member_upper_case", "an address in another spelling", "T46", "/members/2", "0x" + "AB" * 20),
    ("member_twice", "one member twice, to reach the threshold alone", "T47", "/members/1", "", "/members/1"),
    ("members_unsorted", "members out of order", None, "/members", [], "/members/1"),
    ("member_unknown", "an unknown member", "T86", "/comment", "x", "/"),
    ("member_missing", "no members at all", None, "/members", MISSING, "/"),
]
BAD_STATEMENT: list[Spoiled] = [
    ("type_unknown", "a statement of another kind", None, "/statement/type", "audit"),
    ("commitment_short", "a commitment of 31 bytes", "T10", "/statement/commitment", "0x" + "ab" * 31),
    ("commitment_bare", "a commitment without 0x", "T86", "/statement/commitment", "ab" * 32),
    ("policy_bare", "a policy digest without its name", "T11", "/statement/policy", "0x" + "ab" * 32),
    ("outcome_unknown", "an outcome that there is not", "T68", "/statement/outcome", "SOLVENT"),
    ("outcome_number", "an outcome as the contract numbers it", "T68", "/statement/outcome", 1),
    ("figure_negative", "a negative figure", "T03", "/statement/figures/0/reserves", "-1"),
    ("figure_overflow", "2^128", "T06", "/statement/figures/0/reserves", str(2**128)),
    ("figure_number", "a figure as a number", "T87", "/statement/figures/0/reserves", 5),
    ("figure_symbol", "a symbol for an asset", "T61", "/statement/figures/0/asset", "ETH"),
    ("figure_twice", "one asset twice", "T46", "/statement/figures/1", FIGURES[0]),
    (
        "rulebook_twice",
        "one rulebook twice",
        None,
        "/statement/rulebooks",
        [f"sha256:{'ab' * 32}"] * 2,
        "/statement/rulebooks/1",
    ),
    ("expires_at_once", "expired when it was observed", "T37", "/statement/expiresAt", ATTESTATION["observedAt"]),
    ("observed_number", "seconds as a number", "T92", "/statement/observedAt", 1_793_577_600),
    ("entry_sequence_zero", "an entry before the first", None, "/statement/entry/sequence", 0),
    (
        "entry_issuer_upper",
        "an issuer's address in another spelling",
        "T46",
        "/statement/entry/issuer",
        "0x" + "AB" * 20,
    ),
    ("entry_previous_short", "31 bytes", "T10", "/statement/entry/previous", "0x" + "00" * 31),
    ("chain_in_statement", "a chain that the domain does not name", "T53", "/statement/chainId", 1, "/statement"),
]
BAD_SIGNED: list[Spoiled] = [
    ("scheme_other", "a scheme that there is not", None, "/signer/scheme", "rsa"),
    ("signature_64", "the 64 bytes of EIP-2098", "T48", "/signature", "0x" + "11" * 64),
    ("signature_96", "a BLS signature of an account", "T48", "/signature", "0x" + "11" * 96),
    ("report_missing", "an attestation without its signer's report", None, "/report", None),
    ("member_key", "a BLS key for an account", None, "/signer/member", "0x" + "ab" * 48),
]
BAD_CERTIFICATE: list[Spoiled] = [
    ("signers_none", "nobody", "T68", "/signers", [], "/signatures"),
    ("signer_stranger", "a signer who is no member", "T47", "/signers/1/member", "0x" + "ab" * 20, "/signers/1"),
    ("signature_missing", "one signature less than signers", "T47", "/signatures", ["0x" + "11" * 65]),
    ("signature_short", "64 bytes", "T48", "/signatures/0", "0x" + "11" * 64),
    ("report_missing", "a signer without report", None, "/signers/0/report", None),
    ("committee_zero", "a threshold of zero", "T47", "/committee/threshold", 0),
]


def document_cases() -> Iterator[Case]:
    yield from committee_cases()
    yield from key_cases()
    yield from statement_cases()
    yield from certificate_cases()


def committee_cases() -> Iterator[Case]:
    for name, committee in (("ecdsa", ECDSA_COMMITTEE), ("contract", CONTRACT_COMMITTEE), ("bls", BLS_COMMITTEE)):
        text = canonical(committee_document(committee))
        expect = {"id": committee_id(committee), "digest": sha256(text)}
        yield case(f"{COMMITTEES}/{name}", f"two of three by {name}", None, {"document": text}, expect)
    good = committee_document(ECDSA_COMMITTEE)
    first, second, _ = good["members"]
    filled = {"member_twice": first, "members_unsorted": [second, first]}
    rows = [(*row[:4], filled.get(row[0], row[4]), *row[5:]) for row in BAD_COMMITTEE]
    yield from spoiled_cases(COMMITTEES, good, rows)
    contract: list[Spoiled] = [
        ("contract_chain_null", "contracts of no chain in particular", "T53", "/chain", None),
        ("contract_chain_other", "contracts of a chain that has none", "T53", "/chain", "bip122:" + "0" * 32),
        ("contract_chain_zero", "the chain id that stands for none", "T53", "/chain", "eip155:0"),
    ]
    yield from spoiled_cases(COMMITTEES, committee_document(CONTRACT_COMMITTEE), contract)
    bls: list[Spoiled] = [
        ("bls_address", "an address among BLS keys", None, "/members/0", "0x" + "ab" * 20),
        (
            "bls_no_possession",
            "a key whose possession nobody proves",
            "T47",
            "/members/0/possession",
            MISSING,
            "/members/0",
        ),
        ("bls_key_point", "a key as the chain takes it", "T86", "/members/0/key", "0x" + "ab" * 128),
    ]
    yield from spoiled_cases(COMMITTEES, committee_document(BLS_COMMITTEE), bls)
    yield from spelling_cases(COMMITTEES, good)


def key_cases() -> Iterator[Case]:
    document = key_document(KEYHOLDERS[0])
    text = canonical(document)
    yield case(f"{KEYS}/key", "a key with its proof", None, {"document": text}, {"digest": sha256(text)})
    rows: list[Spoiled] = [
        ("key_short", "47 bytes", "T10", "/key", "0x" + "ab" * 47),
        ("possession_point", "a proof as the chain takes it", "T86", "/possession", "0x" + "ab" * 256),
        ("possession_missing", "no proof", "T47", "/possession", MISSING, "/"),
        ("secret", "a secret, which no document holds", "T80", "/secret", "0x" + "ab" * 32, "/"),
    ]
    yield from spoiled_cases(KEYS, document, rows)


def statement_cases() -> Iterator[Case]:
    good = {
        "ecdsa": signed_document(ATTESTATION, ACCOUNTS[0]),
        "contract": signed_document(ATTESTATION, ACCOUNTS[0], "contract", b"\x01"),
        "bls": signed_document(ATTESTATION, KEYHOLDERS[0], "bls"),
        "revocation": signed_document(REVOCATION, ACCOUNTS[0]),
        "no_entry": signed_document({**ATTESTATION, "entry": None}, ACCOUNTS[0]),
    }
    for name, document in good.items():
        text = canonical(document)
        expect = {"statement": hexed(statement_digest(document["statement"])), "digest": sha256(text)}
        yield case(f"{STATEMENTS}/{name}", f"a signed statement: {name}", None, {"document": text}, expect)
    yield from spoiled_cases(STATEMENTS, good["ecdsa"], BAD_STATEMENT)
    yield from spoiled_cases(STATEMENTS, good["ecdsa"], BAD_SIGNED)
    revocation: list[Spoiled] = [
        ("revocation_report", "a report of a revocation", None, "/report", f"sha256:{'ab' * 32}"),
        ("revocation_lines", "a reason of two lines", "T93", "/statement/reason", "one\ntwo"),
        ("revocation_figures", "figures of a revocation", None, "/statement/figures", [], "/statement"),
    ]
    yield from spoiled_cases(STATEMENTS, good["revocation"], revocation)
    yield from spelling_cases(STATEMENTS, good["ecdsa"])


def certificate_cases() -> Iterator[Case]:
    good = {
        "ecdsa": certificate_document(ATTESTATION, ECDSA_COMMITTEE, ACCOUNTS[:2]),
        "contract": certificate_document(ATTESTATION, CONTRACT_COMMITTEE, ACCOUNTS[1:]),
        "bls": certificate_document(ATTESTATION, BLS_COMMITTEE, KEYHOLDERS[:2]),
        "revocation": certificate_document(REVOCATION, ECDSA_COMMITTEE, ACCOUNTS[:2]),
    }
    for name, document in good.items():
        text = canonical(document)
        expect = {"signers": len(document["signers"]), "digest": sha256(text)}
        yield case(f"{CERTIFICATES}/{name}", f"a certificate: {name}", None, {"document": text}, expect)
    yield from spoiled_cases(CERTIFICATES, good["ecdsa"], BAD_CERTIFICATE)
    twice: Json = changed(good["ecdsa"], "/signers/1", good["ecdsa"]["signers"][0])
    rows: list[Spoiled] = [
        ("signer_twice", "one member signs twice", "T47", "/signers/1", twice["signers"][1]),
        ("signers_unsorted", "signers out of order", None, "/signers", good["ecdsa"]["signers"][::-1], "/signers/1"),
        ("figure_asset", "an asset in another spelling", "T46", "/statement/figures/1/asset", ETHER.upper()),
    ]
    yield from spoiled_cases(CERTIFICATES, good["ecdsa"], rows)
    bls: list[Spoiled] = [
        ("bls_each", "a signature each where one sum belongs", None, "/signatures", ["0x" + "11" * 96] * 2),
        ("bls_point", "a sum as the chain takes it", "T86", "/signatures/0", "0x" + "11" * 256),
    ]
    yield from spoiled_cases(CERTIFICATES, good["bls"], bls)
    yield from spelling_cases(CERTIFICATES, good["ecdsa"])
