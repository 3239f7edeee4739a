// The demo page as `sayso demo` serves it, in headless Chromium.

import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { CHROMIUM, openBrowser } from "./support/browser.mjs";
import { copyOf, startSayso, tinyBundle } from "./support/bundles.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

describe("the demo page", { skip: !existsSync(CHROMIUM) && `there is no Chromium at ${CHROMIUM}; name one with CHROMIUM` }, () => {
  const bundle = copyOf(tinyBundle("tiny"));
  let demo;
  let browser;
  before(async () => {
    [demo, browser] = await Promise.all([startSayso("demo", bundle, "--port", "0"), openBrowser()]);
  });
  after(async () => {
    await browser?.close();
    await demo?.stop();
  });

  const openDemo = async (options) => {
    const page = await browser.newPage(options);
    await page.goto(demo.firstLine);
    return page;
  };

  test("what is typed is answered, by keyboard alone", async () => {
    const page = await openDemo();
    const errors = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    await page.locator("#answer:not([hidden])").waitFor();
    assert.equal(await page.evaluate(() => crossOriginIsolated), true);
    assert.equal(await page.locator("#label").textContent(), "FindCallers"); // the first example
    await page.locator("#text").selectText();
    await page.keyboard.type("grep for TODO"); // the focus is in the field from the start
    await page.locator("#label", { hasText: "TextSearch" }).waitFor();
    assert.equal(await page.locator("#heads li").count(), 8);
    assert.match(await page.locator("#confidence").textContent(), /^\d+\.\d%$/);
    assert.match(await page.locator("#time").textContent(), /^[\d.]+ ms$/);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter"); // an example
    await page.locator("#label", { hasText: "FindCallers" }).waitFor();
    assert.deepEqual(errors, []);
    await page.close();
  });

  for (const colorScheme of ["light", "dark"]) {
    test(`axe finds nothing to mend, ${colorScheme}, on a phone`, async () => {
      const page = await openDemo({ colorScheme, viewport: { width: 390, height: 844 } });
      await page.locator("#answer:not([hidden])").waitFor();
      await page.addScriptTag({ content: AXE });
      const { violations } = await page.evaluate(() => window.axe.run());
      assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join()}`), []);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
      await page.close();
    });
  }

  test("pieces of the text are shown with what they are", async (t) => {
    const slots = await startSayso("demo", tinyBundle("slots", "tiny_model.SLOTS"), "--port", "0");
    t.after(() => slots.stop());
    const page = await browser.newPage();
    await page.goto(slots.firstLine);
    await page.locator("#answer:not([hidden])").waitFor();
    await page.locator("#text").fill("draw graph diagram");
    const last = page.locator("#heads section").last();
    await last.getByText("thing: graph diagram").waitFor();
    assert.deepEqual(await last.locator("li.chosen span").allTextContents(), ["action: draw", "thing: graph diagram"]);
    await page.locator("#text").fill("");
    await last.getByText("nothing").waitFor();
    await page.close();
  });

  test("a bundle that was changed is refused in plain sight", async () => {
    writeFileSync(path.join(bundle, "config.json"), "changed");
    const page = await openDemo();
    assert.match(await page.getByRole("alert").textContent(), /^BundleError: .*config\.json: this file was changed/);
    await page.close();
  });
});
