// Published lists of a whole tree: RenrenBit's rows and olalonde's numbered nodes.

import { EvidenceError, FormatError } from "../bytes.js";
import { amountText, hashAt, integerAt, isMembers, MAX_ROWS, membersAt, objectsAt, saidText, textAt, wordAt } from "./fields.js";
import { addAmounts, plainFigure, readFigure, sameFigure } from "./figures.js";
import { climb, leafHash, nodeHash, sha256Text } from "./tree.js";

const RENRENBIT_ROW = /^(0|[1-9][0-9]?),(-?[0-9]{1,40}),([0-9a-f]{16})$/;
const MAX_NUMBER = 2 ** 40;

function below(nodes) {
  return nodes.filter(({ sums }) => [...sums.values()].some((value) => value.units < 0n));
}

// What tells two lists apart: a digest of all rows with their amounts.
function rowsDigest(nodes) {
  const written = (sums) => [...sums].map(([coin, value]) => `${coin}:${plainFigure(value)}`).join(",");
  return sha256Text(nodes.map(({ hash, sums }) => `${hash};${written(sums)}\n`).join(""));
}

async function sumNode(rule, left, right) {
  const sums = addAmounts(left.sums, right.sums);
  return { hash: await nodeHash(rule, left, right, sums, {}), sums };
}

const renrenbit = {
  name: "renrenbit",
  claims: ({ lines }) => (RENRENBIT_ROW.exec(lines[0])?.[1] === "0" && lines.length > 1 ? "whole tree" : null),
  read: async ({ lines }, { rule }, variant, asked) => {
    const levels = renrenbitLevels(lines);
    const problems = [];
    for (let number = 1; number < levels.length; number += 1) {
      problems.push(...(await renrenbitProblems(rule, number, levels[number - 1], levels[number])));
    }
    const [leaves, [top]] = [levels[0], levels.at(-1)];
    const units = leaves.reduce((sum, { sums }) => sum + sums.get("units").units, 0n);
    const totals = new Map([["units", { text: "", units, places: 0 }]]);
    const tree = {
      root: (await rebuiltRoot(rule, leaves)).hash,
      totals,
      statedRoot: top.hash,
      statedTotals: top.sums,
      leaves: leaves.length,
      nodes: levels.reduce((sum, level) => sum + level.length, 0),
      negatives: below(levels.flat()).slice(0, 5),
      problems: problems.slice(0, 5),
      sumsBound: false,
      rows: await rowsDigest(leaves),
    };
    return { opened: await renrenbitOwn(rule, levels, asked), trees: [tree] };
  },
};

function renrenbitLevels(lines) {
  if (lines.length > MAX_ROWS) throw new FormatError(`more than ${MAX_ROWS} rows`);
  const levels = [];
  for (const [i, line] of lines.entries()) {
    const match = RENRENBIT_ROW.exec(line);
    if (match === null) throw new FormatError("not level,amount,hash", `line ${i + 1}`);
    const level = Number(match[1]);
    if (level !== levels.length - 1 && level !== levels.length) throw new EvidenceError(`line ${i + 1}: level ${level} out of order`);
    if (level === levels.length) levels.push([]);
    levels[level].push({ hash: match[3], sums: new Map([["units", readFigure(match[2])]]) });
  }
  if (levels.at(-1).length !== 1) throw new EvidenceError("the last level is not one root");
  return levels;
}

async function rebuiltRoot(rule, leaves) {
  let row = leaves;
  while (row.length > 1) {
    if (row.length % 2 === 1) throw new EvidenceError("a level of an odd number of nodes: the padding node is missing");
    const pairs = row.filter((_, i) => i % 2 === 0).map((left, i) => sumNode(rule, left, row[2 * i + 1]));
    row = await Promise.all(pairs);
  }
  return row[0];
}

async function renrenbitProblems(rule, number, under, over) {
  if (under.length !== 2 * over.length - 1 && under.length !== 2 * over.length) {
    return [`level ${number} has ${over.length} nodes above ${under.length}`];
  }
  const found = [];
  for (let i = 0; 2 * i + 1 < under.length; i += 1) {
    const made = await sumNode(rule, under[2 * i], under[2 * i + 1]);
    if (made.hash !== over[i].hash || !sameFigure(made.sums.get("units"), over[i].sums.get("units"))) {
      found.push(`level ${number}, node ${i + 1}: hash or amount is not that of the two below`);
    }
  }
  return found;
}

async function renrenbitOwn(rule, levels, { account, secret }) {
  if (account === null || secret === null) return [];
  const found = [];
  for (const [i, leaf] of levels[0].entries()) {
    if (leaf.hash === (await leafHash(rule, { uid: account, nonce: secret }, leaf.sums))) found.push(renrenbitOpened(levels, i, account));
  }
  return found;
}

function renrenbitOpened(levels, index, uid) {
  const [leaf, [top]] = [levels[0][index], levels.at(-1)];
  const [steps, ancestors] = [[], []];
  for (const [level, row] of levels.slice(0, -1).entries()) {
    const at = index >> level;
    const [sibling, above] = [row[at ^ 1], levels[level + 1][at >> 1]];
    if (sibling === undefined || above === undefined) throw new EvidenceError(`level ${level}: a node of your path is not there`);
    steps.push({ sibling, onLeft: at % 2 === 1 });
    ancestors.push(above);
  }
  const hashes = { statedLeaf: leaf.hash, leaf: leaf.hash, statedRoot: top.hash, statedTotals: top.sums };
  return { ids: new Map([["uid", uid]]), amounts: leaf.sums, steps, ancestors, ...hashes };
}

