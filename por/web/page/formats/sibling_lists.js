// Formats that list siblings in forms of their own: CoinEx, HTX, Hotcoin, Bifinance, Chainpoint, Ethereum research.

import { EvidenceError, FormatError, fromHex, join, Unsupported, utf8 } from "../bytes.js";
import {
  amountsAt, amountText, coinName, hashAt, hashText, hasMembers, integerAt, isMembers, itemsAt, listedAmounts, membersAt,
  millisecondsInstant, Numeral, objectsAt, saidText, textAt, utcInstant, wordAt,
} from "./fields.js";
import { addAmounts, plainFigure, rescaleAmounts } from "./figures.js";
import { MAX_ENTRIES } from "./path_file.js";
import { climb, leafHash, MAX_STEPS, ODD_COPY, ODD_EMPTY, parentNode, sha256Bytes } from "./tree.js";

const HOTCOIN = "HOTCOIN-POR-SUM";
const HTX_MEMBERS = ["type", "hash", "uhash", "depth", "r", "balances"];
const RESEARCH_MEMBERS = ["username", "salt", "balance", "index", "user_table_size", "root", "proof"];
const COINEX_RULES = new Map([
  [ODD_EMPTY, "a node without sibling is hashed alone"],
  [ODD_COPY, "a node without sibling is hashed twice"],
]);

function bitLength(value) {
  return value === 0n ? 0 : value.toString(2).length;
}

function isOdd(index, level) {
  return ((index >> BigInt(level)) & 1n) === 1n;
}

const coinex = {
  name: "coinex",
  claims: ({ members }) => {
    const [root, own] = [members.get("root"), members.get("self")];
    if (!isMembers(root) || !isMembers(own) || !Array.isArray(members.get("path"))) return null;
    const shaped = hasMembers(root, "balances", "hash") && own.size === 2 && hasMembers(own, "balances", "nonce");
    return shaped ? "path file" : null;
  },
  read: async ({ members }, { rule }, variant) => {
    const root = membersAt(members.get("root"), "/root");
    const own = membersAt(members.get("self"), "/self");
    const amounts = amountsAt(own, "balances", "/self");
    const nonce = textAt(own, "nonce", "/self");
    const leaf = await leafHash(rule, { nonce }, amounts);
    const entries = [...objectsAt(members.get("path"), "/path", MAX_ENTRIES)];
    const given = entries.map(([entry, place]) => (entry.size > 0 ? coinexStep(entry, place) : null));
    const statedRoot = hashAt(root, "hash", "/root", 64);
    const statedTotals = amountsAt(root, "balances", "/root");
    const ways = [];
    for (const odd of COINEX_RULES.keys()) {
      const steps = given.map((step) => step ?? { sibling: odd, onLeft: false });
      ways.push({ odd, steps, ancestors: await climb(rule, { hash: leaf, sums: amounts }, steps) });
    }
    const { odd, steps, ancestors } = ways.find((way) => way.ancestors.at(-1)?.hash === statedRoot) ?? ways[0];
    // What a node hashes begins with two hashes; a nonce of that form would be a node's (T09).
    const inner = /^[0-9a-f]{128}$/.test(nonce);
    const problems = inner ? ["nonce has the form of two hashes: a node may stand here as a leaf"] : [];
    const opened = { ids: new Map([["nonce", nonce]]), amounts, leaf, steps, ancestors, statedRoot, statedTotals, problems };
    return { opened: [opened], variant: given.includes(null) ? `${variant}, ${COINEX_RULES.get(odd)}` : variant };
  },
};

function coinexStep(entry, place) {
  const side = textAt(entry, "pos", place);
  if (side !== "left" && side !== "right") throw new EvidenceError(`${place}/pos: neither left nor right`);
  const node = { hash: hashAt(entry, "hash", place, 64), sums: amountsAt(entry, "balances", place) };
  return { sibling: node, onLeft: side === "left" };
}

