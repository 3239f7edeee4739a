// Bundles for tests: tiny ones, made by Python as its own tests make them, and the real ones that are on this machine.

import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";

export const REPOSITORY = path.resolve(import.meta.dirname, "../../..");
export const PYTHON = process.env.SAYSO_PYTHON ?? path.join(REPOSITORY, ".venv/bin/python");

/** Folders that go when the process does. */
export function newFolder() {
  const folder = mkdtempSync(path.join(tmpdir(), "sayso-test-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const made = newFolder();

/** A tiny WordPiece bundle; `arguments_` are those of write_bundle, in Python. */
export function tinyBundle(name, arguments_ = "tiny_model.CODE_SEARCH") {
  const folder = path.join(made, name);
  if (!existsSync(folder)) {
    python(["-c", `import sys; sys.path.insert(0, ${JSON.stringify(path.join(REPOSITORY, "tests"))}); import pathlib, tiny_model
tiny_model.write_bundle(pathlib.Path(${JSON.stringify(folder)}), ${arguments_})`]);
  }
  return folder;
}

/** The answers of Python to the 1,000 texts. */
export function goldenOf(bundle) {
  const out = path.join(newFolder(), "golden.jsonl");
  python([path.join(REPOSITORY, "tests/js/parity.py"), bundle, out]);
  return out;
}

export function rowsOf(golden) {
  return readFileSync(golden, "utf8").trimEnd().split("\n").map((line) => JSON.parse(line));
}

/** Trained bundles, as far as they are built: SAYSO_BUNDLES names more, separated by ":". */
export function realBundles() {
  const places = [path.join(REPOSITORY, "quickstart/build/bundle"), ...(process.env.SAYSO_BUNDLES ?? "").split(":").filter(Boolean)];
  return places.filter((place) => existsSync(path.join(place, "manifest.json")));
}

/** A copy to spoil. */
export function copyOf(bundle) {
  const copy = path.join(newFolder(), "bundle");
  cpSync(bundle, copy, { recursive: true });
  return copy;
}

/** Change the manifest, and vouch for what is there now. */
export function reseal(bundle, change = (manifest) => manifest, checksums = {}) {
  const listing = path.join(bundle, "checksums.json");
  const digest = (file) => createHash("sha256").update(readFileSync(file)).digest("hex");
  const names = Object.keys(JSON.parse(readFileSync(listing, "utf8"))).filter((name) => existsSync(path.join(bundle, name)));
  const listed = { ...Object.fromEntries(names.map((name) => [name, digest(path.join(bundle, name))])), ...checksums };
  writeFileSync(listing, JSON.stringify(listed));
  const manifest = JSON.parse(readFileSync(path.join(bundle, "manifest.json"), "utf8"));
  writeFileSync(path.join(bundle, "manifest.json"), JSON.stringify(change({ ...manifest, checksums_sha256: digest(listing) })));
  return bundle;
}

/** A verb that serves until it is stopped; what it printed first. */
export async function startSayso(...arguments_) {
  const process_ = spawn(PYTHON, ["-m", "sayso", ...arguments_], { stdio: ["ignore", "pipe", "inherit"] });
  const firstLine = await new Promise((resolve, reject) => {
    createInterface(process_.stdout).once("line", resolve);
    process_.once("exit", (code) => reject(new Error(`sayso ${arguments_.join(" ")} ended with ${code}`)));
  });
  return { firstLine, stop: () => new Promise((resolve) => process_.once("exit", resolve).kill("SIGINT")) };
}

function python(arguments_) {
  execFileSync(PYTHON, arguments_, { stdio: ["ignore", "ignore", "inherit"] });
}
