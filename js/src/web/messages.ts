// What a page and its worker say to each other.

import { BundleError, RuntimeUnavailableError, SaysoError, UsageError } from "../errors.js";
import type { BundleFiles } from "../files.js";
import type { Model } from "../model.js";
import type { Progress } from "./address.js";
import type { PlainOptions } from "./load.js";

/** What to load. */
export interface Order {
  readonly source: string | BundleFiles;
  readonly options: PlainOptions;
}

/** What a page knows of a model without asking. */
export type Facts = Pick<Model, "name" | "labels" | "heads">;

/** From the page: `given` is an Order, a text, or texts. */
export interface Request {
  readonly id: number;
  readonly method: "load" | "classify" | "classifyBatch" | "tokenIds" | "logits" | "dispose";
  readonly given?: unknown;
}

/** From the worker, to one request. */
export type Reply =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: PlainError }
  | { readonly id: number; readonly progress: Progress };

/** An error that can be sent: what it is stays what it is. */
export interface PlainError {
  readonly name: string;
  readonly message: string;
  readonly path?: string | undefined;
}

const ERRORS = { BundleError, RuntimeUnavailableError, SaysoError, UsageError };

export function plainError(error: unknown): PlainError {
  if (!(error instanceof Error)) return { name: "Error", message: String(error) };
  return { name: error.name, message: error.message, path: error instanceof BundleError ? error.path : undefined };
}

export function errorOf({ name, message, path }: PlainError): Error {
  const known = Object.hasOwn(ERRORS, name) ? ERRORS[name as keyof typeof ERRORS] : Error;
  return Object.assign(new known(message), path === undefined ? {} : { path });
}
