// Draw the path of one record: its leaf below, the siblings beside it, the root above, and the sums on the way.

import { hex, same } from "./bytes.js";
import { isSeen } from "./findings.js";
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

export function short(hash) {
  const text = typeof hash === "string" ? hash : hex(hash);
  return `${text.slice(0, 8)}…${text.slice(-4)}`;
}

// What is known of a record's way up: where it ends, whether that is the commitment, and where it broke, if it did.
export function wayOf(tree, i) {
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

export function pathPicture(tree, i) {
  const seen = wayOf(tree, i);
  const levels = seen.way.length;
  const height = STEP * (levels + 2) + 6;
  const bottom = height - BOX - 4;
  const parts = [];
  const yOf = (level) => bottom - level * STEP;
  for (const [level, node] of seen.way.entries()) {
    const step = seen.record.path[level];
    const cut = level === levels - 1 && seen.broken;
    if (step !== undefined) parts.push(...beside(step, side(seen.record.index, level), yOf(level), tree.commitment.decimals, cut));
    const above = level < levels - 1 || cut || seen.implied !== null;
    if (above) parts.push(line(WIDTH / 2, yOf(level), WIDTH / 2, yOf(level) - STEP + BOX, cut));
    parts.push(box((WIDTH - MINE) / 2, yOf(level), MINE, "mine", level === 0 ? say("page.picture.leaf") : short(node.hash), formatCoins(node.sum, tree.commitment.decimals)));
  }
  parts.push(...ending(tree, seen, yOf(levels), yOf(levels + 1)));
  const words = say(seen.good ? "page.picture.good" : "page.picture.bad", { count: String(seen.record.path.length) });
  return svg("svg", { viewBox: `0 0 ${WIDTH} ${height}`, class: "path", role: "img", "aria-label": words }, ...parts);
}

function ending(tree, seen, y, above) {
  const committed = box(40, above, WIDTH - 80, "committed", `${say("page.picture.committed")} ${short(tree.commitment.root)}`, formatCoins(tree.commitment.total, tree.commitment.decimals));
  if (seen.implied === null) {
    const reason = seen.broken ? say("page.picture.broken") : say("page.picture.unseen");
    return [box(40, y, WIDTH - 80, "bad", `✕ ${reason}`, ""), committed];
  }
  const words = `${seen.good ? "✓" : "✕"} ${say("page.picture.implied")} ${short(seen.implied.root)}`;
  const implied = box(40, y, WIDTH - 80, seen.good ? "good" : "bad", words, formatCoins(seen.implied.total, tree.commitment.decimals));
  const between = svg("text", { x: WIDTH / 2, y: y - (STEP - BOX) / 2 + 5, class: "between" }, seen.good ? "=" : "≠");
  return [implied, between, committed];
}

function beside(step, where, y, decimals, cut) {
  const width = 104;
  const x = where === "left" ? 2 : WIDTH - width - 2;
  return [
    line(x + width / 2, y, WIDTH / 2, y - STEP + BOX, cut),
    box(x, y, width, "other", short(step.hash), formatCoins(step.sum, decimals)),
  ];
}

function line(x1, y1, x2, y2, cut) {
  return svg("line", { x1, y1, x2, y2, class: cut ? "cut" : "link" });
}

function box(x, y, width, kind, first, second) {
  const middle = x + width / 2;
  return svg("g", { class: kind },
    svg("rect", { x, y, width, height: BOX, rx: 6 }),
    svg("text", { x: middle, y: y + (second === "" ? 25 : 17) }, fitting(first, width)),
    second === "" ? null : svg("text", { x: middle, y: y + 33 }, fitting(second, width)));
}

// The same in words, for whoever does not see the picture.
export function pathTable(tree, i) {
  const seen = wayOf(tree, i);
  const { decimals } = tree.commitment;
  const rows = seen.record.path.map((step, level) => el("tr", {},
    el("td", {}, String(level + 1)),
    el("td", {}, say(`page.side.${side(seen.record.index, level)}`)),
    el("td", {}, el("code", {}, hex(step.hash)), el("br"), formatCoins(step.sum, decimals)),
    el("td", {}, seen.way[level + 1] === undefined ? "✕" : formatCoins(seen.way[level + 1].sum, decimals))));
  const heads = ["step", "side", "sibling", "sum"].map((name) => el("th", { scope: "col" }, say(`page.path.${name}`)));
  return el("table", {}, el("thead", {}, el("tr", {}, ...heads)), el("tbody", {}, ...rows));
}
