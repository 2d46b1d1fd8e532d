"""Read, from a bundle's evidence files, which code ran behind each token and at each reserve account."""

from collections.abc import Iterator, Mapping

from por.checks.chain_view import header_evidence, named_header
from por.checks.evidence import OpenBundle
from por.checks.observation import Observation, Seen, observe, then
from por.checks.witness_evidence import about
from por.encoding import evm_account_proof_v1, evm_witness_v1, media_types
from por.model import AccountProof, AssetId, ChainAccount, Digest, Header, ReserveAccount, SnapshotBlock
from por.proofs.state.account import EMPTY_CODE_HASH, account_state

Subject = AssetId | ChainAccount
Codes = Mapping[str, bytes]


def proven_codes(opened: OpenBundle) -> dict[Subject, Codes]:
    """Return the code hashes that evidence implies at the snapshot's headers, by token or account, and by address.

    A token's are those of its contract and of all contracts that its evidence shows; an account's are its own, be it
    that of no code, and those of the contracts that judge its control proof. What is absent or broken shows nothing.
    """
    headers = {block.chain: _header(opened, block) for block in opened.bundle.blocks}
    found: dict[Subject, dict[str, bytes]] = {}
    for row in opened.bundle.reserves:
        header = headers.get(row.account.chain)
        if isinstance(header, Seen):
            for subject, digest in _named(row):
                seen = _codes(opened, digest, row.account, header.value)
                found.setdefault(subject, {}).update(_of(subject, seen.value) if isinstance(seen, Seen) else {})
    return {subject: codes for subject, codes in found.items() if codes}


def own_address(subject: Subject) -> str:
    """Return the address of a token's contract, or of an account."""
    return subject.address if isinstance(subject, ChainAccount) else subject.reference


def _header(opened: OpenBundle, block: SnapshotBlock) -> Observation[Header]:
    seen = header_evidence(opened, block.chain, block.header)
    return then(seen, lambda header: observe(lambda: named_header(block, header)))


def _named(row: ReserveAccount) -> Iterator[tuple[Subject, Digest]]:
    for claim in row.holdings:
        for digest in claim.evidence:
            if claim.asset.native:
                yield row.account, digest
            elif claim.asset.token is not None:
                yield claim.asset, digest
    for digest in row.control_state:
        yield row.account, digest


def _codes(opened: OpenBundle, digest: Digest, account: ChainAccount, header: Header) -> Observation[dict[str, bytes]]:
    entry = opened.entry(digest)

    def read(data: bytes) -> dict[str, bytes]:
        proofs = _proofs(data, entry.media_type if entry else "", account, header)
        return {
            proof.address: account_state(header.state_root, proof.address, proof.account_nodes).code_hash
            for proof in proofs
        }

    if entry is None:
        return Seen({})
    return then(opened.intact(entry), lambda data: observe(lambda: read(data)))


def _proofs(data: bytes, media_type: str, account: ChainAccount, header: Header) -> tuple[AccountProof, ...]:
    if media_type == media_types.EVM_ACCOUNT_PROOF:
        return (about(evm_account_proof_v1.read(data), account.chain, header).proof,)
    if media_type == media_types.EVM_WITNESS:
        witness = about(evm_witness_v1.read(data), account.chain, header)
        return tuple(item.proof for item in witness.accounts)
    return ()


def _of(subject: Subject, codes: Codes) -> Codes:
    """Keep the subject's own code, and that of others which have any."""
    own = own_address(subject)
    return {address: code for address, code in codes.items() if address == own or code != EMPTY_CODE_HASH}
