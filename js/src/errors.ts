// Every error sayso raises on purpose. Each message says what is wrong, where, and what to do next.
//
//     SaysoError
//     ├── UsageError                the request itself makes no sense
//     ├── BundleError               a bundle: tampered with, incomplete, of another format
//     └── RuntimeUnavailableError   what runs the model is not there: onnxruntime, WebAssembly, WebCrypto

/** Base of every error sayso raises on purpose. */
export class SaysoError extends Error {
  override readonly name: string = "SaysoError";
}

/** A request that makes no sense, as a text that is no string. */
export class UsageError extends SaysoError {
  override readonly name: string = "UsageError";
}

/** A bundle fails its checksums, lacks a file or has another format; `path` is the file, where it is known. */
export class BundleError extends SaysoError {
  override readonly name: string = "BundleError";
  readonly path: string | undefined;

  constructor(message: string, path?: string, options?: ErrorOptions) {
    super(path === undefined ? message : `${path}: ${message}`, options);
    this.path = path;
  }
}

/** What runs the model is not there; the message says how to get it. */
export class RuntimeUnavailableError extends SaysoError {
  override readonly name: string = "RuntimeUnavailableError";
}

/** The message of whatever was thrown. */
export function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
