// JSON from outside, with limits before decoding and none of JSON.parse's leniency (RFC 8259, RFC 7493), and its one
// canonical form (RFC 8785). Objects become Maps, so that no member's name can reach a prototype.

import { FormatError, same, utf8 } from "./bytes.js";

const MAX_DEPTH = 32;
const MAX_ITEMS = 1_000_000;
const [BACKSLASH, QUOTE] = [0x5c, 0x22];
const INTEGER = /^-?(?:0|[1-9][0-9]{0,15})$/;

export function strictJson(bytes, { maxBytes, maxDepth = MAX_DEPTH, maxItems = MAX_ITEMS, numbers = integer }) {
  if (bytes.length > maxBytes) throw new FormatError(`${bytes.length} bytes; at most ${maxBytes} are read`);
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new FormatError("not UTF-8");
  }
  const parser = new Parser(text, maxDepth, maxItems, numbers);
  const value = parser.value(0);
  parser.skip();
  if (parser.at !== text.length) throw parser.fail("something follows the document");
  return value;
}

function integer(text) {
  if (!INTEGER.test(text)) throw new FormatError(`the number ${text.slice(0, 32)} is not an integer; fractions and exponents are refused`);
  const value = Number(text);
  if (!Number.isSafeInteger(value) || text === "-0") {
    throw new FormatError("an integer beyond 2^53 - 1, or -0; larger numbers are written as text");
  }
  return value;
}

function afterDigits(text, start) {
  let at = start;
  while (text[at] >= "0" && text[at] <= "9") at += 1;
  return at;
}

function escapeLength(text, at) {
  if ('"\\/bfnrt'.includes(text[at + 1] ?? "end")) return 2;
  return /^u[0-9a-fA-F]{4}$/.test(text.slice(at + 1, at + 6)) ? 6 : 0;
}

class Parser {
  constructor(text, maxDepth, maxItems, numbers) {
    Object.assign(this, { text, maxDepth, maxItems, numbers, at: 0, items: 0 });
  }

  fail(reason) {
    return new FormatError(`not JSON: ${reason} at character ${this.at}`);
  }

  // Scanned by hand: a pattern over a very long text would exhaust the engine's stack.
  skip() {
    while (" \t\n\r".includes(this.text[this.at] ?? "end")) this.at += 1;
  }

  value(depth) {
    if (depth > this.maxDepth) throw new FormatError(`nested deeper than ${this.maxDepth} levels`);
    this.skip();
    const next = this.text[this.at];
    if (next === "{") return this.object(depth + 1);
    if (next === "[") return this.array(depth + 1);
    if (next === '"') return this.string();
    for (const [word, value] of [["true", true], ["false", false], ["null", null]]) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return value;
      }
    }
    return this.numbers(this.number());
  }

  number() {
    const { text, at: start } = this;
    let at = text[start] === "-" ? start + 1 : start;
    const whole = text[at] === "0" ? at + 1 : afterDigits(text, at);
    if (whole === at) throw this.fail("no value");
    at = whole;
    const part = text[at] === "." ? afterDigits(text, at + 1) : at;
    if (part > at + 1) at = part;
    if (text[at] === "e" || text[at] === "E") {
      const first = text[at + 1] === "+" || text[at + 1] === "-" ? at + 2 : at + 1;
      const power = afterDigits(text, first);
      if (power > first) at = power;
    }
    this.at = at;
    return text.slice(start, at);
  }

  string() {
    const { text, at: start } = this;
    let at = start + 1;
    for (let code = text.charCodeAt(at); code !== QUOTE; code = text.charCodeAt(at)) {
      const length = code === BACKSLASH ? escapeLength(text, at) : 1;
      // Beyond the end the code is NaN.
      if (!(code >= 0x20) || length === 0) throw this.fail("text that does not end, or holds a control character or a bad escape");
      at += length;
    }
    this.at = at + 1;
    return JSON.parse(text.slice(start, this.at));
  }

  count() {
    this.items += 1;
    if (this.items > this.maxItems) throw new FormatError(`more than ${this.maxItems} items`);
  }

  array(depth) {
    if (depth > this.maxDepth) throw new FormatError(`nested deeper than ${this.maxDepth} levels`);
    const list = [];
    this.at += 1;
    this.skip();
    if (this.take("]")) return list;
    for (;;) {
      list.push(this.value(depth));
      this.skip();
      if (this.take("]")) return list;
      if (!this.take(",")) throw this.fail("neither a comma nor the end of a list");
      this.count();
    }
  }

  object(depth) {
    if (depth > this.maxDepth) throw new FormatError(`nested deeper than ${this.maxDepth} levels`);
    const members = new Map();
    this.at += 1;
    this.skip();
    if (this.take("}")) return members;
    for (;;) {
      this.skip();
      if (this.text[this.at] !== '"') throw this.fail("no member's name");
      const name = this.string();
      if (members.has(name)) throw new FormatError(`member ${JSON.stringify(name.slice(0, 64))} appears twice`);
      this.skip();
      if (!this.take(":")) throw this.fail("no colon after a member's name");
      this.count();
      members.set(name, this.value(depth));
      this.skip();
      if (this.take("}")) return members;
      if (!this.take(",")) throw this.fail("neither a comma nor the end of an object");
      this.count();
    }
  }

  take(character) {
    const there = this.text[this.at] === character;
    if (there) this.at += 1;
    return there;
  }
}

// Write a value canonically; lone surrogates have no UTF-8 and are refused.
export function canonical(value) {
  if (typeof value === "string") {
    if (/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(value)) {
      throw new FormatError("no canonical JSON for this value: a lone surrogate");
    }
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value instanceof Map) {
    // RFC 8785 sorts by UTF-16 code units, as sort() does.
    return `{${[...value.keys()].sort().map((name) => `${canonical(name)}:${canonical(value.get(name))}`).join(",")}}`;
  }
  return String(value);
}

// Read a canonical document: writing what was read gives the same bytes.
export function canonicalJson(bytes, limits) {
  const value = strictJson(bytes, limits);
  if (!same(utf8(canonical(value)), bytes)) {
    throw new FormatError(
      "not canonical JSON (RFC 8785); the file was changed, or saved anew by another program: get the original again",
    );
  }
  return value;
}
