// A folder with a bundle -> its Files.

import { createHash } from "node:crypto";
import { readFile, realpath, stat } from "node:fs/promises";
import path from "node:path";
import { BundleError, reason, UsageError } from "../errors.js";
import type { Files } from "../files.js";
import { isObject, shown } from "../json.js";

const MANIFEST = "manifest.json";
const PROJECT_FILE = "sayso.yaml";

/** The files of the bundle in a folder, which may also be the folder of a built project. */
export async function filesInFolder(source: string): Promise<Files> {
  const folder = await findBundle(source);
  const inside = (await realpath(folder)) + path.sep;
  const place = (name: string): string => path.join(folder, name);
  return {
    path: place,
    read: async (name) => {
      try {
        const file = await realpath(place(name));
        if (!file.startsWith(inside)) throw new BundleError(`this lists ${shown(name)}, which is not inside the bundle`, folder);
        return (await stat(file)).isFile() ? await readFile(file) : undefined;
      } catch (error) {
        if (error instanceof BundleError) throw error;
        if (isObject(error) && (error["code"] === "ENOENT" || error["code"] === "ENOTDIR")) return undefined;
        throw new BundleError(`cannot read this file: ${reason(error)}`, place(name), { cause: error });
      }
    },
    sha256: async (bytes) => createHash("sha256").update(bytes).digest("hex"),
  };
}

/** The folder of the bundle that `source` means. */
async function findBundle(source: string): Promise<string> {
  const given = path.basename(source);
  const folder = (given === PROJECT_FILE || given === MANIFEST) && (await isFile(source)) ? path.dirname(source) : source;
  const found = await stat(folder).catch(() => undefined);
  if (found?.isFile()) throw new BundleError("this is a file; give the folder of a bundle or of a project", source);
  if (!found?.isDirectory()) throw notAFolder(source);
  if (await isFile(path.join(folder, MANIFEST))) return folder;
  const built = path.join(folder, "build", "bundle");
  if (await isFile(path.join(built, MANIFEST))) return built;
  if (await isFile(path.join(folder, PROJECT_FILE))) {
    throw new BundleError(`this project has no bundle yet; make one with: sayso build --project ${folder}`, folder);
  }
  throw new BundleError(`there is neither a bundle (${MANIFEST}) nor a project (${PROJECT_FILE}) in this folder`, folder);
}

function notAFolder(source: string): BundleError | UsageError {
  if (/^https?:/.test(source)) return new UsageError(`cannot load ${shown(source)} in Node: download the bundle and give its folder`);
  return new BundleError("there is no such folder; give the folder of a bundle, or of a project that has been built", source);
}

async function isFile(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined))?.isFile() ?? false;
}
