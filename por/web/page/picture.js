// Draw the path of one record: its leaf below, the siblings beside it, the root above, and the sums on the way.

import { hex, same } from "./bytes.js";
import { isSeen } from "./findings.js";
import { plainFigure } from "./formats/figures.js";
import { toldAmounts } from "./formats/judgement.js";
import { formatCoins } from "./reader.js";
import { say } from "./say.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 340;
const STEP = 62;
const BOX = 40;
const MINE = 118;

export function el(name, attributes = {}, ...children) {
  return made(document.createElement(name), attributes, children);
}

function svg(name, attributes = {}, ...children) {
  return made(document.createElementNS(SVG, name), attributes, children);
}

// Children are nodes or text; text is never markup.
function made(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) if (value !== null) node.setAttribute(name, value);
  node.append(...children.filter((child) => child !== null));
  return node;
}

function short(hash) {
  const text = typeof hash === "string" ? hash : hex(hash);
  return `${text.slice(0, 8)}…${text.slice(-4)}`;
}

// What is known of a record's way up: where it ends, whether that is the commitment, and where it broke, if it did.
function wayOf(tree, i) {
  const [record, way] = [tree.records[i], tree.ways[i]];
  const whole = way.length === record.path.length + 1 && isSeen(tree.folded);
  const implied = whole ? tree.folded.value[i] : null;
  const { root, total, depth } = tree.commitment;
  const good = whole && same(implied.root, root) && implied.total === total && implied.depth === depth;
  return { record, way, implied, good, broken: !whole && way.length > 0, reason: tree.folded.broken ?? "" };
}

function side(index, level) {
  return (BigInt(index) >> BigInt(level)) & 1n ? "left" : "right";
}

