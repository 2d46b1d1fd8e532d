"""Hand out the challenges of a snapshot, and take the signatures back."""

import json
from collections.abc import Iterable
from pathlib import Path

from por.checks.evidence import read_text
from por.encoding import control_signature_v1
from por.encoding.csv_rows import table_rows
from por.encoding.reader import read_hex
from por.errors import EvidenceError, FormatError
from por.issuer.accounts import ListedAccount
from por.issuer.snapshot import Snapshot
from por.model import ChainAccount, ControlSignature
from por.proofs.control.challenge import challenge_text, challenge_typed_data
from por.proofs.control.evm import SUPPORTED_SCHEMES, signer

MAX_BYTES = 64 * 2**20
COLUMNS = ["account", "scheme", "signature"]


def challenge_files(snapshot: Snapshot, accounts: Iterable[ListedAccount]) -> dict[str, bytes]:
    """Write, for each account, the text to sign by EIP-191 and the typed data to sign by EIP-712; either will do."""
    files: dict[str, bytes] = {}
    for listed in accounts:
        challenge = snapshot.challenge(listed.account)
        name = file_name(listed.account)
        files[f"{name}.txt"] = challenge_text(challenge).encode()
        files[f"{name}.json"] = json.dumps(challenge_typed_data(challenge), indent=1).encode()
    return files


def file_name(account: ChainAccount) -> str:
    """Name an account's files."""
    return str(account).replace(":", "_")


def collect(snapshot: Snapshot, path: Path) -> dict[str, bytes]:
    """Read a CSV of `account,scheme,signature` and return the evidence files of signatures that hold, by file name.

    Raises: FormatError for the file, EvidenceError naming the line of a signature that is not the account's own.
    """
    files: dict[str, bytes] = {}
    for place, fields in table_rows(read_text(path, MAX_BYTES), COLUMNS, str(path)):
        signature = _signature(place, fields)
        if signature.scheme not in SUPPORTED_SCHEMES:
            raise EvidenceError(f"{place}: scheme {signature.scheme} is not verified by this release")
        signed_by = signer(snapshot.challenge(signature.account), signature.scheme, signature.signature)
        if signed_by != signature.account.address:
            raise EvidenceError(
                f"{place}: signed by {signed_by}, not by {signature.account}, or over another text; "
                "sign the file in challenges/ as it is"
            )
        name = f"{file_name(signature.account)}.json"
        if name in files:
            raise FormatError("a second signature of the same account", place)
        files[name] = control_signature_v1.write(signature)
    return files


def _signature(place: str, fields: list[str]) -> ControlSignature:
    try:
        account = ChainAccount.parse(fields[0])
        return ControlSignature(account, fields[1], read_hex(fields[2].removeprefix("0x"), 1, 8192))
    except FormatError as error:
        raise FormatError(error.reason, place) from error
