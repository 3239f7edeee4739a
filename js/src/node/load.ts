// A source -> Model, by onnxruntime-node.

import { fileURLToPath } from "node:url";
import { openBundle } from "../bundle.js";
import { reason, RuntimeUnavailableError, UsageError } from "../errors.js";
import { type BundleFiles, filesInMemory, type Files } from "../files.js";
import type { OnnxRuntime } from "../graph.js";
import { isObject, shown } from "../json.js";
import { type Model, openModel } from "../model.js";
import { filesInFolder } from "./folder.js";

export interface LoadOptions {
  /** How many threads work on a text together; 1 if not given. */
  readonly threads?: number;
  /** Whether files that the model can do without may be missing. A file that was changed is always refused. */
  readonly allowMissing?: boolean;
}

/** Verify and load the bundle in a folder, of a built project, or in memory as `{"manifest.json": bytes, …}`. */
export async function load(source: string | URL | BundleFiles, options: LoadOptions = {}): Promise<Model> {
  const { threads = 1, allowMissing = false } = options;
  if (!Number.isInteger(threads) || threads < 1) throw new UsageError(`threads must be 1 or more, not ${shown(threads)}`);
  const bundle = await openBundle(await filesOf(source), allowMissing);
  return openModel(await runtime(), bundle, { executionProviders: ["cpu"], intraOpNumThreads: threads, interOpNumThreads: 1 });
}

async function filesOf(source: unknown): Promise<Files> {
  if (typeof source === "string") return filesInFolder(source);
  if (source instanceof URL) return filesInFolder(source.protocol === "file:" ? fileURLToPath(source) : source.href);
  if (isObject(source)) return filesInMemory(source as BundleFiles);
  throw new UsageError(`expected the folder of a bundle, not ${shown(source)}`);
}

async function runtime(): Promise<OnnxRuntime> {
  try {
    const module = (await import("onnxruntime-node")) as unknown as OnnxRuntime & { default?: OnnxRuntime };
    return module.default ?? module;
  } catch (error) {
    throw new RuntimeUnavailableError(`onnxruntime-node cannot be loaded; install it with: npm install onnxruntime-node (${reason(error)})`, {
      cause: error,
    });
  }
}
