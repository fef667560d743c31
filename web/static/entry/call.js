// One call's page: each recording with its waveform, and the question why before the first sound.
import { watchDownloads } from "../pages/downloads.js";
import { asked } from "../pages/why.js";
import { Sound } from "../pages/sound.js";

const dialog = document.querySelector("dialog[data-why]");
const sounds = [...document.querySelectorAll("[data-sound]")]
  .filter((element) => element.querySelector("[data-wave]"))
  .map((element) => new Sound(element, asked(dialog)));

if (dialog) watchDownloads(asked(dialog));

document.addEventListener("click", (event) => {
  const step = event.target.closest("button[data-second]");
  if (step) sounds[0]?.playFrom(Number(step.dataset.second));
});

document.addEventListener("keydown", (event) => {
  if (event.key !== " " || event.target.closest("input, select, textarea, button, a, dialog")) return;
  event.preventDefault();
  sounds[0]?.toggle();
});
