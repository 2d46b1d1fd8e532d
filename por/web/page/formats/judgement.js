// Judge published proofs (`por/spec/published-formats.md`): a file alone is never enough, and many together may
// contradict each other. Check ids, message keys and figures are those of Python.

import { answered, FAIL, finding, INCONCLUSIVE, isSeen, PASS, unseen } from "../findings.js";
import { printable } from "../text.js";
import { addAmounts, lessFigure, NO_FIGURE, plainFigure, sameFigure } from "./figures.js";

const JUDGED = ["structure", "leaf", "identity", "path", "root", "sums", "nonnegative", "total", "age", "consistent"];
const MAX_TOLD = 60;

function put(check, subject, outcome, message, more = {}) {
  return finding(`published.${check}`, subject, outcome, `published.${check}.${message}`, more);
}

// `files` are what `readPublished` gives, of one format; `asked` what `customerSays` and `pins` what `publishedPins`.
export function judgePublished(files, asked, pins) {
  const read = files.filter((file) => isSeen(file.reading));
  const findings = files.flatMap(structureFindings);
  for (const file of read) findings.push(...judgedFile(file, asked, pins));
  findings.push(...contradictions(read));
  const rank = ({ check }) => JUDGED.indexOf(check.slice("published.".length));
  return findings.sort((one, other) => rank(one) - rank(other));
}

// The snapshot's name and instant as a verdict has them.
export function publishedSubject(files) {
  const read = files.filter((file) => isSeen(file.reading)).map((file) => file.reading.value);
  const root = read.flatMap(impliedRoots)[0] ?? "unread";
  return { snapshot: `${files[0].name}:${root}`, instant: read.find(({ instant }) => instant !== null)?.instant ?? null };
}

function structureFindings(file) {
  const facts = { format: file.name, variant: printable(file.variant) };
  if (!isSeen(file.reading)) {
    const detected = put("structure", file.file, INCONCLUSIVE, "detected", { facts, required: false });
    return [unseen("published.structure", file.file, file.reading), detected];
  }
  const reading = file.reading.value;
  const problems = [...reading.opened, ...reading.trees].flatMap((part) => part.problems);
  if (problems.length > 0) {
    const told = (text) => ({ facts: { ...facts, reason: printable(text).slice(0, 1000) } });
    return problems.map((text) => put("structure", file.file, FAIL, "broken", told(text)));
  }
  const told = { ...facts, variant: printable(reading.variant), title: file.card.title };
  return [put("structure", file.file, PASS, "known", { facts: told })];
}

// The records of the account asked for; all of them where none names it.
export function ownRecords({ opened }, { account }) {
  const named = opened.filter(({ ids }) => account !== null && [...ids.values()].includes(account));
  return named.length > 0 ? named : opened;
}

function judgedFile({ file, card, reading: { value: reading } }, asked, pins) {
  const own = ownRecords(reading, asked);
  return [
    ...answered("published.leaf", file, leafFindings(card, own, asked)),
    ...answered("published.identity", file, own.map((opened) => identityFinding(card, opened, asked.account))),
    ...answered("published.path", file, pathFindings(reading, own)),
    ...answered("published.root", file, impliedRoots(reading).map((implied) => rootFinding(implied, pins.roots))),
    sumRuleFinding(reading),
    ...answered("published.nonnegative", file, signFindings(reading)),
    ...answered("published.total", file, totalFindings(reading, pins)),
    ageFinding(file, reading, pins),
  ];
}

function ownHash(opened) {
  return opened.leaf ?? opened.statedLeaf ?? "";
}

function recordName(opened) {
  const hash = ownHash(opened) || "no leaf";
  return opened.tree === "" ? hash : `${opened.tree}/${hash}`;
}

// The amounts that are not zero, such as 1.5 ETH, 20 USDT.
export function toldAmounts(amounts) {
  const rows = [...amounts].filter(([, value]) => value.units !== 0n).map(([coin, value]) => `${plainFigure(value)} ${coin}`);
  const more = rows.length > MAX_TOLD ? ` and ${rows.length - MAX_TOLD} more` : "";
  return rows.slice(0, MAX_TOLD).join(", ") + more || "nothing";
}

function leafFindings(card, own, asked) {
  if (own.length === 0) return [put("leaf", card.name, INCONCLUSIVE, asked.account === null ? "nobody" : "not_found")];
  const hashed = own.flatMap((opened) => leafHashFindings(card, opened));
  const compared = comparedFindings(own, asked);
  const computed = own.every((opened) => opened.leaf !== null);
  return [...hashed, ...compared.filter((each) => computed || each.outcome === FAIL)];
}

