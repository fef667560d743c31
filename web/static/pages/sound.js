// The waveform and the sound of one recording: above the caller, below what the caller heard.
// The waveform comes first and alone; not a byte of sound is fetched before somebody says why.
import WaveSurfer from "wavesurfer.js";

const HEIGHT = 64;
const SIDES = [
  { waveColor: "#8fb3d0", progressColor: "#1b5f92" },
  { waveColor: "#8dbbb5", progressColor: "#14595b" },
];

export class Sound {
  constructor(element, askWhy) {
    this.element = element;
    this.askWhy = askWhy;
    this.seconds = Number(element.dataset.seconds);
    this.voice = element.querySelector("audio[data-voice]");
    this.wave = element.querySelector("[data-wave]");
    this.listen();
    this.draw();
  }

  async draw() {
    const answer = await fetch(this.element.dataset.peaks, { headers: { Accept: "application/json" } });
    if (!answer.ok) return this.trouble(true);
    const { peaks } = await answer.json();
    const frame = document.createElement("div");
    this.waveform = WaveSurfer.create({
      container: frame,
      media: this.voice,
      peaks,
      duration: this.seconds,
      height: HEIGHT,
      splitChannels: peaks.map((_, side) => SIDES[side % SIDES.length]),
      normalize: false,
      cursorColor: "#a8231b",
      cursorWidth: 2,
      dragToSeek: false,
    });
    dress(frame);
    this.wave.append(frame);
    this.waveform.on("interaction", (second) => this.playFrom(second));
  }

  listen() {
    const on = (name, heard) => this.voice.addEventListener(name, heard);
    on("timeupdate", () => this.show());
    on("seeked", () => this.show());
    on("play", () => this.face(true));
    on("pause", () => this.face(false));
    on("error", () => this.voice.getAttribute("src") && this.trouble(true));
    this.element.querySelector("[data-play]").addEventListener("click", () => this.toggle());
    this.element.querySelector("[data-speed]").addEventListener("change", (event) => {
      this.voice.playbackRate = Number(event.target.value);
    });
    this.wave.addEventListener("keydown", (event) => {
      const steps = { ArrowLeft: -5, ArrowRight: 5 };
      if (event.key in steps) this.playFrom(this.voice.currentTime + steps[event.key]);
    });
  }

  toggle() {
    if (!this.voice.paused) return this.voice.pause();
    const ended = this.voice.currentTime >= this.seconds - 0.05;
    return this.playFrom(ended ? 0 : this.voice.currentTime);
  }

  async playFrom(second) {
    const why = await this.askWhy();
    if (why === null) return;
    if (!this.voice.getAttribute("src")) {
      const address = new URL(this.element.dataset.audio, location.href);
      address.searchParams.set("why", why);
      this.voice.preload = "auto";
      this.voice.src = address.href;
    }
    this.voice.currentTime = Math.min(Math.max(0, second), this.seconds);
    this.trouble(false);
    try {
      await this.voice.play();
    } catch (error) {
      if (error.name !== "AbortError") this.trouble(true);
    }
  }

  show() {
    const second = Math.floor(this.voice.currentTime);
    this.element.querySelector("[data-place]").value =
      `${Math.floor(second / 60)}:${String(second % 60).padStart(2, "0")}`;
    this.wave.setAttribute("aria-valuenow", String(second));
  }

  face(playing) {
    this.element.querySelector('[data-when="still"]').hidden = playing;
    this.element.querySelector('[data-when="playing"]').hidden = !playing;
  }

  trouble(there) {
    this.element.querySelector("[data-trouble]").hidden = !there;
  }
}

/* The page takes no style that stands in the document itself (CSP), and the waveform brings one: it
   is taken as a sheet that a script made, before the waveform is in the document. */
function dress(frame) {
  const root = [...frame.children].find((child) => child.shadowRoot)?.shadowRoot;
  const style = root?.querySelector("style");
  if (!style) return;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style.textContent);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  style.remove();
}
