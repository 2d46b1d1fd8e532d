// Set a customer's proof beside their previous one: what changed, and what must never be the same in both (T78).

import { hex } from "./bytes.js";
import { isSeen } from "./findings.js";
import { formatCoins } from "./reader.js";

// Both are results of verifyInclusion for one account; the previous one is of an earlier instant. The rows are, for each
// segment and asset of either, the amounts as the records under the id say, or null where there is none, or it is not shown.
export function compared(previous, present) {
  const refs = new Set([...previous.trees, ...present.trees].map(refOf));
  const rows = [...refs].sort().map((ref) => {
    const [before, after] = [previous, present].map((result) => result.trees.find((tree) => refOf(tree) === ref));
    return { ref, before: amountOf(before), after: amountOf(after), change: changeOf(before, after) };
  });
  return { rows, shared: sharedFields(previous, present), forward: previous.instant < present.instant };
}

function refOf(tree) {
  return `${tree.commitment.segment}/${tree.commitment.asset}`;
}

function amountOf(tree) {
  return tree === undefined || !isSeen(tree.units) ? null : formatCoins(tree.units.value, tree.commitment.decimals);
}

function changeOf(before, after) {
  if (before === undefined) return "new";
  if (after === undefined) return "gone";
  if (!isSeen(before.units) || !isSeen(after.units)) return "unshown";
  if (before.commitment.decimals !== after.commitment.decimals) return "unshown";
  return before.units.value === after.units.value ? "same" : before.units.value < after.units.value ? "more" : "less";
}

// Record keys and leaves are new in each snapshot; one that stays links a customer's amounts for whoever sees both.
function sharedFields(previous, present) {
  const fieldsOf = (result) => result.trees.flatMap((tree) => [
    ...tree.records.map((record) => hex(record.key)),
    ...tree.ways.filter((way) => way.length > 0).map((way) => hex(way[0].hash)),
  ]);
  const before = new Set(fieldsOf(previous));
  return fieldsOf(present).filter((field) => before.has(field));
}

// Does a bundle follow another: a later sequence, and the very one before named where they are neighbours?
export function follows(previous, present) {
  const { sequence, previous: named } = present.bundle;
  if (sequence <= previous.bundle.sequence) return "backward";
  return sequence === previous.bundle.sequence + 1 && named !== previous.digest ? "other" : "forward";
}
