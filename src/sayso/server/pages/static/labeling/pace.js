// How many labels were given in this sitting, and how fast; longer pauses are not counted.

import { count, number, part, text } from "./page.js";

const KEPT = "sayso.sitting";
const LONGEST_MS = 60_000;
const ENOUGH = 3;
const sitting = { labels: 0, ms: 0, ...JSON.parse(sessionStorage.getItem(KEPT) ?? "{}") };
let since = Date.now();

export function counted(by) {
  const now = Date.now();
  sitting.labels = Math.max(0, sitting.labels + by);
  if (by > 0) sitting.ms += Math.min(LONGEST_MS, now - since);
  since = now;
  sessionStorage.setItem(KEPT, JSON.stringify(sitting));
  showPace();
}

export function showPace() {
  const { labels, ms } = sitting;
  const pace = labels >= ENOUGH ? text("desk.pace", { number: number((60_000 * labels) / Math.max(ms, 1000)) }) : "";
  part("pace").textContent = [count("desk.sitting", labels), pace].filter(Boolean).join(" · ");
}
