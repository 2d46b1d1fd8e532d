// What an address anchored in a ReserveRegistry, out of answers that somebody else fetched (`por/spec/registry.md`).
// The newest entry's id is the word of whoever gave the answer; all entries follow from it by hash.

import { EvidenceError, FormatError, fromHex, hex, join, same, unsigned, utf8 } from "./bytes.js";
import { COMMITTED_ADDRESS, REGISTRIES, UNSEEN_CREATION } from "./data.js";
import { FAIL, finding, INCONCLUSIVE, isSeen, missing, PASS, seen, unseen } from "./findings.js";
import { span, timeOf } from "./fresh.js";
import { keccak256 } from "./keccak.js";
import { strictJson } from "./strict.js";
import { printable } from "./text.js";

const IDENTIFIED = "publication.identified";
const UNEQUIVOCAL = "publication.unequivocal";
const TUPLE = "(uint64,uint64,uint64,bytes32,bytes32,bytes32,bytes32,uint64)";
const ANCHORED = hex(keccak256(utf8(`Anchored(address,uint64,bytes32,bytes32,${TUPLE},(bytes32,uint128,uint128)[])`)));
const HEAD = hex(keccak256(utf8("head(address)")).slice(0, 4));
const MAX_ANSWER = 16 * 2 ** 20;
const MAX_SILENCE = 6 * 3600;
const LAST = 253_402_300_799;

// `pin` is {registry: parsed CAIP-10 account, issuer: 0x address, fromBlock: integer}.
export function callOf(pin) {
  return { to: pin.registry.address, data: `0x${HEAD}${"0".repeat(24)}${pin.issuer.slice(2)}` };
}

export function questionsOf(pin) {
  const logs = {
    address: pin.registry.address,
    fromBlock: `0x${pin.fromBlock.toString(16)}`,
    toBlock: "finalized",
    topics: [`0x${ANCHORED}`, `0x${"0".repeat(24)}${pin.issuer.slice(2)}`],
  };
  const asked = [
    ["eth_chainId", []],
    ["eth_getBlockByNumber", ["finalized", false]],
    ["eth_getCode", [pin.registry.address, "finalized"]],
    ["eth_call", [callOf(pin), "finalized"]],
    ["eth_getLogs", [logs]],
  ];
  return asked.map(([method, params], i) => ({ jsonrpc: "2.0", id: i + 1, method, params }));
}

// Read what was pasted: the node's answers to all questions as JSON, or lines of 0x…, first the answer to the call, then
// the data of the issuer's entries, newest first. Raises FormatError for what is neither.
export function readAnswer(pin, text, instant, now) {
  const told = text.trim().startsWith("0x") ? fromLines(text.trim()) : fromJson(text);
  try {
    return viewOf(pin, told, instant, now);
  } catch (error) {
    // What somebody else answers is no evidence of the issuer's: where it breaks its own rules, nothing was shown.
    if (error instanceof EvidenceError) return missing(`the answer about the registry breaks its own rules: ${error.message}`);
    throw error;
  }
}

function data(text, most = MAX_ANSWER) {
  if (typeof text !== "string" || !text.startsWith("0x")) throw new FormatError("an answer is 0x and lower-case hexadecimal digits");
  return fromHex(text.slice(2), 0, most);
}

function quantity(text) {
  if (typeof text !== "string" || !/^0x(?:0|[1-9a-f][0-9a-f]{0,12})$/.test(text)) throw new FormatError("an answer's number is not one");
  return Number(text);
}

function fromLines(text) {
  const [head, ...entries] = text.split(/\s+/).map((line) => data(line));
  return { head, entries: entries.map((each) => ({ data: each, block: null })) };
}

function fromJson(text) {
  const answers = strictJson(utf8(text), { maxBytes: MAX_ANSWER });
  if (!Array.isArray(answers)) throw new FormatError("not the list of the answers to all questions, and not lines of 0x…");
  const results = new Map(answers.map((each) => [each instanceof Map ? each.get("id") : null, each]));
  const [chain, block, code, head, logs] = [1, 2, 3, 4, 5].map((id) => {
    const answer = results.get(id);
    if (answer === undefined || !answer.has("result")) throw new FormatError(`question ${id} has no result in the answer`);
    return answer.get("result");
  });
  if (!(block instanceof Map) || !Array.isArray(logs)) throw new FormatError("the answers are not of these questions, in this order");
  return {
    chain: quantity(chain),
    final: { number: quantity(block.get("number")), seconds: quantity(block.get("timestamp")) },
    code: data(code),
    head: data(head),
    entries: logs.map(fromLog).reverse(),
  };
}

