"""RFC 6962: published answers, the RFC's own recursion, and paths that are not quite right."""

from __future__ import annotations

import pytest

from por.commitments.rfc6962 import audit_path, entry_hash, pair_hash, root, root_from_audit_path
from por.errors import EvidenceError
from tests.commitments import reference

# The test data of Certificate Transparency's first implementation, which every later one repeats.
ENTRIES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
SEVEN = ENTRIES[:7]
PLACES = [(index, size) for size in range(1, 14) for index in range(size)]


def numbered(size: int) -> list[bytes]:
    return [number.to_bytes(32, "big") for number in range(size)]


@pytest.mark.parametrize("size", range(9))
def test_published_roots(size: int) -> None:
    assert root(ENTRIES[:size]).hex() == ROOTS[size]


def test_three_entries_written_out() -> None:
    a, b, c = (reference.sha(b"\x00", entry) for entry in (b"a", b"b", b"c"))
    left = reference.sha(b"\x01", a, b)
    assert root([b"a", b"b", b"c"]) == reference.sha(b"\x01", left, c)
    assert audit_path([b"a", b"b", b"c"], 0) == (b, c)
    assert audit_path([b"a", b"b", b"c"], 2) == (left,)


@pytest.mark.parametrize("size", [*range(40), 63, 64, 65, 100, 127, 128, 129])
def test_roots_and_paths_are_the_rfcs_recursion(size: int) -> None:
    entries = numbered(size)
    assert root(entries) == reference.mth(entries)
    for index in range(size):
        assert list(audit_path(entries, index)) == reference.audit_path(index, entries)


@pytest.mark.parametrize(("index", "size"), PLACES)
def test_a_path_leads_to_the_root_from_its_place_only(index: int, size: int) -> None:
    entries = numbered(size)
    path, wanted = audit_path(entries, index), root(entries)
    assert root_from_audit_path(entries[index], index, size, path) == wanted
    for other in range(size):
        if other != index:
            try:
                assert root_from_audit_path(entries[index], other, size, path) != wanted
            except EvidenceError:
                assert len(audit_path(entries, other)) != len(path)


@pytest.mark.parametrize(("index", "size"), PLACES)
def test_t13_a_path_too_short_or_too_long_is_refused(index: int, size: int) -> None:
    entries = numbered(size)
    path = audit_path(entries, index)
    with pytest.raises(EvidenceError, match="too long"):
        root_from_audit_path(entries[index], index, size, [*path, bytes(32)])
    for level in range(len(path)):
        with pytest.raises(EvidenceError, match="too short"):
            root_from_audit_path(entries[index], index, size, path[:level] + path[level + 1 :])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 1), (7, 7), (8, 7), (-1, 7), (-1, 0), (2**64, 7)])
def test_t13_there_is_no_entry_outside_the_list(index: int, size: int) -> None:
    with pytest.raises(EvidenceError, match=f"no entry {index} in a list of {size}"):
        root_from_audit_path(b"", index, size, [])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 3)])
def test_no_path_is_made_for_an_entry_outside_the_list(index: int, size: int) -> None:
    with pytest.raises(EvidenceError, match="there is no entry"):
        audit_path(numbered(size), index)


@pytest.mark.parametrize("index", range(7))
@pytest.mark.parametrize("length", [0, 16, 31, 33, 64])
def test_t10_t18_a_sibling_has_32_bytes_at_every_level(index: int, length: int) -> None:
    path = audit_path(SEVEN, index)
    for level in range(len(path)):
        cut = [*path[:level], bytes(length), *path[level + 1 :]]
        with pytest.raises(EvidenceError, match=f"{length} "):
            root_from_audit_path(SEVEN[index], index, 7, cut)


@pytest.mark.parametrize("index", range(7))
def test_t18_a_sibling_changed_at_any_level_is_another_root(index: int) -> None:
    path, wanted = audit_path(SEVEN, index), root(SEVEN)
    for level in range(len(path)):
        bad = bytes([path[level][0] ^ 1]) + path[level][1:]
        assert root_from_audit_path(SEVEN[index], index, 7, [*path[:level], bad, *path[level + 1 :]]) != wanted


@pytest.mark.parametrize("size", [6, 8, 9, 100])
def test_t13_the_size_is_the_verifiers_and_another_is_refused_or_another_root(size: int) -> None:
    path, wanted = audit_path(SEVEN, 6), root(SEVEN)
    try:
        assert root_from_audit_path(SEVEN[6], 6, size, path) != wanted
    except EvidenceError as error:
        assert "in a list of" in str(error) or "too" in str(error)  # noqa: PT017 - either way is a refusal


def test_t09_an_entry_is_no_node() -> None:
    left, right = entry_hash(b"a"), entry_hash(b"b")
    assert pair_hash(left, right) != entry_hash(left + right)
    assert root([left + right]) != root([b"a", b"b"])
    assert entry_hash(b"\x01" + left + right) != pair_hash(left, right)


def test_t12_the_last_entry_twice_is_another_root() -> None:
    assert root([b"a", b"b", b"c", b"c"]) != root([b"a", b"b", b"c"])
    assert root([b"a", b"a"]) != root([b"a"])


@pytest.mark.parametrize(("left", "right"), [(31, 32), (32, 31), (33, 31), (0, 0), (32, 33)])
def test_t08_t10_children_have_32_bytes(left: int, right: int) -> None:
    with pytest.raises(EvidenceError, match=f"children of {left} and {right} bytes"):
        pair_hash(bytes(left), bytes(right))


def test_a_list_is_as_long_as_it_likes_without_recursion() -> None:
    entries = numbered(5_000)
    assert root_from_audit_path(entries[4_999], 4_999, 5_000, audit_path(entries, 4_999)) == root(entries)


def test_an_enormous_list_is_checked_in_as_many_steps_as_it_is_deep() -> None:
    node = entry_hash(b"entry")
    for _ in range(200):
        node = pair_hash(node, bytes(32))
    assert root_from_audit_path(b"entry", 0, 2**200, [bytes(32)] * 200) == node
