// Model: a verified bundle and an onnxruntime -> Predictions.
//
// Each text runs through the graph alone and unpadded, in lists too. An INT8 graph scales its activations by all that is
// in a batch, so a batch would make the answer for one text depend on its neighbours.

import { answer, type Outputs, rowsOf } from "./answers.js";
import type { Bundle } from "./bundle.js";
import { BundleError, UsageError } from "./errors.js";
import { type Graph, openGraph, type OnnxRuntime } from "./graph.js";
import type { Logits, Prediction } from "./prediction.js";
import { type HeadSpec, parseSpec, type Spec } from "./spec.js";
import { checkedText, checkedTexts, isBlank, wellFormed } from "./texts.js";
import { type Encoded, openTokenizer, type TextTokenizer } from "./tokenizer/open.js";

/** A loaded model, in this thread or in a worker. */
export interface Model {
  /** What the model is called. */
  readonly name: string;
  /** The labels of the first choice head; none if there is no such head. */
  readonly labels: readonly string[];
  /** Every head by its name, in the order of the project. */
  readonly heads: Readonly<Record<string, HeadSpec>>;
  /** What a text means. Every text gets an answer; one that says nothing is out of scope, with action `ask`. */
  classify(text: string): Promise<Prediction>;
  /** What each text means, in the same order. */
  classifyBatch(texts: Iterable<string>): Promise<Prediction[]>;
  /** The text as the graph sees it: cut to the longest length, and at least one token. */
  tokenIds(text: string): Promise<number[]>;
  /** What the heads say before temperature: a row per text; a score head has one number per text, a spans head a row per token. */
  logits(texts: Iterable<string>): Promise<Logits>;
  /** Give the memory back; the model answers no more. */
  dispose(): Promise<void>;
}

/** A model in this thread. `options` go to onnxruntime. */
export async function openModel(ort: OnnxRuntime, bundle: Bundle, options?: object): Promise<Model> {
  const spec = parseSpec(bundle.spec);
  const tokenizer = openTokenizer(bundle.tokenizer, spec.maxLength);
  const marking = [...spec.heads.values()].find((head) => head.type === "spans");
  if (marking && !tokenizer.knowsPlaces) {
    const said = `head "${marking.name}" marks pieces of a text, and where this tokenizer's tokens stand in one is not known in JavaScript`;
    throw new BundleError(`${said}; train it on a base with a WordPiece or SentencePiece tokenizer`, bundle.tokenizer.path);
  }
  const model = new LocalModel(spec, tokenizer, await openGraph(ort, bundle.graph, spec, options));
  await model.classify(""); // refuses a graph that does not fit, and makes the first answer as quick as the next
  return model;
}

class LocalModel implements Model {
  readonly name: string;
  readonly labels: readonly string[];
  readonly heads: Readonly<Record<string, HeadSpec>>;
  readonly #spec: Spec;
  readonly #tokenizer: TextTokenizer;
  readonly #idsOfNothing: string;
  #graph: Graph | undefined;

  constructor(spec: Spec, tokenizer: TextTokenizer, graph: Graph) {
    this.name = spec.name;
    this.heads = Object.fromEntries(spec.heads);
    this.labels = spec.mainHead === null ? [] : spec.heads.get(spec.mainHead)!.labels;
    this.#spec = spec;
    this.#tokenizer = tokenizer;
    this.#graph = graph;
    this.#idsOfNothing = this.#encode("").ids.join();
  }

  async classify(text: string): Promise<Prediction> {
    return this.#classify(checkedText(text));
  }

  async classifyBatch(texts: Iterable<string>): Promise<Prediction[]> {
    const predictions = [];
    for (const text of checkedTexts(texts)) predictions.push(await this.#classify(text));
    return predictions;
  }

  async tokenIds(text: string): Promise<number[]> {
    return [...this.#encode(checkedText(text)).ids];
  }

  async logits(texts: Iterable<string>): Promise<Logits> {
    const rows: Outputs[] = [];
    for (const text of checkedTexts(texts)) rows.push(await this.#run(this.#encode(text).ids));
    const columns = [...this.#spec.heads.values()].map((head) => {
      const column = rows.map((row) => [...row.get(head.name)!]);
      if (head.type === "spans") return [head.name, column.map((row) => rowsOf(head, row))] as const;
      return [head.name, head.labels.length > 0 ? column : column.flat()] as const;
    });
    return Object.fromEntries(columns);
  }

  async dispose(): Promise<void> {
    const graph = this.#graph;
    this.#graph = undefined;
    await graph?.release();
  }

  async #classify(text: string): Promise<Prediction> {
    const { ids, places } = this.#encode(text);
    const outputs = await this.#run(ids);
    const blank = ids.join() === this.#idsOfNothing || isBlank(text);
    return answer(this.#spec, outputs, { text: wellFormed(text), blank, places });
  }

  #encode(text: string): Encoded {
    const encoded = this.#tokenizer.encode(wellFormed(text));
    return encoded.ids.length > 0 ? encoded : { ids: [0], places: () => [[0, 0]] };
  }

  async #run(ids: readonly number[]): Promise<Outputs> {
    if (!this.#graph) throw new UsageError("this model was disposed of; load it again");
    return this.#graph.run(ids);
  }
}
