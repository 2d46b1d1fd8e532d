"""Run a chain inside this process and serve it as JSON-RPC, for demonstrations and tests."""

from por.chains.embedded.chain import FAUCET_WEI, EmbeddedChain

__all__ = ["FAUCET_WEI", "EmbeddedChain"]
