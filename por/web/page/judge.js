// Put together what the customer dropped and typed, and judge it; what cannot be read is a FormatError with its place.

import { FormatError, fromHex } from "./bytes.js";
import { compared, follows } from "./compare.js";
import { DECIMALS, SYMBOLS } from "./data.js";
import { isSeen, missing, observe } from "./findings.js";
import { assetId, chainAccount, digestText, issuerId } from "./identifiers.js";
import { verifyInclusion } from "./inclusion.js";
import { parseKey, parseNote, readBundleNote } from "./note.js";
import { judgedPublished } from "./published.js";
import { parseCoins } from "./reader.js";
import { readAnswer } from "./registry.js";

const DAY = 86_400;
const NO_PINS = { roots: [], keys: [], digests: [], issuer: null, maxAge: null, bundle: null, registry: null };

export function decimalsOf(asset) {
  return DECIMALS[asset] ?? null;
}

// What the table of symbols says of an asset, or null.
export function symbolOf(asset) {
  return SYMBOLS.find((row) => row.id === asset) ?? null;
}

function within(place, read) {
  try {
    return read();
  } catch (error) {
    if (error instanceof FormatError) throw new FormatError(error.reason, place);
    throw error;
  }
}

function lines(text) {
  return text.split(/\s+/).filter((line) => line !== "");
}

// `form` holds the texts that were typed, by name; `files` what was dropped; `now` is in seconds.
export async function judge(files, form, now) {
  const unread = files.find((file) => file.kind === "unread");
  if (unread !== undefined) throw Object.assign(new FormatError(unread.reason, unread.name), { others: unread.others });
  const published = files.filter((file) => file.kind === "published");
  const proofs = files.filter((file) => file.kind === "proof").map((file) => file.proof);
  if (published.length + proofs.length === 0) throw new FormatError("", "page.wrong.no_proof");
  if (published.length > 0) {
    const others = files.filter((file) => file.kind === "beside" || file.kind === "root");
    if (published.length + others.length < files.length) throw new FormatError("", "page.wrong.one_published");
    return { now, previous: null, ...(await judgedPublished(published, others, form, now)) };
  }
  const customer = customerOf(form);
  const [earlier, present] = apart(proofs);
  const bundles = files.filter((file) => file.kind === "bundle");
  const before = earlier.length > 0 ? bundles.find((each) => isOf(each.bundle, earlier[0])) ?? null : null;
  const mine = bundles.filter((each) => each !== before);
  if (mine.length > 1) throw new FormatError("", "page.wrong.two_bundles");
  const pins = await pinsOf(form, now, present[0].instant);
  const { bundle, loose } = await withNotes(mine[0] ?? null, files.filter((file) => file.kind === "note"), before);
  const noted = loose.map((note) => ({ ...present[0], note, trees: [] }));
  const result = await verifyInclusion([...present, ...noted], customer, { ...pins, bundle }, decimalsOf, now);
  const previous = earlier.length > 0 ? await beside(earlier, customer, result, before, bundle, now) : null;
  return { ...result, customer, now, previous };
}

function isOf(bundle, proof) {
  return bundle.issuer === proof.issuer && bundle.instant === proof.instant;
}

// Two instants of one issuer are a proof and the previous one; anything else is the verifier's to refuse.
function apart(proofs) {
  const instants = [...new Set(proofs.map((proof) => proof.instant))].sort();
  const issuers = new Set(proofs.map((proof) => proof.issuer));
  if (instants.length !== 2 || issuers.size !== 1) return [[], proofs];
  return instants.map((instant) => proofs.filter((proof) => proof.instant === instant));
}

// A note belongs to the bundle whose digest it says; any other stands beside the proof's own.
async function withNotes(bundle, files, before) {
  const loose = [];
  let note = null;
  for (const { text } of files) {
    const said = await observe(() => readBundleNote(parseNote(text).text).digest);
    const digest = isSeen(said) ? said.value : null;
    if (bundle !== null && digest === bundle.digest) note = text;
    else if (before === null || digest !== before.digest) loose.push(text);
  }
  return { bundle: bundle === null ? null : { bundle: bundle.bundle, digest: bundle.digest, note }, loose };
}

