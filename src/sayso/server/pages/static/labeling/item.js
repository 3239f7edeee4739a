// One item on the page: its text, and what the model makes of it where that is wanted.

import { count, element, page, part, percent, number } from "./page.js";
import { setting } from "./storage.js";

const MOST_LABELS = 3;
const LONG = [[600, "longest"], [160, "long"]];
const TAKEN_OUT = /(<[a-z_]+>)/;
const always = setting("guess", false);
let shown = null;

export function showItem(item) {
  shown = item;
  const words = part("text");
  words.replaceChildren(...item.text.split(TAKEN_OUT).map((piece, at) => (at % 2 ? element("mark", { textContent: piece }) : piece)));
  words.dataset.length = LONG.find(([most]) => item.text.length > most)?.[1] ?? "short";
  words.tabIndex = words.scrollHeight > words.clientHeight ? 0 : -1; // what scrolls must be reached by keys
  part("seen").textContent = item.seen > 1 ? count("desk.seen", item.seen) : "";
  reveal(always.value);
}

export function guessed(wanted = part("guess").hidden) {
  if (shown) reveal(wanted);
}

// The person's choice whether guesses are there without asking.
export function prepareGuess(box) {
  box.checked = always.value;
  box.addEventListener("change", () => {
    always.value = box.checked;
    guessed(box.checked);
  });
}

function reveal(wanted) {
  const guess = part("guess");
  guess.hidden = !wanted;
  part("show-guess").setAttribute("aria-pressed", String(wanted));
  if (wanted) guess.replaceChildren(...guesses());
}

function guesses() {
  const told = page.heads.filter(({ name }) => shown.scores?.[name]).map(({ name, type }) => one(name, type, shown.scores[name]));
  return told.length ? told : [element("p", { className: "soft", textContent: page.texts["desk.no_guess"] })];
}

function one(name, type, scores) {
  const title = page.heads.length > 1 ? [element("dt", { textContent: name })] : [];
  if (type === "score") return element("dl", { className: "guesses" }, ...title, element("dd", {}, number(scores.value, 2)));
  const best = Object.entries(scores).toSorted((a, b) => b[1] - a[1]).slice(0, MOST_LABELS);
  const lines = best.map(([label, score]) => element("dd", {}, element("span", { textContent: label }), bar(score), element("span", { textContent: percent(score) })));
  return element("dl", { className: "guesses" }, ...title, ...lines);
}

function bar(share) {
  const [box, fill] = ["svg", "rect"].map((tag) => document.createElementNS("http://www.w3.org/2000/svg", tag));
  box.setAttribute("class", "bar");
  box.setAttribute("aria-hidden", "true");
  for (const [name, value] of Object.entries({ class: "fill", width: `${100 * share}%`, height: "100%", rx: 4 })) fill.setAttribute(name, value);
  box.append(fill);
  return box;
}
