"""`por claims`: what comes first to customers, and the file that one of them claims by."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from por.cli.claims import _cell
from por.cli.main import main
from por.encoding import claim_v1, declarations_v1, inclusion_proof_v1, verdict_v1
from por.encoding.digests import digest_of
from por.encoding.media_types import DECLARATIONS
from por.model import Custody, Outcome
from por.model.claims import Claim, Lack
from por.model.declarations import Declarations, Estate, Money, Price
from tests.checks import scenery as s
from tests.checks.scenery import ETH, NOON, USDC
from tests.cli.desk import NOW, Desk, por

DECLARED = Declarations(
    prices=(
        Price(ETH, "JPY", Fraction(600_000), "an index", NOON),
        Price(USDC, "JPY", Fraction(150), "an index", NOON),
    ),
    money=(Money("JPY", Fraction(1000), Fraction(1000), "A Trust", "trust"),),
    estate=Estate("JPY", Fraction(5_000_000), Fraction(7_000_000)),
)
OWN = ("--account", "alice")


def claims(desk: Desk, *more: str, bundle: str | None = None, proof: str | None = None) -> list[str]:
    files = [bundle or desk.bundle, *([] if proof is None else [proof])]
    return ["claims", *files, "--policy", desk.policy_toml, "--replay", desk.answers_json, "--now", NOW, *more]


@pytest.fixture(scope="module")
def declaring(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Lay a bundle that declares prices, money in trust and an estate."""
    folder = tmp_path_factory.mktemp("declaring")
    have = s.files()
    digest = have.add(declarations_v1.write(DECLARED), DECLARATIONS)
    entries = tuple(have.entries[known] for known in sorted({*s.used(s.bundle()), digest}))
    made = s.bundle(declarations=digest, evidence=entries)
    s.write_bundle(folder / "bundle", made, have)
    proof = s.proof_of("alice", note=s.note_text(made))
    (folder / "alice.json").write_bytes(inclusion_proof_v1.write(proof))
    return folder


def written(desk: Desk, declaring: Path, tmp_path: Path, *more: str, own: bool = True) -> Claim:
    target = tmp_path / "claim.json"
    target.unlink(missing_ok=True)
    proof = str(declaring / "alice.json") if own else None
    command = claims(desk, *(OWN if own else ()), *more, bundle=str(declaring / "bundle"), proof=proof)
    assert main([*command, "--output", str(target)]) == 0
    return claim_v1.read(target.read_bytes())


