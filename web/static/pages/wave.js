// The picture of a recording: both sides, who speaks when, what happened, and where one listens.
// It shows a stretch of the recording; the server is asked for the peaks of just that.
import { bothOf, silencesOf } from "./spans.js";

const SIDE = 56;
const MARKS = 22;
const BETWEEN = 10;
const SHORTEST_S = 2;
const MOST_POINTS = 4000;
const COLOURS = ["busy", "busy-soft", "deep", "soft", "warm", "bad", "lamp", "line", "quiet", "ink", "paper"];

export class Wave {
  constructor(element, { seconds, channels, address, onJump }) {
    Object.assign(this, { element, seconds, channels, address, onJump });
    this.from = 0;
    this.to = seconds;
    this.marks = [];
    this.sides = [];
    this.pauses = [];
    this.canvas = part(element, "canvas");
    this.loop = part(element, "div", "loop");
    this.cursor = part(element, "div", "cursor");
    element.style.height = `${this.height}px`;
    new ResizeObserver(() => this.moved()).observe(element);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
    new MutationObserver(() => this.draw()).observe(document.documentElement, { attributeFilter: ["data-theme"] });
    this.point();
  }

  get height() {
    return MARKS + SIDE * this.channels + BETWEEN * (this.channels - 1);
  }

  get whole() {
    return this.to - this.from >= this.seconds - 0.01;
  }

  /** Show from when to when somebody speaks; without an analysis nothing is coloured. */
  told(sides) {
    this.sides = sides;
    this.both = bothOf(sides);
    this.silences = silencesOf(sides, this.seconds);
    this.draw();
  }

  /** Show from when to when the recording was paused: hatched, on all sides. */
  paused(pauses) {
    this.pauses = pauses;
    this.element.dataset.pauses = JSON.stringify(pauses);
    this.draw();
  }

  /** Show moments: each has `second`, `kind` (step, judged, comment) and `words`. */
  marked(marks) {
    this.marks = marks.toSorted((one, other) => one.second - other.second);
    this.draw();
  }

  /** Show a stretch that is `times` as long, with the same second at its place. */
  zoom(times, around) {
    const length = Math.min(Math.max((this.to - this.from) * times, SHORTEST_S), this.seconds);
    const share = (around - this.from) / (this.to - this.from);
    this.show(around - length * Math.min(Math.max(share, 0), 1), length);
  }

  show(from, length = this.to - this.from) {
    this.from = Math.min(Math.max(0, from), Math.max(0, this.seconds - length));
    this.to = Math.min(this.seconds, this.from + length);
    this.moved();
  }

  /** Have the cursor stand at a second; a stretch that is listened to is followed. */
  at(second, follow) {
    this.second = second;
    const length = this.to - this.from;
    if (follow && (second < this.from || second > this.to)) this.show(second - length / 10);
    place(this.cursor, this.x(second), 2, second >= this.from && second <= this.to);
  }

  looped(from, to) {
    this.looping = from === null ? null : [from, to ?? from];
    if (!this.looping) return place(this.loop, 0, 0, false);
    const [begin, end] = this.looping.map((each) => Math.min(Math.max(this.x(each), 0), this.width));
    place(this.loop, begin, Math.max(2, end - begin), this.looping[1] >= this.from && this.looping[0] <= this.to);
  }

  moved() {
    this.width = this.element.clientWidth;
    if (!this.width) return;
    this.draw();
    this.at(this.second ?? 0, false);
    this.looped(...(this.looping ?? [null]));
    clearTimeout(this.asking);
    this.asking = setTimeout(() => this.fetch(), this.peaks ? 80 : 0);
    this.element.dispatchEvent(new Event("moved"));
  }

  async fetch() {
    const points = Math.min(MOST_POINTS, Math.ceil(this.width * devicePixelRatio));
    const { from, to } = this;
    if (this.peaks && this.peaks.from_s === from && this.peaks.to_s === to && this.peaks.points >= points) return;
    const asked = new URLSearchParams({ from_s: from, to_s: to, points });
    const answer = await fetch(`${this.address}?${asked}`, { headers: { Accept: "application/json" } });
    if (!answer.ok) return this.element.dispatchEvent(new Event("unreadable"));
    const told = await answer.json();
    if (from !== this.from || to !== this.to) return;
    this.peaks = { ...told, points };
    this.draw();
    this.element.dataset.drawn = `${from}-${to}`;
  }

  x(second) {
    return ((second - this.from) / (this.to - this.from)) * this.width;
  }

  secondAt(x) {
    return this.from + (x / this.width) * (this.to - this.from);
  }

  draw() {
    if (!this.width) return;
    const ratio = devicePixelRatio;
    this.canvas.width = this.width * ratio;
    this.canvas.height = this.height * ratio;
    const pen = this.canvas.getContext("2d");
    pen.scale(ratio, ratio);
    const style = getComputedStyle(this.element);
    const colour = Object.fromEntries(COLOURS.map((name) => [name, resolved(style, name, this.element)]));
    for (let side = 0; side < this.channels; side += 1) this.drawSide(pen, colour, side);
    if (this.channels > 1) this.drawBetween(pen, colour);
    for (const [from, to] of this.pauses) this.hatch(pen, colour, from, to);
    this.drawMarks(pen, colour);
  }

