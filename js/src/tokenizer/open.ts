// tokenizer.json -> a tokenizer that cuts texts at the longest length and never pads, whatever its file says.
//
// The pipeline is that of Python's tokenizers: added tokens, normalizer, pre-tokenizer, model, special tokens. The
// parts are those of @huggingface/tokenizers, but where they answer otherwise than Python's: normal.ts, bert.ts,
// words.ts and unigram.ts tell what. BERT's WordPiece and SentencePiece's Unigram are proven to give the same ids.

import { Tokenizer } from "@huggingface/tokenizers";
import type { BundleFile } from "../bundle.js";
import { BundleError, reason } from "../errors.js";
import { isObject, type JsonObject } from "../json.js";
import { type AddedToken, splitterAt } from "./added.js";
import { normalizerOf } from "./normal.js";
import { type Cut, unigram } from "./unigram.js";
import { wordsOf } from "./words.js";

export interface TextTokenizer {
  /** The ids of a text, special tokens with them. */
  ids(text: string): number[];
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
  const words = wordsOf(config["pre_tokenizer"], library.pre_tokenizer);
  const cut = model["type"] === "Unigram" ? unigram(model) : cutBy(library);
  const added = (config["added_tokens"] ?? []) as AddedToken[];
  const splitRaw = splitterAt(new Map(added.filter((token) => !token.normalized).map((token) => [token.content, token])));
  const splitNormalized = splitterAt(new Map(added.filter((token) => token.normalized).map((token) => [normalize(token.content), token])));
  const [before, after] = specials(library);
  const room = Math.max(0, maxLength - before.length - after.length);

  /** Ids of the text itself, one word after the other, so that a long text costs no more than what is read of it. */
  function* idsOf(text: string): Generator<number> {
    for (const raw of splitRaw(text, true)) {
      if ("id" in raw) yield raw.id;
      else {
        for (const part of splitNormalized(normalize(raw.text), raw.atStart)) {
          if ("id" in part) yield part.id;
          else for (const word of words(part.text, part.atStart)) yield* cut(word);
        }
      }
    }
  }

  function ids(text: string): number[] {
    const inside: number[] = [];
    for (const id of idsOf(text)) {
      if (inside.length === room) break;
      inside.push(id);
    }
    return [...before, ...inside, ...after];
  }
  return { ids };
}

/** The library's model, a word at a time. */
function cutBy(library: Tokenizer): Cut {
  const model = library.model!;
  return (word) => model([word]).map((piece) => idOf(library, piece));
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
