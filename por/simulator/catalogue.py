"""List every lie the simulator can tell, and those that no evidence can reveal."""

from por.simulator import (
    lies_chain,
    lies_contracts,
    lies_control,
    lies_law,
    lies_liabilities,
    lies_publication,
    lies_registry,
    lies_reserves,
    lies_worth,
)
from por.simulator.lie import Lie

LIES: tuple[Lie, ...] = (
    *lies_liabilities.LIES,
    *lies_reserves.LIES,
    *lies_control.LIES,
    *lies_contracts.LIES,
    *lies_worth.LIES,
    *lies_publication.LIES,
    *lies_chain.LIES,
    *lies_registry.LIES,
    *lies_law.LIES,
)
UNSEEN: tuple[Lie, ...] = (*lies_publication.UNSEEN, *lies_reserves.UNSEEN, *lies_law.UNSEEN)
