// Files that were fetched, kept in the Cache API by their sha256: a changed file has another key, an unchanged one is not fetched again.

const NAME = "sayso";
const FROM = "x-sayso-from";
const SHA256 = /^[0-9a-f]{64}$/;

/** What was fetched before. It never fails: what cannot be kept is fetched again. */
export interface FileCache {
  get(digest: string): Promise<Uint8Array | undefined>;
  /** Keep a file; what was kept from the same address under another digest goes. */
  put(digest: string, address: string, bytes: Uint8Array): Promise<void>;
  drop(digest: string): Promise<void>;
}

/** The cache; undefined where the browser has none for this page. */
export async function openCache(): Promise<FileCache | undefined> {
  const cache = await attempt(async () => globalThis.caches.open(NAME));
  if (!cache) return undefined;
  return {
    get: (digest) =>
      attempt(async () => {
        const kept = SHA256.test(digest) ? await cache.match(key(digest)) : undefined;
        return kept && new Uint8Array(await kept.arrayBuffer());
      }),
    put: async (digest, address, bytes) => {
      if (!SHA256.test(digest)) return;
      await attempt(async () => {
        await forget(cache, address, key(digest));
        await cache.put(key(digest), new Response(bytes as Uint8Array<ArrayBuffer>, { headers: { [FROM]: encodeURI(address) } }));
      });
    },
    drop: async (digest) => {
      await attempt(() => cache.delete(key(digest)));
    },
  };
}

/** Forget every file of every bundle that this site has loaded. */
export async function clearCache(): Promise<void> {
  await attempt(() => globalThis.caches.delete(NAME));
}

/** An address that belongs to nobody: only the cache knows it. */
function key(digest: string): string {
  return `https://sayso.invalid/sha256/${digest}`;
}

async function forget(cache: Cache, address: string, kept: string): Promise<void> {
  for (const request of await cache.keys()) {
    if (request.url === kept) continue;
    if ((await cache.match(request))?.headers.get(FROM) === encodeURI(address)) await cache.delete(request);
  }
}

/** What the browser refuses (no secure page, no room, private windows) is no error: there is only nothing in the cache. */
async function attempt<T>(what: () => Promise<T>): Promise<T | undefined> {
  try {
    return await what();
  } catch {
    return undefined;
  }
}
