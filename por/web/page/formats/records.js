// Records that customers type into a tool, as JSON, and Lemon's rows: an id, amounts and a path, each as text.

import { EvidenceError, FormatError, Unsupported } from "../bytes.js";
import {
  boundedText, hashText, hasMembers, isMembers, listedAmounts, membersAt, objectsAt, placed, saidText, textAt, utcInstant,
} from "./fields.js";
import { climb, hmacText, leafHash, MAX_STEPS, sha256Text } from "./tree.js";

const MAX_RECORDS = 100_000;
const LEMON_HEADER = "id,balances,proof,audit_id";
const LEMON_STEP = /\{(?:Side\.)?(LEFT|RIGHT),([^,{}]*),([^,{}]*)\}/y;
const PROOF_FILE = "proof file";

function firstRecord({ members }) {
  const listed = members.get("records");
  if (!Array.isArray(listed)) return members;
  return isMembers(listed[0]) ? listed[0] : new Map();
}

async function openRecords({ members, json }, open) {
  const statedRoot = members.has("root") ? hashText(textAt(members, "root", ""), "/root", 64) : null;
  const found = [];
  if (members.has("records")) {
    for (const record of objectsAt(members.get("records"), "/records", MAX_RECORDS)) found.push(await open(...record, statedRoot));
  } else found.push(await open(membersAt(json, ""), "", statedRoot));
  return found;
}

function pathItems(members, place) {
  const text = textAt(members, "path", place);
  return text === "" ? [] : text.split(",");
}

function statedLeafOf(members, place) {
  return members.has("leaf") ? hashText(textAt(members, "leaf", place), place, 64) : null;
}

function withTotal(members, place) {
  const amounts = listedAmounts(textAt(members, "assets", place), `${place}/assets`);
  if (!amounts.has("Total")) throw new FormatError("no Total", `${place}/assets`);
  return amounts;
}

const bingx = {
  name: "bingx",
  claims: (document) => {
    const record = firstRecord(document);
    const named = hasMembers(record, "assets", "path") && (record.has("uid") || record.has("hashedUid"));
    const path = record.get("path");
    return named && typeof path === "string" && /^(?:[lr]:|$)/.test(path) ? "record and path" : null;
  },
  read: async (document, { rule }, variant, asked) => ({
    opened: await openRecords(document, async (members, place, statedRoot) => {
      let uid = members.has("uid") ? textAt(members, "uid", place) : null;
      const hashedUid = uid === null ? hashText(textAt(members, "hashedUid", place), place, 64) : await sha256Text(uid);
      if (members.has("hashedUid") && saidText(members.get("hashedUid")) !== hashedUid) {
        throw new EvidenceError(`${place}/hashedUid: not the hash of the uid beside it`);
      }
      if (uid === null && asked.account !== null && (await sha256Text(asked.account)) === hashedUid) uid = asked.account;
      const amounts = withTotal(members, place);
      const leaf = await leafHash(rule, { hashedUid }, amounts);
      const steps = pathItems(members, place).map((item) => {
        const colon = item.indexOf(":");
        const side = colon < 0 ? item : item.slice(0, colon);
        if (side !== "l" && side !== "r") throw new EvidenceError(`${place}/path: neither l: nor r:`);
        const hash = hashText(colon < 0 ? "" : item.slice(colon + 1), `${place}/path`, 64);
        return { sibling: { hash, sums: null }, onLeft: side === "l" };
      });
      const ids = new Map([uid === null ? ["hashedUid", hashedUid] : ["uid", uid]]);
      const statedLeaf = statedLeafOf(members, place);
      return { ids, amounts, statedLeaf, leaf, steps, ancestors: await climb(rule, { hash: leaf, sums: null }, steps), statedRoot };
    }),
  }),
};

const pionex = {
  name: "pionex",
  claims: (document) => {
    const there = firstRecord(document);
    if (hasMembers(there, "proofId", "userId", "nonce", "assets", "path")) return "record and path";
    return hasMembers(there, "recordId", "assets", "path") ? "record id and path" : null;
  },
  read: async (document, { rule }) => ({
    opened: await openRecords(document, async (members, place, statedRoot) => {
      const listed = withTotal(members, place);
      const coins = [...listed.keys()].filter((coin) => coin !== "Total").sort();
      const amounts = new Map([...coins, "Total"].map((coin) => [coin, listed.get(coin)]));
      const [ids, recordId] = await pionexIds(members, place);
      const leaf = await leafHash(rule, { recordId }, amounts);
      const steps = pionexSteps(pathItems(members, place), `${place}/path`);
      const statedLeaf = statedLeafOf(members, place);
      return { ids, amounts, statedLeaf, leaf, steps, ancestors: await climb(rule, { hash: leaf, sums: null }, steps), statedRoot };
    }),
    snapshot: saidText(firstRecord(document).get("proofId")),
  }),
};

