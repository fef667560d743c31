// Short messages at the corner of a page: read aloud, gone by themselves unless they are bad news.
import { $, el } from "./dom.js";

const SEEN_MS = 6000;

/** Show a message; `tone` is "", "good" or "bad". */
export function toast(text, tone = "") {
  const shown = el("p", { class: `toast ${tone}` }, el("span", {}, text));
  const close = el("button", { type: "button", class: "plain", "aria-label": $("#toasts").dataset.dismiss, onclick: () => shown.remove() }, "×");
  shown.append(close);
  $("#toasts").append(shown);
  if (tone !== "bad") setTimeout(() => shown.remove(), SEEN_MS);
}
