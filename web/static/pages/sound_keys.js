// Keys of a call's page: play, jump, speed, loop, zoom, the steps of the call, a comment.
import { LEAP_S, STEP_S } from "./sound.js";

const TYPING = "input, select, textarea, dialog";

/** Have keys work the sound; `comment` begins a comment at its place. */
export function keysOf(sound, comment) {
  const by = (seconds) => sound.jump(sound.voice.currentTime + seconds);
  const acts = {
    " ": () => sound.toggle(),
    ArrowLeft: (event) => by(event.shiftKey ? -LEAP_S : -STEP_S),
    ArrowRight: (event) => by(event.shiftKey ? LEAP_S : STEP_S),
    "[": () => sound.loopFrom(),
    "]": () => sound.loopTo(),
    l: () => sound.loopOff(),
    "+": () => sound.faster(1),
    "=": () => sound.faster(1),
    "-": () => sound.faster(-1),
    j: () => toMark(sound, -1),
    k: () => toMark(sound, 1),
    i: () => sound.closer(),
    o: () => sound.wider(),
    c: comment,
  };
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest(TYPING)) return;
    if (event.key === " " && event.target.closest("button, a, summary")) return;
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    act(event);
  });
}

/* A second is left before the beginning of a step: who goes back twice goes two steps back. */
function toMark(sound, by) {
  const here = sound.voice.currentTime;
  const { marks } = sound.wave;
  const mark = by > 0
    ? marks.find((each) => each.second > here + 0.05)
    : marks.findLast((each) => each.second < here - (sound.voice.paused ? 0.05 : 1));
  if (mark) sound.playFrom(mark.second);
}
