"""List every media type that `por` reads or writes; a document of any other type is refused by name."""

ATTESTATION = "application/vnd.por.attestation.v1+json"
ATTESTER_KEY = "application/vnd.por.attester-key.v1+json"
BUNDLE = "application/vnd.por.bundle.v1+json"
CERTIFICATE = "application/vnd.por.certificate.v1+json"
CLAIM = "application/vnd.por.claim.v1+json"
COMMITMENTS = "application/vnd.por.commitments.v1+json"
COMMITTEE = "application/vnd.por.committee.v1+json"
CONTROL_OPENING = "application/vnd.por.control-opening.v1+json"
CONTROL_SIGNATURE = "application/vnd.por.control-signature.v1+json"
DECLARATIONS = "application/vnd.por.declarations.v1+json"
DOCUMENT = "application/vnd.por.document.v1"
EVM_ACCOUNT_PROOF = "application/vnd.por.evm-account-proof.v1+json"
EVM_CODE = "application/vnd.por.evm-code.v1+json"
EVM_HEADER = "application/vnd.por.evm-header.v1+json"
EVM_WITNESS = "application/vnd.por.evm-witness.v1+json"
IDENTITY = "application/vnd.por.identity.v1+json"
INCLUSION_PROOF = "application/vnd.por.inclusion-proof.v1+json"
LIGHT_CLIENT = "application/vnd.por.light-client.v1+json"
POLICY = "application/vnd.por.policy.v1+json"
PROOF_STORE = "application/vnd.por.proof-store.v1+json"
PUBLISHED_SIGNATURE = "application/vnd.por.published-signature.v1+json"
RECEIPT = "application/vnd.por.receipt.v1+json"
RECORDING = "application/vnd.por.recording.v1+json"
SNAPSHOT = "application/vnd.por.snapshot.v1+json"
VALIDATORS = "application/vnd.por.validators.v1+json"
VERDICT = "application/vnd.por.verdict.v1+json"

EVIDENCE = frozenset(
    {
        CONTROL_OPENING,
        CONTROL_SIGNATURE,
        DECLARATIONS,
        DOCUMENT,
        EVM_ACCOUNT_PROOF,
        EVM_CODE,
        EVM_HEADER,
        EVM_WITNESS,
        LIGHT_CLIENT,
        PUBLISHED_SIGNATURE,
        VALIDATORS,
    }
)
