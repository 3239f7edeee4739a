// The address of a bundle -> Model, by onnxruntime-web: in this thread, or in a worker.

import { openBundle } from "../bundle.js";
import { UsageError } from "../errors.js";
import { type BundleFiles, filesInMemory } from "../files.js";
import { isObject, shown } from "../json.js";
import { type Model, openModel } from "../model.js";
import { filesAtAddress, type OnProgress } from "./address.js";
import { openRemote } from "./remote.js";
import { openRuntime, type RuntimeOptions, type Runtimes } from "./runtime.js";

/** What a worker can be told, too. */
export interface PlainOptions extends RuntimeOptions {
  /** Whether files that the model can do without may be missing. A file that was changed is always refused. */
  readonly allowMissing?: boolean | undefined;
  /** Whether files are kept in the browser's cache; true if not given. */
  readonly cache?: boolean | undefined;
}

export interface LoadOptions extends PlainOptions {
  /** Called while files arrive. */
  readonly onProgress?: OnProgress | undefined;
  /** Run in a Web Worker, so that the page never waits; or a function that starts one which calls `serve`. */
  readonly worker?: boolean | (() => Worker) | undefined;
  /** `() => import("onnxruntime-web/webgpu")`: WebGPU where the browser has it, WASM elsewhere. */
  readonly webgpu?: (() => Promise<unknown>) | undefined;
}

export type Source = string | URL | BundleFiles;

/** Verify and load the bundle at an address, or in memory as `{"manifest.json": bytes, …}`. */
export async function load(source: Source, options: LoadOptions = {}): Promise<Model> {
  const { worker, webgpu, onProgress, ...plain } = options;
  const { threads } = plain;
  if (threads !== undefined && (!Number.isInteger(threads) || threads < 1)) {
    throw new UsageError(`threads must be 1 or more, not ${shown(threads)}`);
  }
  const place = placeOf(source);
  const told = { ...plain, wasmPaths: absolutePaths(plain.wasmPaths) };
  if (!worker) return loadHere(place, told, { wasm: () => import("onnxruntime-web/wasm"), webgpu }, onProgress);
  if (webgpu) throw new UsageError("a worker brings its own WebGPU: give `worker` a function that starts one which calls serve({ wasm, webgpu })");
  return openRemote(worker === true ? startWorker : worker, { source: place, options: told }, onProgress);
}

/** Load in this thread, which may be a worker's. */
export async function loadHere(
  source: string | BundleFiles,
  options: PlainOptions,
  runtimes: Runtimes,
  onProgress?: OnProgress,
): Promise<Model> {
  const files = typeof source === "string" ? await filesAtAddress(new URL(source), onProgress, options.cache ?? true) : filesInMemory(source);
  const [bundle, { ort, executionProviders }] = await Promise.all([openBundle(files, options.allowMissing), openRuntime(runtimes, options)]);
  return openModel(ort, bundle, { executionProviders });
}

function startWorker(): Worker {
  return new Worker(new URL("./worker.js", import.meta.url), { type: "module", name: "sayso" });
}

function placeOf(source: unknown): string | BundleFiles {
  if (typeof source === "string" || source instanceof URL) return absolute(source);
  if (isObject(source)) return source as BundleFiles;
  throw new UsageError(`expected the address of a bundle, not ${shown(source)}`);
}

function absolute(address: string | URL): string {
  const base = globalThis.document?.baseURI ?? globalThis.location?.href;
  if (!URL.canParse(address, base)) throw new UsageError(`${shown(String(address))} is no address; give that of a bundle`);
  return new URL(address, base).href;
}

/** A worker has another address than the page, so it is told whole ones. */
function absolutePaths(paths: RuntimeOptions["wasmPaths"]): RuntimeOptions["wasmPaths"] {
  if (paths === undefined) return undefined;
  if (typeof paths === "string") return absolute(paths).replace(/\/*$/, "/");
  return { ...(paths.wasm && { wasm: absolute(paths.wasm) }), ...(paths.mjs && { mjs: absolute(paths.mjs) }) };
}
