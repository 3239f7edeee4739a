// The demo page, put together as it is served, in headless Chromium.

import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { assemble } from "../demo/assemble.mjs";
import { CHROMIUM, openBrowser } from "./support/browser.mjs";
import { newFolder, tinyBundle } from "./support/bundles.mjs";
import { serveFolders } from "./support/server.mjs";

test("the demo answers what is typed", { skip: !existsSync(CHROMIUM) && `there is no Chromium at ${CHROMIUM}` }, async () => {
  const out = newFolder();
  assemble(tinyBundle("tiny"), out);
  const server = await serveFolders({ "/": out });
  const browser = await openBrowser();
  try {
    const page = await browser.newPage();
    const errors = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    await page.goto(server.url);
    await page.locator("#answer:not([hidden])").waitFor();
    assert.equal(await page.locator("#label").textContent(), "FindCallers"); // the first example
    await page.locator("#text").selectText();
    await page.keyboard.type("grep for TODO"); // the focus is in the field from the start
    await page.locator("#label", { hasText: "TextSearch" }).waitFor();
    assert.equal(await page.locator("#heads li").count(), 8);
    assert.match(await page.locator("#confidence").textContent(), /^\d+\.\d%$/);
    assert.match(await page.locator("#time").textContent(), /^[\d.]+ ms$/);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter"); // an example, by keyboard
    await page.locator("#label", { hasText: "FindCallers" }).waitFor();
    assert.deepEqual(errors, []);

    writeFileSync(path.join(out, "bundle/config.json"), "changed");
    await page.evaluate(() => caches.delete("sayso"));
    await page.reload();
    assert.match(await page.getByRole("alert").textContent(), /^BundleError: .*config\.json: this file was changed/);
  } finally {
    await browser.close();
    await server.close();
  }
});
