// The pages of inspection: the player, a score that is saved as it is typed, and keys for all of it.
import { watchDownloads } from "../pages/downloads.js";
import { keysOf } from "../pages/score_keys.js";
import { saves } from "../pages/score_draft.js";
import { asked } from "../pages/why.js";
import { Sound } from "../pages/sound.js";

const dialog = document.querySelector("dialog[data-why]");
const sounds = [...document.querySelectorAll("[data-sound]")]
  .filter((element) => element.querySelector("[data-wave]"))
  .map((element) => new Sound(element, asked(dialog)));

if (dialog) watchDownloads(asked(dialog));

document.addEventListener("click", (event) => {
  const moment = event.target.closest("button[data-second]");
  if (moment) sounds[0]?.playFrom(Number(moment.dataset.second));
});

const form = document.querySelector("form[data-score]");
if (form) {
  saves(form);
  keysOf(form, sounds[0]);
}