function leafHashFindings(card, opened) {
  const subject = recordName(opened);
  if (opened.leaf !== null) {
    const good = opened.statedLeaf === null || opened.statedLeaf === opened.leaf;
    return good ? [] : [put("leaf", subject, FAIL, "other_hash", { expected: opened.statedLeaf, actual: opened.leaf })];
  }
  const facts = { amounts: toldAmounts(opened.amounts) };
  const shown = card.leaf === "stated" && opened.amounts.size > 0;
  if (shown && card.sums === "none") return [put("leaf", subject, FAIL, "hashed_nowhere", { facts })];
  if (shown) return [put("leaf", subject, INCONCLUSIVE, "not_bound", { facts })];
  return [put("leaf", subject, INCONCLUSIVE, "not_computed")];
}

function comparedFindings(own, asked) {
  const alike = own.filter(({ tree }) => tree === own[0].tree);
  const several = new Set(alike.map(({ ids }) => JSON.stringify([...ids]))).size > 1;
  if (asked.holdings.size === 0 || several) {
    const message = several && asked.holdings.size > 0 ? "several" : "not_stated";
    return own.map((opened) => put("leaf", recordName(opened), INCONCLUSIVE, message, { facts: { amounts: toldAmounts(opened.amounts) } }));
  }
  const coins = [...asked.holdings].map(([coin, wanted]) => coinFinding(coin, plainFigure(wanted), own));
  for (const opened of own) {
    const rest = new Map([...opened.amounts].filter(([coin, value]) => !asked.holdings.has(coin) && value.units !== 0n));
    const facts = { amounts: toldAmounts(rest) };
    if (rest.size > 0) coins.push(put("leaf", recordName(opened), INCONCLUSIVE, "also", { facts, required: false }));
  }
  return coins;
}

function coinFinding(coin, expected, own) {
  const facts = { name: coin };
  const held = leavesApart(own).filter(({ amounts }) => amounts.has(coin));
  if (held.length === 0) return put("leaf", coin, INCONCLUSIVE, "no_coin", { expected, facts });
  const owed = held.reduce((all, { amounts }) => addAmounts(all, new Map([[coin, amounts.get(coin)]])), new Map());
  const actual = plainFigure(owed.get(coin));
  const good = actual === expected;
  return put("leaf", coin, good ? PASS : FAIL, good ? "same" : "other_amount", { expected, actual, facts });
}

// The leaves of one customer, whose balance may be split; a leaf shown twice counts once.
function leavesApart(own) {
  const places = new Map();
  for (const opened of own) {
    const place = JSON.stringify([opened.tree, opened.leaf, opened.siblings.map(({ hash }) => hash)]);
    if (!places.has(place)) places.set(place, opened);
  }
  return [...places.values()];
}

function identityFinding(card, opened, account) {
  const subject = recordName(opened);
  const facts = { covers: [...opened.ids.keys()].join(", ") || "nothing" };
  const known = card.identity === "known";
  if (card.identity === "none") return put("identity", subject, INCONCLUSIVE, "none", { facts, required: account !== null });
  if (account === null) return put("identity", subject, INCONCLUSIVE, known ? "not_stated" : "opaque", { facts, required: known });
  if (opened.leaf === null) return put("identity", subject, INCONCLUSIVE, "not_computed", { facts });
  const ids = [...opened.ids.values()];
  if (!ids.includes(account)) {
    // What the exchange drew in hexadecimal is nobody's id to log in with; another value of that kind is a lie.
    const drawn = (text) => /^[0-9a-f]{16,}$/.test(text);
    const alike = known || (drawn(account) && ids.some((id) => drawn(id) && id.length === account.length));
    return put("identity", subject, alike ? FAIL : INCONCLUSIVE, alike ? "other" : "other_kind", { facts });
  }
  return put("identity", subject, PASS, known ? "bound" : "opaque_same", { facts });
}

function pathFindings(reading, own) {
  return [
    ...own.map((opened) => ledFinding(ownHash(opened) || opened.root.hash, opened.root.hash, opened.statedRoot)),
    ...reading.trees.map((tree) => ledFinding(tree.tree || reading.card.name, tree.root, tree.statedRoot)),
  ];
}

