// What the server wrote into the page for its scripts: who is here, the heads with their labels, and the texts in the reader's language.

export const page = JSON.parse(document.getElementById("desk").textContent);
export const part = (id) => document.getElementById(id);

export function number(value, digits = 0) {
  const options = { useGrouping: "always", minimumFractionDigits: digits, maximumFractionDigits: digits };
  return new Intl.NumberFormat(document.documentElement.lang, options).format(value);
}

export const percent = (share) => `${number(100 * share, 1)} %`;

export function text(key, values = {}) {
  return page.texts[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

export function count(key, value) {
  return text(value === 1 ? `${key}_one` : key, { number: number(value) });
}

export function short(words, most = 80) {
  return words.length <= most ? words : `${words.slice(0, most - 1).trimEnd()}…`;
}

export function element(tag, values = {}, ...children) {
  const made = Object.assign(document.createElement(tag), values);
  made.append(...children);
  return made;
}
