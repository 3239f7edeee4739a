// Questions on stdin, a line of JSON each, as benchmarks/peers asks them -> answers on stdout. Ends when stdin does.

import { createInterface } from "node:readline";

/** `answers`: {"single": question => answer, …}. */
export async function answerAll(answers) {
  for await (const line of createInterface({ input: process.stdin })) {
    const question = JSON.parse(line);
    process.stdout.write(`${JSON.stringify(await answers[question.ask](question))}\n`);
  }
}

/** Milliseconds of each call; in the browser, too. */
export async function timed(model, text, calls) {
  const ms = [];
  for (let call = 0; call < calls; call++) {
    const started = performance.now();
    await model.classify(text);
    ms.push(performance.now() - started);
  }
  return ms;
}
