// The call of a campaign on the agent's page (CBK-3): why this person is called, what the list
// says of them, the questions with their keys as buttons, and what came of the talk.

import { ask } from "../page/asking.js";
import { $, $$, el, fill, say, show } from "../page/dom.js";
import { sorry } from "../page/sorry.js";
import { t } from "../page/words.js";

const CAMPAIGN = "campaign";
const NOT_KEPT = { 404: "visit.elsewhere", 409: "visit.not_now" };

export function makeVisit(form) {
  const part = (id) => $(`#visit-${id}`, form);
  let call = "";
  let asked = []; // names of the questions
  let version = 0; // of the talk as it was read, or written by this page

  function path() {
    return `/api/v1/calls/${encodeURIComponent(call)}/campaign?language=${document.documentElement.lang.startsWith("en") ? "en" : "zh"}`;
  }

  function close() {
    call = "";
    show(form, false);
  }

  async function offered(offer) {
    if (offer.call === call) return;
    close();
    if (offer.calls_back !== CAMPAIGN) return;
    const mine = (call = offer.call);
    try {
      const talk = await ask("GET", path());
      if (call === mine) put(talk);
    } catch (error) {
      if (call !== mine) return;
      call = ""; // the offer comes again when the phone rings, and is asked for anew
      say(part("told"), sorry(error));
    }
  }

  function put(talk) {
    asked = talk.questions.map((each) => each.name);
    version = talk.version;
    say(part("why"), `${t("visit.title")} · ${talk.campaign}`);
    const known = Object.entries({ [t("pop.customer_name")]: talk.name, ...talk.extra }).filter(([, text]) => text);
    fill(part("extra"), ...known.map(([name, text]) => el("div", {}, el("dt", {}, name), el("dd", {}, text))));
    fill(part("questions"), ...talk.questions.map((each) => question(each, talk.answers[each.name])));
    say(part("told"), "");
    show(form, true);
  }

  function question(each, answer) {
    const keys = each.keys.map(({ key, means }) =>
      el("label", { class: "pick" }, el("input", { type: "radio", name: each.name, value: key, checked: key === answer }), means),
    );
    return el("div", { role: "radiogroup", "aria-label": each.asks }, el("p", {}, each.asks), el("div", { class: "kinds" }, ...keys));
  }

  async function keep(result) {
    if (!call) return;
    const answers = Object.fromEntries($$("input:checked", form).map((each) => [each.name, each.value]));
    const whole = asked.every((name) => name in answers);
    const mine = call;
    try {
      const kept = await ask("PUT", path(), { result: result || (whole ? "completed" : "broken_off"), answers, version });
      if (call !== mine) return;
      version = kept.version;
      say(part("told"), t("visit.saved", { result: t(`visit.result_${kept.result}`) }));
    } catch (error) {
      if (call !== mine) return;
      const now = error.problem?.current;
      if (now) put(now); // somebody wrote meanwhile: what is so now
      say(part("told"), now ? t("visit.changed") : sorry(error, NOT_KEPT));
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    keep("");
  });
  part("later").addEventListener("click", () => keep("later"));
  part("declined").addEventListener("click", () => keep("declined"));
  return { offered, close };
}
