// sayso in the browser.

export { clearCache } from "./cache.js";
export type { OnProgress, Progress } from "./address.js";
export { load, type LoadOptions } from "./load.js";
export type { Runtimes, WasmPaths } from "./runtime.js";
export { serve } from "./serve.js";
export type { Model } from "../model.js";
export type { Prediction } from "../prediction.js";
