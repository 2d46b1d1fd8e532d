// The receipt: what may be shown in public of an inclusion proof (`por/spec/receipt.md`).

import { hex, join, utf8 } from "./bytes.js";
import { FAIL, isSeen, observe, outcomeOf } from "./findings.js";
import { timeOf } from "./fresh.js";
import { commitmentsRoot } from "./inclusion.js";
import { parseNote, readBundleNote } from "./note.js";
import { sha256 } from "./scheme.js";
import { canonical } from "./strict.js";

export const RECEIPT = "application/vnd.por.receipt.v1+json";

export async function saltedDigest(salt, file) {
  return `sha256:${hex(await sha256(utf8("por/receipt/v1"), Uint8Array.of(0), salt, file))}`;
}

// Write the receipt of a proof file; `findings` are those of its verdict, or null.
export async function receiptOf(file, proof, findings, salt, now) {
  const snapshot = `${proof.issuer}@${proof.instant}`;
  return written(file, ["por-inclusion-proof-v1", proof.issuer, snapshot, await publicRoot(proof)], findings, salt, now);
}

// Write the receipt of a published proof as it was read alone; `roots` are those that the customer has from elsewhere.
export async function publishedReceipt(file, { name, reading }, roots, findings, salt, now) {
  const value = isSeen(reading) ? reading.value : null;
  const day = value?.instant?.slice(0, 10) ?? null;
  return written(file, [name, null, day, value === null ? null : commonRoot(value, roots)], findings, salt, now);
}

async function written(file, [format, issuer, snapshot, root], findings, salt, now) {
  const verdict = findings === null ? null : new Map([
    ["checkedAt", timeOf(now)],
    ["failed", [...new Set(findings.filter((each) => each.required && each.outcome === FAIL).map((each) => each.check))].sort()],
    ["outcome", outcomeOf(findings)],
  ]);
  return utf8(canonical(new Map([
    ["mediaType", RECEIPT],
    ["format", format],
    ["issuer", issuer],
    ["snapshot", snapshot],
    ["root", root],
    ["file", await saltedDigest(salt, file)],
    ["verdict", verdict],
  ])));
}

// A root that all customers have, or none: one of a customer's own would tell them apart.
async function publicRoot(proof) {
  const root = await observe(() => commitmentsRoot([proof]));
  if (!isSeen(root)) return null;
  if (proof.note === "") return hex(root.value);
  const said = await observe(() => readBundleNote(parseNote(proof.note).text));
  return isSeen(said) && hex(said.value.root) !== hex(root.value) ? null : hex(root.value);
}

// The root that all customers of a published list have in common, or null where it could tell one from another.
function commonRoot({ commitment, trees, opened }, given) {
  if (commitment !== null) return commitment;
  const parts = trees.length > 0 ? trees : opened;
  if (parts.some(({ tree }) => tree !== "")) return null;
  const found = new Set(parts.map((part) => (trees.length > 0 ? rebuilt(part) : confirmed(part, given))));
  return found.size === 1 ? [...found][0] : null;
}

function rebuilt({ root, leaves, statedRoot }) {
  return leaves > 1 && (statedRoot === null || statedRoot === root) ? root : null;
}

function confirmed({ root: { hash }, ancestors, statedRoot }, given) {
  return ancestors.length > 0 && (hash === statedRoot || given.includes(hash)) ? hash : null;
}