def test_one_customer_is_told_in_a_sentence(
    desk: Desk, declaring: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(desk, declaring, tmp_path, "--lost-hot", "--lost", "ETH=17")
    out = capsys.readouterr().out
    # 60 + 7 - 17 = 50 of 100 ETH; 905 of 1,000 USDC; (30,000,000 + 135,750) / (60,000,000 + 150,000) of the pool.
    assert "Of your 65 ETH the segregated assets shown would cover between 32.5 and 32.56" in out
    assert "(50.00 % to 50.10 %)" in out
    assert "Assumed lost: all coins of hot accounts." in out
    assert "Assumed lost: 17 ETH." in out
    assert "It is not legal advice." in out
    for word in ("procedure", "taxes", "prices move", "set off", "clawed back", "divided between kinds"):
        assert word in out.partition("This estimate does not say:")[2]


def test_the_claim_file_holds_proof_verdict_and_both_models(desk: Desk, declaring: Path, tmp_path: Path) -> None:
    claim = written(desk, declaring, tmp_path, "--lost-hot", "--lost", "ETH=17")
    assert claim.proofs == (digest_of((declaring / "alice.json").read_bytes()),)
    assert claim.inclusion is not None
    assert claim.inclusion.outcome is Outcome.PASS
    assert claim.bundle == digest_of((declaring / "bundle" / "bundle.json").read_bytes())
    by_asset = {row.asset: row for row in claim.coins}
    ether = by_asset[ETH]
    assert (ether.units, ether.segments) == (65 * 10**18, ("margin", "spot"))
    pooled = Fraction(30_135_750, 60_150_000)
    general = Fraction(5_000_000, 7_000_000 + 30_014_250)
    assert ether.proven.per_kind.preferential == Fraction(1, 2)
    assert ether.proven.per_kind.general == Fraction(1, 2) * general
    assert ether.proven.single_pool.preferential == pooled
    assert ether.proven.single_pool.general == (1 - pooled) * general
    assert by_asset[USDC].proven.per_kind.preferential == Fraction(905, 1000)
    assert claim.missing == ()


def test_the_verdict_that_it_names_is_that_of_por_verify(desk: Desk, tmp_path: Path) -> None:
    verdict, target = tmp_path / "verdict.json", tmp_path / "claim.json"
    main([*desk.auditor("--output", str(verdict))])
    assert main([*claims(desk, "--ledger", desk.records_csv, "--output", str(target))]) == 0
    claim = claim_v1.read(target.read_bytes())
    assert claim.examined.verdict == digest_of(verdict.read_bytes())
    assert claim.examined.outcome is verdict_v1.read(verdict.read_bytes()).outcome


def test_the_same_inputs_give_the_same_bytes(desk: Desk, declaring: Path, tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    assert written(desk, declaring, tmp_path) == written(desk, declaring, tmp_path / "b")


def test_json_is_the_claim_file(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(claims(desk, "--json")) == 0
    out = capsys.readouterr().out
    assert claim_v1.write(claim_v1.read(out.rstrip("\n").encode())).decode() == out.rstrip("\n")
    assert json.loads(out)["inclusion"] is None


def test_without_declarations_the_general_part_is_said_to_be_missing(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(claims(desk, "--lost-hot")) == 0
    out = capsys.readouterr().out
    assert "Of the 100 ETH owed to customers the segregated assets shown would cover 67 ETH (67.00 %)" in out
    assert "out of the general estate an unknown amount of ETH worth of money" in out
    assert "what else the entity owns and owes" in out
    assert "with the general estate" not in out


def test_a_file_is_customer_data_and_nothing_is_written_over(desk: Desk, declaring: Path, tmp_path: Path) -> None:
    written(desk, declaring, tmp_path)
    target = tmp_path / "claim.json"
    assert target.stat().st_mode & 0o777 == 0o600
    before = target.read_bytes()
    with pytest.raises(SystemExit) as end:
        main(claims(desk, "--output", str(target)))
    assert end.value.code == 2
    assert target.read_bytes() == before


# --- what is refuted or undecided claims nothing


def refused(desk: Desk, tmp_path: Path, *more: str, **options: str) -> int:
    target = tmp_path / "claim.json"
    status = main([*claims(desk, *more, **options), "--output", str(target)])
    assert not target.exists()
    return status


def test_t14_another_account_claims_nothing(desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(desk, tmp_path, "--account", "bob", proof=desk.alice_json) == 1
    assert "claims nothing: liabilities.inclusion@" in capsys.readouterr().err


def test_t15_t16_another_amount_claims_nothing(desk: Desk, tmp_path: Path) -> None:
    proof = s.proof_of("alice")
    tree = proof.trees[0]
    record = replace(tree.records[0], amount=tree.records[0].amount + 1)
    lie = tmp_path / "lie.json"
    lie.write_bytes(
        inclusion_proof_v1.write(replace(proof, trees=(replace(tree, records=(record,)), *proof.trees[1:])))
    )
    assert refused(desk, tmp_path, *OWN, proof=str(lie)) == 1


def test_t34_a_proof_of_another_list_claims_nothing(desk: Desk, tmp_path: Path) -> None:
    tree = s.grow("spot", ETH, [("alice", 10**24)])
    lie = tmp_path / "lie.json"
    lie.write_bytes(inclusion_proof_v1.write(s.proof_of("alice", [tree], note="")))
    assert refused(desk, tmp_path, *OWN, proof=str(lie)) == 1


def test_t39_a_bundle_of_a_stranger_is_refuted(desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    s.write_bundle(tmp_path / "b", note=s.note_text(s.bundle(), s.STRANGERS_KEY))
    assert main(claims(desk, bundle=str(tmp_path / "b"))) == 3
    assert "whether the bundle is the issuer's own" in capsys.readouterr().err
    s.write_bundle(tmp_path / "c", s.with_account("hot", custody=Custody.COLD), note=s.note_text(s.bundle()))
    assert main(claims(desk, bundle=str(tmp_path / "c"))) == 1
    assert "publication.identified" in capsys.readouterr().err


def test_t42_nothing_is_estimated_from_an_altered_bundle(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, path in enumerate(sorted((Path(desk.bundle) / "evidence").iterdir())):
        copy = tmp_path / str(number)
        shutil.copytree(desk.bundle, copy)
        (copy / "evidence" / path.name).write_bytes(b"x" * path.stat().st_size)
        assert main(claims(desk, bundle=str(copy))) == 1
        assert "snapshot.complete" in capsys.readouterr().err


def test_t37_an_old_list_is_claimed_on_as_of_its_own_time_alone(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    late = ("--now", "2026-12-24T00:00:00Z")
    assert refused(desk, tmp_path, *OWN, *late, proof=desk.alice_json) == 1
    assert "give --now with an instant of its time" in capsys.readouterr().err
    assert main(claims(desk, *late)) == 0


def test_t64_without_a_source_nothing_is_proven_and_nothing_computed(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "claim.json"
    files = [desk.bundle, "--policy", desk.policy_toml, "--now", NOW, "--output", str(target)]
    assert main(["claims", *files]) == 3
    assert "--source or --replay" in capsys.readouterr().err
    assert not target.exists()


def test_undecided_whose_list_it_is_claims_nothing(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keyless = tmp_path / "policy.toml"
    text = Path(desk.policy_toml).read_text()
    keyless.write_text("\n".join(line for line in text.splitlines() if not line.startswith("keys = ")))
    command = claims(desk, *OWN, proof=desk.alice_json)
    command[command.index(desk.policy_toml)] = str(keyless)
    assert main(command) == 3
    assert "name the issuer's key in the policy" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--account", "alice"), "PROOF and --account come together"),
        (("--lost", "ETH"), "--lost ETH"),
        (("--lost", "ETH=1e3"), "--lost ETH=1e3"),
        (("--lost", "ETH=-1"), "--lost ETH=-1"),
        (("--lost", "XYZ=1"), "--lost XYZ=1"),
        (("--lost", "ETH=108"), "108 coins lost, and 107 are listed"),
        (("--lost", "DAI=1"), "nothing of"),
        (("--payouts", "nowhere.csv"), "--ledger"),
    ],
)
def test_arguments_that_make_no_sense_are_refused_with_what_to_do(
    desk: Desk, capsys: pytest.CaptureFixture[str], more: tuple[str, ...], said: str
) -> None:
    assert main(claims(desk, *more)) == 2
    assert said in capsys.readouterr().err


def test_a_proof_without_an_account_is_refused(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(claims(desk, proof=desk.alice_json)) == 2
    assert "--account" in capsys.readouterr().err


# --- payouts


def test_payouts_sum_to_the_pool(desk: Desk, tmp_path: Path) -> None:
    target = tmp_path / "payouts.csv"
    command = claims(desk, "--lost-hot", "--ledger", desk.records_csv, "--payouts", str(target))
    assert main(command) == 0
    head, *rows = [line.split(",") for line in target.read_text().splitlines()]
    assert head == ["account_id", "kind", "decimals", "owed", "paid"]
    paid = {(row[0], row[1]): int(row[4]) for row in rows}
    assert sum(amount for (_, kind), amount in paid.items() if kind == str(ETH)) == 67 * 10**18
    assert paid["alice", str(ETH)] == 65 * 67 * 10**16
    assert target.stat().st_mode & 0o777 == 0o600


def test_t94_no_two_account_ids_are_written_alike() -> None:
    ids = ["+819012345678", "'+819012345678", "''+819012345678", "'alice", "alice"]
    cells = [_cell(text) for text in ids]
    assert len(set(cells)) == len(ids)
    assert not any(text.startswith(("+", "=", "-", "@")) for text in cells)


def test_t23_payouts_by_another_list_are_refused(desk: Desk, tmp_path: Path) -> None:
    rows = Path(desk.records_csv).read_text().splitlines(keepends=True)
    other = tmp_path / "records.csv"
    other.write_text("".join(rows[:1] + rows[2:]))
    target = tmp_path / "payouts.csv"
    assert main(claims(desk, "--ledger", str(other), "--payouts", str(target))) == 1
    assert not target.exists()


def test_it_is_said_in_japanese_where_there_are_translations(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(claims(desk, "--lang", "ja")) == 0
    assert "100" in capsys.readouterr().out


def test_what_is_missing_is_named_in_the_file(desk: Desk, tmp_path: Path) -> None:
    target = tmp_path / "claim.json"
    assert main(claims(desk, "--lost-hot", "--output", str(target))) == 0
    claim = claim_v1.read(target.read_bytes())
    assert {row.what for row in claim.missing} == {Lack.CURRENCY, Lack.ESTATE, Lack.MONEY}
    assert main(["inspect", str(target)]) == 0


def test_it_runs_as_a_process(desk: Desk) -> None:
    run = por(*claims(desk))
    assert (run.status, run.err) == (0, "")
