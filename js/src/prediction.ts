// Prediction: what a model says about one text.

/** What to do with an answer of this confidence. */
export type Action = "execute" | "confirm" | "suggest" | "ask";

/** `{label: probability}` of every label, most likely first. */
export type Scores = Readonly<Record<string, number>>;

/** One of n labels. */
export interface ChoiceResult {
  readonly type: "choice";
  readonly label: string;
  readonly confidence: number;
  readonly scores: Scores;
}

/** Any of n labels: those at or above their threshold. */
export interface TagsResult {
  readonly type: "tags";
  readonly labels: readonly string[];
  readonly scores: Scores;
}

/** A number in [0, 1]. */
export interface ScoreResult {
  readonly type: "score";
  readonly value: number;
}

/** A piece of the text: `text.slice(start, end)`, and what it is. */
export interface Span {
  readonly label: string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly confidence: number;
}

/** Pieces of the text, in its order; none overlaps another. */
export interface SpansResult {
  readonly type: "spans";
  readonly spans: readonly Span[];
}

export type HeadResult = ChoiceResult | TagsResult | ScoreResult | SpansResult;

/**
 * The answer of the model's first choice head, what to do with it, and what every head says.
 *
 * A model without a choice head has label null, confidence 0, no scores, and action `ask`.
 * `set` holds the labels that contain the right one as often as calibration promised; empty if it promised nothing.
 */
export interface Prediction {
  readonly label: string | null;
  readonly confidence: number;
  readonly scores: Scores;
  readonly action: Action;
  readonly outOfScope: boolean;
  readonly set: readonly string[];
  readonly heads: Readonly<Record<string, HeadResult>>;
}

/** What the heads say before temperature: a row per text; a score head has one number per text, a spans head a row per token. */
export type Logits = Readonly<Record<string, number[][][] | number[][] | number[]>>;
