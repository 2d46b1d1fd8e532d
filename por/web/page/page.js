// The page itself: what is typed and dropped goes to judge, what is found goes to result. Nothing is kept, nothing leaves.

import { FormatError, hex } from "./bytes.js";
import { SYMBOLS } from "./data.js";
import { recognise } from "./files.js";
import { decimalsOf, judge, registryPin, symbolOf } from "./judge.js";
import { el } from "./picture.js";
import { receiptOf } from "./receipt.js";
import { callOf, questionsOf } from "./registry.js";
import { resultParts, rowsFor, spokenResult } from "./result.js";
import { say, speak, spoken, titleOf } from "./say.js";
import { printable } from "./text.js";

const NAMES = {
  account: "account", keys: "keys", root: "root", issuer: "issuer", digest: "digest", days: "days", registry: "registry",
  registryIssuer: "registry-issuer", fromBlock: "from-block", answer: "answer", totals: "totals",
  publishedDays: "published-days", audit: "audit", nonce: "nonce",
};
const MAX_OFFERED = 12;
// The values that some published formats need beside the file, by the field that takes them.
const NEEDED = { "nonce-field": ["renrenbit"], "audit-field": ["lemon"], "beside-field": ["chainpoint-v2"] };
const state = { files: [], rows: [], result: null, wrong: null };

function byId(id) {
  return document.getElementById(id);
}

function retell() {
  document.documentElement.lang = spoken();
  document.title = say("page.title");
  for (const node of document.querySelectorAll("[data-t]")) node.textContent = say(node.dataset.t);
  for (const node of document.querySelectorAll("[data-t-label]")) node.setAttribute("aria-label", say(node.dataset.tLabel));
  for (const node of document.querySelectorAll("[data-language]")) node.setAttribute("aria-pressed", String(node.dataset.language === spoken()));
  showFiles();
  showMode();
  showRows();
  showWrong();
  showResult();
}

// --- files

function publishedFiles() {
  return state.files.filter((file) => file.kind === "published").map((file) => file.published);
}

// What there is to trust differs between a native proof and one that another exchange published.
function showMode() {
  const published = publishedFiles();
  const native = published.length === 0;
  byId("native-pins").hidden = !native;
  byId("published-pins").hidden = native;
  byId("root-label").textContent = say(native ? "page.root" : "page.root.published");
  for (const [id, names] of Object.entries(NEEDED)) byId(id).hidden = !published.some(({ name }) => names.includes(name));
  byId("coins").replaceChildren(...offeredCoins().map((coin) => el("option", { value: coin })));
}

async function take(list) {
  for (const file of list) state.files.push(await recognise(file.name, new Uint8Array(await file.arrayBuffer())));
  filesChanged();
}

// Files that are no proofs, but stand beside one or publish its root.
async function takeBeside(list, kind) {
  for (const file of list) state.files.push({ name: printable(file.name).slice(0, 200), kind, bytes: new Uint8Array(await file.arrayBuffer()) });
  filesChanged();
}

function filesChanged() {
  if (publishedFiles().length === 0) state.files = state.files.filter(({ kind }) => kind !== "beside" && kind !== "root");
  showMode();
  offerRows();
  showFiles();
  forget();
}

function showFiles() {
  byId("files").replaceChildren(...state.files.map((file) => {
    const drop = el("button", { type: "button", "aria-label": `${say("page.files.remove")}: ${file.name}` }, say("page.files.remove"));
    drop.addEventListener("click", () => {
      state.files = state.files.filter((each) => each !== file);
      filesChanged();
      byId("file").focus();
    });
    const words = el("span", {}, el("strong", {}, file.name), ` — ${say(`page.kind.${file.kind}`)}${aboutOf(file)}`);
    if (file.kind === "unread") words.append(el("span", { class: "reason" }, `✕ ${reasonOf(file)}`));
    return el("li", {}, words, drop);
  }));
}

// Which format it is that the command line reads, or what is wrong with the file.
function reasonOf({ reason, others = [] }) {
  if (others.length === 0) return reason;
  const formats = others.map((name) => `${name} (${say(`format.${name}.title`)})`);
  return say("page.left", { formats: formats.join(" / ") });
}

function aboutOf(file) {
  if (file.kind === "published") return `, ${titleOf(file.published.title)}`;
  const about = file.proof ?? file.bundle;
  return about === undefined ? "" : `, ${about.issuer}, ${about.instant}`;
}

// --- amounts: names are offered from the proof, amounts never

