// One golden row of tests/js/parity.py against what a model says of its text -> differences, in words. Runs in Node and in the browser.

// An INT8 graph rounds its activations: where another processor's sums differ in the last bit, now and then a value rounds
// the other way, and that shows. In Node, on one machine, nothing differs; in the browser an FP32 graph agrees to 1e-5.

export const CLOSE = 1e-4;

/** What a model says of a text, as a golden row has it. */
export async function rowOf(model, text) {
  const [ids, prediction, logits] = [await model.tokenIds(text), await model.classify(text), await model.logits([text])];
  return { ids, ...prediction, logits: Object.fromEntries(Object.entries(logits).map(([head, rows]) => [head, rows[0]])) };
}

/** Differences, and how far scores and logits are apart at most. */
export function compare(golden, found, within = CLOSE) {
  const differences = [];
  const same = (what, a, b) => JSON.stringify(a) === JSON.stringify(b) || differences.push(`${what}: ${shown(a)} in Python, ${shown(b)} here`);
  let score = 0;
  const close = (what, a, b) => {
    const apart = Math.abs(a - b);
    score = Math.max(score, apart);
    if (!(apart <= within)) differences.push(`${what}: ${a} in Python, ${b} here`);
  };
  for (const key of ["ids", "label", "action", "outOfScope", "set"]) same(key, golden[key], found[key]);
  close("confidence", golden.confidence, found.confidence);
  same("heads", Object.keys(golden.heads), Object.keys(found.heads));
  for (const [name, head] of Object.entries(golden.heads)) {
    const here = found.heads[name];
    if ("value" in head) close(`${name}.value`, head.value, here.value);
    if ("label" in head) same(`${name}.label`, head.label, here.label);
    if ("labels" in head) same(`${name}.labels`, head.labels, here.labels);
    for (const [label, one] of Object.entries(head.scores ?? {})) close(`${name}.scores.${label}`, one, here.scores[label]);
    if (!("spans" in head)) continue;
    const unit = unitsOf(golden.text);
    same(`${name}.spans`, head.spans.map(({ label, start, end, text }) => ({ label, start: unit[start], end: unit[end], text })), here.spans.map(({ confidence, ...span }) => span));
    head.spans.forEach((span, index) => close(`${name}.spans.confidence`, span.confidence, here.spans[index]?.confidence));
  }
  const logits = Object.keys(golden.logits).flatMap((head) => {
    const [a, b] = [[golden.logits[head]].flat(2), [found.logits[head]].flat(2)];
    return a.map((value, index) => Math.abs(value - b[index]));
  });
  return { differences, score, logit: Math.max(...logits) };
}

/** Where each character begins that Python counts, in UTF-16 units. */
function unitsOf(text) {
  const units = [0];
  for (const character of text) units.push(units.at(-1) + character.length);
  return units;
}

/** Compare all rows; a report with the first differences. */
export async function compareAll(model, rows, within = CLOSE) {
  const report = { rows: rows.length, differing: 0, of: {}, score: 0, logit: 0, first: [] };
  for (const row of rows) {
    const { differences, score, logit } = compare(row, await rowOf(model, row.text), within);
    report.score = Math.max(report.score, score);
    report.logit = Math.max(report.logit, logit);
    if (differences.length === 0) continue;
    report.differing++;
    for (const what of new Set(differences.map((one) => one.split(":")[0]))) report.of[what] = (report.of[what] ?? 0) + 1;
    if (report.first.length < 10) report.first.push({ text: shown(row.text), differences: differences.slice(0, 3) });
  }
  return report;
}

/** Say it, and the exit code. `rounding` allows what another processor's sums do to an INT8 graph: scores may differ, labels and actions of so many texts. */
export function tell(where, report, { rounding = 0 } = {}) {
  console.log(
    `${where}: ${report.rows} texts, ${report.differing} differ; largest difference of a score ${report.score.toExponential(1)}, ` +
      `of a logit ${report.logit.toExponential(1)}`,
  );
  if (report.differing > 0) console.log(`  ${Object.entries(report.of).map(([what, count]) => `${what} ${count}`).join(", ")}`);
  for (const { text, differences } of report.first) console.log(`  ${text}\n    ${differences.join("\n    ")}`);
  const changed = Math.max(0, ...["label", "action", "outOfScope"].map((what) => report.of[what] ?? 0));
  const same = rounding > 0 ? !report.of.ids && changed <= rounding * report.rows : report.differing === 0;
  return same && report.rows > 0 ? 0 : 1;
}

function shown(value) {
  const text = JSON.stringify(value).replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return text.length > 160 ? `${text.slice(0, 160)}…` : text;
}
