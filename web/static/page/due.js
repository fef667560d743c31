// The counts of what is due beside the pages of the navigation: asked for now and then while the
// page is looked at. What cannot be known is not shown.
import { $$, say, show } from "./dom.js";

const EVERY_MS = 20_000;
const MOST = 99;

function paint(due) {
  for (const badge of $$("[data-due]")) {
    const count = badge.dataset.due.split(" ").reduce((sum, address) => sum + (due[address] ?? 0), 0);
    say(badge, count > MOST ? `${MOST}+` : count);
    badge.title = badge.dataset.words.replace("{count}", count);
    show(badge, count > 0);
  }
}

async function look() {
  if (document.hidden) return;
  const answer = await fetch("/api/v1/due", { headers: { Accept: "application/json" } }).catch(() => null);
  if (answer?.ok) paint((await answer.json()).due);
}

export function watchDue() {
  if (!document.querySelector("[data-due]")) return;
  look();
  setInterval(look, EVERY_MS);
  document.addEventListener("visibilitychange", look);
}
