// Measures how soon a caller's data are in sight.

import { ask } from "../page/asking.js";

const LONGEST_MS = 60_000; // older is no pop before a ring: the page came in the middle of a call

/** Call back when what was just changed is on the screen; at once when nobody looks. */
export function drawn(then) {
  if (document.hidden) then();
  else requestAnimationFrame(() => setTimeout(then, 0));
}

/** Tell how long an offer took to come into sight; `skew` is of this machine's clock, in ms. */
export function tellSeen(offer, skew) {
  const ms = Math.max(0, Date.now() - skew - Date.parse(offer.at));
  if (ms <= LONGEST_MS) ask("POST", "/live/seen", { call: offer.call, ms }).catch(() => {});
}
