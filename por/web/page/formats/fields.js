// A published file's bytes, decoded once as strict JSON or as lines, and its fields, each refusal with its place. What
// is of no form at all is a FormatError; what is read, but breaks its format's rules, is an EvidenceError.

import { EvidenceError, FormatError, hex } from "../bytes.js";
import { strictJson } from "../strict.js";
import { plainText } from "../text.js";
import { readFigure } from "./figures.js";

const MAX_FILE_BYTES = 64 * 2 ** 20;
const FILE_LIMITS = { maxBytes: MAX_FILE_BYTES, maxDepth: 128, maxItems: 1_000_000, numbers: (text) => new Numeral(text) };
export const MAX_ROWS = 400_000;
const MAX_COINS = 2_000;
const MAX_TEXT = 65_536;
const COIN_NAME = /^[A-Za-z0-9][A-Za-z0-9._@+$-]{0,39}$/;
const JSON_INTEGER = /^(?:0|-?[1-9][0-9]{0,17})$/;
const NONE_THERE = new Map();

// A number of a published file, as it was written; what it means is its format's to say.
export class Numeral {
  constructor(text) {
    this.text = text;
  }
}

export class PublishedDocument {
  constructor(bytes, name = "") {
    if (bytes.length > MAX_FILE_BYTES) throw new FormatError(`${bytes.length} bytes; at most ${MAX_FILE_BYTES} are read`);
    Object.assign(this, { bytes, name, whyNotJson: "" });
  }

  // The JSON value with texts of numbers, or null: then others may claim the file.
  get json() {
    if (this.decoded === undefined) this.decoded = this.decode();
    return this.decoded;
  }

  get members() {
    return isMembers(this.json) ? this.json : NONE_THERE;
  }

  // The lines of UTF-8 text without their ends, no more than anything reads; of anything else one empty line.
  get lines() {
    if (this.split === undefined) {
      let text = "";
      try {
        text = new TextDecoder("utf-8", { fatal: true }).decode(this.bytes);
      } catch {
        // Not text.
      }
      const whole = text.endsWith("\n") ? text.slice(0, -1) : text;
      this.split = whole.split("\n", MAX_ROWS + 2).map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
    }
    return this.split;
  }

  decode() {
    const bytes = hex(this.bytes.subarray(0, 3)) === "efbbbf" ? this.bytes.subarray(3) : this.bytes;
    try {
      const value = strictJson(bytes, FILE_LIMITS);
      if (isMembers(value) || Array.isArray(value)) return value;
      throw new FormatError("not a JSON object or list");
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      this.whyNotJson = error.message;
      return null;
    }
  }
}

export function isMembers(value) {
  return value instanceof Map;
}

export function hasMembers(members, ...names) {
  return names.every((name) => members.has(name));
}

// Text, or a number as it was written; of anything else nothing.
export function saidText(value) {
  if (value instanceof Numeral) return value.text;
  return typeof value === "string" ? value : "";
}

export function membersAt(value, place) {
  if (!isMembers(value)) throw new FormatError("not an object", place);
  return value;
}

export function itemsAt(value, place, limit) {
  if (!Array.isArray(value)) throw new FormatError("not a list", place);
  if (value.length > limit) throw new FormatError(`${value.length} items; at most ${limit} are read`, place);
  return value;
}

// Pairs of an object and its place, one by one.
export const objectsAt = function* (value, place, limit) {
  for (const [i, item] of itemsAt(value, place, limit).entries()) yield [membersAt(item, `${place}/${i}`), `${place}/${i}`];
};

function memberAt(members, name, place) {
  if (!members.has(name)) throw new FormatError(`member '${name}' is missing`, place || "/");
  return members.get(name);
}

export function textAt(members, name, place) {
  const value = memberAt(members, name, place);
  if (typeof value !== "string") throw new FormatError("not text", `${place}/${name}`);
  return placed(`${place}/${name}`, () => boundedText(value, MAX_TEXT));
}

// Printable text of at most so many characters; what is far too long is not even looked at.
export function boundedText(text, limit) {
  if (text.length > 2 * limit) throw new FormatError(`text of more than ${limit} characters`);
  return plainText(text, limit);
}

