"""`por issuer identity`, and `--identity`: from a file, or from the domain of the policy's issuer and nobody else's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from por.chains import transport
from por.cli import issuer_identity
from por.cli import main as cli_main
from por.cli.main import main
from por.encoding import identity_v1, verdict_v1
from por.errors import UnavailableError
from por.model import Verdict
from tests.checks.registry_scenery import ACCOUNT, REGISTRY
from tests.checks.scenery import ISSUER, KEY
from tests.checks.test_identity import IDENTITIES, OTHER_KEY, SAID
from tests.cli.desk import Desk

URL = f"https://{ISSUER}/.well-known/por.json"
ROW = {"issuer identity": ("por.cli.issuer_identity", "issuers: say on your domain which keys and addresses are yours")}
# Without a registry in the policy, and without an account in the bundle, the key alone is compared.
KEY_ALONE = identity_v1.write(identity_v1.read(identity_v1.write(SAID)))


@pytest.fixture(autouse=True)
def _with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli_main, "COMMANDS", {**cli_main.COMMANDS, **ROW})


# --- writing


def test_an_issuers_identity_is_written_and_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "por.json"
    options = ("--key", KEY, "--anchor", f"{REGISTRY}={ACCOUNT}")
    assert main(["issuer", "identity", *options, "--output", str(target)]) == 0
    assert identity_v1.read(target.read_bytes()) == SAID
    out, err = capsys.readouterr()
    assert out == ""
    assert URL in err
    assert main(["issuer", "identity", *options]) == 0
    assert capsys.readouterr().out.encode() == target.read_bytes()
    assert main(["inspect", str(target)]) == 0


def test_it_is_in_order_whatever_the_order_of_the_options(capsys: pytest.CaptureFixture[str]) -> None:
    pairs = [f"{REGISTRY}={ACCOUNT}", f"eip155:10:0x{'77' * 20}=eip155:10:0x{'66' * 20}"]
    written = []
    for keys, anchors in (([KEY, OTHER_KEY], pairs), ([OTHER_KEY, KEY], pairs[::-1])):
        options = [part for key in keys for part in ("--key", key)]
        options += [part for pair in anchors for part in ("--anchor", pair)]
        assert main(["issuer", "identity", *options]) == 0
        written.append(capsys.readouterr().out)
    assert written[0] == written[1]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "--issuer"),
        (("--issuer", ISSUER), "--key, --anchor"),
        (("--anchor", f"{REGISTRY}={ACCOUNT}"), "--issuer"),
        (("--key", "nonsense"), "--key"),
        (("--key", KEY, "--key", KEY), "named twice"),
        (("--key", KEY, "--anchor", str(REGISTRY)), "--anchor"),
        (("--key", KEY, "--anchor", f"{REGISTRY}={ACCOUNT.address}"), "--anchor"),
        (("--key", KEY, "--anchor", f"{REGISTRY}=eip155:10:{ACCOUNT.address}"), "another chain"),
        (("--key", KEY, "--anchor", f"{REGISTRY}={ACCOUNT}", "--anchor", f"{REGISTRY}={ACCOUNT}"), "named twice"),
    ],
)
def test_what_no_document_can_say_is_refused(
    options: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["issuer", "identity", *options]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err


def test_nothing_is_written_over(tmp_path: Path) -> None:
    target = tmp_path / "por.json"
    target.write_text("mine")
    with pytest.raises(SystemExit):
        main(["issuer", "identity", "--key", KEY, "--output", str(target)])
    assert target.read_text() == "mine"


def test_the_command_shows_an_example() -> None:
    assert issuer_identity.EXAMPLE.startswith("por issuer identity --key ")


# --- reading


def verified(desk: Desk, tmp_path: Path, *options: str, customer: bool = False) -> tuple[int, Verdict | None]:
    target = tmp_path / f"verdict-{len(list(tmp_path.iterdir()))}.json"
    command = desk.customer(*options) if customer else desk.auditor(*options)
    status = main([*command, "--output", str(target)])
    return status, verdict_v1.read(target.read_bytes()) if target.exists() else None


@pytest.mark.parametrize("customer", [False, True])
@pytest.mark.parametrize(
    ("name", "status", "message"),
    [("SAID", 0, "named"), ("another key", 1, "other"), ("another issuer", 1, "other_issuer")],
)
def test_t39_a_document_from_a_file_is_compared(
    desk: Desk, tmp_path: Path, name: str, status: int, message: str, customer: bool
) -> None:
    path = tmp_path / "por.json"
    path.write_bytes(identity_v1.write(SAID if name == "SAID" else IDENTITIES[name][0]))
    found, verdict = verified(desk, tmp_path, "--identity", str(path), customer=customer)
    assert found == status
    assert verdict is not None
    (finding,) = verdict.of("publication.bound")
    assert (finding.message.rpartition(".")[2], finding.required) == (message, True)


def test_without_one_the_auditor_is_told_that_the_name_is_unverified(desk: Desk, tmp_path: Path) -> None:
    status, verdict = verified(desk, tmp_path)
    assert status == 0
    assert verdict is not None
    (finding,) = verdict.of("publication.bound")
    assert (finding.message, finding.required) == ("publication.bound.unverified", False)


@pytest.mark.parametrize("document", [b"", b"{}", b"<html>", b"[]", KEY_ALONE + b"\n", b"{" * 100])
def test_t86_a_file_of_another_form_is_2_and_named(
    desk: Desk, tmp_path: Path, document: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "strange.json"
    path.write_bytes(document)
    assert verified(desk, tmp_path, "--identity", str(path))[0] == 2
    assert verified(desk, tmp_path, "--identity", str(tmp_path / "gone.json"))[0] == 2
    err = capsys.readouterr().err
    assert "strange.json" in err
    assert "gone.json" in err


# --- fetching


class Domain:
    """Stand for every server; remember who was asked."""

    answer: bytes | None = KEY_ALONE
    asked: list[str]

    def __init__(self, url: str) -> None:
        type(self).asked.append(url)

    def get(self) -> bytes:
        if self.answer is None:
            raise UnavailableError(f"https://{ISSUER}:443: nothing is served at this path")
        return self.answer


@pytest.fixture
def domain(monkeypatch: pytest.MonkeyPatch) -> type[Domain]:
    class Here(Domain):
        asked: list[str] = []  # noqa: RUF012

    monkeypatch.setattr(transport, "Transport", Here)
    return Here


@pytest.mark.parametrize("customer", [False, True])
def test_it_is_fetched_from_the_domain_of_the_policys_issuer_and_saved(
    desk: Desk, tmp_path: Path, domain: type[Domain], customer: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    saved = tmp_path / "saved.json"
    status, _ = verified(desk, tmp_path, "--identity", "fetch", "--save-identity", str(saved), customer=customer)
    assert (status, domain.asked, saved.read_bytes()) == (0, [URL], KEY_ALONE)
    assert f"--identity {saved}" in capsys.readouterr().err
    fetched, _ = verified(desk, tmp_path, "--identity", "fetch", customer=customer)
    assert "--save-identity" in capsys.readouterr().err
    again, _ = verified(desk, tmp_path, "--identity", str(saved), customer=customer)
    assert (fetched, again, len(domain.asked)) == (0, 0, 2)


def test_t95_a_name_out_of_a_proof_is_never_called(
    desk: Desk, domain: type[Domain], capsys: pytest.CaptureFixture[str]
) -> None:
    command = [part for part in desk.customer("--identity", "fetch") if part not in {"--policy", desk.policy_toml}]
    assert main(command) == 2
    assert domain.asked == []
    assert "--policy" in capsys.readouterr().err


def test_t95_another_issuers_bundle_asks_the_policys_issuer(desk: Desk, tmp_path: Path, domain: type[Domain]) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text(Path(desk.policy_toml).read_text().replace(f'id = "{ISSUER}"', 'id = "other.example"', 1))
    command = [str(policy) if part == desk.policy_toml else part for part in desk.auditor("--identity", "fetch")]
    assert main(command) == 1
    assert domain.asked == ["https://other.example/.well-known/por.json"]


@pytest.mark.parametrize("answer", [None, b"", b"<html>not found</html>", b"{}", KEY_ALONE + b"\n"])
def test_t64_a_domain_that_gives_no_document_refutes_nobody(
    desk: Desk, tmp_path: Path, domain: type[Domain], answer: bytes | None
) -> None:
    domain.answer = answer
    saved = tmp_path / "saved.json"
    status, verdict = verified(desk, tmp_path, "--identity", "fetch", "--save-identity", str(saved))
    assert status == 3
    assert verdict is not None
    (finding,) = verdict.of("publication.bound")
    assert (finding.outcome, finding.message) == ("INCONCLUSIVE", "evidence.missing")
    assert not saved.exists()


def test_there_is_nothing_to_save_that_was_not_fetched(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "por.json"
    path.write_bytes(KEY_ALONE)
    for options in ((), ("--identity", str(path))):
        assert verified(desk, tmp_path, *options, "--save-identity", str(tmp_path / "saved.json"))[0] == 2
        assert "--save-identity" in capsys.readouterr().err


def test_the_document_that_was_used_is_named_in_the_verdict(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "por.json"
    path.write_bytes(KEY_ALONE)
    _, verdict = verified(desk, tmp_path, "--identity", str(path))
    assert verdict is not None
    value = json.loads(verdict_v1.write(verdict))
    (finding,) = [item for item in value["findings"] if item["check"] == "publication.bound"]
    assert finding["facts"]["document"].startswith("sha256:")