function ledFinding(subject, actual, expected) {
  if (expected === null) return put("path", subject, INCONCLUSIVE, "implied", { actual, required: false });
  const good = actual === expected;
  return put("path", subject, good ? PASS : FAIL, good ? "same" : "other_root", { expected, actual });
}

export function impliedRoots(reading) {
  if (reading.commitment !== null) return [reading.commitment];
  return [...new Set([...reading.opened.map(({ root }) => root.hash), ...reading.trees.map(({ root }) => root)])];
}

// The file's own root never counts (T34).
function rootFinding(implied, roots) {
  const known = new Set(roots.flatMap(({ root, parts = [] }) => [root, ...parts]));
  if (known.size === 0) return put("root", implied, INCONCLUSIVE, "not_given", { actual: implied });
  if (known.has(implied)) return put("root", implied, PASS, "given", { expected: implied, actual: implied });
  return put("root", implied, FAIL, "other", { expected: [...known].sort().join(", ").slice(0, 1000), actual: implied });
}

// One root means one total: by the format, or because a list's leaves were recomputed (T01, T02).
function bindsTotal(card, part) {
  return card.sums === "both" || card.sums === "whole" || part.sumsBound === true;
}

function sumRuleFinding({ card, trees }) {
  const whole = trees.length > 0 && trees.every((tree) => tree.sumsBound);
  const bound = whole || bindsTotal(card, {});
  return put("sums", card.name, bound ? PASS : INCONCLUSIVE, whole ? "whole" : card.sums, { required: bound });
}

function signFindings(reading) {
  const records = reading.opened.map((opened) => {
    const others = [...opened.siblings, ...opened.ancestors];
    const stated = opened.statedTotals === null ? [] : [{ hash: opened.statedRoot ?? "", sums: opened.statedTotals }];
    const nodes = [{ hash: ownHash(opened), sums: opened.amounts }, ...others, ...stated];
    return signFinding(recordName(opened), nodes, others.some(({ sums }) => sums !== null));
  });
  const trees = reading.trees.map((tree) => signFinding(tree.tree || reading.card.name, tree.negatives, tree.totals !== null, tree.nodes));
  return [...records, ...trees];
}

function signFinding(subject, nodes, others, lookedAt = 0) {
  const shown = nodes.filter(({ sums }) => sums !== null);
  const below = shown.filter(({ sums }) => [...sums.values()].some((value) => value.units < 0n));
  if (below.length > 0) {
    const first = new Map([...below[0].sums].filter(([, value]) => value.units < 0n));
    const facts = { node: below[0].hash || "your record", amounts: toldAmounts(first), count: `${below.length}` };
    return put("nonnegative", subject, FAIL, "below_zero", { facts });
  }
  if (!others) return put("nonnegative", subject, INCONCLUSIVE, "no_sums", { required: false });
  return put("nonnegative", subject, PASS, "none", { facts: { nodes: `${lookedAt || shown.length}` } });
}

function totalFindings(reading, { roots, totals: given }) {
  const { card } = reading;
  const parts = reading.trees.length > 0 ? reading.trees.map((tree) => totalPart(tree, tree.tree || card.name, tree.totals, tree.root))
    : reading.opened.map((opened) => {
      const implied = opened.ancestors.length > 0 || card.sums !== "none" ? opened.root.sums : null;
      return totalPart(opened, recordName(opened), implied, opened.root.hash);
    });
  const several = new Set(parts.map(({ tree }) => tree)).size > 1;
  const [found, shown] = [[], new Set()];
  for (const part of parts) {
    const mine = new Map([...given].filter(([coin]) => !several || part.implied?.has(coin)));
    for (const coin of mine.keys()) shown.add(coin);
    const beside = roots.find(({ root, totals }) => totals !== null && root === part.hash)?.totals ?? null;
    found.push(...totalOf(part, bindsTotal(card, part), beside, mine));
  }
  for (const [coin, wanted] of given) {
    const more = { expected: plainFigure(wanted), facts: { name: coin } };
    if (!shown.has(coin)) found.push(put("total", coin, INCONCLUSIVE, "not_here", more));
  }
  return found;
}

function totalPart({ tree, statedTotals, sumsBound }, subject, implied, hash) {
  return { tree, stated: statedTotals, sumsBound, subject, implied, hash };
}

