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


def collect(snapshot: Snapshot, challenges: Iterable[str], path: Path) -> dict[str, bytes]:
    """Read a CSV of `account,scheme,signature` and return the evidence files of signatures that hold, by file name.

    `challenges` are the names of the files that were handed out.

    Raises: FormatError for the file, EvidenceError naming the line of a signature that is not the account's own.
    """
    files: dict[str, bytes] = {}
    challenged = {name.removesuffix(".txt") for name in challenges if name.endswith(".txt")}
    for place, fields in table_rows(read_text(path, MAX_BYTES), COLUMNS, str(path)):
        signature = _signature(place, fields)
        if file_name(signature.account) not in challenged:
            raise FormatError(f"no challenge was written for {signature.account}; is it in the account list?", place)
        _require_own(snapshot, signature, place)
        name = f"{file_name(signature.account)}.json"
        if name in files:
            raise FormatError("a second signature of the same account", place)
        files[name] = control_signature_v1.write(signature)
    if not files:
        raise FormatError("no signature in it", str(path))
    return files


def _require_own(snapshot: Snapshot, signature: ControlSignature, place: str) -> None:
    if signature.scheme not in SUPPORTED_SCHEMES:
        raise FormatError(f"scheme {signature.scheme} is none of {', '.join(sorted(SUPPORTED_SCHEMES))}", place)
    try:
        signed_by = signer(snapshot.challenge(signature.account), signature.scheme, signature.signature)
    except EvidenceError as error:
        raise EvidenceError(f"{place}: {error}") from error
    if signed_by != signature.account.address:
        raise EvidenceError(
            f"{place}: signed by {signed_by}, not by {signature.account}, or over another text; "
            "sign the file in challenges/ as it is"
        )


def _signature(place: str, fields: list[str]) -> ControlSignature:
    try:
        account = ChainAccount.parse(fields[0])
        return ControlSignature(account, fields[1], read_hex(fields[2].removeprefix("0x"), 1, 8192))
    except FormatError as error:
        raise FormatError(error.reason, place) from error
