// The page itself: what is typed and dropped goes to judge, what is found goes to result. Nothing is kept, nothing leaves.

import { FormatError, hex } from "./bytes.js";
import { SYMBOLS } from "./data.js";
import { recognise } from "./files.js";
import { decimalsOf, judge, registryPin, symbolOf } from "./judge.js";
import { el } from "./picture.js";
import { receiptOf } from "./receipt.js";
import { callOf, questionsOf } from "./registry.js";
import { resultParts, rowsFor, spokenResult } from "./result.js";
import { say, speak, spoken } from "./say.js";

const NAMES = {
  account: "account", keys: "keys", root: "root", issuer: "issuer", digest: "digest", days: "days", registry: "registry",
  registryIssuer: "registry-issuer", fromBlock: "from-block", answer: "answer",
};
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
  showRows();
  showWrong();
  showResult();
}

// --- files

async function take(list) {
  for (const file of list) state.files.push(await recognise(file.name, new Uint8Array(await file.arrayBuffer())));
  offerRows();
  showFiles();
  forget();
}

function showFiles() {
  byId("files").replaceChildren(...state.files.map((file) => {
    const drop = el("button", { type: "button", "aria-label": `${say("page.files.remove")}: ${file.name}` }, say("page.files.remove"));
    drop.addEventListener("click", () => {
      state.files = state.files.filter((each) => each !== file);
      offerRows();
      showFiles();
      forget();
      byId("file").focus();
    });
    const words = el("span", {}, el("strong", {}, file.name), ` — ${say(`page.kind.${file.kind}`)}${aboutOf(file)}`);
    if (file.kind === "unread") words.append(el("span", { class: "reason" }, `✕ ${file.reason}`));
    return el("li", {}, words, drop);
  }));
}

function aboutOf(file) {
  const about = file.proof ?? file.bundle;
  return about === undefined ? "" : `, ${about.issuer}, ${about.instant}`;
}

// --- amounts: names are offered from the proof, amounts never

function offerRows() {
  const typed = readRows();
  const offered = rowsFor(state.files.filter((file) => file.kind === "proof").map((file) => file.proof));
  const kept = typed.filter((row) => row.coins !== "" && !offered.some((other) => keyOf(other) === keyOf(row)));
  state.rows = [...offered.map((row) => typed.find((other) => keyOf(other) === keyOf(row)) ?? { ...row, coins: "", decimals: "" }), ...kept];
  showRows();
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
  const rows = state.rows.length > 0 ? state.rows : [{ segment: null, asset: SYMBOLS[0].id, coins: "", decimals: "" }];
  byId("rows").replaceChildren(...rows.map((row, i) => rowOf(row, i, options)));
}

function rowOf(row, i, options) {
  const select = el("select", { id: `asset-${i}` }, ...[...options].map(([key, { segment, asset }]) => {
    const words = segment === null ? nameOf(asset) : say("page.in_segment", { name: nameOf(asset), segment });
    const option = el("option", { value: key }, words);
    option.selected = key === keyOf(row);
    return option;
  }));
  const coins = el("input", { id: `coins-${i}`, type: "text", inputmode: "decimal", autocomplete: "off", value: row.coins, "aria-describedby": `row-${i}-error` });
  const remove = el("button", { type: "button", "aria-label": `${say("page.amounts.remove")} ${i + 1}` }, "✕");
  const decimals = el("p", { class: "decimals" }, el("label", { for: `decimals-${i}` }, say("page.decimals")), el("input", { id: `decimals-${i}`, type: "text", inputmode: "numeric", autocomplete: "off", value: row.decimals }));
  const ask = () => {
    const { asset } = options.get(select.value);
    decimals.hidden = symbolOf(asset) !== null || decimalsOf(asset) !== null;
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
    const key = byId(`asset-${i}`).value;
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
  byId("wrong").textContent = wrong.reason === "" ? place : `${say("page.wrong")} ${place}${place === "" ? "" : ": "}${wrong.reason}`;
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
    const files = state.files.filter((file) => file.kind === "proof" && file.proof.instant === result.instant);
    for (const [i, file] of files.entries()) {
      const salt = crypto.getRandomValues(new Uint8Array(32));
      const receipt = await receiptOf(file.bytes, file.proof, result.findings, salt, result.now);
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
    if (event.target.id !== "file") forget();
    showQuestion();
  });
  byId("file").addEventListener("change", async (event) => {
    await take([...event.target.files]);
    event.target.value = "";
  });
  byId("add").addEventListener("click", () => {
    state.rows = [...readRows(), { segment: null, asset: SYMBOLS[0].id, coins: "", decimals: "" }];
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
