"""What receipt.md shows is what the code reads and computes."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

from por.cli.main import main
from por.encoding import receipt_v1
from por.encoding.media_types import RECEIPT
from tests import pages
from tests.documents import canonical

PAGE = "receipt.md"
TEXT = pages.text(PAGE)
SHOWN = json.loads(pages.blocks(PAGE)["json receipt.json"])
PROOF = pages.blocks("published-formats.md")["json coinex"].encode()
SALT = pages.blocks(PAGE)["text salt"].strip()


def test_the_example_is_the_receipt_of_the_example_of_published_formats() -> None:
    receipt = receipt_v1.read(canonical(SHOWN))
    assert hashlib.sha256(b"por spec example receipt salt").hexdigest() == SALT
    assert receipt.salted == receipt_v1.salted_digest(bytes.fromhex(SALT), PROOF)
    assert receipt.root == json.loads(PROOF)["root"]["hash"]


def test_the_example_opens_with_its_salt(tmp_path: Path) -> None:
    (tmp_path / "proof").write_bytes(PROOF)
    (tmp_path / "receipt").write_bytes(canonical(SHOWN))
    (tmp_path / "salt").write_text(SALT + "\n")
    where = {name: str(tmp_path / name) for name in ("proof", "receipt", "salt")}
    assert main(["redact", where["proof"], "--open", where["receipt"], "--salt", where["salt"]]) == 0


def test_the_tables_name_the_members() -> None:
    assert pages.named_in_tables(PAGE, "The document") == set(SHOWN) | set(SHOWN["verdict"])
    assert f"`{RECEIPT}`" in TEXT
    assert f"`{receipt_v1.NATIVE}`" in TEXT


def test_the_salted_digest_is_what_the_page_says() -> None:
    title = re.search(r'the (\d+) bytes "([a-z/0-9]+)" ‖ one zero byte ‖ the salt, (\d+) bytes', TEXT)
    assert title
    assert len(title[2]) == int(title[1])
    assert int(title[3]) == receipt_v1.SALT_BYTES
    made = hashlib.sha256(title[2].encode() + bytes(1) + bytes.fromhex(SALT) + PROOF).hexdigest()
    assert SHOWN["file"] == f"sha256:{made}"


def test_the_limits_are_the_codes() -> None:
    assert f"{receipt_v1.MAX_BYTES:,} bytes" in TEXT
    assert f"at most {receipt_v1.MAX_FAILED}" in TEXT
