// sayso in Node.

export { load, type LoadOptions } from "./load.js";
export type { Model } from "../model.js";
export type { Prediction } from "../prediction.js";
