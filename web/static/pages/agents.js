// The rows of the wallboard, one an agent: kept while things change, so that a button stays
// under the finger that goes for it.
import { ask } from "../page/asking.js";
import { $, $$, say } from "../page/dom.js";
import { clock, t, tOr } from "../page/words.js";
import { stateOf } from "./figures.js";
import { sure } from "./sure.js";

const TONES = {
  ready: "good",
  ringing: "busy",
  talking: "busy",
  on_hold: "busy",
  busy: "busy",
  wrap_up: "",
  paused: "warm",
  gone: "bad",
  unreachable: "bad",
};

export class Agents {
  constructor(told) {
    this.told = told;
    this.watching = {}; // whom the leader listens to, in which call, and how
    this.rows = new Map();
    this.body = $("#agents");
    this.pattern = $("#agent-row").content.firstElementChild;
    this.body.addEventListener("click", (event) => this.clicked(event.target.closest("button")));
    this.body.addEventListener("change", (event) => this.moved(event.target));
  }

  show(board) {
    const there = new Set(board.agents.map((agent) => agent.number));
    for (const [number, row] of this.rows) {
      if (there.has(number)) continue;
      row.remove();
      this.rows.delete(number);
    }
    board.agents.forEach((agent, place) => this.put(agent, place));
    $("#nobody").hidden = board.agents.length > 0;
    const phones = board.phones.map((each) => `${each.phone} ${tOr(`floor.state_${each.state}`, each.state)}`);
    say($("#phones"), phones.length ? t("floor.phones", { phones: phones.join(" · ") }) : "\u00a0");
  }

  put(agent, place) {
    let row = this.rows.get(agent.number);
    if (!row) {
      row = this.pattern.cloneNode(true);
      row.dataset.agent = agent.number;
      this.rows.set(agent.number, row);
    }
    if (this.body.children[place] !== row) this.body.insertBefore(row, this.body.children[place] ?? null);
    row.since = Date.parse(agent.since);
    say($("[data-name]", row), agent.name);
    say($("[data-number]", row), agent.number);
    say($("[data-role]", row), tOr(`floor.role_${agent.role}`, agent.role));
    const state = $("[data-state]", row);
    const shown = stateOf(agent);
    say(state, tOr(`floor.state_${shown}`, shown));
    state.title = shown === "off_queue" ? t("floor.off_queue") : "";
    state.className = `tag ${TONES[shown] ?? ""}`;
    say($("[data-reason]", row), agent.reason ? tOr(`state.reason_${agent.reason}`, agent.reason) : "");
    say($("[data-seat]", row), agent.seat);
    say($("[data-queues]", row), agent.queues.map((each) => tOr(`floor.queue_${each}`, each)).join(" "));
    say($("[data-calls]", row), agent.today.calls || "");
    const talk = $("[data-talk]", row);
    say(talk, agent.today.calls ? clock(agent.today.talk_s) : "");
    talk.title = t("floor.wrapped", { length: clock(agent.today.wrap_up_s) });
    say($("[data-missed]", row), agent.missed || "");
    row.dataset.call = agent.call ?? "";
    this.watches(row);
  }

  /** The buttons say how the leader takes part, as far as this page did it; another one changes over. */
  watches(row) {
    const { agent, call } = row.dataset;
    const mine = this.watching.agent === agent && this.watching.call === call;
    for (const button of $$("[data-watch]", row)) {
      button.disabled = !call;
      button.setAttribute("aria-pressed", String(mine && button.dataset.watch === this.watching.how));
    }
  }

  tick(now) {
    for (const row of this.rows.values()) say($("[data-since]", row), clock((now - row.since) / 1000));
  }

  clicked(button) {
    const row = button?.closest("tr");
    const number = row?.dataset.agent;
    if (!number) return;
    if (button.dataset.watch) this.watch(row, button.dataset.watch);
    else if (sure(button)) this.act(number, "sign_out", undefined, t("floor.done_sign_out", { number }));
  }

  async watch(row, how) {
    const { agent, call } = row.dataset;
    const again = this.watching.agent === agent && this.watching.call === call;
    const done = again ? t("floor.done_watch_change", { how: t(`floor.${how}`) }) : t("floor.done_watch");
    if (!(await this.act(agent, "watch", { how }, done))) return;
    this.watching = { agent, call, how };
    for (const each of this.rows.values()) this.watches(each);
  }

  moved(select) {
    const queue = select.value;
    select.value = "";
    if (!queue) return;
    const number = select.closest("tr").dataset.agent;
    const name = tOr(`floor.queue_${queue}`, queue);
    this.act(number, "move", { queue }, t("floor.done_move", { number, queue: name }));
  }

  async act(number, action, body, done) {
    try {
      await ask("POST", `/api/v1/agents/${number}/${action}`, body);
      this.told("done", done);
      return true;
    } catch (error) {
      this.told("trouble", tOr(`floor.refused_${action}_${error.status}`, t("floor.failed")));
      return false;
    }
  }
}
