// Say findings in the reader's language: the texts are those of Python's catalogue (`por/spec/languages.md`).

import { TEXTS } from "./data.js";
import { FAIL, INCONCLUSIVE, outcomeOf, PASS } from "./findings.js";
import { printable } from "./text.js";

export const WORDS = { [PASS]: "VERIFIED", [FAIL]: "REFUTED", [INCONCLUSIVE]: "INCONCLUSIVE" };
const PINS = {
  "publication.identified.signed": "signed",
  "publication.identified.pinned": "pinned",
  "publication.identified.root_given": "root_given",
  "publication.identified.root_anchored": "anchored",
};
const BESIDE = ["publication.unequivocal.copied", "publication.unequivocal.others_unread"];
const FORMED = ["actual", "age", "creation", "expected", "limit", "others", "sources"];
const SPANS = { d: "fact.days", h: "fact.hours", min: "fact.minutes", s: "fact.seconds" };
const FORMS = [
  [/^([0-9]+) decimals$/, "fact.decimals", ["count"]],
  [/^([0-9]+) or ([0-9]+) decimals$/, "fact.either_decimals", ["count", "other"]],
  [/^unknown decimals$/, "fact.unknown_decimals", []],
  [/^commitments root ([0-9a-z:]+)$/, "fact.commitments_root", ["digest"]],
  [/^([0-9]+) sources?: (.+)$/, "fact.sources", ["count", "names"]],
  [/^; who created the registry .+$/, "fact.creation", []],
];
const state = { language: "en" };

export function speak(language) {
  state.language = language;
}

export function spoken() {
  return state.language;
}

// Write a text of the catalogue with its places filled, once: a fact that looks like a place is not one.
export function say(key, places = {}) {
  const template = TEXTS[key][state.language === "ja" ? 1 : 0];
  return printable(template.replace(/\{([a-z_-]+)\}/g, (_, name) => places[name] ?? ""));
}

// Facts of a closed vocabulary are said in the reader's language, everything else as it is.
function said(name, text) {
  if (state.language === "en" || !FORMED.includes(name)) return text;
  if (/^[0-9]+ (?:d|h|min|s)(?: [0-9]+ (?:h|min|s))*$/.test(text)) {
    return Array.from(text.matchAll(/([0-9]+) (d|h|min|s)/g), ([, count, unit]) => say(SPANS[unit], { count })).join(" ");
  }
  for (const [pattern, key, names] of FORMS) {
    const found = pattern.exec(text);
    if (found !== null) return say(key, Object.fromEntries(names.map((each, i) => [each, found[i + 1]])));
  }
  return text;
}

export function messageOf(found) {
  const facts = { expected: found.expected ?? "", actual: found.actual ?? "", ...found.facts };
  return say(found.message, Object.fromEntries(Object.entries(facts).map(([name, text]) => [name, said(name, text)])));
}

// The sentence that stands first in every rendering (`por/report/sentence.py`).
export function firstSentence({ issuer, instant, findings, sentence }) {
  if (sentence !== undefined) return say(sentence.key, sentence.places);
  const outcome = outcomeOf(findings);
  const rows = findings.filter((each) => each.check === "liabilities.inclusion" && each.required);
  const included = rows.filter((each) => each.outcome === PASS);
  const pin = outcome === PASS ? pinOf(issuer, findings) : "";
  const checks = listed(findings, FAIL);
  const places = { issuer, instant, checks, undecided: undecided(findings), pin, others: othersOf(findings) };
  return say(`sentence.customer.${kindOf(outcome, checks, included, findings)}`, { ...places, holdings: holdingsOf(included) });
}

function kindOf(outcome, checks, included, findings) {
  if (outcome === FAIL) return checks === "snapshot.fresh" ? "stale" : "failed";
  if (outcome === INCONCLUSIVE) return included.length > 0 ? "open" : "open_nothing";
  if (included.length === 0) return "nothing";
  return findings.some((each) => each.message === "publication.identified.signed") ? "signed" : "made";
}

function listed(findings, outcome) {
  return [...new Set(findings.filter((each) => each.required && each.outcome === outcome).map((each) => each.check))].join(", ");
}

function undecided(findings) {
  const checks = listed(findings, INCONCLUSIVE);
  return say(checks ? "phrase.undecided" : "phrase.nothing_required", { checks });
}

function pinOf(issuer, findings) {
  const found = findings.find((each) => each.outcome === PASS && Object.hasOwn(PINS, each.message));
  if (found === undefined) return say("phrase.pin.none");
  const name = PINS[found.message];
  const unverified = name === "anchored" && findings.some((each) => each.message === "publication.bound.unverified");
  return say(`phrase.pin.${unverified ? "unverified" : name}`, { ...found.facts, issuer });
}

function othersOf(findings) {
  const shown = findings.filter((each) => each.check === "publication.unequivocal" && !BESIDE.includes(each.message));
  return say(shown.length > 0 && shown.every((each) => each.outcome === PASS) ? "phrase.not_whole" : "phrase.not_whole_or_same");
}

function holdingsOf(rows) {
  if (rows.length === 0) return "";
  const names = rows.map((row) => row.facts.name);
  const told = rows.map((row) => holdingOf(row, names)).reduce((first, second) => say("phrase.and", { first, second }));
  const owner = owed(rows[0]) ? "debt" : "your";
  return rows.length === 1 ? say(`phrase.${owner}_one`, { holding: told }) : say(`phrase.${owner}_several`, { holdings: told });
}

function holdingOf(row, names) {
  const several = names.filter((name) => name === row.facts.name).length > 1;
  const kind = owed(row) ? "debt" : several ? "holding_in_segment" : "holding";
  return say(`phrase.${kind}`, { amount: row.actual, name: row.facts.name, segment: row.facts.segments });
}

function owed(row) {
  return row.facts.segments.startsWith("debt:");
}
