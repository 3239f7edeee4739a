// node test/parity.node.mjs BUNDLE GOLDEN.jsonl: the Node runtime against Python's answers; exits with 1 at any difference.

import { readFileSync } from "node:fs";
import { load } from "sayso/node";
import { compareAll, tell } from "./support/compare.mjs";

const [bundle, golden] = process.argv.slice(2);
const rows = readFileSync(golden, "utf8").trimEnd().split("\n").map((line) => JSON.parse(line));
const model = await load(bundle);
process.exitCode = tell("Node", await compareAll(model, rows));
await model.dispose();
