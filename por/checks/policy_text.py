"""Write a policy to start from, and say in words what a policy trusts, requires and leaves open."""

import re
from collections.abc import Iterator, Sequence

from por.checks.asset_classes import exact_text
from por.checks.freshness import span
from por.checks.law_text import described_law, open_law
from por.checks.requirements import required_checks
from por.errors import FormatError
from por.model import AssetKind, ChainId, Denomination, Policy, RegistryPin, TokenCall
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
# Hashes (0x…) of the codes of contract accounts whose approval you believe, beside the shipped ones, which are Safe's.
wallets = []
# Tokens whose balances you take the sources' word for, where the bundle proves none; graded so.
quorum_tokens = []

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
# Claims on an asset count only when their kind is named: "bridged", "wrapped", "lent", "vault", "staked".
kinds = []

# Ask what the customer accounts held before and after the instant: coins may be borrowed for a day. It needs sources
# with an archive, and a run that is later than the last of these moments.
# [movement]
# before_seconds = [86400, 604800]
# after_seconds = [86400, 604800]
# threshold = "0.1"  # the share of what is held from which a rise and a fall are material

# What you know to stand on a holding, whatever the issuer says of it.
# [[encumbered]]
# account = "eip155:1:0x…"
# asset = "eip155:1/slip44:60"
# kind = "peg"
# amount = "1000000000000000000"

# How many independent sources must agree on a chain's headers.
{chains}
# Assets that cover one another, each with its decimals; a class of one says the decimals of an asset that the shipped
# table does not know. por policy show lists what is known.
# [[class]]
# members = [{{ asset = "eip155:1/erc20:0x…", decimals = 18 }}]

# Where a token keeps balances, or whose code tells them: por policy token finds and prints either.
# [[layout]]
# asset = "eip155:1/erc20:0x…"
# [[call]]
# asset = "eip155:1/erc20:0x…"

# Accounts that hold coins for those who have a token on another chain; they never count.
# [[bridge]]
# escrow = "eip155:1:0x…"
# asset = "eip155:1/erc20:0x…"
# minted = "eip155:10/erc20:0x…"

# Where bundles must be anchored, and by which address. Take both from a place that nobody can change for you alone.
{registry}
# What you bring for rulebooks, the requirements of a jurisdiction; por rulebook list names those that are shipped.
# [law]
# rulebooks = ["jp-exchange"]
# grade = "third-party document"  # a rule passes on nothing below it
# [[law.price]]
# asset = "eip155:1/slip44:60"
# currency = "JPY"
# price = "412350.5"
# source = "…"
# at = "2026-11-01T00:00:00Z"
# Third parties' documents that you had from them, or asked them about; covers: what you read in it yourself.
# [[law.document]]
# digest = "sha256:…"
# covers = ["custody", "money"]
# dated = 2026-10-31     # the day that stands in it; else the issuer says
# max_age_days = 366
# Rows that you found in the regulator's list; kind: exchange, stablecoin, funds-transfer, intermediary, custodian.
# [[law.registered]]
# number = "…"
# name = "…"
# kind = "intermediary"

# Waive a check, or a rule such as jp-exchange/JP-SEG-01, by name and reason; every verdict shows both. Without a
# [registry] both of these stay open:
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
    yield from _open_reserves(policy)
    yield from open_law(policy.law)
    waived = {waiver.check for waiver in policy.waivers}
    for check in ("publication.anchored", "publication.unequivocal"):
        if policy.registry is None and check not in waived:
            yield f"{check} stays inconclusive without a [registry]; name one, or waive it by name and reason to go on"
    if policy.registry is not None and policy.registry.contract.chain not in policy.chains:
        chain = policy.registry.contract.chain
        yield f"the registry is on {chain}, and no [[chain]] says how many sources must agree about it"


def _open_reserves(policy: Policy) -> Iterator[str]:
    """Say what of the reserves is taken on little, or can be decided by nobody."""
    for asset in sorted(map(str, policy.quorum_tokens)):
        yield f"balances of {asset} are the sources' word where the bundle proves nothing"
    for chain in sorted({rule.chain for rule in policy.chains.values() if rule.checkpoint} - policy.beacons.keys()):
        yield f"a checkpoint of {chain}, and no [[beacon]] row: light-client evidence shows nothing"
    if policy.movement is None and "reserves.movement" in policy.require:
        yield "reserves.movement stays inconclusive without a [movement]"
    if AssetKind.VAULT in policy.kinds and not any(call.underlying for call in policy.calls):
        yield "vaults count, and no [[call]] says what their shares stand for: they count nothing"


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
    yield from _of_reserves(policy)
    yield from described_law(policy.law)
    yield from (f"requires   {check}" for check in required_checks(policy))
    yield from (f"waives     {waiver.check}: {waiver.reason}" for waiver in policy.waivers)
    yield from (f"counts not {asset}, the issuer's own" for asset in sorted(map(str, policy.own_assets)))
    for group in policy.classes:
        yield f"one asset  {' = '.join(map(_member, group.members))}"
    yield from (f"layout of  {layout.asset}, code hash 0x{layout.code_hash.hex()}" for layout in policy.layouts)
    yield from map(_call, policy.calls)
    yield from (f"registry   by its code hash 0x{code_hash.hex()}" for code_hash in policy.registries)
    yield from (f"wallet     by its code hash 0x{code_hash.hex()}" for code_hash in policy.wallets)


def _of_reserves(policy: Policy) -> Iterator[str]:
    """Say what counts of reserves, and where the policy looks beside them."""
    for rule in policy.chains.values():
        if rule.checkpoint is not None:
            yield f"trusts     the beacon block 0x{rule.checkpoint.hex()} of {rule.chain}, to start light clients from"
    for asset in sorted(map(str, policy.quorum_tokens)):
        yield f"trusts     the sources' word, if they agree, on balances of {asset}"
    yield f"counts     {', '.join(sorted(policy.kinds))} assets"
    for bridge in policy.bridges:
        yield f"counts not {bridge.asset} of {bridge.escrow}, which stands behind {bridge.minted}"
    for row in policy.encumbrances:
        stands = row.encumbrance
        yield f"counts not {stands.amount} base units of {row.asset} of {row.account}: {stands.kind}"
    if policy.movement is not None:
        before, after = (", ".join(map(span, moments)) for moments in (policy.movement.before, policy.movement.after))
        share = exact_text(policy.movement.threshold)
        yield f"asks       what was held {before} before and {after} after the instant; {share} of it is material"


def _member(member: Denomination) -> str:
    kind = "" if member.kind is AssetKind.NATIVE else f", {member.kind}"
    return f"{member.asset} ({member.decimals} decimals{kind})"


def _call(call: TokenCall) -> str:
    codes = ", ".join(f"0x{code_hash.hex()}" for code_hash in call.codes)
    into = f", shares of {call.underlying}" if call.underlying else ""
    return f"code of    {call.asset} tells {call.method}{into}, under the code hashes {codes}"
