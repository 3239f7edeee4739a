// What was said in this tab, so that it can be taken back, after the page was loaded again, too.

const KEPT = "sayso.said";
const MOST = 50;
let said = JSON.parse(sessionStorage.getItem(KEPT) ?? "[]");

export const remember = (item, entry) => keep([...said, { item, entry }].slice(-MOST));
export const unremember = (key) => keep(said.filter(({ entry }) => entry.key !== key));

// The last thing, which is then not remembered any more.
export function takeLast() {
  const last = said.at(-1);
  keep(said.slice(0, -1));
  return last;
}

function keep(now) {
  said = now;
  sessionStorage.setItem(KEPT, JSON.stringify(said));
}
