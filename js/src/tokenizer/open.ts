// tokenizer.json -> a tokenizer that cuts texts at the longest length and never pads, whatever its file says.
//
// The pipeline is that of Python's tokenizers: added tokens, normalizer, pre-tokenizer, model, special tokens. The
// parts are those of @huggingface/tokenizers, but where they answer otherwise than Python's: normal.ts, bert.ts,
// words.ts and unigram.ts tell what. BERT's WordPiece and SentencePiece's Unigram are proven to give the same ids, and
// the same places of tokens in the text (places.ts), which the library does not tell.

import { Tokenizer } from "@huggingface/tokenizers";
import type { BundleFile } from "../bundle.js";
import { BundleError, reason } from "../errors.js";
import { isObject, type JsonObject } from "../json.js";
import type { Place } from "../spans.js";
import { type AddedToken, splitterAt } from "./added.js";
import { normalizerOf } from "./normal.js";
import { alignerOf, barePlace, type Section } from "./places.js";
import { type Cut, unigram } from "./unigram.js";
import { placesWords, type Word, wordsOf } from "./words.js";

/** A text as ids, special tokens with them. */
export interface Encoded {
  readonly ids: readonly number[];
  /** Where in the text each token stands; [0, 0] where it does not. */
  places(): Place[];
}

export interface TextTokenizer {
  /** Whether it can tell where tokens stand. */
  readonly knowsPlaces: boolean;
  encode(text: string): Encoded;
}

/** A token of the text: its id, and from which to which unit of a section it goes. */
interface Token {
  readonly id: number;
  readonly section: Section;
  readonly start: number;
  readonly end: number;
}

export function openTokenizer(file: BundleFile, maxLength: number): TextTokenizer {
  try {
    const config: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(file.bytes));
    if (!isObject(config) || !isObject(config["model"])) throw new TypeError("it has no model");
    return build(config, config["model"], maxLength);
  } catch (error) {
    throw new BundleError(`this is not a tokenizer that sayso can load: ${reason(error)}`, file.path, { cause: error });
  }
}

function build(config: JsonObject, model: JsonObject, maxLength: number): TextTokenizer {
  const library = new Tokenizer(config, {});
  const normalize = normalizerOf(library.normalizer);
  const align = alignerOf(library.normalizer);
  const words = wordsOf(config["pre_tokenizer"], library.pre_tokenizer);
  const cut = model["type"] === "Unigram" ? unigram(model) : cutBy(library, String(model["continuing_subword_prefix"] ?? ""));
  const added = (config["added_tokens"] ?? []) as AddedToken[];
  const splitRaw = splitterAt(new Map(added.filter((token) => !token.normalized).map((token) => [token.content, token])));
  const splitNormalized = splitterAt(new Map(added.filter((token) => token.normalized).map((token) => [normalize(token.content), token])));
  const [before, after] = specials(library);
  const room = Math.max(0, maxLength - before.length - after.length);

  /** The tokens of the text itself, one word after the other, so that a long text costs no more than what is read of it. */
  function* tokensOf(text: string): Generator<Token> {
    for (const raw of splitRaw(text, true)) {
      if ("id" in raw) yield { ...raw, section: { at: 0, text } };
      else {
        const normal = normalize(raw.text);
        const section = { at: raw.start, text: raw.text, normal };
        for (const part of splitNormalized(normal, raw.atStart)) {
          if ("id" in part) yield { ...part, section };
          else for (const word of words(part.text, part.atStart)) yield* tokensOfWord(word, part.start, section);
        }
      }
    }
  }

  function* tokensOfWord(word: Word, at: number, section: Section): Generator<Token> {
    const unit = (index: number): number => at + Math.max(word.first, word.at + index);
    for (const { id, start, end } of cut(word.text)) yield { id, section, start: unit(start), end: unit(end - 1) + 1 };
  }

  function encode(text: string): Encoded {
    const inside: Token[] = [];
    for (const token of tokensOf(text)) {
      if (inside.length === room) break;
      inside.push(token);
    }
    const nowhere = (ids: readonly number[]): Place[] => ids.map(() => [0, 0]);
    return {
      ids: [...before, ...inside.map(({ id }) => id), ...after],
      places: () => [...nowhere(before), ...placesOf(inside, text), ...nowhere(after)],
    };
  }

  function placesOf(tokens: readonly Token[], text: string): Place[] {
    const known = new Map<Section, ReturnType<typeof align>>();
    return tokens.map(({ section, start, end }) => {
      const units = known.get(section) ?? align(section);
      known.set(section, units);
      return barePlace(text, units.starts[start]!, units.ends[end - 1]!);
    });
  }
  return { encode, knowsPlaces: placesWords(config["pre_tokenizer"]) };
}

/** The library's model, a word at a time. Where pieces do not make up their word, each stands for all of it. */
function cutBy(library: Tokenizer, prefix: string): Cut {
  const model = library.model!;
  return (word) => {
    const pieces = model([word]);
    const lengths = pieces.map((piece, index) => piece.length - (index > 0 && piece.startsWith(prefix) ? prefix.length : 0));
    const whole = lengths.reduce((sum, length) => sum + length, 0) !== word.length;
    let at = 0;
    return pieces.map((piece, index) => {
      const start = at;
      at += lengths[index]!;
      return { id: idOf(library, piece), ...(whole ? { start: 0, end: word.length } : { start, end: at }) };
    });
  };
}

/** The special tokens before and after a text. */
function specials(library: Tokenizer): [before: number[], after: number[]] {
  const text = "\0"; // stands for all of a text, and is no token
  const tokens = library.post_processor === null ? [text] : library.post_processor([text], null, true).tokens;
  const at = tokens.indexOf(text);
  const ids = (some: string[]): number[] => some.map((token) => idOf(library, token));
  return [ids(tokens.slice(0, at)), ids(tokens.slice(at + 1))];
}

function idOf(library: Tokenizer, token: string): number {
  const id = library.token_to_id(token) ?? library.model!.unk_token_id;
  if (id === undefined) throw new TypeError(`it has no id for ${JSON.stringify(token)}`);
  return id;
}
