// The question why somebody listens to a recording (QA-5, SEC-1): asked once a page.

/** Return a function that gives the reason in words, or null when nobody wants to say one. */
export function asked(dialog) {
  return () => (reason === null ? (asking ??= ask(dialog)) : Promise.resolve(reason));
}

let reason = null;
let asking = null;

function ask(dialog) {
  const form = dialog.querySelector("[data-why-form]");
  const words = form.elements.words;
  const fault = form.querySelector("[data-why-fault]");
  dialog.showModal();
  return new Promise((resolve) => {
    const over = new AbortController();
    const { signal } = over;
    form.addEventListener("submit", (event) => {
      const chosen = form.querySelector("input[name=reason]:checked");
      const text = words.value.trim();
      fault.hidden = Boolean(chosen && (text || !("needsWords" in chosen.dataset)));
      if (!fault.hidden) {
        event.preventDefault();
        (chosen ? words : form.querySelector("input[name=reason]")).focus();
        return;
      }
      reason = text ? `${chosen.value}: ${text}` : chosen.value;
    }, { signal });
    dialog.querySelector("[data-why-cancel]").addEventListener("click", () => dialog.close(), { signal });
    dialog.addEventListener("close", () => {
      over.abort();
      asking = null;
      resolve(reason);
    }, { signal });
  });
}
