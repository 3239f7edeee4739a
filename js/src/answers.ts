// Raw outputs of the heads + spec -> Prediction.

import { action, conformalSize, inScopeScore, sigmoid, softmax } from "./decide.js";
import type { ChoiceResult, HeadResult, Prediction, Scores, SpansResult, TagsResult } from "./prediction.js";
import { outputsOf, type Place, spansIn } from "./spans.js";
import type { HeadSpec, Spec } from "./spec.js";

/** What each head says of one text, before temperature; a spans head of one token after the other. */
export type Outputs = ReadonlyMap<string, readonly number[]>;

/** A text as the model has read it: where its tokens stand, and whether it says nothing. */
export interface Reading {
  readonly text: string;
  readonly blank: boolean;
  places(): readonly Place[];
}

/** The answer to one text. A blank text says nothing: it is out of scope, and a head with a fallback answers with it. */
export function answer(spec: Spec, outputs: Outputs, reading: Reading): Prediction {
  const { blank } = reading;
  const results = new Map<string, HeadResult>();
  for (const [name, head] of spec.heads) results.set(name, result(head, outputs.get(name)!, reading));
  const heads = Object.fromEntries(results);
  if (spec.mainHead === null) return { label: null, confidence: 0, scores: {}, action: "ask", outOfScope: false, set: [], heads };
  const main = spec.heads.get(spec.mainHead)!;
  const logits = outputs.get(main.name)!;
  const { label, confidence, scores } = results.get(main.name) as ChoiceResult;
  const outOfScope = blank || isOutOfScope(main, logits);
  return {
    label,
    confidence,
    scores,
    action: outOfScope || label === main.fallback ? "ask" : action(confidence, spec.bands),
    outOfScope,
    set: setOf(main, logits),
    heads,
  };
}

/** A spans head's outputs, a row a token. */
export function rowsOf(head: HeadSpec, logits: readonly number[]): number[][] {
  const width = outputsOf(head.labels.length);
  return Array.from({ length: logits.length / width }, (_, token) => logits.slice(token * width, (token + 1) * width));
}

function result(head: HeadSpec, logits: readonly number[], reading: Reading): HeadResult {
  if (head.type === "choice") return choice(head, logits, reading.blank);
  if (head.type === "tags") return tags(head, logits);
  if (head.type === "spans") return spans(head, logits, reading);
  return { type: "score", value: Math.min(1, Math.max(0, logits[0]!)) };
}

function choice(head: HeadSpec, logits: readonly number[], blank: boolean): ChoiceResult {
  const probabilities = softmax(logits, head.temperature);
  const order = mostLikelyFirst(probabilities);
  const index = blank && head.fallback !== null ? head.labels.indexOf(head.fallback) : order[0]!;
  return { type: "choice", label: head.labels[index]!, confidence: probabilities[index]!, scores: scores(head, probabilities, order) };
}

function tags(head: HeadSpec, logits: readonly number[]): TagsResult {
  const probabilities = sigmoid(logits, head.temperature);
  const order = mostLikelyFirst(probabilities);
  const inside = order.filter((index) => probabilities[index]! >= head.thresholds[index]!);
  return { type: "tags", labels: inside.map((index) => head.labels[index]!), scores: scores(head, probabilities, order) };
}

function spans(head: HeadSpec, logits: readonly number[], { text, places }: Reading): SpansResult {
  return { type: "spans", spans: spansIn(text, rowsOf(head, logits), places(), head.labels, head.temperature) };
}

/** Positions of the probabilities, highest first; equals keep the order of the labels. */
function mostLikelyFirst(probabilities: readonly number[]): number[] {
  return [...probabilities.keys()].sort((a, b) => probabilities[b]! - probabilities[a]!);
}

function scores(head: HeadSpec, probabilities: readonly number[], order: readonly number[]): Scores {
  return Object.fromEntries(order.map((index) => [head.labels[index]!, probabilities[index]!]));
}

function isOutOfScope(head: HeadSpec, logits: readonly number[]): boolean {
  return head.outOfScope !== null && inScopeScore(logits, head.outOfScope.method) < head.outOfScope.threshold;
}

/** The labels of the conformal set, most likely first. */
function setOf(head: HeadSpec, logits: readonly number[]): string[] {
  if (head.conformalThreshold === null) return [];
  const probabilities = softmax(logits, head.temperature);
  const size = conformalSize(probabilities, head.conformalThreshold);
  return mostLikelyFirst(probabilities).slice(0, size).map((index) => head.labels[index]!);
}
