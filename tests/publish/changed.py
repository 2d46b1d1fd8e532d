"""Sources and wallets that do as honest ones do, but for one thing."""

from __future__ import annotations

from typing import Any

import pytest

from por.publish.transactions import Wallet


class Changed:
    """Answer as a source does, with some answers changed."""

    def __init__(self, source: Any, **answers: Any) -> None:
        self._source = source
        self._answers = answers

    def __getattr__(self, name: str) -> Any:
        return self._answers.get(name, getattr(self._source, name))


def overtake(monkeypatch: pytest.MonkeyPatch, *winner: Any) -> None:
    """Let another run send first: `winner`, or the very same that the wallet was about to send."""
    send = Wallet.send
    sent: list[Any] = []

    def late(self: Wallet, *args: Any, **options: Any) -> Any:
        if not sent:
            sent.append(send(self, *winner) if winner else send(self, *args, **options))
        return send(self, *args, **options)

    monkeypatch.setattr(Wallet, "send", late)
