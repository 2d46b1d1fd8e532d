"""Start a command, and turn what it raises into the published exit statuses.

A command's module is imported when it is called, so that a customer's command starts without an auditor's libraries.
"""

import io
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TextIO

from por.cli.dispatch import dispatch, shown
from por.errors import (
    EvidenceError,
    FormatError,
    PolicyError,
    PorError,
    PublishError,
    SourceError,
    UnsupportedEvidenceError,
)

USAGE_ERROR = 2
INTERNAL_ERROR = 70
INTERRUPTED = 130

COMMANDS = {
    "verify-inclusion": ("por.cli.verify_inclusion", "customers: is my balance in what they committed to?"),
    "verify": ("por.cli.verify", "auditors: examine a bundle under a policy"),
    "claims": ("por.cli.claims", "customers, creditors: estimate what comes first to customers"),
    "diff": ("por.cli.diff", "compare two bundles, or two verdicts, of one issuer"),
    "sample customers": ("por.cli.sample_customers", "auditors: draw customers by a seed; anybody draws the same"),
    "sample accounts": ("por.cli.sample_accounts", "auditors: draw reserve accounts by a seed"),
    "issuer commit": ("por.cli.issuer_commit", "issuers: commit to a ledger"),
    "issuer challenge": (
        "por.cli.issuer_challenge",
        "issuers: fix the snapshot blocks, write what the keys must sign",
    ),
    "issuer collect": ("por.cli.issuer_collect", "issuers: take the signatures back, checking each"),
    "issuer open": ("por.cli.issuer_open", "issuers: open single control proofs to an auditor"),
    "issuer bundle": ("por.cli.issuer_bundle", "issuers: prove holdings, assemble the bundle, sign it"),
    "issuer prove": ("por.cli.issuer_prove", "issuers: make one customer's inclusion proof"),
    "issuer identity": ("por.cli.issuer_identity", "issuers: write what your domain says of your keys and addresses"),
    "registry anchor": ("por.cli.registry_anchor", "issuers: anchor a bundle where nobody can rewrite it"),
    "registry deploy": ("por.cli.registry_deploy", "put the contracts on a chain"),
    "registry verify": ("por.cli.registry_verify", "say which of our contracts stands at an address"),
    "registry index": ("por.cli.registry_index", "rebuild a registry's history from its events"),
    "registry history": ("por.cli.registry_history", "show the history that an index holds"),
    "registry preimage": ("por.cli.registry_preimage", "print what contracts take of an entry"),
    "attest": ("por.cli.attest", "attesters: verify, sign what was found, record it on chain"),
    "attest key": ("por.cli.attest_key", "attesters: make a key"),
    "attest committee": ("por.cli.attest_committee", "write a committee down, and name it"),
    "attest collect": ("por.cli.attest_collect", "join signed statements into a certificate"),
    "attest check": ("por.cli.attest_check", "verify a certificate, offline"),
    "attest submit": ("por.cli.attest_submit", "record a certificate on chain"),
    "attest revoke": ("por.cli.attest_revoke", "attesters: take an attestation back"),
    "feed deploy": ("por.cli.feed_deploy", "make a feed that contracts can read"),
    "feed settle": ("por.cli.feed_settle", "bring a certificate to a feed"),
    "feed show": ("por.cli.feed_show", "show a feed's newest round, and what it rests on"),
    "job init": ("por.cli.job_init", "jobs: make a configuration to start from"),
    "job check": ("por.cli.job_check", "jobs: say whether the job can run"),
    "job run": ("por.cli.job_run", "jobs: verify, record, report, attest, once"),
    "policy init": ("por.cli.policy_init", "make a policy to start from; it trusts only what you give"),
    "policy check": ("por.cli.policy_check", "say whether a policy can be used, and what it leaves open"),
    "policy show": ("por.cli.policy_show", "explain a policy: what it trusts, requires and waives"),
    "policy token": ("por.cli.policy_token", "find and confirm where a token keeps balances"),
    "rulebook list": ("por.cli.rulebook_list", "list the rulebooks shipped with por"),
    "rulebook show": ("por.cli.rulebook_show", "say what a rulebook requires, with citations and dates in force"),
    "rulebook diff": ("por.cli.rulebook_diff", "say what changed between two rulebooks"),
    "report": ("por.cli.report", "render a verdict for people, spreadsheets and CI, or pack all that it was made of"),
    "convert": ("por.cli.convert", "read another exchange's published list into a bundle, without verifying it"),
    "web open": ("por.cli.web_open", "customers: say where the page lies that checks in a browser"),
    "web export": ("por.cli.web_export", "write a copy of that page"),
    "web hash": ("por.cli.web_hash", "print the page's SHA-256"),
    "web serve": ("por.cli.web_serve", "serve the page to this machine, with a registry's answer filled in"),
    "formats": ("por.cli.formats", "list the published proofs that are read, and what each can show"),
    "redact": ("por.cli.redact", "customers: make a receipt of a proof that may be shown in public"),
    "detect": ("por.cli.detect", "how likely it is that a customer who was left out is noticed"),
    "inspect": ("por.cli.inspect", "show what a document says, without verifying it"),
    "explain": ("por.cli.explain", "say what a check asks, and what its outcomes mean"),
    "demo": ("por.cli.demo", "play the whole story on an embedded chain, honest issuer and cheat"),
}

EPILOG = """exit status: 0 verified, 1 refuted, 2 could not start, 3 inconclusive, 70 internal error, 130 interrupted

example:
  por verify-inclusion proof.json --policy policy.toml --account alice@example.com --holding ETH=1.5
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    sys.excepthook = _crash
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - it stands in for stderr to the end
    if sys.stdout is None:
        return _say("stdout is closed: there is nowhere to put the answer", USAGE_ERROR)
    _speak_utf8()
    try:
        status = dispatch("por", COMMANDS, list(sys.argv[1:] if argv is None else argv), EPILOG)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return _say("interrupted", INTERRUPTED)
    except BrokenPipeError:
        _silence(sys.stdout)
        return _say("stdout was closed before all was written", INTERNAL_ERROR)
    except PorError as error:
        return _say(str(error), _status(error))
    return status


def _speak_utf8() -> None:
    """Read and write UTF-8 whatever the locale: documents have one encoding."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(
                encoding="utf-8", errors="surrogateescape" if stream is sys.stdin else "backslashreplace"
            )


def _status(error: PorError) -> int:
    if isinstance(error, (FormatError, PolicyError)):
        return USAGE_ERROR
    if isinstance(error, UnsupportedEvidenceError):
        return 3
    if isinstance(error, EvidenceError):
        return 1
    return 3 if isinstance(error, (PublishError, SourceError)) else INTERNAL_ERROR


def _say(text: str, status: int) -> int:
    """Say why on stderr; that nobody can hear it changes no status."""
    try:
        for line in text.splitlines():
            print(f"por: {shown(line)}", file=sys.stderr)
        sys.stderr.flush()
    except (OSError, ValueError):
        _silence(sys.stderr)
    return status


def _silence(stream: TextIO) -> None:
    """Let the rest go nowhere: Python writes it once more at its end, and a failure there would change the status."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _crash(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    try:
        for line in "".join(traceback.format_exception(kind, error, trace)).splitlines():
            print(shown(line), file=sys.stderr)
        print("por: internal error; this says nothing about the evidence", file=sys.stderr)
        sys.stderr.flush()
    finally:
        os._exit(INTERNAL_ERROR)


if __name__ == "__main__":
    sys.exit(main())
