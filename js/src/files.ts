// Where a bundle's files come from: a folder, an address, or memory.

import { RuntimeUnavailableError } from "./errors.js";

/** The files of one bundle. */
export interface Files {
  /** What a file is called in errors. */
  path(name: string): string;
  /** A file's bytes; undefined if there is no such file. `digest` is the sha256 that it should have, where that is known. */
  read(name: string, digest?: string): Promise<Uint8Array | undefined>;
  /** sha256 of bytes, lower-case hex. */
  sha256(bytes: Uint8Array): Promise<string>;
}

/** A bundle in memory: `{"manifest.json": bytes, …}`. */
export type BundleFiles = Readonly<Record<string, Uint8Array>>;

export function filesInMemory(contents: BundleFiles): Files {
  return {
    path: (name) => name,
    read: async (name) => (Object.hasOwn(contents, name) ? contents[name] : undefined),
    sha256,
  };
}

/** sha256 by WebCrypto, which browsers offer to secure pages alone. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  if (!subtle) {
    throw new RuntimeUnavailableError(
      "this page has no WebCrypto, so the bundle cannot be verified; serve the page over https, or from localhost",
    );
  }
  const digest = new Uint8Array(await subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
