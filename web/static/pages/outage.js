// The outage announcement on the wallboard (QUE-6): its words in sight, up or down in one click.
import { ask } from "../page/asking.js";
import { $, $$, say } from "../page/dom.js";
import { t, when } from "../page/words.js";

/** Watch the announcement; returns a way to look again. `told` says how a click went. */
export function watchAnnouncement(told) {
  const card = $("#announcement");
  const may = Boolean(card.dataset.may);

  function show(announcement) {
    for (const words of $$("[data-kind]", card)) {
      const up = words.dataset.kind === announcement?.kind;
      words.classList.toggle("up", up);
      $("[data-up]", words).hidden = !up;
      const button = $("[data-put]", words);
      button.disabled = !may;
      button.classList.toggle("main", up);
      say(button, up ? button.dataset.offWords : button.dataset.onWords);
    }
    say($("#announcement-since"), announcement ? t("floor.announcement_since", { at: when(announcement.since) }) : t("floor.announcement_none"));
  }

  async function change(method, body, done) {
    try {
      show((await ask(method, "/api/v1/outage", body))?.announcement ?? null);
      told("done", t(done));
    } catch {
      told("trouble", t("floor.failed"));
    }
  }

  async function look() {
    try {
      show((await ask("GET", "/api/v1/outage"))?.announcement ?? null);
    } catch {
      // what is shown stays; the next look comes with the next change
    }
  }

  card.addEventListener("click", (event) => {
    const words = event.target.closest("[data-put]")?.closest("[data-kind]");
    if (words?.classList.contains("up")) change("DELETE", undefined, "floor.done_announcement_off");
    else if (words) change("PUT", { kind: words.dataset.kind }, "floor.done_announcement_on");
  });
  document.addEventListener("visibilitychange", () => document.hidden || look());
  const since = $("#announcement-since").dataset.since;
  show(card.dataset.on ? { kind: card.dataset.on, since } : null);
  return { look };
}