async function beside(earlier, customer, result, before, bundle, now) {
  const previous = await verifyInclusion(earlier, { account: customer.account, expected: [] }, NO_PINS, decimalsOf, now);
  const sequence = before === null || bundle === null ? null : follows(before, bundle);
  return { instant: previous.instant, sequence, ...compared(previous, result) };
}

function customerOf(form) {
  const expected = form.amounts.filter((row) => row.coins.trim() !== "").map((row) => {
    const known = symbolOf(row.asset)?.decimals ?? decimalsOf(row.asset);
    const typed = row.decimals.trim();
    if (known === null && !/^(?:[0-9]|[12][0-9]|3[0-6])?$/.test(typed)) throw new FormatError("not a number from 0 to 36", row.place);
    const decimals = known ?? (typed === "" ? null : Number(typed));
    within(row.place, () => parseCoins(row.coins.trim(), decimals ?? 36));
    const name = symbolOf(row.asset)?.symbol ?? row.asset;
    return { segment: row.segment, asset: assetId(row.asset), coins: row.coins.trim(), name, decimals };
  });
  return { account: form.account === "" ? null : form.account, expected };
}

async function pinsOf(form, now, instant) {
  const keys = [];
  for (const line of lines(form.keys)) keys.push(await keyOf(line));
  requireDistinct(keys);
  const names = new Set(keys.map((key) => key.name));
  const typed = form.issuer.trim();
  // An issuer signs under its issuer id, so that the customer's key names the issuer too.
  const named = typed === "" && names.size === 1 ? [...names][0] : typed;
  const days = form.days.trim();
  if (!/^[0-9]{0,6}$/.test(days)) throw new FormatError("not a number of days", "page.days");
  return {
    roots: lines(form.root).map((text) => within("page.root", () => fromHex(text.replace(/^0x/, ""), 32))),
    keys,
    digests: lines(form.digest).map((text) => within("page.digest", () => digestText(text))),
    issuer: named === "" ? null : within("page.issuer", () => issuerId(named)),
    maxAge: days === "" ? null : Number(days) * DAY,
    bundle: null,
    registry: registryOf(form, instant, now),
  };
}

async function keyOf(line) {
  try {
    return await parseKey(line);
  } catch (error) {
    if (error instanceof FormatError) throw new FormatError(error.reason, "page.keys");
    throw error;
  }
}

function requireDistinct(keys) {
  const refs = new Set(keys.map((key) => key.text.split("+").slice(0, 2).join("+")));
  if (refs.size !== new Set(keys.map((key) => key.text)).size) {
    throw new FormatError("two different verifier keys have one name and one id", "page.keys");
  }
}

// Read which registry is meant, or null where none is named.
export function registryPin(form) {
  const [contract, issuer, from] = [form.registry.trim(), form.registryIssuer.trim().toLowerCase(), form.fromBlock.trim()];
  if (contract === "" && issuer === "") return null;
  const registry = within("page.registry.contract", () => evmAccount(contract));
  within("page.registry.issuer", () => chainAccount(`${registry.chain}:${issuer}`));
  if (!/^(?:0|[1-9][0-9]{0,14})?$/.test(from)) throw new FormatError("not the number of a block", "page.registry.from");
  return { registry, issuer, fromBlock: Number(from || "0") };
}

function evmAccount(text) {
  const account = chainAccount(text);
  if (!account.chain.startsWith("eip155:")) throw new FormatError("not an account of an EVM chain such as eip155:1:0x…");
  return account;
}

function registryOf(form, instant, now) {
  const pin = registryPin(form);
  if (pin === null) return null;
  if (form.answer.trim() === "") return missing("the registry was not asked; paste the answer");
  return within("page.registry.answer", () => readAnswer(pin, form.answer, instant, now));
}
