// The sound of one recording: played, in which speed, from where to where. Its picture is a Wave.
// The picture comes first and alone; not a byte of sound is fetched before somebody says why.
import { Wave } from "./wave.js";

export const STEP_S = 5;
export const LEAP_S = 30;

export class Sound {
  constructor(element, askWhy) {
    this.element = element;
    this.askWhy = askWhy;
    this.seconds = Number(element.dataset.seconds);
    this.voice = element.querySelector("audio[data-voice]");
    this.voice.preservesPitch = true;
    this.slider = element.querySelector("[data-wave]");
    this.speed = element.querySelector("[data-speed]");
    this.wave = new Wave(this.slider, {
      seconds: this.seconds,
      channels: Number(element.dataset.channels),
      address: element.dataset.peaks,
      onJump: (second) => this.playFrom(second),
    });
    this.loop = { from: null, to: null };
    this.last = 0;
    this.listen();
    this.buttons();
    this.analysed();
    this.paused();
    this.show();
  }

  async analysed() {
    const answer = await fetch(this.element.dataset.analysis, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    this.wave.told((await answer.json()).sides);
    this.element.querySelector("[data-legend]").hidden = false;
  }

  /** Where the recording is silent because somebody paused it, for a card number or the like. */
  async paused() {
    const answer = await fetch(this.element.dataset.paused, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const { items } = await answer.json();
    this.wave.paused(items.map((each) => [each.from_s, each.to_s]));
    if (!items.length) return;
    this.element.querySelector("[data-legend] .paused").hidden = false;
    this.element.querySelector("[data-legend]").hidden = false;
  }

  listen() {
    const on = (name, heard) => this.voice.addEventListener(name, heard);
    on("timeupdate", () => this.turn());
    on("seeked", () => this.show());
    on("play", () => this.face(true));
    on("pause", () => this.face(false));
    on("error", () => this.voice.getAttribute("src") && this.trouble(true));
    this.slider.addEventListener("unreadable", () => this.trouble(true));
    this.slider.addEventListener("keydown", (event) => {
      const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowDown: -1, ArrowUp: 1 };
      const far = event.shiftKey ? LEAP_S : STEP_S;
      const ends = { Home: 0, End: this.seconds };
      if (event.key in steps) this.jump(this.voice.currentTime + steps[event.key] * far);
      else if (event.key in ends) this.jump(ends[event.key]);
      else return;
      event.preventDefault();
    });
    this.speed.addEventListener("change", () => this.pace());
  }

  buttons() {
    const acts = {
      play: () => this.toggle(),
      "loop-from": () => this.loopFrom(),
      "loop-to": () => this.loopTo(),
      "loop-off": () => this.loopOff(),
      closer: () => this.closer(),
      wider: () => this.wider(),
      whole: () => this.wave.show(0, this.seconds),
    };
    for (const [name, act] of Object.entries(acts)) {
      this.element.querySelector(`[data-${name}]`)?.addEventListener("click", act);
    }
    this.slider.addEventListener("moved", () => {
      this.element.querySelector("[data-whole]").disabled = this.wave.whole;
      this.element.querySelector("[data-wider]").disabled = this.wave.whole;
    });
  }

  closer() {
    this.wave.zoom(0.5, this.voice.currentTime);
  }

  wider() {
    this.wave.zoom(2, this.voice.currentTime);
  }

  toggle() {
    if (!this.voice.paused) return this.voice.pause();
    const ended = this.voice.currentTime >= this.seconds - 0.05;
    return this.playFrom(ended ? 0 : this.voice.currentTime);
  }

  async playFrom(second) {
    const wanted = this.within(second);
    const why = await this.askWhy();
    if (why === null) return;
    if (!this.voice.getAttribute("src")) {
      const address = new URL(this.element.dataset.audio, location.href);
      address.searchParams.set("why", why);
      this.voice.preload = "auto";
      this.voice.src = address.href;
    }
    this.goTo(wanted);
    this.pace();
    this.trouble(false);
    try {
      await this.voice.play();
    } catch (error) {
      if (error.name !== "AbortError") this.trouble(true);
    }
  }

  /** Go to a second; what is playing goes on there, and nothing begins to play. */
  jump(second) {
    this.goTo(this.within(second));
    this.show();
  }

  goTo(second) {
    this.last = second;
    this.voice.currentTime = second;
  }

  within(second) {
    return Math.min(Math.max(0, second), this.seconds);
  }

  /** Play at the chosen speed: a new source begins at the default one. */
  pace() {
    this.voice.defaultPlaybackRate = Number(this.speed.value);
    this.voice.playbackRate = Number(this.speed.value);
  }

  /** Play faster (1) or slower (-1). */
  faster(by) {
    const at = Math.min(Math.max(this.speed.selectedIndex + by, 0), this.speed.length - 1);
    this.speed.selectedIndex = at;
    this.pace();
  }

  loopFrom() {
    this.loop = { from: this.voice.currentTime, to: null };
    this.looped();
  }

  loopTo() {
    if (this.loop.from === null || this.voice.currentTime - this.loop.from < 0.2) return;
    this.loop.to = this.voice.currentTime;
    this.looped();
    this.jump(this.loop.from);
  }

  loopOff() {
    this.loop = { from: null, to: null };
    this.looped();
  }

  looped() {
    const { from, to } = this.loop;
    this.wave.looped(from, to);
    this.element.querySelector("[data-loop]").value = from === null ? "" : `${clock(from)} – ${to === null ? "…" : clock(to)}`;
    this.element.querySelector("[data-loop-to]").disabled = from === null;
    this.element.querySelector("[data-loop-off]").disabled = from === null;
  }

  /**
   * Go back to the loop's beginning when its end was played, however late that is seen (a hidden page
   * is asked once a second); who jumped out of the loop is let go.
   */
  turn() {
    const { from, to } = this.loop;
    const second = this.voice.currentTime;
    if (to !== null && this.last < to && second >= to) this.goTo(from);
    else this.last = second;
    this.show();
  }

  show() {
    const second = this.voice.currentTime;
    const playing = !this.voice.paused;
    const now = this.wave.marks.findLast((mark) => mark.second <= second + 0.05);
    this.wave.at(second, playing);
    this.element.querySelector("[data-place]").value = clock(second);
    this.element.querySelector("[data-now]").textContent = now ? `${clock(now.second)} ${now.words}` : "";
    this.slider.setAttribute("aria-valuenow", String(Math.floor(second)));
    this.slider.setAttribute("aria-valuetext", `${clock(second)}${now ? `, ${now.words}` : ""}`);
  }

  /** While it plays the cursor goes with the picture, not four times a second. */
  run() {
    if (this.voice.paused) return;
    this.turn();
    requestAnimationFrame(() => this.run());
  }

  face(playing) {
    this.element.querySelector('[data-when="still"]').hidden = playing;
    this.element.querySelector('[data-when="playing"]').hidden = !playing;
    if (playing) this.run();
  }

  trouble(there) {
    this.element.querySelector("[data-trouble]").hidden = !there;
  }
}

/** Return a place as a clock has it: 1:05, or 2:00:05. */
export function clock(seconds) {
  const second = Math.floor(seconds);
  const two = (number) => String(number).padStart(2, "0");
  const minutes = Math.floor(second / 60);
  const rest = two(second % 60);
  return minutes < 60 ? `${minutes}:${rest}` : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${rest}`;
}
