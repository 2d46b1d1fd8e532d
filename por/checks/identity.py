"""Ask whether the issuer's own domain names what stands for its name here: a key, an address in a registry."""

from dataclasses import dataclass

from por.checks.observation import Missing, Observation, judge, unseen
from por.encoding import identity_v1
from por.encoding.digests import digest_of
from por.model import ChainAccount, Finding, Outcome
from por.model.identity import Identity

CHECK = "publication.bound"


@dataclass(frozen=True, slots=True)
class Standing:
    """Hold what stands for an issuer's name: keys that signed, and an account that anchors, in a registry if known."""

    issuer: str
    keys: tuple[str, ...]
    account: ChainAccount | None
    registry: ChainAccount | None


def bound(subject: str, standing: Standing, identity: Observation[Identity] | None, *, required: bool) -> Finding:
    """Ask: does the identity document of the issuer's domain name this key and this address?

    `identity` is None where none was given: the name is then unverified, which decides nothing unless `required`.
    """
    if identity is None:
        facts = {"issuer": standing.issuer}
        return Finding(CHECK, subject, Outcome.INCONCLUSIVE, f"{CHECK}.unverified", facts=facts, required=required)
    if not (standing.keys or standing.account):
        return unseen(
            CHECK, subject, Missing("no key that you name signed, and no address is named: nothing to compare")
        )
    return judge(CHECK, subject, identity, lambda said: _bound(subject, standing, said))


def _bound(subject: str, standing: Standing, said: Identity) -> Finding:
    document = str(digest_of(identity_v1.write(said)))
    facts = {"issuer": standing.issuer, "document": document}
    if said.issuer != standing.issuer:
        message = f"{CHECK}.other_issuer"
        return Finding(CHECK, subject, Outcome.FAIL, message, expected=standing.issuer, actual=said.issuer, facts=facts)
    unnamed = [key for key in standing.keys if key not in said.keys]
    if standing.account is not None and not _names(said, standing):
        unnamed.append(_written(standing.account, standing.registry))
    if unnamed:
        message, named = f"{CHECK}.other", _all_of(said)
        return Finding(
            CHECK, subject, Outcome.FAIL, message, expected=", ".join(unnamed), actual=named or "nothing", facts=facts
        )
    shown = [*standing.keys, *([_written(standing.account, standing.registry)] if standing.account else [])]
    return Finding(CHECK, subject, Outcome.PASS, f"{CHECK}.named", actual=", ".join(shown), facts=facts)


def _names(said: Identity, standing: Standing) -> bool:
    return any(row.account == standing.account and standing.registry in {None, row.registry} for row in said.anchors)


def _written(account: ChainAccount, registry: ChainAccount | None) -> str:
    return str(account) if registry is None else f"{account} in {registry}"


def _all_of(said: Identity) -> str:
    return ", ".join([*said.keys, *(_written(row.account, row.registry) for row in said.anchors)])
