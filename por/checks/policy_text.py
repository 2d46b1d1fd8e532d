"""Write a policy to start from, and say in words what a policy trusts, requires and leaves open."""

import re
from collections.abc import Iterator, Sequence

from por.checks.freshness import span
from por.checks.requirements import required_checks
from por.errors import FormatError
from por.model import ChainId, Policy
from por.proofs.signed_note import VerifierKey

_STARTING = """# A policy for por: what this verifier trusts and requires. Nothing is trusted by default.
version = 1
profile = "{profile}"  # auditor, or job
# Digests (sha256:…) of recordings whose sources you trust; --record prints the digest of the one it makes.
recordings = []
# Tokens that the issuer makes itself never count.
own_assets = []

[issuer]
id = "{issuer}"
# Verifier keys whose signature identifies a bundle. Take them from a place the issuer cannot change for you alone.
keys = [{keys}]
# Digests of bundles (sha256:…) or commitments roots (hexadecimal) that you accept by themselves.
bundles = []
roots = []

[snapshot]
max_age_seconds = 3024000  # 35 days
max_skew_seconds = 3600    # between the instant and each chain's block

[coverage]
ratio = "1"  # counted reserves over liabilities, of each asset class

# How many independent sources must agree on a chain's headers.
{chains}
# Assets that cover one another, each with its decimals; a class of one says the decimals of an asset that the shipped
# table does not know. por policy show lists what is known.
# [[class]]
# members = [{{ asset = "eip155:1/erc20:0x…", decimals = 18 }}]

# Waive a check by name and reason; every verdict shows both. No registry can be asked yet, so both of these are open:
# [[waive]]
# check = "publication.anchored"
# reason = "no registry is in use"
# [[waive]]
# check = "publication.unequivocal"
# reason = "no registry is in use"
"""

_CHAIN = """[[chain]]
id = "{chain}"
sources = {sources}
"""


def starting_policy(issuer: str, keys: Sequence[str], profile: str, chains: Sequence[str]) -> str:
    """Write a policy file; `chains` are CHAIN=N texts, and none means a commented example. Raises: FormatError."""
    rows = [_CHAIN.format(chain=chain, sources=sources) for chain, sources in map(_chain, chains)]
    example = "".join(f"# {line}\n" for line in _CHAIN.format(chain="eip155:1", sources=2).splitlines())
    quoted = ", ".join(f'"{VerifierKey.parse(key)}"' for key in keys)
    return _STARTING.format(issuer=issuer, keys=quoted, profile=profile, chains="\n".join(rows) or example)


def _chain(text: str) -> tuple[ChainId, int]:
    chain, _, sources = text.partition("=")
    if not re.fullmatch(r"[1-9][0-9]?", sources, re.ASCII) or int(sources) > 64:
        raise FormatError("not CHAIN=N with N from 1 to 64, such as eip155:1=2", "--chain")
    try:
        return ChainId.parse(chain), int(sources)
    except FormatError as error:
        raise FormatError(error.reason, "--chain") from error


def open_points(policy: Policy) -> Iterator[str]:
    """Say what will stay inconclusive, or rests on little, under this policy."""
    if not (policy.keys or policy.bundles or policy.roots):
        yield "no key, bundle digest or root: publication.identified stays inconclusive"
    if not policy.chains:
        yield "no [[chain]]: nothing about any chain can be confirmed"
    for rule in policy.chains.values():
        if rule.sources == 1:
            yield f"one source is enough for {rule.chain}: if it lies, the verdict does"
    waived = {waiver.check for waiver in policy.waivers}
    for check in ("publication.anchored", "publication.unequivocal"):
        if check not in waived:
            yield f"{check} stays inconclusive until a registry can be asked; waive it by name and reason to go on"


def described(policy: Policy) -> Iterator[str]:
    """Say what a policy trusts, requires and waives."""
    yield f"policy     {policy.digest}"
    yield f"issuer     {policy.issuer}"
    yield from (f"trusts     key {key}" for key in policy.keys)
    yield from (f"trusts     bundle {digest}" for digest in policy.bundles)
    yield from (f"trusts     commitments root {root.hex()}" for root in policy.roots)
    yield from (f"trusts     recording {digest}" for digest in policy.recordings)
    yield from (f"asks       {rule.sources} sources to agree about {rule.chain}" for rule in policy.chains.values())
    yield f"accepts    snapshots up to {span(policy.max_age)} old"
    yield f"accepts    blocks up to {span(policy.max_skew)} before the instant"
    yield f"requires   reserves of at least {policy.ratio} × the liabilities, in each asset class"
    yield from (f"requires   {check}" for check in required_checks(policy))
    yield from (f"waives     {waiver.check}: {waiver.reason}" for waiver in policy.waivers)
    yield from (f"counts not {asset}, the issuer's own" for asset in sorted(map(str, policy.own_assets)))
    for group in policy.classes:
        yield f"one asset  {' = '.join(f'{m.asset} ({m.decimals} decimals)' for m in group.members)}"
    yield from (f"layout of  {layout.asset}, code hash 0x{layout.code_hash.hex()}" for layout in policy.layouts)
