// How much is done, and how much is open: as the server last said, and what was labelled here since.

import { number, page, part } from "./page.js";
import { sender, waiting } from "./sender.js";
import { look } from "./server.js";

const EVERY = 15;
let known = page.progress;
let since = 0;

export function moved(by) {
  known = { ...known, done: Math.max(0, known.done + by), open: Math.max(0, known.open - by) };
  since += 1;
  showProgress();
}

// What the server says counts only if nothing was on its way meanwhile.
export async function renewProgress() {
  const before = since;
  const told = await look().catch(() => null);
  if (!told || since !== before || waiting.all().length) return known;
  since = 0;
  known = told;
  showProgress();
  return known;
}

export function showProgress() {
  part("done").textContent = number(known.done);
  part("open").textContent = number(known.open);
  Object.assign(part("progress"), { max: Math.max(1, known.done + known.open), value: known.done });
}

sender.addEventListener("change", () => since >= EVERY && !waiting.all().length && renewProgress());
