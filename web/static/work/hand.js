// Which key on the keyboard does what on the agent's page.

import { $ } from "../page/dom.js";
import { makeKeys } from "../phone/keys.js";

export function makeHand({ panel, ticket, knowledge, state }) {
  function script(name) {
    const button = $(`[data-script="${name}"]`);
    if (!button.disabled) button.click();
  }

  const keys = makeKeys(
    $("#help"),
    [
      ["F2", "phone.answer", () => panel.press("answer")],
      ["F4", "phone.hang_up", () => panel.press("hang-up")],
      ["F8", "phone.hold", () => panel.press("hold")],
      ["F9", "phone.mute", () => panel.press("mute")],
      ["F6", "phone.transfer", () => panel.press("transfer-open")],
      ["K", "phone.keypad", () => panel.press("keypad-open")],
      ["Alt+1", "script.silent", () => script("silent")],
      ["Alt+2", "script.quiet", () => script("quiet")],
      ["Alt+3", "script.cannot_hear", () => script("cannot-hear")],
      ["Alt+4", "script.stays_on", () => script("stays-on")],
      ["Alt+P", "recording_key.pause", () => panel.press("pause-recording")],
      ["Alt+T", "phone.focus_ticket", ticket.focus],
      ["Alt+K", "phone.focus_knowledge", knowledge.focus],
      ["Alt+R", "state.ready_now", state.ready],
      ["?", "phone.help", () => keys.open()],
    ],
    (key) => panel.keypadOpen() && /^[0-9*#]$/.test(key) && (panel.digit(key), true),
  );
  $("#help-open").addEventListener("click", keys.open);
}
