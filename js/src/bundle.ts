// A bundle's files -> Bundle: every checksum verified before anything is loaded.
//
// The manifest holds the sha256 of checksums.json, and checksums.json that of every other file. A file that was changed
// is always refused; one that is missing is refused unless the caller allows it.

import { BundleError, reason } from "./errors.js";
import type { Files } from "./files.js";
import { isObject, type JsonObject, shown } from "./json.js";

const MANIFEST = "manifest.json";
const CHECKSUMS = "checksums.json";
const KIND = "bundle";
const GRAPH = "model.onnx";
const TOKENIZER = "tokenizer.json";

/** One file of a verified bundle: what it is called, for errors, and its bytes. */
export interface BundleFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** A verified bundle: what its spec says, and the two files that a model is made of. */
export interface Bundle {
  readonly spec: JsonObject;
  readonly graph: BundleFile;
  readonly tokenizer: BundleFile;
}

/** Verify a bundle. With `allowMissing`, files that are not there are no error, unless the model needs them. */
export async function openBundle(files: Files, allowMissing = false): Promise<Bundle> {
  const manifest = await manifestOf(files);
  const needed = neededBy(files, manifest);
  const checksums = await checksumsOf(files, manifest, allowMissing);
  const contents = new Map<string, Uint8Array>();
  for (const [name, digest] of checksums) {
    const bytes = await verified(files, name, digest, allowMissing);
    if (bytes && needed.includes(name)) contents.set(name, bytes);
  }
  for (const name of needed) {
    const bytes = contents.get(name) ?? (await files.read(name));
    if (!bytes) throw new BundleError("this file is missing from the bundle; install or build it again", files.path(name));
    if (checksums.size > 0 && !checksums.has(name)) {
      throw new BundleError(`${CHECKSUMS} does not list this file, so nothing vouches for it`, files.path(name));
    }
    contents.set(name, bytes);
  }
  const [graph, tokenizer] = needed.map((name) => ({ path: files.path(name), bytes: contents.get(name)! }));
  return { spec: manifest["spec"] as JsonObject, graph: graph!, tokenizer: tokenizer! };
}

async function manifestOf(files: Files): Promise<JsonObject> {
  const bytes = await files.read(MANIFEST);
  if (!bytes) throw new BundleError(`there is no bundle (${MANIFEST}) here; give the place of a bundle that was built`, files.path(MANIFEST));
  const manifest = parseObject(files, MANIFEST, bytes);
  if (manifest["kind"] === KIND && !isObject(manifest["spec"])) {
    throw new BundleError("this manifest has no `spec`; install or build the bundle again", files.path(MANIFEST));
  }
  if (manifest["kind"] !== KIND) {
    throw new BundleError(`this is the manifest of ${shown(manifest["kind"] ?? "something else")}, not of a bundle`, files.path(MANIFEST));
  }
  return manifest;
}

/** The names of graph and tokenizer: a folder in another layout says in its manifest what they are called there. */
function neededBy(files: Files, manifest: JsonObject): [string, string] {
  const names = isObject(manifest["files"]) ? manifest["files"] : {};
  const needed: [string, string] = [String(names["graph"] ?? GRAPH), String(names["tokenizer"] ?? TOKENIZER)];
  for (const name of needed) if (!isInside(name)) throw outside(files, MANIFEST, name);
  return needed;
}

/** What checksums.json lists, once the manifest has vouched for it; nothing if it is missing and may be. */
async function checksumsOf(files: Files, manifest: JsonObject, allowMissing: boolean): Promise<Map<string, string>> {
  const bytes = await files.read(CHECKSUMS);
  if (!bytes) {
    if (allowMissing) return new Map();
    throw new BundleError("this file is missing, so nothing can be verified; install or build the bundle again", files.path(CHECKSUMS));
  }
  await compare(files, CHECKSUMS, bytes, manifest["checksums_sha256"]);
  return new Map(Object.entries(parseObject(files, CHECKSUMS, bytes)).map(([name, digest]) => [name, String(digest)]));
}

async function verified(files: Files, name: string, digest: string, allowMissing: boolean): Promise<Uint8Array | undefined> {
  if (!isInside(name)) throw outside(files, CHECKSUMS, name);
  const bytes = await files.read(name, digest);
  if (bytes) await compare(files, name, bytes, digest);
  else if (!allowMissing) throw new BundleError("this file is missing from the bundle; install or build it again", files.path(name));
  return bytes;
}

async function compare(files: Files, name: string, bytes: Uint8Array, expected: unknown): Promise<void> {
  const found = await files.sha256(bytes);
  if (found === expected) return;
  throw new BundleError(
    `this file was changed: its sha256 is ${found.slice(0, 12)}…, recorded is ${String(expected).slice(0, 12)}…; ` +
      "install or build the bundle again",
    files.path(name),
  );
}

/** Whether a listed name stays in the bundle on every system: relative, no way up. */
function isInside(name: string): boolean {
  if (name.includes("\\") || name.includes("\0") || name[1] === ":") return false;
  return name.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}

function outside(files: Files, listing: string, name: string): BundleError {
  return new BundleError(`this lists ${shown(name)}, which is not inside the bundle`, files.path(listing));
}

function parseObject(files: Files, name: string, bytes: Uint8Array): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    const what = error instanceof SyntaxError ? `this is not valid JSON: ${reason(error)}` : "this file is not UTF-8 text";
    throw new BundleError(what, files.path(name));
  }
  if (!isObject(value)) throw new BundleError("this is not a JSON object", files.path(name));
  return value;
}
