"""Run `por inspect`: show what a document says; inspecting is not verifying."""

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from por.checks.evidence import read_document
from por.encoding import (
    attestation_v1,
    attester_key_v1,
    bundle_v1,
    certificate_v1,
    claim_v1,
    commitments_v1,
    committee_v1,
    control_opening_v1,
    control_signature_v1,
    declarations_v1,
    evm_account_proof_v1,
    evm_code_v1,
    evm_header_v1,
    evm_witness_v1,
    identity_v1,
    inclusion_proof_v1,
    light_client_v1,
    media_types,
    proof_store_v1,
    published_signature_v1,
    receipt_v1,
    recording_v1,
    strict_json,
    validators_v1,
    verdict_v1,
)
from por.errors import FormatError
from por.issuer.snapshot import read_snapshot

EXAMPLE = "por inspect bundle/"

READERS: Mapping[str, Callable[[bytes], object]] = {
    media_types.ATTESTATION: attestation_v1.read,
    media_types.ATTESTER_KEY: attester_key_v1.read,
    media_types.BUNDLE: bundle_v1.read,
    media_types.CERTIFICATE: certificate_v1.read,
    media_types.CLAIM: claim_v1.read,
    media_types.COMMITMENTS: commitments_v1.read,
    media_types.COMMITTEE: committee_v1.read,
    media_types.DECLARATIONS: declarations_v1.read,
    media_types.PROOF_STORE: proof_store_v1.read,
    media_types.RECEIPT: receipt_v1.read,
    media_types.RECORDING: recording_v1.read,
    media_types.SNAPSHOT: read_snapshot,
    media_types.INCLUSION_PROOF: inclusion_proof_v1.read,
    media_types.VERDICT: verdict_v1.read,
    media_types.CONTROL_OPENING: control_opening_v1.read,
    media_types.EVM_CODE: evm_code_v1.read,
    media_types.EVM_HEADER: evm_header_v1.read,
    media_types.EVM_WITNESS: evm_witness_v1.read,
    media_types.LIGHT_CLIENT: light_client_v1.read,
    media_types.VALIDATORS: validators_v1.read,
    media_types.IDENTITY: identity_v1.read,
    media_types.EVM_ACCOUNT_PROOF: evm_account_proof_v1.read,
    media_types.CONTROL_SIGNATURE: control_signature_v1.read,
    media_types.PUBLISHED_SIGNATURE: published_signature_v1.read,
}


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("file", metavar="FILE", type=Path, help="a document of por, or a bundle's directory")


def run(args: argparse.Namespace) -> int:
    """Print the document, indented."""
    path = args.file / "bundle.json" if args.file.is_dir() else args.file
    data = read_document(path, bundle_v1.MAX_BYTES)
    try:
        value = strict_json.load(data, max_bytes=bundle_v1.MAX_BYTES)
        kind = value.get("mediaType") if isinstance(value, dict) else None
        reader = READERS.get(kind) if isinstance(kind, str) else None
        if reader is None:
            raise FormatError(f"none of the documents that por inspect reads: {', '.join(sorted(READERS))}")
        reader(data)
    except FormatError as error:
        raise error.within(f"{path}:") from error
    print(json.dumps(value, indent=2))
    print("well formed; nothing in it was verified", file=sys.stderr)
    return 0
