// Names of issuers, segments, chains and assets, in one canonical form (CAIP-2, CAIP-19).

import { FormatError } from "./bytes.js";

const ISSUER = /^[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?$/;
const SEGMENT = /^[a-z][a-z0-9-]{0,30}(?::[a-z0-9][a-z0-9._-]{0,62})?$/;
const CHAIN = /^([-a-z0-9]{3,8}):([-_a-zA-Z0-9]{1,32})$/;
const ASSET_TYPE = /^([-a-z0-9]{3,8}):([-.%a-zA-Z0-9]{1,128})$/;
const DECIMAL = /^(?:0|[1-9][0-9]{0,17})$/;
const EVM_ADDRESS = /^0x[0-9a-f]{40}$/;
const ADDRESS = /^[-.%a-zA-Z0-9]{1,128}$/;

export function issuerId(text) {
  if (!ISSUER.test(text)) throw new FormatError("not an issuer id: a domain name in lower case, at most 63 characters");
  return text;
}

export function segmentName(text) {
  if (!SEGMENT.test(text)) throw new FormatError("not a segment such as spot, via:broker-7 or debt:margin");
  return text;
}

export function isDebt(segment) {
  return segment !== null && segment.startsWith("debt:");
}

export function assetId(text) {
  const slash = text.indexOf("/");
  const chain = chainId(slash < 0 ? text : text.slice(0, slash));
  const match = slash < 0 ? null : ASSET_TYPE.exec(text.slice(slash + 1));
  if (match === null) throw new FormatError("not a CAIP-19 asset id such as eip155:1/slip44:60");
  const [, namespace, reference] = match;
  if (namespace === "erc20") requireAddress(chain, reference);
  if (namespace === "slip44" && !DECIMAL.test(reference)) {
    throw new FormatError("the reference of a slip44 asset is a decimal number without leading zeros");
  }
  if (namespace === "slip44" && chain.startsWith("eip155:") && reference !== "60") {
    throw new FormatError("an EVM chain's own coin is written slip44:60 here, whatever it is called");
  }
  if (namespace === "staked" && (!chain.startsWith("eip155:") || reference !== "60")) {
    throw new FormatError("coins at stake are those of an EVM chain, written staked:60");
  }
  return text;
}

export function chainId(text) {
  const match = CHAIN.exec(text);
  if (match === null) throw new FormatError("not a CAIP-2 chain id such as eip155:1");
  if (match[1] === "eip155" && !DECIMAL.test(match[2])) {
    throw new FormatError("the reference of an eip155 chain is a decimal number without leading zeros");
  }
  return text;
}

// Read an account (CAIP-10) into its chain and address.
export function chainAccount(text) {
  const at = text.lastIndexOf(":");
  const [chain, address] = [chainId(text.slice(0, Math.max(at, 0))), text.slice(at + 1)];
  requireAddress(chain, address);
  return { chain, address, text };
}

export function digestText(text) {
  if (!/^sha256:[0-9a-f]{64}$/.test(text)) throw new FormatError("not a digest: sha256: and 64 lower-case hexadecimal digits");
  return text;
}

export function isEvmCoin(asset) {
  return /^eip155:[0-9]+\/(?:slip44|staked):60$/.test(asset);
}

function requireAddress(chain, address) {
  if (chain.startsWith("eip155:") ? !EVM_ADDRESS.test(address) : !ADDRESS.test(address)) {
    throw new FormatError(chain.startsWith("eip155:") ? "not an EVM address: 0x and 40 lower-case hexadecimal digits" : "not an account address");
  }
}