const htxV1 = {
  name: "htx-merkle-v1",
  claims: ({ members }) => {
    const data = members.get("data");
    return Array.isArray(data) && isMembers(data[0]) && hasMembers(data[0], ...HTX_MEMBERS) ? "path" : null;
  },
  read: async ({ members }, { rule }) => {
    const entries = [...objectsAt(members.get("data"), "/data", MAX_ENTRIES + 1)];
    if (entries.length < 3) throw new EvidenceError("/data: root, leaf, its sibling: fewer than three entries");
    const [[top, topPlace], [own, ownPlace], between] = [entries[0], entries.at(-1), entries.slice(1, -1)];
    const listed = (entry, place) => listedAmounts(textAt(entry, "balances", place), `${place}/balances`);
    const amounts = listed(own, ownPlace);
    const statedLeaf = hashAt(own, "hash", ownPlace, 64);
    const steps = between.map(([entry, place]) => {
      const sums = listed(entry, place);
      if (JSON.stringify([...sums.keys()]) !== JSON.stringify([...amounts.keys()])) {
        throw new EvidenceError(`${place}/balances: other coins than in your record, or in another order: none is hashed`);
      }
      return { sibling: { hash: hashAt(entry, "hash", place, 64), sums }, onLeft: htxSide(entry, place) === 0n };
    });
    const ancestors = await climb(rule, { hash: statedLeaf, sums: amounts }, steps);
    const statedRoot = hashAt(top, "hash", topPlace, 64);
    const statedTotals = listed(top, topPlace);
    const problems = [];
    if (htxSide(own, "/data") === htxSide(...between[0])) {
      problems.push("the record and its sibling say that they stand on the same side (r)");
    }
    const levels = between.map(([entry, place]) => integerAt(entry, "depth", place));
    const falling = levels.every((level, i) => level === BigInt(levels.length - i));
    if (!falling || integerAt(own, "depth", "/data") !== levels[0]) {
      problems.push("the levels (depth) do not lead from the leaf to the root one by one");
    }
    return { opened: [{ amounts, statedLeaf, steps, ancestors, statedRoot, statedTotals, problems }] };
  },
};

function htxSide(entry, place) {
  const side = integerAt(entry, "r", place);
  if (side !== 0n && side !== 1n) throw new EvidenceError(`${place}/r: neither 0 nor 1`);
  return side;
}

const hotcoin = {
  name: "hotcoin-por-sum",
  claims: ({ members }) => (members.get("protocol") === HOTCOIN && hasMembers(members, "self", "path") ? "sum tree" : null),
  read: async ({ members }) => {
    const places = hotcoinPlaces(members);
    const config = await hotcoinHash(3, [HOTCOIN, ...[...places].flat().map(String)]);
    const own = membersAt(members.get("self"), "/self");
    const [snapshot, nonce, accountId] = ["snapshotId", "nonce", "accountId"].map((name) => textAt(own, name, "/self"));
    const amounts = hotcoinAmounts(own, "/self", places);
    const leaf = await hotcoinHash(0, [HOTCOIN, snapshot, config, accountId, nonce, ...[...amounts.values()].map(plainFigure)]);
    const entries = [...objectsAt(members.get("path"), "/path", MAX_ENTRIES)];
    const [index, count] = ["leafIndex", "leafCount"].map((name) => integerAt(own, name, "/self"));
    const steps = entries.map(([entry, place], level) => {
      const node = { hash: hashAt(entry, "hash", place, 64), sums: hotcoinAmounts(entry, place, places) };
      return { sibling: node, onLeft: isOdd(index, level) };
    });
    const statedLeaf = hashAt(own, "leafHash", "/self", 64);
    const nodes = [{ hash: leaf, sums: amounts }];
    for (const { sibling, onLeft } of steps) {
      const sums = addAmounts(nodes.at(-1).sums, sibling.sums);
      const pair = onLeft ? [sibling.hash, nodes.at(-1).hash] : [nodes.at(-1).hash, sibling.hash];
      nodes.push({ hash: await hotcoinHash(1, [HOTCOIN, config, ...pair, ...[...sums.values()].map(plainFigure)]), sums });
    }
    const problems = hotcoinProblems(index, count, entries);
    const ids = new Map([["accountId", accountId], ["nonce", nonce]]);
    const opened = { ids, amounts, statedLeaf, leaf, steps, ancestors: nodes.slice(1), problems };
    return { opened: [opened], snapshot, instant: utcInstant(snapshot), instantBound: true };
  },
  readRoot: ({ members }) => {
    if (members.get("protocol") !== HOTCOIN || !hasMembers(members, "root", "userTotals") || members.has("path")) return null;
    return { root: hashAt(members, "root", "", 64), totals: amountsAt(members, "userTotals", "") };
  },
};

function hotcoinHash(tag, texts) {
  return sha256Bytes(join(Uint8Array.of(tag), utf8(JSON.stringify(texts))));
}

function hotcoinPlaces(members) {
  const places = new Map();
  for (const [entry, place] of objectsAt(members.get("assets"), "/assets", 1000)) {
    const coin = coinName(textAt(entry, "coin", place), place);
    const count = integerAt(entry, "decimals", place);
    if (places.has(coin) || count < 0n || count > 18n) throw new FormatError("a coin twice, or not 0 to 18 decimals", place);
    places.set(coin, Number(count));
  }
  return places;
}

function hotcoinAmounts(members, place, places) {
  const found = rescaleAmounts(amountsAt(members, "balances", place), places, 0);
  if (JSON.stringify([...found.keys()]) !== JSON.stringify([...places.keys()])) {
    throw new EvidenceError(`${place}/balances: not the coins of the file's assets, in their order`);
  }
  for (const [coin, value] of found) {
    if (value.text !== plainFigure(value)) throw new EvidenceError(`${place}/balances/${coin}: not written in its shortest form`);
  }
  return found;
}

