// Show a result: the verdict first, then who, when, by which pin, what is yours, why, what is not shown.

import { FAIL, INCONCLUSIVE, isSeen, outcomeOf, PASS } from "./findings.js";
import { span, timeOf } from "./fresh.js";
import { symbolOf } from "./judge.js";
import { el, nativeDrawing, pathPicture, pathTable, publishedDrawing } from "./picture.js";
import { formatCoins } from "./reader.js";
import { LIMITS } from "./data.js";
import { firstSentence, messageOf, say, titleOf, WORDS } from "./say.js";

const MARKS = { [PASS]: "✓", [FAIL]: "✕", [INCONCLUSIVE]: "?" };
const MAX_DRAWN = 12;
const HINTS = [
  [(found) => found.check === "liabilities.inclusion" && found.message === "evidence.broken", "page.hint.path"],
  [(found) => found.message === "published.structure.broken" || found.message === "published.leaf.other_hash", "page.hint.changed"],
  [(found) => found.check === "published.path" && found.outcome === FAIL, "page.hint.changed"],
  [(found) => found.message === "published.consistent.shared_leaf", "page.hint.shared"],
  [(found) => found.check === "published.consistent" && found.outcome === FAIL, "page.hint.other"],
  [(found) => found.check === "published.root" && found.outcome === FAIL, "page.hint.other"],
  [(found) => found.check === "published.root", "page.hint.root"],
  [(found) => /^published\.identity\.(?:other|other_kind|not_stated)$/.test(found.message), "page.hint.id"],
  [(found) => found.message === "published.leaf.not_stated", "page.hint.not_stated"],
  [(found) => found.check === "published.age", "page.hint.age"],
  [(found) => found.message === "liabilities.inclusion.other_amount" || found.message === "published.leaf.other_amount", "page.hint.amount"],
  [(found) => found.message === "liabilities.inclusion.no_proof", "page.hint.no_proof"],
  [(found) => found.message === "liabilities.inclusion.not_stated", "page.hint.not_stated"],
  [(found) => found.message === "liabilities.scheme.own_decimals", "page.hint.decimals"],
  [(found) => found.check === "publication.identified" && found.outcome === FAIL, "page.hint.other"],
  [(found) => found.check === "publication.identified" && found.outcome === INCONCLUSIVE, "page.hint.pin"],
  [(found) => found.check === "snapshot.fresh" && found.outcome === FAIL, "page.hint.age"],
];

export function resultParts(result, receipt) {
  const outcome = outcomeOf(result.findings);
  return [
    el("div", { class: `verdict ${outcome}` },
      el("h2", { id: "verdict-word" }, `${MARKS[outcome]} ${say(`label.${WORDS[outcome]}`)}`),
      el("p", {}, firstSentence(result))),
    ...reasons(result),
    pairs(result),
    ...amounts(result),
    ...(result.previous === null ? [] : comparison(result)),
    ...paths(result),
    ...everyFinding(result),
    el("h3", {}, say("label.limits")),
    el("ul", {}, ...LIMITS.map((key) => el("li", {}, say(key)))),
    el("h3", {}, say("page.receipt")),
    el("p", { class: "hint" }, say("page.receipt.hint")),
    el("div", { class: "actions" }, receipt),
  ];
}

export function badge(outcome) {
  return el("span", { class: `outcome ${outcome}` }, `${MARKS[outcome]} ${say(`label.outcome.${outcome}`)}`);
}

// What decided against a pass, each once, with what to do about it.
function reasons(result) {
  const open = result.findings.filter((found) => found.required && found.outcome !== PASS);
  const worst = open.filter((found) => found.outcome === outcomeOf(result.findings));
  return worst.map((found) => {
    const hint = HINTS.find(([fits]) => fits(found));
    return el("div", { class: `why ${found.outcome}` },
      el("p", {}, badge(found.outcome), ` ${found.check} `, el("code", {}, found.subject)),
      el("p", {}, messageOf(found)),
      hint === undefined ? null : el("p", {}, el("strong", {}, say(hint[1]))));
  });
}

function pairs(result) {
  const { published } = result;
  const pin = result.findings.find((found) => found.check === (published ? "published.root" : "publication.identified"));
  const age = result.instant === null ? -1 : result.now - Date.parse(result.instant) / 1000;
  const told = [
    published ? ["page.format", el("strong", {}, titleOf(published.title))] : ["page.who", el("strong", {}, result.issuer)],
    ["page.when", `${result.instant ?? "—"} ${age < 0 ? "" : say("page.ago", { age: aged(age) })}`],
    ["page.by", pin === undefined ? say("phrase.pin.none") : messageOf(pin)],
    ["page.checked_at", timeOf(result.now)],
  ];
  return el("dl", { class: "pairs" }, ...told.flatMap(([key, value]) => [el("dt", {}, say(key)), el("dd", {}, value)]));
}

function aged(seconds) {
  const [count, unit] = span(seconds).split(" ");
  return say({ d: "fact.days", h: "fact.hours", min: "fact.minutes", s: "fact.seconds" }[unit], { count });
}

function nameOf(asset) {
  return symbolOf(asset)?.symbol ?? asset;
}

// A subject such as spot/eip155:1/slip44:60, or an asset alone: an asset's chain has a colon, a segment before it a slash.
function named(subject) {
  const slash = subject.indexOf("/");
  const alone = symbolOf(subject) !== null || !subject.slice(slash + 1).includes("/");
  return alone ? nameOf(subject) : `${nameOf(subject.slice(slash + 1))} (${subject.slice(0, slash)})`;
}

