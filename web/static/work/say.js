// The words of the moment (GRT-1, GRT-4, SIL-7): what the agent says now, as the regulation has it.

import { fill, say } from "../page/dom.js";
import { t } from "../page/words.js";

export function makeWords(title, line) {
  let opening = [];
  let closing = "";

  function put(key, lines) {
    say(title, `${t("pop.say_now")} · ${t(`script.${key}`)}`);
    fill(line, ...lines.flatMap((each, at) => (at ? [document.createElement("br"), each] : [each])));
  }

  return {
    offered(lines) {
      opening = lines.slice(0, -1); // the last line is the one to close with (GRT-4)
      closing = lines.at(-1) ?? "";
      put("opening", opening.length ? opening : [t("script.say_opening")]);
    },
    talking: () => put("opening", opening.length ? opening : [t("script.say_opening")]),
    holding: () => put("on_hold", [t("script.say_on_hold")]),
    back: () => put("back", [t("script.say_back")]),
    reunited: () => put("back", [t("script.say_reunited")]),
    passed: () => put("passed", [t("script.say_passed")]),
    ended: () => put("closing", [closing || t("script.say_closing")]),
  };
}
