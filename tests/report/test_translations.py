"""Every text of a rendering is there in every language, says what the English says, and is kept in step with it."""

from __future__ import annotations

import ast
import importlib.machinery
import importlib.util
import io
import json
import re
import string
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from por.errors import FormatError
from por.model import printable
from por.report import language
from por.report.language import IN_ENGLISH, LANGUAGES, catalogue_path, translator
from por.report.limits import LIMITS
from por.report.messages import ENGLISH
from por.report.texts import Text, exported, exported_json, texts
from tests.architecture import source
from tests.report.translations import FORBIDDEN, JAPANESE, mistakes, places

ROOT = Path(__file__).resolve().parents[2]
TEXTS = list(texts())
JA = translator("ja")


def program() -> ModuleType:
    """Load scripts/translations, which has no suffix."""
    loader = importlib.machinery.SourceFileLoader("translations", str(ROOT / "scripts" / "translations"))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def script() -> ModuleType:
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        return program()
    finally:
        sys.dont_write_bytecode = before


def read(po: bytes) -> Catalog:
    return read_po(io.BytesIO(po), abort_invalid=True)


def said(text: Text) -> str:
    return JA.pgettext(text.context, text.english)


# The catalogue.


def test_nothing_is_untranslated_stale_fuzzy_or_obsolete(script: ModuleType) -> None:
    written = catalogue_path("ja").read_bytes()
    assert list(script.open_points(written)) == []
    assert script.updated(written, "ja") == written, "run scripts/translations"
    assert not read(written).obsolete


def test_keys_are_plain_and_each_is_one_text() -> None:
    keys = [text.key for text in TEXTS]
    assert len(set(keys)) == len(keys)
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]+", key) for key in keys)
    assert {text.context for text in TEXTS} <= {*keys, ""}
    assert set(ENGLISH) <= set(keys)
    assert [text.english for text in TEXTS if text.key.startswith("limit.")] == list(LIMITS)


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.key)
def test_a_translation_keeps_what_the_english_says(text: Text) -> None:
    japanese = said(text)
    assert list(mistakes(text.english, japanese)) == []
    assert printable(japanese) == japanese
    assert japanese == japanese.strip()
    fields = [(spec, conversion) for _, name, spec, conversion in string.Formatter().parse(japanese) if name]
    assert all(field == ("", None) for field in fields)


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.key)
def test_a_translation_is_in_japanese(text: Text) -> None:
    bare = re.sub(r"\{[a-z_-]+\}", "", said(text))
    assert re.search(JAPANESE, bare) or not re.search(r"[A-Za-z]", bare.replace("ID", "")), text.english


def test_sentences_are_polite_and_rows_are_short() -> None:
    for text in TEXTS:
        japanese = said(text)
        polite = re.search("(ます|です|ました|でした|ません)", japanese)
        if text.key.startswith("sentence."):
            assert polite, text.key
            assert japanese.endswith("。"), text.key
        elif text.key.startswith(("claim.", "page.")) or text.key == "label.limits":
            assert japanese.endswith(("。", "：")) or not polite, text.key
        elif not text.key.startswith("phrase."):
            assert not polite, text.key
            assert not japanese.endswith("。"), text.key


def test_whatever_is_said_without_a_key_is_among_the_texts() -> None:
    plain = {text.english for text in TEXTS if not text.context}
    modules = [*source.read(ROOT, "por/cli"), *source.read(ROOT, "por/report")]
    calls = [(module, node) for module in modules for node in ast.walk(module.tree) if isinstance(node, ast.Call)]
    for module, call in calls:
        if ast.unparse(call.func) in {"say", "args.lang", "self.say"} and isinstance(call.args[0], ast.Constant):
            assert call.args[0].value in plain, f"{module.at(call)}: add it to PLAIN in por/report/templates.py"