function subjectOf(row) {
  return row.segment === null ? row.asset : `${row.segment}/${row.asset}`;
}

function table(heads, rows) {
  const words = heads.map((key) => (key === "" ? "" : say(key)));
  const cells = (row) => row.map((cell, i) => el(i === 0 ? "th" : "td", i === 0 ? { scope: "row" } : { "data-head": words[i] }, cell));
  return el("table", { class: "wide" },
    el("thead", {}, el("tr", {}, ...words.map((word) => el("th", { scope: "col" }, word)))),
    el("tbody", {}, ...rows.map((row) => el("tr", {}, ...cells(row)))));
}

function amounts(result) {
  const check = result.published ? "published.leaf" : "liabilities.inclusion";
  const rows = result.findings.filter((found) => found.check === check && found.message !== "published.leaf.other_hash");
  const totals = (found) => (result.published ? [] : [found.facts.totals ?? "—"]);
  const told = rows.map((found) => [
    found.facts.name ?? (result.published ? "—" : named(found.subject)),
    found.expected ?? result.customer.expected.find((row) => subjectOf(row) === found.subject)?.coins ?? "—",
    found.actual ?? found.facts.amounts ?? "—",
    ...totals(found),
    badge(found.outcome),
  ]);
  if (rows.length === 0) return [];
  const heads = ["page.asset", "page.you_say", "page.list_says", ...(result.published ? [] : ["page.total"]), "page.outcome"];
  return [el("h3", {}, say("page.amounts.yours")), table(heads, told)];
}

function comparison(result) {
  const { previous } = result;
  const told = previous.rows.map((row) => {
    return [named(row.ref), row.before ?? "—", row.after ?? "—", say(`page.change.${row.change}`)];
  });
  const heads = ["page.asset", "page.before", "page.after", "page.change"];
  const notes = [
    say("page.previous.order", { before: previous.instant, after: result.instant }),
    previous.rows.some((row) => row.change === "gone") ? say("page.previous.gone") : null,
    previous.sequence === null ? null : say(`page.previous.${previous.sequence}`),
    say(previous.shared.length > 0 ? "page.previous.shared" : "page.previous.apart"),
  ].filter((note) => note !== null);
  return [el("h3", {}, say("page.previous")), ...notes.map((note) => el("p", {}, note)), table(heads, told)];
}

// Each as its words and a function that draws it: somebody with many assets looks at few of them.
function drawings({ trees, published }) {
  if (published) {
    return published.own.filter(({ root }) => root.hash !== "").slice(0, MAX_DRAWN).map((record) => {
      const drawing = publishedDrawing(record, published.roots);
      const [{ sum }] = drawing.nodes;
      return { drawing, words: say("page.path.published", { amounts: sum || "—", count: String(record.steps.length) }) };
    });
  }
  return trees.flatMap((tree) => tree.records.map(({ amount, path }, i) => {
    const { segment, asset, decimals } = tree.commitment;
    const places = { amount: formatCoins(amount, decimals), name: nameOf(asset), segment, count: String(path.length) };
    return { drawing: nativeDrawing(tree, i), words: say("page.path.of", places) };
  }));
}

function paths(result) {
  const shown = drawings(result).filter(({ drawing }) => drawing !== null);
  if (shown.length === 0) return [];
  const first = shown.find(({ drawing }) => drawing.mark === "✕") ?? shown[0];
  return [
    el("h3", {}, say("page.paths")),
    el("p", { class: "hint" }, say("page.paths.hint")),
    ...shown.map((each) => onePath(each, each === first)),
  ];
}

function onePath({ drawing, words }, open) {
  const details = el("details", {}, el("summary", {}, `${drawing.mark} ${words}`));
  const fill = () => {
    if (!details.open || details.children.length > 1) return;
    const rolling = (label, child) => el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": label }, child);
    const inWords = el("details", {}, el("summary", {}, say("page.path.words")), rolling(say("page.path.words"), pathTable(drawing)));
    details.append(el("p", { class: "hint" }, drawing.words), rolling(words, pathPicture(drawing)), inWords);
  };
  details.addEventListener("toggle", fill);
  details.open = open;
  fill();
  return details;
}

function everyFinding(result) {
  const rows = result.findings.map((found) => [
    badge(found.outcome),
    el("span", {}, found.check, el("br"), el("code", { class: "soft" }, found.subject), found.required ? null : ` (${say("label.information")})`),
    messageOf(found),
  ]);
  return [el("h3", {}, say("page.findings")), table(["page.outcome", "page.check_of", "page.message"], rows)];
}

export function spokenResult(result) {
  return `${say(`label.${WORDS[outcomeOf(result.findings)]}`)}. ${firstSentence(result)}`;
}

// The assets that proofs open, as rows to type an amount for: each asset over all its segments but debts, each debt.
export function rowsFor(proofs) {
  const commitments = proofs.flatMap((proof) => proof.trees.map((tree) => tree.commitment));
  const rows = new Map();
  for (const { segment, asset } of commitments) {
    const own = segment.startsWith("debt:") ? segment : null;
    rows.set(`${own ?? ""}/${asset}`, { segment: own, asset });
  }
  const order = (row) => `${row.segment ?? ""} ${nameOf(row.asset)}`;
  return [...rows.values()].sort((one, other) => (order(one) < order(other) ? -1 : 1));
}
