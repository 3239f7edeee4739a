// Added tokens: words of the file, as [CLS] or <s>, that are found in a text before anything else is done to it.

import { withoutSpaceAtEnd } from "./normal.js";

/** A token as the file lists it. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly single_word: boolean;
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  readonly normalized: boolean;
}

/** A part of a text, and where it stands there: an added token's id, or text in between; `atStart` if it begins where the text does. */
export type Part = { readonly start: number; readonly end: number } & ({ readonly id: number } | { readonly text: string; readonly atStart: boolean });

const ENDS_WITH_WORD = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]$/u;
const STARTS_WITH_WORD = /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u;

/** Cuts a text at these tokens: the leftmost first, and of those that begin there the longest. */
export function splitterAt(tokens: ReadonlyMap<string, AddedToken>): (text: string, atStart: boolean) => Part[] {
  const contents = [...tokens.keys()].filter((content) => content !== "").sort((a, b) => b.length - a.length);
  if (contents.length === 0) return (text, atStart) => (text === "" ? [] : [{ text, atStart, start: 0, end: text.length }]);
  const any = new RegExp(contents.map((content) => content.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")).join("|"), "gu");
  return (text, atStart) => {
    const parts: Part[] = [];
    let done = 0;
    const between = (end: number): void => {
      if (end > done) parts.push({ text: text.slice(done, end), atStart: atStart && done === 0, start: done, end });
    };
    for (const match of text.matchAll(any)) {
      const token = tokens.get(match[0])!;
      const after = text.slice(match.index + match[0].length);
      if (token.single_word && (ENDS_WITH_WORD.test(text.slice(0, match.index).slice(-2)) || STARTS_WITH_WORD.test(after))) continue;
      const start = token.lstrip ? done + withoutSpaceAtEnd(text.slice(done, match.index)).length : match.index;
      const end = text.length - after.length + (token.rstrip ? /^\p{White_Space}*/u.exec(after)![0].length : 0);
      between(start);
      parts.push({ id: token.id, start, end });
      done = end;
    }
    between(text.length);
    return parts;
  };
}
