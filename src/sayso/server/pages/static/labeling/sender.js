// What a person said, on its way to the server: kept in the browser first, then sent, one after the other and each once.

import { connection, isWell, mustWait, trouble } from "./connection.js";
import { short } from "./page.js";
import { ask, Refused } from "./server.js";
import { newKey, shelf } from "./storage.js";

const MOST_ATTEMPTS = 5;
const MOST_TEXT = 300;
const REQUESTS = {
  label: ({ id, answers, notes, key }) => ["/label", { query_id: id, answers, notes, key }],
  skip: ({ id }) => [`/skip/${id}`, {}],
  undo: ({ of }) => ["/undo", { key: of }],
};

export const waiting = shelf("waiting");
export const refused = shelf("refused");
export const sender = new EventTarget();
export const taken = new Map(); // item -> when the server took what was said of it
let running = false;
let again = false;
const attempts = new Map();

export function say(kind, item, more = {}) {
  const entry = waiting.put(newKey(), { kind, id: item.query_id, text: short(item.text, MOST_TEXT), at: Date.now(), ...more });
  tell("change");
  send();
  return entry;
}

export async function send() {
  again = true;
  if (running) return;
  running = true;
  while (again && !trouble()) {
    again = false;
    await (navigator.locks ? navigator.locks.request("sayso.sender", sendAll) : sendAll());
  }
  running = false;
}

export function forget(key) {
  refused.drop(key);
  tell("change");
}

async function sendAll() {
  for (let entry = waiting.all()[0]; entry; entry = waiting.all()[0]) {
    try {
      await ask("POST", ...REQUESTS[entry.kind](entry));
      isWell();
      taken.set(entry.id, performance.now());
    } catch (error) {
      if (!mayGoOn(entry, error)) return;
    }
    waiting.drop(entry.key);
    attempts.delete(entry.key);
    tell("change");
  }
}

// Whether the entry is done with: refused for good, rather than not taken for now.
function mayGoOn(entry, error) {
  if (error instanceof Refused) {
    refuse(entry, error.code, error.message);
    return true;
  }
  attempts.set(entry.key, (attempts.get(entry.key) ?? 0) + (error.status === 500));
  if (attempts.get(entry.key) >= MOST_ATTEMPTS) {
    refuse(entry, "failed", "");
    return true;
  }
  mustWait(error);
  return false;
}

function refuse(entry, code, message) {
  if (entry.kind === "skip") return;
  for (const undo of waiting.all()) if (undo.of === entry.key) waiting.drop(undo.key);
  refused.put(entry.key, { ...entry, code, message });
  sender.dispatchEvent(new CustomEvent("refused", { detail: entry }));
}

const tell = (what) => sender.dispatchEvent(new Event(what));

connection.addEventListener("change", () => trouble() || send());
