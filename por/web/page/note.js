// C2SP signed notes with Ed25519 keys, and the text that an issuer signs of a bundle. Steps of `por/spec/signed-note.md`.

import { EvidenceError, FormatError, fromBase64, fromHex, hex, same, Unsupported, utf8 } from "./bytes.js";
import { issuerId } from "./identifiers.js";
import { parseInstant } from "./reader.js";
import { sha256 } from "./scheme.js";
import { plainText } from "./text.js";

const MAX_CHARACTERS = 64 * 1024;
const MAX_SIGNATURES = 16;
const FIELD = (1n << 255n) - 19n;
// The heights of the points of order 1, 2, 4 and 8: under such a key, anybody can sign.
const SMALL_ORDER = [
  0n,
  1n,
  FIELD - 1n,
  0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n,
  0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n,
];

function evidence(read) {
  try {
    return read();
  } catch (error) {
    if (error instanceof FormatError) throw new EvidenceError(`signed note: ${error.message}`);
    throw error;
  }
}

function keyName(name) {
  if (name === "" || /[+\s\x1c-\x1f\x85]/u.test(name)) throw new FormatError("a key name is not empty and holds no space and no plus");
  return plainText(name, 255);
}

// Read a verifier key, name+id+base64 (K1, K2).
export async function parseKey(text) {
  const [, name, id, material] = /^([^+]*)\+([^+]*)\+(.*)$/s.exec(text) ?? [];
  if (name === undefined) throw new FormatError("not a verifier key: name+id+base64");
  const bytes = fromBase64(material);
  if (bytes.length !== 33 || bytes[0] !== 1) throw new FormatError("not a verifier key of type Ed25519 (0x01) with 32 bytes");
  const key = { name: keyName(name), id: fromHex(id, 4), publicKey: bytes.slice(1), text };
  const height = BigInt(`0x${hex(key.publicKey.toReversed())}`) & ((1n << 255n) - 1n);
  if (height >= FIELD || SMALL_ORDER.includes(height)) {
    throw new FormatError("a verifier key of no or of small order, under which anybody can sign");
  }
  const digest = await sha256(utf8(key.name), Uint8Array.of(10, 1), key.publicKey);
  if (!same(digest.slice(0, 4), key.id)) throw new FormatError("a verifier key whose id is not that of its name and key");
  return key;
}

// Split a note into its text and signatures (N1 to N3).
export function parseNote(note) {
  return evidence(() => {
    if (Array.from(note).length > MAX_CHARACTERS) throw new FormatError(`more than ${MAX_CHARACTERS} characters`);
    for (const line of note.split("\n")) plainText(line, MAX_CHARACTERS);
    const end = note.lastIndexOf("\n\n");
    const lines = note.slice(end + 2).split("\n");
    if (end < 0 || lines.pop() !== "") throw new FormatError("not a text, a blank line and signature lines, each ended by a line feed");
    if (lines.length < 1 || lines.length > MAX_SIGNATURES) throw new FormatError(`${lines.length} signature lines; 1 to ${MAX_SIGNATURES} are read`);
    const signatures = lines.map(signatureLine);
    const keys = signatures.map(({ name, id }) => `${name}+${hex(id)}`);
    if (new Set(keys).size !== keys.length) throw new FormatError("one key signs twice");
    return { text: note.slice(0, end + 1), signatures };
  });
}

function signatureLine(line) {
  const parts = line.split(" ");
  if (parts.length !== 3 || parts[0] !== "\u2014") throw new FormatError("a signature line is an em dash, a key name and base64, by single spaces");
  const bytes = fromBase64(parts[2]);
  if (bytes.length < 5) throw new FormatError("a signature is a key id of 4 bytes and what follows");
  return { name: keyName(parts[1]), id: bytes.slice(0, 4), signature: bytes.slice(4) };
}

// Return the text and which of the known keys signed it; a bad signature of a known key spoils the note (N4, N5).
export async function signers(note, keys) {
  const { text, signatures } = parseNote(note);
  const names = [];
  for (const { name, id, signature } of signatures) {
    const key = keys.find((known) => known.name === name && same(known.id, id));
    if (key === undefined) continue;
    if (!(await verifies(key, signature, utf8(text)))) {
      throw new EvidenceError(`signed note: the signature by ${name} is not of this text`);
    }
    names.push(`${name}+${hex(id)}`);
  }
  return { text, names };
}

// A browser without Ed25519 decides nothing: that is no word against the signature, and never one for it.
async function verifies(key, signature, message) {
  try {
    const imported = await crypto.subtle.importKey("raw", key.publicKey, { name: "Ed25519" }, false, ["verify"]);
    return signature.length === 64 && (await crypto.subtle.verify({ name: "Ed25519" }, imported, signature, message));
  } catch (error) {
    if (error.name === "NotSupportedError") throw new Unsupported("this browser knows no Ed25519 signatures; take a newer one");
    if (error.name === "DataError" || error.name === "OperationError") return false;
    throw error;
  }
}

// Read exactly the six lines that an issuer signs of a bundle (B1).
export function readBundleNote(text) {
  return evidence(() => {
    const lines = text.split("\n");
    if (lines.length !== 7 || lines[0] !== "por/bundle/v1" || lines[6] !== "") throw new FormatError("not the six lines of a por/bundle/v1");
    const [, issuer, snapshot, digest, root, caseRule] = lines;
    issuerId(issuer);
    if (!/^sha256:[0-9a-f]{64}$/.test(digest)) throw new FormatError("not a digest");
    if (caseRule !== "lower" && caseRule !== "exact") throw new FormatError("the case rule is not one of exact, lower");
    const at = snapshot.indexOf("@");
    parseInstant(snapshot.slice(at + 1));
    if (at < 0 || snapshot.slice(0, at) !== issuer) throw new FormatError("the snapshot is another issuer's");
    return { issuer, snapshot, digest, root: fromHex(root, 32), caseRule };
  });
}

