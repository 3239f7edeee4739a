// The items to come: leased a few at a time before they are needed, so that the next is there at once.

import { connection, isWell, mustWait, trouble } from "./connection.js";
import { page } from "./page.js";
import { ask, Refused } from "./server.js";
import { sender, taken, waiting } from "./sender.js";

const AHEAD = 10;
const FEW = 6;
const MOST = 50;
export const supply = new EventTarget();
let items = [];
let filter = {};
let asking = null;
let current = null;

// The next item, or nothing for now; then the supply tells when there is one.
export function next() {
  current = items.shift() ?? null;
  if (items.length < FEW) refill();
  return current;
}

export function backTo(item) {
  if (current) items.unshift(current);
  current = item;
  items = items.filter((each) => each.query_id !== item.query_id);
}

export async function narrow(wanted) {
  filter = wanted;
  asking = giveBack();
  await asking;
  items = [];
  current = null;
  asking = null;
  return refill();
}

// Whether there may be more in a moment.
export const isAsking = () => asking !== null;

export function drop(id) {
  items = items.filter((each) => each.query_id !== id);
}

export function giveBack(options) {
  const said = idsThatWait();
  const free = held().filter((item) => !said.has(item.query_id));
  const until = free.map((item) => item.lease_until).toSorted().at(-1);
  const given = { query_ids: free.map((item) => item.query_id), until };
  return free.length ? ask("POST", "/give-back", given, options).catch(() => {}) : Promise.resolve();
}

// Also renews the leases of those that are here.
export function refill() {
  if (asking) return asking;
  const mine = take(filter).then((what) => {
    if (asking !== mine) return;
    asking = null;
    tell(what);
  });
  asking = mine;
  return mine;
}

export const leaseEnds = () => Math.min(...held().map((item) => item.ends));

async function take(wanted) {
  const began = performance.now();
  const count = Math.min(MOST, AHEAD + 1 + idsThatWait().size);
  let found;
  try {
    ({ items: found } = await ask("POST", "/take", { count, ...wanted }));
    isWell();
  } catch (error) {
    if (error instanceof Refused) return "none";
    mustWait(error);
    return "waits";
  }
  if (wanted !== filter) return "late";
  add(found, began);
  return items.length ? "more" : "none";
}

function add(found, began) {
  const said = idsThatWait();
  const ends = Date.now() + 1000 * page.lease_seconds;
  const fresh = found.filter(({ query_id: id }) => !said.has(id) && !(taken.get(id) > began));
  const known = new Map(held().map((item) => [item.query_id, item]));
  for (const item of fresh) Object.assign(known.get(item.query_id) ?? {}, { ends, lease_until: item.lease_until });
  const kept = items.filter((item) => item.ends > Date.now());
  items = [...kept, ...fresh.filter((item) => !known.has(item.query_id)).map((item) => ({ ...item, ends }))];
}

const held = () => [current, ...items].filter(Boolean);
const idsThatWait = () => new Set(waiting.all().map((entry) => entry.id));
const tell = (what) => supply.dispatchEvent(new Event(what));

connection.addEventListener("change", () => trouble() || refill());
sender.addEventListener("change", () => items.length < FEW && !trouble() && !waiting.all().length && refill());
