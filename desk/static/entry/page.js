// Owns what every page has: htmx, the switch of the language, and the way back to the door.

import "htmx.org";
import { $$ } from "../page/dom.js";

const YEAR_S = 31536000;

for (const button of $$("[data-language]")) {
  button.addEventListener("click", () => {
    if (document.body.dataset.call) return; // a reload would take the call away
    document.cookie = `language=${button.dataset.language}; path=/; max-age=${YEAR_S}; SameSite=Strict`;
    location.reload();
  });
}

addEventListener("thirdring:signed-out", () => {
  if (location.pathname !== "/login" && !document.body.dataset.call) location.assign("/login");
});