function fromLog(log) {
  if (!(log instanceof Map) || !Array.isArray(log.get("topics"))) throw new FormatError("not a log");
  return { data: data(log.get("data")), block: quantity(log.get("blockNumber")), address: log.get("address"), topics: log.get("topics") };
}

function wordsOf(bytes, what) {
  if (bytes.length % 32) throw new EvidenceError(`${what} is not made of whole words`);
  return Array.from({ length: bytes.length / 32 }, (_, i) => bytes.slice(32 * i, 32 * i + 32));
}

function number(word, bits) {
  const value = BigInt(`0x${hex(word)}`);
  if (value >= 1n << BigInt(bits)) throw new EvidenceError(`a word that holds no unsigned integer of ${bits} bits`);
  return value;
}

function seconds(word) {
  const value = number(word, 64);
  if (value > BigInt(LAST)) throw new EvidenceError("an instant beyond the year 9999");
  return Number(value);
}

function viewOf(pin, told, instant, now) {
  const { chain, address } = pin.registry;
  if (told.chain !== undefined && chain !== `eip155:${told.chain}`) throw new EvidenceError(`it is of chain eip155:${told.chain}`);
  const known = told.code === undefined ? address === COMMITTED_ADDRESS : REGISTRIES.includes(`0x${hex(keccak256(told.code))}`);
  if (!known) return missing(`${pin.registry.text} is not shown to be a registry that is known; its code decides`);
  const head = headOf(told.head);
  const chained = follow(pin, head, told.entries, Date.parse(instant) / 1000);
  const view = {
    account: `${chain}:${pin.issuer}`,
    registry: pin.registry.text,
    instant,
    finalAt: told.final === undefined ? null : timeOf(told.final.seconds),
    creation: address === COMMITTED_ADDRESS ? "" : UNSEEN_CREATION,
    history: chained.entries.toReversed(),
    gap: chained.gap,
  };
  view.entries = view.history.filter((each) => each.instant === instant);
  const silence = told.final === undefined ? 0 : now - told.final.seconds;
  if (silence <= MAX_SILENCE) return seen(view);
  return missing(`the last final block of the answer is of ${view.finalAt}, ${span(silence)} ago: what was anchored since does not show`);
}

function headOf(bytes) {
  const words = wordsOf(bytes, "the answer to the call");
  if (words.length !== 4) throw new EvidenceError(`the answer to the call has ${words.length} words, and 4 are due`);
  const [id, sequence, instant, anchoredAt] = words;
  const head = { id, sequence: number(sequence, 64), instant: seconds(instant), anchoredAt: timeOf(seconds(anchoredAt)) };
  if (head.sequence === 0n && bytes.some((byte) => byte !== 0)) throw new EvidenceError("an entry without a sequence");
  return head;
}

// Follow the entries from the proven newest one back, until no earlier one can be of the instant.
function follow(pin, head, given, instant) {
  let [wanted, sequence] = [head.id, head.sequence];
  const entries = [];
  for (const one of given) {
    if (sequence === 0n) return { entries, gap: "there are more entries than the newest one counts" };
    const entry = entryOf(pin, one, sequence);
    if (!same(entry.id, wanted)) return { entries, gap: `entry ${sequence} is another one than the proven one` };
    entries.push({ ...entry, anchoredAt: sequence === head.sequence ? head.anchoredAt : "—" });
    [wanted, sequence] = [entry.previous, sequence - 1n];
  }
  const last = entries.at(-1);
  const whole = sequence === 0n || (last !== undefined && Date.parse(last.instant) / 1000 < instant);
  const only = last !== undefined && Date.parse(last.instant) / 1000 === instant && last.supersedes === 0n;
  return { entries, gap: whole || only ? "" : `entry ${sequence} is not among those given` };
}

