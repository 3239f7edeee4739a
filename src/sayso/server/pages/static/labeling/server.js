// Requests to the server. What it refuses, that it is away and that nobody is logged in any more are three different things.

import { page } from "./page.js";

const API = "/api/v1/labeling";
const STATE = "/expert/labeling/state";
const MOST_MS = 10_000;
const LATER = new Set([408, 425, 429]);
let csrf = page.csrf;

export class Refused extends Error {
  constructor(status, code, message) {
    super(message);
    Object.assign(this, { status, code });
  }
}

// Why something must wait: the server is "away", one must "login", or "somebody" else has logged in here.
export class Waits extends Error {
  constructor(why, { seconds = 0, status = 0 } = {}) {
    super(why);
    Object.assign(this, { why, seconds, status });
  }
}

export async function ask(method, path, body, options = {}) {
  try {
    return await asked(method, API + path, body, options);
  } catch (error) {
    if (!(error instanceof Refused) || (error.status !== 401 && error.code !== "csrf")) throw error;
    await look();
    return asked(method, API + path, body, options);
  }
}

// How much is done and open; on the way the page learns the session's new word, if there was a new log-in.
export async function look() {
  let state;
  try {
    state = await asked("GET", STATE);
  } catch (error) {
    throw error instanceof Refused && error.status === 401 ? new Waits("login") : error;
  }
  if (state.name !== page.name) throw new Waits("somebody");
  csrf = state.csrf;
  return state;
}

async function asked(method, path, body, { keepalive = false } = {}) {
  const headers = { "X-CSRF-Token": csrf, ...(body && { "Content-Type": "application/json" }) };
  let answer;
  try {
    const signal = AbortSignal.timeout(MOST_MS);
    answer = await fetch(path, { method, headers, body: body && JSON.stringify(body), keepalive, signal, redirect: "error" });
    if (answer.ok) return answer.status === 204 ? null : await answer.json();
  } catch {
    throw new Waits("away");
  }
  const { status, headers: said } = answer;
  if (status >= 500 || LATER.has(status)) throw new Waits("away", { seconds: Number(said.get("Retry-After")) || 0, status });
  const told = await answer.json().catch(() => ({}));
  throw new Refused(status, told.error?.code ?? "refused", told.error?.message ?? answer.statusText);
}