const olalonde = {
  name: "olalonde",
  claims: ({ json }) => {
    const [first] = Array.isArray(json) ? json : [];
    if (!isMembers(first) || first.size !== 2 || !first.has("index") || !first.has("data")) return null;
    return isMembers(first.get("data")) && first.get("data").has("sum") ? "numbered nodes" : null;
  },
  read: async ({ json }, { rule }, variant, { account }) => {
    const nodes = numberedNodes(json);
    const leaves = [...nodes.keys()].filter((index) => nodes.get(index)[0].has("user"));
    const own = leaves.filter((index) => account !== null && saidText(nodes.get(index)[0].get("user")) === account);
    const full = [...nodes].every(([index, [data]]) => data.has("user") !== (nodes.has(2 * index + 1) && nodes.has(2 * index + 2)));
    const whole = leaves.length > 1 && full;
    const opened = [];
    if (!whole || account !== null) {
      for (const index of own.length > 0 ? own : leaves) opened.push(await numberedOpened(rule, nodes, index));
    }
    const trees = whole ? [await numberedTree(rule, nodes, leaves.length)] : [];
    return { opened: !whole || own.length > 0 ? opened : [], trees, variant: whole ? "whole tree" : "partial tree" };
  },
  readRoot: ({ json, members }) => {
    const inner = members.has("root") ? members.get("root") : json;
    if (!isMembers(inner) || inner.size !== 2 || !inner.has("hash") || !inner.has("sum")) return null;
    return { root: hashAt(inner, "hash", "", 64), totals: numberedSum(inner, "") };
  },
};

function numberedNodes(json) {
  const found = new Map();
  for (const [entry, place] of objectsAt(json, "", MAX_ROWS)) {
    const index = Number(integerAt(entry, "index", place));
    if (found.has(index) || index < 0 || index >= MAX_NUMBER) throw new EvidenceError(`${place}/index: there twice, or out of range`);
    found.set(index, [membersAt(entry.get("data"), `${place}/data`), `${place}/data`]);
  }
  if (!found.has(0)) throw new EvidenceError("there is no root (index 0)");
  return found;
}

function numberedSum(data, place) {
  return new Map([["sum", amountText(wordAt(data, "sum", place), `${place}/sum`)]]);
}

async function numberedLeaf(rule, data, place) {
  const [user, nonce] = ["user", "nonce"].map((name) => textAt(data, name, place));
  if (`${user}${nonce}`.includes("|")) {
    throw new EvidenceError(`${place}: a bar inside user or nonce: it could be read as another record (T08)`);
  }
  const sums = numberedSum(data, place);
  return { hash: await leafHash(rule, { user, nonce }, sums), sums };
}

async function numberedNode(rule, nodes, index) {
  if (!nodes.has(index)) throw new EvidenceError(`the node ${index}, a sibling on the path, is not there`);
  const [data, place] = nodes.get(index);
  return data.has("hash") ? { hash: hashAt(data, "hash", place, 64), sums: numberedSum(data, place) } : numberedLeaf(rule, data, place);
}

async function numberedOpened(rule, nodes, index) {
  const [data, place] = nodes.get(index);
  const leaf = await numberedLeaf(rule, data, place);
  const steps = [];
  for (let at = index; at > 0; at = Math.floor((at - 1) / 2)) {
    steps.push({ sibling: await numberedNode(rule, nodes, at % 2 === 1 ? at + 1 : at - 1), onLeft: at % 2 === 0 });
  }
  const [top, topPlace] = nodes.get(0);
  const statedLeaf = data.has("hash") ? hashAt(data, "hash", place, 64) : null;
  const ancestors = await climb(rule, leaf, steps);
  const statedRoot = top.has("hash") ? hashAt(top, "hash", topPlace, 64) : null;
  const statedTotals = index > 0 ? numberedSum(top, topPlace) : null;
  const ids = new Map([["user", data.get("user")]]);
  return { ids, amounts: leaf.sums, statedLeaf, leaf: leaf.hash, steps, ancestors, statedRoot, statedTotals };
}

async function numberedTree(rule, nodes, leaves) {
  const [made, problems] = [new Map(), []];
  for (const index of [...nodes.keys()].sort((one, other) => other - one)) {
    const [data, place] = nodes.get(index);
    const inner = !data.has("user");
    const node = inner ? await sumNode(rule, made.get(2 * index + 1), made.get(2 * index + 2)) : await numberedLeaf(rule, data, place);
    made.set(index, node);
    if (index > 0 && data.has("hash") && saidText(data.get("hash")) !== node.hash && problems.length < 5) {
      problems.push(`${place}: the hash stated is not that of what lies below`);
    }
  }
  const [top, topPlace] = nodes.get(0);
  const stated = { statedRoot: hashAt(top, "hash", topPlace, 64), statedTotals: numberedSum(top, topPlace) };
  const { hash: root, sums: totals } = made.get(0);
  const rows = await rowsDigest([...made].sort(([one], [other]) => one - other).map(([, node]) => node));
  return { root, totals, ...stated, leaves, nodes: nodes.size, negatives: below([...made.values()]).slice(0, 5), problems, sumsBound: true, rows };
}

export const WHOLE_LIST_FORMATS = [renrenbit, olalonde];
