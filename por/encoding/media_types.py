"""List every media type that `por` reads or writes; a document of any other type is refused by name."""

BUNDLE = "application/vnd.por.bundle.v1+json"
COMMITMENTS = "application/vnd.por.commitments.v1+json"
CONTROL_SIGNATURE = "application/vnd.por.control-signature.v1+json"
EVM_ACCOUNT_PROOF = "application/vnd.por.evm-account-proof.v1+json"
EVM_HEADER = "application/vnd.por.evm-header.v1+json"
INCLUSION_PROOF = "application/vnd.por.inclusion-proof.v1+json"
POLICY = "application/vnd.por.policy.v1+json"
PROOF_STORE = "application/vnd.por.proof-store.v1+json"
RECORDING = "application/vnd.por.recording.v1+json"
SNAPSHOT = "application/vnd.por.snapshot.v1+json"
VERDICT = "application/vnd.por.verdict.v1+json"

EVIDENCE = frozenset({CONTROL_SIGNATURE, EVM_ACCOUNT_PROOF, EVM_HEADER})