function totalOf({ subject, implied, stated }, bound, beside, given) {
  if (implied === null) return [put("total", subject, INCONCLUSIVE, "none", { required: given.size > 0 })];
  const found = [];
  const agrees = stated === null || sameAmounts(implied, stated);
  if (!agrees) found.push(differingTotal(subject, "other_in_file", implied, stated));
  for (const wanted of [beside, given].filter((each) => each?.size > 0)) {
    const only = wanted === given;
    if (!sameAmounts(implied, wanted, only)) found.push(differingTotal(subject, "other_given", implied, wanted));
    else {
      const more = { actual: toldAmounts(implied), required: bound || only };
      found.push(put("total", subject, bound ? PASS : INCONCLUSIVE, bound ? "same" : "not_bound", more));
    }
  }
  if (!beside?.size && given.size === 0 && agrees) {
    found.push(put("total", subject, INCONCLUSIVE, "in_file", { actual: toldAmounts(implied), required: false }));
  }
  return found;
}

function figureOf(amounts, coin) {
  return amounts.get(coin) ?? NO_FIGURE;
}

// Coin by coin, an absent one as zero; with `only` just the coins that are wanted.
function sameAmounts(implied, wanted, only = false) {
  const coins = only ? [...wanted.keys()] : [...implied.keys(), ...wanted.keys()];
  return coins.every((coin) => sameFigure(figureOf(implied, coin), figureOf(wanted, coin)));
}

function differingTotal(subject, message, implied, wanted) {
  const coins = [...new Set([...implied.keys(), ...wanted.keys()])];
  const apart = coins.filter((coin) => !sameFigure(figureOf(implied, coin), figureOf(wanted, coin))).slice(0, 20);
  const told = (amounts) => apart.map((coin) => `${plainFigure(figureOf(amounts, coin))} ${coin}`).join(", ");
  return put("total", subject, FAIL, message, { expected: told(wanted), actual: told(implied) });
}

// Recent enough, and does a hash cover the date? (T37, T74)
function ageFinding(subject, { instant, instantBound }, { maxAge, now }) {
  const asked = maxAge !== null;
  if (instant === null) return put("age", subject, INCONCLUSIVE, "no_date", { required: asked });
  const age = (Date.parse(now) - Date.parse(instant)) / 1000;
  const facts = { instant, now, age: spanText(age), limit: spanText(maxAge ?? 0) };
  if (age < 0) return put("age", subject, FAIL, "future", { facts });
  if (!asked) return put("age", subject, INCONCLUSIVE, "no_limit", { facts, required: false });
  if (age > maxAge) return put("age", subject, FAIL, "old", { facts });
  return put("age", subject, instantBound ? PASS : INCONCLUSIVE, instantBound ? "recent" : "not_hashed", { facts });
}

function spanText(seconds) {
  const parts = [];
  let rest = Math.abs(seconds);
  for (const [unit, size] of [["d", 86_400], ["h", 3600], ["min", 60], ["s", 1]]) {
    if (rest >= size) parts.push(`${Math.floor(rest / size)} ${unit}`);
    rest %= size;
  }
  return parts.join(" ") || "0 s";
}

// Can two records or more all be true at once? What one file alone cannot show (T01, T09, T14, T35).
function contradictions(files) {
  const records = files.flatMap(({ file, reading: { value } }) => value.opened.map((opened) => ({ file, opened })));
  const found = [...splitViews(files), ...twoLists(files)];
  if (records.length < 2) return found;
  const byRoot = grouped(records, ({ opened }) => opened.root.hash);
  for (const [root, group] of byRoot) if (group.length > 1) found.push(...underOneRoot(root, group));
  if (byRoot.size > 1 && [...byRoot.values()].every((group) => group.length === 1)) {
    found.push(put("consistent", `${records.length} records`, INCONCLUSIVE, "apart", { required: false }));
  }
  return found;
}

function grouped(items, keyOf) {
  const groups = new Map();
  for (const item of items) {
    const key = keyOf(item);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(item);
  }
  return groups;
}

// One audit of one publisher with two roots (T35).
function splitViews(files) {
  const shown = files.flatMap(({ card, reading: { value: { snapshot, commitment, opened, trees } } }) => {
    if (snapshot === "" || commitment !== null) return [];
    const roots = [...opened.map(({ tree, root }) => [tree, root.hash]), ...trees.map(({ tree, root }) => [tree, root])];
    return roots.map(([tree, root]) => ({ key: JSON.stringify([card.name, snapshot, tree]), snapshot, root }));
  });
  const found = [];
  for (const group of grouped(shown, ({ key }) => key).values()) {
    const roots = new Set(group.map(({ root }) => root));
    if (roots.size < 2) continue;
    const snapshot = Array.from(printable(group[0].snapshot)).slice(0, 200).join("");
    const facts = { snapshot, roots: [...roots].sort().slice(0, 5).join(", ") };
    found.push(put("consistent", snapshot, FAIL, "two_roots", { facts }));
  }
  return found;
}

