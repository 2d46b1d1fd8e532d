// Findings and what follows from them (`por/spec/verdict.md`).

import { EvidenceError, FormatError, Unsupported } from "./bytes.js";
import { printable } from "./text.js";

export const PASS = "PASS";
export const FAIL = "FAIL";
export const INCONCLUSIVE = "INCONCLUSIVE";

export function finding(check, subject, outcome, message, { expected = null, actual = null, facts = {}, required = true } = {}) {
  return { check, subject, outcome, message, expected, actual, facts, required };
}

// Something seen, evidence that breaks its own rules, or nothing to go by.
export function seen(value) {
  return { value };
}

export function broken(reason) {
  return { broken: reason };
}

export function missing(reason) {
  return { missing: reason };
}

export function isSeen(observation) {
  return "value" in observation;
}

// Look once: evidence that breaks its rules is broken, what this browser cannot do is missing; nothing else is caught.
export async function observe(look) {
  try {
    return seen(await look());
  } catch (error) {
    if (error instanceof Unsupported) return missing(error.message);
    if (error instanceof EvidenceError || error instanceof FormatError) return broken(error.message);
    throw error;
  }
}

export function unseen(check, subject, why) {
  const isBroken = "broken" in why;
  const reason = printable(isBroken ? why.broken : why.missing).slice(0, 1000);
  return finding(check, subject, isBroken ? FAIL : INCONCLUSIVE, isBroken ? "evidence.broken" : "evidence.missing", { facts: { reason } });
}

// A check that looked at nothing is inconclusive (T68).
export function answered(check, subject, findings) {
  return findings.length > 0 ? findings : [finding(check, subject, INCONCLUSIVE, "evidence.nothing")];
}

// A required FAIL is FAIL; else a required INCONCLUSIVE, or nothing required, is INCONCLUSIVE; else PASS.
export function outcomeOf(findings) {
  const outcomes = new Set(findings.filter((each) => each.required).map((each) => each.outcome));
  if (outcomes.has(FAIL)) return FAIL;
  return outcomes.size === 1 && outcomes.has(PASS) ? PASS : INCONCLUSIVE;
}
