from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from por.errors import FormatError
from por.issuer.keys import ensure_master_key, ensure_secret, load_master_key, load_secret

KEY = "".join(f"{byte:02x}" for byte in range(100, 132))


def kept(folder: Path, text: str | bytes, mode: int = 0o600) -> Path:
    path = folder / "master.key"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    path.chmod(mode)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(FormatError) as caught:
        load_master_key(path)
    return str(caught.value)


def test_t80_a_key_is_made_once_for_its_owner_alone_and_reused(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    key, made = ensure_master_key(path)
    assert made
    assert len(key) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert ensure_master_key(path) == (key, False)
    assert load_master_key(path) == key
    assert [entry.name for entry in tmp_path.iterdir()] == ["master.key"]


def test_t80_a_generous_umask_does_not_open_the_key(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        ensure_master_key(tmp_path / "master.key")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "master.key").stat().st_mode) == 0o600


def test_two_keys_differ(tmp_path: Path) -> None:
    assert ensure_master_key(tmp_path / "a")[0] != ensure_master_key(tmp_path / "b")[0]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620, 0o602, 0o666, 0o601])
def test_t80_a_key_open_to_others_is_refused_with_the_cure(tmp_path: Path, mode: int) -> None:
    path = kept(tmp_path, KEY, mode)
    told = refusal(path)
    assert f"chmod 600 {path}" in told
    assert KEY not in told


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
@pytest.mark.parametrize("end", ["", "\n"])
def test_a_key_of_ones_own_is_read(tmp_path: Path, mode: int, end: str) -> None:
    assert load_master_key(kept(tmp_path, KEY + end, mode)) == bytes(range(100, 132))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        KEY[:8],
        KEY[:32],
        KEY[:62],
        KEY + "00",
        KEY[:-1],
        KEY.upper(),
        "0x" + KEY,
        " " + KEY,
        KEY + " ",
        KEY + "\n\n",
        KEY + "\r\n",
        KEY[:32] + "\n" + KEY[32:],
        KEY[:-2] + "zz",
        "１" * 64,
        b"\xff" * 32,
        bytes(range(100, 132)),
        "0" * 64,
        "f" * 64,
        "0123" * 16,
        "a" * 10_000,
    ],
)
def test_t79_anything_but_32_random_bytes_in_hexadecimal_is_refused(tmp_path: Path, text: str | bytes) -> None:
    told = refusal(kept(tmp_path, text))
    assert told.startswith(str(tmp_path))
    assert KEY[:8] not in told


def test_a_key_that_is_not_there_or_no_file_is_named(tmp_path: Path) -> None:
    assert "cannot be read: No such file" in refusal(tmp_path / "nowhere")
    assert "regular file" in refusal(tmp_path) or "cannot be read" in refusal(tmp_path)
    os.mkfifo(tmp_path / "pipe", 0o600)
    assert "not a regular file" in refusal(tmp_path / "pipe")


def test_a_key_is_not_made_where_none_can_be(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="no secret file can be made here: No such file"):
        ensure_master_key(tmp_path / "nowhere" / "master.key")


def test_a_link_to_nowhere_is_not_written_through(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FormatError, match="cannot be read"):
        ensure_master_key(path)
    assert not (tmp_path / "elsewhere").exists()


def test_of_two_who_make_a_key_both_use_the_first(tmp_path: Path) -> None:
    path = tmp_path / "master.key"

    def make_late() -> str:
        kept(tmp_path, "first")
        return "second"

    assert ensure_secret(path, make_late, str) == ("first", False)


def test_a_crash_while_writing_leaves_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(FormatError, match="No space left on device"):
        ensure_master_key(tmp_path / "master.key")
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_refuses_is_placed_and_shows_no_cause(tmp_path: Path) -> None:
    def read(text: str) -> str:
        raise FormatError(f"{len(text)} characters are not a key")

    with pytest.raises(FormatError) as caught:
        load_secret(kept(tmp_path, KEY), read)
    assert str(caught.value) == f"{tmp_path / 'master.key'}: 64 characters are not a key"
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_t80_the_key_is_in_no_argument_and_no_output(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.csv"
    ledger.write_text("account_id,segment,asset,amount\nalice,spot,ETH,1\n")
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from por.issuer.keys import ensure_master_key\n"
        "from tests.issuer.ledgers import commit_file\n"
        "key, _ = ensure_master_key(Path(sys.argv[1]))\n"
        "made = commit_file(Path(sys.argv[2]), Path(sys.argv[3]), master_key=key, progress=print)\n"
        "print(made, open('/proc/self/cmdline').read() if Path('/proc/self/cmdline').exists() else sys.argv)\n"
    )
    names = ["master.key", "ledger.csv", "out"]
    done = subprocess.run(
        [sys.executable, "-c", program, *(str(tmp_path / name) for name in names)],
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    secret = (tmp_path / "master.key").read_text().strip()
    published = (tmp_path / "out" / "commitments.json").read_text()
    stored = (tmp_path / "out" / "records.csv").read_text() + (tmp_path / "out" / "store" / "store.json").read_text()
    assert secret not in done.stdout + done.stderr + published + stored
    assert bytes.fromhex(secret) not in (tmp_path / "out" / "store" / "records.bin").read_bytes()
