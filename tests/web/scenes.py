"""Whole verifications, said once for Python and once for the page."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from por.checks.evidence import OpenBundle
from por.checks.inclusion import Customer, verify_inclusion
from por.checks.pins import Pins
from por.encoding import bundle_v1, inclusion_proof_v1
from por.encoding.digests import digest_of
from por.errors import FormatError
from por.model import AssetId, CaseRule, Digest, Expectation, InclusionProof, Instant, Policy, Verdict
from por.report.language import translator
from por.report.sentence import first_sentence
from por.report.text import message
from tests.checks.scenery import (
    AN_HOUR_LATER,
    ETH,
    ISSUER,
    KEY,
    NOON,
    STRANGERS_KEY,
    USDC,
    bundle,
    grow,
    mine,
    note_text,
    policy,
    proof_of,
    root_of,
    trees,
)
from tests.checks.test_note import spoiled

Json = dict[str, Any]

ROOT = root_of(trees())
UNKNOWN = AssetId.parse("eip155:1/erc20:0x" + "ab" * 20)
ALICE = mine(("spot", ETH, "50"), ("margin", ETH, "15"), ("spot", USDC, "700"))
FIELDS = ("check", "subject", "outcome", "message", "expected", "actual", "required")
# What is somebody's own words, or a figure that a pasted answer does not have.
UNCOMPARED = frozenset({"reason", "sources", "block"})


@dataclass(frozen=True)
class Scene:
    """One verification; `documents` are proof files as they are."""

    documents: tuple[bytes, ...]
    account: str | None = "alice"
    expected: tuple[Expectation, ...] = ALICE
    pins: Pins = field(default_factory=lambda: Pins(policy=policy()))
    now: Instant = AN_HOUR_LATER
    registry: Json | None = None

    def in_python(self) -> Verdict:
        """Verify as the command does. Raises: FormatError."""
        proofs = [inclusion_proof_v1.read(document) for document in self.documents]
        return verify_inclusion(proofs, Customer(self.account, self.expected), self.pins, now=self.now)

    def job(self) -> Json:
        """Say the same to the page's modules."""
        rules, opened = self.pins.policy, self.pins.bundle
        given = {"document": bundle_v1.write(opened.bundle).hex(), "note": opened.note} if opened else None
        return {
            "run": "verify",
            "proofs": [document.hex() for document in self.documents],
            "customer": {"account": self.account, "expected": [_row(row) for row in self.expected]},
            "pins": {
                "roots": [root.hex() for root in self.pins.roots],
                "keys": list(rules.keys) if rules else [],
                "digests": [str(digest) for digest in rules.bundles] if rules else [],
                "issuer": rules.issuer if rules else None,
                "maxAge": rules.max_age if rules else 0,
                "bundle": given,
                "registry": self.registry,
            },
            "now": self.now.seconds,
        }


def _row(row: Expectation) -> Json:
    return {
        "segment": row.segment,
        "asset": str(row.asset),
        "coins": row.coins,
        "name": row.name,
        "decimals": row.decimals,
    }


def scene(*proofs: InclusionProof, **changes: Any) -> Scene:
    """Make a scene of proofs that need not be right."""
    return Scene(tuple(map(inclusion_proof_v1.write, proofs)), **changes)


def outcome_in_python(one: Scene) -> Json:
    """Tell what Python finds, in the form of the page's answer."""
    try:
        verdict = one.in_python()
    except FormatError as error:
        return {"error": "FormatError", "place": error.place}
    findings = [
        {**{name: getattr(row, name) for name in FIELDS}, "outcome": str(row.outcome), "facts": _facts(row.facts)}
        for row in verdict.findings
    ]
    said = {language: _said(verdict, language) for language in ("en", "ja")}
    return {"outcome": str(verdict.outcome), "findings": findings, **said}


def _facts(facts: Any) -> Json:
    return {name: text for name, text in facts.items() if name not in UNCOMPARED}


def _said(verdict: Verdict, language: str) -> Json:
    say = translator(language)
    messages = [_message(row.message, message(row, say)) for row in verdict.findings]
    return {"sentence": first_sentence(verdict, say), "messages": messages}


def _message(key: str, text: str) -> str:
    """Leave out what holds a reason in its maker's own words."""
    return key if key.startswith("evidence.") or key.endswith(("others_unread", "root_anchored")) else text


