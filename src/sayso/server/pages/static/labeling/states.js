// What a person must know of the labels that are on their way: how many wait and why, and which the server refused.

import { connection, trouble } from "./connection.js";
import { count, element, page, part, text } from "./page.js";
import { forget, refused, sender, waiting } from "./sender.js";
import { forHumans } from "./said.js";

const labelsIn = (entries) => entries.filter((entry) => entry.kind === "label").length;

export function prepareStates() {
  for (const source of [connection, sender]) source.addEventListener("change", show);
  addEventListener("beforeunload", (event) => {
    if (waiting.all().length && !leaving) event.preventDefault();
  });
  part("log-in").addEventListener("click", () => (leaving = true));
  show();
}

let leaving = false;

function show() {
  const why = trouble();
  const state = part("state");
  state.hidden = !why;
  if (why) part("state-told").textContent = `${page.texts[`desk.why_${why}`]} ${count("desk.waiting", labelsIn(waiting.all()))}`;
  part("log-in").hidden = why !== "login" && why !== "somebody";
  showRefused();
  showOthers();
}

function showRefused() {
  const all = refused.all();
  part("refused").hidden = !all.length;
  part("refused-list").replaceChildren(...all.map(line));
}

function line(entry) {
  const button = element("button", { type: "button", textContent: page.texts["desk.understood"] });
  button.addEventListener("click", () => forget(entry.key));
  const why = page.texts[`desk.refused_${entry.code}`] ?? (entry.message || page.texts["desk.refused_failed"]);
  const what = entry.kind === "undo" ? page.texts["desk.undo_refused"] : forHumans(entry.answers);
  return element("li", {}, element("q", { textContent: entry.text }), element("strong", { textContent: what }), element("span", { textContent: why }), button);
}

// Somebody else has labelled in this browser, and what they said has not been sent.
function showOthers() {
  const names = Map.groupBy(waiting.others(), (entry) => entry.who);
  part("others").hidden = !names.size;
  const key = (entries) => (labelsIn(entries) === 1 ? "desk.others_one" : "desk.others");
  const told = [...names].map(([name, entries]) => text(key(entries), { name, number: labelsIn(entries) }));
  part("others").textContent = told.join(" ");
}
