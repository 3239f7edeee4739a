// BERT's normalizer and pre-tokenizer, character for character as Python's tokenizers have them.
//
// @huggingface/tokenizers deviates: it puts no space around ideographs outside the first plane, its sigma at the end of a
// word is another letter, and its classes of characters are those of the JavaScript engine, which are newer.

import { lowercase, normalForm } from "./normal.js";
import { LATER_FORMATS, LATER_MARKS, LATER_PUNCTUATION } from "./unicode.js";

export interface BertOptions {
  readonly clean_text?: boolean;
  readonly handle_chinese_chars?: boolean;
  readonly strip_accents?: boolean | null;
  readonly lowercase?: boolean;
}

export const REMOVED = new RegExp(`(?![\\t\\n\\r${LATER_FORMATS}])[\\p{Cc}\\p{Cf}\\p{Co}\\ufffd]`, "gu");
export const WHITE_SPACE = /\p{White_Space}/gu;
export const IDEOGRAPH =
  /[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{2a6df}\u{2a700}-\u{2b81f}\u{2b920}-\u{2ceaf}\u{2f800}-\u{2fa1f}]/gu;
export const MARK = new RegExp(`(?![${LATER_MARKS}])\\p{Mn}|[\\u1734\\u{1171e}]`, "gu");

const PUNCTUATION = `(?:(?![${LATER_PUNCTUATION}])[\\p{P}!-/:-@\\[-\`{-~]|[\\u166d\\u{111c9}])`;
const WORD = new RegExp(`${PUNCTUATION}|(?:(?!${PUNCTUATION})\\P{White_Space})+`, "gu");

/** Control characters out, spaces around ideographs, accents off, lower case: as far as the file says so. */
export function bertNormalizer(options: BertOptions): (text: string) => string {
  const stripAccents = stripsAccents(options);
  return (text) => {
    let result = text;
    if (options.clean_text) result = result.replace(REMOVED, "").replace(WHITE_SPACE, " ");
    if (options.handle_chinese_chars) result = result.replace(IDEOGRAPH, " $& ");
    if (stripAccents) result = normalForm(result, "NFD").replace(MARK, "");
    return options.lowercase ? lowercase(result) : result;
  };
}

/** Whether accents go: where the file does not say, with the capitals. */
export function stripsAccents(options: BertOptions): boolean {
  return options.strip_accents ?? options.lowercase ?? false;
}

/** Words, and each punctuation mark on its own. */
export function bertWords(text: string): string[] {
  return text.match(WORD) ?? [];
}