// Event 2 to 4 of the specification; the id is computed, never read.
function entryOf(pin, one, sequence) {
  if (one.address !== undefined) {
    const topics = [ANCHORED, "0".repeat(24) + pin.issuer.slice(2), hex(unsigned(sequence, 32))].map((each) => `0x${each}`);
    if (one.address !== pin.registry.address || topics.some((topic, i) => one.topics[i] !== topic)) {
      throw new EvidenceError("a log of another event, issuer or place than was asked for");
    }
  }
  const words = wordsOf(one.data, "an entry");
  const rows = words.length < 11 ? -1 : Number(number(words[10], 32));
  if (words.length !== 11 + 3 * rows || number(words[9], 64) !== 320n) throw new EvidenceError("an entry is not encoded as its contract encodes it");
  [1, 2, 3, 8].forEach((i) => number(words[i], 64));
  words.slice(11).forEach((word, i) => i % 3 && number(word, 128));
  const totals = keccak256(join(unsigned(32, 32), ...words.slice(10)));
  const issuer = join(new Uint8Array(12), fromHex(pin.issuer.slice(2), 20));
  return {
    id: keccak256(join(issuer, unsigned(sequence, 32), ...words.slice(0, 9), totals)),
    sequence,
    previous: words[0],
    instant: timeOf(seconds(words[1])),
    root: words[5],
    bundle: `sha256:${hex(words[6])}`,
    supersedes: number(words[8], 64),
    block: one.block,
  };
}

function factsOf(view, found) {
  return {
    entry: `0x${hex(found.id)}`,
    sequence: String(found.sequence),
    anchored_at: found.anchoredAt,
    block: String(found.block ?? ""),
    bundle: found.bundle,
    account: view.account,
    registry: view.registry,
    sources: "1 source: the answer given",
    creation: view.creation,
  };
}

// Judge a view whose entries lead to the proven newest one; nothing else decides anything (T36).
function judged(check, subject, view, decide) {
  if (!isSeen(view)) return unseen(check, subject, view);
  if (view.value.gap) return finding(check, subject, INCONCLUSIVE, "evidence.history", { facts: { reason: view.value.gap } });
  return decide(view.value);
}

// Is this the commitments root that the registry's address anchored for the instant, and last?
export function rootByRegistry(subject, root, observed) {
  return judged(IDENTIFIED, subject, observed, (view) => {
    const newest = view.entries.at(-1);
    const here = view.entries.some((each) => same(each.root, root));
    const elsewhere = view.history.findLast((each) => each.instant !== view.instant && same(each.root, root));
    if (elsewhere !== undefined && !here) {
      const facts = { account: view.account, sequence: String(elsewhere.sequence) };
      return finding(IDENTIFIED, subject, FAIL, `${IDENTIFIED}.other_instant`, { expected: view.instant, actual: elsewhere.instant, facts });
    }
    if (newest === undefined) return unseen(IDENTIFIED, subject, missing(`${view.account} has anchored nothing for this instant`));
    const good = same(newest.root, root);
    const message = good ? "root_anchored" : here ? "root_superseded" : "other_root_anchored";
    const options = { expected: hex(newest.root), actual: hex(root), facts: factsOf(view, newest) };
    return finding(IDENTIFIED, subject, good ? PASS : FAIL, `${IDENTIFIED}.${message}`, options);
  });
}

// Is exactly one thing published for this instant? It decides nothing here; others' copies are not asked for.
export function unequivocal(subject, root, observed) {
  const answer = judged(UNEQUIVOCAL, subject, observed, (view) => {
    const newest = view.entries.at(-1);
    const place = { account: view.account, registry: view.registry };
    if (newest === undefined) return finding(UNEQUIVOCAL, subject, INCONCLUSIVE, `${UNEQUIVOCAL}.not_anchored`, { facts: place });
    const own = view.entries.filter((each) => same(each.root, root));
    const other = view.entries.findLast((each) => !same(each.root, root)) ?? newest;
    const superseded = own.length > 0 && own.at(-1) !== newest;
    const good = own.length > 0 && !superseded;
    const message = !own.length ? "two_bundles" : superseded ? "superseded" : view.entries.length > 1 ? "correction" : "only";
    const corrected = view.entries.slice(0, -1).map((each) => String(each.sequence)).join(", ") || "none";
    return finding(UNEQUIVOCAL, subject, good ? PASS : FAIL, `${UNEQUIVOCAL}.${message}`, {
      expected: `commitments root ${hex(root)}`,
      actual: `commitments root ${hex(other.root)}`,
      facts: { ...factsOf(view, superseded ? own.at(-1) : newest), other: String(other.sequence), corrected },
    });
  });
  const found = [{ ...answer, required: false }];
  if (isSeen(observed)) {
    const facts = { account: observed.value.account, reason: printable("this page asks for the issuer's own entries alone") };
    found.push(finding(UNEQUIVOCAL, observed.value.registry, INCONCLUSIVE, `${UNEQUIVOCAL}.others_unread`, { facts, required: false }));
  }
  return found;
}
