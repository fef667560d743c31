// The large figures of the wallboard, and which service level is looked at.
import { $, say } from "../page/dom.js";
import { clock, t, tOr } from "../page/words.js";

const LATE_S = 15; // ANS-2
const MOST = 4; // what has room under a figure
const KEPT_AS = "wallboard.preset";

export class Figures {
  constructor() {
    this.preset = $("#preset");
    const kept = localStorage.getItem(KEPT_AS);
    if ([...this.preset.options].some((option) => option.value === kept)) this.preset.value = kept;
    this.preset.addEventListener("change", () => {
      localStorage.setItem(KEPT_AS, this.preset.value);
      this.level();
    });
  }

  show(board) {
    this.board = board;
    say($("#waiting"), board.waiting);
    tile("waiting", board.waiting > 0 ? "warn" : "");
    say($("#queues"), lines(board.queues, (queue) => tOr(`floor.queue_${queue}`, queue)));
    say($("#free"), board.free);
    tile("free", board.waiting && !board.free ? "alarm" : "");
    const states = counted(board.agents.filter((agent) => !agent.free).map(stateOf));
    say($("#others"), lines(states, (state) => tOr(`floor.state_${state}`, state)));
    say($("#answered"), board.answered);
    say($("#abandoned"), t("floor.abandoned", { count: board.abandoned }));
    say($("#sent-on"), board.sent_on ? t("floor.sent_on", { count: board.sent_on }) : "");
    say($("#missed"), board.missed);
    tile("missed", board.missed > 0 ? "alarm" : "");
    this.level();
  }

  level() {
    const reached = this.board?.service_level.presets[this.preset.value];
    const share = reached?.share;
    say($("#level"), share == null ? "–" : `${Math.floor(share * 1000) / 10}%`);
    tile("level", share == null ? "" : reached.met ? "well" : "alarm");
  }

  tick(now) {
    const since = this.board?.longest_since;
    const seconds = since ? (now - Date.parse(since)) / 1000 : 0;
    say($("#longest"), this.board ? clock(seconds) : "–");
    tile("longest", seconds > LATE_S ? "alarm" : seconds > 0 ? "warn" : "");
  }
}

/** Return the state to be shown: who is ready and in no queue is offered nobody. */
export function stateOf(agent) {
  return agent.state === "ready" && !agent.free ? "off_queue" : agent.state;
}

function tile(id, tone) {
  const element = $(`#${id}`).closest(".tile");
  for (const each of ["warn", "alarm", "well"]) element.classList.toggle(each, each === tone);
}

function counted(states) {
  const counts = {};
  for (const state of states) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

function lines(counts, word) {
  const most = Object.entries(counts).sort(([, one], [, other]) => other - one).slice(0, MOST);
  return most.map(([name, count]) => `${word(name)}\u00a0${count}`).join(" · ") || "\u00a0";
}
