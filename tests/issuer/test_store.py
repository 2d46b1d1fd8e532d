from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from por.errors import FormatError
from por.issuer.prove import prove
from por.issuer.store import ProofStore
from por.model import TreeProof
from tests.documents import canonical
from tests.issuer import ledgers

ROWS: list[ledgers.Row] = [
    *((f"a{i}", "spot", "ETH", 1000 + i) for i in range(11)),
    ("a3", "margin", "ETH", 77),
    ("a3", "spot", "BTC", 88),
]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    ledgers.commit_to(folder, ROWS, split=2)
    return folder / "out" / "store"


@pytest.fixture
def store(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "store"))


def prove_all(path: Path) -> None:
    with ProofStore.open(path) as opened:
        for i in range(11):
            prove(opened, f"a{i}", "")


def refusal(path: Path) -> str:
    with pytest.raises(FormatError) as caught:
        prove_all(path)
    return str(caught.value)


def digest(account: str) -> bytes:
    return ledgers.sha(b"\x05", ledgers.lp(account))


def test_records_are_found_by_account_tree_and_part(made: Path) -> None:
    with ProofStore.open(made) as opened:
        found = opened.records(digest("a3"))
        assert [(record.tree, record.part) for record in found] == sorted(
            (record.tree, record.part) for record in found
        )
        assert {record.id_digest for record in found} == {digest("a3")}
        assert {record.tree for record in found} == {0, 1, 2}
        assert sum(int.from_bytes(record.amount, "big") for record in found) == 1003 + 77 + 88
        assert sum(len(opened.records(digest(f"a{i}"))) for i in range(11)) == sum(opened.header.records)


@pytest.mark.parametrize("stranger", [bytes(32), b"\xff" * 32, digest("b")])
def test_a_stranger_has_no_records(made: Path, stranger: bytes) -> None:
    with ProofStore.open(made) as opened:
        assert not opened.records(stranger)
        assert not opened.tree_proofs(stranger)


def test_the_output_of_a_commit_opens_as_its_store(made: Path) -> None:
    with ProofStore.open(made.parent) as outer, ProofStore.open(made) as inner:
        assert outer.header == inner.header


def test_a_proof_is_the_same_after_the_folder_moved(made: Path, store: Path) -> None:
    with ProofStore.open(made) as one, ProofStore.open(store) as two:
        assert one.tree_proofs(digest("a3")) == two.tree_proofs(digest("a3"))


@pytest.mark.parametrize("name", ["store.json", "records.bin", "tree-0/level-00.bin", "tree-2/level-05.bin"])
def test_a_missing_file_is_named(store: Path, name: str) -> None:
    (store / name).unlink()
    told = refusal(store)
    assert "cannot be read: No such file" in told
    assert Path(name).name in told


@pytest.mark.parametrize("name", ["records.bin", "tree-0/level-00.bin", "tree-2/level-01.bin", "tree-2/level-05.bin"])
@pytest.mark.parametrize("change", ["a row less", "a byte less", "a byte more", "nothing left", "a row more"])
def test_a_file_of_another_size_is_named_with_both_sizes(store: Path, name: str, change: str) -> None:
    path = store / name
    data, row = path.read_bytes(), 96 if name == "records.bin" else 48
    path.write_bytes(
        {
            "a row less": data[:-row],
            "a byte less": data[:-1],
            "a byte more": data + b"\0",
            "nothing left": b"",
            "a row more": data + data[:row],
        }[change]
    )
    told = refusal(store)
    assert told.startswith(f"{path.parent.name}/{path.name}: ")
    assert f"the header implies {len(data)}" in told


def proofs(path: Path) -> dict[str, tuple[TreeProof, ...]] | None:
    """Return the proofs of every account, or None where the store is refused."""
    try:
        with ProofStore.open(path) as opened:
            return {f"a{i}": opened.tree_proofs(digest(f"a{i}")) for i in range(11)}
    except FormatError as error:
        return None if error.place else {}


