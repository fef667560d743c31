// Keys of the page on which a score is made: answers, questions, the sound, comments, the end.

const ANSWERS = { 1: "full", 2: "partly", 3: "none", 0: "na" };
const TEXT = "input:not([type=radio]):not([type=checkbox]), textarea, select";
const STEP_S = 5;

/** Have keys answer the questions of a form; `sound` may be missing. */
export function keysOf(form, sound) {
  const questions = [...form.querySelectorAll("[data-question]")];
  let at = Math.max(0, questions.findIndex((each) => !each.querySelector(":checked")));

  function show() {
    questions.forEach((each, place) => each.toggleAttribute("data-here", place === at));
    const here = questions[at];
    (here?.querySelector(":checked") ?? here?.querySelector("input"))?.focus();
    here?.scrollIntoView({ block: "nearest" });
  }

  function move(by) {
    at = Math.min(Math.max(at + by, 0), questions.length - 1);
    show();
  }

  function answer(value) {
    const choice = questions[at]?.querySelector(`input[value="${value}"]`);
    if (!choice) return;
    choice.checked = true;
    choice.dispatchEvent(new Event("input", { bubbles: true }));
    move(1);
  }

  function comment() {
    const rows = [...form.querySelectorAll("[data-mark]")];
    const free = rows.find((row) => [...row.querySelectorAll("input")].every((each) => !each.value));
    if (!free) return;
    const [moment, words] = free.querySelectorAll("input");
    if (sound) moment.value = clock(sound.voice.currentTime);
    words.focus();
  }

  form.addEventListener("focusin", (event) => {
    const question = event.target.closest("[data-question]");
    if (question) at = questions.indexOf(question);
    questions.forEach((each, place) => each.toggleAttribute("data-here", place === at));
  });

  document.addEventListener("keydown", (event) => {
    if (event.target.closest("dialog")) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit(form.querySelector("button.main"));
      return;
    }
    if (event.key === "Escape" && event.target.matches(TEXT)) return show();
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest(`${TEXT}, [data-wave]`)) return;
    const acts = {
      ArrowDown: () => move(1),
      ArrowUp: () => move(-1),
      ArrowLeft: () => sound?.playFrom(sound.voice.currentTime - STEP_S),
      ArrowRight: () => sound?.playFrom(sound.voice.currentTime + STEP_S),
      c: comment,
    };
    const onButton = event.target.closest("button, a, summary");
    const act = event.key in ANSWERS ? () => answer(ANSWERS[event.key])
      : event.key === " " && !onButton ? () => sound?.toggle() : acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  show();
}

function clock(seconds) {
  const second = Math.floor(seconds);
  return `${Math.floor(second / 60)}:${String(second % 60).padStart(2, "0")}`;
}