// Shorten what a box of so many units cannot hold; the table beside has it whole.
function fitting(text, width) {
  const most = Math.floor(width / 7.2);
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

// What is drawn of a native record, or null where nothing is known of its way: its nodes from below, the sibling beside
// each, what the last leads to, and what is compared with that.
export function nativeDrawing(tree, i) {
  const { record, way, implied, good, broken } = wayOf(tree, i);
  if (way.length === 0) return null;
  const { decimals, root, total } = tree.commitment;
  const coins = (units) => formatCoins(units, decimals);
  const reason = `✕ ${say(broken ? "page.picture.broken" : "page.picture.unseen")}`;
  const leads = implied === null ? { kind: "bad", title: reason, sum: "" }
    : { kind: good ? "good" : "bad", title: `${good ? "✓" : "✕"} ${say("page.picture.implied")} ${short(implied.root)}`, sum: coins(implied.total) };
  return {
    nodes: way.map((node, level) => ({ kind: "mine", title: level === 0 ? say("page.picture.leaf") : short(node.hash), sum: coins(node.sum), told: coins(node.sum) })),
    steps: record.path.map((step, level) => ({ kind: "other", left: side(record.index, level) === "left", hash: hex(step.hash), title: short(step.hash), sum: coins(step.sum), told: coins(step.sum) })),
    leads,
    between: implied === null ? "" : good ? "=" : "≠",
    beside: { kind: "committed", title: `${say("page.picture.committed")} ${short(root)}`, sum: coins(total) },
    cut: broken,
    open: implied === null && !broken,
    mark: good ? "✓" : "✕",
    words: say(good ? "page.picture.good" : "page.picture.bad", { count: String(record.path.length) }),
  };
}

// The same of a record of a published proof; `given` are the roots that the customer brought.
export function publishedDrawing({ amounts, leaf, statedLeaf, steps, ancestors, root, statedRoot }, given) {
  const apart = leaf !== null && statedLeaf !== null && leaf !== statedLeaf;
  const title = apart ? `✕ ${say("page.picture.other_hash")}` : say("page.picture.leaf");
  const nodes = [{ sums: amounts, title }, ...ancestors.slice(0, -1).map(({ hash, sums }) => ({ sums, title: short(hash) }))];
  const stated = statedRoot !== null && (given.length === 0 || statedRoot !== root.hash);
  const other = stated ? statedRoot : given.includes(root.hash) ? root.hash : given[0] ?? null;
  const kind = other === null ? "one" : other !== root.hash ? "other" : stated ? "stated" : "given";
  const good = kind === "given" && !apart;
  const [shade, mark] = kind === "other" ? ["bad", "✕ "] : good ? ["good", "✓ "] : ["committed", ""];
  const leads = { kind: shade, title: `${mark}${say("page.picture.implied")} ${short(root.hash)}`, ...told(root.sums) };
  return {
    nodes: nodes.map((node, level) => ({ kind: level === 0 && apart ? "bad" : "mine", title: node.title, ...told(node.sums) })),
    steps: steps.map(({ sibling, onLeft }) => ({ left: onLeft, ...siblingOf(sibling) })),
    leads,
    between: other === null ? "" : other === root.hash ? "=" : "≠",
    beside: other === null ? null : { kind: "committed", title: `${say(stated ? "page.picture.stated" : "page.picture.given")} ${short(other)}`, sum: "" },
    cut: false,
    open: false,
    mark: kind === "other" || apart ? "✕" : good ? "✓" : "?",
    words: say(TOLD[kind], { count: String(steps.length) }),
  };
}

const TOLD = { given: "page.picture.to_given", stated: "page.picture.to_stated", other: "page.picture.to_other", one: "page.picture.to_one" };

function siblingOf(sibling) {
  if (typeof sibling === "string") return { kind: "other", hash: "", title: say("page.picture.no_sibling"), sum: "", told: "" };
  const { kind = "other", ...sums } = told(sibling.sums);
  return { hash: sibling.hash, title: short(sibling.hash), ...sums, kind: kind === "bad" ? "other bad" : kind };
}

// What a node says it sums to, short and whole; what is below zero is named first, in words.
function told(sums) {
  if (sums === null || sums.size === 0) return { sum: "", told: "" };
  const rows = [...sums].filter(([, { units }]) => units !== 0n);
  rows.sort(([, one], [, other]) => Number(other.units < 0n) - Number(one.units < 0n));
  const [coin, value] = rows[0] ?? [];
  const first = coin === undefined ? "0" : `${plainFigure(value)} ${coin}`;
  if (value?.units < 0n) {
    const words = `✕ ${say("page.picture.below")}`;
    return { sum: words, told: `${words}: ${toldAmounts(new Map(rows))}`, kind: "bad" };
  }
  return { sum: rows.length > 1 ? `${first} +${rows.length - 1}` : first, told: toldAmounts(sums) };
}

export function pathPicture({ nodes, steps, leads, between, beside, cut, open, words }) {
  const levels = nodes.length;
  const height = STEP * (levels + (beside === null ? 1 : 2)) + 6;
  const yOf = (level) => height - BOX - 4 - level * STEP;
  const parts = [];
  for (const [level, node] of nodes.entries()) {
    const step = steps[level];
    const last = level === levels - 1;
    if (step !== undefined) parts.push(...sibling(step, yOf(level), last && cut));
    if (!(last && open)) parts.push(line(WIDTH / 2, yOf(level), WIDTH / 2, yOf(level) - STEP + BOX, last && cut));
    parts.push(box((WIDTH - MINE) / 2, yOf(level), MINE, node));
  }
  parts.push(box(40, yOf(levels), WIDTH - 80, leads));
  if (between !== "") parts.push(svg("text", { x: WIDTH / 2, y: yOf(levels) - (STEP - BOX) / 2 + 5, class: "between" }, between));
  if (beside !== null) parts.push(box(40, yOf(levels + 1), WIDTH - 80, beside));
  return svg("svg", { viewBox: `0 0 ${WIDTH} ${height}`, class: "path", role: "img", "aria-label": words }, ...parts);
}

function sibling(step, y, cut) {
  const width = 104;
  const x = step.left ? 2 : WIDTH - width - 2;
  return [line(x + width / 2, y, WIDTH / 2, y - STEP + BOX, cut), box(x, y, width, step)];
}

function line(x1, y1, x2, y2, cut) {
  return svg("line", { x1, y1, x2, y2, class: cut ? "cut" : "link" });
}

function box(x, y, width, { kind, title, sum }) {
  const middle = x + width / 2;
  return svg("g", { class: kind },
    svg("rect", { x, y, width, height: BOX, rx: 6 }),
    svg("text", { x: middle, y: y + (sum === "" ? 25 : 17) }, fitting(title, width)),
    sum === "" ? null : svg("text", { x: middle, y: y + 33 }, fitting(sum, width)));
}

// The same in words, for whoever does not see the picture.
export function pathTable({ nodes, steps, leads, cut, open }) {
  const after = (level) => (nodes[level + 1] ?? (cut || open ? { told: "✕" } : leads)).told ?? leads.sum;
  const rows = steps.map((step, level) => el("tr", {},
    el("td", {}, String(level + 1)),
    el("td", {}, say(step.left ? "page.side.left" : "page.side.right")),
    el("td", {}, el("code", {}, step.hash || step.title), el("br"), step.told),
    el("td", {}, after(level))));
  const heads = ["step", "side", "sibling", "sum"].map((name) => el("th", { scope: "col" }, say(`page.path.${name}`)));
  return el("table", {}, el("thead", {}, el("tr", {}, ...heads)), el("tbody", {}, ...rows));
}
