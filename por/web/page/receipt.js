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
  const root = await publicRoot(proof);
  const verdict = findings === null ? null : new Map([
    ["checkedAt", timeOf(now)],
    ["failed", [...new Set(findings.filter((each) => each.required && each.outcome === FAIL).map((each) => each.check))].sort()],
    ["outcome", outcomeOf(findings)],
  ]);
  return utf8(canonical(new Map([
    ["mediaType", RECEIPT],
    ["format", "por-inclusion-proof-v1"],
    ["issuer", proof.issuer],
    ["snapshot", `${proof.issuer}@${proof.instant}`],
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