  drawSide(pen, colour, side) {
    const top = MARKS + side * (SIDE + BETWEEN);
    const [loud, soft] = side ? [colour.deep, colour.soft] : [colour.busy, colour["busy-soft"]];
    const talks = this.sides[side]?.talks;
    for (const [from, to] of talks ?? []) this.fill(pen, soft, from, to, top, SIDE);
    for (const [from, to] of this.sides[side]?.tones ?? []) this.fill(pen, colour.warm, from, to, top + SIDE - 3, 3);
    const peaks = this.peaks?.peaks[side];
    if (!peaks?.length) return;
    const each = (this.peaks.to_s - this.peaks.from_s) / peaks.length;
    const wide = Math.max(0.5, (each / (this.to - this.from)) * this.width);
    let next = 0;
    peaks.forEach((peak, which) => {
      const second = this.peaks.from_s + (which + 0.5) * each;
      const x = this.x(second);
      if (x < -wide || x > this.width + wide) return;
      while (talks && talks[next]?.[1] < second) next += 1;
      const speaks = !talks || talks[next]?.[0] <= second;
      const tall = Math.max(1, Math.sqrt(peak) * SIDE);
      pen.fillStyle = speaks ? loud : colour.lamp;
      pen.fillRect(x - wide / 2, top + (SIDE - tall) / 2, wide, tall);
    });
  }

  drawBetween(pen, colour) {
    const top = MARKS + SIDE + 2;
    this.fill(pen, colour.line, this.from, this.to, MARKS + SIDE + BETWEEN / 2, 1);
    for (const [from, to] of this.silences ?? []) this.fill(pen, colour.lamp, from, to, top + 1, BETWEEN - 6);
    for (const [from, to] of this.both ?? []) this.fill(pen, colour.bad, from, to, top, BETWEEN - 4);
  }

  drawMarks(pen, colour) {
    const inks = { step: colour.quiet, judged: colour.bad, comment: colour.warm };
    for (const { second, kind } of this.marks) {
      const x = this.x(second);
      if (x < -8 || x > this.width + 8) continue;
      pen.fillStyle = inks[kind];
      pen.globalAlpha = 0.4;
      pen.fillRect(x - 0.5, MARKS, 1, this.height - MARKS);
      pen.globalAlpha = 1;
      pen.beginPath();
      if (kind === "comment") pen.arc(x, MARKS / 2, 6, 0, 2 * Math.PI);
      else if (kind === "judged") for (const [dx, dy] of [[0, 5], [6, 11], [0, 17], [-6, 11]]) pen.lineTo(x + dx, dy);
      else for (const [dx, dy] of [[-5, 8], [5, 8], [0, 18]]) pen.lineTo(x + dx, dy);
      pen.fill();
    }
  }

  hatch(pen, colour, from, to) {
    const [begin, end] = [this.x(from), this.x(to)].map((each) => Math.min(Math.max(each, 0), this.width));
    if (end <= begin) return;
    const tall = this.height - MARKS;
    pen.save();
    pen.beginPath();
    pen.rect(begin, MARKS, end - begin, tall);
    pen.clip();
    pen.fillStyle = colour.paper;
    pen.fillRect(begin, MARKS, end - begin, tall);
    pen.strokeStyle = colour.warm;
    pen.beginPath();
    for (let x = begin - tall - ((begin - tall) % 8); x < end; x += 8) {
      pen.moveTo(x, this.height);
      pen.lineTo(x + tall, MARKS);
    }
    pen.stroke();
    pen.strokeRect(begin + 0.5, MARKS + 0.5, end - begin - 1, tall - 1);
    pen.restore();
  }

  fill(pen, colour, from, to, top, tall) {
    const [begin, end] = [this.x(from), this.x(to)];
    if (end < 0 || begin > this.width) return;
    pen.fillStyle = colour;
    pen.fillRect(begin, top, Math.max(1, end - begin), tall);
  }

  /** Return the mark at a place of the picture, if there is one. */
  markAt(x, near) {
    const there = this.marks.map((mark) => ({ mark, away: Math.abs(this.x(mark.second) - x) }));
    return there.filter((each) => each.away <= near).sort((one, other) => one.away - other.away)[0]?.mark;
  }

  point() {
    let began = null;
    const { element } = this;
    element.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      began = { x: event.offsetX, from: this.from, moved: false };
      element.setPointerCapture(event.pointerId);
    });
    element.addEventListener("pointermove", (event) => {
      if (began && Math.abs(event.offsetX - began.x) > 6 && !this.whole) began.moved = true;
      if (began?.moved) this.show(began.from - ((event.offsetX - began.x) / this.width) * (this.to - this.from));
    });
    element.addEventListener("pointercancel", () => (began = null));
    element.addEventListener("pointerup", (event) => {
      if (began && !began.moved) {
        const near = event.pointerType === "touch" ? 14 : 8;
        const mark = event.offsetY <= MARKS && this.markAt(event.offsetX, near);
        this.onJump(mark ? mark.second : this.secondAt(event.offsetX));
      }
      began = null;
    });
    element.addEventListener("wheel", (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      this.zoom(event.deltaY > 0 ? 1.25 : 0.8, this.secondAt(event.offsetX));
    }, { passive: false });
  }
}

function part(element, name, className = "") {
  const made = document.createElement(name);
  made.className = className;
  element.append(made);
  return made;
}

function place(element, x, wide, there) {
  element.hidden = !there;
  element.style.transform = `translateX(${x}px)`;
  element.style.width = `${wide}px`;
}

/* A canvas knows no light-dark(): the browser says which of the two is valid here. */
function resolved(style, name, element) {
  const probe = element.ownerDocument.createElement("i");
  probe.style.color = style.getPropertyValue(`--${name}`);
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
