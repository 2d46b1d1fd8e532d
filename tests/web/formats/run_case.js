// Read and judge one case as the page does, and give what Python's answer is compared with. Nothing here is node's, so
// that a browser runs it too, behind the page's own modules.

import { FormatError } from "../../../por/web/page/bytes.js";
import { judgePublished, publishedSubject } from "../../../por/web/page/formats/judgement.js";
import { customerSays, detectPublished, givenRoot, publishedPins, readPublished } from "../../../por/web/page/formats/published.js";

function fromBase64(text) {
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = characters.charCodeAt(i);
  return bytes;
}

// `given` is {files: [{name, data: base64}], chosen, account, holdings, snapshot, secret, companions, roots, totals, maxAge, now}.
export async function runPublishedCase(given) {
  const detected = [];
  try {
    const files = given.files.map(({ name, data }) => ({ name, bytes: fromBase64(data) }));
    const asked = customerSays({ ...given, companions: given.companions.map(fromBase64) });
    for (const { name, bytes } of files) {
      const { name: format, variant } = detectPublished(bytes, name, given.chosen);
      detected.push([format, variant]);
    }
    const readings = [];
    for (const { name, bytes } of files) readings.push(await readPublished(bytes, given.chosen, asked, name));
    const proofs = files.map(({ bytes }) => bytes);
    const roots = given.roots.map(({ text, data }) => givenRoot(data === undefined ? text : fromBase64(data), proofs));
    const findings = judgePublished(readings, asked, publishedPins({ ...given, roots }));
    return { detected, findings, ...publishedSubject(readings) };
  } catch (error) {
    if (error instanceof FormatError) return { detected, refused: error.message };
    throw error;
  }
}
