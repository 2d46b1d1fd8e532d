// A customer's own record and the siblings on its path, as OKX, Bybit, Bitget, Bitunix and MEXC write them. Which
// member means what is a row of the tables.

import { EvidenceError, FormatError, Unsupported } from "../bytes.js";
import {
  amountsAt, hashAt, hashText, hasMembers, integerAt, isMembers, membersAt, Numeral, objectsAt, packedDate, saidText, textAt, wordAt,
} from "./fields.js";
import { rescaleAmounts } from "./figures.js";
import { climb, inOrder, leafHash, MAX_STEPS, ODD_COPY, ODD_EMPTY } from "./tree.js";

export const MAX_ENTRIES = MAX_STEPS + 1;
const [ON_LEFT, ON_RIGHT, AT_ROOT] = [1n, 2n, 3n];
const MAX_FILE_PLACES = 18n;
const FOUR_COINS = "4 coins";

function hasShape(document, layout, without = []) {
  const [own, path] = [document.members.get("self"), document.members.get(layout.path)];
  if (!isMembers(own) || !Array.isArray(path) || !isMembers(path[0])) return false;
  const shown = [own, ...path.slice(0, MAX_ENTRIES).filter(isMembers)];
  const wanted = [...layout.ids, layout.amounts, layout.side, layout.level, layout.hash];
  const barred = shown.some((each) => without.some((name) => each.has(name)));
  return hasMembers(own, ...wanted) && hasMembers(path[0], layout.hash, layout.amounts) && !barred;
}

async function readPath(document, layout, rescale = (amounts) => amounts) {
  const { rule } = layout;
  const own = membersAt(document.members.get("self"), "/self");
  let entries = [...objectsAt(document.members.get(layout.path), `/${layout.path}`, MAX_ENTRIES)];
  if (entries.length === 0) throw new EvidenceError("the path is empty: there is no root");
  const [top, topPlace] = entries.pop();
  if (top.has(layout.side) && integerAt(top, layout.side, topPlace) !== AT_ROOT) {
    throw new EvidenceError("the path does not end at a root");
  }
  if (layout.gaps) entries = withoutGaps(entries, integerAt(top, layout.level, topPlace), layout);
  const amountsOf = (members, place) => rescale(amountsAt(members, layout.amounts, place, { bare: layout.bare }));
  const amounts = amountsOf(own, "/self");
  const ids = layout.ids.map((name) => [name, wordAt(own, name, "/self")]);
  const leaf = await leafHash(rule, Object.fromEntries(ids), amounts);
  const siblings = entries.map(([entry, place]) => siblingAt(entry, place, layout, amountsOf));
  const first = integerAt(own, layout.level, "/self");
  const up = BigInt(layout.up);
  const steps = siblings.map((step, i) => ({ ...step, labels: { level: (first + up * BigInt(i + 1)).toString() } }));
  const statedLeaf = hashAt(own, layout.hash, "/self", rule.digits);
  const ancestors = await climb(rule, { hash: leaf, sums: amounts }, steps);
  const statedRoot = hashAt(top, layout.hash, topPlace, rule.digits);
  const statedTotals = top.has(layout.amounts) ? amountsOf(top, topPlace) : null;
  const forms = ids.filter(([name, value]) => layout.forms[name] !== undefined && !layout.forms[name].test(value));
  const problems = [
    ...forms.map(([name]) => `${name} has not the form of one: something else may stand in its place`),
    ...outOfOrder(own, entries, top, layout),
    ...(await openedSibling(entries[0], layout, amountsOf)),
  ];
  const told = ids.filter(([name]) => !layout.shared.includes(name));
  return { ids: new Map(told), amounts, statedLeaf, leaf, steps, ancestors, statedRoot, statedTotals, problems };
}

// Levels count from 0; one that the file leaves out has an empty sibling on the right.
function withoutGaps(entries, depth, layout) {
  const byLevel = new Map();
  for (const [entry, place] of entries) {
    const level = integerAt(entry, layout.level, place);
    if (byLevel.has(level) || level < 0n || level >= depth) {
      throw new EvidenceError(`${place}/${layout.level}: ${level} is there twice, or not below the root`);
    }
    byLevel.set(level, [entry, place]);
  }
  if (depth > BigInt(MAX_STEPS)) throw new EvidenceError(`${depth} levels; at most ${MAX_STEPS} are looked at`);
  const levels = Array.from({ length: Math.max(0, Number(depth)) }, (_, level) => BigInt(level));
  return levels.map((level) => byLevel.get(level) ?? [new Map(), `/${layout.path}`]);
}

function siblingAt(entry, place, layout, amountsOf) {
  const absent = layout.empty_hash ? ODD_EMPTY : ODD_COPY;
  if (entry.size === 0 && layout.gaps) return { sibling: absent, onLeft: false };
  const side = integerAt(entry, layout.side, place);
  const padding = layout.padding !== null && side === BigInt(layout.padding);
  if (side !== ON_LEFT && side !== ON_RIGHT && !padding) throw new EvidenceError(`${place}/${layout.side}: ${side} is no side`);
  const sums = amountsOf(entry, place);
  const blank = (layout.empty_hash && entry.get(layout.hash) === "") || (layout.copies && padding);
  if ((blank || padding) && [...sums.values()].some((value) => value.units !== 0n)) {
    throw new EvidenceError(`${place}: a sibling that is not there has a balance`);
  }
  const onLeft = side === ON_LEFT;
  if (blank) return { sibling: absent, onLeft };
  return { sibling: { hash: hashText(textAt(entry, layout.hash, place), place, layout.rule.digits), sums }, onLeft };
}

