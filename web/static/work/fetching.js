// The call that the server knows here and this phone does not have: its caller hears nobody.
// The server is told, and sends the caller back to this phone.

import { ask } from "../page/asking.js";
import { found, look } from "./lost.js";

const LOOK_MS = 500;
const NO_SUCH_CALL = [404, 409];

/**
 * `seen()` gives what lost.js looks at, and `call`; `fetching(call)` hears that a call is sent for,
 * `ended(call)` that there is none.
 */
export function makeFetching({ seen, fetching, ended }) {
  let state = found;

  async function fetchBack(call) {
    fetching(call);
    try {
      await ask("POST", `/api/v1/calls/${encodeURIComponent(call)}/lost`);
    } catch (error) {
      if (NO_SUCH_CALL.includes(error.status)) ended(call);
      else state = found; // asked for again
    }
  }

  setInterval(() => {
    const now = seen();
    let due;
    [state, due] = look(state, now, Date.now());
    if (due) fetchBack(now.call);
  }, LOOK_MS);
}
