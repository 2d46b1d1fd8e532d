// The sentence that stands first over published proofs (`por/report/published_sentence.py`).

import { FAIL, outcomeOf, PASS } from "../findings.js";
import { decisive, holdingsIn, say } from "../say.js";

export function publishedSentence({ format, root, findings }) {
  const of = (name) => findings.filter(({ check }) => check === `published.${name}`);
  const passed = (name) => of(name).filter(({ outcome }) => outcome === PASS);
  const outcome = outcomeOf(findings);
  const bound = of("sums").every((found) => found.outcome === PASS);
  const alone = of("identity").every(({ message }) => message === "published.identity.bound");
  const included = passed("leaf");
  const total = bound && passed("total").length > 0 ? "_total" : "";
  const limits = bound ? (alone ? "whole" : "shared_leaf") : alone ? "no_total" : "no_total_shared_leaf";
  const holdings = included.map((row) => say("phrase.holding", { amount: row.actual, name: row.facts.name }));
  const checks = decisive(findings, "INCONCLUSIVE");
  return say(`sentence.published.${kind()}`, {
    format,
    root,
    checks: decisive(findings, FAIL),
    undecided: say(checks ? "phrase.not_decided" : "phrase.nothing_decided", { checks }),
    holdings: holdingsIn(holdings, "your"),
    limits: say(`phrase.published.${limits}`),
  });

  function kind() {
    if (outcome === FAIL) return of("consistent").some((found) => found.outcome === FAIL) ? "contradicted" : "failed";
    if (outcome === PASS) return included.length > 0 ? `included${total}` : "nothing";
    const good = (rows) => rows.length > 0 && rows.every((found) => found.outcome === PASS || !found.required);
    return good(of("structure")) && good(of("path")) ? `consistent${total}` : "unread";
  }
}
