// The wallboard: what comes over /live goes into its place, clocks go on by themselves.
import { $, say } from "../page/dom.js";
import { listen } from "../page/live.js";
import { t } from "../page/words.js";
import { Agents } from "../pages/agents.js";
import { Figures } from "../pages/figures.js";
import { watchAnnouncement } from "../pages/outage.js";

const figures = new Figures();
const agents = new Agents(told);
let ahead = 0; // ms that the server's clock is ahead of this one

function board(told) {
  if (!told) return;
  ahead = Date.parse(told.at) - Date.now();
  figures.show(told);
  agents.show(told);
  tick();
}

function tick() {
  const now = Date.now() + ahead;
  figures.tick(now);
  agents.tick(now);
}

function told(element, text) {
  for (const other of ["done", "trouble"]) $(`#${other}`).hidden = other !== element;
  say($(`#${element}`), text);
}

listen(
  {
    state: (whole) => {
      $("#switch").hidden = whole.connected !== false;
      board(whole.wallboard);
    },
    wallboard: board,
    announcement: () => announcement.look(),
    problem: ({ text }) => told("trouble", text),
    recording_hint: ({ kind, number, count }) => told("trouble", t(`recording_pause.hint_${kind}`, { number, count })),
  },
  (open) => {
    $("#line").hidden = open;
  },
);

const announcement = watchAnnouncement(told);
setInterval(tick, 1000);
