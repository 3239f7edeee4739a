// A note to go with the label: a field that comes when it is asked for.

import { part } from "./page.js";

const box = part("notes");
const field = box.querySelector("textarea");

export function openNotes() {
  box.hidden = false;
  field.focus();
}

// The note, which leaves the field empty for the next item.
export function takeNote() {
  const note = field.value.trim();
  setNote("");
  return note;
}

export function setNote(note) {
  field.value = note;
  box.hidden = !note;
  if (!note && document.activeElement === field) field.blur();
}

field.addEventListener("keydown", (event) => {
  if (event.isComposing || !(event.key === "Escape" || (event.key === "Enter" && !event.shiftKey))) return;
  event.preventDefault();
  event.stopPropagation();
  field.blur();
  box.hidden = !field.value.trim();
});