def outcome_in_page(answer: Json) -> Json:
    """Take the page's answer down to what is compared."""
    if "error" in answer:
        return {"error": answer["error"], "place": answer["place"]}
    told = answer["ok"]
    findings = [{**{name: row[name] for name in FIELDS}, "facts": _facts(row["facts"])} for row in told["findings"]]
    said = {
        language: {
            "sentence": told[language]["sentence"],
            "messages": [
                _message(row["message"], text)
                for row, text in zip(told["findings"], told[language]["messages"], strict=True)
            ],
        }
        for language in ("en", "ja")
    }
    return {"outcome": told["outcome"], "findings": findings, **said}


def altered(tree: int, **changes: object) -> InclusionProof:
    """Change the first record of one tree of alice's proof."""
    proof = proof_of("alice")
    rows = list(proof.trees)
    record = replace(rows[tree].records[0], **changes)  # type: ignore[arg-type]
    rows[tree] = replace(rows[tree], records=(record, *rows[tree].records[1:]))
    return replace(proof, trees=tuple(rows))


def recommitted(**changes: object) -> InclusionProof:
    proof = proof_of("alice")
    tree = replace(proof.trees[2], commitment=replace(proof.trees[2].commitment, **changes))  # type: ignore[arg-type]
    return replace(proof, trees=(*proof.trees[:2], tree))


def opened(**changes: object) -> OpenBundle:
    """Open the honest bundle, or another, with its issuer's note."""
    made = bundle(**changes)
    return OpenBundle(made, digest_of(bundle_v1.write(made)), note_text(made), Path("nowhere"))


@cache
def scenes() -> dict[str, Scene]:
    """Name every scene that people thought of."""
    return {**dict(honest()), **dict(customers()), **dict(records()), **dict(pinned()), **dict(assets())}


def honest() -> Iterator[tuple[str, Scene]]:
    proof = proof_of("alice")
    yield "honest", scene(proof)
    yield "honest, other spelling", scene(proof, account="ALICE")
    yield "honest, over all segments", scene(proof, expected=mine((None, ETH, "65"), (None, USDC, "700")))
    yield "honest, more zeros", scene(proof, expected=(*mine(("spot", ETH, "50.000")), *ALICE[1:]))
    yield "honest, one asset stated", scene(proof, expected=ALICE[:1])
    yield "a debt", scene(proof_of("bob"), account="bob", expected=mine(("debt:margin", USDC, "250")))
    yield (
        "a debt and coins",
        scene(proof_of("bob"), account="bob", expected=mine(("debt:margin", USDC, "250"), (None, ETH, "25"))),
    )
    made = [grow("debt:margin", ETH, [("alice", 2 * 10**18)]), grow("spot", ETH, [("alice", 10**18)])]
    beside = proof_of("alice", made, note="")
    for coins in ("1", "3"):
        rows = mine((None, ETH, coins), ("debt:margin", ETH, "2"))
        yield f"a debt beside {coins}", scene(beside, expected=rows, pins=Pins(roots=(root_of(made),)))
    yield "two files", scene(*(replace(proof, trees=(tree,)) for tree in proof.trees))
    yield "two files of two customers", scene(proof, proof_of("carol"))
    yield "one file twice", scene(proof, proof)
    exact = replace(proof_of("alice", note=note_text(bundle(case_rule=CaseRule.EXACT))), case_rule=CaseRule.EXACT)
    yield "exact", scene(exact)
    yield "exact, other spelling", scene(exact, account="ALICE")
    yield "stale", scene(proof, now=Instant(NOON.seconds + 86_401))
    yield "of the future", scene(proof, now=Instant(NOON.seconds - 1))
    yield "stale and of another", scene(proof, account="bob", now=Instant(NOON.seconds + 86_401))


def customers() -> Iterator[tuple[str, Scene]]:
    proof = proof_of("alice")
    for account in (
        None,
        "bob",
        "carol",
        "alic",
        "mallory@example.com",
        "",
        " alice",
        "ali\u202ece",
        "x" * 256,
        "\u0378",
    ):
        yield f"account {account!r}", scene(proof, account=account)
    yield "no amounts", scene(proof, expected=())
    yield "neither", scene(proof, account=None, expected=())
    for coins in (
        "49",
        "51",
        "0",
        "50.000000000000000001",
        "",
        "-1",
        "1e3",
        "1,5",
        "٥",
        "NaN",
        "50." + "0" * 19,
        "9" * 40,
    ):
        yield f"amount {coins[:30]}", scene(proof, expected=(*mine(("spot", ETH, coins)), *ALICE[1:]))
    yield "no proof of it", scene(proof, expected=(*ALICE, *mine(("earn", ETH, "3"))))
    yield "an asset of no tree", scene(proof, expected=(*ALICE, *mine((None, UNKNOWN, "3"))))
    for i, rows in enumerate(
        (
            (("spot", ETH, "50"), ("spot", ETH, "50")),
            (("spot", ETH, "50"), (None, ETH, "65")),
            ((None, ETH, "65"), (None, ETH, "1")),
            (("debt:margin", USDC, "1"), ("debt:margin", USDC, "1")),
        )
    ):
        yield f"named twice {i}", scene(proof, expected=mine(*rows))


