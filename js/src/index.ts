// The types and errors that `sayso/node` and `sayso/web` share.

export { BundleError, RuntimeUnavailableError, SaysoError, UsageError } from "./errors.js";
export type { Bands, ScopeMethod } from "./decide.js";
export type { BundleFiles } from "./files.js";
export type { OnnxRuntime } from "./graph.js";
export type { Model } from "./model.js";
export type { Action, ChoiceResult, HeadResult, Logits, Prediction, Scores, ScoreResult, Span, SpansResult, TagsResult } from "./prediction.js";
export type { HeadSpec, HeadType, Scope } from "./spec.js";
