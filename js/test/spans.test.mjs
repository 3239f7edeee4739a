// Heads that mark pieces of a text: which pieces, where they stand, and that Python says the same.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { load } from "sayso/node";
import { spansIn } from "../dist/esm/spans.js";
import { alignerOf } from "../dist/esm/tokenizer/places.js";
import { openTokenizer } from "../dist/esm/tokenizer/open.js";
import { copyOf, newFolder, PYTHON, realBundles, REPOSITORY, reseal, goldenOf, rowsOf, tinyBundle } from "./support/bundles.mjs";
import { compareAll } from "./support/compare.mjs";

const SLOTS = tinyBundle("slots", "tiny_model.SLOTS");

const readTokenizer = (file) => openTokenizer({ path: file, bytes: readFileSync(file) }, 512);

describe("answers", () => {
  test("a text's marked pieces, in its order", async () => {
    const model = await load(SLOTS);
    const text = "🥐 draw the GRAPH diagram, please";
    const { heads, label } = await model.classify(text);
    assert.equal(label, "Visualize");
    assert.deepEqual(heads.slots.spans.map(({ label, text }) => [label, text]).filter(([, text]) => /^(draw|the|graph)/i.test(text)), [["action", "draw"], ["thing", "GRAPH diagram"]]);
    for (const { start, end, text: piece, confidence } of heads.slots.spans) {
      assert.equal(text.slice(start, end), piece);
      assert.ok(confidence > 0 && confidence <= 1);
    }
    const { slots } = await model.logits([text, ""]);
    assert.deepEqual([slots[0].length, slots[1].length, slots[0][0].length], [(await model.tokenIds(text)).length, 2, 5]);
    assert.deepEqual((await model.classify("")).heads.slots, { type: "spans", spans: [] });
    await model.dispose();
  });

  test("1,000 texts of every kind as Python", async () => {
    const model = await load(SLOTS);
    const rows = rowsOf(goldenOf(SLOTS));
    assert.ok(rows.filter(({ heads }) => heads.slots.spans.length > 0).length > 300, "texts with marks");
    const report = await compareAll(model, rows);
    assert.deepEqual([report.rows, report.differing], [1000, 0], JSON.stringify(report.first, null, 1));
    await model.dispose();
  });

  test("a graph or a tokenizer that does not fit is refused", async () => {
    const change = (bundle, labels) =>
      reseal(bundle, (manifest) => ({ ...manifest, spec: { ...manifest.spec, heads: { slots: { ...manifest.spec.heads.slots, labels } } } }));
    await assert.rejects(load(change(copyOf(SLOTS), ["a"])), /head "slots" needs 3 numbers, this graph gives 5; export it again/);
    const bundle = copyOf(SLOTS);
    const tokenizer = path.join(bundle, "tokenizer.json");
    writeFileSync(tokenizer, JSON.stringify({ ...JSON.parse(readFileSync(tokenizer, "utf8")), pre_tokenizer: { type: "ByteLevel", add_prefix_space: false } }));
    await assert.rejects(load(reseal(bundle)), /tokenizer\.json: head "slots" marks pieces of a text, and where this tokenizer's tokens stand .* WordPiece/);
  });
});

describe("the most likely marks", () => {
  const places = (count) => Array.from({ length: count }, (_, index) => [2 * index, 2 * index + 1]);
  const found = (classes, sure = 9) => {
    const rows = classes.map((one) => Array.from({ length: 5 }, (_, index) => (index === one ? sure : 0)));
    const text = "abcdefghij".slice(0, classes.length).split("").join(" ");
    return spansIn(text, rows, places(classes.length), ["x", "y"], 1).map(({ label, text }) => `${label}:${text}`);
  };

  test("a beginning ends what was before it, an inside goes on", () => {
    assert.deepEqual(found([1, 1, 2, 0, 3, 4]), ["x:a", "x:b c", "y:e f"]);
    assert.deepEqual(found([0, 0]), []);
    assert.deepEqual(found([]), []);
  });

  test("tokens that stand nowhere are never marked", () => {
    assert.deepEqual(spansIn("ab", [[0, 9, 0], [0, 9, 0]], [[0, 0], [0, 2]], ["x"], 1).map(({ text }) => text), ["ab"]);
  });

  test("no path is likelier", () => {
    const random = randomOf(7);
    for (let turn = 0; turn < 200; turn++) {
      const rows = Array.from({ length: 1 + Math.floor(random() * 4) }, () => Array.from({ length: 5 }, () => 6 * random() - 3));
      const logs = rows.map((row) => row.map((one) => one - Math.log(row.reduce((sum, other) => sum + Math.exp(other), 0))));
      const worth = (classes) => classes.reduce((sum, one, index) => sum + logs[index][one], 0);
      const best = Math.max(...pathsOf(rows.length).map(worth));
      const classes = rows.map(() => 0);
      for (const { label, start, end } of spansIn("a ".repeat(rows.length), rows, places(rows.length), ["x", "y"], 1)) {
        for (let at = start / 2; 2 * at < end; at++) classes[at] = (label === "x" ? 1 : 3) + (2 * at > start ? 1 : 0);
      }
      assert.ok(Math.abs(worth(classes) - best) < 1e-9);
    }
  });

  /** Every sequence of classes in which an inside follows its own beginning or inside. */
  function pathsOf(length) {
    if (length === 0) return [[]];
    return pathsOf(length - 1).flatMap((path) => [0, 1, 2, 3, 4].filter((one) => one === 0 || one % 2 === 1 || [one - 1, one].includes(path.at(-1))).map((one) => [...path, one]));
  }
});

describe("places of tokens", () => {
  const out = newFolder();
  const tokenizers = realBundles().map((bundle) => path.join(bundle, "tokenizer.json"));
  execFileSync(PYTHON, [path.join(REPOSITORY, "tests/js/places.py"), out, ...tokenizers]);

  for (const file of readdirSync(out).filter((name) => name.endsWith(".json"))) {
    const config = JSON.parse(readFileSync(path.join(out, file), "utf8"));
    const steps = config.normalizer.normalizers ?? [config.normalizer];
    test(`3,000 odd texts as Python: ${config.model.type}, ${steps.map(({ type }) => type).join(" ")}`, () => {
      const tokenizer = readTokenizer(path.join(out, file));
      for (const { text, ids, places } of rowsOf(path.join(out, file.replace(".json", ".jsonl")))) {
        const encoded = tokenizer.encode(text);
        assert.deepEqual(encoded.ids, ids, JSON.stringify(text));
        assert.deepEqual(encoded.places(), places, JSON.stringify(text));
      }
    });
  }

  test("whatever the text, places lie in it in order, and no character is cut in two", () => {
    const tokenizer = readTokenizer(path.join(SLOTS, "tokenizer.json"));
    const random = randomOf(11);
    for (let turn = 0; turn < 3000; turn++) {
      const text = Array.from({ length: Math.floor(random() * 12) }, () => ALPHABET[Math.floor(random() * ALPHABET.length)]).join("");
      const edges = new Set(edgesOf(text));
      let last = 0;
      for (const [start, end] of tokenizer.encode(text).places()) {
        if (end === 0) continue;
        assert.ok(last <= start && start < end && edges.has(start) && edges.has(end), JSON.stringify(text));
        assert.equal(text.slice(start, end), text.slice(start, end).trim());
        last = start;
      }
    }
  });

  test("where the steps are not known, equal ends stand for themselves", () => {
    const odd = { config: { type: "Odd" }, normalize: (text) => (text.length > 1 ? text.replace("quick", "swift!") : text) };
    const units = alignerOf(odd)({ at: 10, text: "a quick 🦊", normal: "a swift! 🦊" });
    assert.deepEqual(units.starts.slice(0, 2), [10, 11]);
    assert.deepEqual([units.starts[2], units.ends[7]], [12, 17]);
    assert.deepEqual([units.starts[9], units.ends[10]], [18, 20]);
  });

  test("100 kB take no longer than a moment", () => {
    const tokenizer = readTokenizer(path.join(SLOTS, "tokenizer.json"));
    for (const text of ["two loaves ".repeat(10_000), "\u0301\u0323".repeat(50_000), "é".repeat(50_000), "😀".repeat(25_000)]) {
      const started = performance.now();
      tokenizer.encode(text).places();
      assert.ok(performance.now() - started < 5000);
    }
  });
});

const ALPHABET = ["a", "B", "é", "e\u0301", "ﬁ", "İ", "Σ", "中", "𠮷", "👩‍👧", "🏽", "한", "ᄒ", "\u0323", "\u0301", " ", "  ", "\u3000", "\u200b", "\0", ",", "’", "½", "[CLS]", "search", "▁", "\t", "ก็", "ﷺ"];

function edgesOf(text) {
  const edges = [0];
  for (const character of text) edges.push(edges.at(-1) + character.length);
  return edges;
}

/** The same numbers on every run. */
function randomOf(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