def records() -> Iterator[tuple[str, Scene]]:
    proof = proof_of("alice")
    record = proof.trees[2].records[0]
    path = record.path
    changed: dict[str, Json] = {
        "key": {"key": bytes(32)},
        "amount": {"amount": 51 * 10**18},
        "no amount": {"amount": 0},
        "index": {"index": record.index ^ 1},
        "index outside": {"index": 2**40 - 1},
        "no path": {"path": ()},
        "a step less": {"path": path[1:]},
        "a step more": {"path": (*path, path[0])},
        "a sum": {"path": (replace(path[0], sum=path[0].sum + 1), *path[1:])},
        "a sum that wraps": {"path": (replace(path[0], sum=2**128 - 1), *path[1:])},
        "a hash": {"path": (replace(path[0], hash=bytes(32)), *path[1:])},
        "the last hash": {"path": (*path[:-1], replace(path[-1], hash=bytes(32)))},
        "a part": {"part": 7},
    }
    for name, changes in changed.items():
        yield f"record: {name}", scene(altered(2, **changes))
        yield f"record not stated: {name}", scene(altered(2, **changes), expected=ALICE[2:])
    recommittals: dict[str, Json] = {
        "total": {"total": 1},
        "depth": {"depth": 1},
        "root": {"root": bytes(32)},
        "top": {"top": bytes(32)},
        "segment": {"segment": "earn"},
        "debt": {"segment": "debt:spot"},
        "decimals": {"decimals": 6},
        "scheme": {"scheme": "another-v1"},
        "asset": {"asset": UNKNOWN},
    }
    for name, more in recommittals.items():
        yield f"commitment: {name}", scene(recommitted(**more))
    twice = replace(proof.trees[0], records=proof.trees[0].records * 2)
    yield "a record twice", scene(replace(proof, trees=(twice, *proof.trees[1:])))
    yield "no record", scene(replace(proof, trees=(replace(proof.trees[0], records=()), *proof.trees[1:])))
    yield "no tree", scene(replace(proof, trees=()))
    yield "two commitments", scene(proof, recommitted(total=1))
    yield "two instants", scene(proof, replace(proof, instant=Instant(0)))
    yield "two issuers", scene(proof, replace(proof, issuer="other.example"))
    yield "a position", scene(replace(proof, trees=tuple(replace(tree, position=0) for tree in proof.trees)))
    yield "a count", scene(replace(proof, count=5))
    split = grow("spot", ETH, [("alice", 10**18, 0), ("bob", 5, 0), ("alice", 2 * 10**18, 1), ("alice", 4 * 10**18, 9)])
    parts = proof_of("alice", [split], note="")
    for coins in ("7", "4"):
        yield f"parts {coins}", scene(parts, expected=mine(("spot", ETH, coins)), pins=Pins(roots=(root_of([split]),)))
    halves = [replace(parts, trees=(replace(parts.trees[0], records=(each,)),)) for each in parts.trees[0].records]
    yield "parts in files", scene(*halves, expected=mine((None, ETH, "7")), pins=Pins(roots=(root_of([split]),)))


