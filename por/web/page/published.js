// Proofs that other exchanges publish: what a file is, and what is found of it. Readers and engine are in formats/.

import { FormatError } from "./bytes.js";
import { FORMAT_TABLES } from "./data.js";
import { isSeen } from "./findings.js";
import { timeOf } from "./fresh.js";
import { impliedRoots, judgePublished, ownRecords, publishedSubject } from "./formats/judgement.js";
import { customerSays, givenRoot, publishedPins, readPublished, useFormatTables } from "./formats/published.js";
import { publishedSentence } from "./formats/sentence.js";
import { publishedReceipt } from "./receipt.js";

const DAY = 86_400;
const MAX_DAYS = 36_500;

useFormatTables(FORMAT_TABLES);

// Read a file for what it says by itself: {name, title, variant, coins}, the coins those of which it says more than
// zero. Raises FormatError for a file of no form that this page reads, and one that breaks its own layout; where the
// command line reads it the error has `others`, the names of its formats.
export async function detected(bytes, name) {
  const { name: format, variant, card, reading } = await readPublished(bytes, null, customerSays({}), name);
  const opened = isSeen(reading) ? reading.value.opened : [];
  const coins = opened.slice(0, 50).flatMap(({ amounts }) => [...amounts].filter(([, { units }]) => units !== 0n).map(([coin]) => coin));
  return { name: format, variant, title: card.title, coins: [...new Set(coins)] };
}

// Judge published files, of one format; `form` holds what was typed (`judge.js`), `others` the files beside them and
// those with roots, `now` is in seconds. The result is like that of verifyInclusion, with the sentence as a function,
// and `published`: {title, own: the records that are looked at, roots, receiptOf(file, salt)}.
export async function judgedPublished(files, others, form, now) {
  if (new Set(files.map(({ published }) => published.name)).size > 1) throw new FormatError("", "page.wrong.two_formats");
  const companions = others.filter(({ kind }) => kind === "beside").map(({ bytes }) => bytes);
  const asked = askedOf(form, companions);
  const pins = publishedPins({
    roots: rootsOf(files, others, form),
    totals: pairsOf(form.totals),
    maxAge: secondsOf(form.publishedDays.trim()),
    now: timeOf(now),
  });
  const read = [];
  for (const { bytes, name } of files) read.push(await placed(name, () => readPublished(bytes, null, asked, name)));
  const findings = judgePublished(read, asked, pins);
  const { snapshot, instant } = publishedSubject(read);
  const [{ name: format, card }] = read;
  const told = { format, root: snapshot.slice(format.length + 1), findings };
  const own = read.flatMap(({ reading }) => (isSeen(reading) ? ownRecords(reading.value, asked) : []));
  const roots = pins.roots.flatMap(({ root, parts = [] }) => [root, ...parts]);
  const receiptOf = async (file, salt) => {
    const alone = await readPublished(file.bytes, null, customerSays({ companions }), file.name);
    const implied = isSeen(alone.reading) ? impliedRoots(alone.reading.value) : [];
    const about = (implied.length > 0 ? implied : ["unread"]).includes(told.root);
    return publishedReceipt(file.bytes, alone, roots, about ? findings : null, salt, now);
  };
  return {
    subject: snapshot, issuer: null, instant, findings, trees: [], customer: { account: asked.account, expected: [] },
    sentence: () => publishedSentence(told), published: { title: card.title, own, roots, receiptOf },
  };
}

function askedOf(form, companions) {
  const rows = form.amounts.filter((row) => row.coins.trim() !== "").map((row) => [row.asset.trim(), row.coins.trim(), row.place]);
  for (const [coin, text, place] of rows) within(place, () => customerSays({ holdings: [[coin, text]] }));
  const typed = (text) => (text === "" ? null : text);
  return within("page.amounts", () => customerSays({
    account: typed(form.account), holdings: rows, snapshot: typed(form.audit), secret: typed(form.nonce), companions,
  }));
}

function rootsOf(files, others, form) {
  const proofs = [...files, ...others.filter(({ kind }) => kind === "beside")].map(({ bytes }) => bytes);
  const typed = form.root.split(/\s+/).filter((text) => text !== "");
  return [
    ...typed.map((text) => within("page.root.published", () => givenRoot(text))),
    ...others.filter(({ kind }) => kind === "root").map(({ bytes, name }) => within(name, () => givenRoot(bytes, proofs))),
  ];
}

function pairsOf(text) {
  return within("page.totals", () => {
    const pairs = text.split("\n").map((line) => line.trim()).filter((line) => line !== "").map((line) => {
      const equals = line.lastIndexOf("=");
      if (equals < 0) throw new FormatError("not COIN=AMOUNT, such as ETH=1.5");
      return [line.slice(0, equals), line.slice(equals + 1)];
    });
    publishedPins({ totals: pairs, now: "" });
    return pairs;
  });
}

function secondsOf(days) {
  if (days === "") return null;
  if (!/^[1-9][0-9]{0,4}$/.test(days) || Number(days) > MAX_DAYS) throw new FormatError(`not 1 to ${MAX_DAYS} days`, "page.days");
  return Number(days) * DAY;
}

function within(place, act) {
  try {
    return act();
  } catch (error) {
    if (error instanceof FormatError) throw new FormatError(error.message, place);
    throw error;
  }
}

async function placed(place, act) {
  try {
    return await act();
  } catch (error) {
    if (error instanceof FormatError) throw new FormatError(error.message, place);
    throw error;
  }
}
