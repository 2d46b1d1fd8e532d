// What tests ask of the page's modules: one job in, plain JSON out.

import { EvidenceError, FormatError, fromHex, hex, same, Unsupported, utf8 } from "./bytes.js";
import { digestOf, readBundle } from "./bundle.js";
import { compared } from "./compare.js";
import { isSeen, outcomeOf } from "./findings.js";
import { assetId, chainAccount, chainId, digestText, issuerId, segmentName } from "./identifiers.js";
import { verifyInclusion } from "./inclusion.js";
import { decimalsOf, judge } from "./judge.js";
import { keccak256 } from "./keccak.js";
import { parseKey, parseNote, readBundleNote, signers } from "./note.js";
import { readProof } from "./proof.js";
import { formatCoins, parseCoins, parseInstant, parseUnits } from "./reader.js";
import { receiptOf } from "./receipt.js";
import { questionsOf, readAnswer } from "./registry.js";
import { firstSentence, messageOf, say, speak } from "./say.js";
import {
  boundRoot, committedRoot, context, fold, idDigest, impliedCommitment, leafHash, nodeHash, recordTag, rootFromAuditPath,
} from "./scheme.js";
import { canonical, canonicalJson, strictJson } from "./strict.js";
import { accountIdBytes, plainText, printable } from "./text.js";
import { recognise } from "./files.js";

const any = (text) => fromHex(text, 0, 2 ** 30);
const hashed = (hash) => ({ hash: hex(hash) });
const pathOf = (steps) => steps.map((step) => ({ hash: any(step.hash), sum: BigInt(step.sum) }));
const LIMITS = { maxBytes: 64 * 2 ** 20 };
const NAMES = {
  chain: chainId, account: (text) => chainAccount(text).text, asset: assetId, digest: digestText, issuer: issuerId,
  segment: segmentName, instant: parseInstant,
};

function commitmentOf(row) {
  return { ...row, total: BigInt(row.total), root: any(row.root), top: any(row.top) };
}

const TREE = {
  account_id: (given) => ({ hex: hex(accountIdBytes(given.text, given.rule)) }),
  context: async (given) => hashed(await context(given.scheme, given.issuer, given.snapshot, given.segment, given.asset, given.decimals)),
  id_digest: async (given) => hashed(await idDigest(any(given.account))),
  record_tag: async (given) => hashed(await recordTag(any(given.recordKey), any(given.context), any(given.idDigest))),
  leaf: async (given) => hashed(await leafHash(any(given.tag), BigInt(given.amount))),
  node: async (given) => hashed(await nodeHash(any(given.left), BigInt(given.leftSum), any(given.right), BigInt(given.rightSum))),
  committed_root: async (given) => hashed(await committedRoot(any(given.context), given.depth, BigInt(given.total), any(given.top))),
  fold: async (given) => {
    const made = await fold(any(given.leaf), BigInt(given.amount), given.index, pathOf(given.path));
    return { top: hex(made.top), total: String(made.total), depth: made.depth };
  },
  commitment: async (given) => {
    const commitment = commitmentOf(given.commitment);
    const root = await boundRoot(commitment, given.issuer, given.snapshot);
    return { root: hex(root), isCommitment: same(root, commitment.root) };
  },
  record: async (given) => {
    const commitment = commitmentOf(given.commitment);
    const row = { key: any(given.record.key), amount: BigInt(given.record.amount), index: given.record.index, path: pathOf(given.record.path) };
    const made = await impliedCommitment(commitment, row, given.issuer, given.snapshot, any(given.account));
    const isCommitment = same(made.root, commitment.root) && made.total === commitment.total && made.depth === commitment.depth;
    return { root: hex(made.root), total: String(made.total), depth: made.depth, isCommitment };
  },
  opening: async (given) => {
    const root = hex(await rootFromAuditPath(any(given.root), given.position, given.count, given.opening.map(any)));
    return { root, isCommitmentsRoot: root === given.commitmentsRoot };
  },
};

function plainFinding({ check, subject, outcome, message, expected, actual, facts, required }) {
  return { check, subject, outcome, message, expected, actual, facts, required };
}

async function verified(job) {
  const proofs = job.proofs.map((text) => readProof(any(text)));
  const keys = [];
  for (const key of job.pins.keys) keys.push(await parseKey(key));
  const { bundle, registry } = job.pins;
  const pins = {
    ...job.pins,
    keys,
    roots: job.pins.roots.map(any),
    bundle: bundle === null ? null : { bundle: readBundle(any(bundle.document)), digest: await digestOf(any(bundle.document)), note: bundle.note },
    registry: registry === null ? null : readAnswer({ ...registry, registry: chainAccount(registry.registry) }, registry.answer, proofs[0].instant, job.now),
  };
  return verifyInclusion(proofs, job.customer, pins, job.bare ? () => null : decimalsOf, job.now);
}

