// Run cases in node: the tables' file is the argument, a case a line on the input, an answer a line on the output.

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { useFormatTables } from "../../../por/web/page/formats/published.js";
import { runPublishedCase } from "./run_case.js";

useFormatTables(JSON.parse(readFileSync(process.argv[2], "utf8")));
for await (const line of createInterface({ input: process.stdin })) {
  const began = performance.now();
  let answer;
  try {
    answer = await runPublishedCase(JSON.parse(line));
  } catch (error) {
    answer = { crashed: `${error.stack}` };
  }
  console.log(JSON.stringify({ ...answer, seconds: (performance.now() - began) / 1000 }));
}
