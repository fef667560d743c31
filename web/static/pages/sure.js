// The second click that a grave button asks for, within three seconds of the first.
import { say } from "../page/dom.js";

const SURE_MS = 3000;

/** Return whether it is the second click; the first one only makes the button ask. */
export function sure(button) {
  if (button.dataset.asked) return true;
  const words = button.textContent;
  button.dataset.asked = "yes";
  say(button, button.dataset.sure);
  setTimeout(() => {
    delete button.dataset.asked;
    say(button, words);
  }, SURE_MS);
  return false;
}
