// The form in which one says what a text is: a key for every label, of the head that is marked; what it holds as an answer.

const PREFIX = "answer.";
const STEP = 0.05;

export const heads = (form) => [...form.querySelectorAll(".head")];
const active = (form) => form.querySelector(".head.active");
const nameOf = (head) => head.dataset.head;

// What is said of each head; of which nothing is said is left out.
export function answersOf(form, submitter) {
  const given = new FormData(form, submitter?.name.startsWith(PREFIX) ? submitter : null);
  const said = (head) => given.getAll(PREFIX + nameOf(head));
  const answered = heads(form).filter((head) => said(head).some((value) => value || head.dataset.type === "tags"));
  return Object.fromEntries(answered.map((head) => [nameOf(head), valueOf(head.dataset.type, said(head))]));
}

export function open(form, answers) {
  return heads(form).map(nameOf).filter((name) => !(name in answers));
}

// Empties the form, and fills in what was said before.
export function fill(form, answers = {}) {
  form.reset();
  for (const head of heads(form)) {
    const said = answers[nameOf(head)];
    const values = said === undefined ? [] : Array.isArray(said) && !said.length ? [""] : [said].flat().map(String);
    for (const pick of head.querySelectorAll("button.pick")) pick.classList.toggle("before", values.includes(pick.value));
    for (const box of head.querySelectorAll(".pick input")) box.checked = values.includes(box.value);
    const number = head.querySelector("input[type=number]");
    if (number) set(number, said ?? "");
  }
  mark(form, heads(form)[0]);
}

// Whether the key meant something here.
export function press(form, key) {
  const head = active(form);
  const pick = head.querySelector(`[data-key="${CSS.escape(key)}"]`);
  const number = head.querySelector("input[type=number]");
  if (pick) choose(pick);
  else if (number && /^[0-9]$/.test(key)) score(form, number, Number(key) / 10);
  else if (number && key === "arrowright") set(number, Math.min(1, Number(number.value) + STEP));
  else if (number && key === "arrowleft") set(number, Math.max(0, Number(number.value) - STEP));
  else if (heads(form).length > 1 && (key === "arrowdown" || key === "arrowup")) move(form, key === "arrowdown" ? 1 : -1);
  else if (key === "enter" && form.querySelector(".submit")) enter(form, head);
  else return false;
  return true;
}

export function prepare(form, { keep = false } = {}) {
  form.addEventListener("focusin", (event) => mark(form, event.target.closest(".head") ?? active(form)));
  form.addEventListener("change", (event) => changed(form, event.target));
  for (const number of form.querySelectorAll("input[type=number]")) {
    const slider = sliderOf(number);
    slider.hidden = false;
    slider.addEventListener("input", () => set(number, slider.value));
    number.addEventListener("input", () => set(number, number.value));
    set(number, number.value);
  }
  if (keep) mark(form, heads(form)[0]);
  else fill(form);
}

// Without taking the focus, so that the arrows stay ours.
function choose(pick) {
  const box = pick.querySelector("input");
  if (!box) {
    pick.click();
    return;
  }
  box.checked = box.type === "radio" || !box.checked;
  box.dispatchEvent(new Event("change", { bubbles: true }));
}

function score(form, number, value) {
  set(number, value);
  move(form, 1);
}

// On to what is still to be answered; after that, the answer is given.
function enter(form, head) {
  const answers = answersOf(form);
  const all = heads(form);
  const next = all.slice(all.indexOf(head) + 1).find((each) => !(nameOf(each) in answers));
  if (next) mark(form, next);
  else form.requestSubmit();
}

function changed(form, box) {
  const head = box.closest(".head");
  if (box.type === "radio") move(form, 1, head);
  if (box.type !== "checkbox" || !box.checked) return;
  for (const other of head.querySelectorAll("input:checked")) if (!other.value !== !box.value) other.checked = false; // "none" and a label exclude each other
}

function move(form, by, from = active(form)) {
  const all = heads(form);
  mark(form, all[Math.min(all.length - 1, Math.max(0, all.indexOf(from) + by))]);
}

function mark(form, head) {
  for (const each of heads(form)) each.classList.toggle("active", each === head);
}

function set(number, value) {
  number.value = value === "" ? "" : String(Math.round(100 * value) / 100);
  const slider = sliderOf(number);
  slider.value = number.value === "" ? 0.5 : number.value;
  slider.classList.toggle("untouched", number.value === "");
}

const sliderOf = (number) => number.closest(".head").querySelector("input[type=range]");

function valueOf(type, values) {
  if (type === "score") return Number(values[0]);
  return type === "tags" ? values.filter(Boolean) : values[0];
}
