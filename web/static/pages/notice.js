// Owns the outage notice on the wallboard (QUE-6): its words in sight, up or down in one click.
import { ask } from "../page/asking.js";
import { $, $$, say } from "../page/dom.js";
import { t, when } from "../page/words.js";

/** Watch the notice; returns a way to look again. `told` says how a click went. */
export function watchNotice(told) {
  const card = $("#notice");
  const may = Boolean(card.dataset.may);

  function show(notice) {
    for (const words of $$("[data-kind]", card)) {
      const up = words.dataset.kind === notice?.kind;
      words.classList.toggle("up", up);
      $("[data-up]", words).hidden = !up;
      const button = $("[data-put]", words);
      button.disabled = !may;
      button.classList.toggle("main", up);
      say(button, up ? button.dataset.offWords : button.dataset.onWords);
    }
    say($("#notice-since"), notice ? t("floor.notice_since", { at: when(notice.since) }) : t("floor.notice_none"));
  }

  async function change(method, body, done) {
    try {
      show((await ask(method, "/api/v1/notice", body))?.notice ?? null);
      told("done", t(done));
    } catch {
      told("trouble", t("floor.failed"));
    }
  }

  async function look() {
    try {
      show((await ask("GET", "/api/v1/notice"))?.notice ?? null);
    } catch {
      // what is shown stays; the next look comes with the next change
    }
  }

  card.addEventListener("click", (event) => {
    const words = event.target.closest("[data-put]")?.closest("[data-kind]");
    if (words?.classList.contains("up")) change("DELETE", undefined, "floor.done_notice_off");
    else if (words) change("PUT", { kind: words.dataset.kind }, "floor.done_notice_on");
  });
  document.addEventListener("visibilitychange", () => document.hidden || look());
  const since = $("#notice-since").dataset.since;
  show(card.dataset.on ? { kind: card.dataset.on, since } : null);
  return { look };
}
