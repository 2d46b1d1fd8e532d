"""Attesting on a command line: three attesters, one certificate, and everything that must be refused by name."""

from __future__ import annotations

import json
import os
import re
import shlex
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from por.cli import main
from por.cli.publishing import Nodes, opened_wallet, signer_of
from por.commitments.statements import committee_id, statement_digest
from por.encoding import attester_key_v1, canonical, certificate_v1, committee_v1, verdict_v1
from por.encoding.digests import digest_of
from por.errors import FormatError
from por.model import Attestation, Certificate, ChainId, Digest, Instant, Outcome, Revocation, SignatureScheme
from por.proofs.attestation import signer, signers
from tests import attesting as a
from tests.checks import registry_scenery as r
from tests.checks import scenery
from tests.cli.attest_desk import NAMES, PASSWORD, ROWS, AttestDesk, bls_public, environment
from tests.contracts import attesters
from tests.publish.registry_world import World, secret, world
from tests.simulator import Run, por

DAY = 86_400
LATER = str(Instant(scenery.AN_HOUR_LATER.seconds + 600))


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main, "COMMANDS", {**main.COMMANDS, **ROWS})
    for name, value in environment().items():
        monkeypatch.setenv(name, value)  # taken back at the end


@pytest.fixture
def desk(tmp_path: Path) -> AttestDesk:
    return AttestDesk.laid(tmp_path)


@pytest.fixture(scope="module")
def embedded() -> Iterator[World]:
    with world("embedded") as made:
        yield made


def done(command: list[str], status: int = 0) -> Run:
    """Run a command; keys are put into the environment anew, since the program takes them out."""
    os.environ.update(environment())
    run = por(*command)
    assert run.status == status, run.talk
    return run


def refused(command: list[str], words: str, status: int = 3) -> Run:
    """Run a command that must be refused: these words stand on stderr."""
    run = done(command, status)
    assert words in run.talk
    return run


def change(path: Path, **members: Any) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **members}, sort_keys=True, separators=(",", ":")))


def attested_by(desk: AttestDesk, *names: str) -> None:
    """Let the first propose, and the others sign its draft."""
    proposer, *others = names
    done(desk.attest(proposer))
    for name in others:
        done(desk.attest(name, "--draft", desk.file(f"{proposer}.json")))


# --- the commands' forms


@pytest.mark.parametrize("name", ROWS)
def test_the_example_of_every_command_is_one_that_it_takes(name: str) -> None:
    module = import_module(ROWS[name][0])
    parser = ArgumentParser(prog=name)
    module.add(parser)
    example = shlex.split(module.EXAMPLE)
    assert example[: 1 + len(name.split())] == ["por", *name.split()]
    parser.parse_args(example[1 + len(name.split()) :])
    assert all(action.help for action in parser._actions if action.option_strings)


# --- three attesters


def test_a_proposer_and_another_make_a_certificate_that_passes(desk: AttestDesk) -> None:
    run = done(desk.attest("ann", "--report", desk.file("report.json")))
    assert run.out.startswith("VERIFIED: ")
    signed = desk.signed("ann")
    assert signer(signed).proven == (signed.member,)
    report = desk.file("report.json").read_bytes()
    assert (signed.report, verdict_v1.read(report).outcome) == (digest_of(report), "PASS")
    more = ("--draft", desk.file("ann.json"), "--signature", desk.file("ann.json"))
    done(desk.attest("carol", *more, "--certificate", desk.file("certificate.json"), now=LATER))
    assert desk.signed("carol").statement == signed.statement
    certificate = desk.certificate()
    assert len(signers(certificate).proven) == 2
    assert set(certificate.reports) == {desk.signed(name).report for name in ("ann", "carol")}
    run = done(desk.check("--bundle", desk.file("bundle")))
    assert run.out.startswith("VERIFIED: 2 of 3 attesters found PASS for what exchange.example anchored for ")


def test_the_statement_says_what_is_anchored_and_proven(desk: AttestDesk) -> None:
    done(desk.attest("ann", "--expires-in", DAY))
    statement = desk.signed("ann").statement
    entry = r.anchored().rows[0][0]
    content = statement.content
    assert isinstance(content, Attestation)
    assert (statement.entry, content.commitment) == (entry, r.id_of(entry))
    assert [(row.asset, row.liabilities, row.reserves) for row in statement.figures] == [
        (scenery.USDC, 1000 * 10**6, 1000 * 10**6),
        (scenery.ETH, 100 * 10**18, 100 * 10**18),
    ]
    assert content.observed_at == scenery.AN_HOUR_LATER
    assert content.expires_at.seconds == content.observed_at.seconds + DAY