@pytest.mark.parametrize(
    ("english", "japanese", "mistake"),
    [
        ("{a} of {b}", "{b} のうち", "places"),
        ("{a}", "{a} {a}", "places"),
        ("{a}", "{a} と {c}", "places"),
        ("below 2^128", "2^127 未満", "figures"),
        ("the issuer", "取引所", "発行者"),
        ("customers look", "顧客が見る", "利用者"),
        ("customers look", "利用者である顧客が見る", "says 顧客"),
        ("cold", "コールドウォレット", "says ウォレット"),
        ("it passed", "監査に合格", "says 監査"),
        ("it passed", "要件に適合", "says 適合"),
        ("it passed", "会計基準に準拠", "says 準拠"),
        ("it passed", "支払能力がある", "says 支払能力"),
        ("it passed", "内容を保証する", "says 保証"),
        ("it passed", "合格(確定)", "half-width mark"),
        ("it passed", "合格, 確定", "half-width mark"),
        ("it passed", "合格:確定", "half-width mark"),
        ("it passed", "BTC残高", "no space"),
        ("it passed", "合格 、確定", "space or"),
        ("it passed", "合格 確定", "space or"),
        ("it passed", "ＰＡＳＳ", "space or"),
        ("it passed", "合格（確定", "bracket"),
    ],
)
def test_t73_a_bad_translation_is_found(english: str, japanese: str, mistake: str) -> None:
    assert any(mistake in line for line in mistakes(english, japanese))


@pytest.mark.parametrize(
    ("english", "japanese"),
    [
        ("{a} of {b}: passed", "{b} のうち {a}：合格"),
        ("coins of a guarantee account", "履行保証のアカウントのコイン"),
        ("what an auditor has", "監査人の手元のもの"),
        ("give --source", "--source を指定"),
    ],
)
def test_a_good_translation_is_not(english: str, japanese: str) -> None:
    assert list(mistakes(english, japanese)) == []


# Keeping in step.

FIRST = TEXTS[0]
MANY = catalogue_path("ja").read_bytes()


def with_message(context: str, english: str, japanese: str, before: str = "") -> bytes:
    quoted = (json.dumps(part, ensure_ascii=False) for part in (context, english, japanese))
    return 'msgid ""\nmsgstr ""\n"Language: ja\\n"\n\n{}msgctxt {}\nmsgid {}\nmsgstr {}\n'.format(
        before, *quoted
    ).encode()


def test_a_new_text_is_listed_as_not_translated(script: ModuleType) -> None:
    points = list(script.open_points(script.updated(with_message("x", "y", "z"), "ja")))
    assert len(points) == len({(text.context, text.english) for text in TEXTS})
    assert points[0].startswith(f"{FIRST.key}: not translated")


def test_a_translation_stays_and_the_order_is_the_sources(script: ModuleType) -> None:
    new = script.updated(with_message(FIRST.context, FIRST.english, "訳"), "ja")
    assert read(new).get(FIRST.english, FIRST.context).string == "訳"  # type: ignore[union-attr]
    assert [message.context or "" for message in read(new) if message.id] == [text.context for text in TEXTS]


def test_changed_english_makes_its_translation_visibly_stale(script: ModuleType) -> None:
    new = script.updated(with_message(FIRST.context, "what it said before", "訳"), "ja")
    message = read(new).get(FIRST.english, FIRST.context)
    assert message is not None
    assert (message.string, message.fuzzy) == ("訳", True)
    assert message.user_comments == ["the English was: what it said before"]
    assert next(script.open_points(new)).startswith(f"{FIRST.key}: fuzzy")
    assert script.updated(new, "ja") == new, "and stays so until somebody looks at it"
    looked = read(script.updated(new.replace(b"#, fuzzy\n", b"").replace(b"#, fuzzy, ", b"#, "), "ja"))
    kept = looked.get(FIRST.english, FIRST.context)
    assert kept is not None
    assert (kept.string, kept.fuzzy, kept.user_comments) == ("訳", False, [])


def test_what_no_source_says_any_more_goes(script: ModuleType) -> None:
    new = script.updated(with_message("gone.for.good", "gone for good", "訳"), "ja")
    assert b"gone for good" not in new


