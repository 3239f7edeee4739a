// Raw outputs -> probabilities, scores and actions, in double precision; one text at a time.

import type { Action } from "./prediction.js";

export type ScopeMethod = "energy" | "max_logit";
export const SCOPE_METHODS: readonly ScopeMethod[] = ["energy", "max_logit"];

/** Probabilities of a choice head: they sum to 1. */
export function softmax(logits: readonly number[], temperature = 1): number[] {
  const scaled = logits.map((logit) => logit / temperature);
  const highest = maxLogit(scaled);
  const powers = scaled.map((one) => Math.exp(one - highest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/** Probabilities of a tags head: each label on its own. */
export function sigmoid(logits: readonly number[], temperature = 1): number[] {
  return logits.map((logit) => 0.5 * (1 + Math.tanh(logit / (2 * temperature))));
}

/** T·logsumexp(logits/T): high for texts like those the model was fitted on. */
export function energy(logits: readonly number[], temperature = 1): number {
  const scaled = logits.map((logit) => logit / temperature);
  const highest = maxLogit(scaled);
  return temperature * (highest + Math.log(scaled.reduce((total, one) => total + Math.exp(one - highest), 0)));
}

/** The highest logit: high for texts like those the model was fitted on. */
export function maxLogit(logits: readonly number[]): number {
  return logits.reduce((highest, logit) => Math.max(highest, logit), -Infinity);
}

/** How much a text looks like one the model was made for; out of scope is **below** the threshold. */
export function inScopeScore(logits: readonly number[], method: ScopeMethod): number {
  return method === "energy" ? energy(logits) : maxLogit(logits);
}

/** How many labels are in the conformal set: all with 1 - p <= threshold, and always the most likely one. */
export function conformalSize(probabilities: readonly number[], threshold: number): number {
  return Math.max(1, probabilities.filter((probability) => 1 - probability <= threshold).length);
}

/** The confidence from which an answer is executed, confirmed or suggested; below: ask. */
export interface Bands {
  readonly execute: number;
  readonly confirm: number;
  readonly suggest: number;
}

/** What to do with an answer of this confidence. */
export function action(confidence: number, bands: Bands): Action {
  if (confidence >= bands.execute) return "execute";
  if (confidence >= bands.confirm) return "confirm";
  return confidence >= bands.suggest ? "suggest" : "ask";
}
