"""Passwords come from a private file, the environment or a person; none is ever shown."""

from __future__ import annotations

import getpass
import io
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from por.errors import FormatError
from por.publish.signers import passwords

SECRET = "correct horse"


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("POR_PASSWORD", "POR_PASSWORD_FILE", "POR_PIN_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "stdin", io.StringIO())


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Sit at a terminal and type these lines; what was asked is returned."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    def type_in(*lines: str) -> list[str]:
        waiting: Iterator[str] = iter(lines)
        asked: list[str] = []

        def answer(prompt: str, stream: object) -> str:
            asked.append(prompt)
            try:
                return next(waiting)
            except StopIteration:
                raise EOFError from None

        monkeypatch.setattr(sys, "stdin", Terminal())
        monkeypatch.setattr(getpass, "getpass", answer)
        return asked

    return type_in


def kept(folder: Path, data: bytes, mode: int = 0o600) -> Path:
    path = folder / "password"
    path.write_bytes(data)
    path.chmod(mode)
    return path


def test_the_file_stands_before_the_variable_and_the_variable_before_the_prompt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: Callable[..., list[str]]
) -> None:
    asked = typed("typed")
    assert passwords.password("of a key") == "typed"
    monkeypatch.setenv("POR_PASSWORD", "variable")
    assert passwords.password("of a key") == "variable"
    monkeypatch.setenv("POR_PASSWORD_FILE", str(kept(tmp_path, b"file\n")))
    assert passwords.password("of a key") == "file"
    assert asked == ["Password of a key: "]


@pytest.mark.parametrize("ending", [b"", b"\n", b"\r\n"])
def test_one_line_ending_is_not_of_the_password(tmp_path: Path, ending: bytes) -> None:
    assert passwords.from_file(kept(tmp_path, SECRET.encode() + ending)) == SECRET


def test_white_space_is_of_the_password(tmp_path: Path) -> None:
    assert passwords.from_file(kept(tmp_path, b" a b \n\n")) == " a b \n"


def test_a_pin_comes_from_its_own_file_or_a_prompt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: Callable[..., list[str]]
) -> None:
    monkeypatch.setenv("POR_PASSWORD", SECRET)
    asked = typed("1234")
    assert passwords.pin("of the token T") == "1234"
    assert asked == ["PIN of the token T: "]
    monkeypatch.setenv("POR_PIN_FILE", str(kept(tmp_path, b"5678\n")))
    assert passwords.pin("of the token T") == "5678"


@pytest.mark.parametrize(
    ("ask", "cure"),
    [
        (passwords.password, "no password.*POR_PASSWORD_FILE, or put it into POR_PASSWORD"),
        (passwords.new_password, "no password.*POR_PASSWORD_FILE, or put it into POR_PASSWORD"),
        (passwords.pin, "no PIN.*POR_PIN_FILE"),
    ],
)
def test_where_nobody_can_type_the_cure_is_named(ask: Callable[[str], str], cure: str) -> None:
    with pytest.raises(FormatError, match=f"{cure}; nobody is here to ask"):
        ask("of a key")


def test_without_stdin_the_cure_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(FormatError, match="nobody is here to ask"):
        passwords.password("of a key")


def test_a_new_password_is_typed_twice(typed: Callable[..., list[str]]) -> None:
    asked = typed(SECRET, SECRET)
    assert passwords.new_password("for key.json") == SECRET
    assert len(asked) == 2


def test_t80_two_new_passwords_that_differ_are_refused_and_not_shown(typed: Callable[..., list[str]]) -> None:
    typed(SECRET, SECRET + "x")
    with pytest.raises(FormatError, match="the two passwords differ") as caught:
        passwords.new_password("for key.json")
    assert SECRET not in "".join(traceback.format_exception(caught.value))


def test_a_new_password_of_a_file_is_not_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POR_PASSWORD_FILE", str(kept(tmp_path, b"file\n")))
    assert passwords.new_password("for key.json") == "file"


@pytest.mark.parametrize("lines", [(), ("",)])
def test_nothing_typed_is_no_password(typed: Callable[..., list[str]], lines: tuple[str, ...]) -> None:
    typed(*lines)
    with pytest.raises(FormatError, match="nothing was entered"):
        passwords.password("of a key")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660, 0o601])
def test_t80_a_password_file_open_to_others_is_refused_with_the_cure(tmp_path: Path, mode: int) -> None:
    path = kept(tmp_path, SECRET.encode(), mode)
    with pytest.raises(FormatError, match=f"run: chmod 600 {path}") as caught:
        passwords.from_file(path)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "holds no password"),
        (b"\n", "holds no password"),
        (b"\xff" + SECRET.encode(), "not text in UTF-8"),
        (SECRET.encode() * 400, "more than 4096 bytes"),
    ],
)
def test_t80_what_is_no_password_file_is_refused_and_not_shown(tmp_path: Path, data: bytes, words: str) -> None:
    path = kept(tmp_path, data)
    with pytest.raises(FormatError, match=words) as caught:
        passwords.from_file(path)
    said = "".join(traceback.format_exception(caught.value))
    assert str(path) in said
    assert SECRET not in said


def test_what_is_not_there_or_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="cannot be read: No such file"):
        passwords.from_file(tmp_path / "nothing")
    os.mkfifo(tmp_path / "pipe", 0o600)
    with pytest.raises(FormatError, match="not a regular file"):
        passwords.from_file(tmp_path / "pipe")