function outOfOrder(own, entries, top, layout) {
  const found = [];
  if (layout.up !== 0) {
    const first = integerAt(own, layout.level, "/self");
    const levels = entries.map(([entry, place]) => integerAt(entry, layout.level, place));
    levels.push(integerAt(top, layout.level, `/${layout.path}`));
    if (levels.some((level, i) => level !== first + BigInt(layout.up * i))) {
      found.push(`the levels (${layout.level}) do not lead from the leaf to the root one by one`);
    }
  }
  if (entries.length === 0 || entries[0][0].size === 0) return found;
  if (integerAt(own, layout.side, "/self") === integerAt(entries[0][0], layout.side, entries[0][1])) {
    found.push(`the record and its sibling say that they stand on the same side (${layout.side})`);
  }
  return found;
}

// Where the file opens the sibling's record its balance is bound after all.
async function openedSibling(first, layout, amountsOf) {
  if (first === undefined || !hasMembers(first[0], ...layout.ids, layout.amounts)) return [];
  const [entry, place] = first;
  let ids;
  try {
    ids = Object.fromEntries(layout.ids.map((name) => [name, wordAt(entry, name, place)]));
  } catch (error) {
    if (error instanceof FormatError) return [];
    throw error;
  }
  const hash = await leafHash(layout.rule, ids, amountsOf(entry, place));
  return hash === saidText(entry.get(layout.hash)) ? [] : [`${place}: the sibling's hash is not that of its own balance`];
}

function auditOf(document) {
  return saidText(membersAt(document.members.get("self"), "/self").get("auditId"));
}

const okxV1 = {
  name: "okx-v1",
  claims: (document, { layout }) => {
    const others = ["merkelLeaf", "merkleLeaf", "encryptUid", "userHash"];
    return hasShape(document, layout, others) ? "path file" : null;
  },
  read: async (document, { layout }) => ({ opened: [await readPath(document, layout)], snapshot: auditOf(document) }),
};

const bybit = {
  name: "bybit",
  claims: (document, { layout, orders }) => {
    if (!hasShape(document, layout)) return null;
    const balance = document.members.get("self").get("balance");
    const coins = isMembers(balance) ? [...balance.keys()] : [];
    const known = Object.keys(orders).find((name) => JSON.stringify(orders[name]) === JSON.stringify(coins));
    return known ?? `unknown order of ${coins.length} coins`;
  },
  read: async (document, { layout, orders, four_places: fourPlaces }, variant) => {
    const own = membersAt(document.members.get("self"), "/self");
    const coins = amountsAt(own, "balance", "/self").size;
    if (!Object.hasOwn(orders, variant)) {
      throw new Unsupported(
        `the ${coins} coins stand in no order that this release knows, and their names are not hashed: ` +
          "which amount is of which coin cannot be told",
      );
    }
    const places = new Map(variant === FOUR_COINS ? Object.entries(fourPlaces) : []);
    const ordered = { ...layout, rule: inOrder(layout.rule, orders[variant]) };
    const opened = await readPath(document, ordered, (amounts) => rescaleAmounts(amounts, places, 8));
    return { opened: [opened], snapshot: auditOf(document), instant: packedDate(auditOf(document)) };
  },
};

function bitget(name, bare) {
  return {
    name,
    claims: (document, { layout }) => {
      if (!hasShape(document, layout, ["parentMerkelLeaf"])) return null;
      const amounts = document.members.get("self").get("balances");
      const [first] = isMembers(amounts) ? amounts.values() : [];
      return first instanceof Numeral === bare ? "path file" : null;
    },
    read: async (document, { layout }) => {
      const opened = await readPath(document, layout);
      return { opened: [opened], snapshot: auditOf(document), instant: packedDate(auditOf(document)) };
    },
  };
}

const bitunix = {
  name: "bitunix",
  claims: (document, { layout }) => (hasShape(document, layout) ? "path file" : null),
  read: async (document, { layout }, variant) => {
    const own = membersAt(document.members.get("self"), "/self");
    const given = own.has("precisions") ? membersAt(own.get("precisions"), "/self/precisions") : new Map();
    const places = new Map();
    for (const coin of given.keys()) places.set(coin, integerAt(given, coin, "/self/precisions"));
    for (const [coin, count] of places) {
      if (count < 0n || count > MAX_FILE_PLACES) throw new FormatError(`not 0 to ${MAX_FILE_PLACES} places`, `/self/precisions/${coin}`);
      places.set(coin, Number(count));
    }
    const opened = await readPath(document, layout, (amounts) => rescaleAmounts(amounts, places, 8));
    return { opened: [opened], variant: `${variant}, places ${[...places.values()].join("/") || "8"}` };
  },
};

const mexc = {
  name: "mexc",
  claims: (document, { layout }) => (hasShape(document, layout) ? "path file" : null),
  read: async (document, { layout }) => {
    const opened = await readPath(document, layout);
    return { opened: [opened], snapshot: saidText(document.members.get("self").get("proofId")) };
  },
};

export const PATH_FILE_FORMATS = [okxV1, bybit, bitget("bitget-v1", true), bitget("bitget-v2", false), bitunix, mexc];