function hotcoinProblems(index, count, entries) {
  const found = [];
  if (index < 0n || index >= count || count > 1n << 40n) found.push(`there is no leaf ${index} among ${count}`);
  else if (entries.length !== bitLength(count - 1n)) {
    found.push(`${entries.length} levels; a tree of ${count} leaves has ${bitLength(count - 1n)}`);
  }
  for (const [level, [entry, place]] of entries.entries()) {
    if (textAt(entry, "position", place) !== (isOdd(index, level) ? "LEFT" : "RIGHT")) {
      found.push(`${place}/position: not the side that follows from the leaf's index`);
    }
  }
  return found;
}

const bifinance = {
  name: "bifinance",
  claims: ({ members }) => {
    const [own, path] = [members.get("self"), members.get("path")];
    if (!isMembers(own) || !Array.isArray(path)) return null;
    const entries = path.slice(0, 2 * MAX_STEPS).filter(isMembers);
    const plain = entries.every((entry) => !entry.has("balances") && entry.has("merkelLeaf"));
    return hasMembers(own, "merkelLeaf", "level", "role") && entries.length > 0 && plain ? "path file" : null;
  },
  read: async ({ members }, { rule }) => {
    const hashOf = (entry, place) => hashAt(entry, "merkelLeaf", place, 64);
    const own = membersAt(members.get("self"), "/self");
    const entries = [...objectsAt(members.get("path"), "/path", 2 * MAX_STEPS)];
    const roots = entries.filter(([entry, place]) => integerAt(entry, "level", place) === 0n);
    if (roots.length !== 1) throw new EvidenceError("/path: not one root (level 0)");
    const statedLeaf = hashOf(own, "/self");
    const depth = integerAt(own, "level", "/self");
    if (depth < 1n || depth > BigInt(MAX_STEPS)) throw new EvidenceError(`/self/level: not 1 to ${MAX_STEPS}`);
    const [steps, problems] = [[], []];
    let node = { hash: statedLeaf, sums: null };
    // A level also lists the path's own node, which must be the one computed.
    for (let level = depth; level > 0n; level -= 1n) {
      const listed = entries.filter(([entry]) => BigInt(entry.get("level").text) === level);
      const others = listed.filter(([entry, place]) => hashOf(entry, place) !== node.hash);
      if (others.length > 1) throw new EvidenceError(`/path: level ${level} has more than one sibling`);
      if (level < depth && others.length === listed.length) {
        problems.push(`level ${level} does not list the node that the level below implies`);
      }
      steps.push(others.length > 0 ? bifinanceStep(...others[0], hashOf) : { sibling: ODD_COPY, onLeft: false });
      node = await parentNode(rule, node, steps.at(-1));
    }
    const amounts = own.has("balances") ? amountsAt(own, "balances", "/self") : new Map();
    const ancestors = await climb(rule, { hash: statedLeaf, sums: null }, steps);
    const opened = { amounts, statedLeaf, steps, ancestors, statedRoot: hashOf(...roots[0]), problems };
    return { opened: [opened], snapshot: saidText(own.get("auditId")) };
  },
};

function bifinanceStep(entry, place, hashOf) {
  const side = integerAt(entry, "role", place);
  if (side !== 1n && side !== 2n) throw new EvidenceError(`${place}/role: ${side} is no side`);
  return { sibling: { hash: hashOf(entry, place), sums: null }, onLeft: side === 1n };
}

const research = {
  name: "ethereum-research",
  claims: ({ members }) => (hasMembers(members, ...RESEARCH_MEMBERS) ? "arguments as JSON" : null),
  read: async ({ members }, { rule }) => {
    const username = textAt(members, "username", "");
    const salt = hashAt(members, "salt", "", 64);
    const amounts = researchAmount(wordAt(members, "balance", ""), "/balance");
    const leaf = await sha256Bytes(join(fromHex(salt, 32), utf8(username)));
    const [index, size] = ["index", "user_table_size"].map((name) => integerAt(members, name, ""));
    const items = itemsAt(members.get("proof"), "/proof", MAX_ENTRIES);
    const steps = items.map((item, level) => ({ sibling: researchPair(item, `/proof/${level}`), onLeft: isOdd(index, level) }));
    if (index < 0n || index >= size || steps.length !== bitLength(size - 1n) || steps.length === 0) {
      throw new EvidenceError(`${steps.length} levels do not fit leaf ${index} of ${size}`);
    }
    const root = researchPair(members.get("root"), "/root");
    const ancestors = await climb(rule, { hash: leaf, sums: amounts }, steps);
    const ids = new Map([["username", username]]);
    return { opened: [{ ids, amounts, leaf, steps, ancestors, statedRoot: root.hash, statedTotals: root.sums }] };
  },
};

