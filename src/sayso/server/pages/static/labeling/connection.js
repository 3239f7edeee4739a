// Whether the server answers and knows who is here; if not, it is asked again until it does.

import { look, Waits } from "./server.js";

const PAUSES = [1, 1, 2, 4, 8];
export const connection = new EventTarget();
let why = "";
let attempts = 0;
let timer;

export const trouble = () => why;

export function isWell() {
  attempts = 0;
  clearTimeout(timer);
  change("");
}

// Takes note of what a request was answered; what is no reason to wait is thrown on.
export function mustWait(error) {
  if (!(error instanceof Waits)) throw error;
  change(error.why);
  clearTimeout(timer);
  if (error.why === "away") timer = setTimeout(askAgain, 1000 * Math.max(error.seconds, PAUSES[Math.min(attempts++, PAUSES.length - 1)]));
}

async function askAgain() {
  if (!why) return;
  try {
    await look();
    isWell();
  } catch (error) {
    mustWait(error);
  }
}

function change(now) {
  if (now === why) return;
  why = now;
  connection.dispatchEvent(new Event("change"));
}

addEventListener("online", askAgain);
addEventListener("focus", askAgain);
