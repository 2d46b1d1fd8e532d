"""List the orders in which Bybit hashes coins, by version; the source is the publisher's own enumerations."""

from collections.abc import Mapping

ORDERS: Mapping[str, tuple[str, ...]] = {
    "4 coins": ("BTC", "ETH", "USDT", "USDC"),
    "20 coins, 2022": tuple(
        (
            "AGLA APT ATOM AVAX BIT BTC BUSD DAI DOGE DOT DYDX EOS ETH FTM LTC MATIC SOL USDC USDT XRP"
        ).split()
    ),
    "20 coins with MNT": tuple(
        (
            "AGLA APT ATOM AVAX MNT BTC BUSD DAI DOGE DOT DYDX EOS ETH FTM LTC MATIC SOL USDC USDT XRP"
        ).split()
    ),
    "32 coins": tuple(
        (
            "AGLA APT ATOM AVAX MNT BTC BUSD DAI DOGE DOT DYDX EOS ETH FTM LTC MATIC SOL USDC USDT XRP "
            "SHIB OP SAND LDO LINK COMP UNI MANA CRV BLUR SUSHI PEPE"
        ).split()
    ),
    "40 coins": tuple(
        (
            "AGLA APT ATOM AVAX MNT BTC DAI DOGE DOT DYDX EOS ETH FTM LTC MATIC SOL USDC USDT XRP SHIB "
            "OP SAND LDO LINK COMP UNI MANA CRV BLUR SUSHI PEPE WLD BEAM AGI FET IMX RNDR GALA APEX "
            "SHRAP"
        ).split()
    ),
    "40 coins, v2": tuple(
        (
            "AGLA APT ATOM AVAX MNT BTC DOGE DOT DYDX EOS ETH FTM LTC MATIC SOL USDC USDT XRP SHIB OP "
            "SAND LDO LINK COMP UNI MANA CRV BLUR SUSHI PEPE WLD BEAM AGI FET IMX RENDER GALA APEX "
            "SHRAP USDE"
        ).split()
    ),
    "40 coins, v3": tuple(
        (
            "AGLA APT ATOM AVAX MNT BTC DOGE DOT DYDX EOS ETH FTM LTC POL SOL USDC USDT XRP SHIB OP "
            "SAND LDO LINK COMP UNI MANA CRV BLUR SUSHI PEPE WLD BEAM AGI FET IMX RENDER GALA APEX "
            "SHRAP USDE"
        ).split()
    ),
    "40 coins, v4": tuple(
        (
            "AGLA APT ATOM AVAX MNT BTC DOGE DOT DYDX EOS ETH S LTC POL SOL USDC USDT XRP SHIB OP SAND "
            "LDO LINK COMP UNI MANA CRV BLUR SUSHI PEPE WLD BEAM AGI FET IMX RENDER GALA APEX SHRAP "
            "USDE"
        ).split()
    ),
    "40 coins, v5": tuple(
        (
            "AGLA APT ATOM AVAX MNT BTC DOGE DOT DYDX A ETH S LTC POL SOL USDC USDT XRP SHIB OP SAND "
            "LDO LINK COMP UNI MANA CRV BLUR SUSHI PEPE WLD BEAM AGI FET IMX RENDER GALA APEX SHRAP "
            "USDE"
        ).split()
    ),
    "50 coins, 2026": tuple(
        (
            "AGLA APT ATOM AVAX MNT BTC DOGE DOT DYDX A ETH S LTC POL SOL USDC USDT XRP SHIB OP SAND "
            "LDO LINK COMP UNI MANA CRV BLUR SUSHI PEPE WLD BEAM AGI FET IMX RENDER GALA APEX SHRAP "
            "USDE GRAM XAUT HYPE STABLE ENA ARB ASTER ONDO AAVE USD1"
        ).split()
    ),
}
