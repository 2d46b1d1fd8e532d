// Answer the customer: is what I say is mine in the total they committed to? Steps of `por/spec/inclusion-proof.md`.
// Id and amounts are the customer's, pins are the customer's; nothing of the proof is believed.

import { EvidenceError, FormatError, hex, same } from "./bytes.js";
import { answered, broken, FAIL, finding, INCONCLUSIVE, isSeen, missing, observe, PASS, unseen } from "./findings.js";
import { freshness } from "./fresh.js";
import { isDebt, isEvmCoin } from "./identifiers.js";
import { readBundleNote, signers } from "./note.js";
import { formatCoins, parseCoins } from "./reader.js";
import { rootByRegistry, unequivocal } from "./registry.js";
import { boundRoot, impliedCommitment, rootFromAuditPath, SCHEME } from "./scheme.js";
import { accountIdBytes } from "./text.js";

const SCHEMES = "liabilities.scheme";
const INCLUSION = "liabilities.inclusion";
const NONNEGATIVE = "liabilities.nonnegative";
const IDENTIFIED = "publication.identified";
const BOUND = "publication.bound";
const WORST_FIRST = [FAIL, INCONCLUSIVE, PASS];

// `customer` is {account: text or null, expected: [{segment: text or null, asset, coins, name, decimals?}]}.
// `pins` is {roots: [bytes], keys: [parsed keys], digests, issuer: text or null, maxAge: seconds or null, bundle: null or
// {bundle, digest, note}, registry: null or the observation of a view}. Keys, digests and issuer are what a policy holds: with one
// of them the instant is judged too. `decimalsOf(asset)` tells what the page's own table says, or null; `now` is seconds.
export async function verifyInclusion(proofs, customer, pins, decimalsOf, now) {
  requireApart(customer.expected);
  const { issuer, instant } = oneSnapshot(proofs);
  const subject = `${issuer}@${instant}`;
  const trees = [];
  for (const tree of merged(proofs)) trees.push(await open(proofs[0], tree, customer));
  const schemes = [];
  for (const tree of trees) schemes.push(await schemeFinding(proofs[0], tree.commitment, customer, decimalsOf));
  const findings = [
    ...answered(SCHEMES, subject, schemes),
    ...answered(INCLUSION, subject, inclusion(trees, customer)),
    ...answered(NONNEGATIVE, subject, trees.map(nonnegative)),
    ...answered(IDENTIFIED, subject, [await identified(subject, proofs, pins)]),
    ...(await published(subject, proofs, pins)),
  ];
  if (hasPolicy(pins) && pins.maxAge !== null) findings.push(freshness(subject, instant, now, pins.maxAge));
  return { subject, issuer, instant, findings, trees };
}

export function hasPolicy(pins) {
  return pins.keys.length > 0 || pins.digests.length > 0 || pins.issuer !== null;
}

// What a registry adds, and that nobody asked the issuer's domain whose name it is: neither decides.
async function published(subject, proofs, pins) {
  const root = await observe(() => commitmentsRoot(proofs));
  const found = pins.registry !== null && isSeen(root) ? unequivocal(subject, root.value, pins.registry) : [];
  if (hasPolicy(pins)) return found;
  const facts = { issuer: proofs[0].issuer };
  return [...found, finding(BOUND, subject, INCONCLUSIVE, `${BOUND}.unverified`, { facts, required: false })];
}

function refOf(commitment) {
  return `${commitment.segment}/${commitment.asset}`;
}

function requireApart(expected) {
  for (const row of expected) {
    const alike = expected.filter((other) => other.asset === row.asset && isDebt(other.segment) === isDebt(row.segment));
    const twice = alike.filter((other) => other.segment === row.segment).length > 1;
    if (alike.length > 1 && (row.segment === null || twice)) {
      throw new FormatError(`${row.name} is named twice; name each segment once, or the sum over all once`);
    }
  }
}

function oneSnapshot(proofs) {
  const named = new Set(proofs.map((proof) => `${proof.issuer}@${proof.instant} ${proof.caseRule}`));
  if (named.size !== 1) throw new FormatError("the proofs are of different snapshots; verify each snapshot by itself");
  return proofs[0];
}

function sameCommitment(left, right) {
  const plain = ["scheme", "segment", "asset", "decimals", "depth", "total"].every((name) => left[name] === right[name]);
  return plain && same(left.root, right.root) && same(left.top, right.top);
}

