// Comments at a moment of a recording: begun at the place where one listens, kept without leaving
// the page, so that the sound goes on and the reason is not asked again.
import { clock } from "./sound.js";

/** Have the forms of the comments work in place; `changed` is told when they are others. */
export function comments(changed) {
  document.addEventListener("submit", async (event) => {
    const section = event.target.closest("[data-comments]");
    if (!section) return;
    event.preventDefault();
    const form = event.target;
    const button = event.submitter;
    const body = new URLSearchParams(new FormData(form));
    if (button) button.disabled = true;
    try {
      const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("[data-comments]");
      if (!fresh) throw new Error("no comments");
      section.replaceWith(fresh);
      (fresh.querySelector('[role="alert"]') ? fresh.querySelector("[aria-invalid]") : fresh)?.focus();
      changed();
    } catch {
      section.querySelector("[data-comments-trouble]").hidden = false;
      if (button) button.disabled = false;
    }
  });
}

/** Begin a comment where the sound is now. */
export function begun(sound) {
  const form = document.querySelector("form[data-comment-new]");
  if (!form) return;
  form.elements.second.value = clock(sound.voice.currentTime);
  form.elements.words.focus();
  form.scrollIntoView({ block: "nearest" });
}
