// sayso/web in headless Chromium: the same answers, in the page and in a worker; verification, cache, progress, errors.

import assert from "node:assert/strict";
import { appendFileSync, existsSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { CHROMIUM, openPage } from "./support/browser.mjs";
import { copyOf, goldenOf, reseal, rowsOf, tinyBundle } from "./support/bundles.mjs";

const TINY = tinyBundle("tiny");
const CHANGING = copyOf(TINY);
const HEADS = tinyBundle("heads", "tiny_model.COMPLEXITY");
const SLOTS = tinyBundle("slots", "tiny_model.SLOTS");
const FILES = ["config.json", "golden.jsonl", "model.onnx", "temperature.json", "tokenizer.json"];

describe("sayso/web", { skip: !existsSync(CHROMIUM) && `there is no Chromium at ${CHROMIUM}; name one with CHROMIUM` }, () => {
  let opened;
  before(async () => {
    opened = await openPage({ "/tiny/": TINY, "/heads/": HEADS, "/slots/": SLOTS, "/changing/": CHANGING }, { isolated: true });
  });
  after(() => opened?.close());

  const inPage = (what, given) => opened.page.evaluate(what, given);
  /** The error that loading ends with, and what it is an instance of. */
  const refusal = (source, options = {}) =>
    inPage(
      async ({ source, options }) => {
        try {
          await (await window.sayso.load(source, options)).dispose();
          return { name: "none", message: "it was loaded" };
        } catch (error) {
          return { name: error.name, message: error.message, path: error.path, typed: error instanceof window.errors[error.name] && error instanceof window.errors.SaysoError };
        }
      },
      { source, options },
    );

  for (const worker of [false, true]) {
    const where = worker ? "in a worker" : "in the page";

    for (const [name, bundle] of [["tiny", TINY], ["heads", HEADS], ["slots", SLOTS]]) {
      test(`1,000 texts as Python, ${where}: ${name}`, async () => {
        const report = await inPage(
          async ({ source, worker, rows }) => {
            const model = await window.sayso.load(source, { worker });
            const report = await window.compareAll(model, rows);
            await model.dispose();
            return report;
          },
          { source: `${name}/`, worker, rows: rowsOf(goldenOf(bundle)) },
        );
        assert.deepEqual([report.rows, report.differing], [1000, 0], JSON.stringify(report.first, null, 1));
      });
    }

    test(`the same API, ${where}`, async () => {
      const found = await inPage(async (worker) => {
        const model = await window.sayso.load(new URL("tiny/manifest.json", location.href), { worker });
        const texts = ["who calls login", "", "hello"];
        const batch = await model.classifyBatch(texts);
        const alone = await Promise.all(texts.map((text) => model.classify(text)));
        const wrong = await Promise.all([5, null, () => 1].map((given) => model.classify(given).catch((error) => error instanceof window.errors.UsageError)));
        await model.dispose();
        const gone = await model.classify("hello").catch((error) => error.message);
        return { labels: batch.map(({ label }) => label), equal: JSON.stringify(batch) === JSON.stringify(alone), wrong, gone, known: [model.name, model.labels.length, Object.keys(model.heads)] };
      }, worker);
      assert.deepEqual(found, {
        labels: ["FindCallers", "Ambiguous", "Ambiguous"],
        equal: true,
        wrong: [true, true, true],
        gone: "this model was disposed of; load it again",
        known: ["tiny", 8, ["intent"]],
      });
    });

    test(`what cannot be loaded is refused by a typed error, ${where}`, async () => {
      const missing = await refusal("nothing/", { worker });
      assert.deepEqual([missing.name, missing.typed], ["BundleError", true]);
      assert.match(missing.message, /nothing\/manifest\.json: there is no bundle \(manifest\.json\) here/);
      assert.equal(missing.path, `${opened.server.url}/nothing/manifest.json`);
      const elsewhere = await refusal("http://127.0.0.1:9/", { worker });
      assert.match(elsewhere.message, /cannot fetch this file: .*CORS/);
      const paths = await refusal("tiny/", { worker, wasmPaths: "nowhere/" });
      // the page's runtime has started by now and stays; a new worker must find its files
      if (worker) assert.deepEqual([paths.name, paths.typed], ["RuntimeUnavailableError", true]);
    });
  }

  test("a file is fetched once, and again when it has changed", async () => {
    const load = (options) =>
      inPage(async (options) => {
        const model = await window.sayso.load("changing/", options);
        const { label } = await model.classify("who calls");
        await model.dispose();
        return label;
      }, options);
    const asked = async (what) => {
      const start = opened.server.asked.length;
      await what();
      return opened.server.asked.slice(start).filter((one) => one.startsWith("/changing/")).map((one) => one.slice(10)).sort();
    };
    const always = ["checksums.json", "manifest.json"];
    await inPage(() => window.sayso.clearCache());
    assert.deepEqual(await asked(() => load({})), [...always, ...FILES].sort());
    assert.deepEqual(await asked(() => load({})), always);
    assert.deepEqual(await asked(() => load({ worker: true })), always);
    assert.deepEqual(await asked(() => load({ cache: false })), [...always, ...FILES].sort());
    writeFileSync(path.join(CHANGING, "config.json"), "{}");
    reseal(CHANGING);
    const kept = () => inPage(async () => (await (await caches.open("sayso")).keys()).length);
    assert.equal(await kept(), FILES.length);
    assert.deepEqual(await asked(() => load({})), [...always, "config.json"].sort());
    assert.equal(await kept(), FILES.length);
    await inPage(async () => {
      const cache = await caches.open("sayso");
      for (const key of await cache.keys()) await cache.put(key, new Response("spoilt"));
    });
    assert.deepEqual(await asked(() => load({})), [...always, ...FILES].sort(), "what was spoilt in the cache is fetched again");
    await inPage(() => window.sayso.clearCache());
    assert.deepEqual(await asked(() => load({})), [...always, ...FILES].sort());
  });

  test("a changed file is refused, a missing one unless allowed", async () => {
    await inPage(() => window.sayso.clearCache()); // what is in the cache is whole, whatever became of it on the server
    appendFileSync(path.join(CHANGING, "temperature.json"), " ");
    for (const options of [{}, { allowMissing: true }, { worker: true }]) {
      const { name, message, typed } = await refusal("changing/", options);
      assert.deepEqual([name, typed], ["BundleError", true]);
      assert.match(message, /changing\/temperature\.json: this file was changed: its sha256 is .*; install or build the bundle again$/);
    }
    rmSync(path.join(CHANGING, "temperature.json"));
    assert.match((await refusal("changing/")).message, /temperature\.json: this file is missing/);
    assert.equal((await refusal("changing/", { allowMissing: true })).name, "none");
    reseal(CHANGING, (manifest) => ({ ...manifest, spec: { ...manifest.spec, format: 2 } }));
    assert.match((await refusal("changing/")).message, /has format 2 and this version of sayso reads format 1/);
  });

  test("progress is told, file by file", async () => {
    for (const worker of [false, true]) {
      const told = await inPage(async (worker) => {
        const told = [];
        const model = await window.sayso.load("tiny/", { worker, cache: false, onProgress: (progress) => told.push(progress) });
        await model.dispose();
        return told;
      }, worker);
      const last = Object.fromEntries(told.map(({ file, loaded, total }) => [file, loaded === total && total > 0]));
      assert.deepEqual(last, Object.fromEntries(["manifest.json", "checksums.json", ...FILES].map((file) => [file, true])));
    }
  });

  test("a bundle in memory", async () => {
    const label = await inPage(async (names) => {
      const bytes = async (name) => new Uint8Array(await (await fetch(`tiny/${name}`)).arrayBuffer());
      const files = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await bytes(name)])));
      const [here, there] = [await window.sayso.load(files), await window.sayso.load(files, { worker: true })];
      return [(await here.classify("who calls")).label, (await there.classify("who calls")).label];
    }, ["manifest.json", "checksums.json", ...FILES]);
    assert.deepEqual(label, ["FindCallers", "FindCallers"]);
  });

  test("what the browser lacks is said", async () => {
    const { name, message } = await inPage(async () => {
      const { WebAssembly } = window;
      delete window.WebAssembly;
      const error = await window.sayso.load("tiny/").catch((error) => ({ name: error.name, message: error.message }));
      window.WebAssembly = WebAssembly;
      return error;
    });
    assert.equal(name, "RuntimeUnavailableError");
    assert.match(message, /no WebAssembly/);
    const stopped = await inPage(async () => {
      const worker = () => new Worker("/no-such-worker.js", { type: "module" });
      return window.sayso.load("tiny/", { worker }).catch((error) => [error.name, error instanceof window.errors.RuntimeUnavailableError, error.message]);
    });
    assert.deepEqual(stopped.slice(0, 2), ["RuntimeUnavailableError", true]);
  });
});
