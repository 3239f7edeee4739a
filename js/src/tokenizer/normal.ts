// Normalizers as Python's tokenizers run them. Where @huggingface/tokenizers does the same, it is what runs.

import type { Normalizer } from "@huggingface/tokenizers";
import { bertNormalizer, type BertOptions } from "./bert.js";
import { LATER_FORMS } from "./unicode.js";

export type Normalize = (text: string) => string;

export type NormalForm = "NFC" | "NFD" | "NFKC" | "NFKD";

/** The library's normalizer, with what it does otherwise than Python put right. */
export function normalizerOf(library: Normalizer | null): Normalize {
  if (library === null) return (text) => text;
  const config = library.config as unknown as Config;
  switch (config.type) {
    case "Sequence": {
      const steps = (library as unknown as { normalizers: Normalizer[] }).normalizers.map(normalizerOf);
      return (text) => steps.reduce((soFar, step) => step(soFar), text);
    }
    case "BertNormalizer":
      return bertNormalizer(config);
    case "NFC":
    case "NFD":
    case "NFKC":
    case "NFKD": {
      const form = config.type;
      return (text) => normalForm(text, form);
    }
    case "Lowercase":
      return lowercase;
    case "Replace": {
      // The library takes "$" in what is put in for a reference to a group; to Python it is a dollar.
      const { pattern } = library as unknown as { pattern: RegExp | null };
      return pattern === null ? (text) => text : (text) => text.replaceAll(pattern, () => config.content ?? "");
    }
    case "Prepend":
      // The library puts something before nothing, too.
      return (text) => (text === "" ? "" : library.normalize(text));
    case "Strip":
      // The library's white space has U+FEFF and not U+0085.
      return (text) => strip(text, config);
    default:
      return (text) => library.normalize(text);
  }
}

interface Config extends BertOptions {
  readonly type: string;
  readonly content?: string;
  readonly strip_left?: boolean;
  readonly strip_right?: boolean;
}

function strip(text: string, sides: Config): string {
  const left = sides.strip_left ? text.replace(/^\p{White_Space}+/u, "") : text;
  return sides.strip_right ? withoutSpaceAtEnd(left) : left;
}

/** A text without the white space at its end; the look behind keeps long runs of it from costing their square. */
export function withoutSpaceAtEnd(text: string): string {
  return text.replace(/(?<!\p{White_Space})\p{White_Space}+$/u, "");
}

const LATER = new RegExp(`[${LATER_FORMS}]`, "u");
const KNOWN = new RegExp(`[^${LATER_FORMS}]+`, "gu");

/** A normal form by Python's tables: what came to Unicode after them stays as it is, and nothing moves past it. */
export function normalForm(text: string, form: NormalForm): string {
  return LATER.test(text) ? text.replace(KNOWN, (known) => known.normalize(form)) : text.normalize(form);
}

/** Lower case, a letter at a time: a sigma at the end of a word becomes the same letter as any other. */
export function lowercase(text: string): string {
  return text.replaceAll("Σ", "σ").toLowerCase();
}
