// Walk a decoded document and refuse everything its layout does not name, with the place.

import { FormatError, fromHex } from "./bytes.js";
import { digestText } from "./identifiers.js";
import { plainText, printable } from "./text.js";

const UNITS = /^(?:0|[1-9][0-9]{0,38})$/;
const COINS = /^(0|[1-9][0-9]{0,38})(?:\.([0-9]{1,36}))?$/;
const INSTANT = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$/;
const UINT128_MAX = (1n << 128n) - 1n;

export class Reader {
  constructor(value, place = "") {
    this.value = value;
    this.place = place;
  }

  fail(reason) {
    return new FormatError(reason, this.place || "/");
  }

  members(...names) {
    if (!(this.value instanceof Map)) throw this.fail("not an object");
    for (const name of names) if (!this.value.has(name)) throw this.fail(`member '${name}' is missing`);
    for (const name of this.value.keys()) {
      if (!names.includes(name)) throw this.fail(`unknown member '${printable(name.slice(0, 64))}'`);
    }
    return names.map((name) => new Reader(this.value.get(name), `${this.place}/${name}`));
  }

  // The members of a document of a media type, without that one; another kind of document is named first.
  document(mediaType, ...names) {
    if (this.value instanceof Map && this.value.has("mediaType")) {
      const kind = new Reader(this.value.get("mediaType"), `${this.place}/mediaType`);
      const found = kind.text(128);
      if (found.startsWith(`${mediaType.slice(0, mediaType.lastIndexOf(".v"))}.v`) && found !== mediaType) {
        throw kind.fail(`${found} is not read by this release; it reads ${mediaType}`);
      }
      if (found !== mediaType) throw kind.fail(`a document of type ${found}; expected ${mediaType}`);
    }
    return this.members("mediaType", ...names).slice(1);
  }

  items(limit) {
    if (!Array.isArray(this.value)) throw this.fail("not a list");
    if (this.value.length > limit) throw this.fail(`${this.value.length} items; at most ${limit} are allowed`);
    return this.value.map((item, i) => new Reader(item, `${this.place}/${i}`));
  }

  parse(read) {
    if (typeof this.value !== "string") throw this.fail("not text");
    try {
      return read(this.value);
    } catch (error) {
      if (error instanceof FormatError) throw this.fail(error.reason);
      throw error;
    }
  }

  text(limit = 1024) {
    return this.parse((text) => plainText(text, limit));
  }

  // Text that may also hold line feeds.
  lines(limit = 65_536) {
    return this.parse((text) => {
      plainText(text.replaceAll("\n", " "), limit);
      return text;
    });
  }

  choice(...known) {
    const text = this.text(64);
    if (!known.includes(text)) throw this.fail(`'${text}' is none of ${known.join(", ")}`);
    return text;
  }

  integer(low, high) {
    if (typeof this.value !== "number" || !Number.isSafeInteger(this.value)) throw this.fail("not an integer");
    if (this.value < low || this.value > high) throw this.fail(`not an integer between ${low} and ${high}`);
    return this.value;
  }

  units() {
    return this.parse(parseUnits);
  }

  hex(length) {
    return this.parse((text) => fromHex(text, length));
  }

  instant() {
    return this.parse(parseInstant);
  }

  digest() {
    return this.parse(digestText);
  }

  optional(read) {
    return this.value === null ? null : read(this);
  }

  // Require that the items of this list, one key each, ascend strictly.
  requireAscending(keys) {
    const at = keys.findIndex((key, i) => i > 0 && !(keys[i - 1] < key));
    if (at > 0) throw new FormatError("out of order, or named twice", `${this.place}/${at}`);
  }
}

// Read an amount in base units: decimal digits, no sign, no leading zero, below 2^128.
export function parseUnits(text) {
  if (!UNITS.test(text)) throw new FormatError("not an amount: decimal digits without sign, leading zero, exponent or separator");
  const value = BigInt(text);
  if (value > UINT128_MAX) throw new FormatError("an amount must be below 2^128 base units");
  return value;
}

// Read an exact decimal number of whole coins into base units.
export function parseCoins(text, decimals) {
  const match = COINS.exec(text);
  if (match === null) throw new FormatError("not an exact decimal amount such as 12 or 0.5");
  const part = match[2] ?? "";
  if (part.length > decimals) throw new FormatError(`${part.length} digits after the point; this asset has ${decimals}`);
  const value = BigInt(match[1] + part.padEnd(decimals, "0"));
  if (value > UINT128_MAX) throw new FormatError("an amount must be below 2^128 base units");
  return value;
}

// Write base units as an exact decimal number of whole coins, without trailing zeros.
export function formatCoins(units, decimals) {
  const digits = units.toString().padStart(decimals + 1, "0");
  const part = digits.slice(digits.length - decimals).replace(/0+$/, "");
  const whole = digits.slice(0, digits.length - decimals);
  return decimals > 0 && part !== "" ? `${whole}.${part}` : whole;
}

// Read `YYYY-MM-DDTHH:MM:SSZ`, the one form of RFC 3339 used here, from 1970 on (T92); the text is its own canonical form.
export function parseInstant(text) {
  if (!INSTANT.test(text)) throw new FormatError("not an instant such as 2026-11-01T00:00:00Z");
  const milliseconds = Date.parse(text);
  if (Number.isNaN(milliseconds) || new Date(milliseconds).toISOString() !== `${text.slice(0, 19)}.000Z`) {
    throw new FormatError("no such date or time");
  }
  if (milliseconds < 0) throw new FormatError("an instant before 1970");
  return text;
}
