// Proofs that other exchanges publish: what a file is, and what is found of it. Readers and engine are in formats/.

// Return null for a file of no known form. Raises FormatError for a known form that breaks its own layout.
export function detected(_bytes, _name) {
  return null;
}

// Judge published files, of one format; `form` holds what was typed (`judge.js`), `now` is in seconds. The result is
// like that of verifyInclusion: {subject, issuer, instant or null, findings, trees: []}, and {sentence: {key, places}}.
export async function judgedPublished(_files, _form, _now) {
  return null;
}
