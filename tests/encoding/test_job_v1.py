"""A job's file is read strictly, and shows nothing that may be a key."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.encoding import job_v1
from por.encoding.job_v1 import AddressKind, JobSettings
from por.errors import FormatError, UnsupportedVersionError
from por.model import ChainAccount, ChainId, printable
from tests import pages
from tests.documents import plain_texts, put
from tests.encoding.test_policy_v1 import toml_bytes

NODE = {"chain": "eip155:1", "url": "https://node.example/v3/s3cret"}


def read(document: dict[str, Any]) -> JobSettings:
    return job_v1.read(toml_bytes(document))


@pytest.fixture
def document() -> Any:
    return tomllib.loads(pages.blocks("job.md")["toml job.toml"])


@pytest.fixture
def shortest() -> Any:
    return tomllib.loads(pages.blocks("job.md")["toml shortest.toml"])


def refused(document: Any, place: str, reason: str = "") -> None:
    with pytest.raises(FormatError, match=reason) as caught:
        read(document)
    assert caught.value.place == place
    assert str(caught.value) == printable(str(caught.value))
    assert "s3cret" not in str(caught.value)


def test_the_example_is_read(document: Any) -> None:
    job = read(document)
    assert (job.policy, job.directory, job.max_staleness, job.retries) == ("policy.toml", "state", 3_024_000, 10)
    assert job.bundle.registry
    assert job.bundle.address is not None
    assert (job.bundle.address.kind, job.bundle.directory) == (AddressKind.HERE, None)
    kinds = [source.address.kind for source in job.sources]
    assert kinds == [AddressKind.FILE, AddressKind.ENVIRONMENT]
    assert {source.chain for source in job.sources} == {ChainId("eip155", "1")}
    assert (job.text_report, job.metrics) == (True, "por.prom")
    assert job.attest is not None
    assert (job.attest.signer, job.attest.propose, job.attest.inbox) == ("file:attester.json", True, "inbox")
    assert job.attest.submission is not None
    assert job.attest.submission.attestations == ChainAccount.parse("eip155:1:0x" + "11" * 20)
    assert job.attest.submission.max_fee == 50 * 10**9


def test_the_shortest_asks_nobody_and_attests_nothing(shortest: Any) -> None:
    job = read(shortest)
    assert (job.sources, job.attest, job.metrics) == ((), None, None)
    assert (job.bundle.each, job.bundle.registry, job.bundle.address) == (False, False, None)
    assert (job.retries, job.text_report) == (10, True)


def test_the_page_names_every_entry(document: Any) -> None:
    nested = {"bundle": document["bundle"], "attest": document["attest"], "report": document["report"]}
    named = pages.named_in_tables("job.md", "Entries")
    shown = {name for name in document if name not in {*nested, "metrics"}} | {"metrics.file"}
    shown |= {f"{top}.{name}" for top, table in nested.items() for name in table if name != "submit"}
    shown |= {f"attest.submit.{name}" for name in document["attest"]["submit"]}
    assert named == shown | {"bundle.directory", "bundle.each", "bundle.url_file", "bundle.url_env"}


WRONG_VALUES: list[tuple[str, object, str]] = [
    ("/version", 0, "not an integer between"),
    ("/version", "1", "not an integer"),
    ("/version", True, "not an integer"),
    ("/policy", "", "an empty path"),
    ("/policy", "   ", "an empty path"),
    ("/policy", 1, "not text"),
    ("/policy", "a\u202eb", "U\\+202E"),
    ("/policy", "p" * 1025, "at most 1024"),
    ("/directory", ["state"], "not text"),
    ("/directory", "sta\x00te", "U\\+0000"),
    ("/max_staleness_seconds", 0, "between"),
    ("/max_staleness_seconds", 2**41, "between"),
    ("/max_staleness_seconds", "35 days", "not an integer"),
    ("/max_staleness_seconds", 3.5, "not an integer"),
    ("/retries", -1, "between"),
    ("/retries", 1001, "between"),
    ("/retries", True, "not an integer"),
    ("/bundle", "published", "not a table"),
    ("/bundle", [], "not a table"),
    ("/bundle/registry", "yes", "neither true nor false"),
    ("/bundle/registry", 1, "neither true nor false"),
    ("/bundle/url", ["https://a.example/s3cret"], "not text"),
    ("/source", {}, "not a list"),
    ("/source/0", "https://node.example/s3cret", "not a table"),
    ("/source/0/chain", "mainnet", "CAIP-2"),
    ("/source/0/url_file", "", "an empty path"),
    ("/source/1/url_env", "MY-NODE", "not the name of an environment variable"),
    ("/source/1/url_env", "https://node.example/s3cret", "not the name of an environment variable"),
    ("/source/1/url_env", "1A", "not the name"),
    ("/source/1/url_env", "ＡＢ", "not the name"),
    ("/report", True, "not a table"),
    ("/report/text", "no", "neither true nor false"),
    ("/report/text", 0, "neither true nor false"),
    ("/metrics/file", "", "an empty path"),
    ("/metrics", "por.prom", "not a table"),
    ("/attest", True, "not a table"),
    ("/attest/committee", 4, "not text"),
    ("/attest/signer", "s3cret", "not a signer"),
    ("/attest/signer", "0xs3cret", "not a signer"),
    ("/attest/signer", "file:", "not a signer"),
    ("/attest/signer", "file:a b", "not a signer"),
    ("/attest/signer", "FILE:key.json", "not a signer"),
    ("/attest/signer", 7, "not text"),
    ("/attest/propose", "true", "neither true nor false"),
    ("/attest/expires_in_seconds", 0, "between"),
    ("/attest/expires_in_seconds", -1, "between"),
    ("/attest/outbox", "inbox", "two directories"),
    ("/attest/inbox", "", "an empty path"),
    ("/attest/submit", "eip155:1:0x11", "not a table"),
    ("/attest/submit/attestations", "0x" + "11" * 20, "CAIP-2"),
    ("/attest/submit/attestations", "eip155:1:0x" + "AB" * 20, "lower case"),
    ("/attest/submit/attestations", "cosmos:hub:addr", "EVM chain"),
    ("/attest/submit/payer", "s3cret", "not a signer"),
    ("/attest/submit/max_fee_gwei", 0, "between"),
    ("/attest/submit/max_fee_gwei", 10**7, "between"),
]


@pytest.mark.parametrize(("place", "value", "reason"), WRONG_VALUES)
def test_a_wrong_value_is_refused_with_its_place(document: Any, place: str, value: object, reason: str) -> None:
    refused(put(document, place, value), place, reason)


MISSING = ["version", "policy", "directory", "bundle", "max_staleness_seconds"]
MISSING_BELOW = {
    "attest": ["committee", "signer", "expires_in_seconds", "inbox", "outbox"],
    "metrics": ["file"],
}


@pytest.mark.parametrize("name", MISSING)
def test_a_required_entry_that_is_missing_is_named(shortest: Any, name: str) -> None:
    del shortest[name]
    refused(shortest, "/", f"entry '{name}' is missing")


@pytest.mark.parametrize(("table", "name"), [(table, name) for table, names in MISSING_BELOW.items() for name in names])
def test_a_required_entry_of_a_table_that_is_missing_is_named(document: Any, table: str, name: str) -> None:
    del document[table][name]
    refused(document, f"/{table}", f"entry '{name}' is missing")


@pytest.mark.parametrize("name", ["attestations", "payer", "max_fee_gwei"])
def test_a_submission_says_where_who_and_how_much(document: Any, name: str) -> None:
    del document["attest"]["submit"][name]
    refused(document, "/attest/submit", f"entry '{name}' is missing")


@pytest.mark.parametrize("place", ["", "/bundle", "/source/0", "/report", "/metrics", "/attest", "/attest/submit"])
def test_an_unknown_entry_is_refused(document: Any, place: str) -> None:
    refused(put(document, f"{place}/password", "s3cret"), place or "/", "unknown member 'password'")


@pytest.mark.parametrize(
    "bundle",
    [
        {},
        {"each": True},
        {"registry": True},
        {"directory": "a", "url": "https://a.example/s3cret"},
        {"directory": "a", "url_env": "A"},
        {"directory": "a", "url_file": "b"},
    ],
)
def test_a_bundle_is_in_exactly_one_place(shortest: Any, bundle: dict[str, Any]) -> None:
    refused(shortest | {"bundle": bundle}, "/bundle", "exactly one")


@pytest.mark.parametrize("kinds", [("url", "url_env"), ("url", "url_file"), ("url_file", "url_env")])
def test_two_addresses_of_one_thing_are_refused(shortest: Any, kinds: tuple[str, str]) -> None:
    both = dict.fromkeys(kinds, "A")
    refused(shortest | {"bundle": both}, "/bundle", "two addresses")
    refused(shortest | {"source": [{"chain": "eip155:1"} | both]}, "/source/0", "two addresses")


def test_each_and_registry_go_with_what_they_are_of(shortest: Any) -> None:
    refused(shortest | {"bundle": {"url": "https://a.example/", "each": True}}, "/bundle/each", "directory")
    refused(shortest | {"bundle": {"directory": "a", "registry": True}}, "/bundle/registry", "url")


def test_a_source_without_an_address_is_refused(shortest: Any) -> None:
    refused(shortest | {"source": [NODE, {"chain": "eip155:1"}]}, "/source/1", "one of url")


@pytest.mark.parametrize("version", [2, 7, 2**31])
def test_another_version_is_named(shortest: Any, version: int) -> None:
    with pytest.raises(UnsupportedVersionError, match="another version"):
        read(shortest | {"version": version})


@pytest.mark.parametrize("data", [b"", b"= 1", b"\xff", b"[" * 2000, b"version = 1\nversion = 1", b"#" * (2**20 + 1)])
def test_what_is_not_toml_is_refused(data: bytes) -> None:
    with pytest.raises(FormatError):
        job_v1.read(data)


def test_t96_no_url_is_in_what_settings_show_of_themselves(shortest: Any) -> None:
    job = read(shortest | {"source": [NODE], "bundle": {"url": "https://user:s3cret@a.example/s3cret?k=s3cret"}})
    assert "s3cret" not in repr(job) + str(job)
    assert "/source/0/url" in repr(job)


@given(path=plain_texts, seconds=st.integers(1, 2**40), retries=st.integers(0, 1000), each=st.booleans())
def test_every_value_within_the_limits_is_kept(path: str, seconds: int, retries: int, each: bool) -> None:
    bundle: dict[str, Any] = {"directory": path or "a", "each": each}
    rest = {"version": 1, "policy": "p", "directory": "d", "max_staleness_seconds": seconds, "retries": retries}
    if not (path or "a").strip():
        refused(rest | {"bundle": bundle}, "/bundle/directory", "an empty path")
        return
    job = read(rest | {"bundle": bundle})
    assert (job.bundle.directory, job.bundle.each) == (path or "a", each)
    assert (job.max_staleness, job.retries) == (seconds, retries)


@given(text=st.text(max_size=80))
def test_t80_no_signer_is_read_that_is_not_one_kind_and_a_name(text: str) -> None:
    base = {"version": 1, "policy": "p", "directory": "d", "max_staleness_seconds": 1, "bundle": {"directory": "b"}}
    attest = {"committee": "c", "signer": text, "expires_in_seconds": 1, "inbox": "i", "outbox": "o"}
    try:
        settings = read(base | {"attest": attest}).attest
    except FormatError:
        return
    assert settings is not None
    assert re.fullmatch(r"[a-z][a-z0-9-]+:[!-~]+", settings.signer, re.ASCII)
