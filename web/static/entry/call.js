// One call's page: its recordings, the question why before the first sound, keys, comments.
import { begun, comments } from "../pages/comments.js";
import { watchDownloads } from "../pages/downloads.js";
import { keysOf } from "../pages/sound_keys.js";
import { asked } from "../pages/why.js";
import { Sound } from "../pages/sound.js";

const dialog = document.querySelector("dialog[data-why]");
const sounds = [...document.querySelectorAll("[data-sound]")]
  .filter((element) => element.querySelector("[data-wave]"))
  .map((element) => new Sound(element, asked(dialog)));
const [first] = sounds;

if (dialog) watchDownloads(asked(dialog));

document.addEventListener("click", (event) => {
  const step = event.target.closest("[data-second]");
  if (step && first && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    first.playFrom(Number(step.dataset.second));
  }
  if (event.target.closest("[data-comment]") && first) begun(first);
});

/** Return what the page says of moments of the recording, to stand on its picture. */
function marks() {
  return [...document.querySelectorAll("[data-second]")].map((button) => ({
    second: Number(button.dataset.second),
    kind: button.closest("[data-comments]") ? "comment" : button.closest(".steps, .pauses") ? "step" : "judged",
    words: said(button),
  }));
}

/* What stands in the line of a button; of a step its words without the time. */
function said(button) {
  const line = button.parentElement;
  const step = line.closest(".steps") && line.lastElementChild;
  const parts = step ? [step] : [...line.childNodes].filter((each) => each !== button);
  const words = button.dataset.words ?? parts.map((each) => each.textContent).join(" ");
  return words.replace(/\s+/g, " ").trim().slice(0, 80);
}

/** Open at the second that the address names, as `#t=12.5`. */
function opened() {
  const named = /^#t=(\d{1,6}(?:\.\d{1,3})?)$/.exec(location.hash);
  if (named) first.playFrom(Number(named[1]));
}

if (first) {
  first.wave.marked(marks());
  comments(() => first.wave.marked(marks()));
  keysOf(first, () => begun(first));
  addEventListener("hashchange", opened);
  opened();
}
