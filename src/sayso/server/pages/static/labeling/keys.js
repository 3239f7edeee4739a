// What is pressed anywhere on the page, unless it is being typed somewhere.

const TYPED = "textarea, select, input:not([type=radio], [type=checkbox], [type=range])";
const PRESSED = "a, button, summary, label, input";

export const isTyping = (target) => target.matches?.(TYPED) ?? false;

// `act` is told the key in lower case, and says whether it meant something.
export function listen(act) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing || event.defaultPrevented) return;
    if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
    const key = nameOf(event);
    const itsOwn = event.target.matches?.("input") ? /^(arrow|enter| )/ : /^(enter| )/;
    if (event.target.closest?.(PRESSED) && itsOwn.test(key)) return;
    if (act(key)) event.preventDefault();
  });
}

// Digits by their place, so that they are there on every keyboard without Shift.
function nameOf(event) {
  const digit = /^(?:Digit|Numpad)([0-9])$/.exec(event.code);
  return digit && !event.shiftKey ? digit[1] : event.key.toLowerCase();
}