def pinned() -> Iterator[tuple[str, Scene]]:
    proof, bare = proof_of("alice"), proof_of("alice", note="")
    digest = digest_of(bundle_v1.write(bundle()))
    other = Digest(b"\x44" * 32)
    named: dict[str, tuple[InclusionProof, Pins]] = {
        "nothing": (proof, Pins()),
        "root": (bare, Pins(roots=(ROOT,))),
        "one of two roots": (bare, Pins(roots=(bytes(32), ROOT))),
        "wrong root": (proof, Pins(roots=(bytes(32),))),
        "wrong root and right key": (proof, Pins(policy=policy(), roots=(bytes(32),))),
        "no note": (bare, Pins(policy=policy())),
        "a stranger's note": (proof_of("alice", note=note_text(bundle(), STRANGERS_KEY)), Pins(policy=policy())),
        "a spoiled note": (proof_of("alice", note=spoiled(note_text(bundle()))), Pins(policy=policy())),
        "no note at all": (proof_of("alice", note="no note"), Pins(policy=policy())),
        "a note of another root": (
            proof_of("alice", note=note_text(bundle(), commitments_root=bytes(32))),
            Pins(policy=policy()),
        ),
        "a note of another rule": (
            proof_of("alice", note=note_text(bundle(), case_rule=CaseRule.EXACT)),
            Pins(policy=policy()),
        ),
        "another issuer": (proof, Pins(policy=policy(issuer="other.example"))),
        "bundle by key": (proof, Pins(policy=policy(), bundle=opened())),
        "bundle by digest": (bare, Pins(policy=policy(keys=(), bundles=(digest,)), bundle=opened())),
        "bundle by another digest": (bare, Pins(policy=policy(keys=(), bundles=(other,)), bundle=opened())),
        "bundle by nobody": (bare, Pins(bundle=opened())),
        "bundle of another root": (proof, Pins(policy=policy(), bundle=opened(commitments_root=bytes(32)))),
        "bundle of another instant": (proof, Pins(policy=policy(), bundle=opened(instant=Instant(NOON.seconds - 9)))),
        "bundle of another rule": (proof, Pins(policy=policy(), bundle=opened(case_rule=CaseRule.EXACT))),
        "bundle without a tree": (proof, Pins(policy=policy(), bundle=opened(liabilities=bundle().liabilities[:2]))),
        "two bundles": (proof, Pins(policy=policy(), bundle=opened(sequence=9, previous=other))),
        "a bundle superseded": (proof, Pins(policy=policy(), bundle=opened(supersedes=digest))),
        "bundle and root": (proof, Pins(policy=policy(), bundle=opened(), roots=(ROOT,))),
    }
    for name, (each, pins) in named.items():
        yield f"pinned by {name}", scene(each, pins=pins)


def assets() -> Iterator[tuple[str, Scene]]:
    tree = grow("spot", UNKNOWN, [("alice", 5 * 10**8), ("bob", 10**8)], decimals=8)
    proof, pins = proof_of("alice", [tree], note=""), Pins(roots=(root_of([tree]),))
    for decimals in (None, 8, 6, 0):
        row = Expectation("spot", UNKNOWN, "5", "TOKEN", decimals)
        yield f"decimals {decimals}", scene(proof, expected=(row,), pins=pins)
    wrong = grow("spot", USDC, [("alice", 5 * 10**8), ("bob", 10**8)], decimals=8)
    for row in (Expectation("spot", USDC, "5", "USDC", None), Expectation("spot", USDC, "500", "USDC", 6)):
        yield (
            f"wrong decimals {row.coins}",
            scene(proof_of("alice", [wrong], note=""), expected=(row,), pins=Pins(roots=(root_of([wrong]),))),
        )
    many = [grow(f"s{n}", ETH, [("alice", 10**18 + n), ("bob", 5)]) for n in range(6)]
    yield (
        "six segments",
        scene(
            proof_of("alice", many, note=""),
            expected=mine((None, ETH, "6.000000000000000015")),
            pins=Pins(roots=(root_of(many),)),
        ),
    )


def tampered(document: bytes) -> Iterator[tuple[str, bytes]]:
    """Spoil a document at every place, in every way that its value allows, and once in a while without its form."""
    from tests.documents import at, canonical, places, put  # noqa: PLC0415 - beside its only use

    value = json.loads(document)
    for place in places(value):
        old = at(value, place)
        for i, new in enumerate(_others(old)):
            yield f"{place} {i}", canonical(put(value, place, new))
    step = max(len(document) // 60, 1)
    for position in range(0, len(document), step):
        for byte in (document[position] ^ 1, 0x30, 0x00):
            yield f"byte {position} {byte}", document[:position] + bytes([byte]) + document[position + 1 :]
        yield f"cut {position}", document[:position]


def _others(old: object) -> Sequence[object]:
    if isinstance(old, bool) or old is None:
        return [1]
    if isinstance(old, int):
        return [old + 1, old - 1, -1, 2**32, str(old)]
    if isinstance(old, str):
        flipped = old[:-1] + ("0" if old[-1:] != "0" else "1")
        return [flipped, "", old + "0", old.upper(), f"-{old}", None, old[1:], old + "\u202e", 7]
    if isinstance(old, list):
        return [old[:-1], old * 2, old[::-1], {}, None]
    return [{}, [], None, {**old, "more": 1}] if isinstance(old, dict) else []


__all__ = ["ISSUER", "KEY", "Policy", "Scene", "outcome_in_page", "outcome_in_python", "scenes", "tampered"]
