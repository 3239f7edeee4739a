// A text under normalization, whose characters remember which piece of the original they stand for, as Python's tokenizers keep it.

import { normalForm, type NormalForm } from "./normal.js";

/** Characters (code points), and of each where in the original its piece begins and ends. */
export interface Aligned {
  readonly characters: readonly string[];
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

/**
 * A character of the new text: 0, it stands for the next of the old; 1, it is put in behind that; -n, it stands for the next
 * and n more go.
 */
export type Change = readonly [character: string, change: number];

/** A text that nothing has been done to yet. */
export function aligned(text: string): Aligned {
  const [characters, starts, ends] = [[...text], [] as number[], [] as number[]];
  let at = 0;
  for (const character of characters) {
    starts.push(at);
    ends.push((at += character.length));
  }
  return { characters, starts, ends };
}

/** The characters together. */
export function textOf({ characters }: Aligned): string {
  return characters.join("");
}

/** The text after these changes, which speak of all of it. */
export function changed(text: Aligned, changes: Iterable<Change>): Aligned {
  const [characters, starts, ends] = [[] as string[], [] as number[], [] as number[]];
  let read = 0;
  for (const [character, change] of changes) {
    const at = change > 0 ? read - 1 : read;
    characters.push(character);
    starts.push(text.starts[at] ?? 0);
    ends.push(text.ends[at] ?? 0);
    if (change <= 0) read += 1 - change;
  }
  return { characters, starts, ends };
}

/** Each character as what it becomes: nothing, itself, another, or several. */
export function eachAs(text: Aligned, become: (character: string) => string): Aligned {
  const [characters, starts, ends] = [[] as string[], [] as number[], [] as number[]];
  text.characters.forEach((character, at) => {
    for (const one of become(character)) {
      characters.push(one);
      starts.push(text.starts[at]!);
      ends.push(text.ends[at]!);
    }
  });
  return { characters, starts, ends };
}

/** From one character up to, but not including, another. */
export function sliced({ characters, starts, ends }: Aligned, from: number, to: number): Aligned {
  return { characters: characters.slice(from, to), starts: starts.slice(from, to), ends: ends.slice(from, to) };
}

/** Every match as `content`, which stands for the last character that was matched. */
export function replaced(text: Aligned, pattern: RegExp, content: string): Aligned {
  const [characters, starts, ends] = [[] as string[], [] as number[], [] as number[]];
  const put = (character: string, from: number): void => {
    characters.push(character);
    starts.push(text.starts[from] ?? 0);
    ends.push(text.ends[from] ?? 0);
  };
  const at = characterAtUnit(text);
  let done = 0;
  const keepTo = (end: number): void => {
    for (; done < end; done++) put(text.characters[done]!, done);
  };
  for (const match of textOf(text).matchAll(pattern)) {
    keepTo(at[match.index]!);
    done = at[match.index + match[0].length]!;
    for (const character of content) put(character, done - 1);
  }
  keepTo(text.characters.length);
  return { characters, starts, ends };
}

/** The text in a normal form: marks change places, letters fall apart or come together, and each knows where it came from. */
export function inForm(text: Aligned, form: NormalForm): Aligned {
  const apart = form === "NFC" || form === "NFD" ? "NFD" : "NFKD";
  const letters = text.characters.flatMap((character) =>
    [...normalForm(character, apart)].map((one, place): Change => [one, place === 0 ? 0 : 1]),
  );
  const take = taker(letters);
  const whole = textOf(text);
  if (form === apart) return changed(text, [...normalForm(whole, form)].map((one) => take(one)));
  const inOrder = [...normalForm(whole, apart)].map((one) => take(one));
  const takeTogether = taker(inOrder);
  const together = [...normalForm(whole, form)].map((one): Change => {
    const parts = [...normalForm(one, "NFD")].map((part) => takeTogether(part));
    return [one, parts.reduce((sum, [, change]) => sum + change, 1 - parts.length)];
  });
  return changed(text, together);
}

/** Gives, of the changes with a character, the first that was not taken yet. */
function taker(changes: readonly Change[]): (character: string) => Change {
  const waiting = new Map<string, { readonly all: Change[]; next: number }>();
  for (const change of changes) {
    const queue = waiting.get(change[0]);
    if (queue) queue.all.push(change);
    else waiting.set(change[0], { all: [change], next: 0 });
  }
  return (character) => {
    const queue = waiting.get(character);
    return queue?.all[queue.next++] ?? [character, 1];
  };
}

/** For each UTF-16 unit of a text, and for its end, which character it belongs to. */
function characterAtUnit({ characters }: Aligned): number[] {
  const at = characters.flatMap((character, place) => Array.from({ length: character.length }, () => place));
  return [...at, characters.length];
}
