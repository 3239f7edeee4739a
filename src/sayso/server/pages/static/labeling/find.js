// A field that finds a label by its name, where a head has more labels than there are keys.

const visible = (head) => [...head.querySelectorAll(".pick:not([hidden])")];

export function find(form) {
  (form.querySelector(".head.active .find") ?? form.querySelector(".find"))?.focus();
}

export function prepareFinding(form) {
  for (const field of form.querySelectorAll(".find")) {
    const head = field.closest(".head");
    field.addEventListener("input", () => narrow(head, field.value));
    field.addEventListener("keydown", (event) => {
      if (!["Enter", "Escape"].includes(event.key) || event.isComposing) return;
      event.preventDefault();
      const first = event.key === "Enter" && field.value.trim() ? visible(head)[0] : null;
      field.value = "";
      narrow(head, "");
      field.blur();
      first?.click();
    });
  }
}

function narrow(head, words) {
  const wanted = words.trim().toLowerCase();
  for (const pick of head.querySelectorAll(".pick")) pick.hidden = !pick.textContent.toLowerCase().includes(wanted);
}
