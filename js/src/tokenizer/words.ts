// Pre-tokenizers: a normalized text -> the words that the model cuts, each on its own.

import type { PreTokenizer } from "@huggingface/tokenizers";
import { isObject, type JsonObject } from "../json.js";
import { bertWords } from "./bert.js";

/** A word: the unit at `i` in it is that at `at + i` of the text, or that at `first` if this comes before it: a space was put there. */
export interface Word {
  readonly text: string;
  readonly at: number;
  readonly first: number;
}

/** `atStart` says whether the text is the beginning of all that was given. */
export type Words = (text: string, atStart: boolean) => Word[];

/** Whether it is known where in a text this pre-tokenizer's words stand. */
export function placesWords(config: unknown): boolean {
  if (!isObject(config)) return true;
  if (config["type"] === "Sequence") return (config["pretokenizers"] as unknown[]).every(placesWords);
  return ["BertPreTokenizer", "Metaspace", "WhitespaceSplit", "Whitespace", "Punctuation", "Digits"].includes(String(config["type"]));
}

/** The library's pre-tokenizer for `config`, with what it does otherwise than Python put right. */
export function wordsOf(config: unknown, library: PreTokenizer | null): Words {
  if (library === null || !isObject(config)) return (text) => [{ text, at: 0, first: 0 }];
  switch (config["type"]) {
    case "Sequence": {
      const libraries = (library as unknown as { tokenizers: PreTokenizer[] }).tokenizers;
      const steps = (config["pretokenizers"] as unknown[]).map((one, index) => wordsOf(one, libraries[index]!));
      return (text, atStart) => steps.reduce((words, step) => words.flatMap((word, index) => within(word, step(word.text, atStart && index === 0))), [{ text, at: 0, first: 0 }]);
    }
    case "BertPreTokenizer":
      return (text) => inOrder(text, bertWords(text));
    case "Metaspace":
      return metaspace(config);
    default:
      return (text, atStart) => inOrder(text, library.pre_tokenize_text(text, { section_index: atStart ? 0 : 1 }) as string[]);
  }
}

/** Words that stand in the text one after the other. */
function inOrder(text: string, words: readonly string[]): Word[] {
  let after = 0;
  return words.map((word) => {
    const at = Math.max(after, text.indexOf(word, after));
    after = at + word.length;
    return { text: word, at, first: at };
  });
}

function within(outer: Word, words: readonly Word[]): Word[] {
  return words.map(({ text, at, first }) => ({ text, at: outer.at + at, first: Math.max(outer.first, outer.at + first) }));
}

/** Spaces made visible, and a word begins at each. The library leaves the text in one piece, so unknown words would run together. */
function metaspace(config: JsonObject): Words {
  const space = String(config["replacement"] ?? "▁");
  const scheme = config["prepend_scheme"] ?? "always";
  return (text, atStart) => {
    const visible = text.replaceAll(" ", space);
    const prepend = !visible.startsWith(space) && (scheme === "always" || (scheme === "first" && atStart));
    const whole = prepend ? space + visible : visible;
    let at = prepend ? -space.length : 0;
    return (config["split"] === false ? [whole] : mergedWithNext(whole, space)).map((word) => {
      const placed = { text: word, at, first: Math.max(0, at) };
      at += word.length;
      return placed;
    });
  };
}

function mergedWithNext(text: string, delimiter: string): string[] {
  const [first, ...rest] = text.split(delimiter);
  const words = rest.map((word) => delimiter + word);
  return first ? [first, ...words] : words;
}
