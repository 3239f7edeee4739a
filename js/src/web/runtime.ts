// onnxruntime-web, set up: WASM with SIMD, threads where the page may have them, WebGPU where it was given and is there. Never WebGL.

import { reason, RuntimeUnavailableError } from "../errors.js";
import type { OnnxRuntime } from "../graph.js";

/** Where onnxruntime-web's .wasm files lie: a folder, or the address of each. */
export type WasmPaths = string | { readonly wasm?: string; readonly mjs?: string };

/** The onnxruntimes to choose from. */
export interface Runtimes {
  readonly wasm: () => Promise<unknown>;
  readonly webgpu?: (() => Promise<unknown>) | undefined;
}

export interface RuntimeOptions {
  readonly threads?: number | undefined;
  readonly wasmPaths?: WasmPaths | undefined;
}

export async function openRuntime(runtimes: Runtimes, options: RuntimeOptions): Promise<{ ort: OnnxRuntime; executionProviders: string[] }> {
  if (typeof WebAssembly === "undefined") {
    throw new RuntimeUnavailableError("this browser has no WebAssembly, or the page's security policy forbids it ('wasm-unsafe-eval')");
  }
  const gpu = runtimes.webgpu !== undefined && (await hasWebGpu());
  const ort = await imported(gpu ? runtimes.webgpu! : runtimes.wasm);
  if (options.wasmPaths !== undefined) ort.env.wasm.wasmPaths = options.wasmPaths;
  ort.env.wasm.numThreads = globalThis.crossOriginIsolated ? (options.threads ?? defaultThreads()) : 1;
  return { ort, executionProviders: gpu ? ["webgpu", "wasm"] : ["wasm"] };
}

async function imported(runtime: () => Promise<unknown>): Promise<OnnxRuntime> {
  try {
    const module = (await runtime()) as OnnxRuntime & { readonly default?: OnnxRuntime };
    return "InferenceSession" in module ? module : (module as { default: OnnxRuntime }).default;
  } catch (error) {
    throw new RuntimeUnavailableError(`onnxruntime-web cannot be loaded; install it with: npm install onnxruntime-web (${reason(error)})`, {
      cause: error,
    });
  }
}

async function hasWebGpu(): Promise<boolean> {
  const { gpu } = navigator as { gpu?: { requestAdapter(): Promise<object | null> } };
  return (await gpu?.requestAdapter().catch(() => null)) != null;
}

function defaultThreads(): number {
  return Math.min(4, Math.ceil((navigator.hardwareConcurrency || 1) / 2));
}
