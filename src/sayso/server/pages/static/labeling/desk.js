// The labeling page: an item, an answer, the next item. Everything can be done by keys.

import { connection, trouble } from "./connection.js";
import { isNarrowed, prepareFilter, wanted } from "./filter.js";
import { find, prepareFinding } from "./find.js";
import { answersOf, fill, open, prepare, press } from "./form.js";
import { prepareGuide, toggleGuide } from "./guide.js";
import { remember, takeLast, unremember } from "./history.js";
import { guessed, prepareGuess, showItem } from "./item.js";
import { listen } from "./keys.js";
import { openNotes, setNote, takeNote } from "./notes.js";
import { counted, showPace } from "./pace.js";
import { page, part, short, text } from "./page.js";
import { moved, showProgress } from "./progress.js";
import { forHumans } from "./said.js";
import { say, send, sender } from "./sender.js";
import { prepareStates } from "./states.js";
import { backTo, isAsking, narrow, next, supply } from "./supply.js";
import { watch } from "./watch.js";

const form = part("answer");
let item = null;
let doubted = ""; // the heads that the person was told would stay open

const ACTIONS = {
  s: skip,
  u: undo,
  z: undo,
  n: () => item && openNotes(),
  m: () => guessed(),
  g: toggleGuide,
  "/": () => find(form),
  "?": () => part("help").showModal(),
};

function show(given, answers, notes = "") {
  item = given;
  doubted = "";
  tell("");
  part("work").dataset.state = item ? "item" : trouble() || (isAsking() ? "loading" : isNarrowed() ? "narrowed" : "none");
  if (!item) return;
  showItem(item);
  fill(form, answers);
  setNote(notes);
}

function label(answers) {
  const notes = takeNote();
  remember(item, say("label", item, { answers, ...(notes && { notes }) }));
  counted(1);
  moved(1);
  part("last").textContent = text("desk.last", { answer: forHumans(answers), text: short(item.text) });
  show(next());
}

function skip() {
  if (!item) return;
  remember(item, say("skip", item));
  part("last").textContent = text("desk.skipped", { text: short(item.text) });
  show(next());
}

function undo() {
  const last = takeLast();
  if (!last) {
    tell(page.texts["desk.nothing_to_undo"]);
    return;
  }
  if (last.entry.kind === "label") {
    say("undo", last.item, { of: last.entry.key, answers: last.entry.answers });
    counted(-1);
    moved(-1);
  }
  backTo(last.item);
  show(last.item, last.entry.answers, last.entry.notes);
  part("last").textContent = text("desk.undone", { text: short(last.item.text) });
}

function submitted(event) {
  event.preventDefault();
  if (!item) return;
  const answers = answersOf(form, event.submitter);
  const left = open(form, answers);
  if (!Object.keys(answers).length) tell(page.texts["desk.nothing_said"]);
  else if (left.length && doubted !== left.join(", ")) tell(text("desk.left_open", { heads: (doubted = left.join(", ")) }));
  else label(answers);
}

function pressed(key) {
  if (item && press(form, key)) return true;
  ACTIONS[key]?.();
  return key in ACTIONS;
}

const tell = (told) => (part("told").textContent = told);
const showThatThereIsNone = () => item || show(null);

prepare(form);
prepareFinding(form);
form.addEventListener("submit", submitted);
for (const [id, act] of Object.entries({ skip, undo, "note-open": ACTIONS.n, "show-guess": ACTIONS.m, "show-help": ACTIONS["?"] })) {
  part(id).addEventListener("click", act);
}
document.addEventListener("click", (event) => event.detail && event.target.closest("button")?.blur());
listen(pressed);
prepareGuess(part("always-guess"));
prepareGuide();
prepareStates();
prepareFilter((filter) => {
  narrow(filter);
  show(null);
});
supply.addEventListener("more", () => item || show(next()));
for (const what of ["none", "waits"]) supply.addEventListener(what, showThatThereIsNone);
connection.addEventListener("change", showThatThereIsNone);
sender.addEventListener("refused", (event) => unremember(event.detail.key));
watch({ current: () => item, goOn: () => show(next()) });
showPace();
showProgress();
narrow(wanted());
send();
