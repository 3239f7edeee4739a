// What the pages do beyond htmx: rest while nobody looks, say when the server is away, copy a token.

const byItself = (event) => event.detail.ctx.sourceEvent?.type === "every";
const away = document.getElementById("away");

document.addEventListener("htmx:before:request", (event) => {
  if (document.hidden && byItself(event)) event.preventDefault();
});
document.addEventListener("htmx:error", () => (away.hidden = false));
document.addEventListener("htmx:response:error", (event) => {
  if (byItself(event)) away.hidden = false;
});
document.addEventListener("htmx:after:swap", () => (away.hidden = true));

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).textContent);
    button.textContent = button.dataset.done;
  });
}
