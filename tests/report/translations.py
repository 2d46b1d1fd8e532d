"""What a translation must keep of its English text: places, figures, terms, and the way Japanese is set."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator

JAPANESE = "[ぁ-んァ-ヶー一-龥々]"

# English word → what must stand for it. Nouns of the law are those of its text, never a market's word.
GLOSSARY = {
    r"crypto-assets?": "暗号資産",
    r"stablecoins?": "電子決済手段",
    r"customers?('s?)?": "利用者",
    r"guarantee": "履行保証",
    r"cold": "コールド",
    r"hot": "ホット",
    r"business days?": "営業日",
    r"segregat\w+": "分別管理|区分",
    r"reconcil\w+": "照合",
    r"shortfalls?": "不足",
    r"intermediar(y|ies)": "仲介",
    r"mediation": "媒介",
    r"priority|preferential": "優先弁済",
    r"own coins": "自己のコイン",
    r"bankruptcy": "破産",
    r"liability reserve": "責任準備金",
    r"auditors?": "監査人",
    r"issuers?('s)?": "発行者",
    r"attesters?": "アテスター",
    r"attestation": "アテステーション",
    r"committee": "委員会",
    r"snapshot": "スナップショット",
    r"instant": "基準時点",
    r"polic(y|ies)": "検証ポリシー",
    r"rulebooks?": "規則集",
    r"rules?": "規則",
    r"bundles?": "バンドル",
    r"ledger": "台帳",
    r"records?": "レコード|記録",
    r"segments?": "セグメント",
    r"commitments?": "コミットメント",
    r"committed": "コミット",
    r"inclusion proofs?": "包含証明",
    r"control": "支配",
    r"challenge": "チャレンジ",
    r"registry": "レジストリ",
    r"anchor(s|ed)?": "アンカー",
    r"entry": "エントリー",
    r"sources?": "ソース|出典|原典|資料",
    r"signatures?|signs?|signed": "署名",
    r"keys?": "鍵",
    r"accounts?": "アカウント|会計",
    r"roots?": "ルート",
    r"digests?": "ダイジェスト",
    r"evidence": "証拠",
    r"holdings?": "残高",
    r"liabilities": "債務",
    r"custody": "保管",
    r"roles?": "役割",
    r"findings?": "検査結果",
    r"verdict": "判定",
    r"not decided|undecided": "判定不能|判定できな",
    r"proven?": "証明",
}

# Words of an opinion that nobody gives here (T73), and words that the law and this project do not use.
FORBIDDEN = re.compile(r"監査(?!人|法人)|支払能力|適合|準拠|健全|(?<!履行)保証|仮想通貨|顧客|ユーザー|ウォレット")


def places(text: str) -> list[str]:
    """List the places of a template, each as often as it stands there."""
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def mistakes(english: str, japanese: str) -> Iterator[str]:
    """Say what a translation lost, or how it is badly set."""
    if places(english) != places(japanese):
        yield f"places {places(english)} became {places(japanese)}"
    if sorted(re.findall("[0-9]+", english)) != sorted(re.findall("[0-9]+", japanese)):
        yield "its figures are not those of the English"
    yield from _setting(japanese)
    plain = re.sub(r"\{[a-z_-]+\}|--[a-z]+|<[a-z]+>|\w+\.(json|csv)", " ", english)
    for word, term in GLOSSARY.items():
        if re.search(rf"(?<![\w-])({word})(?![\w-])", plain, re.IGNORECASE) and not re.search(term, japanese):
            yield f"{word} is not said as {term}"
    if found := FORBIDDEN.search(japanese):
        yield f"says {found[0]}"


def _setting(japanese: str) -> Iterator[str]:
    if found := re.search(rf"{JAPANESE}[,;:!?()\[\]]|[,;:!?()\[\]]{JAPANESE}", japanese):
        yield f"half-width mark: {found[0]}"
    if found := re.search(rf"{JAPANESE}[A-Za-z0-9]|[A-Za-z0-9]{JAPANESE}", japanese):
        yield f"no space between the scripts: {found[0]}"
    if found := re.search(
        rf"{JAPANESE} {JAPANESE}| [、。：；（）「」]|[、。：；（）「」] |[Ａ-Ｚａ-ｚ０-９]", japanese
    ):
        yield f"space or full-width letter: {found[0]!r}"
    if japanese.count("（") != japanese.count("）") or japanese.count("「") != japanese.count("」"):
        yield "a bracket has no other half"
