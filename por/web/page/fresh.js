// Judge an instant against a clock that the caller gives.

import { FAIL, finding, PASS } from "./findings.js";

const UNITS = [["d", 86_400], ["h", 3600], ["min", 60], ["s", 1]];

// Write a span of whole seconds in days, hours, minutes and seconds, exactly.
export function span(seconds) {
  let rest = Math.abs(seconds);
  const parts = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count} ${unit}`);
  }
  return parts.join(" ") || "0 s";
}

export function timeOf(seconds) {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}

export function freshness(subject, instant, now, maxAge) {
  const age = now - Date.parse(instant) / 1000;
  const kind = age < 0 ? "future" : age > maxAge ? "stale" : "recent";
  return finding("snapshot.fresh", subject, kind === "recent" ? PASS : FAIL, `snapshot.fresh.${kind}`, {
    expected: `at most ${maxAge} s`,
    actual: `${age} s`,
    facts: { instant, now: timeOf(now), age: span(age), limit: span(maxAge) },
  });
}
