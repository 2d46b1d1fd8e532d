"""What names its anchoring account can be anchored."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from por.errors import FormatError
from por.issuer.bundle import require_anchorable
from por.model import UINT128_MAX, ChainAccount
from tests.checks import scenery

ACCOUNT = ChainAccount(scenery.CHAIN, "0x" + "a1" * 20)


def test_an_honest_bundle_can_be_anchored() -> None:
    require_anchorable(scenery.bundle(anchored_by=ACCOUNT))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"liabilities": (), "reserves": ()}, "owes nothing and claims nothing"),
        (
            {"liabilities": tuple(replace(item, total=UINT128_MAX) for item in scenery.bundle().liabilities)},
            "no registry takes this bundle: the sum over .* has more than 128 bits",
        ),
    ],
)
def test_t08_what_no_registry_takes_is_refused_before_it_is_signed(changes: dict[str, Any], words: str) -> None:
    require_anchorable(scenery.bundle(**changes))
    with pytest.raises(FormatError, match=words) as caught:
        require_anchorable(scenery.bundle(anchored_by=ACCOUNT, **changes))
    assert caught.value.place == "--anchored-by"
