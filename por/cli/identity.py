"""Read what an issuer's domain says of it: from a file, or from the domain itself."""

import argparse
import sys
from pathlib import Path

from por.checks.evidence import load_document
from por.checks.observation import Missing, Observation, Seen
from por.cli.output import new_path, write_file
from por.encoding import identity_v1
from por.errors import FormatError, UnavailableError
from por.model import Policy
from por.model.identity import Identity

FETCH = "fetch"
WELL_KNOWN = "/.well-known/por.json"


def add_identity_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that bring an identity document."""
    parser.add_argument(
        "--identity",
        metavar="FILE",
        help=f"what the issuer's domain says of its keys and addresses; {FETCH}: ask https://<issuer>{WELL_KNOWN}",
    )
    parser.add_argument("--save-identity", metavar="FILE", type=new_path, help="save what was fetched, to repeat a run")


def given_identity(args: argparse.Namespace, policy: Policy | None) -> Observation[Identity] | None:
    """Return the identity document that a command line names, None for none. Raises: FormatError."""
    if args.save_identity and args.identity != FETCH:
        raise FormatError(f"there is nothing to save without --identity {FETCH}", "--save-identity")
    if args.identity is None:
        return None
    if args.identity != FETCH:
        return Seen(load_document(Path(args.identity), identity_v1.MAX_BYTES, identity_v1.read))
    if policy is None:
        # A name out of the proof under test would let it choose whom this machine calls (T95).
        raise FormatError("the domain to ask is that of your policy's issuer; give --policy, or a file", "--identity")
    return _fetched(policy.issuer, args.save_identity)


def _fetched(issuer: str, target: Path | None) -> Observation[Identity]:
    # Most runs fetch nothing, and do without its libraries.
    from por.chains.transport import Transport  # noqa: PLC0415

    try:
        data = Transport(f"https://{issuer}{WELL_KNOWN}").get()
        identity = identity_v1.read(data)
    except UnavailableError as error:
        return Missing(str(error))
    except FormatError as error:
        return Missing(f"https://{issuer}{WELL_KNOWN} is no identity document: {error}")
    if target is not None:
        write_file(target, data)
        print(f"wrote {target}; to repeat this run, give --identity {target}", file=sys.stderr)
    else:
        print("to repeat this run, fetch it with --save-identity FILE, and then give --identity FILE", file=sys.stderr)
    return Seen(identity)
