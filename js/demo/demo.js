// The demo page: loads the bundle beside it and shows what it says while somebody types.

import { load } from "sayso/web";

const element = (id) => document.getElementById(id);
const percent = new Intl.NumberFormat("en", { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });
const MEANING = {
  execute: "Sure enough to do it.",
  confirm: "Ask once before doing it.",
  suggest: "Offer it among others.",
  ask: "Ask what was meant.",
};

const input = element("text");
let latest = 0;

try {
  const model = await load("bundle/", { onProgress: showProgress() });
  start(model);
} catch (error) {
  element("error").textContent = `${error.name}: ${error.message}`;
  element("error").hidden = false;
} finally {
  element("loading").hidden = true;
}

/** The bar goes by the graph, the only file that is large. */
function showProgress() {
  return ({ file, loaded, total }) => {
    if (file.endsWith(".onnx") && total > 0) element("progress").value = loaded / total;
  };
}

async function start(model) {
  element("about").textContent = `${model.name}: ${model.labels.length} classes. Runs on WebAssembly, on your machine.`;
  input.disabled = false;
  input.addEventListener("input", () => show(model));
  input.form.addEventListener("submit", (event) => event.preventDefault());
  input.focus();
  for (const text of await examples()) element("examples").append(exampleButton(text, model));
  input.value = element("examples").firstChild?.textContent ?? "";
  await show(model);
}

/** A few short texts that the bundle itself brings. */
async function examples() {
  const response = await fetch("bundle/golden.jsonl").catch(() => undefined);
  const lines = response?.ok ? (await response.text()).trim().split("\n") : [];
  const golden = lines.map((line) => JSON.parse(line)).filter(({ text }) => text.trim() && text.length <= 48);
  const perLabel = new Map(golden.toReversed().map((one) => [one.label, one.text]));
  return [...perLabel.values()].slice(0, 5);
}

function exampleButton(text, model) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = text;
  button.addEventListener("click", () => {
    input.value = text;
    show(model);
  });
  return button;
}

async function show(model) {
  const turn = ++latest;
  const started = performance.now();
  const prediction = await model.classify(input.value);
  const milliseconds = performance.now() - started;
  if (turn !== latest) return; // something newer was typed meanwhile
  const { label, confidence, action, outOfScope, heads } = prediction;
  element("label").textContent = label ?? "no class";
  element("confidence").textContent = percent.format(confidence);
  element("action").textContent = action;
  element("action").className = action;
  element("time").textContent = `${milliseconds.toFixed(1)} ms`;
  element("note").textContent = outOfScope ? "Unlike anything the model was made for." : MEANING[action];
  element("heads").replaceChildren(...Object.entries(heads).map(([name, head]) => panel(name, head)));
  element("answer").hidden = element("heads").hidden = false;
}

/** A head's classes as bars, most likely first; pieces of the text in its order. */
function panel(name, head) {
  const box = document.createElement("section");
  const title = document.createElement("h3");
  title.textContent = name;
  const bars = barsOf(head);
  const list = document.createElement(bars.length > 0 ? "ol" : "p");
  list.append(...(bars.length > 0 ? bars : ["nothing"]));
  box.append(title, list);
  return box;
}

function barsOf(head) {
  if (head.type === "score") return [bar("score", head.value, true)];
  if (head.type === "spans") return head.spans.map(({ label, text, confidence }) => bar(`${label}: ${text}`, confidence, true));
  const chosen = new Set(head.type === "choice" ? [head.label] : head.labels);
  return Object.entries(head.scores).sort((a, b) => b[1] - a[1]).map(([label, value]) => bar(label, value, chosen.has(label)));
}

function bar(label, value, chosen) {
  const row = document.createElement("li");
  row.classList.toggle("chosen", chosen);
  row.style.setProperty("--value", value);
  const [name, track, number] = ["span", "i", "b"].map((tag) => document.createElement(tag));
  name.textContent = label;
  number.textContent = percent.format(value);
  track.setAttribute("aria-hidden", "true");
  row.append(name, track, number);
  return row;
}
