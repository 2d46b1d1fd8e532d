"""Open single accounts of a snapshot's control set, to an auditor or on chain."""

from collections.abc import Iterable

from por.encoding import bundle_v1
from por.errors import FormatError
from por.issuer.control import file_name
from por.issuer.control_set import control_openings
from por.issuer.workspace import Workspace
from por.model import ChainAccount


def open_accounts(workspace: Workspace, accounts: Iterable[ChainAccount]) -> dict[str, bytes]:
    """Return the openings of accounts, by file name, under the root in the bundle that was made.

    Raises: FormatError for a bundle without a control set or of another one, or an account without a control proof.
    """
    bundle = bundle_v1.read(workspace.bundle())
    if bundle.control_set is None:
        raise FormatError("commits to no set of control proofs: there is nothing to open", "bundle/bundle.json")
    committed, openings = control_openings(workspace.files("control"), workspace.files("salts"))
    if committed != bundle.control_set:
        raise FormatError("commits to other control proofs than control/ and salts/ hold", "bundle/bundle.json")
    wanted = {account: f"{file_name(account)}.json" for account in accounts}
    for account, name in wanted.items():
        if name not in openings:
            raise FormatError("no control proof was collected for this account", str(account))
    return {name: openings[name] for name in wanted.values()}
