// What sayso/node refuses to load, and what it says.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { appendFileSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { BundleError, UsageError } from "sayso";
import { load } from "sayso/node";
import { copyOf, newFolder, reseal, tinyBundle } from "./support/bundles.mjs";

const TINY = tinyBundle("tiny");

const refusal = async (source, options) => {
  const error = await load(source, options).then(() => assert.fail("it was loaded"), (error) => error);
  assert.ok(error instanceof BundleError, String(error));
  return error.message;
};

describe("sources", () => {
  test("a folder, its manifest, a URL, a project, and memory", async () => {
    const project = newFolder();
    writeFileSync(path.join(project, "sayso.yaml"), "");
    assert.match(await refusal(project), /this project has no bundle yet; make one with: sayso build/);
    const files = Object.fromEntries(readdirSync(TINY).map((name) => [name, readFileSync(path.join(TINY, name))]));
    for (const source of [path.join(TINY, "manifest.json"), pathToFileURL(TINY), files]) {
      const loaded = await load(source);
      assert.equal((await loaded.classify("who calls")).label, "FindCallers");
      await loaded.dispose();
    }
  });

  test("what is no bundle is refused with what to do", async () => {
    assert.match(await refusal("/nowhere"), /^\/nowhere: there is no such folder; give the folder of a bundle/);
    assert.match(await refusal(path.join(TINY, "model.onnx")), /this is a file; give the folder/);
    assert.match(await refusal(newFolder()), /there is neither a bundle .* nor a project/);
    await assert.rejects(load("https://example.com/bundle"), UsageError);
    await assert.rejects(load(5), UsageError);
    await assert.rejects(load(TINY, { threads: 0 }), /threads must be 1 or more, not 0/);
  });
});

describe("verification", () => {
  const files = ["model.onnx", "tokenizer.json", "config.json", "temperature.json", "golden.jsonl", "checksums.json"];

  for (const name of files) {
    test(`${name}: changed is refused always, missing unless allowed and not needed`, async () => {
      const bundle = copyOf(TINY);
      appendFileSync(path.join(bundle, name), " ");
      for (const allowMissing of [false, true]) {
        const message = await refusal(bundle, { allowMissing });
        assert.ok(message.startsWith(`${path.join(bundle, name)}: this file was changed: its sha256 is `), message);
        assert.match(message, /install or build the bundle again$/);
      }
      rmSync(path.join(bundle, name));
      assert.ok((await refusal(bundle)).startsWith(`${path.join(bundle, name)}: this file is missing`));
      if (["model.onnx", "tokenizer.json"].includes(name)) assert.match(await refusal(bundle, { allowMissing: true }), /this file is missing/);
      else await (await load(bundle, { allowMissing: true })).dispose();
    });
  }

  test("a manifest of another kind or format is refused", async () => {
    assert.match(await refusal(reseal(copyOf(TINY), (manifest) => ({ ...manifest, kind: "weights" }))), /manifest of "weights", not of a bundle/);
    assert.match(await refusal(reseal(copyOf(TINY), ({ spec, ...manifest }) => manifest)), /this manifest has no `spec`; install or build/);
    const format2 = reseal(copyOf(TINY), (manifest) => ({ ...manifest, spec: { ...manifest.spec, format: 2 } }));
    assert.match(await refusal(format2), /this bundle has format 2 and this version of sayso reads format 1; install the version/);
    const broken = copyOf(TINY);
    writeFileSync(path.join(broken, "manifest.json"), "{");
    assert.match(await refusal(broken), /manifest\.json: this is not valid JSON/);
    writeFileSync(path.join(broken, "manifest.json"), "[]");
    assert.match(await refusal(broken), /this is not a JSON object/);
  });

  for (const [what, change] of [
    [/lacks "max_length"/, ({ max_length, ...spec }) => spec],
    [/unknown type "vote"/, (spec) => ({ ...spec, heads: { intent: { ...spec.heads.intent, type: "vote" } } })],
    [/labels that differ/, (spec) => ({ ...spec, heads: { intent: { ...spec.heads.intent, labels: ["a", "a"] } } })],
    [/falls back to "x"/, (spec) => ({ ...spec, heads: { intent: { ...spec.heads.intent, fallback: "x" } } })],
    [/0 stands where a number above 0/, (spec) => ({ ...spec, heads: { intent: { ...spec.heads.intent, temperature: 0 } } })],
    [/names no heads/, (spec) => ({ ...spec, heads: {} })],
    [/no output "nothing"/, (spec) => ({ ...spec, heads: { intent: { ...spec.heads.intent, output: "nothing" } } })],
    [/needs 1 numbers, this graph gives 8/, (spec) => ({ ...spec, heads: { intent: { ...spec.heads.intent, labels: ["a"], fallback: null } } })],
  ]) {
    test(`a spec is refused: ${what}`, async () => {
      assert.match(await refusal(reseal(copyOf(TINY), (manifest) => ({ ...manifest, spec: change(manifest.spec) }))), what);
    });
  }

  test("a broken graph or tokenizer is refused and named", async () => {
    for (const name of ["model.onnx", "tokenizer.json"]) {
      const bundle = copyOf(TINY);
      writeFileSync(path.join(bundle, name), "{}");
      assert.ok((await refusal(reseal(bundle))).startsWith(`${path.join(bundle, name)}: `));
    }
  });

  test("a manifest may call graph and tokenizer something else", async () => {
    const bundle = copyOf(TINY);
    renameSync(path.join(bundle, "model.onnx"), path.join(bundle, "intent.onnx"));
    const renamed = (manifest) => ({ ...manifest, files: { graph: "intent.onnx" } });
    assert.match(await refusal(reseal(bundle, renamed)), /checksums\.json does not list this file, so nothing vouches for it/);
    await (await load(reseal(bundle, renamed, digestOf(bundle, "intent.onnx")))).dispose();
  });

  for (const name of ["../secret", "/etc/hostname", "sub/../../secret", "C:/secret", "C:\\secret", "..\\secret", "", "a\0b"]) {
    test(`a listed name may not lead out of the bundle: ${JSON.stringify(name)}`, async () => {
      assert.match(await refusal(reseal(copyOf(TINY), undefined, { [name]: "0" }), { allowMissing: true }), /which is not inside the bundle/);
    });
  }
});

function digestOf(bundle, name) {
  return { [name]: createHash("sha256").update(readFileSync(path.join(bundle, name))).digest("hex") };
}
