// A page with sayso/web, built by Vite, in headless Chromium; close() stops all that was started.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { chromium } from "playwright-core";
import { build } from "vite";
import { serveFolders } from "./server.mjs";

export const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";

export async function openBrowser(options = {}) {
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking", ...(options.args ?? [])],
  });
  return browser;
}

/** `bundles`: {"/name/": folder}, served beside the page. */
export async function openPage(bundles, { isolated = false } = {}) {
  const out = await mkdtemp(path.join(tmpdir(), "sayso-page-"));
  const root = path.join(import.meta.dirname, "page");
  await build({ root, base: "./", logLevel: "error", build: { outDir: out, emptyOutDir: true, target: "es2022" }, worker: { format: "es" } });
  const server = await serveFolders({ ...bundles, "/": out }, { isolated });
  const browser = await openBrowser();
  const page = await browser.newPage();
  const said = [];
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => said.push(String(error)));
  await page.goto(`${server.url}/`);
  await page.waitForFunction(() => window.sayso);
  return {
    page,
    server,
    said,
    close: async () => {
      await browser.close();
      await server.close();
      await rm(out, { recursive: true, force: true });
    },
  };
}
