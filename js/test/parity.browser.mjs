// node test/parity.browser.mjs BUNDLE GOLDEN.jsonl [--worker] [--threads] [--within=0.0001]
//
// The web runtime, in headless Chromium, against Python's answers; exits with 1 at any difference.

import { readFileSync } from "node:fs";
import path from "node:path";
import { CLOSE, tell } from "./support/compare.mjs";
import { openPage } from "./support/browser.mjs";

const [bundle, golden] = process.argv.slice(2);
const worker = process.argv.includes("--worker");
const threads = process.argv.includes("--threads");
const within = Number(process.argv.find((argument) => argument.startsWith("--within="))?.slice(9) ?? CLOSE);

const opened = await openPage({ "/bundle/": path.resolve(bundle), "/golden/": path.dirname(path.resolve(golden)) }, { isolated: threads });
try {
  const report = await opened.page.evaluate(
    async ({ worker, golden, within }) => {
      const rows = (await (await fetch(golden)).text()).trimEnd().split("\n").map((line) => JSON.parse(line));
      const model = await window.sayso.load("bundle/", { worker });
      const report = await window.compareAll(model, rows, within);
      await model.dispose();
      return { ...report, isolated: crossOriginIsolated };
    },
    { worker, within, golden: `/golden/${path.basename(golden)}` },
  );
  process.exitCode = tell(`Chromium${worker ? ", worker" : ""}${report.isolated ? ", threads" : ""}`, report);
} catch (error) {
  console.error(error, opened.said);
  process.exitCode = 1;
} finally {
  await opened.close();
}