def test_t68_whatever_was_found_is_signed_and_the_status_is_the_verdicts(tmp_path: Path) -> None:
    desk = AttestDesk.laid(tmp_path)
    policy = desk.policy.read_text()
    desk.policy.write_text(re.sub(r"max_age_seconds = [0-9]+", "max_age_seconds = 1", policy))
    run = done(desk.attest("ann", "--json"), 1)
    assert json.loads(run.out)["outcome"] == "FAIL"
    content = desk.signed("ann").statement.content
    assert isinstance(content, Attestation)
    assert content.outcome is Outcome.FAIL
    done(desk.attest("bob", "--draft", desk.file("ann.json")), 1)
    done(desk.collect("ann", "bob"))
    run = done(desk.check(), 1)
    assert "attestation.outcome failed" in run.out.splitlines()[0]


def test_t35_a_bundle_that_is_not_the_anchored_one_is_not_attested(tmp_path: Path) -> None:
    desk = AttestDesk.laid(tmp_path, r.anchored(r.bundle(sequence=7, previous=Digest(bytes(32)))))
    refused(desk.attest("ann"), "ask for the one that is anchored")
    assert not desk.file("ann.json").exists()


def test_what_could_not_be_decided_is_signed_as_such(desk: AttestDesk) -> None:
    command = desk.attest("ann")
    place = command.index("--ledger")
    done(command[:place] + command[place + 2 :], 3)
    content = desk.signed("ann").statement.content
    assert isinstance(content, Attestation)
    assert content.outcome is Outcome.INCONCLUSIVE


def test_where_nothing_is_anchored_nothing_is_signed(tmp_path: Path) -> None:
    desk = AttestDesk.laid(tmp_path, r.Registry())
    refused(desk.attest("ann"), "anchored nothing for this instant; there is nothing to attest")
    assert not desk.file("ann.json").exists()


# --- idempotence


def test_running_it_again_keeps_what_was_signed(desk: AttestDesk) -> None:
    done(desk.attest("ann", "--report", desk.file("report.json")))
    before = desk.file("ann.json").read_bytes()
    run = done(desk.attest("ann", "--report", desk.file("report.json"), now=LATER))
    assert "nothing was signed" in run.talk
    assert "the report signed for is an earlier run's" in run.talk
    assert desk.file("ann.json").read_bytes() == before


def test_nothing_is_written_over(desk: AttestDesk) -> None:
    done(desk.attest("ann"))
    refused(desk.attest("bob", output="ann.json"), "not signed by", 2)
    refused(desk.attest("ann", "--max-draft-age", "0", now=LATER), "ann.json")
    done(desk.attest("bob", output="other.json", now=LATER))
    done(desk.attest("carol", "--draft", desk.file("ann.json")))
    refused(desk.attest("carol", "--draft", desk.file("other.json"), now=LATER), "not of this draft", 2)
    desk.file("certificate.json").write_text("{}")
    refused(desk.collect("ann", "carol"), "holds something else", 2)
    assert desk.file("certificate.json").read_text() == "{}"


def test_collecting_again_finds_the_same_certificate(desk: AttestDesk) -> None:
    attested_by(desk, *NAMES)
    done(desk.collect("ann", "bob"))
    assert "there already" in done(desk.collect("bob", "ann")).talk


# --- drafts


def spoiled(desk: AttestDesk, **members: Any) -> Path:
    """Write the proposer's draft with other members of the statement."""
    path = desk.file("spoiled.json")
    whole = json.loads(desk.file("ann.json").read_text())
    path.write_bytes(desk.file("ann.json").read_bytes())
    change(path, statement={**whole["statement"], **members})
    return path


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"outcome": "FAIL"}, "outcome: the draft says FAIL, you found PASS"),
        ({"policy": "sha256:" + "00" * 32}, "policy: the draft says"),
        ({"commitment": "0x" + "00" * 32, "entry": None}, "commitment: the draft says"),
        ({"figures": []}, "the draft contradicts itself"),
        ({"observedAt": LATER}, "after your clock's"),
        ({"expiresAt": "2027-11-01T00:00:00Z"}, "more than 3024000 s after it was observed"),
    ],
)
def test_a_draft_that_is_not_ones_own_finding_is_refused(desk: AttestDesk, members: Any, words: str) -> None:
    done(desk.attest("ann"))
    refused(desk.attest("bob", "--draft", spoiled(desk, **members)), words)
    assert not desk.file("bob.json").exists()


