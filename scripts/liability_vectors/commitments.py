"""What a commitment states, beside the root that is said to bind it."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.liability_vectors.case import EVIDENCE, TOO_MUCH, Case, Json, case, flipped, seed
from scripts.liability_vectors.records import ISSUER, SNAPSHOT, Tree
from tests.commitments import reference


def bound(given: Json) -> Json:
    """Compute, from the table and nothing else, the root of what is stated."""
    made = given["commitment"]
    names = (made["scheme"], given["issuer"], given["snapshot"], made["segment"], made["asset"])
    tree = reference.context(*names, made["decimals"])
    root = reference.committed_root(tree, made["depth"], int(made["total"]), bytes.fromhex(made["top"]))
    return {"root": root.hex(), "isCommitment": root.hex() == made["root"]}


def commitment_cases() -> Iterator[Case]:
    made = Tree().commitment()
    good: Json = {"operation": "commitment", "issuer": ISSUER, "snapshot": SNAPSHOT, "commitment": made}
    yield case("whole", "the root binds everything beside it", "T16", good, bound(good))
    lies: list[tuple[str, str, str, Json]] = [
        ("total", "T16", "half of the total", {"total": str(int(made["total"]) // 2)}),
        ("total_zero", "T16", "nothing owed", {"total": "0"}),
        ("depth", "T13", "a level less", {"depth": made["depth"] - 1}),
        ("debt", "T25", "the same root, called a debt", {"segment": "debt:spot"}),
        ("segment", "T25", "another segment", {"segment": "margin"}),
        ("asset", "T61", "another asset", {"asset": "eip155:10/slip44:60"}),
        ("decimals", "T59", "other decimals", {"decimals": 6}),
        ("scheme", "T11", "another scheme's name", {"scheme": "por-sum-sha256-v2"}),
        ("top", "T18", "another top hash", {"top": flipped(bytes.fromhex(made["top"]), 31).hex()}),
        ("root", "T42", "another root", {"root": seed("another root").hex()}),
        ("root_is_top", "T09", "the top hash for a root", {"root": made["top"]}),
    ]
    for name, threat, why, changes in lies:
        given = {**good, "commitment": {**made, **changes}}
        yield case(f"{name}_fail", why, threat, given, bound(given))
    for name, threat, why, changes in (
        ("issuer", "T38", "another issuer", {"issuer": "other.example"}),
        ("snapshot", "T36", "another snapshot", {"snapshot": f"{ISSUER}@2026-12-01T00:00:00Z"}),
    ):
        given = {**good, **changes}
        yield case(f"{name}_fail", why, threat, given, bound(given))
    for name, threat, why, changes in (
        ("top_31", "T10", "a top hash of 31 bytes", {"top": made["top"][:62]}),
        ("total_negative", "T03", "a negative total", {"total": "-1"}),
        ("total_wide", "T06", "a total of 2^128", {"total": str(TOO_MUCH)}),
        ("depth_41", "T13", "a depth of 41", {"depth": 41}),
    ):
        yield case(f"{name}_fail", why, threat, {**good, "commitment": {**made, **changes}}, EVIDENCE)