function told(result, language) {
  speak(language);
  return { sentence: firstSentence(result), messages: result.findings.map(messageOf) };
}

const RUN = {
  strict: (job) => ({ value: canonical(strictJson(any(job.bytes), LIMITS)) }),
  canonical: (job) => ({ value: canonical(canonicalJson(any(job.bytes), LIMITS)) }),
  name: (job) => ({ text: NAMES[job.kind](job.text) }),
  amount: (job) => {
    if (job.kind === "written") return { text: formatCoins(BigInt(job.units), job.decimals) };
    return { units: String(job.kind === "coins" ? parseCoins(job.text, job.decimals) : parseUnits(job.text)) };
  },
  plain: (job) => ({ text: plainText(job.text), printable: printable(job.text) }),
  printable: (job) => ({ text: printable(job.text) }),
  proof: async (job) => ({ trees: readProof(any(job.bytes)).trees.length, digest: await digestOf(any(job.bytes)) }),
  bundle: async (job) => {
    const bundle = readBundle(any(job.bytes));
    return { snapshot: `${bundle.issuer}@${bundle.instant}`, digest: await digestOf(any(job.bytes)) };
  },
  tree: (job) => TREE[job.given.operation](job.given),
  note: async (job) => {
    const keys = [];
    for (const key of job.keys) keys.push(await parseKey(key));
    return signers(job.note, keys);
  },
  key: async (job) => {
    const key = await parseKey(job.key);
    return { name: key.name, id: hex(key.id), public: hex(key.publicKey) };
  },
  text: (job) => {
    const note = readBundleNote(job.text);
    return { ...note, root: hex(note.root) };
  },
  keccak: (job) => ({ hash: hex(keccak256(any(job.bytes))) }),
  verify: async (job) => {
    const result = await verified(job);
    return {
      outcome: outcomeOf(result.findings),
      findings: result.findings.map(plainFinding),
      en: told(result, "en"),
      ja: told(result, "ja"),
      ways: result.trees.map((tree) => tree.ways.map((way) => way.length)),
    };
  },
  compare: async (job) => {
    const [previous, present] = [await verified(job.previous), await verified(job.present)];
    return compared(previous, present);
  },
  questions: (job) => ({ questions: questionsOf({ ...job.pin, registry: chainAccount(job.pin.registry) }) }),
  receipt: async (job) => {
    const result = job.verify === null ? null : await verified(job.verify);
    const made = await receiptOf(any(job.file), readProof(any(job.file)), result === null ? null : result.findings, any(job.salt), job.now);
    return { receipt: new TextDecoder().decode(made) };
  },
  judge: async (job) => {
    const files = [];
    for (const file of job.files) files.push(await recognise(file.name, any(file.bytes)));
    const result = await judge(files, job.form, job.now);
    return { outcome: outcomeOf(result.findings), findings: result.findings.map(plainFinding), previous: result.previous };
  },
  published: async (job) => {
    const files = [];
    for (const file of job.files) files.push(await recognise(file.name, any(file.bytes)));
    for (const file of job.others) files.push({ ...file, bytes: any(file.bytes) });
    const result = await judge(files, job.form, job.now);
    const receipts = [];
    for (const file of files.filter(({ kind }) => kind === "published")) {
      receipts.push(new TextDecoder().decode(await result.published.receiptOf(file, any(job.salt))));
    }
    const { subject, instant, findings } = result;
    const said = { en: told(result, "en"), ja: told(result, "ja") };
    return { snapshot: subject, instant, outcome: outcomeOf(findings), findings: findings.map(plainFinding), ...said, receipts };
  },
  recognise: async (job) => {
    const { kind, reason = null, name, others = [], published = null } = await recognise(job.name, any(job.bytes));
    return { kind, reason, name, others, published };
  },
  say: (job) => {
    speak(job.language);
    return { text: say(job.key, job.places) };
  },
  open: (job) => ({ seen: isSeen(job), size: utf8("").length, note: parseNote(job.note) }),
};

export async function answered(jobs) {
  const answers = [];
  for (const job of jobs) {
    try {
      answers.push({ ok: await RUN[job.run](job) });
    } catch (error) {
      const kind = [FormatError, EvidenceError, Unsupported].find((each) => error instanceof each);
      answers.push({ error: kind === undefined ? `${error.name} ${error.stack}` : kind.name, place: error.place ?? "", words: error.message });
    }
  }
  return answers;
}
