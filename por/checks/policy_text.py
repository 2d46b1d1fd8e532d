"""Write a policy to start from, and say in words what a policy trusts, requires and leaves open."""

import re
from collections.abc import Iterator, Sequence

from por.checks.freshness import span
from por.checks.requirements import required_checks
from por.errors import FormatError
from por.model import ChainId, Policy, RegistryPin
from por.proofs.signed_note import VerifierKey

_STARTING = """# A policy for por: what this verifier trusts and requires. Nothing is trusted by default.
version = 1
profile = "{profile}"  # auditor, or job
# Digests (sha256:…) of recordings whose sources you trust; --record prints the digest of the one it makes.
recordings = []
# Tokens that the issuer makes itself never count.
own_assets = []
# Ids (0x…) of the committees of attesters that you believe.
committees = []
# Digests (sha256:…) of policies, beside this one, under which those attesters may have looked.
accepted_policies = []

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

# Where bundles must be anchored, and by which address. Take both from a place that nobody can change for you alone.
{registry}
# Waive a check by name and reason; every verdict shows both. Without a [registry] both of these stay open:
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

_REGISTRY = """[registry]
contract = "{contract}"
issuer = "{issuer}"
from_block = {from_block}  # where the registry, or the issuer's history in it, begins
max_delay_seconds = {max_delay}  # how long after its instant a bundle may be anchored
max_silence_seconds = {max_silence}  # how far the last final block may lie before the clock
"""
_EXAMPLE_REGISTRY = {
    "contract": "eip155:1:0x…",
    "issuer": "0x…",
    "from_block": "0",
    "max_delay": "604800",
    "max_silence": "21600",
}


def starting_policy(
    issuer: str, keys: Sequence[str], profile: str, chains: Sequence[str], registry: RegistryPin | None = None
) -> str:
    """Write a policy file; `chains` are CHAIN=N texts. What is not given is a comment. Raises: FormatError."""
    rows = [_CHAIN.format(chain=chain, sources=sources) for chain, sources in map(_chain, chains)]
    example = "".join(f"# {line}\n" for line in _CHAIN.format(chain="eip155:1", sources=2).splitlines())
    quoted = ", ".join(f'"{VerifierKey.parse(key)}"' for key in keys)
    return _STARTING.format(
        issuer=issuer,
        keys=quoted,
        profile=profile,
        chains="\n".join(rows) or example,
        registry=_registry(registry),
    )


def _registry(pin: RegistryPin | None) -> str:
    if pin is None:
        return "".join(f"# {line}\n" for line in _REGISTRY.format(**_EXAMPLE_REGISTRY).splitlines())
    return _REGISTRY.format(
        contract=pin.contract,
        issuer=pin.issuer,
        from_block=pin.from_block,
        max_delay=pin.max_delay,
        max_silence=pin.max_silence,
    )


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
    if not (policy.keys or policy.bundles or policy.roots or policy.registry):
        yield "no key, bundle digest, root or registry: publication.identified stays inconclusive"
    if not policy.chains:
        yield "no [[chain]]: nothing about any chain can be confirmed"
    for rule in policy.chains.values():
        if rule.sources == 1:
            yield f"one source is enough for {rule.chain}: if it lies, the verdict does"
    waived = {waiver.check for waiver in policy.waivers}
    for check in ("publication.anchored", "publication.unequivocal"):
        if policy.registry is None and check not in waived:
            yield f"{check} stays inconclusive without a [registry]; name one, or waive it by name and reason to go on"
    if policy.registry is not None and policy.registry.contract.chain not in policy.chains:
        chain = policy.registry.contract.chain
        yield f"the registry is on {chain}, and no [[chain]] says how many sources must agree about it"


def described(policy: Policy) -> Iterator[str]:
    """Say what a policy trusts, requires and waives."""
    yield f"policy     {policy.digest}"
    yield f"issuer     {policy.issuer}"
    yield from (f"trusts     key {key}" for key in policy.keys)
    yield from (f"trusts     bundle {digest}" for digest in policy.bundles)
    yield from (f"trusts     commitments root {root.hex()}" for root in policy.roots)
    yield from (f"trusts     recording {digest}" for digest in policy.recordings)
    yield from (f"asks       {rule.sources} sources to agree about {rule.chain}" for rule in policy.chains.values())
    yield from (f"trusts     committee 0x{committee.hex()}" for committee in policy.committees)
    yield from (f"accepts    what was attested under {digest}" for digest in policy.accepted_policies)
    if policy.registry is not None:
        pin = policy.registry
        yield f"asks       what {pin.issuer} anchored in {pin.contract}, from block {pin.from_block} on"
        yield f"accepts    anchors up to {span(pin.max_delay)} after the instant"
        yield f"accepts    a last final block up to {span(pin.max_silence)} old"
    yield f"accepts    snapshots up to {span(policy.max_age)} old"
    yield f"accepts    blocks up to {span(policy.max_skew)} before the instant"
    yield f"requires   reserves of at least {policy.ratio} × the liabilities, in each asset class"
    yield from (f"requires   {check}" for check in required_checks(policy))
    yield from (f"waives     {waiver.check}: {waiver.reason}" for waiver in policy.waivers)
    yield from (f"counts not {asset}, the issuer's own" for asset in sorted(map(str, policy.own_assets)))
    for group in policy.classes:
        yield f"one asset  {' = '.join(f'{m.asset} ({m.decimals} decimals)' for m in group.members)}"
    yield from (f"layout of  {layout.asset}, code hash 0x{layout.code_hash.hex()}" for layout in policy.layouts)
    yield from (f"registry   by its code hash 0x{code_hash.hex()}" for code_hash in policy.registries)
