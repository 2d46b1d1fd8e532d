// Formats that the command line reads and this page does not, told by their shape alone: whole lists, and SwissBorg's.

import { hasMembers, isMembers } from "./fields.js";

const LIST_ROW = /^[1-9][0-9]?,(?:0|[1-9][0-9]{0,8})\t[0-9a-f]{16}$/;
const SHAPES = {
  "swissborg": ({ members }) => {
    const listed = members.get("liabilities");
    const shaped = Array.isArray(listed) && isMembers(listed[0]) && hasMembers(listed[0], "audit_partition_id", "proof");
    return shaped && hasMembers(members, "audit_id", "user_id");
  },
  "bitmex": ({ lines: [head, row = ""] }) => /^block_height:(?:0|[1-9][0-9]{0,8})$/.test(head) && /^[0-9a-f]{64},-?[0-9]{1,20}\s*$/.test(row),
  "okx-v1-fulltree": ({ lines: [first] }) => /^[0-9a-f]{64},[1-9][0-9]?,\{/.test(first),
  "cakedefi": ({ members }) => hasMembers(members, "hash", "left", "right") && [members.get("assets"), members.get("left")].every(isMembers),
  "tnf": ({ lines }) => LIST_ROW.test((lines[0] === "Level\tHash" ? lines[1] ?? "" : lines[0]).trimEnd()),
  "silversixpence": ({ lines: [first] }) => /^[0-9a-f]{64},[1-9][0-9]?,[0-9a-f]{64},[0-9a-f]{64}\s*$/.test(first),
  "blocpal": ({ lines: [first] }) => first === "BlocPalX proof of reserves merkle tree file",
  "krakendb": ({ members }) => members.has("root") && ["values", "codes", "leaves"].every((name) => Array.isArray(members.get(name))),
  "weex": ({ members, lines: [first] }) => hasMembers(members, "userMerkleRoot", "userFileCount", "userHeadHash", "userId") || first === "POR[user]",
};
// Lists of leaves are of one form, whoever made them.
const ALIKE = ["tnf-c", "bitso"];

// The names of the formats that a file may be in.
export function leftFormats(document) {
  const found = Object.keys(SHAPES).filter((name) => SHAPES[name](document));
  return found.includes("tnf") ? [...found, ...ALIKE] : found;
}