@settings(max_examples=120)
@given(data=st.data())
def test_one_changed_bit_anywhere_makes_no_wrong_proof(
    made: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    copied = Path(shutil.copytree(made, tmp_path_factory.mktemp("bit") / "store"))
    path = data.draw(st.sampled_from(sorted(path for path in copied.rglob("*") if path.is_file())))
    content = bytearray(path.read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    path.write_bytes(content)
    found = proofs(copied)
    if path.name == "records.bin":
        assert found is None or all(_within(found[name], right) for name, right in (proofs(made) or {}).items())
    else:
        assert found in (None, proofs(made))


def _within(found: tuple[TreeProof, ...], right: tuple[TreeProof, ...]) -> bool:
    """Say whether nothing but true records is shown; a part number binds nothing and may differ."""
    shown = {(tree.position, record.key, record.amount, record.index) for tree in found for record in tree.records}
    return shown <= {(tree.position, r.key, r.amount, r.index) for tree in right for r in tree.records}


@pytest.mark.parametrize("offset", [0, 32, 40, 47, 48, 79, 80, 95])
def test_a_damaged_record_row_is_never_proven(store: Path, offset: int) -> None:
    path = store / "records.bin"
    rows = bytearray(path.read_bytes())
    for start in range(0, len(rows), 96):
        rows[start + offset] ^= 0x80
    path.write_bytes(rows)
    told = refusal(store)
    assert "damaged" in told or "no record for this account" in told


def test_t06_a_stored_sum_that_overflows_is_damage(store: Path) -> None:
    path = store / "tree-2" / "level-00.bin"
    rows = bytearray(path.read_bytes())
    rows[32:48] = b"\xff" * 16
    path.write_bytes(rows)
    assert "tree-2: damaged" in refusal(store)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (b'"records":[2,', b'"records":[1,', "records.bin: "),
        (b'"records":[2,', b'"records":[3,', "store.json:/records/0: 3 records in a tree of depth 1"),
        (b'"records":[2,', b'"records":[0,', "store.json:/records/0: not an integer between"),
        (b'"records":[2,', b'"records":[', "store.json:/records: 2 counts for 3 commitments"),
        (b'"depth":1', b'"depth":2', "level-02.bin"),
        (b'"depth":1', b'"depth":0', "store.json:/records/0: 2 records in a tree of depth 0"),
        (b'"total":"77"', b'"total":"78"', "tree-0: damaged"),
        (b"exchange.example", b"exchange.examplf", "tree-0: damaged"),
        (b"proof-store.v1", b"proof-store.v2", "is not read by this release"),
        (b"proof-store.v1", b"bundle.v1", "a document of type"),
        (b'{"commitments"', b'{ "commitments"', "store.json: not canonical"),
    ],
)
def test_a_changed_header_is_refused(store: Path, old: bytes, new: bytes, told: str) -> None:
    path = store / "store.json"
    data = path.read_bytes()
    assert old in data
    path.write_bytes(data.replace(old, new, 1))
    assert told in refusal(store)


def test_t42_a_top_hash_that_is_not_the_trees_is_refused(store: Path) -> None:
    path = store / "store.json"
    value = json.loads(path.read_bytes())
    value["commitments"]["liabilities"][1]["top"] = "00" * 32
    path.write_bytes(canonical(value))
    assert "tree-1: damaged" in refusal(store)


def test_a_commitments_root_of_other_commitments_is_refused(store: Path) -> None:
    path = store / "store.json"
    data = path.read_bytes()
    start = data.index(b'"commitmentsRoot":"') + len(b'"commitmentsRoot":"')
    path.write_bytes(data[:start] + b"0" * 64 + data[start + 64 :])
    assert "store.json: damaged: the commitments root" in refusal(store)


def test_t70_another_kind_of_folder_is_refused(tmp_path: Path) -> None:
    assert "store.json: cannot be read: No such file" in refusal(tmp_path)
    (tmp_path / "store.json").write_text("{}")
    assert "store.json:" in refusal(tmp_path)