def test_how_old_a_draft_may_be_is_the_attesters_choice(desk: AttestDesk) -> None:
    done(desk.attest("ann"))
    draft = ("--draft", desk.file("ann.json"))
    refused(desk.attest("bob", *draft, "--max-draft-age", 60, now=LATER), "more than 60 s before")
    refused(desk.attest("bob", *draft, "--max-validity", 60), "more than 60 s after")
    done(desk.attest("bob", *draft, "--max-draft-age", 600, now=LATER))


# --- signers


def test_a_stranger_is_refused_before_anything_is_examined(desk: AttestDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_STRANGER", secret("stranger").hex())
    run = refused(desk.attest("stranger"), "is no member of the committee")
    assert run.out == ""


def test_a_policy_without_a_registry_is_refused_before_anything_is_examined(desk: AttestDesk) -> None:
    path = desk.file("policy.toml")
    path.write_text(re.sub(r"\[registry\].*?(?=\n\[|\Z)", "", path.read_text(), flags=re.DOTALL))
    run = refused(desk.attest("ann"), "names no [registry]", 2)
    assert run.out == ""


def test_the_issuer_attests_nothing_about_itself(desk: AttestDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    committee = desk.committee()
    own = bytes(12) + bytes.fromhex(r.ISSUERS[2:])
    members = tuple(sorted((*committee.members[:2], own)))
    desk.file("committee.json").write_bytes(committee_v1.write(replace(committee, members=members)))
    monkeypatch.setenv("TEST_ISSUER", scenery.private("the issuer's anchors").hex())
    refused(desk.attest("issuer"), "an attester is somebody else")


@pytest.mark.parametrize("spec", [scenery.private("x").hex(), "env:0x" + scenery.private("x").hex()])
def test_t80_a_key_in_the_arguments_is_refused_and_not_repeated(desk: AttestDesk, spec: str) -> None:
    command = desk.attest("ann")
    command[command.index("--signer") + 1] = spec
    run = done(command, 2)
    assert scenery.private("x").hex() not in run.talk + run.out


def test_an_expiry_is_within_bounds(desk: AttestDesk) -> None:
    for seconds in (0, -1, 367 * DAY):
        refused(desk.attest("ann", "--expires-in", seconds), "--expires-in", 2)


# --- collecting


def test_fewer_than_the_threshold_are_counted(desk: AttestDesk) -> None:
    done(desk.attest("ann"))
    refused(desk.collect("ann"), "1 of 2 signatures are there, 1 missing")
    refused(desk.attest("ann", "--certificate", desk.file("certificate.json")), "1 missing")
    assert not desk.file("certificate.json").exists()


def test_t47_one_member_twice_is_refused_by_name(desk: AttestDesk) -> None:
    done(desk.attest("ann"))
    refused(desk.collect("ann", "ann"), "signed twice; each member counts once")


def test_t38_two_statements_are_not_one(desk: AttestDesk) -> None:
    done(desk.attest("ann"))
    done(desk.attest("bob", now=LATER))
    run = refused(desk.collect("ann", "bob"), "bob.json says something else than ")
    assert "observed at: " in run.talk or "expires at: " in run.talk
    assert "outcome" not in run.talk


def test_t48_a_malleated_signature_is_refused_by_name(desk: AttestDesk) -> None:
    attested_by(desk, "ann", "bob")
    signature = bytes.fromhex(json.loads(desk.file("bob.json").read_text())["signature"][2:])
    change(desk.file("bob.json"), signature="0x" + attesters.malleated(signature).hex())
    refused(desk.collect("ann", "bob"), "upper half")


# --- checking


def certified(desk: AttestDesk) -> None:
    attested_by(desk, "ann", "bob")
    done(desk.collect("ann", "bob"))


def test_a_certificate_is_compared_with_the_entry_and_the_bundle(desk: AttestDesk) -> None:
    certified(desk)
    entry = "0x" + r.id_of(r.anchored().rows[0][0]).hex()
    done(desk.check("--entry", entry, "--bundle", desk.file("bundle")))
    done(desk.check("--entry", entry[2:]))
    done(desk.check("--entry", "00" * 32), 1)
    refused(desk.check("--entry", "0x12"), "--entry", 2)
    scenery.write_bundle(desk.file("another"), r.bundle(sequence=2, previous=Digest(bytes(32))))
    done(desk.check("--bundle", desk.file("another")), 1)


def test_a_committee_that_the_policy_does_not_name_is_not_believed(desk: AttestDesk) -> None:
    certified(desk)
    text = desk.policy.read_text()
    identifier = committee_id(desk.committee()).hex()
    desk.policy.write_text(text.replace(identifier, "77" * 32))
    run = done(desk.check(), 1)
    assert "your policy names" in run.out


def test_t42_a_raised_figure_is_found(desk: AttestDesk) -> None:
    certified(desk)
    path = desk.file("certificate.json")
    path.write_text(path.read_text().replace(f'"reserves":"{100 * 10**18}"', f'"reserves":"{999 * 10**18}"'))
    run = done(desk.check(), 1)
    assert "attestation.figures" in run.out
    assert "not what was signed" in run.out


def test_a_verdict_of_a_certificate_is_written_like_any_other(desk: AttestDesk) -> None:
    certified(desk)
    run = done(desk.check("--json", "--output", desk.file("verdict.json")))
    verdict = verdict_v1.read(desk.file("verdict.json").read_bytes())
    assert (verdict.profile, run.out.encode()) == ("certificate", desk.file("verdict.json").read_bytes())
    assert "none of your" not in done(["inspect", str(desk.file("certificate.json"))]).talk


@pytest.mark.parametrize("content", ["", "{}", '{"mediaType":"application/vnd.por.certificate.v2+json"}'])
def test_what_is_no_certificate_is_refused_with_its_place(desk: AttestDesk, content: str) -> None:
    desk.file("certificate.json").write_text(content)
    refused(desk.check(), "certificate.json", 2)


# --- revoking


def revoke(desk: AttestDesk, name: str, what: str, *more: object) -> list[str]:
    command = ["attest", "revoke", what, "--reason", "an account was counted twice"]
    command += ["--signer", f"env:TEST_{name.upper()}", "--output", str(desk.file(f"{name}-revokes.json"))]
    return [*command, "--committee", str(desk.file("committee.json")), *map(str, more)]


def test_t36_a_committee_takes_its_attestation_back(desk: AttestDesk) -> None:
    certified(desk)
    digest = statement_digest(desk.certificate().statement.content)
    run = done(revoke(desk, "ann", str(desk.file("certificate.json"))))
    assert f"revokes 0x{digest.hex()}" in run.out
    done(revoke(desk, "carol", f"0x{digest.hex()}"))
    done(desk.collect("ann-revokes", "carol-revokes", output="revocation.json"))
    assert isinstance(desk.certificate("revocation.json").statement.content, Revocation)
    run = done(desk.check("--revocation", desk.file("revocation.json")), 1)
    assert "took this attestation back: an account was counted twice" in run.out
    done(revoke(desk, "ann", str(desk.file("certificate.json"))))
    refused(desk.check(certificate="revocation.json"), "attests nothing", 2)


def test_only_the_committee_takes_back_what_it_attested(desk: AttestDesk) -> None:
    certified(desk)
    lone = replace(desk.committee(), threshold=1)
    desk.file("committee.json").write_bytes(committee_v1.write(lone))
    refused(revoke(desk, "ann", str(desk.file("certificate.json"))), "another committee's", 2)


@pytest.mark.parametrize(("what", "words"), [("0x12", "CERTIFICATE|DIGEST"), ("nowhere.json", "nowhere.json")])
def test_what_is_revoked_is_named(desk: AttestDesk, what: str, words: str) -> None:
    refused(revoke(desk, "ann", what), words, 2)


@pytest.mark.parametrize("reason", ["", "  ", "one\ntwo", "x" * 1001])
def test_a_revocation_gives_its_reason_in_one_line(desk: AttestDesk, reason: str) -> None:
    command = revoke(desk, "ann", "0x" + "00" * 32)
    command[command.index("--reason") + 1] = reason
    refused(command, "--reason", 2)


# --- committees and keys


def test_t36_revocations_with_other_reasons_do_not_join_and_say_so(desk: AttestDesk) -> None:
    certified(desk)
    what = str(desk.file("certificate.json"))
    done(revoke(desk, "ann", what))
    other = revoke(desk, "bob", what)
    other[other.index("--reason") + 1] = "counted twice"
    done(other)
    run = refused(desk.collect("ann-revokes", "bob-revokes"), "bob-revokes.json says something else than")
    assert "reason: 'counted twice', not 'an account was counted twice'" in run.talk


def test_what_is_revoked_is_shown(desk: AttestDesk) -> None:
    certified(desk)
    run = done(revoke(desk, "ann", str(desk.file("certificate.json"))))
    entry = r.anchored().rows[0][0]
    assert f"entry    0x{r.id_of(entry).hex()}, number {entry.sequence} of {entry.issuer}" in run.out
    assert "outcome  PASS, observed at " in run.out
    assert run.out.count("figures  ") == len(desk.certificate().statement.figures) > 0


def _other_figures(made: Certificate) -> Certificate:
    figures = tuple(replace(row, reserves=row.reserves * 10) for row in made.statement.figures)
    return replace(made, statement=replace(made.statement, figures=figures))


def _other_entry(made: Certificate) -> Certificate:
    entry = made.statement.entry
    assert entry is not None
    return replace(made, statement=replace(made.statement, entry=replace(entry, sequence=99)))


def _other_outcome(made: Certificate) -> Certificate:
    content = made.statement.content
    assert isinstance(content, Attestation)
    return replace(made, statement=replace(made.statement, content=replace(content, outcome=Outcome.FAIL)))


def _other_signature(made: Certificate) -> Certificate:
    return replace(made, signatures=(b"\1" * 65, *made.signatures[1:]))


def _one_signer(made: Certificate) -> Certificate:
    return replace(made, signers=made.signers[:1], reports=made.reports[:1], signatures=made.signatures[:1])


@pytest.mark.parametrize("change", [_other_figures, _other_entry, _other_outcome, _other_signature, _one_signer])
def test_t36_nothing_is_revoked_on_the_word_of_a_file_that_nobody_signed(
    desk: AttestDesk, change: Callable[[Certificate], Certificate]
) -> None:
    certified(desk)
    try:
        data = certificate_v1.write(change(desk.certificate()))
    except FormatError:
        pytest.skip("no such certificate can be written")
    desk.file("altered.json").write_bytes(data)
    run = done(revoke(desk, "ann", str(desk.file("altered.json"))), 1)
    assert "altered.json" in run.talk
    assert "nothing was signed" in run.talk
    assert not desk.file("ann-revokes.json").exists()


def make_committee(
    desk: AttestDesk, *members: str, scheme: str = "ecdsa", threshold: int = 2, more: tuple[str, ...] = ()
) -> list[str]:
    output = ("--threshold", str(threshold), "--output", str(desk.file("made.json")), *more)
    return ["attest", "committee", *members, "--scheme", scheme, *output]


def addresses() -> list[str]:
    return [each.lower() for each in a.accounts().addresses]


def test_a_committee_is_written_in_order_and_its_id_printed(desk: AttestDesk) -> None:
    run = done(make_committee(desk, *addresses()[::-1]))
    assert desk.committee("made.json") == a.committee_of(a.accounts())
    assert run.out == f"0x{a.accounts().id_on(1).hex()}\n"
    assert "there already" in done(make_committee(desk, *addresses())).talk


def test_t53_a_committee_of_contracts_names_its_chain(desk: AttestDesk) -> None:
    run = done(make_committee(desk, *addresses(), scheme="contract", more=("--chain", "eip155:10")))
    assert run.out == f"0x{a.accounts(contract=True).id_on(10).hex()}\n"
    assert desk.committee("made.json").scheme is SignatureScheme.CONTRACT


@pytest.mark.parametrize(
    ("members", "options", "words"),
    [
        ([0, 0, 1], {}, "one is there twice"),
        ([0, 1], {"threshold": 3}, "threshold of 3 among 2"),
        ([0, 1], {"threshold": 0}, "threshold of 0"),
        ([0, 1], {"more": ("--chain", "eip155:1")}, "--chain"),
        ([0, 1], {"scheme": "contract"}, "--chain"),
        ([0, 1], {"scheme": "contract", "more": ("--chain", "eip155:0")}, "--chain"),
        ([0, 1], {"scheme": "contract", "more": ("--chain", "bip122:" + "0" * 32)}, "--chain"),
    ],
)
def test_t47_what_is_no_committee_is_not_written(
    desk: AttestDesk, members: list[int], options: Any, words: str
) -> None:
    refused(make_committee(desk, *[addresses()[each] for each in members], **options), words, 2)
    assert not desk.file("made.json").exists()


@pytest.mark.parametrize("member", ["0x12", "0x" + "00" * 20, "0x" + "AB" * 20, "ann"])
def test_a_member_that_is_none_is_named(desk: AttestDesk, member: str) -> None:
    refused(make_committee(desk, addresses()[0], member), f"MEMBER {member}", 2)


def test_bls_attesters_from_their_keys_to_a_certificate(desk: AttestDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = {name: desk.bls_key(name) for name in ("ann", "bob")}
    public = [str(desk.file(f"{name}-public.json")) for name in keys]
    run = done(make_committee(desk, *public, scheme="bls"))
    desk.file("committee.json").write_bytes(desk.file("made.json").read_bytes())
    for name, more in (("ann", ()), ("bob", ("--draft", desk.file("ann.json")))):
        command = desk.attest(name, *more)
        command[command.index("--signer") + 1] = f"file:{keys[name]}"
        done(command)
    done(desk.collect("ann", "bob"))
    (signature,) = desk.certificate().signatures
    assert len(signature) == 96
    desk.policy.write_text(desk.policy.read_text().replace("committees = [", f'committees = ["{run.out.strip()}", '))
    verdict = json.loads(done(desk.check("--json"), 3).out)
    undecided = {row["check"] for row in verdict["findings"] if row["required"] and row["outcome"] != "PASS"}
    assert undecided == {"attestation.policy"}, "the policy now names another committee, so it is another policy"


def test_a_key_file_is_no_member(desk: AttestDesk) -> None:
    key = str(desk.bls_key("ann"))
    refused(make_committee(desk, key, scheme="bls", threshold=1), "a key file, which stays with its owner", 2)
    refused(make_committee(desk, key, threshold=1), "a file; members are named by their addresses here", 2)
    refused(make_committee(desk, str(desk.file("policy.toml")), scheme="bls", threshold=1), "policy.toml", 2)


def test_a_bls_key_signs_for_no_committee_of_accounts(desk: AttestDesk) -> None:
    command = desk.attest("ann")
    command[command.index("--signer") + 1] = f"file:{desk.bls_key('ann')}"
    refused(command, "is a BLS key, and members of this committee sign by ECDSA")
    assert not desk.file("ann.json").exists()


def test_t47_a_rogue_key_makes_no_committee(desk: AttestDesk) -> None:
    honest, other = bls_public(11), bls_public(12)
    desk.file("honest.json").write_bytes(attester_key_v1.write(honest))
    desk.file("rogue.json").write_bytes(attester_key_v1.write(replace(honest, key=other.key)))
    files = [str(desk.file(name)) for name in ("honest.json", "rogue.json")]
    refused(make_committee(desk, *files, scheme="bls"), "not a proof of possession", 2)


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make key files that cost little."""
    from por.cli import attest_key  # noqa: PLC0415

    for name in ("new_bls_key", "new_account_key"):
        make = getattr(attest_key, name)
        monkeypatch.setattr(attest_key, name, lambda path, password, make=make: make(path, password, cost=2))


@pytest.mark.usefixtures("cheap")
def test_a_bls_key_is_made_once_and_hands_out_its_public_part(desk: AttestDesk) -> None:
    command = ["attest", "key", str(desk.file("key.json")), "--bls", "--output", str(desk.file("public.json"))]
    run = done(command)
    key = attester_key_v1.read(desk.file("public.json").read_bytes())
    assert f"key    0x{key.key.hex()}" in run.out
    assert desk.file("key.json").stat().st_mode & 0o777 == 0o600
    assert PASSWORD not in run.out + run.talk
    again = done(command)
    assert (again.out, "using the key" in again.talk) == (run.out, True)


@pytest.mark.usefixtures("cheap")
def test_an_accounts_key_is_a_member_by_its_address(desk: AttestDesk) -> None:
    run = done(["attest", "key", str(desk.file("key.json"))])
    address = run.out.split()[-1]
    done(make_committee(desk, address, threshold=1))
    refused(["attest", "key", str(desk.file("key.json")), "--bls"], "not a BLS key", 2)
    refused(["attest", "key", str(desk.file("new.json")), "--output", str(desk.file("x"))], "for BLS keys", 2)
    assert not desk.file("new.json").exists()


@pytest.mark.usefixtures("cheap")
def test_a_validators_key_is_not_handed_out(desk: AttestDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    def known(key: bytes, url: str) -> None:
        raise FormatError(f"0x{key.hex()} is a consensus validator's key")

    monkeypatch.setattr("por.cli.attest_key.require_no_validator", known)
    output = desk.file("public.json")
    command = ["attest", "key", str(desk.file("key.json")), "--bls", "--output", str(output)]
    refused([*command, "--beacon-node", "http://127.0.0.1:1"], "a consensus validator's key", 2)
    assert not output.exists()


# --- on chain


def submit(desk: AttestDesk, at: World, *more: str, certificate: str = "certificate.json") -> list[str]:
    at.wallet("payer")
    place = f"{at.id}:{at.contracts['AttestationRegistry']}"
    command = ["attest", "submit", str(desk.file(certificate)), "--attestations", place]
    return [*command, *at.option, "--payer", "env:TEST_PAYER", *more]


def test_a_certificate_is_recorded_and_revoked_on_a_chain(desk: AttestDesk, embedded: World) -> None:
    done(desk.attest("ann", "--expires-in", 35 * DAY))
    done(desk.attest("bob", "--draft", desk.file("ann.json")))
    done(desk.collect("ann", "bob"))
    digest = statement_digest(desk.certificate().statement.content).hex()
    assert f"attestation recorded, final: 0x{digest}" in done(submit(desk, embedded)).out
    assert "recorded already; nothing was sent" in done(submit(desk, embedded)).out
    for name in ("ann", "bob"):
        done(revoke(desk, name, f"0x{digest}"))
    done(desk.collect("ann-revokes", "bob-revokes", output="revocation.json"))
    run = done(submit(desk, embedded, certificate="revocation.json"))
    assert f"revocation recorded, final: 0x{digest}" in run.out
    refused(submit(desk, embedded), "was revoked")


def test_who_signs_may_pay_too() -> None:
    os.environ.update(environment())
    args = Namespace(signer="env:TEST_ANN", payer="env:TEST_ANN", max_fee="50")
    signer = signer_of(args, args.signer)
    with opened_wallet(args, Nodes(ChainId.parse("eip155:1"), ["http://127.0.0.1:9/"])) as wallet:
        assert wallet.address == signer.name
    with pytest.raises(FormatError, match="was read already"):
        signer_of(Namespace(), "env:TEST_ANN")


def test_where_to_record_needs_a_node_and_a_payer(desk: AttestDesk, embedded: World) -> None:
    certified(desk)
    place = f"{embedded.id}:{embedded.contracts['AttestationRegistry']}"
    refused(desk.attest("ann", "--signature", desk.file("bob.json"), "--submit", place), "name a node of", 2)
    command = ["attest", "submit", str(desk.file("certificate.json")), "--attestations", place, *embedded.option]
    refused(command, "--payer", 2)
    refused([*command, "--payer", "env:TEST_ANN", "--max-fee", "x"], "--max-fee", 2)


def test_t38_a_draft_that_no_member_signed_is_not_signed_by_another(desk: AttestDesk) -> None:
    """A member chosen by name alone would let anybody choose the instants that others sign."""
    done(desk.attest("ann"))
    document = json.loads(desk.file("ann.json").read_bytes())
    document["signature"] = "0x" + "11" * 64 + "1b"
    desk.file("forged.json").write_bytes(canonical.dumps(document))
    refused(desk.attest("bob", "--draft", desk.file("forged.json")), "forged.json:")
    assert not desk.file("bob.json").exists()
