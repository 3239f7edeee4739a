// A bundle's spec -> Spec: all that a runtime must know about a model, read once and checked.

import { type Bands, SCOPE_METHODS, type ScopeMethod } from "./decide.js";
import { BundleError } from "./errors.js";
import { isObject, type JsonObject, shown } from "./json.js";

export const FORMAT = 1;

export type HeadType = "choice" | "tags" | "score" | "spans";
const HEAD_TYPES: readonly HeadType[] = ["choice", "tags", "score", "spans"];

/** A text whose score by `method` is below `threshold` is out of scope. */
export interface Scope {
  readonly method: ScopeMethod;
  readonly threshold: number;
}

/** One head: which output of the graph it reads, and how that becomes an answer. */
export interface HeadSpec {
  readonly name: string;
  readonly type: HeadType;
  readonly output: string;
  readonly labels: readonly string[];
  readonly fallback: string | null;
  readonly temperature: number;
  readonly thresholds: readonly number[];
  readonly outOfScope: Scope | null;
  readonly conformalThreshold: number | null;
}

/** What a model answers, how long its texts may be, and what its confidence allows. */
export interface Spec {
  readonly name: string;
  readonly maxLength: number;
  /** The graph was optimized when it was exported. */
  readonly fused: boolean;
  readonly heads: ReadonlyMap<string, HeadSpec>;
  readonly bands: Bands;
  /** The first choice head: the one whose answer decides what is done. */
  readonly mainHead: string | null;
}

/** Read a spec; a BundleError says which part of it cannot be used. */
export function parseSpec(document: JsonObject): Spec {
  if (document["format"] !== FORMAT) {
    throw new BundleError(
      `this bundle has format ${shown(document["format"])} and this version of sayso reads format ${FORMAT}; ` +
        "install the version that made it, or build it again",
    );
  }
  const heads = document["heads"];
  if (!isObject(heads) || Object.keys(heads).length === 0) throw new BundleError("the bundle's spec names no heads; build it again");
  try {
    const parsed = new Map(Object.entries(heads).map(([name, head]) => [name, parseHead(name, object(head, `head ${shown(name)}`))]));
    const bands = object(of(document, "bands"), "bands");
    return {
      name: String(of(document, "name")),
      maxLength: whole(of(document, "max_length")),
      fused: document["fused"] === true,
      heads: parsed,
      bands: { execute: number(of(bands, "execute")), confirm: number(of(bands, "confirm")), suggest: number(of(bands, "suggest")) },
      mainHead: [...parsed.values()].find((head) => head.type === "choice")?.name ?? null,
    };
  } catch (error) {
    if (error instanceof Lacking) throw new BundleError(`the bundle's spec lacks ${shown(error.message)}; build it again`);
    if (error instanceof Unusable) throw new BundleError(`the bundle's spec cannot be used: ${error.message}; build it again`);
    throw error;
  }
}

class Lacking extends Error {}
class Unusable extends Error {}

function parseHead(name: string, head: JsonObject): HeadSpec {
  const called = `head ${shown(name)}`;
  const type = HEAD_TYPES.find((one) => one === of(head, "type"));
  if (type === undefined) throw new Unusable(`${called} has the unknown type ${shown(head["type"])}`);
  const labels = list(head["labels"] ?? [], called).map(String);
  if (new Set(labels).size !== labels.length || (labels.length === 0 && type !== "score")) {
    throw new Unusable(`${called} needs labels that differ from each other`);
  }
  const fallback = head["fallback"] ?? null;
  if (fallback !== null && !labels.some((label) => label === fallback)) {
    throw new Unusable(`${called} falls back to ${shown(fallback)}, which is none of its labels`);
  }
  const thresholds = list(head["thresholds"] ?? labels.map(() => 0.5), called).map(number);
  if (type === "tags" && thresholds.length !== labels.length) {
    throw new Unusable(`${called} has ${labels.length} labels and ${thresholds.length} thresholds`);
  }
  const conformal = head["conformal"];
  return {
    name,
    type,
    output: String(of(head, "output")),
    labels,
    fallback: fallback as string | null,
    temperature: positive(head["temperature"] ?? 1),
    thresholds: type === "tags" ? thresholds : [],
    outOfScope: parseScope(called, head["out_of_scope"]),
    conformalThreshold: conformal ? number(of(object(conformal, `conformal of ${called}`), "threshold")) : null,
  };
}

function parseScope(called: string, value: unknown): Scope | null {
  if (!value) return null;
  const scope = object(value, `out_of_scope of ${called}`);
  const method = SCOPE_METHODS.find((one) => one === of(scope, "method"));
  if (method === undefined) throw new Unusable(`${called} has the unknown out-of-scope method ${shown(scope["method"])}`);
  return { method, threshold: number(of(scope, "threshold")) };
}

function of(value: JsonObject, key: string): unknown {
  if (!Object.hasOwn(value, key)) throw new Lacking(key);
  return value[key];
}

function object(value: unknown, called: string): JsonObject {
  if (!isObject(value)) throw new Unusable(`${called} is ${shown(value)}, not an object`);
  return value;
}

function list(value: unknown, called: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Unusable(`${called} has ${shown(value)} where a list is needed`);
  return value;
}

function number(value: unknown): number {
  if (typeof value !== "number" || !Number.isFinite(value)) throw new Unusable(`${shown(value)} stands where a number is needed`);
  return value;
}

function positive(value: unknown): number {
  if (number(value) <= 0) throw new Unusable(`${shown(value)} stands where a number above 0 is needed`);
  return value as number;
}

function whole(value: unknown): number {
  if (!Number.isInteger(positive(value))) throw new Unusable(`${shown(value)} stands where a whole number is needed`);
  return value as number;
}
