// What happens beside the labeling: leases end, new items come, another tab labels the same, the person leaves.

import { trouble } from "./connection.js";
import { renewProgress } from "./progress.js";
import { waiting } from "./sender.js";
import { drop, giveBack, leaseEnds, refill } from "./supply.js";

const EVERY_MS = 15_000;
const SOON_MS = 120_000;
const AT_WORK_MS = 300_000;
let touched = Date.now();

export function watch({ current, goOn }) {
  for (const sign of ["keydown", "pointerdown", "focus"]) addEventListener(sign, () => (touched = Date.now()));
  const look = () => document.hidden || trouble() || (current() ? renewLeases() : lookForMore());
  setInterval(look, EVERY_MS);
  addEventListener("focus", look);
  addEventListener("storage", (event) => {
    const entry = waiting.written(event);
    if (!entry || entry.kind === "undo") return;
    drop(entry.id);
    if (current()?.query_id === entry.id) goOn();
  });
  addEventListener("pagehide", () => giveBack({ keepalive: true }));
  addEventListener("pageshow", (event) => event.persisted && location.reload());
}

function renewLeases() {
  const isAtWork = Date.now() - touched < AT_WORK_MS;
  if (isAtWork && leaseEnds() - Date.now() < SOON_MS) refill();
}

async function lookForMore() {
  const { open } = await renewProgress();
  if (open) refill();
}
