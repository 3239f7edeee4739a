// sayso/node: what it answers, and that Python answers the same.

import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { SaysoError, UsageError } from "sayso";
import { load } from "sayso/node";
import { goldenOf, realBundles, rowsOf, tinyBundle } from "./support/bundles.mjs";
import { compareAll } from "./support/compare.mjs";

const TINY = tinyBundle("tiny");
const HEADS = tinyBundle("heads", "tiny_model.COMPLEXITY");
const model = await load(TINY);
after(() => model.dispose());

describe("answers", () => {
  test("a text gets a prediction", async () => {
    const prediction = await model.classify("who calls login");
    assert.equal(prediction.label, "FindCallers");
    assert.equal(prediction.action, "execute");
    assert.deepEqual(Object.keys(prediction), ["label", "confidence", "scores", "action", "outOfScope", "set", "heads"]);
    assert.equal(Object.keys(prediction.scores)[0], "FindCallers");
    assert.ok(Math.abs(Object.values(prediction.scores).reduce((a, b) => a + b) - 1) < 1e-12);
  });

  test("a list gets what its texts get alone, in order", async () => {
    const texts = ["who calls login", "", "grep for TODO", "hello"];
    assert.deepEqual(await model.classifyBatch(texts), await Promise.all(texts.map((text) => model.classify(text))));
    assert.deepEqual(await model.classifyBatch([]), []);
    assert.deepEqual(await model.classifyBatch(new Set(["hello"])), [await model.classify("hello")]);
  });

  test("every kind of head answers", async () => {
    const heads = await load(HEADS);
    const prediction = await heads.classify("prove the sum");
    assert.deepEqual(Object.values(prediction.heads).map((head) => head.type), ["score", "choice", "tags"]);
    assert.equal(prediction.label, "hard");
    assert.deepEqual(prediction.heads.domains.labels, ["maths"]);
    assert.ok(prediction.heads.score.value >= 0 && prediction.heads.score.value <= 1);
    const logits = await heads.logits(["prove", "small"]);
    assert.deepEqual([logits.score.length, logits.tier.length, logits.tier[0].length], [2, 2, 2]);
    assert.equal(typeof logits.score[0], "number");
    await heads.dispose();
  });

  test("a model without a choice head asks", async () => {
    const score = await load(tinyBundle("score", '{"score": tiny_model.COMPLEXITY["score"]}'));
    const { label, confidence, scores, action, set } = await score.classify("prove");
    assert.deepEqual([label, confidence, scores, action, set, score.labels], [null, 0, {}, "ask", [], []]);
    await score.dispose();
  });

  for (const text of ["", " ", "\n\t", "\u0000", "\u200b", "\u001c\u0085"]) {
    test(`${JSON.stringify(text)} says nothing`, async () => {
      const { label, action, outOfScope } = await model.classify(text);
      assert.deepEqual([label, action, outOfScope], ["Ambiguous", "ask", true]);
    });
  }

  test("100 kB are cut at the longest length, quickly", async () => {
    for (const text of ["who calls ".repeat(10_000), "x".repeat(100_000), "é".repeat(50_000), " ".repeat(100_000), "[CLS]".repeat(20_000)]) {
      const started = performance.now();
      assert.ok((await model.tokenIds(text)).length <= 32);
      assert.ok((await model.classify(text)).action);
      assert.ok(performance.now() - started < 5000);
    }
  });

  test("half a surrogate pair reads as U+FFFD", async () => {
    assert.deepEqual(await model.tokenIds("a\ud800b"), await model.tokenIds("a\ufffdb"));
  });

  test("labels, heads and the name are known without asking", () => {
    assert.equal(model.name, "tiny");
    assert.equal(model.labels.length, 8);
    assert.equal(model.heads.intent.fallback, "Ambiguous");
  });
});

describe("as Python", () => {
  for (const [name, bundle] of [["tiny", TINY], ["heads", HEADS], ...realBundles().map((bundle) => [bundle, bundle])]) {
    test(`1,000 texts of every kind: ${name}`, async () => {
      const loaded = await load(bundle);
      const report = await compareAll(loaded, rowsOf(goldenOf(bundle)));
      assert.deepEqual([report.rows, report.differing], [1000, 0], JSON.stringify(report.first, null, 1));
      await loaded.dispose();
    });
  }
});

describe("what is no text", () => {
  for (const given of [undefined, null, 5, 5n, Symbol("x"), ["hello"], { text: "hello" }, new String("hello"), () => "hello"]) {
    test(`${String(given) || "[]"} is refused and shown`, async () => {
      for (const ask of [() => model.classify(given), () => model.tokenIds(given)]) {
        await assert.rejects(ask, (error) => error instanceof UsageError && error instanceof SaysoError && /^expected a text, not /.test(error.message));
      }
    });
  }

  test("a list is asked for where a list is needed", async () => {
    await assert.rejects(model.classifyBatch("hello"), /expected a list of texts, not string: "hello"/);
    await assert.rejects(model.classifyBatch(5), UsageError);
    await assert.rejects(model.classifyBatch(["hello", 5]), /item 1 of the list is number, not text: 5/);
    await assert.rejects(model.logits([null]), /item 0 of the list is null/);
  });

  test("a model that was disposed of says so, and what was under way is answered", async () => {
    const other = await load(TINY);
    const underWay = other.classify("hello");
    await Promise.all([underWay, other.dispose()]);
    await assert.rejects(other.classify("hello"), /disposed of; load it again/);
    await other.dispose();
  });
});
