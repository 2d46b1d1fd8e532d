// Exact decimals as published files write them, and the ways in which published trees write them into a hash
// (`por/spec/published-formats.md`). Nothing is ever a floating-point number, and nothing is rounded up but where a
// format does so.

import { EvidenceError, FormatError } from "../bytes.js";

const PLAIN_FIGURE = /^(-?)([0-9]{1,60})(?:\.([0-9]{1,40}))?$/;
const SMALL_FIGURE = /^(-?)([0-9])(?:\.([0-9]{1,30}))?E-([1-9][0-9]?)$/;

export const NO_FIGURE = { text: "0", units: 0n, places: 0 };

// A figure is {text, units, places}: units over ten to the places, beside what the file says. A sign is read, so that
// it can be refuted.
export function readFigure(text, small = false) {
  const plain = PLAIN_FIGURE.exec(text);
  const match = plain ?? (small ? SMALL_FIGURE.exec(text) : null);
  if (match === null) throw new FormatError(`not a plain decimal number: '${text.slice(0, 40)}'`);
  const [, sign, whole, part = ""] = match;
  const units = BigInt(whole + part);
  return { text, units: sign ? -units : units, places: part.length + (plain === null ? Number(match[4]) : 0) };
}

// The value in units of ten to the minus `places`, cut toward zero where it has more.
function figureAt(figure, places) {
  const apart = BigInt(places - figure.places);
  return apart >= 0n ? figure.units * 10n ** apart : figure.units / 10n ** -apart;
}

export function sameFigure(left, right) {
  const places = Math.max(left.places, right.places);
  return figureAt(left, places) === figureAt(right, places);
}

export function lessFigure(left, right) {
  const places = Math.max(left.places, right.places);
  return figureAt(left, places) < figureAt(right, places);
}

function scaledText(units, places) {
  const digits = (units < 0n ? -units : units).toString().padStart(places + 1, "0");
  const point = digits.length - places;
  return `${units < 0n ? "-" : ""}${digits.slice(0, point)}${places > 0 ? `.${digits.slice(point)}` : ""}`;
}

function strippedText(units, places) {
  const text = scaledText(units, places);
  return places > 0 ? text.replace(/\.?0+$/, "") : text;
}

// Without trailing zeros and exponent, such as 12, -0.5 or 0.
export function plainFigure(figure) {
  return strippedText(figure.units, figure.places);
}

function madeFigure(units, places) {
  return { text: strippedText(units, places), units, places };
}

// Add coin by coin, in the order of the left and then of the right; with `places` each sum is cut to these.
export function addAmounts(left, right, places = null) {
  const sums = new Map();
  for (const coin of new Set([...left.keys(), ...right.keys()])) {
    const [one, other] = [left.get(coin) ?? NO_FIGURE, right.get(coin) ?? NO_FIGURE];
    const common = Math.max(one.places, other.places);
    const total = madeFigure(figureAt(one, common) + figureAt(other, common), common);
    sums.set(coin, places === null || common <= places ? total : madeFigure(figureAt(total, places), places));
  }
  return sums;
}

// Give each coin the scale in which it is hashed; more places than that would be hashed nowhere (T16).
export function rescaleAmounts(amounts, places, otherwise) {
  const found = new Map();
  for (const [coin, value] of amounts) {
    const wanted = places.get(coin) ?? otherwise;
    const scaled = { text: value.text, units: figureAt(value, wanted), places: wanted };
    if (!sameFigure(scaled, value)) {
      throw new EvidenceError(`${coin} ${value.text}: more than ${wanted} places; what is behind them is not hashed`);
    }
    found.set(coin, scaled);
  }
  return found;
}

function halfEven(figure, places) {
  if (places >= figure.places) return figureAt(figure, places);
  const scale = 10n ** BigInt(figure.places - places);
  const size = figure.units < 0n ? -figure.units : figure.units;
  const [whole, rest] = [size / scale, size % scale];
  const rounded = whole + (2n * rest > scale || (2n * rest === scale && whole % 2n === 1n) ? 1n : 0n);
  return figure.units < 0n ? -rounded : rounded;
}

// As Python's decimal module prints them: below 1E-6 with an exponent, such as 1E-8.
function scientificText(figure, places) {
  const units = halfEven(figure, places);
  const digits = (units < 0n ? -units : units).toString();
  const power = digits.length - 1 - places;
  if (power >= -6) return scaledText(units, places);
  return `${units < 0n ? "-" : ""}${digits[0]}${digits.length > 1 ? `.${digits.slice(1)}` : ""}E${power}`;
}

function wordText(figure) {
  if (figure.places > 0 || figure.units < 0n || figure.units >= 1n << 256n) {
    throw new EvidenceError("a balance that is no whole number of 32 bytes");
  }
  return figure.units.toString(16).padStart(64, "0");
}

// One amount as text, by the names that the tables use.
export const FIGURE_WRITERS = new Map([
  ["plain", plainFigure],
  ["plain_to", (figure, places) => strippedText(figureAt(figure, places), places)],
  ["fixed", (figure, places) => scaledText(figureAt(figure, places), places)],
  ["as_scaled", (figure) => scaledText(figure.units, figure.places)],
  ["as_written", (figure) => figure.text],
  ["with_point", (figure) => (plainFigure(figure).includes(".") ? plainFigure(figure) : `${plainFigure(figure)}.0`)],
  ["scientific", scientificText],
  ["base_units", (figure) => figureAt(figure, 0).toString()],
  ["as_32_bytes", wordText],
]);

// All amounts as text, of [coin, amount] pairs.
export const FIGURE_JOINERS = new Map([
  ["concatenated", (rows) => rows.map(([, value]) => value).join("")],
  ["json_texts", (rows) => `{${rows.map(([coin, value]) => `"${coin}":"${value}"`).join(",")}}`],
  ["json_numbers", (rows) => `{${rows.map(([coin, value]) => `"${coin}":${value}`).join(",")}}`],
  ["named_by_comma", (rows) => rows.map((row) => row.join(":")).join(",")],
  ["named_by_bar", (rows) => rows.map((row) => row.join(":")).join("|")],
  ["equated_by_bar", (rows) => rows.map((row) => row.join("=")).join("|")],
  ["values_by_comma", (rows) => rows.map(([, value]) => value).join(",")],
]);
