// npm run page: the demo page with all it runs on, in page/; `sayso demo` puts a bundle beside it.

import { cpSync, mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(import.meta.dirname, "..");
const modules = path.join(root, "node_modules");

/** Put the page together in `out`; dist/esm must be built. */
export function assemble(out) {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(path.join(out, "vendor"), { recursive: true });
  for (const name of ["index.html", "demo.js", "style.css"]) cpSync(path.join(import.meta.dirname, name), path.join(out, name));
  cpSync(path.join(root, "dist/esm"), path.join(out, "sayso"), { recursive: true, filter: (file) => !file.endsWith(".d.ts") });
  cpSync(path.join(modules, "@huggingface/tokenizers/dist/tokenizers.mjs"), path.join(out, "vendor/tokenizers.mjs"));
  for (const name of ["ort.wasm.bundle.min.mjs", "ort-wasm-simd-threaded.wasm"]) {
    cpSync(path.join(modules, "onnxruntime-web/dist", name), path.join(out, "vendor", name));
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) assemble(path.join(root, "page"));