async function pionexIds(members, place) {
  if (!members.has("userId")) {
    const recordId = hashText(textAt(members, "recordId", place), `${place}/recordId`, 64);
    return [new Map([["recordId", recordId]]), recordId];
  }
  const [proof, user, nonce] = ["proofId", "userId", "nonce"].map((name) => textAt(members, name, place));
  if (`${proof}${user}`.includes(",")) {
    throw new EvidenceError(`${place}: a comma inside an id: it could be read as another id (T08)`);
  }
  const recordId = await hmacText(nonce, `${proof},${user}`);
  if (members.has("recordId") && saidText(members.get("recordId")) !== recordId) {
    throw new EvidenceError(`${place}/recordId: not that of the ids and the nonce beside it`);
  }
  return [new Map([["userId", user]]), recordId];
}

// A larger index is deeper; the sibling of an odd one stands on the right.
function pionexSteps(items, place) {
  const found = new Map();
  for (const item of items) {
    const match = /^([1-9][0-9]{0,17}):([^]*)$/.exec(item);
    if (match === null || found.has(BigInt(match[1]))) throw new EvidenceError(`${place}: not index:hash, each index once`);
    const index = BigInt(match[1]);
    found.set(index, { sibling: { hash: hashText(match[2], place, 64), sums: null }, onLeft: index % 2n === 0n });
  }
  const indexes = [...found.keys()].sort((one, other) => (one < other ? 1 : -1));
  for (const [i, index] of indexes.entries()) {
    if (i > 0 && ((indexes[i - 1] / 2n) ^ 1n) !== index) {
      throw new EvidenceError(`${place}: the indexes ${indexes[i - 1]} and ${index} are not on one path`);
    }
  }
  if (indexes.length > 0 && indexes.at(-1) !== 2n && indexes.at(-1) !== 3n) {
    throw new EvidenceError(`${place}: the path does not reach the root`);
  }
  return indexes.map((index) => found.get(index));
}

const topone = {
  name: "topone",
  claims: (document) => {
    const record = firstRecord(document);
    const path = record.get("path");
    if (typeof path !== "string" || !record.has("leaf") || record.has("assets") || record.has("proof")) return null;
    return /^[01][^,]{64}(?:,|$)/u.test(path) ? "leaf and path" : null;
  },
  // The leaf is computed from what the customer says: id and USDT.
  read: async (document, { rule }, variant, asked) => {
    const stated = asked.account !== null && asked.holdings.size === 1 && asked.holdings.has("USDT");
    const leaf = stated ? await leafHash(rule, { hashedUid: await sha256Text(asked.account) }, asked.holdings) : null;
    const [ids, amounts] = stated ? [new Map([["uid", asked.account]]), asked.holdings] : [new Map(), new Map()];
    const found = await openRecords(document, async (members, place, statedRoot) => {
      const statedLeaf = hashText(textAt(members, "leaf", place), `${place}/leaf`, 64);
      const steps = pathItems(members, place).map((item) => {
        if (item[0] !== "0" && item[0] !== "1") throw new EvidenceError(`${place}/path: an item begins with 0 or 1, for the side`);
        return { sibling: { hash: hashText(item.slice(1), `${place}/path`, 64), sums: null }, onLeft: item[0] === "0" };
      });
      const ancestors = await climb(rule, { hash: statedLeaf, sums: null }, steps);
      return { ids, amounts, statedLeaf, leaf, steps, ancestors, statedRoot };
    });
    const own = found.filter((each) => leaf !== null && each.statedLeaf === leaf);
    return { opened: own.length > 0 ? own : found };
  },
};

