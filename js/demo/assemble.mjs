// npm run demo -- BUNDLE OUT: the demo page with all it needs in one folder, for any static server.

import { cpSync, mkdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(import.meta.dirname, "..");
const modules = path.join(root, "node_modules");

/** Put it together; `dist` must be built. */
export function assemble(bundle, out) {
  mkdirSync(path.join(out, "vendor"), { recursive: true });
  for (const name of ["index.html", "demo.js", "style.css"]) cpSync(path.join(import.meta.dirname, name), path.join(out, name));
  cpSync(path.join(root, "dist/esm"), path.join(out, "sayso"), { recursive: true, filter: (file) => !file.endsWith(".d.ts") });
  cpSync(path.join(modules, "@huggingface/tokenizers/dist/tokenizers.mjs"), path.join(out, "vendor/tokenizers.mjs"));
  for (const name of ["ort.wasm.bundle.min.mjs", "ort-wasm-simd-threaded.wasm"]) {
    cpSync(path.join(modules, "onnxruntime-web/dist", name), path.join(out, "vendor", name));
  }
  cpSync(bundle, path.join(out, "bundle"), { recursive: true });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [bundle, out] = process.argv.slice(2);
  if (!bundle || !out) {
    console.error("npm run demo -- BUNDLE OUT");
    process.exit(2);
  }
  assemble(bundle, out);
  console.log(`serve it, for example: python3 -m http.server --bind 127.0.0.1 --directory ${out}`);
}
