// What is typed of a score goes to the server a moment later, so that nothing is lost.
import { ask, RefusedError } from "../page/asking.js";

const PAUSE_MS = 800;
const AGAIN_MS = 4000;

/** Return what a form of a score says, as the API takes it. */
export function typed(form) {
  const given = new FormData(form);
  const answers = {};
  const marks = [];
  for (const [name, text] of given) {
    if (name.startsWith("answer_")) answers[name.slice(7)] = text;
    const row = name.match(/^mark_words_(\d+)$/);
    if (row && text.trim()) marks.push({ second: given.get(`mark_second_${row[1]}`), words: text });
  }
  return {
    version: Number(given.get("version")),
    form_id: Number(given.get("form_id")),
    form_version: Number(given.get("form_version")),
    answers,
    marks,
    words: given.get("words"),
  };
}

/** Save a form while it is typed. */
export function saves(form) {
  const status = form.querySelector("[data-status]");
  let timer = 0;
  let saving = null;
  let changed = false;

  async function save() {
    clearTimeout(timer);
    if (saving || !changed) return;
    changed = false;
    try {
      saving = ask("PUT", form.dataset.score, typed(form));
      const kept = await saving;
      form.elements.version.value = kept.version;
      status.textContent = `${form.dataset.saved} ${new Date(kept.saved_at).toLocaleTimeString()}`;
    } catch (error) {
      status.textContent = error instanceof RefusedError ? error.message : form.dataset.notSaved;
      if (!(error instanceof RefusedError)) changed = true;
    } finally {
      saving = null;
    }
    if (changed) timer = setTimeout(save, AGAIN_MS);
  }

  form.addEventListener("input", () => {
    changed = true;
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE_MS);
  });
  addEventListener("pagehide", () => {
    if (changed && !saving) ask("PUT", form.dataset.score, typed(form), { keepalive: true }).catch(() => {});
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    changed = false;
  });
}
