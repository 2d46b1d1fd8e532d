// Text that may be shown and hashed: nothing that misleads a reader, account ids in one form.

import { FormatError, utf8 } from "./bytes.js";

const INVISIBLE = "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0";
const MISLEADING = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
// White space as Python's str.strip takes it away.
const SPACE = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/u;
const MAX_ID_BYTES = 255;

function misleads(character) {
  return MISLEADING.test(character) || INVISIBLE.includes(character);
}

function code(character) {
  return `U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
}

// Return the text when it is safe to print, of at most `limit` characters (T93).
export function plainText(text, limit = 1024) {
  const characters = Array.from(text);
  if (characters.length > limit) throw new FormatError(`text of ${characters.length} characters; at most ${limit} are allowed`);
  const position = characters.findIndex(misleads);
  if (position >= 0) throw new FormatError(`character ${code(characters[position])} at position ${position} is not allowed in text`);
  return text;
}

// Return the text with every character that plainText refuses written as an escape.
export function printable(text) {
  return Array.from(text, (c) => (misleads(c) ? `\\u${c.codePointAt(0).toString(16).padStart(4, "0")}` : c)).join("");
}

// Write an account id as the issuer committed to it, 1 to 255 bytes (`por/spec/liability-tree.md`, rule 1).
export function accountIdBytes(text, rule) {
  plainText(text, 4 * MAX_ID_BYTES);
  const unknown = Array.from(text).find((character) => /\p{Cn}/u.test(character));
  if (unknown !== undefined) throw new FormatError(`character ${code(unknown)} is not in this browser's Unicode tables`);
  let normal = text.normalize("NFC");
  if (rule === "lower") normal = normal.toLowerCase().normalize("NFC");
  const characters = Array.from(normal);
  if (characters.length === 0) throw new FormatError("the account id is empty");
  if (SPACE.test(characters[0]) || SPACE.test(characters.at(-1))) {
    throw new FormatError("white space before or after the account id; take it away");
  }
  const bytes = utf8(normal);
  if (bytes.length > MAX_ID_BYTES) throw new FormatError(`an account id of ${bytes.length} bytes; at most ${MAX_ID_BYTES} are allowed`);
  return bytes;
}