function researchPair(value, place) {
  const [hash, balance] = itemsAt(value, place, 2);
  const written = [hash, balance].every((part) => typeof part === "string" || part instanceof Numeral);
  if (!written) throw new EvidenceError(`${place}: not a pair of a hash and a balance`);
  return { hash: hashText(saidText(hash), place, 64), sums: researchAmount(saidText(balance), place) };
}

function researchAmount(text, place) {
  return new Map([["balance", amountText(text, place)]]);
}

const chainpoint = {
  name: "chainpoint-v2",
  claims: ({ members }) => {
    if (!hasMembers(members, "targetHash", "merkleRoot") || !Array.isArray(members.get("proof"))) return null;
    return members.has("type") ? Array.from(saidText(members.get("type"))).slice(0, 64).join("") : "merkletools";
  },
  read: async ({ members }, { rule }, variant, asked) => {
    if (members.has("type") && members.get("type") !== "ChainpointSHA256v2") {
      throw new EvidenceError("/type: another hash function than SHA-256");
    }
    const statedLeaf = hashAt(members, "targetHash", "", 64);
    const steps = [];
    for (const [entry, place] of objectsAt(members.get("proof"), "/proof", 64)) steps.push(chainpointStep(entry, place));
    const [data] = asked.companions;
    if (data?.length === 64) throw new EvidenceError("a leaf of 64 bytes: it could as well be a node of this tree");
    const leaf = data === undefined ? null : await sha256Bytes(data);
    const ancestors = await climb(rule, { hash: statedLeaf, sums: null }, steps);
    return { opened: [{ statedLeaf, leaf, steps, ancestors, statedRoot: hashAt(members, "merkleRoot", "", 64) }] };
  },
};

function chainpointStep(entry, place) {
  const [side] = entry.keys();
  if (entry.size !== 1 || (side !== "left" && side !== "right")) {
    throw new EvidenceError(`${place}: a step has one member, left or right (T17)`);
  }
  return { sibling: { hash: hashAt(entry, side, place, 64), sums: null }, onLeft: side === "left" };
}

const bitbase = {
  name: "bitbase",
  claims: ({ members }) => {
    const shaped = hasMembers(members, "version", "auditId", "recordId", "balances", "leafPayload", "proof");
    return shaped ? "record and path" : null;
  },
  read: async ({ members }, { rule }) => {
    const version = textAt(members, "version", "");
    if (version !== "POR_V1") throw new Unsupported(`version ${version.slice(0, 40)}: only POR_V1 is known here`);
    const auditId = wordAt(members, "auditId", "");
    const recordId = hashAt(members, "recordId", "", 64);
    if (!/^[1-9][0-9]{0,30}$/.test(auditId)) throw new EvidenceError("/auditId: not a positive whole number (T08)");
    const amounts = rescaleAmounts(amountsAt(members, "balances", ""), new Map(), 8);
    const coins = rule.row.amounts.order;
    if (amounts.size !== coins.length || !hasMembers(amounts, ...coins)) {
      throw new EvidenceError(`/balances: not the coins that are hashed: ${coins.join(", ")}`);
    }
    const leaf = await leafHash(rule, { auditId, recordId }, amounts);
    const steps = [];
    for (const [entry, place] of objectsAt(members.get("proof"), "/proof", MAX_ENTRIES)) {
      const sibling = { hash: hashAt(entry, "hash", place, 64), sums: null };
      const side = textAt(entry, "position", place);
      if (side !== "LEFT" && side !== "RIGHT") throw new EvidenceError(`${place}/position: neither LEFT nor RIGHT`);
      steps.push({ sibling, onLeft: side === "LEFT" });
    }
    const text = `POR_V1|auditId=${auditId}|recordId=${recordId}|${rule.amounts(amounts)}`;
    const problems = textAt(members, "leafPayload", "") === text ? [] : ["/leafPayload: not the text of this record (T16)"];
    const statedLeaf = hashAt(members, "leafHash", "", 64);
    const ancestors = await climb(rule, { hash: leaf, sums: null }, steps);
    const statedRoot = hashAt(members, "rootHash", "", 64);
    const taken = members.get("snapshotTime");
    const instant = taken instanceof Numeral ? millisecondsInstant(taken.text) : null;
    const ids = new Map([["recordId", recordId]]);
    return { opened: [{ ids, amounts, statedLeaf, leaf, steps, ancestors, statedRoot, problems }], snapshot: auditId, instant };
  },
};

export const SIBLING_LIST_FORMATS = [coinex, htxV1, hotcoin, bifinance, research, chainpoint, bitbase];
