// Leaves, nodes and paths of published trees, whose hashes cover text: templates, a writer of amounts, a cut of the
// digest, and what stands in the place of a sibling that is not there. The rules come from the tables; this engine is
// written apart from Python's.

import { EvidenceError, fromHex, hex, join, utf8 } from "../bytes.js";
import { addAmounts, FIGURE_JOINERS, FIGURE_WRITERS, NO_FIGURE } from "./figures.js";

export const MAX_STEPS = 128;
export const ODD_COPY = "its own hash again";
export const ODD_EMPTY = "empty text";

const DIGESTS = { sha256: "SHA-256", sha1: "SHA-1", sha512: "SHA-512" };
const HMAC_BLOCK = 64;

async function digestHex(algorithm, bytes) {
  return hex(new Uint8Array(await crypto.subtle.digest(DIGESTS[algorithm], bytes)));
}

export function sha256Text(text) {
  return digestHex("sha256", utf8(text));
}

export function sha256Bytes(bytes) {
  return digestHex("sha256", bytes);
}

// HMAC-SHA-256 by hand (RFC 2104): WebCrypto refuses an empty key.
export async function hmacText(key, text) {
  let bytes = utf8(key);
  if (bytes.length > HMAC_BLOCK) bytes = fromHex(await sha256Bytes(bytes), 32);
  const pad = (byte) => Uint8Array.from({ length: HMAC_BLOCK }, (_, i) => (bytes[i] ?? 0) ^ byte);
  const inner = fromHex(await sha256Bytes(join(pad(0x36), utf8(text))), 32);
  return sha256Bytes(join(pad(0x5c), inner));
}

// Make a tree's rule of a row of the tables.
export function treeRule(row) {
  const texts = { leaf: row.leaf && pieces(row.leaf), node: pieces(row.node) };
  return { ...row, ...texts, amounts: writing(row.amounts), sums: writing(row.sums), row };
}

// The same rule with its coins in another order.
export function inOrder({ row }, order) {
  return treeRule({ ...row, amounts: { ...row.amounts, order }, sums: { ...row.sums, order } });
}

// Odd places are names, even ones literal text.
function pieces(template) {
  return template.split(/\{([A-Za-z_]+)\}/);
}

function writing(row) {
  if (row === null) return null;
  const [name, ...options] = row.write;
  const [write, joined] = [FIGURE_WRITERS.get(name), FIGURE_JOINERS.get(row.join)];
  return (amounts) => {
    let coins = [...amounts.keys()];
    if (row.sort) coins.sort();
    if (row.order.length > 0) {
      coins = [...row.order.filter((coin) => amounts.has(coin)), ...coins.filter((coin) => !row.order.includes(coin))];
    }
    if (row.drop_zero) coins = coins.filter((coin) => amounts.get(coin).units !== 0n);
    return joined(coins.map((coin) => [coin, write(amounts.get(coin), ...options)]));
  };
}

function filled(template, values) {
  const parts = template.map((piece, i) => {
    if (i % 2 === 0) return utf8(piece);
    const value = values[piece];
    if (value === undefined) throw new EvidenceError(`${piece} is not there, and the hash covers it`);
    return typeof value === "string" ? utf8(value) : value;
  });
  return join(...parts);
}

export async function leafHash(rule, values, amounts) {
  if (rule.leaf === null) throw new EvidenceError("this format has no rule that ties a leaf to its balance");
  const text = rule.amounts === null ? "" : rule.amounts(amounts);
  return (await digestHex(rule.digest, filled(rule.leaf, { ...values, amounts: text }))).slice(0, rule.digits);
}

// A node is {hash, sums}; sums are null where the format has none.
export async function nodeHash(rule, left, right, sums, labels) {
  const asBytes = (text) => fromHex(text, 0, text.length);
  const values = { ...labels, left: left.hash, right: right.hash };
  if (rule.raw) Object.assign(values, { left: asBytes(left.hash), right: asBytes(right.hash) });
  if (rule.sums !== null) {
    for (const [name, amounts] of [["sums", sums], ["left_sums", left.sums], ["right_sums", right.sums]]) {
      if (!rule.node.includes(name)) continue;
      const text = rule.sums(amounts ?? new Map());
      values[name] = rule.raw_sums ? asBytes(text) : text;
    }
  }
  return (await digestHex(rule.digest, filled(rule.node, values))).slice(0, rule.digits);
}

// A step is {sibling: a node, ODD_COPY or ODD_EMPTY; onLeft; labels: what else the parent's hash covers}.
export async function parentNode(rule, node, step) {
  const odd = typeof step.sibling === "string";
  const other = odd ? { hash: step.sibling === ODD_COPY ? node.hash : "", sums: rule.sums && new Map() } : step.sibling;
  let sums = null;
  if (rule.sums !== null) {
    const absent = odd ? [] : rule.fill.map((coin) => [coin, NO_FIGURE]);
    sums = addAmounts(node.sums ?? new Map(), other.sums?.size ? other.sums : new Map(absent), rule.places);
    for (const [coin, zero] of absent) if (!sums.has(coin)) sums.set(coin, zero);
  }
  const [left, right] = step.onLeft ? [other, node] : [node, other];
  return { hash: await nodeHash(rule, left, right, sums, step.labels ?? {}), sums };
}

// Every node from a leaf's parent to the root.
export async function climb(rule, leaf, steps) {
  if (steps.length > MAX_STEPS) throw new EvidenceError(`${steps.length} levels; at most ${MAX_STEPS} are looked at`);
  const nodes = [leaf];
  for (const step of steps) nodes.push(await parentNode(rule, nodes.at(-1), step));
  return nodes.slice(1);
}
