// A sound that cannot be overheard: two tones, again and again, until it is told to stop. A
// browser lets a page be heard only after somebody has touched it; until then it tries again.

const AGAIN_MS = 2000;
const TONES_HZ = [880, 660];
const TONE_S = 0.25;

export class Siren {
  #timer = 0;
  #context = null;

  sound(on) {
    if (on && !this.#timer) {
      this.#timer = setInterval(() => this.#once(), AGAIN_MS);
      this.#once();
    } else if (!on) {
      clearInterval(this.#timer);
      this.#timer = 0;
    }
  }

  async #once() {
    this.#context ??= new AudioContext();
    if (this.#context.state === "suspended") await this.#context.resume();
    TONES_HZ.forEach((hertz, which) => this.#tone(hertz, this.#context.currentTime + which * TONE_S));
  }

  #tone(hertz, at) {
    const tone = this.#context.createOscillator();
    const volume = this.#context.createGain();
    tone.frequency.value = hertz;
    volume.gain.value = 0.2;
    tone.connect(volume).connect(this.#context.destination);
    tone.start(at);
    tone.stop(at + TONE_S);
  }
}
