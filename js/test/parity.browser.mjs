// node test/parity.browser.mjs BUNDLE GOLDEN.jsonl [--worker] [--threads] [--rounding=0.01]
//
// The web runtime, in headless Chromium, against Python's answers; exits with 1 at any difference. With --rounding, for INT8
// graphs, scores may differ, and the labels and actions of that share of the texts; token ids never.

import { readFileSync } from "node:fs";
import path from "node:path";
import { tell } from "./support/compare.mjs";
import { openPage } from "./support/browser.mjs";

const [bundle, golden] = process.argv.slice(2);
const worker = process.argv.includes("--worker");
const threads = process.argv.includes("--threads");
const rounding = Number(process.argv.find((argument) => argument.startsWith("--rounding="))?.slice(11) ?? 0);

const opened = await openPage({ "/bundle/": path.resolve(bundle), "/golden/": path.dirname(path.resolve(golden)) }, { isolated: threads });
try {
  const report = await opened.page.evaluate(
    async ({ worker, golden }) => {
      const rows = (await (await fetch(golden)).text()).trimEnd().split("\n").map((line) => JSON.parse(line));
      const model = await window.sayso.load("bundle/", { worker });
      const report = await window.compareAll(model, rows);
      await model.dispose();
      return { ...report, isolated: crossOriginIsolated };
    },
    { worker, golden: `/golden/${path.basename(golden)}` },
  );
  process.exitCode = tell(`Chromium${worker ? ", worker" : ""}${report.isolated ? ", threads" : ""}`, report, { rounding });
} catch (error) {
  console.error(error, opened.said);
  process.exitCode = 1;
} finally {
  await opened.close();
}
