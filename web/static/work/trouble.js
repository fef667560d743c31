// The clear sign when the agent cannot be reached or heard: no line to the server, no
// registration, no microphone. The worst is shown; it goes by itself when all is well again.

import { $, say, show } from "../page/dom.js";
import { t } from "../page/words.js";

const AFTER_MS = 1500; // shorter than this is no trouble

export function makeTrouble(root, again) {
  const box = $("#trouble", root);
  const text = $("#trouble-text", root);
  const button = $("#trouble-again", root);
  const state = $("#state", root);
  let open = true;
  let phone = null;
  let timer = 0;

  button.addEventListener("click", again);

  function worst() {
    if (!open) return [t("common.offline"), false];
    if (!phone || phone.line === "off") return null;
    if (phone.line === "failed") return [phone.why ? t("phone.unregistered_why", { why: phone.why }) : t("phone.unregistered"), true];
    if (phone.microphone === "refused" || phone.microphone === "missing") return [t(`phone.microphone_${phone.microphone}`), true, "phone.microphone_retry"];
    if (phone.line === "connecting") return [t("phone.registering"), false];
    return null;
  }

  function paint() {
    const found = worst();
    show(box, Boolean(found));
    state.toggleAttribute("data-trouble", Boolean(found && (found[1] || !open)));
    if (!found) return;
    say(text, found[0]);
    show(button, found[1]);
    say(button, t(found[2] ?? "phone.retry"));
  }

  return {
    line(isOpen) {
      clearTimeout(timer);
      if (isOpen) {
        open = true;
        paint();
      } else {
        timer = setTimeout(() => { open = false; paint(); }, AFTER_MS);
      }
    },
    phone(state) {
      phone = state;
      paint();
    },
  };
}