function offerRows() {
  const typed = readRows();
  const published = publishedFiles().length > 0;
  const offered = published ? offeredCoins().slice(0, MAX_OFFERED).map((asset) => ({ segment: null, asset }))
    : rowsFor(state.files.filter((file) => file.kind === "proof").map((file) => file.proof));
  const known = choices();
  const fits = (row) => row.coins !== "" && (published || known.has(keyOf(row)));
  const kept = typed.filter((row) => fits(row) && !offered.some((other) => keyOf(other) === keyOf(row)));
  state.rows = [...offered.map((row) => typed.find((other) => keyOf(other) === keyOf(row)) ?? { ...row, coins: "", decimals: "" }), ...kept];
  showRows();
}

function offeredCoins() {
  return [...new Set(publishedFiles().flatMap(({ coins }) => coins))];
}

// A published proof names its coins as it likes; of ours there is a list.
function firstAsset() {
  return publishedFiles().length > 0 ? "" : SYMBOLS[0].id;
}

function keyOf(row) {
  return `${row.segment ?? ""}/${row.asset}`;
}

function choices() {
  const found = new Map();
  for (const file of state.files.filter((each) => each.kind === "proof")) {
    for (const { segment, asset } of file.proof.trees.map((tree) => tree.commitment)) {
      if (!segment.startsWith("debt:")) found.set(`/${asset}`, { segment: null, asset });
      found.set(`${segment}/${asset}`, { segment, asset });
    }
  }
  for (const { id } of SYMBOLS) if (!found.has(`/${id}`)) found.set(`/${id}`, { segment: null, asset: id });
  return found;
}

function showRows() {
  const options = choices();
  const rows = state.rows.length > 0 ? state.rows : [{ segment: null, asset: firstAsset(), coins: "", decimals: "" }];
  byId("rows").replaceChildren(...rows.map((row, i) => rowOf(row, i, options)));
}

function rowOf(row, i, options) {
  const published = publishedFiles().length > 0;
  const select = published ? el("input", { id: `asset-${i}`, type: "text", list: "coins", autocomplete: "off", autocapitalize: "none", spellcheck: "false", value: row.asset })
    : el("select", { id: `asset-${i}` }, ...[...options].map(([key, { segment, asset }]) => {
    const words = segment === null ? nameOf(asset) : say("page.in_segment", { name: nameOf(asset), segment });
    const option = el("option", { value: key }, words);
    option.selected = key === keyOf(row);
    return option;
  }));
  const coins = el("input", { id: `coins-${i}`, type: "text", inputmode: "decimal", autocomplete: "off", value: row.coins, "aria-describedby": `row-${i}-error` });
  const remove = el("button", { type: "button", "aria-label": `${say("page.amounts.remove")} ${i + 1}` }, "✕");
  const decimals = el("p", { class: "decimals" }, el("label", { for: `decimals-${i}` }, say("page.decimals")), el("input", { id: `decimals-${i}`, type: "text", inputmode: "numeric", autocomplete: "off", value: row.decimals }));
  const ask = () => {
    const asset = options.get(select.value)?.asset;
    decimals.hidden = published || symbolOf(asset) !== null || decimalsOf(asset) !== null;
  };
  select.addEventListener("change", ask);
  remove.addEventListener("click", () => {
    state.rows = readRows().filter((_, at) => at !== i);
    showRows();
    byId("add").focus();
  });
  ask();
  return el("div", { class: "amount", "data-row": String(i) },
    el("div", {}, el("label", { for: `asset-${i}` }, say("page.asset")), select),
    el("div", {}, el("label", { for: `coins-${i}` }, say("page.amount")), coins),
    remove, decimals);
}

function nameOf(asset) {
  const known = symbolOf(asset);
  return known === null ? asset : known.symbol;
}

function readRows() {
  const options = choices();
  return [...document.querySelectorAll("[data-row]")].map((node) => {
    const i = node.dataset.row;
    const { value: key, tagName } = byId(`asset-${i}`);
    if (tagName === "INPUT") return { segment: null, asset: key, coins: byId(`coins-${i}`).value, decimals: "", place: `coins-${i}` };
    const slash = key.indexOf("/");
    const chosen = options.get(key) ?? { segment: key.slice(0, slash) || null, asset: key.slice(slash + 1) };
    return { ...chosen, coins: byId(`coins-${i}`).value, decimals: byId(`decimals-${i}`).value, place: `coins-${i}` };
  });
}

// --- the registry's question

function showQuestion() {
  let pin = null;
  try {
    pin = registryPin(readForm());
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
  }
  byId("question").hidden = pin === null;
  if (pin === null) return;
  const call = callOf(pin);
  byId("call-to").textContent = call.to;
  byId("call-data").textContent = call.data;
  byId("batch").value = JSON.stringify(questionsOf(pin));
}

// --- the verdict

function readForm() {
  const form = Object.fromEntries(Object.entries(NAMES).map(([name, id]) => [name, byId(id).value]));
  return { ...form, amounts: readRows() };
}

