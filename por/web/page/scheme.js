// The liability tree `por-sum-sha256-v1`: what one record and one opening imply. Steps of `por/spec/liability-tree.md`.
// Nothing is compared here; what does not fit is an EvidenceError, and there is no result.

import { EvidenceError, join, lengthPrefixed, unsigned, utf8 } from "./bytes.js";

export const SCHEME = "por-sum-sha256-v1";
export const MAX_DEPTH = 40;
const LIMIT = 1n << 128n;

export async function sha256(...parts) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", join(...parts)));
}

function text(value) {
  return lengthPrefixed(utf8(value));
}

function byte(value) {
  return Uint8Array.of(value);
}

function bytes32(value, what) {
  if (value.length !== 32) throw new EvidenceError(`${what} of ${value.length} bytes; 32 are needed`);
  return value;
}

function amount(value) {
  if (value < 0n || value >= LIMIT) throw new EvidenceError("an amount outside 0 to 2^128 - 1");
  return unsigned(value, 16);
}

export async function context(scheme, issuer, snapshot, segment, asset, decimals) {
  if (!Number.isInteger(decimals) || decimals < 0 || decimals > 255) throw new EvidenceError("decimals outside 0 to 255");
  return sha256(byte(4), text(scheme), text(issuer), text(snapshot), text(segment), text(asset), byte(decimals));
}

export async function idDigest(accountId) {
  return sha256(byte(5), lengthPrefixed(accountId));
}

export async function recordTag(recordKey, place, id) {
  return sha256(byte(3), bytes32(recordKey, "a record key"), bytes32(place, "a context"), bytes32(id, "an id digest"));
}

export async function leafHash(tag, units) {
  return sha256(byte(0), bytes32(tag, "a tag"), amount(units));
}

export async function nodeHash(left, leftSum, right, rightSum) {
  return sha256(byte(1), bytes32(left, "a hash"), amount(leftSum), bytes32(right, "a hash"), amount(rightSum));
}

export async function committedRoot(place, depth, total, top) {
  if (!Number.isInteger(depth) || depth < 0 || depth > MAX_DEPTH) throw new EvidenceError(`a depth outside 0 to ${MAX_DEPTH}`);
  return sha256(byte(7), bytes32(place, "a context"), byte(depth), amount(total), bytes32(top, "a top hash"));
}

// Fold a leaf up its path. What is passed on the way, leaf first, is put into `nodes`, also where the path breaks.
export async function fold(leaf, units, index, path, nodes = []) {
  if (path.length > MAX_DEPTH) throw new EvidenceError(`a path of ${path.length} steps; at most ${MAX_DEPTH}`);
  if (!Number.isSafeInteger(index) || index < 0 || BigInt(index) >= 1n << BigInt(path.length)) {
    throw new EvidenceError("the index is outside the tree");
  }
  let node = bytes32(leaf, "a leaf");
  let sum = units;
  amount(sum);
  nodes.push({ hash: node, sum });
  for (const [k, step] of path.entries()) {
    const right = (BigInt(index) >> BigInt(k)) & 1n;
    node = right ? await nodeHash(step.hash, step.sum, node, sum) : await nodeHash(node, sum, step.hash, step.sum);
    sum += step.sum;
    if (sum >= LIMIT) throw new EvidenceError("a sum of 2^128 base units or more");
    nodes.push({ hash: node, sum });
  }
  return { top: node, total: sum, depth: path.length };
}

// What one record implies, steps 1 to 6.
export async function impliedCommitment(commitment, record, issuer, snapshot, accountId, nodes = []) {
  const place = await context(commitment.scheme, issuer, snapshot, commitment.segment, commitment.asset, commitment.decimals);
  const tag = await recordTag(record.key, place, await idDigest(accountId));
  const leaf = await leafHash(tag, record.amount);
  const folded = await fold(leaf, record.amount, record.index, record.path, nodes);
  return { ...folded, root: await committedRoot(place, folded.depth, folded.total, folded.top) };
}

// What a commitment's stated members bind.
export async function boundRoot(commitment, issuer, snapshot) {
  const place = await context(commitment.scheme, issuer, snapshot, commitment.segment, commitment.asset, commitment.decimals);
  return committedRoot(place, commitment.depth, commitment.total, commitment.top);
}

// What an opening implies: the RFC 9162 (2.1.3.2) root of a leaf of 32 bytes among `count`.
export async function rootFromAuditPath(root, position, count, path) {
  if (position < 0 || position >= count) throw new EvidenceError("the position is outside the list");
  let node = await sha256(byte(0), bytes32(root, "a committed root"));
  let [place, last] = [position, count - 1];
  for (const step of path) {
    if (last === 0) throw new EvidenceError("the audit path is longer than the tree is high");
    if (place % 2 === 1 || place === last) {
      node = await sha256(byte(1), bytes32(step, "a hash"), node);
      while (place % 2 === 0 && place !== 0) [place, last] = [Math.floor(place / 2), Math.floor(last / 2)];
    } else {
      node = await sha256(byte(1), node, bytes32(step, "a hash"));
    }
    [place, last] = [Math.floor(place / 2), Math.floor(last / 2)];
  }
  if (last !== 0) throw new EvidenceError("the audit path is shorter than the tree is high");
  return node;
}

