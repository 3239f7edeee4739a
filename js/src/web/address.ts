// The address of a bundle -> its Files: fetched with progress, or taken from the cache.

import { BundleError, reason } from "../errors.js";
import { type Files, sha256 } from "../files.js";
import { openCache } from "./cache.js";

/** How much of a file is there: `total` is 0 where the server does not tell. */
export interface Progress {
  readonly file: string;
  readonly loaded: number;
  readonly total: number;
}

export type OnProgress = (progress: Progress) => void;

export async function filesAtAddress(address: URL, onProgress: OnProgress | undefined, caching: boolean): Promise<Files> {
  const base = folderOf(address);
  const cache = caching ? await openCache() : undefined;
  const digests = new WeakMap<Uint8Array, string>(); // so that what the cache gave is hashed once

  const digestOf = async (bytes: Uint8Array): Promise<string> => {
    const digest = digests.get(bytes) ?? (await sha256(bytes));
    digests.set(bytes, digest);
    return digest;
  };
  const place = (name: string): string => {
    const url = new URL(name.split("/").map(encodeURIComponent).join("/"), base);
    url.search = base.search;
    return url.href;
  };
  return {
    path: place,
    sha256: digestOf,
    read: async (name, digest) => {
      const kept = digest === undefined ? undefined : await cache?.get(digest);
      if (kept && (await digestOf(kept)) === digest) {
        onProgress?.({ file: name, loaded: kept.length, total: kept.length });
        return kept;
      }
      const bytes = await download(place(name), (loaded, total) => onProgress?.({ file: name, loaded, total }));
      if (bytes && digest !== undefined && (await digestOf(bytes)) === digest) await cache?.put(digest, place(name), bytes);
      return bytes;
    },
  };
}

/** The folder that an address means: that of its manifest, or itself. */
function folderOf(address: URL): URL {
  const folder = new URL(address);
  folder.pathname = folder.pathname.replace(/\/manifest\.json$/, "/").replace(/\/*$/, "/");
  folder.hash = "";
  return folder;
}

/** The bytes at an address; undefined if there is nothing. The browser's own cache is asked only whether it is still right. */
async function download(url: string, onProgress: (loaded: number, total: number) => void): Promise<Uint8Array | undefined> {
  let response: Response;
  try {
    response = await fetch(url, { cache: "no-cache" });
    if (response.status === 404 || response.status === 410) return undefined;
    if (response.ok) return await read(response, onProgress);
  } catch (error) {
    const hint = "see that the address is right, the network is there, and the server lets this page read it (CORS)";
    throw new BundleError(`cannot fetch this file: ${reason(error)}; ${hint}`, url, { cause: error });
  }
  throw new BundleError(`the server answers ${response.status} ${response.statusText}`.trimEnd() + " instead of this file", url);
}

async function read(response: Response, onProgress: (loaded: number, total: number) => void): Promise<Uint8Array> {
  const total = response.headers.has("content-encoding") ? 0 : Number(response.headers.get("content-length") ?? 0);
  const chunks: Uint8Array[] = [];
  let loaded = 0;
  const reader = response.body?.getReader();
  for (let next = await reader?.read(); next && !next.done; next = await reader!.read()) {
    chunks.push(next.value);
    loaded += next.value.length;
    onProgress(loaded, Math.max(total, total && loaded));
  }
  const bytes = new Uint8Array(loaded);
  let position = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, position);
    position += chunk.length;
  }
  onProgress(loaded, loaded);
  return bytes;
}
