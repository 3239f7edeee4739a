// node test/pack.mjs: the tarball of `npm pack`, installed in fresh projects: Node (ESM, CommonJS, types) and Vite (built, and run in Chromium).

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { CHROMIUM, openBrowser } from "./support/browser.mjs";
import { newFolder, tinyBundle } from "./support/bundles.mjs";
import { serveFolders } from "./support/server.mjs";

const ROOT = path.resolve(import.meta.dirname, "..");
const { devDependencies } = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8"));
const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: "skip" };
const BUNDLE = JSON.stringify(tinyBundle("tiny"));

const run = (cwd, command, ...given) => execFileSync(command, given, { cwd, env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
const install = (cwd, ...what) => run(cwd, "npm", "install", "--prefer-offline", "--no-audit", "--no-fund", ...what);
const node = (cwd, file) => run(cwd, process.execPath, file).trim();

function project(files) {
  const folder = newFolder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
  return folder;
}

const packed = newFolder();
const [{ filename, files, unpackedSize }] = JSON.parse(run(ROOT, "npm", "pack", "--json", "--pack-destination", packed));
const tarball = path.join(packed, filename);
console.log(`${filename}: ${files.length} files, ${unpackedSize} bytes unpacked`);
for (const { path: file } of files) assert.match(file, /^(dist\/.*\.(js|d\.ts|json)|package\.json|README\.md|LICENSE)$/);
const { scripts } = JSON.parse(run(packed, "tar", "-xzOf", tarball, "package/package.json"));
for (const step of ["preinstall", "install", "postinstall", "prepare"]) assert.equal(scripts[step], undefined);

const answer = `load(${BUNDLE}).then(async (model) => { const { label } = await model.classify("who calls login"); await model.dispose(); console.log(label); })
  .catch((error) => console.log(error.name, error instanceof RuntimeUnavailableError, error.message))`;
const inNode = project({
  "package.json": "{}",
  "esm.mjs": `import { RuntimeUnavailableError } from "sayso"; import { load } from "sayso/node"; ${answer}`,
  "cjs.cjs": `const { RuntimeUnavailableError } = require("sayso"); const { load } = require("sayso/node"); ${answer}`,
  "esm.mts": `import { type Prediction, UsageError } from "sayso"; import { load } from "sayso/node"; import { load as inPage } from "sayso/web";
    const model = await load("bundle", { threads: 2 }); const p: Prediction = await model.classify("x");
    for (const head of Object.values(p.heads)) if (head.type === "choice") head.label.trim(); else if (head.type === "tags") head.labels.join(); else if (head.type === "spans") head.spans.map(({ start, end, text }) => text.slice(start, end));
    await inPage("bundle/", { worker: true, onProgress: ({ file, loaded, total }) => console.log(file, loaded / total), webgpu: () => import("onnxruntime-web/webgpu") });
    // @ts-expect-error
    await model.classify(5); export const e = new UsageError("x");`,
  "cjs.cts": `import sayso = require("sayso"); import node = require("sayso/node"); export const model: Promise<sayso.Model> = node.load("bundle");`,
  "tsconfig.json": `{"compilerOptions": {"module": "nodenext", "target": "es2022", "lib": ["es2022", "dom"], "strict": true, "noEmit": true, "types": []}, "files": ["esm.mts", "cjs.cts"]}`,
});
install(inNode, tarball);
for (const file of ["esm.mjs", "cjs.cjs"]) {
  assert.match(node(inNode, file), /^RuntimeUnavailableError true onnxruntime-node cannot be loaded; install it with: npm install onnxruntime-node/);
}
console.log("Node without onnxruntime-node: says what to install");
install(inNode, `onnxruntime-node@${devDependencies["onnxruntime-node"]}`, `onnxruntime-web@${devDependencies["onnxruntime-web"]}`);
for (const file of ["esm.mjs", "cjs.cjs"]) assert.equal(node(inNode, file), "FindCallers");
console.log("Node, ESM and CommonJS: FindCallers");
run(inNode, process.execPath, path.join(ROOT, "node_modules/typescript/bin/tsc"), "--project", ".");
console.log("types, ESM and CommonJS: right");

const inVite = project({
  "package.json": `{"type": "module"}`,
  "index.html": `<!doctype html><script type="module" src="/main.js"></script>`,
  "main.js": `import { load } from "sayso/web";
    window.ask = async (worker) => { const model = await load("bundle/", { worker }); const { label } = await model.classify("who calls login"); await model.dispose(); return label; };`,
  "lean/index.html": `<!doctype html><script type="module" src="./main.js"></script>`,
  "lean/main.js": `import { UsageError } from "sayso"; import { clearCache } from "sayso/web"; clearCache().then(() => console.log(UsageError.name));`,
});
install(inVite, tarball, `onnxruntime-web@${devDependencies["onnxruntime-web"]}`, `vite@${devDependencies.vite}`);
const vite = path.join(inVite, "node_modules/vite/bin/vite.js");
run(inVite, process.execPath, vite, "build");
const assets = readdirSync(path.join(inVite, "dist/assets"));
assert.ok(assets.some((name) => name.endsWith(".wasm")), assets.join());
console.log(`vite build: ${assets.join(", ")}`);
run(inVite, process.execPath, vite, "build", "lean");
const lean = readdirSync(path.join(inVite, "lean/dist/assets")).filter((name) => name.endsWith(".js")); // Vite writes a worker's .wasm, used or not
assert.equal(lean.length, 1, lean.join());
const size = readFileSync(path.join(inVite, "lean/dist/assets", lean[0])).length;
assert.ok(size < 5000, `an app that uses nearly nothing has ${size} bytes`);
console.log(`vite build of what uses nearly nothing: ${size} bytes`);

if (existsSync(CHROMIUM)) {
  const server = await serveFolders({ "/bundle/": tinyBundle("tiny"), "/": path.join(inVite, "dist") });
  const browser = await openBrowser();
  try {
    const page = await browser.newPage();
    await page.goto(server.url);
    await page.waitForFunction(() => window.ask);
    for (const worker of [false, true]) assert.equal(await page.evaluate((worker) => window.ask(worker), worker), "FindCallers");
    console.log("the built app in Chromium, in the page and in a worker: FindCallers");
  } finally {
    await browser.close();
    await server.close();
  }
}
