// Where in a text its tokens stand: the normalizer's steps done once more, to characters that remember where they came from.
//
// Ids never depend on this. Where the steps give another text than the normalizer did, what is equal at both ends is told apart,
// and all between stands for all between.

import type { Normalizer } from "@huggingface/tokenizers";
import type { Place } from "../spans.js";
import { aligned, type Aligned, changed, eachAs, inForm, replaced, sliced, textOf } from "./aligned.js";
import { type BertOptions, IDEOGRAPH, MARK, REMOVED, stripsAccents, WHITE_SPACE } from "./bert.js";
import { lowercase, type NormalForm } from "./normal.js";

/** A piece of a text that begins at `at` in it, and what the normalizer made of it. */
export interface Section {
  readonly at: number;
  readonly text: string;
  readonly normal?: string;
}

/** Of each UTF-16 unit of a normalized text, where in the text the piece begins and ends that it stands for. */
export interface Units {
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

type Step = (text: Aligned) => Aligned;

const SPACE = "[\\t-\\r\\x1c- \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]"; // what Python strips
const AT_START = new RegExp(`^${SPACE}+`);
const AT_END = new RegExp(`(?<!${SPACE})${SPACE}+$`);

/** For a normalizer of the library: from which piece of a section each unit of its normalized text comes. */
export function alignerOf(library: Normalizer | null): (section: Section) => Units {
  const step = stepOf(library);
  return ({ at, text, normal = text }) => {
    const steps = step(aligned(text));
    return unitsOf(textOf(steps) === normal ? steps : byEnds(text, normal), at);
  };
}

/** A place without the white space around it, which SentencePiece counts to the word behind; [0, 0] if there is nothing else. */
export function barePlace(text: string, start: number, end: number): Place {
  const piece = text.slice(start, end);
  const bare = piece.replace(AT_START, "");
  const first = end - bare.length;
  return bare.length > 0 ? [first, first + bare.replace(AT_END, "").length] : [0, 0];
}

function stepOf(library: Normalizer | null): Step {
  if (library === null) return (text) => text;
  const config = library.config as unknown as Config;
  switch (config.type) {
    case "Sequence": {
      const steps = (library as unknown as { normalizers: Normalizer[] }).normalizers.map(stepOf);
      return (text) => steps.reduce((soFar, step) => step(soFar), text);
    }
    case "BertNormalizer":
      return bert(config);
    case "NFC":
    case "NFD":
    case "NFKC":
    case "NFKD": {
      const form = config.type as NormalForm;
      return (text) => inForm(text, form);
    }
    case "Replace": {
      const { pattern } = library as unknown as { pattern: RegExp | null };
      return (text) => (pattern === null ? text : replaced(text, pattern, config.content ?? ""));
    }
    case "Strip":
      return (text) => stripped(text, config);
    case "Prepend":
      return (text) => prepended(text, String(config.prepend ?? ""));
    case "Precompiled":
      return (text) => inForm(eachAs(text, (character) => library.normalize(character)), "NFKC");
    default:
      return (text) => eachAs(text, (character) => library.normalize(character));
  }
}

interface Config extends BertOptions {
  readonly type: string;
  readonly content?: string;
  readonly prepend?: string;
  readonly strip_left?: boolean;
  readonly strip_right?: boolean;
}

function bert(options: BertOptions): Step {
  return (text) => {
    let result = text;
    if (options.clean_text) result = eachAs(result, (character) => character.replace(REMOVED, "").replace(WHITE_SPACE, " "));
    if (options.handle_chinese_chars) result = eachAs(result, (character) => character.replace(IDEOGRAPH, " $& "));
    if (stripsAccents(options)) result = eachAs(inForm(result, "NFD"), (character) => character.replace(MARK, ""));
    return options.lowercase ? eachAs(result, lowercase) : result;
  };
}

function stripped(text: Aligned, { strip_left, strip_right }: Config): Aligned {
  const isSpace = (character: string): boolean => /^\p{White_Space}$/u.test(character);
  let [from, to] = [0, text.characters.length];
  while (strip_left && from < to && isSpace(text.characters[from]!)) from++;
  while (strip_right && from < to && isSpace(text.characters[to - 1]!)) to--;
  return sliced(text, from, to);
}

function prepended(text: Aligned, before: string): Aligned {
  if (text.characters.length === 0) return text;
  const rest = text.characters.slice(1).map((character) => [character, 0] as const);
  const first = [...before, text.characters[0]!].map((character, index) => [character, index === 0 ? 0 : 1] as const);
  return changed(text, [...first, ...rest]);
}

/** A guess: what is equal at the beginning and at the end stands for itself. */
function byEnds(text: string, normal: string): Aligned {
  const [was, is] = [aligned(text), [...normal]];
  const most = Math.min(was.characters.length, is.length);
  let [head, tail] = [0, 0];
  while (head < most && was.characters[head] === is[head]) head++;
  while (tail < most - head && was.characters.at(-1 - tail) === is.at(-1 - tail)) tail++;
  const [first, last] = [was.starts[head] ?? text.length, was.ends[was.characters.length - 1 - tail] ?? 0];
  const place = (index: number): Place => {
    if (index < head) return [was.starts[index]!, was.ends[index]!];
    const own = was.characters.length - (is.length - index);
    return index >= is.length - tail ? [was.starts[own]!, was.ends[own]!] : [first, Math.max(first, last)];
  };
  const places = is.map((_, index) => place(index));
  return { characters: is, starts: places.map(([start]) => start), ends: places.map(([, end]) => end) };
}

/** Both halves of a surrogate pair stand where their character does. */
function unitsOf(text: Aligned, at: number): Units {
  const places = text.characters.flatMap((character, index) => Array.from({ length: character.length }, () => index));
  return { starts: places.map((index) => at + text.starts[index]!), ends: places.map((index) => at + text.ends[index]!) };
}
