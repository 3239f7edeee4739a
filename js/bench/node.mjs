// node bench/node.mjs NAME BUNDLE: sayso/node, asked by benchmarks/peers: how long a text takes, how much memory the process has.

import { load } from "sayso/node";
import { answerAll, timed } from "./questions.mjs";

const model = await load(process.argv[3]);
await answerAll({
  single: async ({ text, calls }) => ({ ms: await timed(model, text, calls) }),
  memory: async ({ texts }) => {
    await model.classifyBatch(texts);
    return { bytes: process.memoryUsage().rss, versions: { node: process.versions.node } };
  },
});
await model.dispose();
