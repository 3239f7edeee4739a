// Which items one wants to see: kept in the page's address.

import { part } from "./page.js";

const PAUSE_MS = 300;
const form = part("filter");

export function wanted() {
  return Object.fromEntries([...new FormData(form)].filter(([, value]) => value.trim()));
}

export const isNarrowed = () => Object.keys(wanted()).length > 0;

const asQuery = () => new URLSearchParams(wanted()).toString();

export function prepareFilter(changed) {
  let before = asQuery();
  let timer;
  const now = () => {
    clearTimeout(timer);
    const query = asQuery();
    if (query === before) return;
    before = query;
    history.replaceState(null, "", query ? `?${query}` : location.pathname);
    changed(wanted());
  };
  form.addEventListener("submit", (event) => (event.preventDefault(), now()));
  form.addEventListener("change", now);
  form.addEventListener("input", (event) => {
    if (event.target.type !== "search") return;
    clearTimeout(timer);
    timer = setTimeout(now, PAUSE_MS);
  });
  part("show-all").addEventListener("click", () => {
    for (const field of form.elements) if (field.name) field.value = "";
    now();
  });
}
