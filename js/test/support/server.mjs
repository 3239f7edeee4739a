// A static server on 127.0.0.1 that counts what it is asked for.

import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css", ".json": "application/json", ".wasm": "application/wasm" };

/** Serves each folder under its prefix; `isolated` allows threads. */
export async function serveFolders(folders, { isolated = false, port = 0 } = {}) {
  const asked = [];
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://127.0.0.1");
    asked.push(pathname);
    const [prefix, folder] = Object.entries(folders).find(([prefix]) => pathname.startsWith(prefix)) ?? [];
    const file = folder && path.join(folder, path.normalize("/" + decodeURIComponent(pathname.slice(prefix.length))));
    const found = file && (await stat(file).catch(() => undefined));
    const whole = found?.isDirectory() ? path.join(file, "index.html") : file;
    const size = found?.isDirectory() ? (await stat(whole).catch(() => undefined))?.size : found?.size;
    if (size === undefined) return response.writeHead(404).end();
    const headers = { "content-type": TYPES[path.extname(whole)] ?? "application/octet-stream", "content-length": size };
    if (isolated) Object.assign(headers, { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" });
    response.writeHead(200, headers);
    createReadStream(whole).pipe(response);
  });
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    asked,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