// Two whole lists with one root and other rows: where nodes do not bind their children's sums (T01).
function twoLists(files) {
  const [firsts, found] = [new Map(), []];
  for (const { file, reading: { value: { trees } } } of files) {
    for (const { root, rows } of trees) {
      if (!firsts.has(root)) firsts.set(root, { first: file, known: rows });
      const { first, known } = firsts.get(root);
      if (known === "" || rows === "" || first === file) continue;
      const same = known === rows;
      found.push(put("consistent", root, same ? PASS : FAIL, same ? "same_list" : "two_lists", { facts: { first, second: file } }));
    }
  }
  return found;
}

function underOneRoot(root, group) {
  const found = [...twoSums(group), ...tooSmall(group), ...leavesAbove(group)];
  const good = put("consistent", root, PASS, "none_found", { facts: { records: `${group.length}` } });
  return [...found, ...sharedLeaves(group), ...(found.length > 0 ? [] : [good])];
}

// One node that two files show with different sums.
function twoSums(group) {
  const [shown, said, found] = [new Map(), new Set(), []];
  for (const { file, opened } of group) {
    for (const node of [{ hash: ownHash(opened), sums: opened.amounts }, ...opened.siblings, ...opened.ancestors]) {
      if (node.sums === null || node.hash === "") continue;
      const sums = new Map([...node.sums].filter(([, value]) => value.units !== 0n).map(([coin, value]) => [coin, plainFigure(value)]));
      if (!shown.has(node.hash)) shown.set(node.hash, { first: file, known: sums });
      const { first, known } = shown.get(node.hash);
      const apart = [...new Set([...known.keys(), ...sums.keys()])].filter((coin) => known.get(coin) !== sums.get(coin)).slice(0, 20);
      if (apart.length === 0 || said.has(node.hash)) continue;
      said.add(node.hash);
      const told = (amounts) => apart.map((coin) => `${amounts.get(coin) ?? "0"} ${coin}`).join(", ");
      const facts = { node: node.hash, one: told(known), other: told(sums), first, second: file };
      found.push(put("consistent", node.hash, FAIL, "two_sums", { facts }));
    }
  }
  return found;
}

// The first node whose sum is less than the balances of the records below it.
function tooSmall(group) {
  const [below, sums] = [new Map(), new Map()];
  for (const { opened } of group) {
    for (const node of opened.ancestors) {
      if (node.sums === null) continue;
      if (!below.has(node.hash)) below.set(node.hash, new Map());
      below.get(node.hash).set(ownHash(opened), opened.amounts);
      if (!sums.has(node.hash)) sums.set(node.hash, node.sums);
    }
  }
  for (const [hash, leaves] of below) {
    if (leaves.size < 2) continue;
    const owed = [...leaves.values()].reduce((all, amounts) => addAmounts(all, amounts), new Map());
    const short = new Map([...owed].filter(([coin, value]) => lessFigure(figureOf(sums.get(hash), coin), value)));
    const facts = { node: hash, owed: toldAmounts(short), records: `${leaves.size}` };
    if (short.size > 0) return [put("consistent", hash, FAIL, "too_small", { facts })];
  }
  return [];
}

// One customer's leaf that is a node above another's: one balance stands for all below it (T09).
function leavesAbove(group) {
  const [leaves, said, found] = [new Map(), new Set(), []];
  for (const { file, opened } of group) {
    if (opened.amounts.size > 0 && !leaves.has(ownHash(opened))) leaves.set(ownHash(opened), file);
  }
  for (const { file, opened } of group) {
    for (const { hash } of opened.ancestors) {
      if (hash === "" || hash === ownHash(opened) || said.has(hash) || !leaves.has(hash)) continue;
      said.add(hash);
      found.push(put("consistent", hash, FAIL, "leaf_above", { facts: { node: hash, first: leaves.get(hash), second: file } }));
    }
  }
  return found;
}

// One leaf in two records: the same customer twice, or one balance promised to two (T14).
function sharedLeaves(group) {
  const [once, found] = [new Set(), []];
  for (const { opened } of group) {
    const own = ownHash(opened);
    if (once.has(own)) found.push(put("consistent", own, INCONCLUSIVE, "shared_leaf"));
    once.add(own);
  }
  return found;
}
