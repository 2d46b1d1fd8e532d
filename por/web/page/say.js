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
const FORMED = [
  "actual", "age", "amounts", "covers", "creation", "expected", "limit", "node", "others", "owed", "sources", "undecided",
];
const SPAN = /^[0-9]+ (?:d|h|min|s)(?: [0-9]+ (?:h|min|s))*$/;
const SPANS = { d: "fact.days", h: "fact.hours", min: "fact.minutes", s: "fact.seconds" };
const PLACES = { count: "[0-9]+", other: "[0-9]+", digest: "[0-9a-z:]+", scales: "[0-9/]+", lowest: "[0-9]+", highest: "[0-9]+" };
const FORMS = formsOf("fact.");
const VARIANTS = formsOf("variant.");
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

// The texts of one kind as patterns of what they say, those that say the most first (`por/report/facts.py`).
function formsOf(kind) {
  const literal = (text) => text.replace(/\{[a-z_]+\}/g, "").length;
  const keys = Object.keys(TEXTS).filter((key) => key.startsWith(kind) && !Object.values(SPANS).includes(key));
  return keys.sort((one, other) => literal(TEXTS[other][0]) - literal(TEXTS[one][0])).map((key) => {
    const parts = TEXTS[key][0].split(/\{([a-z_]+)\}/);
    const pattern = parts.map((part, i) => (i % 2 === 0 ? part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&") : `(${PLACES[part] ?? ".+"})`));
    return { key, names: parts.filter((_, i) => i % 2 === 1), pattern: new RegExp(`^${pattern.join("")}$`) };
  });
}

// Facts of a closed vocabulary are said in the reader's language, everything else as it is.
function said(name, text) {
  if (state.language === "en") return text;
  if (name === "title") return titleOf(text);
  if (name === "variant") return listed(text, ", ", (part) => matched(part, VARIANTS) ?? part);
  return FORMED.includes(name) ? formed(text) : text;
}

// The title of a format.
export function titleOf(english) {
  const key = Object.keys(TEXTS).find((each) => each.startsWith("format.") && TEXTS[each][0] === english);
  return key === undefined ? english : say(key);
}

function formed(text) {
  if (SPAN.test(text)) return Array.from(text.matchAll(/([0-9]+) (d|h|min|s)/g), ([, count, unit]) => say(SPANS[unit], { count })).join(" ");
  const known = Object.values(TEXTS).some(([english]) => english === text);
  if (!known && text.includes("; ")) return listed(text, "; ", formed);
  return matched(text, FORMS) ?? (text.includes(", ") ? listed(text, ", ", formed) : text);
}

function listed(text, separator, translate) {
  const parts = text.split(separator);
  const told = parts.map(translate);
  if (told.every((part, i) => part === parts[i])) return text;
  return told.join(say(separator === ", " ? "fact.comma" : "fact.semicolon"));
}

function matched(text, forms) {
  for (const { key, names, pattern } of forms) {
    const found = pattern.exec(text);
    if (found !== null) return say(key, Object.fromEntries(names.map((name, i) => [name, found[i + 1]])));
  }
  return null;
}

export function messageOf(found) {
  const facts = { expected: found.expected ?? "", actual: found.actual ?? "", ...found.facts };
  return say(found.message, Object.fromEntries(Object.entries(facts).map(([name, text]) => [name, said(name, text)])));
}

// The sentence that stands first in every rendering (`por/report/sentence.py`).
export function firstSentence({ issuer, instant, findings, sentence }) {
  if (sentence !== undefined) return sentence();
  const outcome = outcomeOf(findings);
  const rows = findings.filter((each) => each.check === "liabilities.inclusion" && each.required);
  const included = rows.filter((each) => each.outcome === PASS);
  const pin = outcome === PASS ? pinOf(issuer, findings) : "";
  const checks = decisive(findings, FAIL);
  const places = { issuer, instant, checks, undecided: undecided(findings), pin, others: othersOf(findings) };
  return say(`sentence.customer.${kindOf(outcome, checks, included, findings)}`, { ...places, holdings: holdingsOf(included) });
}

function kindOf(outcome, checks, included, findings) {
  if (outcome === FAIL) return checks === "snapshot.fresh" ? "stale" : "failed";
  if (outcome === INCONCLUSIVE) return included.length > 0 ? "open" : "open_nothing";
  if (included.length === 0) return "nothing";
  return findings.some((each) => each.message === "publication.identified.signed") ? "signed" : "made";
}

// The required checks of an outcome, each once.
export function decisive(findings, outcome) {
  return [...new Set(findings.filter((each) => each.required && each.outcome === outcome).map((each) => each.check))].join(", ");
}

function undecided(findings) {
  const checks = decisive(findings, INCONCLUSIVE);
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
  const names = rows.map((row) => row.facts.name);
  return holdingsIn(rows.map((row) => holdingOf(row, names)), rows.length > 0 && owed(rows[0]) ? "debt" : "your");
}

// What was found as subject and verb.
export function holdingsIn(rows, owner) {
  if (rows.length === 0) return "";
  const told = rows.reduce((first, second) => say("phrase.and", { first, second }));
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
