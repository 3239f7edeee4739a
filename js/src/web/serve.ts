// In a worker: answers what the page asks of one model.

import type { Model } from "../model.js";
import { loadHere } from "./load.js";
import { type Order, plainError, type Reply, type Request } from "./messages.js";
import type { Runtimes } from "./runtime.js";

interface Port {
  postMessage(message: Reply): void;
  addEventListener(type: "message", listener: (event: { readonly data: Request }) => void): void;
}

/** Make this worker one that `load(…, { worker })` can use. */
export function serve(runtimes: Runtimes, port: Port = globalThis as unknown as Port): void {
  let model: Model | undefined;

  async function answer({ id, method, given }: Request): Promise<unknown> {
    if (method === "load") {
      const { source, options } = given as Order;
      model = await loadHere(source, options, runtimes, (progress) => port.postMessage({ id, progress }));
      const { name, labels, heads } = model;
      return { name, labels, heads };
    }
    return model?.[method](given as string & string[]);
  }

  port.addEventListener("message", ({ data }) => {
    answer(data).then(
      (result) => port.postMessage({ id: data.id, result }),
      (error: unknown) => port.postMessage({ id: data.id, error: plainError(error) }),
    );
  });
}
