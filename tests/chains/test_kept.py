"""What was fetched once is not asked for again, whatever ended the run; what is not proven is not kept."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from eth_utils.crypto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from por.chains.bulk import BulkSource, Progress, ProofRequest
from por.chains.evm import EvmSource
from por.chains.kept import KeptSource
from por.chains.kept_rows import APPLICATION
from por.chains.quorum import QuorumSource
from por.errors import DisagreementError, FormatError, SourceError, UnavailableError
from por.model import AccountProof, BlockRef, Call, ChainId
from tests.chains.honest_chain import ABSENT, CODE, POOR, RICH, SLOTS, TOKEN, TOPIC, UNSET_SLOT, HonestChain, balance_of
from tests.chains.lying_server import QUICK, LyingServer

ONE = ChainId("eip155", "1")
CHAIN = HonestChain()
BLOCK = BlockRef(5, CHAIN.hash(5))
EARLIER = BlockRef(4, CHAIN.hash(4))
MANY: list[ProofRequest] = [(f"0x{number:040x}", ()) for number in range(10)]
ALL: list[ProofRequest] = [(RICH, ()), (TOKEN, SLOTS), (TOKEN, SLOTS[:1]), (ABSENT, ()), (POOR, (UNSET_SLOT,))]


@pytest.fixture
def node() -> Iterator[LyingServer]:
    with LyingServer(CHAIN) as server:
        yield server


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "proofs.sqlite"


def plain(node: LyingServer) -> EvmSource:
    return EvmSource(ONE, node.url, limits=QUICK)


class Dying:
    """Pass questions on to a node that is gone after so many batches of proofs."""

    def __init__(self, inner: BulkSource, batches: int, error: BaseException) -> None:
        self.inner = inner
        self.left = batches
        self.error = error
        self.asked: list[str] = []

    def __getattr__(self, name: str) -> object:
        return getattr(self.inner, name)

    def account_proofs(
        self, block: BlockRef, requests: Sequence[ProofRequest], progress: Progress | None = None
    ) -> tuple[AccountProof, ...]:
        if not self.left:
            raise self.error
        self.left -= 1
        self.asked += [address for address, _ in requests]
        return self.inner.account_proofs(block, requests, progress)


def test_what_is_kept_is_what_was_answered(node: LyingServer, path: Path) -> None:
    honest = plain(node).account_proofs(BLOCK, ALL)
    with KeptSource(plain(node), path) as first:
        assert first.account_proofs(BLOCK, ALL) == honest
        assert first.account_proof(BLOCK, TOKEN, SLOTS) == honest[1]
    with KeptSource(plain(node), path) as again:
        node.posts = 0
        assert again.account_proofs(BLOCK, ALL) == honest
        assert again.account_proofs(BLOCK, ALL[::-1]) == honest[::-1]
        assert again.requests == node.posts == 0


def test_one_question_twice_is_asked_once(node: LyingServer, path: Path) -> None:
    with KeptSource(plain(node), path) as source:
        proofs = source.account_proofs(BLOCK, [*ALL, *ALL])
        assert proofs[:5] == proofs[5:]
        assert source.requests == 1


def test_no_requests_are_no_questions(node: LyingServer, path: Path) -> None:
    with KeptSource(plain(node), path) as source:
        assert source.account_proofs(BLOCK, []) == ()
        assert source.codes(BLOCK, []) == ()
    assert node.posts == 0


@pytest.mark.parametrize(
    ("block", "address", "keys"),
    [
        (EARLIER, TOKEN, SLOTS),
        (BLOCK, RICH, SLOTS),
        (BLOCK, TOKEN, SLOTS[:1]),
        (BLOCK, TOKEN, SLOTS[::-1]),
        (BLOCK, TOKEN, ()),
    ],
)
def test_another_question_is_asked(
    node: LyingServer, path: Path, block: BlockRef, address: str, keys: Sequence[bytes]
) -> None:
    with KeptSource(plain(node), path) as source:
        source.account_proof(BLOCK, TOKEN, SLOTS)
        assert source.account_proof(block, address, keys) == plain(node).account_proof(block, address, keys)
        assert source.requests == 2


def test_t53_another_chain_is_asked(node: LyingServer, path: Path) -> None:
    with KeptSource(plain(node), path) as source:
        source.account_proof(BLOCK, RICH, [])
    ten = HonestChain(10)
    with LyingServer(ten) as other, KeptSource(EvmSource(ChainId("eip155", "10"), other.url), path) as source:
        source.account_proof(BlockRef(5, ten.hash(5)), RICH, [])
        assert source.requests == 1


@pytest.mark.parametrize("batches", range(5))
@pytest.mark.parametrize("error", [UnavailableError("gone"), KeyboardInterrupt()])
def test_a_run_cut_short_does_not_ask_again_for_what_it_has(
    node: LyingServer, path: Path, batches: int, error: BaseException
) -> None:
    dying = Dying(plain(node), batches, error)
    with KeptSource(dying, path, batch=2) as source, pytest.raises(type(error)):  # type: ignore[arg-type]
        source.account_proofs(BLOCK, MANY)
    rest = Dying(plain(node), 99, error)
    seen: list[tuple[int, int]] = []
    with KeptSource(rest, path, batch=2) as source:  # type: ignore[arg-type]
        proofs = source.account_proofs(BLOCK, MANY, lambda done, wanted: seen.append((done, wanted)))
    assert proofs == plain(node).account_proofs(BLOCK, MANY)
    assert dying.asked + rest.asked == [address for address, _ in MANY]
    assert seen == [(done, 10) for done in range(2 * batches, 11, 2)]


def test_progress_counts_what_is_kept(node: LyingServer, path: Path) -> None:
    seen: list[tuple[int, int]] = []
    with KeptSource(plain(node), path, batch=3) as source:
        source.account_proofs(BLOCK, MANY[:4])
        source.account_proofs(BLOCK, MANY, lambda done, wanted: seen.append((done, wanted)))
        source.account_proofs(BLOCK, MANY, lambda done, wanted: seen.append((done, wanted)))
    assert seen == [(4, 10), (7, 10), (10, 10), (10, 10)]


LIES = ["relabelled proof", "zero balance proof", "proof of yesterday", "no nodes"]


@pytest.mark.parametrize("fault", LIES)
def test_t55_a_proof_that_proves_nothing_is_given_on_and_not_kept(node: LyingServer, path: Path, fault: str) -> None:
    with KeptSource(plain(node), path) as source:
        node.fault = fault
        lied = source.account_proofs(BLOCK, ALL)
        assert lied == plain(node).account_proofs(BLOCK, ALL)
        node.fault = None
        honest = plain(node).account_proofs(BLOCK, ALL)
        assert lied != honest
        assert source.account_proofs(BLOCK, ALL) == honest
        assert source.requests == 2


def test_t55_storage_nodes_that_prove_nothing_are_not_kept(node: LyingServer, path: Path) -> None:
    with KeptSource(plain(node), path) as source:
        node.fault = "storage nodes swapped"
        source.account_proof(BLOCK, TOKEN, SLOTS)
        node.fault = None
        assert source.account_proof(BLOCK, TOKEN, SLOTS) == plain(node).account_proof(BLOCK, TOKEN, SLOTS)
        assert source.requests == 2


def test_t56_nothing_is_kept_for_a_block_that_went_away(node: LyingServer, path: Path) -> None:
    with KeptSource(plain(node), path) as source:
        node.fault = "another fork"
        with pytest.raises(DisagreementError, match="reorganised"):
            source.account_proof(BLOCK, RICH, [])
        node.fault = None
        source.account_proof(BLOCK, RICH, [])
        assert source.requests == 2


def test_t64_failures_are_passed_on(node: LyingServer, path: Path) -> None:
    with KeptSource(plain(node), path) as source:
        node.fault = "503"
        questions: list[Callable[[], object]] = [
            source.finalized,
            lambda: source.header(5),
            lambda: source.account_proof(BLOCK, RICH, []),
            lambda: source.logs(TOKEN, (TOPIC,), 0, 9),
            lambda: source.calls(BLOCK, [Call(TOKEN, balance_of(RICH))]),
            lambda: source.access(BLOCK, Call(TOKEN, b"")),
            lambda: source.codes(BLOCK, [TOKEN]),
            lambda: source.trial(BLOCK, Call(TOKEN, b""), {}),
        ]
        for question in questions:
            with pytest.raises(SourceError):
                question()


def test_all_else_is_passed_on_and_asked_again(node: LyingServer, path: Path) -> None:
    inner, call = plain(node), Call(TOKEN, balance_of(RICH))
    with KeptSource(inner, path) as source:
        assert (source.chain, source.names) == (inner.chain, inner.names)
        questions: list[Callable[[BulkSource], object]] = [
            lambda asked: asked.finalized(),
            lambda asked: asked.header(5),
            lambda asked: asked.logs(TOKEN, (TOPIC,), 0, 9),
            lambda asked: asked.calls(BLOCK, [call]),
            lambda asked: asked.access(BLOCK, call),
            lambda asked: asked.trial(BLOCK, call, {}),
        ]
        for question in questions:
            assert question(source) == question(inner) == question(source)
        assert source.requests == 0
    assert node.asked.count("eth_call") == 6


def test_t55_it_stands_over_a_quorum_too(node: LyingServer, path: Path) -> None:
    with LyingServer(CHAIN, "another fork") as liar:
        quorum = QuorumSource([plain(node), plain(liar)])
        with KeptSource(quorum, path) as source, pytest.raises(DisagreementError):
            source.account_proof(BLOCK, RICH, [])


def test_codes_are_kept_where_a_kept_proof_has_their_hash(node: LyingServer, path: Path) -> None:
    with KeptSource(plain(node), path, batch=1) as source:
        source.account_proofs(BLOCK, ALL)
        before = source.requests
        assert source.codes(BLOCK, [TOKEN, RICH, TOKEN]) == (CODE, b"", CODE)
        assert source.requests == before + 2
        assert source.codes(BLOCK, [RICH, TOKEN]) == (b"", CODE)
        # The same code stands at an account without code that was proven: no question about it is left.
        assert source.codes(BLOCK, [ABSENT]) == (b"",)
        assert source.requests == before + 2


def test_t55_codes_of_which_nothing_is_proven_are_not_kept(node: LyingServer, path: Path) -> None:
    with KeptSource(plain(node), path) as source:
        for asked in (1, 2):
            assert source.codes(BLOCK, [TOKEN]) == (CODE,)
            assert source.requests == asked


def test_t55_a_code_of_another_hash_is_not_kept(node: LyingServer, path: Path) -> None:
    with KeptSource(plain(node), path) as source:
        source.account_proof(BLOCK, TOKEN, [])
        node.fault = "other multicall"
        assert source.codes(BLOCK, [TOKEN]) == (b"\x60\x01",)
        node.fault = None
        assert source.codes(BLOCK, [TOKEN]) == (CODE,)


# --- the file


def test_two_processes_share_a_file(node: LyingServer, path: Path) -> None:
    with KeptSource(plain(node), path) as one, KeptSource(plain(node), path) as two:
        one.account_proofs(BLOCK, MANY[:5])
        two.account_proofs(BLOCK, MANY)
        one.account_proofs(BLOCK, MANY)
        assert (one.requests, two.requests) == (1, 1)


def _fetch(url: str, path: Path, requests: Sequence[ProofRequest]) -> None:
    with KeptSource(EvmSource(ONE, url), path, batch=1) as source:
        source.account_proofs(BLOCK, requests)


@pytest.mark.thorough
def test_processes_that_write_at_the_same_time_lose_nothing(node: LyingServer, path: Path) -> None:
    spawned = multiprocessing.get_context("spawn")
    workers = [spawned.Process(target=_fetch, args=(node.url, path, MANY[start::2])) for start in (0, 1)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0]
    with KeptSource(plain(node), path) as source:
        source.account_proofs(BLOCK, MANY)
        assert source.requests == 0


WRITER = """
import sys
from pathlib import Path
from por.chains.kept_rows import KeptRows
from por.model import AccountProof
rows = KeptRows(Path(sys.argv[1]))
number = 0
while True:
    address = f"0x{number:040x}"
    rows.keep_proofs("eip155:1", bytes(32), [(AccountProof(address, (bytes(500),) * 8, ()), (), bytes(32))])
    number += 1
    print(number, flush=True)
