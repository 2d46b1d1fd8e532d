// Tell what a dropped file is, by what it says and never by its name.

import { EvidenceError, FormatError } from "./bytes.js";
import { BUNDLE, digestOf, readBundle } from "./bundle.js";
import { parseNote } from "./note.js";
import { INCLUSION_PROOF, readProof } from "./proof.js";
import { detected } from "./published.js";
import { printable } from "./text.js";

const MAX_BYTES = 64 * 2 ** 20;

// Return {name, kind, bytes, …}: kind is proof, bundle, note, published, or unread with the reason.
export async function recognise(name, bytes) {
  const file = { name: printable(name).slice(0, 200), bytes };
  try {
    return { ...file, ...(await read(bytes, file.name)) };
  } catch (error) {
    if (error instanceof FormatError || error instanceof EvidenceError) return { ...file, kind: "unread", reason: printable(error.message), others: error.others ?? [] };
    throw error;
  }
}

async function read(bytes, name) {
  if (bytes.length > MAX_BYTES) throw new FormatError(`${bytes.length} bytes; at most ${MAX_BYTES} are read`);
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  if (text.startsWith("por/bundle/v1\n")) {
    parseNote(text);
    return { kind: "note", text };
  }
  if (says(text, INCLUSION_PROOF)) return { kind: "proof", proof: readProof(bytes) };
  if (says(text, BUNDLE)) return { kind: "bundle", bundle: readBundle(bytes), digest: await digestOf(bytes) };
  return { kind: "published", published: await detected(bytes, name) };
}

function says(text, mediaType) {
  return new RegExp(`"mediaType"\\s*:\\s*"${mediaType.replace(/[.+]/g, "\\$&")}"`).test(text);
}
