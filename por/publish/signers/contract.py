"""Sign as a contract (ERC-1271) that is a member of a committee, which then holds on one chain only."""

from collections.abc import Callable
from pathlib import Path

from por.encoding.reader import read_hex
from por.errors import FormatError
from por.model import ChainAccount, ChainId
from por.model.attestation import SignatureScheme
from por.publish.signers.signer import Signer

MAX_SIGNATURE = 2**16 - 1
_FORM = "contract:ADDRESS@CHAIN=SPEC, such as contract:0x…@eip155:1=file:owner.json"


class ContractMember:
    """Hold the contract's account and the way to what it accepts as its signature."""

    scheme = SignatureScheme.CONTRACT

    def __init__(self, account: ChainAccount, ask: Callable[[bytes], bytes]) -> None:
        """Sign with `ask`; only the contract itself can say whether it accepts that."""
        self.account = account
        self.chain_id = int(account.chain.reference)
        self.member = bytes(12) + bytes.fromhex(account.address[2:])
        self.name = str(account)
        self._ask = ask

    def sign(self, digest: bytes) -> bytes:
        """Return what is handed to the contract as its signature. Raises: PublishError."""
        return self._ask(digest)

    def __repr__(self) -> str:
        """Show the account alone."""
        return f"ContractMember({self.name})"


def open_contract(text: str, open_owner: Callable[[str], Signer]) -> ContractMember:
    """Return the signer of `ADDRESS@CHAIN=SPEC`, whose owner `open_owner` opens.

    The owner signs the digest itself, as plain ERC-1271 accounts with one owner want it. A Safe and others want a
    digest of their own signed, or several signatures: make those with the contract's tools, and give the bytes, in
    hexadecimal, as `hex:PATH`. Raises: FormatError.
    """
    where, equals, spec = text.partition("=")
    address, at, chain = where.partition("@")
    if not (equals and at and spec):
        raise FormatError(f"not a contract's signer: {_FORM}")
    account = ChainAccount.parse(f"{ChainId.parse(chain)}:{address}")
    if account.chain.namespace != "eip155":
        raise FormatError(f"a contract is a member on an EVM chain: {_FORM}")
    kind, _, rest = spec.partition(":")
    if kind == "hex":
        signature = ready_signature(Path(rest))
        return ContractMember(account, lambda _: signature)
    owner = open_owner(spec)
    if owner.scheme is not SignatureScheme.ECDSA:
        raise FormatError("a contract's owner is an account here; for anything else give the bytes as hex:PATH")
    return ContractMember(account, owner.sign)


def ready_signature(path: Path) -> bytes:
    """Return the bytes that a file holds as hexadecimal. Raises: FormatError."""
    try:
        with path.open("rb") as file:
            data = file.read(2 * MAX_SIGNATURE + 64)
    except OSError as error:
        raise FormatError(f"cannot be read: {error.strerror}", str(path)) from error
    try:
        return read_hex(data.decode("ascii").strip().removeprefix("0x").lower(), 1, MAX_SIGNATURE)
    except UnicodeDecodeError:
        raise FormatError("not hexadecimal", str(path)) from None
    except FormatError as error:
        raise error.within(f"{path}:") from error
