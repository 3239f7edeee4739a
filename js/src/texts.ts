// What is given -> text as the model reads it.

import { UsageError } from "./errors.js";
import { shown } from "./json.js";

/** A text, or a UsageError that shows what was given. */
export function checkedText(text: unknown): string {
  if (typeof text !== "string") throw new UsageError(`expected a text, not ${kind(text)}: ${shown(text)}`);
  return text;
}

/** A list of texts, or a UsageError that shows what was given. */
export function checkedTexts(texts: unknown): string[] {
  if (typeof texts === "string" || typeof texts !== "object" || texts === null || !(Symbol.iterator in texts)) {
    throw new UsageError(`expected a list of texts, not ${kind(texts)}: ${shown(texts)}`);
  }
  return Array.from(texts as Iterable<unknown>, (text, position) => {
    if (typeof text !== "string") throw new UsageError(`item ${position} of the list is ${kind(text)}, not text: ${shown(text)}`);
    return text;
  });
}

/** Lone halves of a surrogate pair replaced by U+FFFD. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "\ufffd");
}

/** Whether Python's `text.strip()` leaves nothing: its white space has U+001C to U+001F and U+0085, and not U+FEFF. */
export function isBlank(text: string): boolean {
  return /^[\t-\r\x1c- \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*$/.test(text);
}

function kind(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : typeof value;
}
