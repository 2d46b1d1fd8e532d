"""Write a job's file to start from."""

import json
from collections.abc import Iterator

from por.errors import FormatError
from por.model import Policy

_STARTING = """# A job for por; por job check says whether it could run. Paths are relative to this file.
# Nothing secret stands here: URLs that hold a key, and keys of signers, are in files of mode 600 or in the environment.
version = 1
policy = {policy}
directory = "state"               # everything the job keeps: fetched bundles, verdicts, history, log
max_staleness_seconds = 3024000   # 35 days after its instant the newest bundle is too old
# retries = 10                    # a bundle that stays undecided is examined in as many further runs, then attested

# Where bundles are; exactly one of directory, url, url_file, url_env.
[bundle]
{bundle}
# each = true                     # with directory: its subdirectories hold one bundle each, and the newest counts
# registry = true                 # with a URL: the newest entry of the policy's [registry], at URL/HEX-DIGEST/

# Nodes to ask: for each chain as many as the policy wants to agree. One of url_file, url_env, url.
{sources}
[report]
text = true                       # state/runs/*/report.txt

# For the text-file collector of Prometheus.
[metrics]
file = "por.prom"

# To attest: sign what was found, collect other members' signatures, submit.
# [attest]
# committee = "committee.json"
# signer = "file:attester.json"   # an encrypted key file; POR_PASSWORD_FILE names the file with its password
# propose = true                  # exactly one member of a committee proposes what all sign
# expires_in_seconds = 3024000
# inbox = "inbox"                 # other members' signed statements are dropped here
# outbox = "outbox"               # and the own one is written here
# [attest.submit]
# attestations = "eip155:1:0x…"
# payer = "env:POR_PAYER"
# max_fee_gwei = 50
"""

_SOURCE = """[[source]]
chain = {chain}
url_file = {file}
"""


def starting_job(policy_path: str, bundle: str, policy: Policy | None) -> str:
    """Write a job's file; the policy says which chains need how many sources. Raises: FormatError."""
    rows = [] if policy is None else list(_sources(policy))
    example = "".join(f"# {line}\n" for line in _source("eip155:1", 1).splitlines())
    return _STARTING.format(
        policy=_quoted(policy_path),
        bundle=_place(bundle),
        sources="\n".join(rows) or example,
    )


def _place(bundle: str) -> str:
    scheme, separator, _ = bundle.partition("://")
    if not separator:
        return f"directory = {_quoted(bundle)}"
    if scheme not in {"http", "https"}:
        raise FormatError("not a directory, nor an https URL", "--bundle")
    return f"url = {_quoted(bundle)}"


def _sources(policy: Policy) -> Iterator[str]:
    for rule in sorted(policy.chains.values(), key=lambda rule: str(rule.chain)):
        for number in range(1, rule.sources + 1):
            yield _source(str(rule.chain), number)


def _source(chain: str, number: int) -> str:
    name = f"secrets/{chain.replace(':', '-')}-{number}.url"
    return _SOURCE.format(chain=_quoted(chain), file=_quoted(name))


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