function merged(proofs) {
  const found = new Map();
  for (const tree of proofs.flatMap((proof) => proof.trees)) {
    const ref = refOf(tree.commitment);
    const before = found.get(ref);
    if (before === undefined) found.set(ref, tree);
    else if (sameCommitment(before.commitment, tree.commitment)) {
      found.set(ref, { ...before, records: [...before.records, ...tree.records] });
    } else throw new FormatError(`the proofs hold two different commitments for ${ref}`, "/trees");
  }
  return [...found.keys()].sort().map((ref) => found.get(ref));
}

async function open(proof, tree, customer) {
  // What each path passes on its way up, for the picture of it.
  const opened = { commitment: tree.commitment, records: tree.records, ways: tree.records.map(() => []) };
  if (customer.account === null) {
    const nobody = missing("you gave no account id");
    return { ...opened, folded: nobody, units: nobody };
  }
  const accountId = accountIdBytes(customer.account, proof.caseRule);
  const folded = await observe(async () => {
    const implied = [];
    for (const [i, record] of tree.records.entries()) {
      const snapshot = `${proof.issuer}@${proof.instant}`;
      implied.push(await impliedCommitment(tree.commitment, record, proof.issuer, snapshot, accountId, opened.ways[i]));
    }
    return implied;
  });
  const units = isSeen(folded) ? await observe(() => summed(tree, folded.value)) : folded;
  return { ...opened, folded, units };
}

function summed(tree, folded) {
  if (tree.records.length === 0) throw new EvidenceError("the proof opens no record here");
  for (const what of ["index", "part"]) {
    if (new Set(tree.records.map((record) => record[what])).size !== tree.records.length) {
      throw new EvidenceError(`one ${what} is opened twice`);
    }
  }
  const { root, total, depth } = tree.commitment;
  if (!folded.every((implied) => same(implied.root, root) && implied.total === total && implied.depth === depth)) {
    throw new EvidenceError(
      "the path leads to another root: the record is not of the account id you gave, or was altered; check the spelling of the id first",
    );
  }
  return tree.records.reduce((sum, record) => sum + record.amount, 0n);
}

async function schemeFinding(proof, commitment, customer, decimalsOf) {
  const stated = customer.expected.length === 0 || customer.expected.some((row) => matches(row, commitment));
  const judged = await schemeJudged(proof, commitment, customer, decimalsOf);
  return stated || judged.outcome === FAIL ? judged : { ...judged, required: false };
}

async function schemeJudged(proof, commitment, customer, decimalsOf) {
  const ref = refOf(commitment);
  const facts = { scheme: commitment.scheme };
  if (commitment.scheme !== SCHEME) return finding(SCHEMES, ref, INCONCLUSIVE, `${SCHEMES}.unknown`, { facts });
  const bound = await observe(() => boundRoot(commitment, proof.issuer, `${proof.issuer}@${proof.instant}`));
  if (!isSeen(bound)) return unseen(SCHEMES, ref, bound);
  if (!same(bound.value, commitment.root)) {
    return finding(SCHEMES, ref, FAIL, `${SCHEMES}.not_bound`, { expected: hex(commitment.root), actual: hex(bound.value) });
  }
  const own = customer.expected.filter((row) => row.asset === commitment.asset && Number.isInteger(row.decimals));
  const table = isEvmCoin(commitment.asset) ? 18 : decimalsOf(commitment.asset);
  const known = [...new Set([...own.map((row) => row.decimals), ...(table === null ? [] : [table])])].sort((a, b) => a - b);
  const options = { expected: `${known.join(" or ") || "unknown"} decimals`, actual: `${commitment.decimals} decimals`, facts };
  if (known.length === 0) return finding(SCHEMES, ref, INCONCLUSIVE, `${SCHEMES}.own_decimals`, options);
  const good = known.length === 1 && known[0] === commitment.decimals;
  return finding(SCHEMES, ref, good ? PASS : FAIL, good ? `${SCHEMES}.known` : `${SCHEMES}.decimals`, options);
}

function nonnegative(tree) {
  const ref = refOf(tree.commitment);
  if (!isSeen(tree.folded)) return unseen(NONNEGATIVE, ref, tree.folded);
  if (!isSeen(tree.units)) {
    return unseen(NONNEGATIVE, ref, missing("the records opened are not shown to be this account's; see liabilities.inclusion"));
  }
  return finding(NONNEGATIVE, ref, PASS, `${NONNEGATIVE}.along_path`);
}

