// The guide beside the item: folded on small screens or where the person wants it so; what others write in it appears by itself.

import { part } from "./page.js";
import { setting } from "./storage.js";

const WIDE = "(min-width: 60rem)";
const ENTRIES = "/expert/guide/entries";
const EVERY_MS = 20_000;
const guide = part("guide");
let before = "";

export function prepareGuide() {
  const folded = setting("guide-folded", !matchMedia(WIDE).matches);
  guide.open = !folded.value;
  guide.querySelector("summary").addEventListener("click", () => (folded.value = guide.open));
  setInterval(() => document.hidden || renew(), EVERY_MS);
  addEventListener("focus", renew);
  renew();
}

export const toggleGuide = () => guide.querySelector("summary").click();

// Unless somebody writes in it here; what is unfolded stays so.
async function renew() {
  const answer = await fetch(ENTRIES, { headers: { Accept: "*/*" }, redirect: "error" }).catch(() => null);
  const now = answer?.ok ? await answer.text() : before;
  if (now === before || guide.querySelector("form")) return;
  const meanings = part("meanings");
  const unfolded = [...meanings.querySelectorAll(".meaning:has(details[open])")].map((each) => each.id);
  if (before) meanings.innerHTML = now;
  before = now;
  for (const id of unfolded) part(id)?.querySelector("details")?.setAttribute("open", "");
  htmx.process(meanings);
}
