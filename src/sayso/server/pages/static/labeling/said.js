// An answer as people read it.

import { number, page } from "./page.js";

export function forHumans(answers) {
  const several = page.heads.length > 1;
  const parts = Object.entries(answers).map(([head, said]) => (several ? `${head}: ${value(said)}` : value(said)));
  return parts.join(", ");
}

function value(said) {
  if (Array.isArray(said)) return said.join(" + ") || page.texts["desk.none_of_these"];
  return typeof said === "number" ? number(said, 2) : said;
}
