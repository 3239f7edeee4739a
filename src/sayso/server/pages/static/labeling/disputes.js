// The page of disputes by keys: a label decides, arrows go to the one before and after.

import { prepare, press } from "./form.js";
import { listen } from "./keys.js";

const form = document.getElementById("answer");
const follow = (rel) => document.querySelector(`a[rel=${rel}]`)?.click();
const ACTIONS = {
  arrowleft: () => follow("prev"),
  arrowright: () => follow("next"),
  n: () => document.getElementById("note")?.focus(),
};

if (form) prepare(form, { keep: true });
listen((key) => {
  if (form && press(form, key)) return true;
  ACTIONS[key]?.();
  return key in ACTIONS;
});
