// What a spans head says of each token -> marked pieces of the text.
//
// A head of n labels has 2n + 1 outputs a token: outside of everything, then for each label its beginning and its inside.

import { softmax } from "./decide.js";
import type { Span } from "./prediction.js";

/** Where a token stands: from a UTF-16 unit of a text up to, but not including, another; [0, 0] if it does not. */
export type Place = readonly [start: number, end: number];

const IMPOSSIBLE = -1e9;
const LEAST = 1e-12;

/** How many numbers a token gets. */
export function outputsOf(labels: number): number {
  return 2 * labels + 1;
}

/** The most likely marks of a text, in its order; each is as sure as its least sure token. */
export function spansIn(text: string, rows: readonly (readonly number[])[], places: readonly Place[], labels: readonly string[], temperature: number): Span[] {
  const tokens = rows.flatMap((logits, index) => {
    const [start, end] = places[index]!;
    return start < end ? [{ start, end, probabilities: softmax(logits, temperature) }] : [];
  });
  const classes = bestPath(tokens.map(({ probabilities }) => probabilities.map((one) => Math.log(Math.min(1, Math.max(LEAST, one))))));
  const found: { label: string; start: number; end: number; confidence: number }[] = [];
  tokens.forEach(({ start, end, probabilities }, index) => {
    const one = classes[index]!;
    if (one === 0) return;
    const confidence = probabilities[one]!;
    if (one % 2 === 1) found.push({ label: labels[(one - 1) / 2]!, start, end, confidence });
    else {
      const open = found.at(-1)!;
      open.end = end;
      open.confidence = Math.min(open.confidence, confidence);
    }
  });
  return found.map(({ label, start, end, confidence }) => ({ label, start, end, text: text.slice(start, end), confidence }));
}

/** The classes of all tokens together that are most likely, where a label's inside comes only after its beginning or inside. */
function bestPath(scores: readonly (readonly number[])[]): number[] {
  if (scores.length === 0) return [];
  const isInside = (one: number): boolean => one > 0 && one % 2 === 0;
  let before = scores[0]!.map((score, one) => (isInside(one) ? IMPOSSIBLE : score));
  const steps = scores.slice(1).map((row) => {
    const likeliest = first(before);
    const from = row.map((_, one) => (!isInside(one) ? likeliest : before[one - 1]! >= before[one]! ? one - 1 : one));
    before = row.map((score, one) => before[from[one]!]! + score);
    return from;
  });
  const path = [first(before)];
  for (const from of steps.reverse()) path.push(from[path.at(-1)!]!);
  return path.reverse();
}

/** Where the highest is; of equals the first. */
function first(scores: readonly number[]): number {
  return scores.reduce((best, score, index) => (score > scores[best]! ? index : best), 0);
}
