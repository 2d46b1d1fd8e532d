"""Hand out the challenges of a snapshot, and take the signatures back."""

import json
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from por.checks.evidence import read_text
from por.encoding import control_signature_v1
from por.encoding.csv_rows import table_rows
from por.encoding.reader import read_hex
from por.errors import EvidenceError, FormatError
from por.issuer.accounts import ListedAccount, written_account
from por.issuer.snapshot import Snapshot
from por.model import Call, ChainAccount, ChainId, ControlScheme, ControlSignature, Source
from por.proofs.control.challenge import challenge_text, challenge_typed_data
from por.proofs.control.contract import APPROVAL, approval_calls
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
    """Read a CSV of `account,scheme,signature` and return the evidence files of the signatures, by file name.

    Those of keys hold. Those for contracts (`eip1271-…`, `eip6492-…`) are only read: see `ask_contracts`.
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


def ask_contracts(
    snapshot: Snapshot, files: Mapping[str, bytes], sources: Mapping[ChainId, Source]
) -> tuple[ChainAccount, ...]:
    """Ask contract accounts, at the snapshot block, whether they approve; return those that could not be asked.

    These are accounts of chains without source, and those not deployed yet. What a source says is for the issuer's own
    use: a bundle carries the state in which a verifier asks for itself.
    Raises: SourceError; EvidenceError naming an account whose contract does not approve.
    """
    signatures = map(control_signature_v1.read, files.values())
    waiting = [signature for signature in signatures if signature.scheme not in SUPPORTED_SCHEMES]
    unasked = [signature.account for signature in waiting if signature.account.chain not in sources]
    for chain in sorted({signature.account.chain for signature in waiting} & set(sources)):
        there = [signature for signature in waiting if signature.account.chain == chain]
        unasked += _undeployed(snapshot, there, sources[chain])
    return tuple(unasked)


def new_salts(names: Iterable[str]) -> dict[str, bytes]:
    """Draw a salt of 32 bytes for each file, by its name: without it nobody can try what a leaf of the set says."""
    return {name: secrets.token_bytes(32) for name in names}


def _undeployed(snapshot: Snapshot, signatures: Sequence[ControlSignature], source: Source) -> Iterator[ChainAccount]:
    calls: list[Call] = []
    for signature in signatures:
        challenge, scheme = snapshot.challenge(signature.account), ControlScheme(signature.scheme)
        # The last two calls ask the account; those before would deploy it.
        calls += approval_calls(challenge, scheme, signature.signature)[-2:]
    block = next(block.block for block in snapshot.blocks if block.chain == source.chain)
    answers = source.calls(block, calls)
    for signature, answer, other in zip(signatures, answers[::2], answers[1::2], strict=True):
        if answer == b"" and signature.scheme.startswith("eip6492"):
            yield signature.account
        elif answer != APPROVAL or other == APPROVAL:
            raise EvidenceError(
                f"{signature.account}: its contract does not approve the signature at block {block.number}, or "
                "approves any; sign the file in challenges/ as it is, by enough owners"
            )


def _require_own(snapshot: Snapshot, signature: ControlSignature, place: str) -> None:
    if signature.scheme not in set(ControlScheme):
        raise FormatError(f"scheme {signature.scheme} is none of {', '.join(ControlScheme)}", place)
    if signature.scheme not in SUPPORTED_SCHEMES:
        return
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
        account = written_account(fields[0])
        return ControlSignature(account, fields[1], read_hex(fields[2].removeprefix("0x"), 1, 8192))
    except FormatError as error:
        raise FormatError(error.reason, place) from error
