// Bytes and how they are written: hexadecimal, base64, UTF-8, unsigned big-endian integers.

export class FormatError extends Error {
  constructor(reason, place = "") {
    super(place ? `${place}: ${reason}` : reason);
    this.reason = reason;
    this.place = place;
  }
}

export class EvidenceError extends Error {}

export class Unsupported extends Error {}

export function utf8(text) {
  return new TextEncoder().encode(text);
}

export function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function fromHex(text, low, high = low) {
  if (!/^(?:[0-9a-f]{2})*$/.test(text)) throw new FormatError("not lower-case hexadecimal with an even number of digits");
  const length = text.length / 2;
  if (length < low || length > high) throw new FormatError(`${length} bytes; expected ${low === high ? low : `${low} to ${high}`}`);
  return Uint8Array.from({ length }, (_, i) => Number.parseInt(text.slice(2 * i, 2 * i + 2), 16));
}

export function join(...parts) {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

export function same(left, right) {
  return left.length === right.length && left.every((byte, i) => byte === right[i]);
}

// Write an unsigned integer, a number or a BigInt, big-endian in so many bytes.
export function unsigned(value, length) {
  const written = new Uint8Array(length);
  let rest = BigInt(value);
  for (let i = length - 1; i >= 0; i -= 1) {
    written[i] = Number(rest & 255n);
    rest >>= 8n;
  }
  if (rest !== 0n) throw new EvidenceError(`an integer that ${length} bytes cannot hold`);
  return written;
}

// Prefix bytes with their length as u16.
export function lengthPrefixed(bytes) {
  if (bytes.length > 65535) throw new FormatError(`${bytes.length} bytes; at most 65535 are hashed as one field`);
  return join(unsigned(bytes.length, 2), bytes);
}

export function toBase64(bytes) {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

export function fromBase64(text) {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) throw new FormatError("not base64");
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  if (toBase64(bytes) !== text) throw new FormatError("not canonical base64: padding or unused bits differ");
  return bytes;
}
