// node bench/browser.mjs NAME BUNDLE: sayso/web in headless Chromium, one thread, asked by benchmarks/peers: how long a text takes.

import { openPage } from "../test/support/browser.mjs";
import { answerAll, timed } from "./questions.mjs";

const opened = await openPage({ "/bundle/": process.argv[3] }, { isolated: true }); // isolated pages have finer clocks
const browser = opened.page.context().browser();
const page = await newVisit();

await answerAll({
  single: (question) =>
    page.evaluate(async ({ text, calls }) => {
      while (!window.sayso) await new Promise((resolve) => setTimeout(resolve));
      window.model ??= await window.sayso.load("bundle/", { threads: 1 });
      const ms = await window.timed(window.model, text, calls);
      return { ms, seconds_since_start: performance.now() / 1000 };
    }, question),
  memory: () => ({ versions: { chromium: browser.version() } }),
});
await opened.close();

/** A page of a visitor who has nothing in the cache; its clock starts here. */
async function newVisit() {
  const page = await (await browser.newContext()).newPage();
  await page.addInitScript(`window.timed = ${timed}`);
  await page.goto(`${opened.server.url}/`, { waitUntil: "commit" });
  return page;
}