const lemon = {
  name: "lemon",
  claims: ({ lines: [first] }) => {
    if (first.replaceAll(" ", "") === LEMON_HEADER) return PROOF_FILE;
    return /^[^",]{1,128},"\[\{/u.test(first) ? "builder's raw output" : null;
  },
  read: async ({ lines }, { rule }, variant, asked) => {
    const raw = variant !== PROOF_FILE;
    const rows = raw ? lines : lines.slice(1);
    if (rows.length > MAX_RECORDS) throw new FormatError(`more than ${MAX_RECORDS} rows`);
    const parsed = rows.map((line, i) => lemonRow(line, `line ${i + (raw ? 1 : 2)}`, raw));
    const named = parsed.filter(({ user }) => asked.account === null || user === asked.account);
    const own = named.length > 0 ? named : parsed;
    const audits = new Set(own.map(({ audit }) => audit || (asked.snapshot ?? "")));
    if (raw && (asked.snapshot === null || asked.holdings.size === 0)) {
      throw new Unsupported("the rows name no audit and no balances: say the snapshot, your account id and your amounts");
    }
    const snapshot = audits.size === 1 ? [...audits][0] : "";
    const opened = [];
    for (const row of own) opened.push(await lemonOpened(rule, row, asked));
    return { opened, snapshot, instant: utcInstant(snapshot), instantBound: true };
  },
  readRoot: ({ members }) => {
    const [root, totals] = ["root_hash", "root_balances"].map((name) => members.get(name));
    if (!members.has("root_hash") || typeof root !== "string" || typeof totals !== "string") return null;
    return { root: hashText(root, "/root_hash", 64), totals: listedAmounts(totals, "/root_balances", "|", true) };
  },
};

function lemonRow(line, place, raw) {
  const cells = placed(place, () => csvCells(line).map((cell) => boundedText(cell, 100_000)));
  if (cells.length !== (raw ? 2 : 4)) throw new FormatError(`${cells.length} fields`, place);
  const [user, balances, proof, audit] = raw ? [cells[0], "", cells[1], ""] : cells;
  return { user, balances, proof, audit, place };
}

// One row (RFC 4180): a quote begins or ends a cell or is doubled inside a quoted one.
function csvCells(line) {
  const text = line.endsWith("\r") ? line.slice(0, -1) : line;
  if (text === "") throw new FormatError("an empty line");
  if (text.includes("\r")) throw new FormatError("a line end inside the line");
  const cells = [];
  for (let at = 0; ; at += 1) {
    let end = text.indexOf(",", at);
    let cell = text.slice(at, end < 0 ? undefined : end);
    if (text[at] === '"') {
      end = text.indexOf('"', at + 1);
      while (end >= 0 && text[end + 1] === '"') end = text.indexOf('"', end + 2);
      cell = text.slice(at + 1, end).replaceAll('""', '"');
      const closed = end >= 0 && (end + 1 === text.length || text[end + 1] === ",");
      if (!closed) throw new FormatError("a quote that is out of place, or not closed on its line");
      end = end + 1 === text.length ? -1 : end + 1;
    } else if (cell.includes('"')) throw new FormatError("a quote that is out of place, or not closed on its line");
    cells.push(cell);
    if (end < 0) return cells;
    at = end;
  }
}

async function lemonOpened(rule, { user, balances, proof, audit, place }, asked) {
  const amounts = audit === "" ? asked.holdings : listedAmounts(balances.trim(), place, "|", true);
  const leaf = await sha256Text((audit || (asked.snapshot ?? "")) + user);
  const steps = lemonSteps(proof, place);
  if (steps.length === 0) throw new EvidenceError(`${place}: no sibling: the balance is hashed nowhere`);
  return { ids: new Map([["user", user]]), amounts, leaf, steps, ancestors: await climb(rule, { hash: leaf, sums: amounts }, steps) };
}

function lemonSteps(text, place) {
  if (!text.startsWith("[") || !text.endsWith("]")) throw new FormatError("not a list of {side,hash,balances}", place);
  const [inside, steps] = [text.slice(1, -1), []];
  for (let at = 0; at < inside.length; ) {
    LEMON_STEP.lastIndex = at;
    const match = LEMON_STEP.exec(inside);
    if (match === null || steps.length > MAX_STEPS) {
      throw new EvidenceError(`${place}: not a list of at most ${MAX_STEPS} {side,hash,balances}`);
    }
    const sums = listedAmounts(match[3], place, "|", true);
    steps.push({ sibling: { hash: hashText(match[2], place, 64), sums }, onLeft: match[1] === "LEFT" });
    at = LEMON_STEP.lastIndex;
    if (inside[at] === ",") at += 1;
  }
  return steps;
}

export const RECORD_FORMATS = [bingx, pionex, topone, lemon];
