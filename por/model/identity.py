"""Hold what an issuer's own domain says of it: its keys, and the accounts that anchor for it."""

from dataclasses import dataclass

from por.model.identifiers import ChainAccount


@dataclass(frozen=True, order=True, slots=True)
class AnchoringAccount:
    """Name a registry, and the account that anchors the issuer's bundles there."""

    registry: ChainAccount
    account: ChainAccount


@dataclass(frozen=True, slots=True)
class Identity:
    """Hold an issuer's id, its verifier keys in their written form, and its accounts in registries."""

    issuer: str
    keys: tuple[str, ...]
    anchors: tuple[AnchoringAccount, ...]