export function wordAt(members, name, place) {
  const value = memberAt(members, name, place);
  return value instanceof Numeral ? value.text : textAt(members, name, place);
}

// A BigInt of at most 18 digits.
export function integerAt(members, name, place) {
  const value = memberAt(members, name, place);
  if (!(value instanceof Numeral) || !JSON_INTEGER.test(value.text)) throw new FormatError("not an integer", `${place}/${name}`);
  return BigInt(value.text);
}

export function hashAt(members, name, place, digits) {
  return hashText(textAt(members, name, place), `${place}/${name}`, digits);
}

// A hash of exactly so many digits (T10).
export function hashText(text, place, digits) {
  if (text.length !== digits || !/^[0-9a-f]*$/.test(text)) {
    throw new EvidenceError(`${place}: not a hash of ${digits} lower-case hexadecimal digits`);
  }
  return text;
}

// Coins and amounts, quoted or, with `bare`, JSON numbers.
export function amountsAt(members, name, place, { bare = false, small = false } = {}) {
  const inside = `${place}/${name}`;
  const rows = membersAt(memberAt(members, name, place), inside);
  if (rows.size > MAX_COINS) throw new FormatError(`${rows.size} coins; at most ${MAX_COINS} are read`, inside);
  const found = new Map();
  for (const [coin, value] of rows) {
    const where = `${inside}/${coinName(coin, inside)}`;
    if (bare ? !(value instanceof Numeral) : typeof value !== "string") {
      throw new FormatError(`not an amount written as ${bare ? "a number" : "text"}`, where);
    }
    found.set(coin, amountText(saidText(value), where, small));
  }
  return found;
}

export function amountText(text, place, small = false) {
  return placed(place, () => readFigure(text, small));
}

export function coinName(text, place) {
  if (!COIN_NAME.test(text)) throw new FormatError("not the name of a coin", place);
  return text;
}

// COIN:amount pairs between `between`, each coin once.
export function listedAmounts(text, place, between = ",", small = false) {
  const found = new Map();
  if (text === "") return found;
  for (const pair of text.split(between)) {
    const colon = pair.indexOf(":");
    const coin = pair.slice(0, colon);
    if (colon < 0 || found.has(coin) || found.size >= MAX_COINS) {
      throw new FormatError("not a list of COIN:amount, each coin once", place);
    }
    found.set(coinName(coin, place), amountText(pair.slice(colon + 1), `${place} ${coin}`, small));
  }
  return found;
}

// Do something whose refusal does not know the place.
export function placed(place, act) {
  try {
    return act();
  } catch (error) {
    if (error instanceof FormatError) throw new FormatError(error.reason, place);
    throw error;
  }
}

// `2026-09-21 00:00:00` or a date at the beginning of a text, taken as UTC; null for anything else.
export function utcInstant(text) {
  const match = /^(\d{4})-(\d{2})-(\d{2})(?: (\d{2}):(\d{2}):(\d{2}))?/.exec(text);
  return match && instantOf(match.slice(1));
}

// The date inside an audit's name, such as Au20221129.
export function packedDate(text) {
  const match = /^[A-Za-z]{0,2}(\d{4})(\d{2})(\d{2})\d*$/.exec(text);
  return match && instantOf(match.slice(1));
}

// Whole milliseconds since 1970, cut to seconds; null where there is no such instant.
export function millisecondsInstant(text) {
  const moment = /^[0-9]{1,15}$/.test(text) ? new Date(Number(text)) : null;
  const written = moment !== null && !Number.isNaN(moment.getTime()) ? `${moment.toISOString().slice(0, -5)}Z` : "";
  return written.length === 20 ? written : null;
}

function instantOf([year, month, day, ...time]) {
  const clock = time.map((part) => part ?? "00");
  const written = `${year}-${month}-${day}T${(clock.length > 0 ? clock : ["00", "00", "00"]).join(":")}Z`;
  const moment = new Date(written);
  const real = !Number.isNaN(moment.getTime()) && moment.toISOString() === `${written.slice(0, 19)}.000Z`;
  return real && Number(year) >= 2009 ? written : null;
}
