// Find the one format that a published file is in, by its shape alone, and read what it implies. The formats' rules
// and grade cards are tables that Python exports; readers and engine are written apart.

import { EvidenceError, FormatError, same, Unsupported } from "../bytes.js";
import { broken, missing, seen } from "../findings.js";
import { amountText, coinName, PublishedDocument } from "./fields.js";
import { PATH_FILE_FORMATS } from "./path_file.js";
import { RECORD_FORMATS } from "./records.js";
import { SIBLING_LIST_FORMATS } from "./sibling_lists.js";
import { treeRule } from "./tree.js";
import { leftFormats } from "./left.js";
import { WHOLE_LIST_FORMATS } from "./whole_lists.js";

const PUBLISHED_READERS = [...PATH_FILE_FORMATS, ...SIBLING_LIST_FORMATS, ...RECORD_FORMATS, ...WHOLE_LIST_FORMATS];
const GIVEN_ROOT = /^(?:0x)?([0-9a-f]{16}|[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$/;
const DIGITS = /(?<![0-9A-Za-z])(?:0x)?([0-9A-Fa-f]+)(?![0-9A-Za-z])/g;

let publishedTables = [];

// Take the tables that `por/web/format_tables.py` writes, as JSON.parse gives them; once, before anything else here.
export function useFormatTables(tables) {
  publishedTables = tables.formats.map((row) => {
    const rule = row.rule ? treeRule(row.rule) : null;
    const reader = PUBLISHED_READERS.find((each) => each.name === row.card.name) ?? null;
    return { ...row, rule, layout: row.layout ? pathLayout(row.layout, rule) : null, reader };
  });
}

function pathLayout(row, rule) {
  const forms = Object.entries(row.forms).map(([name, pattern]) => [name, new RegExp(`^(?:${pattern})$`, "u")]);
  return { ...row, rule, forms: Object.fromEntries(forms) };
}

function claimsOn(document, tables) {
  return tables.map((table) => ({ table, variant: table.reader?.claims(document, table) ?? null })).filter(({ variant }) => variant !== null);
}

function formatOf(document, chosen) {
  const named = publishedTables.filter(({ card }) => chosen === null || card.name === chosen);
  if (named.length === 0) throw new FormatError(`no format is called '${chosen.slice(0, 64)}'`);
  const claimed = claimsOn(document, named);
  if (claimed.length === 1) return claimed[0];
  if (claimed.length > 1) {
    const names = claimed.map(({ table }) => table.card.name).join(" and ");
    throw new FormatError(`this file is in the form of ${names}; choose one on the command line: por verify-inclusion FILE --format NAME`);
  }
  if (chosen !== null) {
    const left = named[0].reader === null;
    throw new FormatError(left ? `the format ${chosen} is read by the command line, not by this page` : `not in the format ${chosen}`);
  }
  const json = "{[".includes(String.fromCharCode(document.bytes[0])) && document.whyNotJson;
  const others = leftFormats(document);
  const found = others.length > 0 ? `in the format ${others.join(" or ")}, which this page does not read` : "in none of the formats that this page reads";
  const error = new FormatError(`${found}; the command line reads more: por verify-inclusion FILE${json ? `; as JSON: ${json}` : ""}`);
  throw Object.assign(error, { others: json ? [] : others });
}

// {name, variant, card} of the one format that claims a file; an error names two (T70).
export function detectPublished(bytes, fileName = "", chosen = null) {
  const { table, variant } = formatOf(new PublishedDocument(bytes, fileName), chosen);
  return { name: table.card.name, variant, card: table.card };
}

// One file: {file, name, variant, card, reading}, the reading as an observation. `asked` is `customerSays(...)`. What
// cannot be read is a FormatError; what breaks its format's rules is in the observation.
export async function readPublished(bytes, chosen = null, asked = customerSays({}), fileName = "") {
  const document = new PublishedDocument(bytes, fileName);
  const { table, variant } = formatOf(document, chosen);
  const file = { file: fileName, name: table.card.name, variant, card: table.card };
  try {
    return { ...file, reading: seen(reading(table.card, variant, await table.reader.read(document, table, variant, asked))) };
  } catch (error) {
    if (error instanceof Unsupported) return { ...file, reading: missing(error.message) };
    if (error instanceof EvidenceError) return { ...file, reading: broken(error.message) };
    throw error;
  }
}

function reading(card, variant, found) {
  const opened = (found.opened ?? []).map((part) => {
    const nothing = { tree: "", ids: new Map(), amounts: new Map(), statedLeaf: null, leaf: null, statedRoot: null, statedTotals: null };
    const siblings = part.steps.map(({ sibling }) => sibling).filter((sibling) => typeof sibling !== "string");
    const record = { ...nothing, problems: [], ...part, siblings };
    const root = part.ancestors.at(-1) ?? { hash: record.leaf ?? record.statedLeaf ?? "", sums: record.amounts };
    return { ...record, root };
  });
  const trees = (found.trees ?? []).map((tree) => ({ tree: "", ...tree }));
  return { card, variant, snapshot: "", instant: null, instantBound: false, commitment: null, ...found, opened, trees };
}

// What the customer brings beside the file; amounts are [coin, text] pairs, companions files as bytes.
export function customerSays({ account = null, holdings = [], snapshot = null, secret = null, companions = [] }) {
  return { account, holdings: statedAmounts(holdings), snapshot, secret, companions };
}

// What stands elsewhere: roots that `givenRoot` made, totals as [coin, text] pairs, seconds, the clock as an instant.
export function publishedPins({ roots = [], totals = [], maxAge = null, now }) {
  return { roots, totals: statedAmounts(totals), maxAge, now };
}

function statedAmounts(rows) {
  const found = new Map();
  for (const [coin, text] of rows) {
    if (found.has(coin)) throw new FormatError("named twice", coin);
    found.set(coinName(coin, "your amounts"), amountText(text, coin));
  }
  return found;
}

// A root from elsewhere, {root, totals or null}: hexadecimal text, or the bytes of a file that publishes it; never one
// of the proofs.
export function givenRoot(given, proofs = []) {
  if (typeof given === "string") {
    const match = GIVEN_ROOT.exec(given);
    if (match === null) throw new FormatError("not a root in lower-case hexadecimal");
    return { root: match[1], totals: null };
  }
  const document = new PublishedDocument(given);
  const proof = claimsOn(document, publishedTables).length > 0;
  if (proof || proofs.some((each) => same(each, given)) || leftFormats(document).length > 0) {
    throw new FormatError("the root must come from elsewhere, not from a proof or a file beside it");
  }
  for (const { reader } of publishedTables) {
    const root = reader?.readRoot?.(document) ?? null;
    if (root !== null) return root;
  }
  // The one value that has as many digits as a root of the proofs' format.
  const claimed = proofs.flatMap((each) => claimsOn(new PublishedDocument(each), publishedTables));
  const lengths = new Set(claimed.map(({ table }) => table.card.digest_bits / 4));
  const found = [...new TextDecoder().decode(given).matchAll(DIGITS)].map(([, digits]) => digits);
  const lone = new Set(found.filter((digits) => lengths.has(digits.length)).map((digits) => digits.toLowerCase()));
  if (lone.size !== 1) throw new FormatError(`${lone.size} values in it may be a root; give the root itself, in hexadecimal`);
  return { root: [...lone][0], totals: null };
}