function matches(row, commitment) {
  if (commitment.asset !== row.asset) return false;
  return commitment.segment === row.segment || (row.segment === null && !isDebt(commitment.segment));
}

function inclusion(trees, customer) {
  const stated = new Set();
  const findings = customer.expected.map((row) => {
    const matching = trees.filter((tree) => matches(row, tree.commitment));
    for (const tree of matching) stated.add(tree);
    return expectedFinding(row, matching);
  });
  const others = trees.filter((tree) => !stated.has(tree));
  return [...findings, ...others.map((tree) => unstated(tree, customer.expected.length > 0))];
}

function expectedFinding(row, trees) {
  const subject = row.segment === null ? row.asset : `${row.segment}/${row.asset}`;
  if (trees.length === 0) return finding(INCLUSION, subject, INCONCLUSIVE, `${INCLUSION}.no_proof`, { expected: row.coins });
  const unread = trees.find((tree) => !isSeen(tree.units));
  if (unread !== undefined) return unseen(INCLUSION, subject, unread.units);
  const { decimals } = trees[0].commitment;
  const units = trees.reduce((sum, tree) => sum + tree.units.value, 0n);
  const wanted = parseCoins(row.coins, decimals);
  const good = wanted === units;
  return finding(INCLUSION, subject, good ? PASS : FAIL, `${INCLUSION}.${good ? "included" : "other_amount"}`, {
    expected: formatCoins(wanted, decimals),
    actual: formatCoins(units, decimals),
    facts: {
      asset: row.asset,
      name: row.name,
      segments: trees.map((tree) => tree.commitment.segment).join(", "),
      totals: trees.map((tree) => formatCoins(tree.commitment.total, decimals)).join(", "),
    },
  });
}

function unstated(tree, othersStated) {
  const { commitment } = tree;
  const ref = refOf(commitment);
  if (!isSeen(tree.units)) return unseen(INCLUSION, ref, tree.units);
  return finding(INCLUSION, ref, INCONCLUSIVE, `${INCLUSION}.not_stated`, {
    actual: formatCoins(tree.units.value, commitment.decimals),
    facts: { asset: commitment.asset, name: commitment.asset, segments: commitment.segment },
    required: !othersStated,
  });
}

// Every pin that is given must hold; none given is inconclusive (step 8).
async function identified(subject, proofs, pins) {
  const root = await observe(() => commitmentsRoot(proofs));
  if (!isSeen(root)) return unseen(IDENTIFIED, subject, root);
  const findings = [];
  if (pins.roots.length > 0) findings.push(byRoot(subject, root.value, pins.roots));
  if (pins.bundle !== null) findings.push(await byBundle(subject, proofs, root.value, pins));
  if (pins.issuer !== null && pins.issuer !== proofs[0].issuer) {
    findings.push(finding(IDENTIFIED, subject, FAIL, `${IDENTIFIED}.other_issuer`, { expected: pins.issuer, actual: proofs[0].issuer }));
  } else if (pins.keys.length > 0) findings.push(await byNote(subject, proofs, root.value, pins));
  if (pins.registry !== null) findings.push(rootByRegistry(subject, root.value, pins.registry));
  if (findings.length === 0) {
    findings.push(unseen(IDENTIFIED, subject, missing("no pin was given; give the issuer's key, or a root from elsewhere")));
  }
  return findings.reduce((worst, each) => (WORST_FIRST.indexOf(each.outcome) < WORST_FIRST.indexOf(worst.outcome) ? each : worst));
}

export async function commitmentsRoot(proofs) {
  const roots = [];
  for (const proof of proofs) {
    for (const tree of proof.trees) {
      roots.push(await rootFromAuditPath(tree.commitment.root, tree.position, proof.count, tree.opening));
    }
  }
  if (roots.length === 0) throw new EvidenceError("the proof opens no tree");
  if (!roots.every((root) => same(root, roots[0]))) throw new EvidenceError("the trees of these proofs lead to different commitments roots");
  return roots[0];
}

function byRoot(subject, root, given) {
  if (given.some((each) => same(each, root))) return pinned(subject, `${IDENTIFIED}.root_given`, hex(root));
  return finding(IDENTIFIED, subject, FAIL, `${IDENTIFIED}.other_root`, { expected: given.map(hex).join(", "), actual: hex(root) });
}

