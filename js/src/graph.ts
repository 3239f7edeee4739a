// model.onnx -> an onnxruntime session that takes one text at a time.

import type { BundleFile } from "./bundle.js";
import { BundleError, reason, RuntimeUnavailableError } from "./errors.js";
import type { Outputs } from "./answers.js";
import { outputsOf } from "./spans.js";
import type { HeadSpec, Spec } from "./spec.js";

const INPUTS: readonly string[] = ["input_ids", "attention_mask", "token_type_ids"];
const QUIET = 3; // onnxruntime's log level for errors only

/** What sayso needs of onnxruntime; onnxruntime-node and onnxruntime-web both are one. */
export interface OnnxRuntime {
  readonly InferenceSession: { create(graph: Uint8Array, options?: object): Promise<Session> };
  readonly Tensor: new (type: "int64", data: BigInt64Array, dims: readonly number[]) => object;
  readonly env: { readonly wasm: { numThreads?: number | undefined; wasmPaths?: unknown } };
}

interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly inputMetadata?: readonly { readonly name: string; readonly type?: unknown }[];
  run(feeds: never, fetches: readonly string[]): Promise<Readonly<Record<string, { readonly data: unknown }>>>;
  release(): Promise<void>;
}

/** A loaded graph. */
export interface Graph {
  /** What each head says of one text. */
  run(ids: readonly number[]): Promise<Outputs>;
  release(): Promise<void>;
}

/** A graph that fits the spec, or a BundleError. */
export async function openGraph(ort: OnnxRuntime, file: BundleFile, spec: Spec, options: object = {}): Promise<Graph> {
  const session = await create(ort, file, spec.fused, options);
  check(session, file, spec);
  const heads = [...spec.heads.values()];
  const fetches = heads.map((head) => head.output);
  let last: Promise<unknown> = Promise.resolve(); // one run after the other: WebGPU allows no two at once, and release must wait

  async function run(ids: readonly number[]): Promise<Outputs> {
    const turn = last.then(() => session.run(feeds(ort, session.inputNames, ids) as never, fetches));
    last = turn.catch(() => undefined);
    const results = await turn;
    const outputs = new Map<string, number[]>();
    for (const head of heads) {
      const numbers = Array.from(results[head.output]!.data as Float32Array);
      const [wanted, found] = [widthOf(head), head.type === "spans" ? numbers.length / ids.length : numbers.length];
      if (found !== wanted) {
        const said = `head "${head.name}" needs ${wanted} numbers, this graph gives ${found}; export it again`;
        throw new BundleError(said, file.path);
      }
      if (!numbers.every(Number.isFinite)) {
        throw new BundleError(`head "${head.name}" answers with something that is no number; export the model again`, file.path);
      }
      outputs.set(head.name, numbers);
    }
    return outputs;
  }
  return { run, release: () => last.then(() => session.release()) };
}

async function create(ort: OnnxRuntime, file: BundleFile, fused: boolean, options: object): Promise<Session> {
  try {
    return await ort.InferenceSession.create(file.bytes, {
      graphOptimizationLevel: fused ? "basic" : "all", // a graph that was optimized when it was exported would only get slower
      enableMemPattern: false, // one plan would be kept per length of text
      logSeverityLevel: QUIET,
      ...options,
    });
  } catch (error) {
    if (/no available backend/i.test(reason(error))) {
      throw new RuntimeUnavailableError(
        `onnxruntime-web cannot start here: ${reason(error)}; see that its .wasm files are served, and say where with \`wasmPaths\``,
        { cause: error },
      );
    }
    throw new BundleError(`onnxruntime cannot load this graph: ${reason(error)}`, file.path, { cause: error });
  }
}

/** How many numbers a head gives: of a text, or of each of its tokens. */
function widthOf(head: HeadSpec): number {
  return head.type === "spans" ? outputsOf(head.labels.length) : Math.max(1, head.labels.length);
}

/** All that a graph may want of one text: a batch of one row, unpadded. */
function feeds(ort: OnnxRuntime, names: readonly string[], ids: readonly number[]): Record<string, object> {
  const values: Record<string, (id: number) => bigint> = {
    input_ids: (id) => BigInt(id),
    attention_mask: () => 1n,
    token_type_ids: () => 0n,
  };
  return Object.fromEntries(names.map((name) => [name, new ort.Tensor("int64", BigInt64Array.from(ids, values[name]!), [1, ids.length])]));
}

/** Refuse a graph that does not fit the spec. */
function check(session: Session, file: BundleFile, spec: Spec): void {
  for (const name of session.inputNames) {
    const type = session.inputMetadata?.find((input) => input.name === name)?.type ?? "int64";
    if (!INPUTS.includes(name) || type !== "int64") {
      throw new BundleError(`this graph wants ${String(type)} "${name}"; a runtime gives int64 ${INPUTS.join(", ")}`, file.path);
    }
  }
  for (const head of spec.heads.values()) {
    if (!session.outputNames.includes(head.output)) {
      throw new BundleError(`this graph has no output "${head.output}"; export the model again`, file.path);
    }
  }
}
