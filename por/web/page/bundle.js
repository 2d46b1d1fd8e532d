// The bundle (`por/spec/bundle.md`, reading steps 1 to 7): read whole, though a customer needs little of it.

import { FormatError, hex } from "./bytes.js";
import { CUSTODIES, ENCUMBRANCES, EVIDENCE, ROLES } from "./data.js";
import { assetId, chainAccount, chainId, issuerId } from "./identifiers.js";
import { readCommitment } from "./proof.js";
import { Reader } from "./reader.js";
import { sha256 } from "./scheme.js";
import { canonicalJson } from "./strict.js";

export const BUNDLE = "application/vnd.por.bundle.v1+json";
const MAX_BYTES = 64 * 2 ** 20;
const MAX_ITEMS = 4_000_000;
const MAX_ACCOUNTS = 200_000;
const MAX_PROOFS = 1024;
const FREE_READING = 64 * 2 ** 20;
const MAX_READINGS = 64;

export async function digestOf(bytes) {
  return `sha256:${hex(await sha256(bytes))}`;
}

export function readBundle(bytes) {
  const top = new Reader(canonicalJson(bytes, { maxBytes: MAX_BYTES, maxItems: MAX_ITEMS }));
  const [issuer, instant, sequence, previous, supersedes, anchoredBy, caseRule, expires, blocks, liabilities, root, ...rest] =
    top.document(
      BUNDLE, "issuer", "instant", "sequence", "previous", "supersedes", "anchoredBy", "caseRule", "expires", "blocks",
      "liabilities", "commitmentsRoot", "reserves", "controlSet", "declarations", "evidence",
    );
  const [reserves, controlSet, declarations, evidence] = rest;
  const bundle = {
    issuer: issuer.parse(issuerId),
    instant: instant.instant(),
    sequence: sequence.integer(1, 2 ** 32 - 1),
    previous: previous.optional((it) => it.digest()),
    supersedes: supersedes.optional((it) => it.digest()),
    anchoredBy: anchoredBy.optional(readAnchor),
    caseRule: caseRule.choice("exact", "lower"),
    expires: expires.instant(),
    blocks: blocks.items(1024).map(readBlock),
    liabilities: liabilities.items(65_536).map(readCommitment),
    commitmentsRoot: root.hex(32),
    reserves: reserves.items(MAX_ACCOUNTS).map(readAccount),
    evidence: evidence.items(1_000_000).map(readEvidence),
  };
  controlSet.optional((it) => {
    const [setRoot, count] = it.members("root", "count");
    return [setRoot.hex(32), count.integer(1, MAX_ACCOUNTS)];
  });
  declarations.optional((it) => it.digest());
  blocks.requireAscending(bundle.blocks);
  // A segment holds no slash, and what it may hold sorts above the space.
  liabilities.requireAscending(bundle.liabilities.map((each) => `${each.segment} ${each.asset}`));
  evidence.requireAscending(bundle.evidence.map((each) => each.digest));
  requireBounded(bundle, evidence);
  if ((bundle.sequence === 1) !== (bundle.previous === null)) {
    throw previous.fail("previous is null for sequence 1, and a digest for every other");
  }
  if (bundle.expires <= bundle.instant) throw expires.fail("control proofs expire after the snapshot's instant");
  return bundle;
}

function readAnchor(reader) {
  const account = reader.parse(chainAccount);
  if (!account.chain.startsWith("eip155:")) throw reader.fail("bundles are anchored by accounts of EVM chains");
  return account.text;
}

function data32(reader) {
  return reader.parse((text) => {
    if (!/^0x[0-9a-f]{64}$/.test(text)) throw new FormatError("not 0x and 64 lower-case hexadecimal digits");
    return text;
  });
}

function digests(reader, limit) {
  return reader.items(limit).map((each) => each.digest());
}

function readBlock(reader) {
  const [chain, number, hash, header, child, lightClient] = reader.members(
    "chain", "number", "hash", "header", "child", "lightClient",
  );
  const name = chain.parse(chainId);
  number.integer(0, 2 ** 53 - 1);
  data32(hash);
  header.digest();
  child.optional((it) => it.digest());
  digests(lightClient, 1024);
  return name;
}

function readAccount(reader) {
  const [account, role, custody, holdings, control, controlState] = reader.members(
    "account", "role", "custody", "holdings", "control", "controlState",
  );
  const { chain } = account.parse(chainAccount);
  role.choice(...ROLES);
  custody.choice(...CUSTODIES);
  const claims = holdings.items(4096).map(readHolding);
  control.optional((it) => it.digest());
  const state = digests(controlState, MAX_PROOFS);
  holdings.requireAscending(claims.map((claim) => claim.asset));
  const stray = claims.findIndex((claim) => !claim.asset.startsWith(`${chain}/`));
  if (stray >= 0) throw new FormatError("the asset is on another chain than its account", `${holdings.place}/${stray}`);
  return [...state, ...claims.flatMap((claim) => claim.evidence)];
}

function readHolding(reader) {
  const [asset, amount, evidence, encumbrance] = reader.members("asset", "amount", "evidence", "encumbrance");
  const read = { asset: asset.parse(assetId), amount: amount.units(), evidence: digests(evidence, MAX_PROOFS) };
  encumbrance.optional((it) => {
    const [kind, encumbered] = it.members("kind", "amount");
    return [kind.choice(...ENCUMBRANCES), encumbered.units()];
  });
  return read;
}

function readEvidence(reader) {
  const [digest, mediaType, size] = reader.members("digest", "mediaType", "size");
  const kind = mediaType.text(128);
  if (!Object.hasOwn(EVIDENCE, kind)) throw mediaType.fail(`evidence of type ${kind} is not read by this release`);
  return { digest: digest.digest(), kind, size: size.integer(1, EVIDENCE[kind].most) };
}

// Refuse a small bundle that makes its verifier read one big file over and over (T84).
function requireBounded(bundle, evidence) {
  const sizes = new Map(bundle.evidence.map((each) => [each.digest, each.size]));
  const reading = bundle.reserves.flat().reduce((sum, digest) => sum + (sizes.get(digest) ?? 0), 0);
  const listed = bundle.evidence.filter((each) => !EVIDENCE[each.kind].declared).reduce((sum, each) => sum + each.size, 0);
  if (reading > FREE_READING + MAX_READINGS * listed) {
    throw evidence.fail(`claims refer to files of ${reading} bytes in all, far more than are listed`);
  }
}
