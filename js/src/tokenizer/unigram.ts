// A word -> the pieces of a Unigram vocabulary whose scores add up highest, as Python's tokenizers find them.
//
// @huggingface/tokenizers compares sums in another order, which chooses otherwise between paths of the same score, and
// fuses unknown characters across words.

import type { JsonObject } from "../json.js";

const UNKNOWN_PENALTY = 10;

/** A piece of a word: its id, and from which to which of the word's units it goes. */
export interface WordPiece {
  readonly id: number;
  readonly start: number;
  readonly end: number;
}

/** Cuts a word into pieces. */
export type Cut = (word: string) => WordPiece[];

export function unigram(config: JsonObject): Cut {
  const vocabulary = config["vocab"] as [piece: string, score: number][];
  const unknown = (config["unk_id"] ?? undefined) as number | undefined;
  const ids = new Map(vocabulary.map(([piece], id) => [piece, id]));
  const longest = vocabulary.reduce((length, [piece]) => Math.max(length, piece.length), 1);
  const unknownScore = vocabulary.reduce((least, [, score]) => Math.min(least, score), Infinity) - UNKNOWN_PENALTY;

  /** For each position of the word, the best piece that ends there: where it starts, and its id. */
  function bestPieces(word: string): { starts: Int32Array; ids: Int32Array } {
    const scores = new Float64Array(word.length + 1);
    const starts = new Int32Array(word.length + 1).fill(-1);
    const pieces = new Int32Array(word.length + 1);
    const offer = (start: number, end: number, id: number, score: number): void => {
      const sum = score + scores[start]!;
      if (starts[end] !== -1 && !(sum > scores[end]!)) return;
      scores[end] = sum;
      starts[end] = start;
      pieces[end] = id;
    };
    for (let start = 0, character: number; start < word.length; start += character) {
      character = word.codePointAt(start)! > 0xffff ? 2 : 1;
      let known = false;
      for (let end = start + 1; end <= Math.min(word.length, start + longest); end++) {
        const id = ids.get(word.slice(start, end));
        if (id === undefined) continue;
        offer(start, end, id, vocabulary[id]![1]);
        known ||= end - start === character;
      }
      if (!known && unknown !== undefined) offer(start, start + character, unknown, unknownScore);
    }
    return { starts, ids: pieces };
  }

  /** What no piece of the vocabulary is: its bytes, if the vocabulary has them all, or the unknown piece. */
  function fallback(text: string): number[] {
    const bytes = config["byte_fallback"] === true ? [...new TextEncoder().encode(text)].map((byte) => ids.get(byteName(byte))) : [];
    if (bytes.length > 0 && bytes.every((id) => id !== undefined)) return bytes as number[];
    return unknown === undefined ? [] : [unknown];
  }

  return (word) => {
    const best = bestPieces(word);
    const cut: WordPiece[][] = [];
    for (let end = word.length; end > 0; ) {
      const last = end;
      let start = best.starts[end]!;
      if (best.ids[end] !== unknown) cut.push([{ id: best.ids[end]!, start, end }]);
      else {
        while (start > 0 && best.ids[start] === unknown) start = best.starts[start]!;
        cut.push(fallback(word.slice(start, end)).map((id) => ({ id, start, end: last })));
      }
      end = start;
    }
    return cut.reverse().flat();
  };
}

function byteName(byte: number): string {
  return `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`;
}