"""


def test_a_file_killed_in_mid_write_keeps_what_was_committed(node: LyingServer, path: Path) -> None:
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-c", WRITER, str(path)]
    with subprocess.Popen(
        command, cwd=root, env={**os.environ, "PYTHONPATH": str(root)}, stdout=subprocess.PIPE
    ) as one:
        assert one.stdout is not None
        for _ in range(20):
            one.stdout.readline()
        time.sleep(0.003)
        one.send_signal(signal.SIGKILL)
        one.wait()
    with sqlite3.connect(path) as rows:
        (count,) = rows.execute("SELECT count(*) FROM proofs").fetchone()
    assert count >= 20
    with KeptSource(plain(node), path) as source:
        assert source.account_proof(BlockRef(0, bytes(32)), f"0x{19:040x}", []).account_nodes == (bytes(500),) * 8
        assert source.requests == 0


def filled(node: LyingServer, path: Path) -> None:
    with KeptSource(plain(node), path) as source:
        source.account_proofs(BLOCK, ALL)
        source.codes(BLOCK, [TOKEN])


CHANGES: dict[str, tuple[str, str]] = {
    "other nodes": ("UPDATE proofs SET nodes = x'c2c0c0'", "damaged"),
    "nodes of another account": (
        "UPDATE proofs SET nodes = (SELECT nodes FROM proofs LIMIT 1), digest = (SELECT digest FROM proofs LIMIT 1)",
        "damaged",
    ),
    "another hash of the code": ("UPDATE proofs SET code_hash = zeroblob(32)", "damaged"),
    "no digest": ("UPDATE proofs SET digest = x''", "damaged"),
    "text for nodes": ("UPDATE proofs SET nodes = 'nodes'", "damaged"),
    "nothing for nodes": ("UPDATE proofs SET nodes = NULL", "damaged"),
    "no table": ("DROP TABLE proofs", "no such table"),
    "a newer version": ("PRAGMA user_version = 2", "version 2, this release knows 1; delete it"),
    "an older version": ("PRAGMA user_version = 0", "version 0, this release knows 1; delete it"),
    "another program's": ("PRAGMA application_id = 7", "another program"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_file_is_refused_with_the_cure(node: LyingServer, path: Path, change: str) -> None:
    filled(node, path)
    statement, words = CHANGES[change]
    rows = sqlite3.connect(path)
    rows.execute(statement)
    rows.commit()
    rows.close()
    with pytest.raises(FormatError, match=words) as caught, KeptSource(plain(node), path) as source:
        source.account_proofs(BLOCK, ALL)
    assert caught.value.place == str(path)
    assert any(cure in str(caught.value) for cure in ("delete it", "another file", "another one"))


def test_a_changed_code_is_refused_with_the_cure(node: LyingServer, path: Path) -> None:
    filled(node, path)
    with sqlite3.connect(path) as rows:
        rows.execute("UPDATE codes SET code = x'00'")
    with pytest.raises(FormatError, match="damaged; delete it"), KeptSource(plain(node), path) as source:
        source.codes(BLOCK, [TOKEN])


@pytest.mark.parametrize(
    ("content", "cure"),
    [
        (b"version = 1", "is no file of kept proofs; name another one"),
        (bytes(range(256)) * 9, "is no file of kept proofs; name another one"),
        (b"SQLite format 3\x00" + b"\xff" * 4096, "delete it, or name another file"),
    ],
)
def test_what_is_no_database_is_refused_with_the_cure(node: LyingServer, path: Path, content: bytes, cure: str) -> None:
    path.write_bytes(content)
    with pytest.raises(FormatError, match=cure):
        KeptSource(plain(node), path)
    assert path.read_bytes() == content


def test_a_database_of_another_program_is_left_as_it_is(node: LyingServer, path: Path) -> None:
    with sqlite3.connect(path) as rows:
        rows.execute("CREATE TABLE wallets (key TEXT)")
    before = path.read_bytes()
    with pytest.raises(FormatError, match="a file of another program"):
        KeptSource(plain(node), path)
    assert path.read_bytes() == before


def test_a_place_that_cannot_be_written_is_refused(node: LyingServer, tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="cannot be used to keep proofs in"):
        KeptSource(plain(node), tmp_path / "nowhere" / "proofs.sqlite")
    with pytest.raises(FormatError, match="cannot be used to keep proofs in"):
        KeptSource(plain(node), tmp_path)


@pytest.mark.thorough
@settings(max_examples=60, deadline=None)
@given(place=st.integers(0, 2**32), flip=st.integers(1, 255))
def test_a_flipped_byte_never_gives_another_proof(
    tmp_path_factory: pytest.TempPathFactory, place: int, flip: int
) -> None:
    path = tmp_path_factory.mktemp("kept") / "proofs.sqlite"
    with LyingServer(CHAIN) as node:
        filled(node, path)
        honest = plain(node).account_proofs(BLOCK, ALL)
        data = bytearray(path.read_bytes())
        data[place % len(data)] ^= flip
        path.write_bytes(data)
        try:
            with KeptSource(plain(node), path) as source:
                assert source.account_proofs(BLOCK, ALL) == honest
                assert source.codes(BLOCK, [TOKEN]) == (CODE,)
        except FormatError:
            return


def test_the_file_says_what_it_is(node: LyingServer, path: Path) -> None:
    filled(node, path)
    with sqlite3.connect(path) as rows:
        assert rows.execute("PRAGMA application_id").fetchone() == (APPLICATION,)
        assert rows.execute("SELECT code_hash FROM codes").fetchall() == [(keccak(CODE),)]


def test_t96_the_file_holds_no_key(node: LyingServer, path: Path) -> None:
    filled(node, path)
    assert b"s3cret" not in path.read_bytes()
