// Entries that outlive the tab: one for each thing, so that two tabs never overwrite what the other has written.

import { page } from "./page.js";

const memory = new Map();
let counted = 0;

// A new name, later in the alphabet than those before it.
export function newKey() {
  const chance = crypto.getRandomValues(new Uint32Array(2)).join("");
  return `${Date.now().toString(36).padStart(9, "0")}-${String(counted++).padStart(6, "0")}-${chance}`;
}

export function shelf(name) {
  const start = `sayso.${name}.`;
  const whole = (key) => `${start}${key}`;
  const names = () => [...memory.keys(), ...Object.keys(localStorage)].filter((each) => each.startsWith(start));
  const read = (each) => JSON.parse(memory.get(each) ?? localStorage.getItem(each));
  const everybodys = () => names().toSorted().map(read).filter(Boolean);
  return {
    put(key, value) {
      const entry = { ...value, key, who: page.name };
      try {
        localStorage.setItem(whole(key), JSON.stringify(entry));
      } catch {
        memory.set(whole(key), JSON.stringify(entry)); // the browser keeps nothing for us: at least for as long as the tab is open
      }
      return entry;
    },
    drop(key) {
      memory.delete(whole(key));
      localStorage.removeItem(whole(key));
    },
    all: () => everybodys().filter((entry) => entry.who === page.name),
    others: () => everybodys().filter((entry) => entry.who !== page.name),
    written: (event) => (event.key?.startsWith(start) && event.newValue ? JSON.parse(event.newValue) : null),
  };
}

// A choice of this person's, kept in this browser.
export function setting(name, otherwise) {
  const key = `sayso.setting.${name}.${page.name}`;
  return {
    get value() {
      return JSON.parse(localStorage.getItem(key) ?? JSON.stringify(otherwise));
    },
    set value(value) {
      localStorage.setItem(key, JSON.stringify(value));
    },
  };
}