async function check(event) {
  event.preventDefault();
  forget();
  try {
    state.result = await judge(state.files, readForm(), Math.floor(Date.now() / 1000));
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    state.wrong = error;
  }
  showWrong();
  showResult();
  if (state.wrong !== null) byId(state.wrong.place.startsWith("coins-") ? state.wrong.place : "wrong").focus();
  if (state.result === null) return;
  byId("spoken").textContent = spokenResult(state.result);
  byId("verdict").focus();
  byId("verdict").scrollIntoView();
}

// What was shown is of other files or texts than those that stand there now.
function forget() {
  state.result = null;
  state.wrong = null;
  byId("spoken").textContent = "";
  showWrong();
  showResult();
}

function showWrong() {
  const { wrong } = state;
  byId("wrong").hidden = wrong === null;
  if (wrong === null) return;
  const row = /^coins-([0-9]+)$/.exec(wrong.place);
  const place = row !== null ? `${say("page.amount")} ${Number(row[1]) + 1}` : wrong.place.startsWith("page.") ? say(wrong.place) : wrong.place;
  byId("wrong").textContent = wrong.reason === "" ? place : `${say("page.wrong")} ${place}${place === "" ? "" : ": "}${reasonOf(wrong)}`;
}

function showResult() {
  byId("verdict").hidden = state.result === null;
  byId("verdict").replaceChildren(...(state.result === null ? [] : resultParts(state.result, receiptButton())));
}

function receiptButton() {
  const button = el("button", { type: "button", id: "receipt" }, say("page.receipt.make"));
  const print = el("button", { type: "button" }, say("page.print"));
  print.addEventListener("click", () => window.print());
  const place = el("span", { class: "actions" }, button, print);
  button.addEventListener("click", async () => {
    const { result } = state;
    const { published } = result;
    const files = state.files.filter((file) => (published ? file.kind === "published" : file.kind === "proof" && file.proof.instant === result.instant));
    for (const [i, file] of files.entries()) {
      const salt = crypto.getRandomValues(new Uint8Array(32));
      const receipt = published ? await published.receiptOf(file, salt) : await receiptOf(file.bytes, file.proof, result.findings, salt, result.now);
      const number = files.length > 1 ? `-${i + 1}` : "";
      place.append(download(`receipt${number}.json`, receipt), download(`receipt${number}.salt`, `${hex(salt)}\n`));
    }
    button.remove();
    place.querySelector("a")?.focus();
  });
  return place;
}

function download(name, content) {
  const url = URL.createObjectURL(new Blob([content], { type: "application/octet-stream" }));
  return el("a", { class: "button", href: url, download: name }, say("page.receipt.save", { name }));
}

// --- start

function stop(text) {
  byId("stopped").textContent = text;
  byId("stopped").hidden = false;
}

// A crash must never read as a verdict.
function crashed() {
  forget();
  stop(say("page.crashed"));
}

function fillGiven() {
  const given = JSON.parse(byId("given").textContent);
  if (given === null) return;
  for (const [name, id] of Object.entries(NAMES)) if (typeof given[name] === "string") byId(id).value = given[name];
  byId("chain").open = true;
  byId("given-by").dataset.t = "page.registry.given";
  byId("given-by").hidden = false;
}

function listen() {
  byId("form").addEventListener("submit", check);
  byId("form").addEventListener("input", (event) => {
    if (event.target.type !== "file") forget();
    showQuestion();
  });
  byId("file").addEventListener("change", async (event) => {
    await take([...event.target.files]);
    event.target.value = "";
  });
  for (const [id, kind] of [["beside", "beside"], ["root-file", "root"]]) {
    byId(id).addEventListener("change", async (event) => {
      await takeBeside([...event.target.files], kind);
      event.target.value = "";
    });
  }
  byId("add").addEventListener("click", () => {
    state.rows = [...readRows(), { segment: null, asset: firstAsset(), coins: "", decimals: "" }];
    showRows();
    byId(`asset-${state.rows.length - 1}`).focus();
  });
  for (const button of document.querySelectorAll("[data-language]")) {
    button.addEventListener("click", () => {
      state.rows = readRows();
      speak(button.dataset.language);
      retell();
    });
  }
  for (const kind of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(kind, (event) => {
      event.preventDefault();
      byId("drop").classList.toggle("over", kind === "dragover");
      if (kind === "drop" && !byId("form").hidden) take([...event.dataTransfer.files]);
    });
  }
}

export function start() {
  if ((navigator.language ?? "").startsWith("ja")) speak("ja");
  window.addEventListener("error", crashed);
  window.addEventListener("unhandledrejection", crashed);
  fillGiven();
  retell();
  listen();
  showQuestion();
  if (globalThis.crypto?.subtle === undefined || typeof BigInt === "undefined") stop(say("page.no_crypto"));
  else byId("form").hidden = false;
}