async function byBundle(subject, proofs, root, pins) {
  const { bundle, digest, note } = pins.bundle;
  const snapshot = `${bundle.issuer}@${bundle.instant}`;
  if (snapshot !== subject || !same(bundle.commitmentsRoot, root)) {
    const options = { expected: `${snapshot} ${hex(bundle.commitmentsRoot)}`, actual: hex(root) };
    return finding(IDENTIFIED, subject, FAIL, `${IDENTIFIED}.other_root`, options);
  }
  const reason = contradiction(proofs, bundle);
  if (reason !== null) return unseen(IDENTIFIED, subject, broken(reason));
  const other = await otherBundle(proofs, pins);
  if (other !== null) return finding(IDENTIFIED, subject, FAIL, `${IDENTIFIED}.other_bundle`, { expected: digest, actual: other });
  if (pins.digests.includes(digest)) return pinned(subject, `${IDENTIFIED}.pinned`, digest);
  if (pins.keys.length > 0 && note !== null) {
    return noteFinding(subject, note, pins.keys, { issuer: bundle.issuer, snapshot: subject, digest, root, caseRule: bundle.caseRule });
  }
  return unseen(IDENTIFIED, subject, missing("the bundle is consistent, but no key or digest of yours authenticates it"));
}

function contradiction(proofs, bundle) {
  for (const proof of proofs) {
    if (proof.caseRule !== bundle.caseRule) {
      return `the proof writes account ids by the rule ${proof.caseRule}, the bundle by ${bundle.caseRule}`;
    }
    for (const { commitment } of proof.trees) {
      const stated = bundle.liabilities.find((each) => refOf(each) === refOf(commitment));
      if (stated === undefined) return `the bundle has no commitment for ${refOf(commitment)}`;
      if (!sameCommitment(stated, commitment)) return `the proof and the bundle state different things about ${refOf(commitment)}`;
    }
  }
  return null;
}

// The bundle that a key of the customer's signed in a proof's note, where it is another: a split view (T35).
async function otherBundle(proofs, pins) {
  for (const text of notes(proofs)) {
    const said = await observe(async () => {
      const { text: body, names } = await signers(text, pins.keys);
      return names.length > 0 ? readBundleNote(body) : null;
    });
    if (!isSeen(said) || said.value === null) continue;
    if (said.value.digest !== pins.bundle.digest && said.value.digest !== pins.bundle.bundle.supersedes) return said.value.digest;
  }
  return null;
}

function notes(proofs) {
  return [...new Set(proofs.map((proof) => proof.note).filter((note) => note !== ""))].sort();
}

async function byNote(subject, proofs, root, pins) {
  const texts = notes(proofs);
  if (texts.length === 0) return unseen(IDENTIFIED, subject, missing("the proof carries no signed note"));
  const findings = [];
  for (const text of texts) {
    findings.push(await noteFinding(subject, text, pins.keys, { issuer: proofs[0].issuer, snapshot: subject, digest: null, root, caseRule: proofs[0].caseRule }));
  }
  return findings.find((each) => each.outcome !== PASS) ?? findings[0];
}

// Judge a signed note against what it must say, field by field; a null digest may be any.
async function noteFinding(subject, text, keys, wanted) {
  const read = await observe(() => signers(text, keys));
  if (!isSeen(read)) return unseen(IDENTIFIED, subject, read);
  const said = await observe(() => readBundleNote(read.value.text));
  if (!isSeen(said)) return unseen(IDENTIFIED, subject, said);
  const lines = (note) => [note.issuer, note.snapshot, note.digest ?? said.value.digest, hex(note.root), note.caseRule];
  const [found, must] = [lines(said.value), lines(wanted)];
  const differing = found.map((_, i) => i).filter((i) => found[i] !== must[i]);
  if (differing.length > 0) {
    const [expected, actual] = [differing.map((i) => must[i]).join(", "), differing.map((i) => found[i]).join(", ")];
    return finding(IDENTIFIED, subject, FAIL, `${IDENTIFIED}.other_note`, { expected, actual });
  }
  if (read.value.names.length === 0) {
    return unseen(IDENTIFIED, subject, missing("no key that you gave has signed the note"));
  }
  return pinned(subject, `${IDENTIFIED}.signed`, read.value.names.join(", "));
}

function pinned(subject, message, pin) {
  return finding(IDENTIFIED, subject, PASS, message, { facts: { pin } });
}
