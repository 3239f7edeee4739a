// A model in a worker, as the page sees it.

import { RuntimeUnavailableError, UsageError } from "../errors.js";
import type { Model } from "../model.js";
import type { Logits, Prediction } from "../prediction.js";
import { checkedText, checkedTexts } from "../texts.js";
import type { OnProgress } from "./address.js";
import { errorOf, type Facts, type Order, type Reply, type Request } from "./messages.js";

export async function openRemote(start: () => Worker, order: Order, onProgress?: OnProgress): Promise<Model> {
  const line = new Line(start(), onProgress);
  try {
    return new RemoteModel(line, (await line.ask("load", order)) as Facts);
  } catch (error) {
    line.end();
    throw error;
  }
}

/** Questions to a worker, and its answers. */
class Line {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  #asked = 0;
  #ended: Error | undefined;

  constructor(worker: Worker, onProgress: OnProgress | undefined) {
    this.#worker = worker;
    worker.addEventListener("message", ({ data }: MessageEvent<Reply>) => {
      if ("progress" in data) return onProgress?.(data.progress);
      const asked = this.#waiting.get(data.id);
      this.#waiting.delete(data.id);
      if ("error" in data) asked?.reject(errorOf(data.error));
      else asked?.resolve(data.result);
    });
    worker.addEventListener("error", (event) => {
      const why = event.message || "its file cannot be loaded";
      this.end(new RuntimeUnavailableError(`the worker stopped: ${why}; see that the page may start workers, or load without one`));
    });
  }

  ask(method: Request["method"], given?: unknown): Promise<unknown> {
    if (this.#ended) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      const request: Request = { id: ++this.#asked, method, given };
      this.#worker.postMessage(request);
      this.#waiting.set(request.id, { resolve, reject });
    });
  }

  /** Stop the worker; whoever still waits gets the error. */
  end(error: Error = new UsageError("this model was disposed of; load it again")): void {
    this.#ended ??= error;
    this.#worker.terminate();
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

class RemoteModel implements Model {
  readonly name: string;
  readonly labels: readonly string[];
  readonly heads: Model["heads"];
  readonly #line: Line;

  constructor(line: Line, facts: Facts) {
    this.name = facts.name;
    this.labels = facts.labels;
    this.heads = facts.heads;
    this.#line = line;
  }

  async classify(text: string): Promise<Prediction> {
    return (await this.#line.ask("classify", checkedText(text))) as Prediction;
  }

  async classifyBatch(texts: Iterable<string>): Promise<Prediction[]> {
    return (await this.#line.ask("classifyBatch", checkedTexts(texts))) as Prediction[];
  }

  async tokenIds(text: string): Promise<number[]> {
    return (await this.#line.ask("tokenIds", checkedText(text))) as number[];
  }

  async logits(texts: Iterable<string>): Promise<Logits> {
    return (await this.#line.ask("logits", checkedTexts(texts))) as Logits;
  }

  async dispose(): Promise<void> {
    this.#line.end();
  }
}
