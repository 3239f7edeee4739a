// Pre-tokenizers: a normalized text -> the words that the model cuts, each on its own.

import type { PreTokenizer } from "@huggingface/tokenizers";
import { isObject, type JsonObject } from "../json.js";
import { bertWords } from "./bert.js";

/** `atStart` says whether the text is the beginning of all that was given. */
export type Words = (text: string, atStart: boolean) => string[];

/** The library's pre-tokenizer for `config`, with what it does otherwise than Python put right. */
export function wordsOf(config: unknown, library: PreTokenizer | null): Words {
  if (library === null || !isObject(config)) return (text) => [text];
  switch (config["type"]) {
    case "Sequence": {
      const libraries = (library as unknown as { tokenizers: PreTokenizer[] }).tokenizers;
      const steps = (config["pretokenizers"] as unknown[]).map((one, index) => wordsOf(one, libraries[index]!));
      return (text, atStart) => steps.reduce((words, step) => words.flatMap((word, at) => step(word, atStart && at === 0)), [text]);
    }
    case "BertPreTokenizer":
      return bertWords;
    case "Metaspace":
      return metaspace(config);
    default:
      return (text, atStart) => library.pre_tokenize_text(text, { section_index: atStart ? 0 : 1 }) as string[];
  }
}

/** Spaces made visible, and a word begins at each. The library leaves the text in one piece, so unknown words would run together. */
function metaspace(config: JsonObject): Words {
  const space = String(config["replacement"] ?? "▁");
  const scheme = config["prepend_scheme"] ?? "always";
  return (text, atStart) => {
    const visible = text.replaceAll(" ", space);
    const prepend = !visible.startsWith(space) && (scheme === "always" || (scheme === "first" && atStart));
    const whole = prepend ? space + visible : visible;
    return config["split"] === false ? [whole] : mergedWithNext(whole, space);
  };
}

function mergedWithNext(text: string, delimiter: string): string[] {
  const [first, ...rest] = text.split(delimiter);
  const words = rest.map((word) => delimiter + word);
  return first ? [first, ...words] : words;
}
