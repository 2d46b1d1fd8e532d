// The inclusion-proof document (`por/spec/inclusion-proof.md`, reading steps 1 to 4).

import { canonicalJson } from "./strict.js";
import { assetId, issuerId, segmentName } from "./identifiers.js";
import { Reader } from "./reader.js";
import { MAX_DEPTH } from "./scheme.js";

export const INCLUSION_PROOF = "application/vnd.por.inclusion-proof.v1+json";
const MAX_BYTES = 4 * 2 ** 20;

export function readProof(bytes) {
  const top = new Reader(canonicalJson(bytes, { maxBytes: MAX_BYTES }));
  const [issuer, instant, caseRule, count, note, trees] = top.document(
    INCLUSION_PROOF, "issuer", "instant", "caseRule", "count", "note", "trees",
  );
  return {
    issuer: issuer.parse(issuerId),
    instant: instant.instant(),
    caseRule: caseRule.choice("exact", "lower"),
    count: count.integer(1, 2 ** 32 - 1),
    note: note.lines(),
    trees: trees.items(4096).map(readTree),
  };
}

function readTree(reader) {
  const [commitment, position, opening, records] = reader.members("commitment", "position", "opening", "records");
  return {
    commitment: readCommitment(commitment),
    position: position.integer(0, 2 ** 32 - 1),
    opening: opening.items(32).map((step) => step.hex(32)),
    records: records.items(4096).map(readRecord),
  };
}

export function readCommitment(reader) {
  const [scheme, segment, asset, decimals, depth, total, root, top] = reader.members(
    "scheme", "segment", "asset", "decimals", "depth", "total", "root", "top",
  );
  return {
    scheme: scheme.text(64),
    segment: segment.parse(segmentName),
    asset: asset.parse(assetId),
    decimals: decimals.integer(0, 36),
    depth: depth.integer(0, MAX_DEPTH),
    total: total.units(),
    root: root.hex(32),
    top: top.hex(32),
  };
}

function readRecord(reader) {
  const [key, part, amount, index, path] = reader.members("key", "part", "amount", "index", "path");
  return {
    key: key.hex(32),
    part: part.integer(0, 2 ** 32 - 1),
    amount: amount.units(),
    index: index.integer(0, 2 ** MAX_DEPTH - 1),
    path: path.items(MAX_DEPTH).map((step) => {
      const [sibling, sum] = step.members("hash", "sum");
      return { hash: sibling.hex(32), sum: sum.units() };
    }),
  };
}