def test_the_check_says_what_is_open_and_writes_nothing(
    script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "por.po"
    path.write_bytes(with_message(FIRST.context, "before", "訳"))
    monkeypatch.setattr(script, "ROOT", tmp_path)
    monkeypatch.setattr(script, "catalogue_path", lambda _: path)
    before = path.read_bytes()
    assert script.main(["--check"]) == 1
    assert path.read_bytes() == before
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"por.po: {FIRST.key}: fuzzy")
    assert lines[-1] == "por.po: differs from what the sources say"
    assert script.main([]) == 1
    assert path.read_bytes() != before
    path.write_bytes(MANY)
    assert script.main(["--check"]) == script.main([]) == 0


# The translator.


def test_english_is_itself_and_needs_no_catalogue() -> None:
    assert translator("en") is IN_ENGLISH
    assert all(IN_ENGLISH.pgettext(text.context, text.english) == text.english for text in TEXTS)
    assert IN_ENGLISH("anything") == "anything"


@pytest.mark.parametrize("name", ["", "EN", "ja_JP", "ja-JP", "jp", "fr", "../ja", "ja\n", "\x1b[2J", "en ", "日本語"])
def test_an_unknown_language_is_refused_with_the_known_ones(name: str) -> None:
    with pytest.raises(FormatError, match="there are en, ja") as caught:
        translator(name)
    assert printable(str(caught.value)) == str(caught.value)


def test_without_a_translation_the_english_stands() -> None:
    assert JA("no such text") == "no such text"
    assert JA.pgettext("no.such.key", LIMITS[0]) == LIMITS[0]
    assert JA.pgettext(FIRST.context, FIRST.english + " now") == FIRST.english + " now"
    assert JA.pgettext("evidence.nothing", ENGLISH["evidence.missing"]) == ENGLISH["evidence.missing"]


@pytest.mark.parametrize("before", ["#, fuzzy\n", "#~ ", "# fuzzy\n#, fuzzy, python-brace-format\n"])
def test_what_nobody_has_looked_at_is_not_shown(before: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = f'{before}msgctxt "a.b.c"\nmsgid "one"\nmsgstr "一"\n'
    if before.startswith("#~"):
        lines = "".join(f"#~ {line}\n" for line in lines.removeprefix(before).splitlines())
    path = tmp_path / "xx" / "LC_MESSAGES" / "por.po"
    path.parent.mkdir(parents=True)
    path.write_text(f'msgid ""\nmsgstr ""\n"Language: ja\\n"\n\n{lines}\nmsgctxt "d.e.f"\nmsgid "two"\nmsgstr "二"\n')
    monkeypatch.setattr(language, "LANGUAGES", ("en", "xx"))
    monkeypatch.setattr(language, "LOCALE", tmp_path)
    say = translator.__wrapped__("xx")
    assert (say.pgettext("a.b.c", "one"), say.pgettext("d.e.f", "two")) == ("one", "二")


@given(context=st.text(), text=st.text())
def test_any_text_can_be_asked_for(context: str, text: str) -> None:
    known = {(row.context, row.english) for row in TEXTS}
    if (context, text) not in known:
        assert JA.pgettext(context, text) == text


def test_english_does_without_the_library() -> None:
    code = (
        "import sys\n"
        "from por.cli import explain, verify_inclusion\n"
        "from por.report.language import translator\n"
        "translator('en')\n"
        "print([name for name in sys.modules if name.startswith('babel')])\n"
        "translator('ja')\n"
        "print('babel.messages.pofile' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.split() == ["[]", "True"]


# The export for pages.


def test_the_export_has_every_key_in_every_language() -> None:
    made = exported()
    assert list(made) == [text.key for text in TEXTS]
    assert all(set(row) == set(LANGUAGES) for row in made.values())
    assert made["evidence.nothing"] == {
        "en": "not decided: there was nothing to look at",
        "ja": "判定不能：調べる対象がない",
    }
    assert made["limit.1"]["en"] == LIMITS[0]
    assert all(places(row["en"]) == places(row["ja"]) for row in made.values())


def test_the_export_is_one_canonical_object() -> None:
    data = exported_json()
    assert json.loads(data) == exported()
    assert data == exported_json()
    assert not FORBIDDEN.search(data.decode())
